"""Short answers by the kind of question: the day, the number, the person or the place in a sentence that answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from qa.answer.kinds import Kind
from qa.language.dates import Expression, expressions
from qa.language.intervals import FINEST_FIRST, show
from qa.language.words import words
from qa.types import Article, Span

_NUMBER = (
    r"(?:(?:about|around|some|nearly|almost|at least|more than|over|up to) )?"
    r"(?:[$£€])?(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds|"
    r"thousands|tens of thousands|hundreds of thousands|millions|half|(?:one|two)[ -](?:third|fifth|quarter)s?)"
    r"(?:[ -](?:hundred|thousand|million|billion|thirds?|fifths?|quarters?)| ?%| per ?cent| percent)*"
)
_UNITS = (
    r"[ -](?:square |cubic )?(?:kilomet(?:re|er)s?|km|miles?|met(?:re|er)s?|hours?|days?|weeks?|months?|years?|"
    r"minutes?|tonn?es?|tons?|dollars?|euros?|pounds?|hectares?|feet|degrees?)\b"
)
_COUNT = re.compile(rf"\b{_NUMBER}(?![\w,]*\d)\b", re.IGNORECASE)
_MEASURE = re.compile(rf"{_NUMBER}{_UNITS}", re.IGNORECASE)
_TITLE = (
    r"(?:(?:Lieutenant|Major|Brigadier|Prime|Vice|Foreign|Defen[cs]e|US|Mr|Mrs|Ms|Dr|Col|Gen|Lt|Sgt|Capt)\.?[ -]?)*"
)
_NAME = re.compile(rf"{_TITLE}\b[A-Z][\w'’]+(?:(?:[ -](?:al|el|bin|ibn|of|the|van|de)\b)?[ -][A-Z][\w'’.]*)*")
_BODY = re.compile(
    r"(?: (?:security|special|government|counter-terrorism|federal|local|military|air))?"
    r" (?:forces?|troops|soldiers|police|army|fighters|militants|militias?|rebels|officials|authorities|government)\b"
)
"""Who is meant with a name before it: "Iraqi forces"; "Iraqi" alone is nobody."""
_ITEM = r"(?:the )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
_LIST = re.compile(rf"{_ITEM}(?:, {_ITEM})*,? and {_ITEM}")
_QUOTED = re.compile(r"[“\"](?P<said>[^“”\"]+)[”\"]")
_CAUSE = re.compile(
    r"\b(?:because|for fear|due to|owing to|since|so that|in order to|as a result of|until)\b", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[,;:]\s|[.!?][\"”’']?\s*$|\s[—–-]\s")
_CLOCK = re.compile(r"\b(?:dawn|noon|midnight|morning|evening|night|hour|minute|day|week|month|year)s?\b|\d:\d\d")
_STATE = re.compile(r"\bhow many (?:[\w’'-]+ ){1,4}?(?:are|is|were|was) (?:there|now|in|at|on|with)\b", re.IGNORECASE)
_MORE = re.compile(r" (?:more|additional|extra|further|other|new)\b")
_TOTAL = re.compile(
    rf"\b(?:bring|brought|rais|tak|took|push|lift)\w* (?:the|its|their|his|her) [\w ]{{0,40}}?"
    rf"\bto (?P<total>{_NUMBER})(?<!,)",
    re.IGNORECASE,
)
_OF_ALL = re.compile(rf"\b(?:a|the) total of (?P<total>{_NUMBER})(?<!,)", re.IGNORECASE)
ROUGHLY = (
    r"about|around|some|nearly|almost|roughly|approximately|close to|at (?:least|most)|(?:more|less|fewer) than|over|"
    r"up to|as (?:many|much|few|little) as|an estimated"
)
"""What stands before a number that would say too much without it."""
_ROUGHLY = re.compile(rf"\b(?:{ROUGHLY}) [$£€]?\Z", re.IGNORECASE)
SHORT_WORDS = 15
"""A short answer is no longer than this."""


def short_answer(kind: Kind, question: str, article: Article, sentence: Span, read: Span) -> Span:
    """Where in the article's `sentence` the short answer stands.

    Args:
        kind: What the question asks for.
        question: The question, whose own words answer nothing.
        article: The article that holds the sentence.
        sentence: The sentence that answers.
        read: The words in it that the reader takes for the answer; they are the short answer, or point at it.
    """
    text, near = article.text[sentence.start : sentence.end], (read.start - sentence.start, read.end - sentence.start)
    found: Iterable[tuple[int, int]] = []
    if kind == "when":
        found = _times(expressions(text, article.published), near)
    elif kind in ("count", "measure"):
        found = _figures(kind, question, text, near)
    elif kind == "who":
        found = [
            _whole_name(text, *m.span()) for m in _NAME.finditer(text) if m.start() <= near[0] and near[1] <= m.end()
        ]
    elif kind == "list":
        found = [match.span() for match in _LIST.finditer(text) if match.start() < near[1] and near[0] < match.end()]
    elif kind == "meaning":
        found = [match.span("said") for match in _QUOTED.finditer(text)]
    elif kind == "why":
        found = [_reason(text, near)]
    asked = set(words(question))
    fresh = [span for span in found if not set(words(text[slice(*span)])) <= asked]
    start, end = min(fresh, key=lambda span: (_apart(span, near), span), default=near)
    if kind in ("count", "measure") and (roughly := _ROUGHLY.search(text, 0, start)):
        start = roughly.start()
    return Span(sentence.start + start, sentence.start + end)


def _whole_name(text: str, start: int, end: int) -> tuple[int, int]:
    """A name with the body of people that it belongs to."""
    body = _BODY.match(text, end)
    return start, body.end() if body else end


def _figures(kind: Kind, question: str, text: str, read: tuple[int, int]) -> list[tuple[int, int]]:
    """The numbers that may be meant by the words read; none where these are the best."""
    if not _COUNT.search(text[slice(*read)]):
        return [match.span() for match in (_COUNT if kind == "count" else _MEASURE).finditer(text)]
    if kind == "measure":  # what follows the unit says more than was asked: "115 kilometres west"
        return [(read[0], match.end()) for match in list(_MEASURE.finditer(text, *read))[-1:]]
    if not _STATE.search(question):
        return []
    totals = _TOTAL.finditer(text, read[1]) if _MORE.match(text, read[1]) else _OF_ALL.finditer(text)
    return [match.span("total") for match in totals]


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Characters between two stretches, 0 where they overlap."""
    return max(0, one[0] - other[1], other[0] - one[1])


def _reason(text: str, read: tuple[int, int]) -> tuple[int, int]:
    """The clause around the words read, from the word that makes it a reason where there is one."""
    starts = [m.start() for m in _CAUSE.finditer(text, 0, read[0] + 1)] or [read[0]]
    stop = _CLAUSE_END.search(text, read[1])
    start, end = starts[-1], stop.start() if stop else len(text)
    crossed = _CLAUSE_END.search(text, start, read[0]) is not None
    return read if crossed or len(text[start:end].split()) > SHORT_WORDS else (start, end)


def _times(found: list[Expression], read: tuple[int, int]) -> list[tuple[int, int]]:
    """What the words read say of the time, else the finest expressions of the sentence."""
    own = [(e.start, e.end) for e in found if e.start < read[1] and read[0] < e.end]
    if len(own) > 1:  # "from 1973 to 1974"
        return [(min(own)[0], max(end for _, end in own))]
    order = FINEST_FIRST
    best = min((order.index(e.granularity) for e in found), default=0)
    return own or [(e.start, e.end) for e in found if order.index(e.granularity) == best]


def resolved(article: Article, span: Span) -> str | None:
    """The days that the expression of time at `span` means, in words.

    Several are told one by one ("Thursday and Friday"). None where it is none, or says itself which days, or is vague,
    or where the article's own day is unknown.
    """
    found = times(article, span)
    known = [show(e.first, e.last) for e in found if e.first and e.last and e.granularity != "vague"]
    told = len(known) == len(found) and all(e.relative for e in found)
    return " and ".join(known) if known and told else None


def days_meant(article: Article, span: Span) -> tuple[date, date] | None:
    """First and last day that the one expression of time at `span` means; None where it is none, several or open."""
    return _days(times(article, span))


def names_time(article: Article, sentence: Span) -> bool:
    """Whether the sentence says anything of a time: a day, a year, "two days later"."""
    return bool(times(article, sentence)) or bool(_CLOCK.search(article.text, sentence.start, sentence.end))


def _days(found: list[Expression]) -> tuple[date, date] | None:
    if len(found) != 1 or not (found[0].first and found[0].last):
        return None
    return found[0].first, found[0].last


def times(article: Article, span: Span) -> list[Expression]:
    """The expressions of time at `span`, resolved against the article's day; their offsets are the article's."""
    # An expression may need words around it ("will begin on Tuesday"), so its whole line is read.
    line = article.text.rfind("\n", 0, span.start) + 1
    stop = article.text.find("\n", span.end)
    found = expressions(article.text[line : stop if stop >= 0 else None], article.published)
    moved = [replace(e, start=e.start + line, end=e.end + line) for e in found]
    return [e for e in moved if e.start < span.end and span.start < e.end]
