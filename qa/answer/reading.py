"""Which sentences of the hits answer the question, with which words, and with what chance of being right."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa.answer.fitting import fits
from qa.answer.kinds import Kind, kind_of
from qa.answer.shorts import days_meant, names_time, short_answer, times
from qa.ingest.passages import prose
from qa.language.dates import Expression, expressions
from qa.language.names import Name, in_words_of
from qa.language.words import terms
from qa.models.reader import Reading
from qa.types import Article, Hit, Span

# Fitted by training/reader/calibrate.py on the tuning questions of six sets; "time" was set on TimeQA's (the card).
WEIGHTS = {"span": 0.34, "relevance": -0.25, "fused": 5.18, "coverage": 2.14, "dense": 0.64, "time": 0.5}
"""What the features of a candidate count when candidates are put in order."""
CHANCE = {"span": 0.07, "relevance": -0.06, "fused": 5.68, "coverage": 1.27, "dense": -0.33, "time": 0.5}
"""What they count for the best one's chance of being right, a logistic curve."""
CONSTANT = -5.35
FINER_FROM = 0.3
"""A sentence that says when, where the best one does not, or a finer time within the best one's ("Sunday" in "this
month") stands first from this share of its confidence."""
UNFIT = 0.1
"""What is left of the chance where the best words cannot be the amount asked for: of 17 such answers to tuning
questions none was right."""
SPAN_LIMIT = 12.0
"""Logits beyond it tell nothing more."""
TELLING = 2.0
"""What a name or a number of the question counts beside 1 for another word."""
NAME_PLACES = (1.0, 1.0, 0.7, 0.5)
"""What a name or number of the question counts in the sentence, else the headline, the words before, the passage: news
prose drops what the headline has said."""
WORD_PLACES = (1.0, 0.6, 0.4, 0.2)
"""The same for any other word: what happened must be told by the sentence itself."""
_REASON = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|blam(?:ed?|es|ing)|caus(?:ed?|es|ing)|reasons?|in order to|"
    r"so that|for fear|since|over|fear(?:s|ed|ing)?|led to|prompt(?:s|ed|ing)|"
    r"to (?:avoid|prevent|protect|keep|stop))\b",
    re.IGNORECASE,
)
"""What a sentence has that says why."""
_QUESTION = re.compile(r"\?[\"'”’)\]]*\s*\Z")
"""The end of a sentence that asks; headlines and quizzes put the reader's question in their own words."""
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
"""In a question whose answer may be one of its own words."""
LONGEST_WORD = 40
_WHOLE = re.compile(r"[^\W_]+(?:[.,:]\d+)*")
BEFORE_CHARACTERS = 300
"""How far "the words before" reach: about two sentences."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, the words in it that may answer, and what speaks for them."""

    hit: Hit
    sentence: Span
    read: Span
    """The words that the reader takes for the answer, inside the sentence."""
    features: Mapping[str, float]
    """By the names of WEIGHTS."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that may answer, and the words in it that do."""

    hit: Hit
    sentence: Span
    short: Span
    """The short answer's offsets in the article, inside the sentence."""
    confidence: float
    """The chance of being right, 0 to 1; of a finding after the first, by how much less likely it is."""


def read(question: str, hits: Sequence[Hit], readings: Sequence[Reading], names: Sequence[Name] = ()) -> list[Finding]:
    """The sentences of the hits that were read, the likeliest to answer first.

    Args:
        question: A question that stands alone.
        hits: What search found, best first.
        readings: What the reader made of the first of them, in their order.
        names: The names in the question that have others.
    """
    kind, best = kind_of(question), dict[tuple[str, int], tuple[float, Candidate]]()
    for candidate in candidates(question, hits, readings, names):
        score = _weighed(WEIGHTS, candidate)
        key = candidate.hit.article.id, candidate.sentence.start
        if key not in best or score > best[key][0]:  # passages overlap
            best[key] = score, candidate
    ordered = [found for _, found in sorted(best.items(), key=lambda item: (-item[1][0], item[0]))]
    if not ordered:
        return []
    first, chosen = ordered[0]
    chance = 1 / (1 + math.exp(-_weighed(CHANCE, chosen) - CONSTANT))
    if not fits(kind, question, chosen.hit.article.text, chosen.read):
        chance *= UNFIT
    findings = [_finding(kind, question, candidate, chance * math.exp(score - first)) for score, candidate in ordered]
    if kind == "when":
        return list(_finer_first(_timed_first(findings)))
    return list(_reason_first(findings)) if kind == "why" else findings


def _weighed(weights: Mapping[str, float], candidate: Candidate) -> float:
    return sum(weights[name] * value for name, value in candidate.features.items())


def _finding(kind: Kind, question: str, candidate: Candidate, confidence: float) -> Finding:
    hit, sentence = candidate.hit, candidate.sentence
    short = short_answer(kind, question, hit.article, sentence, candidate.read)
    return Finding(hit, sentence, short, confidence)


def _timed_first(findings: Sequence[Finding]) -> Sequence[Finding]:
    """A sentence that says when stands before a likelier one that does not."""
    if names_time(findings[0].hit.article, findings[0].sentence):
        return findings
    return _promoted(findings, lambda other: names_time(other.hit.article, other.sentence))


def _reason_first(findings: Sequence[Finding]) -> Sequence[Finding]:
    """A sentence that gives a reason stands before a likelier one that only tells what happened."""
    return findings if _reasons(findings[0]) else _promoted(findings, _reasons)


def _reasons(finding: Finding) -> bool:
    return _REASON.search(finding.hit.article.text, finding.sentence.start, finding.sentence.end) is not None


def _finer_first(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Of times that one finding and a less likely one give, the finer stands first if it lies within the other."""
    time = days_meant(findings[0].hit.article, findings[0].short)
    if not time:
        return findings

    def finer(other: Finding) -> bool:
        days = days_meant(other.hit.article, other.short)
        return days is not None and days != time and time[0] <= days[0] and days[1] <= time[1]

    return _promoted(findings, finer)


def _promoted(findings: Sequence[Finding], better: Callable[[Finding], bool]) -> Sequence[Finding]:
    """The first finding that is `better`, of those likely enough, before the best one and as sure as it."""
    best, *others = findings
    for other in others:
        if other.confidence >= FINER_FROM * best.confidence and better(other):
            return [replace(other, confidence=best.confidence), best, *(f for f in others if f is not other)]
    return findings


def candidates(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], names: Sequence[Name] = ()
) -> Iterator[Candidate]:
    """Every sentence of the passages read that states something, boilerplate left out. Arguments: as for `read`."""
    days, choice = _known(expressions(question, None)), _CHOICE.search(question)
    for hit, reading in zip(hits, readings, strict=False):
        weights = _weights(in_words_of(f"{hit.article.title} {hit.text}", question, names))
        asked = frozenset() if choice else frozenset(weights)
        offset, title, passage = hit.passage.start, set(terms(hit.article.title)), set(terms(hit.text))
        for sentence in prose(hit.article):
            if offset <= sentence.start and sentence.end <= hit.passage.end and not _asks(hit.article, sentence):
                score, span = _telling(hit.text, reading, sentence.start - offset, sentence.end - offset, asked)
                if span:
                    place = _whole(hit.article.text, Span(span[0] + offset, span[1] + offset))
                    features = {
                        "span": max(-SPAN_LIMIT, min(score, SPAN_LIMIT)),
                        "relevance": max(-SPAN_LIMIT, min(reading.relevance, SPAN_LIMIT)),
                        "fused": hit.score,
                        "dense": hit.dense,
                        "coverage": _coverage(weights, hit, sentence, title, passage),
                        "time": _fits(days, hit.article, sentence),
                    }
                    yield Candidate(hit, sentence, place, features)


def _asks(article: Article, sentence: Span) -> bool:
    return _QUESTION.search(article.text, sentence.start, sentence.end) is not None


def _telling(
    passage: str, reading: Reading, start: int, end: int, asked: frozenset[str]
) -> tuple[float, tuple[int, int] | None]:
    """As `Reading.best`; where its words only say what the question said, the best ones beside them, if there are any.

    `asked` are the question's terms.
    """

    def says(found: tuple[float, tuple[int, int] | None]) -> bool:
        return found[1] is not None and not asked.issuperset(terms(passage[slice(*found[1])]))

    best = reading.best(start, end)
    if best[1] is None or says(best):
        return best
    first, last = best[1]
    return max(filter(says, (reading.best(start, first), reading.best(last, end))), default=best)


def _whole(text: str, span: Span) -> Span:
    """The span with the words whole that it begins and ends in: the reader may take the last part of "1,200"."""
    start, end = span.start, span.end
    for word in _WHOLE.finditer(text, max(0, start - LONGEST_WORD), end + LONGEST_WORD):
        if word.start() < span.start < word.end():
            start = word.start()
        if word.start() < span.end < word.end():
            end = word.end()
    return Span(start, end)


def _fits(days: Sequence[tuple[date, date]], article: Article, sentence: Span) -> int:
    """1 where the sentence tells of the days asked about, -1 where it tells only of others, else 0."""
    if not days:
        return 0
    told = _known(times(article, sentence))
    meets = any(first <= end and start <= last for first, last in told for start, end in days)
    return 1 if meets else -1 if told else 0


def _known(found: Sequence[Expression]) -> list[tuple[date, date]]:
    """The days of those expressions that have any, vague ones aside."""
    return [(e.first, e.last) for e in found if e.first and e.last and e.granularity != "vague"]


def _weights(question: str) -> dict[str, float]:
    """What each term of the question counts."""
    found: dict[str, float] = {}
    for place, word in enumerate(re.findall(r"[^\s?!,;:\"“”()]+", question)):
        telling = any(char.isdigit() for char in word) or (place > 0 and word[:1].isupper())
        for term in terms(word):
            found[term] = max(found.get(term, 0.0), TELLING if telling else 1.0)
    return found


def _coverage(weights: Mapping[str, float], hit: Hit, sentence: Span, title: set[str], passage: set[str]) -> float:
    """Share of the question's weight that the sentence has, or, for less, its surroundings.

    `title` and `passage` are the terms of the headline and of the hit, the same for all its sentences.
    """
    if not weights:
        return 0.0
    article, start = hit.article, max(hit.passage.start, sentence.start - BEFORE_CHARACTERS)
    own, before = article.text[sentence.start : sentence.end], article.text[start : sentence.start]
    places = (set(terms(own)), title, set(terms(before)), passage)
    covered = 0.0
    for term, weight in weights.items():
        shares = NAME_PLACES if weight == TELLING else WORD_PLACES
        covered += weight * next((share for share, place in zip(shares, places, strict=True) if term in place), 0.0)
    return covered / sum(weights.values())
