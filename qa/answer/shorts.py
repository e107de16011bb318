"""Short answers by the kind of question: the day, the number, the person or the place in a sentence that answers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.answer.kinds import Kind
from qa.language.dates import Expression, expressions
from qa.language.intervals import show
from qa.language.words import terms, words
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
_PLACE = re.compile(
    r"\b(?:in|at|near|to|from|on|into|of|outside|around|towards?) (?:the )?(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)"
)


def short_answer(kind: Kind, question: str, article: Article, sentence: Span) -> Span | None:
    """Where in the article's `sentence` the short answer stands, None where none can be told.

    Args:
        kind: What the question asks for.
        question: The question, whose own words answer nothing.
        article: The article that holds the sentence.
        sentence: The sentence that answers.
    """
    text = article.text[sentence.start : sentence.end]
    if kind == "when":
        found: Iterable[tuple[int, int]] = _finest(expressions(text, article.published))
    elif kind in ("count", "measure"):
        pattern = _COUNT if kind == "count" else _MEASURE
        found = [match.span() for match in pattern.finditer(text)]
    elif kind == "who":
        found = [match.span() for match in _NAME.finditer(text)]
    elif kind == "where":
        found = [match.span("name") for match in _PLACE.finditer(text)]
    else:
        return None
    asked = set(words(question))
    days = {day for e in expressions(text, article.published) for day in (e.start, e.end)} if kind == "who" else set()
    fresh = [
        (start, end)
        for start, end in found
        if not set(words(text[start:end])) <= asked and start not in days and end not in days
    ]
    if not fresh:
        return None
    start, end = min(fresh, key=lambda span: (_distance(text, span, set(terms(question))), span))
    return Span(sentence.start + start, sentence.start + end)


def _finest(found: list[Expression]) -> list[tuple[int, int]]:
    """The expressions of the finest granularity among those that name a day, a month or a year."""
    order = ("day", "days", "week", "month", "season", "year", "decade")
    best = min((order.index(e.granularity) for e in found), default=0)
    return [(e.start, e.end) for e in found if order.index(e.granularity) == best]


def _distance(text: str, span: tuple[int, int], asked: set[str]) -> float:
    """Mean distance, in words, from `span` to the nearest two words of the question."""
    before, after = terms(text[: span[0]])[::-1], terms(text[span[1] :])
    steps = sorted(
        [i for i, term in enumerate(before) if term in asked] + [i for i, term in enumerate(after) if term in asked]
    )
    return sum(steps[:2]) / len(steps[:2]) if steps else float(len(before) + len(after))


def resolved(article: Article, span: Span) -> str | None:
    """The days that the expression of time at `span` means, in words; None where it is none or stays relative."""
    found = _expression_at(article, span)
    return show(found.first, found.last) if found and found.first and found.last else None


def names_a_day(article: Article, span: Span) -> bool:
    """Whether the expression of time at `span` is as fine as a day."""
    found = _expression_at(article, span)
    return found is not None and found.granularity == "day"


def _expression_at(article: Article, span: Span) -> Expression | None:
    # The expression may need words around it ("will begin on Tuesday"), so its whole line is read.
    line = article.text.rfind("\n", 0, span.start) + 1
    stop = article.text.find("\n", span.end)
    found = expressions(article.text[line : stop if stop >= 0 else None], article.published)
    return next((e for e in found if e.start + line < span.end and span.start < e.end + line), None)
