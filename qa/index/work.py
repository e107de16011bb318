"""The work of a sync that needs no index: files read and cut, texts encoded.

Plain functions over values, so that this process can do it or others can: who does it makes no difference to the index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa.ingest.fields import Fields
from qa.ingest.files import Source
from qa.ingest.passages import cut
from qa.ingest.readers import read
from qa.types import Article, Passage, Refused


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read."""

    source: Source
    given: Fields
    """By metadata.csv."""
    before: Mapping[str, str]
    """Content digest by id of the articles that the index has of it."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An article that the index does not have so."""

    article: Article
    digest: str
    passages: Sequence[Passage]


@dataclass(frozen=True, slots=True)
class Known:
    """The id of an article that the index has as it is."""

    id: str


Found = Fresh | Known | Refused
Texts = tuple[Sequence[str], Sequence[str]]
"""Ids of passages, and what the encoder reads of each."""
Encoded = tuple[Sequence[str], NDArray[np.float32]]
"""Ids of passages, and their vectors, (n, dimensions)."""


class Encodes(Protocol):
    """What makes vectors of texts."""

    @property
    def name(self) -> str:
        """Which model: vectors of different names cannot be compared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions) of length 1, in the order of `texts`."""


class Workers(Protocol):
    """Who does the work."""

    def read(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Iterable[Found]]]:
        """Each job in its order with what its file holds, which is gone through before the next is asked for."""

    def encode(self, batches: Iterable[Texts]) -> Iterator[Encoded]:
        """The vectors of each batch, in any order."""


class ThisProcess:
    """Does the work as it is asked for."""

    def __init__(self, encoder: Encodes) -> None:
        """Encode by `encoder`."""
        self._encoder = encoder

    def read(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Iterable[Found]]]:
        """As `Workers` has it."""
        return ((job, read_file(job)) for job in jobs)

    def encode(self, batches: Iterable[Texts]) -> Iterator[Encoded]:
        """As `Workers` has it."""
        return ((ids, self._encoder.encode(texts)) for ids, texts in batches)


def read_file(job: Job) -> Iterator[Found]:
    """The articles of a file, cut where they are new or changed, with a Refused for each that cannot be read."""
    for item in read(job.source, {job.source.id: job.given}):
        if isinstance(item, Refused):
            yield item
            continue
        found = digest(repr(item))
        # Cutting is a function of the article and INGEST_VERSION: what is unchanged need not be cut to be known.
        if job.before.get(item.id) == found:
            yield Known(item.id)
        elif passages := cut(item):
            yield Fresh(item, found, passages)
        else:
            yield Refused(item.id, "It has no text beside boilerplate.")


def digest(text: str) -> str:
    """The same for the same text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
