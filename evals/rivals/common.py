"""What the rivals share: how they are asked, how articles are handed to them, how their answers are cited.

A rival finds places in articles and answers from them; `Rival` asks it as `evals.run` asks an archive, so that its
answers become the same rows. It is asked the question alone: it takes no account of the conversation or of the day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Protocol

from qa.ingest.files import sources
from qa.ingest.metadata import read_metadata
from qa.ingest.passages import cut
from qa.ingest.readers import read
from qa.language.sentences import sentences
from qa.language.words import terms
from qa.models.encoder import Encoder
from qa.rows import PASSAGES
from qa.types import ABSTENTION, Answer, Article, Citation, Hit, Passage, Refused, Seconds, Span, Turn

FOUND = PASSAGES
"""Places that a rival is asked for: what a row lists."""
Scores = Callable[[str, Sequence[str]], Sequence[float]]
"""A question and sentences to how near each is to the question; higher is nearer."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a rival answers."""

    short: str | None
    """Its own words for the answer; None where it declines."""
    citation: Citation | None
    """The sentence of the article that it rests on; None where it declines."""
    confidence: float
    """0 to 1, higher where it is surer; comparable between the questions of one rival only."""


class Tool(Protocol):
    """A rival's own part."""

    def find(self, question: str) -> list[Hit]:
        """At most FOUND places, best first."""

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        """The answer from what was found, at least one place."""


class Rival:
    """A rival that is asked as an archive is."""

    def __init__(self, articles: Iterable[Article], tool: Tool) -> None:
        """Ask `tool`, which was built from `articles`."""
        self._articles, self._tool = {article.id: article for article in articles}, tool
        self.decline_below = 0.0
        """The confidence below which its answers are withheld."""

    def ask(self, question: str, history: Sequence[Turn] = (), asked: date | None = None) -> Answer:
        """The rival's answer; `history` and `asked` are not told to it."""
        started = perf_counter()
        hits = self._tool.find(question)[:FOUND]
        searched = perf_counter()
        given = self._tool.answer(question, hits) if hits else Given(None, None, 0.0)
        ended = perf_counter()
        citation = given.citation if given.confidence >= self.decline_below else None
        return Answer(
            text=f"{citation.quote} [1]" if citation else ABSTENTION,
            short=given.short if citation else None,
            citations=(citation,) if citation else (),
            abstained=citation is None,
            confidence=given.confidence,
            hits=tuple(hits),
            question=question,
            seconds=Seconds(searched - started, ended - searched, ended - started),
        )

    def article(self, article_id: str) -> Article | None:
        """The article of that id, None where there is none."""
        return self._articles.get(article_id)


def decline_below(told: Sequence[tuple[bool, float]]) -> float:
    """The confidence that, declining below it, gives the best balanced accuracy of abstention; the lowest of equals.

    Args:
        told: Of each question whether it is answerable, and the confidence it was answered with; below 0 for none.
    """
    answerable, others = ([confidence for kind, confidence in told if kind is side] for side in (True, False))

    def accuracy(threshold: float) -> float:
        """Twice the balanced accuracy."""
        return fmean(c >= threshold for c in answerable) + fmean(c < threshold for c in others)

    return max(sorted({0.0, *(max(confidence, 0.0) for _, confidence in told)}), key=accuracy)


def read_articles(corpus: Path) -> tuple[list[Article], list[Refused]]:
    """The articles of the folder as Dateline reads them, in order of their ids, and what could not be read.

    Raises:
        CorpusError: The folder cannot be listed.
    """
    metadata, refused = read_metadata(corpus)
    found = [item for source in sources(corpus) for item in read(source, metadata)]
    articles = {item.id: item for item in found if isinstance(item, Article)}
    return [articles[name] for name in sorted(articles)], refused + [i for i in found if isinstance(i, Refused)]


def fingerprint(articles: Iterable[Article]) -> str:
    """What the articles say, in sixteen characters."""
    digest = hashlib.sha256()
    for article in articles:
        digest.update(f"{article.id}\0{article.title}\0{article.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def passages(articles: Iterable[Article]) -> list[tuple[Article, Passage]]:
    """The passages that Dateline searches: whole sentences of some 150 words, without boilerplate."""
    return [(article, passage) for article in articles for passage in cut(article)]


def titled(article: Article, text: str) -> str:
    """`text` of the article below its headline, as one document."""
    return f"{article.title}\n\n{text}"


def hit(article: Article, start: int, end: int, score: float) -> Hit:
    """The place [start, end) of the article, cut to what it has, with the rival's own score."""
    start, end = max(start, 0), min(end, len(article.text))
    return Hit(Passage(f"{article.id}:{start}", article.id, start, end), article, score)


def placed(text: str, words: str, near: int = 0) -> int:
    """Where `words` stand in `text`: at `near` or after it, else anywhere, else -1."""
    place = text.find(words, max(near, 0))
    return place if place >= 0 else text.find(words)


def cited(article: Article, span: Span) -> Citation:
    """The words of the article at `span`."""
    return Citation(1, article, span.start, span.end, article.text[span.start : span.end])


def around(article: Article, start: int, end: int) -> Citation | None:
    """The whole sentences of the article that [start, end) touches; None where it touches none."""
    touched = [s for s in sentences(article.text) if s.start < end and start < s.end]
    return cited(article, Span(touched[0].start, touched[-1].end)) if touched else None


def best_sentence(question: str, found: Hit, scores: Scores) -> Citation | None:
    """The sentence nearest to the question of those that the place touches, the first of equals; None without any.

    A sentence that the place cuts is taken whole.
    """
    place, article = found.passage, found.article
    touched = [s for s in sentences(article.text) if s.start < place.end and place.start < s.end]
    if not touched:
        return None
    near = scores(question, [article.text[s.start : s.end] for s in touched])
    return cited(article, touched[max(range(len(touched)), key=lambda number: near[number])])


def quoted(question: str, found: Hit, scores: Scores, confidence: float) -> Given:
    """The nearest sentence of the place as the answer, for who has no reader."""
    citation = best_sentence(question, found, scores)
    return Given(citation.quote if citation else None, citation, confidence)


def by_words(question: str, texts: Sequence[str]) -> Sequence[float]:
    """How many of the question's words each text has, stemmed, function words aside."""
    asked = set(terms(question))
    return [float(len(asked & set(terms(text)))) for text in texts]


def by_meaning(encoder: Encoder) -> Scores:
    """The cosine of question and text."""

    def scores(question: str, texts: Sequence[str]) -> Sequence[float]:
        vectors = encoder.encode([question, *texts])
        near: list[float] = (vectors[1:] @ vectors[0]).tolist()
        return near

    return scores
