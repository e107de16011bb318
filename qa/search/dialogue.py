"""A follow-up question made to stand alone, by rules: names carried over, pronouns filled, fragments completed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from qa.language.dates import expressions
from qa.language.intervals import show
from qa.language.words import STOP_WORDS, fold, terms
from qa.types import Turn

_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:(?: (?:al|el|bin|of|de))? [A-Z][\w'’-]*)*")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_FRAGMENT = re.compile(r"^(?:and |but |so )?(?:what|how) about (?P<rest>.+?)\??$|^and (?P<more>.+?)\??$", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:and |but )?(?P<word>when|where|why|who|how|by whom|how many|since when)(?: (?:was|is) (?:that|it|this))?\??$",
    re.I,
)
_ASKING = re.compile(r"^(?:when|where|why|who|whom|how many|how|what|which)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?P<it>he|she|him|her|his|hers)\b", re.IGNORECASE)
_PLACE = re.compile(r"\bthere\b(?! (?:is|are|was|were|been|be)\b)", re.IGNORECASE)
_THING = re.compile(r"\b(?P<it>it|its|they|them|their|this|that)\b(?! \w+ed\b)", re.IGNORECASE)
_SHORT_ANSWER = re.compile(r"\*\*(?P<short>[^*]+)\*\*")
FEW_TERMS = 2
"""A question with no name and at most so many content words is about what was spoken of before."""


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it leaves to the conversation filled in; else unchanged.

    Args:
        question: The question as put.
        history: Earlier turns, oldest first; their questions already stand alone.
    """
    question = question.strip()
    if history:
        question = _carried_over(question, history[-1])
    return question


def dated(question: str, asked: date) -> str:
    """`question` with the days that "last week" and the like mean in brackets.

    Args:
        question: A question that stands alone.
        asked: The day it is put.
    """
    found = [e for e in expressions(question, asked) if e.relative and e.first and e.last]
    for expression in reversed(found):
        assert expression.first and expression.last  # noqa: S101 - for the type checker
        days = f" ({show(expression.first, expression.last)})"
        question = question[: expression.end] + days + question[expression.end :]
    return question


def _carried_over(asked: str, before: Turn) -> str:
    """`asked` with fragments completed and pronouns filled from the turn before."""
    if bare := _BARE.match(asked):
        return _complete(bare["word"], before.question)
    if fragment := _FRAGMENT.match(asked):
        rest = fragment["rest"] or fragment["more"]
        if not _ASKING.match(rest):
            return _exchange(rest, before.question)
        asked = rest[0].upper() + rest[1:] + "?"
    filled = _filled(asked, before)
    if filled == asked and not _names(asked) and len(set(terms(asked))) <= FEW_TERMS:
        return _with_topic(asked, before)
    return filled


def _complete(word: str, before: str) -> str:
    """So that "Why?" after "When did Ramadi fall?" is "Why did Ramadi fall?"."""
    rest = _ASKING.sub("", before, count=1).strip()
    return f"{word[0].upper()}{word[1:]} {rest}"


def _exchange(rest: str, before: str) -> str:
    """So that "And Fallujah?" after "When did Ramadi fall?" is "When did Fallujah fall?"."""
    rest = rest.strip(" ?")
    bare = re.sub(r"^(?:in|at|on|for|to|from) ", "", rest, flags=re.IGNORECASE)
    pattern = _YEAR if _YEAR.fullmatch(bare) else _NAME
    names = [name for name in _names(before) if pattern is _NAME] or _YEAR.findall(before) * (pattern is _YEAR)
    if not names:
        return f"{before.rstrip('?')} {rest}?"
    return before.replace(names[-1], bare, 1)


def _filled(asked: str, before: Turn) -> str:
    """Pronouns replaced by the name that the turn before was about."""
    names = _names(before.question)
    short = _SHORT_ANSWER.search(before.answer)
    persons = [short["short"]] if short and re.match(r"who\b", before.question, re.IGNORECASE) else []
    if match := _PERSON.search(asked):
        return _put(asked, match, (persons or names)[-1:])
    if match := _PLACE.search(asked):
        return _put(asked, match, [f"in {name}" for name in names[-1:]])
    if match := _THING.search(asked):
        return _put(asked, match, names[-1:])
    return asked


def _put(asked: str, match: re.Match[str], names: Sequence[str]) -> str:
    if not names:
        return asked
    possessive = match[0].lower() in ("his", "its", "their", "hers")
    return asked[: match.start()] + names[0] + ("'s" if possessive else "") + asked[match.end() :]


def _with_topic(asked: str, before: Turn) -> str:
    """The names of the turn before, in brackets."""
    names = [name for name in _names(before.question) if fold(name) not in fold(asked)]
    return f"{asked} ({', '.join(names)})" if names else asked


def _names(question: str) -> list[str]:
    """Capitalised names, the question word and other function words at the start left out."""
    found = []
    for match in _NAME.finditer(question):
        first, _, rest = match[0].partition(" ")
        opens = match.start() == 0 and (fold(first) in STOP_WORDS or _ASKING.match(first))
        name = rest if opens else match[0]
        if name:
            found.append(re.sub(r"['’]s$", "", name))
    return found
