"""What flows through Dateline. Every other file turns one of these values into another.

Offsets are character positions in `Article.text`, end exclusive, so that
`article.text[start:end] == quote` always holds. Scores: higher is better, everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

ABSTENTION = "The archive does not say."
"""The one phrase for an abstention, shared by answers, page, prompts and tests."""

Basis = Literal["given", "stated", "inferred", "unknown"]
"""Where an article's day comes from: its metadata, its text, a chain of clues, or nowhere."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of `Article.text`."""

    start: int
    end: int
    reason: str = ""
    """Why a boilerplate span is one: "title", "navigation", "repeat", "notice"; else empty."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `text` is canonical and never altered: boilerplate is marked, not cut."""

    id: str
    """Path relative to the corpus root, with "/"; "#key" is appended for a row of a JSONL file."""
    text: str
    title: str = ""
    published: date | None = None
    basis: Basis = "unknown"
    basis_note: str = ""
    """The reason for `basis` in words, where one is known."""
    publisher: str = ""
    author: str = ""
    url: str = ""
    language: str = ""
    boilerplate: tuple[Span, ...] = ()
    """Ordered, not overlapping; kept out of search and of answers."""
    story: str = ""
    """The same for all articles that print the same copy; empty where no other does."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of an article: what is indexed and found."""

    id: str
    """Deterministic: a digest of the article's id, its content and the offsets."""
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to. The empty value lets everything through."""

    after: date | None = None
    """First day let through. An article of unknown date passes a date filter only with `undated`."""
    before: date | None = None
    """Last day let through."""
    publishers: Sequence[str] = ()
    """Outlets let through, compared without regard to case; all where empty."""
    undated: bool = False
    """Whether an article of unknown date passes a date filter."""

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.publishers)

    def admits(self, article: Article) -> bool:
        """Whether `article` passes."""
        if (self.after or self.before) and article.published is None and not self.undated:
            return False
        if self.after and article.published and article.published < self.after:
            return False
        if self.before and article.published and article.published > self.before:
            return False
        names = {name.casefold() for name in self.publishers}
        return not names or article.publisher.casefold() in names


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that search found, with its article."""

    passage: Passage
    article: Article
    score: float
    """The fused score, 0 to 1 within one question."""
    lexical: float = 0.0
    """BM25, 0 where the passage was found by meaning alone."""
    dense: float = 0.0
    """Cosine of question and passage, 0 where the passage was found by words alone."""

    @property
    def text(self) -> str:
        """The passage's words."""
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of an article that an answer rests on: `article.text[start:end] == quote`."""

    number: int
    """What the marker [n] in `Answer.text` refers to, from 1."""
    article: Article
    start: int
    end: int
    quote: str
    copies: tuple[Article, ...] = ()
    """Other articles that print the same copy, the quote in them."""
    speaker: str | None = None
    """Who is named as saying it, in the words of the article."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of a timeline."""

    first: date
    last: date
    """The last day meant, inclusive; the first one for an event of a day."""
    words: str
    """The words of the article that say when."""
    citation: Citation
    """The sentence that tells of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier exchange of the same conversation."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall time of one question."""

    search: float = 0.0
    answer: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model was used for an answer; all 0 where none was, or where the server does not tell."""

    read: int = 0
    """Tokens."""
    written: int = 0
    """Tokens."""
    cost: float = 0.0
    """By the prices in the settings."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question, or that it does not say."""

    text: str
    """Markdown with [n] markers, one for each citation's number."""
    short: str | None
    """The shortest true answer, None where none can be told."""
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    """0 to 1."""
    hits: tuple[Hit, ...]
    """The passages retrieved, best first."""
    question: str
    """The question as understood: a follow-up made to stand alone."""
    narrowed: Filters = Filters()
    """What the question's own words narrowed the search to, beside the filters it was put with."""
    timeline: tuple[Moment, ...] = ()
    """The events, oldest first, where the question asks for a timeline."""
    warnings: tuple[str, ...] = ()
    """Sentences a reader of the answer should know; nothing is hidden by leaving it out."""
    seconds: Seconds = Seconds()
    usage: Usage = Usage()
    written_by: str = ""
    """The language model that wrote `text`; empty where the articles are quoted."""


@dataclass(frozen=True, slots=True)
class Found:
    """Streamed first: the question as understood and what was retrieved for it."""

    question: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model is writing, not checked yet: it replaces the `Draft` before, and the next `Delta` replaces it."""

    text: str
    """Plain words of one sentence, without markers."""


@dataclass(frozen=True, slots=True)
class Delta:
    """Streamed next, many times: the next piece of `Answer.text`, checked."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Streamed last: the whole answer. It stands in place of what a model that failed halfway had written."""

    answer: Answer


Event = Found | Draft | Delta | Finished


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a row of one, that could not be read. The others are not stopped by it."""

    source: str
    """Path relative to the corpus root."""
    reason: str
    """One sentence."""
    line: int | None = None

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}, line {self.line}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync has come."""

    stage: str
    """"reading", "comparing", "encoding" or "indexing"."""
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync changed, in articles."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    refused: tuple[Refused, ...] = ()
    """Everything in the corpus that is not searchable, and why; also what earlier syncs refused."""
    unsent: str = ""
    """Why a Chroma server did not take over what changed, in one sentence; the next sync hands it over."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an archive holds."""

    articles: int = 0
    passages: int = 0
    first: date | None = None
    last: date | None = None
    publishers: Mapping[str, int] = field(default_factory=dict)
    """Outlet to number of articles, most first, ties by name."""
    months: Mapping[str, int] = field(default_factory=dict)
    """Month, as in "2015-05", to number of articles, in their order; articles of unknown day are not counted."""
