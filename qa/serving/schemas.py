"""What other programs are given: `qa.types` as JSON, with a schema. The same for HTTP and for MCP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from qa import types
from qa.types import Basis


class Source(BaseModel):
    """Where words come from."""

    article: str = Field(description="The article's id: its path in the archive, with #key for a row of a JSONL file.")
    title: str
    publisher: str
    published: date | None
    basis: Basis = Field(description="Where the day comes from: metadata, the text, a chain of clues, or nowhere.")
    url: str


class Citation(Source):
    """Words that an answer rests on, exact: the article's text from start to end."""

    number: int = Field(description="What the marker [n] in the answer's text refers to.")
    start: int = Field(description="Where the quote begins in the article's text, in characters.")
    end: int = Field(description="Where it ends, exclusive.")
    quote: str
    speaker: str | None = Field(description="Who is named as saying it, in the words of the article.")
    copies: list[str] = Field(description="The ids of other articles that print the same.")

    @classmethod
    def of(cls, citation: types.Citation) -> Citation:
        """That citation."""
        return cls(
            **_source(citation.article),
            number=citation.number,
            start=citation.start,
            end=citation.end,
            quote=citation.quote,
            speaker=citation.speaker,
            copies=[copy.id for copy in citation.copies],
        )


class Passage(Source):
    """A passage that search found."""

    start: int
    end: int
    text: str
    score: float = Field(description="0 to 1 within one search; higher is better.")

    @classmethod
    def of(cls, hit: types.Hit) -> Passage:
        """That hit."""
        place = hit.passage
        return cls(**_source(hit.article), start=place.start, end=place.end, text=hit.text, score=round(hit.score, 4))


class Moment(BaseModel):
    """An event, with the sentence that tells of it."""

    first: date
    last: date = Field(description="The last day meant, inclusive.")
    words: str = Field(description="The words of the article that say when.")
    citation: Citation

    @classmethod
    def of(cls, moment: types.Moment) -> Moment:
        """That moment."""
        told = Citation.of(moment.citation)
        return cls(first=moment.first, last=moment.last, words=moment.words, citation=told)


class Days(BaseModel):
    """The days that a question was narrowed to by its own words."""

    after: date | None
    before: date | None


class Seconds(BaseModel):
    """What the answer took."""

    search: float
    answer: float
    total: float


class Answer(BaseModel):
    """What the archive says to a question, or that it does not say."""

    question: str = Field(description="The question as understood: a follow-up made to stand alone.")
    short: str | None = Field(description="The shortest true answer, null where none can be told.")
    text: str = Field(description="Markdown with [n] markers, one for each citation's number.")
    abstained: bool = Field(description="Whether the archive does not say.")
    confidence: float = Field(description="0 to 1.")
    citations: list[Citation]
    timeline: list[Moment] = Field(description="The events, oldest first, where the question asks for a timeline.")
    narrowed: Days
    warnings: list[str]
    written_by: str = Field(description="The language model that wrote the text; empty where articles are quoted.")
    seconds: Seconds

    @classmethod
    def of(cls, answer: types.Answer) -> Answer:
        """That answer."""
        seconds = answer.seconds
        return cls(
            question=answer.question,
            short=answer.short,
            text=answer.text,
            abstained=answer.abstained,
            confidence=round(answer.confidence, 4),
            citations=[Citation.of(citation) for citation in answer.citations],
            timeline=[Moment.of(moment) for moment in answer.timeline],
            narrowed=Days(after=answer.narrowed.after, before=answer.narrowed.before),
            warnings=list(answer.warnings),
            written_by=answer.written_by,
            seconds=Seconds(
                search=round(seconds.search, 4), answer=round(seconds.answer, 4), total=round(seconds.total, 4)
            ),
        )


class Article(Source):
    """An article, or a part of it."""

    text: str = Field(description="Canonical, from start to end: all offsets are positions in the whole.")
    start: int = Field(description="Where the text given begins in the whole; 0 where all is given.")
    characters: int = Field(description="Of the whole text.")
    author: str
    language: str
    basis_note: str = Field(description="Why the day is what it is, where that is known.")
    copies: list[str] = Field(description="The ids of other articles that print the same.")

    @classmethod
    def of(
        cls, article: types.Article, copies: Sequence[types.Article], start: int = 0, end: int | None = None
    ) -> Article:
        """That article, its text from `start` to `end`."""
        return cls(
            **_source(article),
            text=article.text[start:end],
            start=start,
            characters=len(article.text),
            author=article.author,
            language=article.language,
            basis_note=article.basis_note,
            copies=[copy.id for copy in copies],
        )


class Earlier(BaseModel):
    """An earlier exchange of the same conversation."""

    question: str
    answer: str = ""


class Found(BaseModel):
    """What a search found, best first."""

    query: str
    passages: list[Passage]


class Timeline(BaseModel):
    """The dated events that the archive tells of, oldest first."""

    query: str
    events: list[Moment]


class Narrowing(BaseModel):
    """Which articles are searched."""

    model_config = ConfigDict(extra="forbid")

    after: date | None = Field(default=None, description="Only articles of this day and later.")
    before: date | None = Field(default=None, description="Only articles of this day and earlier.")
    publishers: list[str] = Field(default=[], max_length=200, description="Only articles of these outlets.")

    @property
    def filters(self) -> types.Filters:
        """As the archive takes it."""
        return types.Filters(self.after, self.before, tuple(self.publishers))


def _source(article: types.Article) -> dict[str, object]:
    return {
        "article": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published,
        "basis": article.basis,
        "url": article.url,
    }
