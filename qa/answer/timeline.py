"""What happened when: the dated sentences of the hits, in order, each told once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from qa.answer.quoting import Copies, cited, plain, source
from qa.answer.shorts import times
from qa.ingest.passages import prose
from qa.language.dates import Expression, expressions
from qa.language.intervals import FINEST_FIRST, show
from qa.language.names import Name, in_words_of
from qa.language.words import terms
from qa.types import Answer, Article, Hit, Moment, Span

SEARCHED = 60
"""Hits looked through."""
EVENTS = 20
"""Events told, unless more are asked for."""
ABOUT = 0.5
"""Share of the query's terms that the sentence and its headline hold, at least; and all its names."""
SAME = 0.5
"""Share of their own terms from which two sentences of one day tell of the same."""
_HAPPENED = re.compile(
    r"^\W*what (?:has |had )?happened (?:in|at|to|with|during|around) (?P<subject>.+?)\W*$", re.IGNORECASE
)
_ASKED = re.compile(
    r"^\W*(?:(?:show|give|make|draw)(?: me)? )?(?:an? |the )?(?:timeline|chronology|sequence of events)"
    r"(?: (?:of|for|about|on|in))?(?: the)?[: ]+(?P<subject>.+?)\W*$"
    r"|^\W*(?:(?:please |can you )?tell me (?:more )?about|what do (?:you know|the articles say) about|"
    r"what (?:is|was|has been) reported (?:about|on|of|from)|"
    r"what(?:'s| is) (?:the )?(?:latest )?news (?:about|on|of|from)) (?P<topic>.+?)\W*$"
    r"|^what happened when (?:in|at|to|with) (?P<place>.+?)\W*$",
    re.IGNORECASE,
)
_SAID_THEN = re.compile(
    r"\b(?:said|says|told(?: \w+){1,3}|added)(?: in \w+)?,?(?: late| early)?(?: on)? ?\Z", re.IGNORECASE
)
_Dated = tuple[Hit, Span, Expression]
LONGEST_DAYS = 366
"""A longer time is no event's."""


def subject(question: str) -> str | None:
    """What a timeline is asked of; None where the question asks for something else."""
    match = _ASKED.match(question)
    return (match["subject"] or match["topic"] or match["place"]) if match else None


def happened(question: str) -> str | None:
    """What "What happened in Fallujah?" asks about; None for another question."""
    match = _HAPPENED.match(question)
    return match["subject"] if match else None


def timeline(
    query: str, hits: Sequence[Hit], names: Sequence[Name], copies: Copies, limit: int = EVENTS, since: date = date.min
) -> list[Moment]:
    """The dated events that `hits` tell of `query`, oldest first.

    Args:
        query: What the events are about.
        hits: What search found, best first.
        names: The names in the query that have others.
        copies: Where the other prints of an article are known.
        limit: How many at most; the least fitting are left out.
        since: Events that were over before this day are left out.
    """
    found: dict[tuple[str, int], tuple[float, Hit, Span, Expression]] = {}
    for hit in hits:
        for score, sentence, expression in _dated(query, hit, names):
            if _days(expression)[1] < since:
                continue
            key = hit.article.id, sentence.start
            if key not in found or score > found[key][0]:
                found[key] = score, hit, sentence, expression
    ranked = sorted(found.values(), key=lambda one: (-one[0], one[1].article.id, one[2].start))
    chosen: list[_Dated] = []
    for _, hit, sentence, expression in ranked:
        if len(chosen) < limit and not any(_told(query, (hit, sentence, expression), other) for other in chosen):
            chosen.append((hit, sentence, expression))
    chosen.sort(key=lambda one: (*_days(one[2]), one[0].article.published or date.max, one[0].article.id, one[1].start))
    return [
        Moment(*_days(expression), expression.words, cited(number, hit.article, sentence, copies))
        for number, (hit, sentence, expression) in enumerate(chosen, start=1)
    ]


def told(question: str, hits: Sequence[Hit], moments: Sequence[Moment]) -> Answer:
    """The timeline as an answer: a line for each event."""
    lines = [
        f"- **{plain(show(moment.first, moment.last))}** “{plain(' '.join(moment.citation.quote.split()))}” "
        f"[{moment.citation.number}] — {plain(source(moment.citation))}"
        for moment in moments
    ]
    citations = tuple(moment.citation for moment in moments)
    return Answer("\n".join(lines), None, citations, False, 1.0, tuple(hits), question, timeline=tuple(moments))


def _dated(query: str, hit: Hit, names: Sequence[Name]) -> Iterator[tuple[float, Span, Expression]]:
    """The sentences of a hit that are about the query and say when, with how well they fit."""
    article = hit.article
    query = _without_times(in_words_of(f"{article.title} {hit.text}", query, names))
    asked, title = set(terms(query)), set(terms(article.title))
    named = {term for name in re.findall(r"\b[A-Z][\w’'-]*", query) for term in terms(name)}
    for sentence in prose(article):
        if hit.passage.start <= sentence.start and sentence.end <= hit.passage.end:
            own = set(terms(article.text[sentence.start : sentence.end]))
            share = len(asked & (own | title)) / len(asked) if asked else 0.0
            if share >= ABOUT and named <= own | title and (expression := _time(article, sentence)):
                yield hit.score + share + len(asked & own) / len(asked), sentence, expression


def _without_times(query: str) -> str:
    """The query less its days and years: "Fallujah in 2016" is about Fallujah, and the year narrows the search."""
    for expression in reversed(expressions(query, date.max)):
        query = query[: expression.start] + query[expression.end :]
    return query


def _time(article: Article, sentence: Span) -> Expression | None:
    """The finest time that the sentence names for what it tells, not for the telling."""
    found = [
        e
        for e in times(article, sentence)
        if e.first
        and e.last
        and e.granularity != "vague"
        and (e.last - e.first).days < LONGEST_DAYS
        and not _SAID_THEN.search(article.text[max(0, e.start - 40) : e.start])
    ]
    return min(found, key=lambda e: FINEST_FIRST.index(e.granularity), default=None)


def _days(expression: Expression) -> tuple[date, date]:
    assert expression.first and expression.last  # noqa: S101 - _time takes no others
    return expression.first, expression.last


def _told(query: str, one: _Dated, other: _Dated) -> bool:
    """Whether two sentences tell of one event: on the same days, in mostly the same words beside those all share."""
    if _days(one[2]) != _days(other[2]):
        return False
    shared = set(terms(_without_times(query)))
    first, second = (
        set(terms(hit.article.text[sentence.start : sentence.end])) - set(terms(expression.words)) - shared
        for hit, sentence, expression in (one, other)
    )
    return len(first & second) >= SAME * min(len(first), len(second))
