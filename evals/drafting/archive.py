"""The sentences of a folder of articles that questions can be drawn from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evals.drafting.names import NAME, Names
from evals.drafting.proposals import Sentence
from evals.drafting.rules import usable
from qa.errors import EvaluationError
from qa.ingest.copies import bands, same_copy, shingles
from qa.ingest.files import sources
from qa.ingest.metadata import read_metadata
from qa.ingest.passages import prose
from qa.ingest.readers import read
from qa.types import Article, Refused

_THE_PLACE = re.compile(r"\b[Tt]he (?:city|town|village)\b(?! (?:of|in|near|that)\b)")
_DATELINE = re.compile(r"^[A-Z][^.!?;:“”\"]{1,60}? ?(?://|[–—]) (?=[A-Z])")


def articles_of(corpus: Path) -> tuple[list[Article], list[Refused]]:
    """The articles of a folder, of copies the first, and what could not be read.

    Raises:
        EvaluationError: There is no article.
        CorpusError: The folder cannot be read.
    """
    metadata, refused = read_metadata(corpus)
    refused = list(refused)
    found: list[Article] = []
    near: dict[bytes, list[Article]] = {}
    for source in sources(corpus):
        for item in read(source, metadata):
            if isinstance(item, Refused):
                refused.append(item)
                continue
            keys = bands(shingles(item))
            if not any(
                same_copy(other, item) for other in {o.id: o for key in keys for o in near.get(key, [])}.values()
            ):
                found.append(item)
            for key in keys:
                near.setdefault(key, []).append(item)
    if not found:
        raise EvaluationError(f"The folder {str(corpus)!r} holds no article that can be read.")
    return found, refused


def named(sentence: Sentence, before: str, names: Names) -> Sentence:
    """The sentence with "the city" named, where the headline, else the sentence before, has one that it can be."""
    found = _THE_PLACE.search(sentence.text)
    towns = [
        {m[0] for m in re.finditer(rf"\b{NAME}", text) if names.is_town(m[0])}
        for text in (sentence.article.title, before)
    ]
    meant = next((town for town in towns if town), set())
    if not found or len(meant) != 1 or meant & {m[0] for m in re.finditer(rf"\b{NAME}", sentence.text)}:
        return sentence
    (town,) = meant
    text = sentence.text[: found.start()] + town + sentence.text[found.end() :]
    return replace(sentence, text=text, note=f"“{found[0]}” is taken for {town}")


def sentences_of(article: Article) -> Iterator[Sentence]:
    """The sentences of an article that questions are made of, without their datelines."""
    for span in prose(article):
        text = " ".join(article.text[span.start : span.end].split())
        if usable(text):
            yield Sentence(article, span, _DATELINE.sub("", text))
