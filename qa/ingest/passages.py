"""Articles cut into passages of whole sentences, and the text of a passage that is searched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from qa.language.intervals import MONTHS
from qa.language.sentences import sentences
from qa.types import Article, Passage, Span

PASSAGE_WORDS = 150
"""Words that a passage is filled up to: 120 to 180, what the encoder reads in one go of 256 tokens."""
LONGEST_WORDS = 180
"""A passage takes no sentence that would make it longer."""
SENTENCE_WORDS = 400
"""A longer "sentence" is a table or a list; it is cut between words."""

_WORD = re.compile(r"\S+")


@lru_cache(maxsize=256)
def prose(article: Article) -> tuple[Span, ...]:
    """The sentences of the article that are not boilerplate, in order.

    Args:
        article: What is read off it is kept for the next call: reading asks for the same few articles again and again.
    """
    found: list[Span] = []
    for start, end in _between(article):
        for sentence in sentences(article.text, start, end):
            found.extend(_cut(article.text, sentence))
    return tuple(found)


def cut(article: Article) -> list[Passage]:
    """The article's passages in order, each overlapping the one before by a sentence; none where it has no prose."""
    spans, counts = prose(article), [len(_WORD.findall(article.text, s.start, s.end)) for s in prose(article)]
    content = hashlib.blake2b(article.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    found, first = [], 0
    while first < len(spans):
        last, total = first, counts[first]
        while last + 1 < len(spans) and total < PASSAGE_WORDS and total + counts[last + 1] <= LONGEST_WORDS:
            last += 1
            total += counts[last]
        found.append(_passage(article.id, content, spans[first].start, spans[last].end))
        if last + 1 == len(spans):
            break
        # The overlap must leave room for something new.
        first = last if last > first and counts[last] + counts[last + 1] <= LONGEST_WORDS else last + 1
    return found


def _passage(article_id: str, content: str, start: int, end: int) -> Passage:
    key = "\0".join((article_id, content, str(start), str(end)))
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Passage(digest, article_id, start, end)


def _between(article: Article) -> Iterator[tuple[int, int]]:
    """The stretches of text between the boilerplate."""
    start = 0
    for span in article.boilerplate:
        yield start, span.start
        start = span.end
    yield start, len(article.text)


def _cut(text: str, sentence: Span) -> list[Span]:
    """The sentence, in pieces where it is too long to be one."""
    places = [match.span() for match in _WORD.finditer(text, sentence.start, sentence.end)]
    if len(places) <= SENTENCE_WORDS:
        return [sentence]
    pieces = [places[i : i + PASSAGE_WORDS] for i in range(0, len(places), PASSAGE_WORDS)]
    return [Span(piece[0][0], piece[-1][1]) for piece in pieces]


def encoded_text(article: Article, passage: Passage) -> str:
    """The passage's sentences without boilerplate: what the encoder reads."""
    parts = [
        article.text[max(start, passage.start) : min(end, passage.end)]
        for start, end in _between(article)
        if start < passage.end and passage.start < end
    ]
    return " ".join(" ".join(parts).split())


def lexical_text(article: Article, passage: Passage) -> str:
    """Headline, outlet and day in words, then the passage without boilerplate: what is searched by words."""
    day = article.published
    date = f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""
    return " ".join(part for part in (article.title, article.publisher, date, encoded_text(article, passage)) if part)
