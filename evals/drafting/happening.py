"""Questions on what happened: "When did X?", "Who did X?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.drafting.clauses import PRESENT, Clause, base, clauses
from evals.drafting.names import SAYS, Names
from evals.drafting.proposals import Proposal, Sentence, dated, stands_alone
from evals.drafting.telling import forms, unattributed
from evals.drafting.wording import EVENTS, tells_of, unclear
from qa.answer.shorts import times
from qa.language.dates import Expression
from qa.language.intervals import MONTHS, day_in_words

_SAYING = r"(?:said|says|told|added|warned|claimed|admitted|estimated|reported|confirmed|suggested|insisted)"
_OF_THE_SAYING = rf"\b(?:{_SAYING}|according to [^,]+)(?: \w+)?(?: (?:late|early))?(?: on| in)? "
"""What stands before the day on which a thing was only said."""
_FOLLOWS = (
    r"(?:to|in|at|on|for|with|by|from|near|after|before|when|as|and|but|into|over|under|of|against|that|who|during|about|"
    r"outside|between|because|amid)\b"
)
_TWO = re.compile(r" and (?:were|was|is|are|has|had|have|will|two|three|four|\d|\w+ed\b)")
"""More than one thing is told, and the time may be that of the other."""
_CUT_OFF = re.compile(
    r"\b(?:on|in|to|since|by|of|and|just|early|late|only|through|until|before|after|with|for|at|over|starting|beginning|"
    r"from|even|about|more|less|than|shortly|the|an?)$"
)


def ask_when(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """When did X happen?"""
    found = [e for e in times(sentence.article, sentence.span) if e.first and e.granularity in ("day", "month", "year")]
    announced = re.search(r"\b(?:announced|declared)\b", sentence.text)
    text = sentence.text.rstrip(".") if announced else unattributed(sentence.text)
    for clause in clauses(text):
        if not _happened(clause):
            continue
        for expression in found:
            rest = _less_time(clause, expression)
            if rest is None or re.search(_OF_THE_SAYING + re.escape(expression.words), text):
                continue
            whole = dated(sentence, clause.asked("When", rest, names.inside))
            if (
                whole
                and not unclear(rest)
                and not _TWO.search(rest)
                and not _CUT_OFF.search(whole)
                and stands_alone(whole)
            ):
                yield Proposal(f"{whole}?", _days(expression), "date", sentence)


def _happened(clause: Clause) -> bool:
    """Whether the clause tells of an event: not of a state, not of somebody's saying."""
    if not tells_of(clause.subject) or clause.auxiliary not in EVENTS or clause.verb in PRESENT:
        return False
    done = clause.rest.removeprefix("already ").split(" ")[0]
    state = clause.auxiliary in ("was", "were") and base(done) == done
    return not state and not re.fullmatch(_SAYING, clause.verb)


def _less_time(clause: Clause, expression: Expression) -> str | None:
    """What the clause tells after its verb, less the time; None where that is not the clause's own."""
    parts = clause.rest.split(", ")
    if any(_without(part, expression) == "" for part in (*parts[1:], *clause.opening.split(", "))):
        rest: str | None = parts[0]
    else:
        rest = _without(parts[0], expression)
    rest = rest and rest.removeprefix("already ").strip()
    return None if rest is None or not (rest or clause.verb) else rest


def _without(text: str, expression: Expression) -> str | None:
    """The text less the expression and the words that belong to it; None where it is not in it."""
    found = re.search(
        r"(?:^|,? )(?:(?:late|early|at dawn|at noon|earlier|shortly) )?(?P<sign>(?:on|in|by|from|of|since|during) )?"
        rf"{re.escape(expression.words)}(?: (?:morning|evening|night|afternoon))?(?![\w’'-])",
        text,
    )
    if not found or (found["sign"] or "").strip() in ("by", "from", "of", "since"):
        return None
    year_or_month_beside_a_noun = expression.granularity != "day" and not expression.relative and not found["sign"]
    if year_or_month_beside_a_noun or re.match(rf" (?!{_FOLLOWS})[a-z]", text[found.end() :]):
        return None  # "a 1965 dress", "the April 15th anniversary"
    return (text[: found.start()] + text[found.end() :]).strip()


def _days(expression: Expression) -> tuple[str, ...]:
    """The time as days, and in the words of the sentence where they say it themselves."""
    first = expression.first
    assert first  # noqa: S101 - only resolved ones are asked for
    named = {"day": day_in_words(first), "month": f"{MONTHS[first.month - 1]} {first.year}"}
    stated = () if expression.relative and not re.search(r"\d", expression.words) else (expression.words,)
    return tuple(dict.fromkeys((named.get(expression.granularity, str(first.year)), *stated)))


def ask_who_did(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who did X?"""
    for clause in clauses(unattributed(sentence.text)):
        rest = clause.rest.split(", ")[0]
        told = f"Who {clause.told(rest)}"
        said = re.fullmatch(_SAYING, clause.verb) or (re.search(rf"\b{SAYS}\b", told) and " that" not in rest)
        past = clause.auxiliary in ("", "was", "were", "had")
        if not names.is_person(clause.subject) or said or not past or unclear(rest) or len(rest.split()) < 3:
            continue
        whole = dated(sentence, told)
        if whole and stands_alone(whole):
            yield Proposal(f"{whole}?", forms(clause.subject), "person", sentence)
