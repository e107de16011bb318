"""What a model writes, as it comes, made into whole plain sentences with the numbers of the sources they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.language.sentences import sentences

RANGE_LIMIT = 20
"""Of "[2-30]" only the ends are taken."""
_INSIDE = (
    r"\s*(?:\^|(?:sources?|passages?|articles?|refs?)[\s:#]*)?\s*"
    r"\d{1,3}(?:\s*(?:[,;&–-]|and)\s*\d{1,3})*\s*(?:†[^\]】]*)?"
)
MARKER = re.compile(
    rf"[\[【]{_INSIDE}[\]】]|\((?:sources?|passages?)[\s:#]*\d{{1,3}}(?:\s*[,;&–-]\s*\d{{1,3}})*\)", re.IGNORECASE
)
_LEADING = re.compile(rf"(?:\s*(?:{MARKER.pattern}))+\s*[.,;]?\s*", re.IGNORECASE)
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"!\[[^\]\[]*\]\([^)]*\)?")
_LINK = re.compile(r"\[([^\]\[]*)\]\([^)\s]*(?:\s[^)]*)?\)")
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_ADDRESS = re.compile(r"(?i)<?(?:\b[a-z][a-z0-9+.-]{1,20}:)?//\S+|\b(?:mailto|javascript|data|tel):\S+|\bwww\.\S+")
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_DRESS = re.compile(r"^\s*(?:#{1,6}|>|[-*+•]|\d{1,2}[.)])\s+|\*\*|__|`|~~", re.MULTILINE)
_UNFINISHED = re.compile(r"(?:[\[【(<!]|(?<!\w)(?:https?|www)\b)[^\]】)>]{0,200}\Z|[`*_~#]+\Z", re.IGNORECASE)
_CUT = re.compile(r"[\[【]\s*\d*\s*\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that a model wrote."""

    text: str
    """Its words, plain, without markers."""
    numbers: tuple[int, ...]
    """The sources it names, in their order, each once."""
    opens: bool
    """Whether it begins a paragraph."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a model has written of the sentence that it is at: replaces the one before."""

    text: str


def whole_sentences(pieces: Iterable[str]) -> Iterator[Sentence | Unfinished]:
    """The sentences in `pieces`, each once the next one has begun, and between them what is being written.

    Args:
        pieces: A model's output as it is streamed, cut anywhere.
    """
    text, done = "", 0
    for piece in pieces:
        text += piece
        found = _sentences(_UNFINISHED.sub("", _visible(text)))
        yield from found[done:-1]
        done = max(done, len(found) - 1)
        if len(found) > done:
            yield Unfinished(found[-1].text)
    yield from _sentences(_CUT.sub("", _visible(text)))[done:]


def without_thinking(text: str) -> str:
    """`text` without what a model thought aloud."""
    return _THINKING.sub("", text)


def _visible(text: str) -> str:
    """`text` without what a model thought aloud, and without Markdown, HTML and addresses."""
    text = _FENCE.sub("", without_thinking(text))
    text = _LINK.sub(r"\1", _PICTURE.sub("", text))
    return _DRESS.sub("", _ADDRESS.sub("", _TAG.sub("", text)))


def _sentences(text: str) -> list[Sentence]:
    """The sentences of plain text; markers that stand after a full stop belong to the sentence before it."""
    found: list[Sentence] = []
    end = 0
    for span in sentences(text):
        words, opens = text[span.start : span.end], not found or "\n" in text[end : span.start]
        if found and (leading := _LEADING.match(words)):
            last = found[-1]
            found[-1] = Sentence(last.text, _once((*last.numbers, *_numbers(leading[0]))), last.opens)
            words = words[leading.end() :]
        plain = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(MARKER.sub(" ", words).split()))
        if re.search(r"\w", plain):
            found.append(Sentence(plain, _once(_numbers(words)), opens))
        end = span.end
    return found


def _numbers(words: str) -> tuple[int, ...]:
    """The numbers of all markers in `words`, ranges written out."""
    found: list[int] = []
    for marker in MARKER.finditer(words):
        told = marker[0].partition("†")[0]
        for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", told):
            end = int(last or first)
            found += range(int(first), end + 1) if end - int(first) < RANGE_LIMIT else (int(first), end)
    return tuple(found)


def _once(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
