"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.types import Span

WRAPPED_WIDTH = 120
"""Lines of a paragraph that a program wrapped are no longer than this; a paragraph on one line mostly is."""
WRAPPED_SHARE = 0.6
"""... and all but its last line are at least this share of the longest."""
PIECE, AHEAD = 6_000, 1_500
"""Characters that are looked at together, and how many of them only so that a quotation that began before is seen
whole. sentencex seeks each one's end up to the end of what it is given: of opening marks alone by their square."""


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]` in order, as offsets into `text`, without the white space around them.

    A sentence ends at the end of its line, unless the paragraph was wrapped to a width.

    Args:
        text: Prose.
        start: First character looked at.
        end: The one after the last; the text's end by default.
    """
    end = len(text) if end is None else end
    return [span for line in _lines(text, start, end) for span in _sentences_of(text, line)]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Paragraphs that were wrapped to a width, and single lines of all others."""
    block: list[Span] = []
    for match in re.finditer(r"[^\n]*\n?", text[start:end]):
        if match[0].strip():
            block.append(Span(start + match.start(), start + match.end()))
        elif block:
            yield from _unwrapped(text, block)
            block = []
    yield from _unwrapped(text, block)


def _unwrapped(text: str, block: list[Span]) -> list[Span]:
    """The block as one span where it was wrapped, else its lines."""
    lines = [text[line.start : line.end].strip() for line in block]
    longest = max((len(line) for line in lines), default=0)
    wrapped = (
        len(lines) > 2
        and longest <= WRAPPED_WIDTH
        and all(len(line) >= WRAPPED_SHARE * longest for line in lines[:-1])
        and any(line[0].islower() for line in lines[1:])
    )
    return [Span(block[0].start, block[-1].end)] if wrapped else block


def _sentences_of(text: str, line: Span) -> Iterator[Span]:
    # sentencex 1.0 panics on white space outside ASCII before a full stop ("Plan B\N{NO-BREAK SPACE}.").
    part = re.sub(r"[^\S\t-\r ]", " ", text[line.start : line.end])
    for first, last in _boundaries(part):
        words = part[first:last]
        if stripped := words.strip():
            start = line.start + first + words.index(stripped[0])
            yield Span(start, start + len(stripped))


def _boundaries(part: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each sentence with its white space; a long text is taken in pieces that begin with a sentence."""
    from sentencex import get_sentence_boundaries

    place = 0
    while place < len(part):
        found = get_sentence_boundaries("en", part[place : place + PIECE])
        spans = [(place + one["start_index"], place + one["end_index"]) for one in found]
        if place + PIECE < len(part):
            spans = [span for span in spans if span[1] <= place + PIECE - AHEAD] or spans
        yield from spans
        place = spans[-1][1] if spans else place + PIECE
