"""Questions on the figures of a sentence: "How many X did Y?", "What share of X?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.drafting.clauses import AUXILIARIES, Clause, base, clauses
from evals.drafting.names import NAME, Names
from evals.drafting.proposals import Proposal, Sentence, dated, stands_alone
from evals.drafting.telling import unattributed
from evals.drafting.wording import FACTS, tells_of, unclear
from qa.answer.figures import figures

_QUANTITY = (
    r"(?:(?:about|around|some|nearly|almost|at least|more than|over|up to|as many as|fewer than|less than|a total of|"
    r"hundreds of|tens of|dozens of) )*"
)
_NUMBER = (
    r"(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)(?: (?:hundred|thousand|"
    r"million|billion))?"
)
_AMOUNT = re.compile(rf"^(?P<amount>{_QUANTITY}{_NUMBER})(?: (?P<noun>.+))$", re.IGNORECASE)
_SHARE = re.compile(
    rf"^(?P<amount>{_QUANTITY}(?:{_NUMBER}[ -](?:thirds|quarters|fifths|per ?cent)|{_NUMBER} ?%|"
    rf"half)) of (?P<noun>.+)$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"^(?P<unit>(?:square |cubic )?(?:kilomet(?:re|er)s?|miles?|met(?:re|er)s?|tonn?es|feet|hectares|acres|degrees))"
    r"(?!\w)(?: \([^)]*\))? ?(?P<rest>.*)$"
)
_LOCATED = re.compile(
    rf"(?P<name>(?:[Tt]he (?:\w+ ){{1,3}}of )?{NAME}),? (?:located|situated|some|about) (?P<number>[\d,.]+) "
    r"(?P<unit>\w+)(?: \([^)]*\))? (?P<rest>[^,]{4,60})"
)
_THERE = re.compile(
    r"^[“\"]?[Tt]here (?P<verb>are|were|have been) (?P<number>(?:\w+ ){0,3}?[\d,.]+) (?P<noun>[^,]+?)"
    r"(?: (?P<rest>(?:in|on|at|since) [^,]+))?(?:,|$)"
)
_PREPOSITION = re.compile(
    r" (?:in|to|from|on|at|with|by|for|near|since|during|over|into|around|under|through|as|that|who|which)\b"
)
_NO_NOUN = re.compile(rf"^(?:more than|per cent|percent|%|of )| and (?:{'|'.join(sorted(AUXILIARIES))})\b")
_IN = re.compile(rf"In (?P<name>{NAME})")


def ask_figure(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """How many X did Y? How far is X?"""
    text = unattributed(sentence.text)
    if match := _THERE.match(text):
        been = "have there been" if match["verb"] == "have been" else f"{match['verb']} there"
        yield from _counted(f"How many {match['noun']} {been} {match['rest'] or ''}", match["number"], sentence)
    if (match := _LOCATED.search(text)) and _UNIT.match(match["unit"]):
        asked = f"How many {match['unit']} {match['rest']} is {names.inside(match['name'])}"
        yield from _counted(asked, match["number"], sentence)
    for clause in clauses(text):
        rest = clause.rest.split(", ")[0]
        if clause.auxiliary in FACTS and not unclear(rest):
            yield from _of_subject(clause, rest, sentence)
            if tells_of(clause.subject):
                yield from _of_object(clause, rest, sentence, names)


def _of_subject(clause: Clause, rest: str, sentence: Sentence) -> Iterator[Proposal]:
    """At least 500 people | died: how many people died?"""
    counted = re.sub(r"^(?:that|and|But) ", "", clause.subject)
    if match := _SHARE.match(counted):
        yield from _counted(f"What share of {match['noun']} {clause.told(rest)}", match["amount"], sentence)
    elif match := _AMOUNT.match(counted):
        yield from _counted(f"How many {match['noun']} {clause.told(rest)}", match["amount"], sentence)


def _of_object(clause: Clause, rest: str, sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """The coalition | conducted | seven strikes in Mosul: how many strikes did it conduct there?"""
    verb, _, after = rest.partition(" ") if clause.auxiliary else ("", "", rest)
    match = _AMOUNT.match(after)
    if not match or (verb and base(verb) == verb):
        return
    noun, late = match["noun"], ""
    if unit := _UNIT.match(noun):
        noun = f"{unit['unit']} {unit['rest']}".strip()
    elif cut := _PREPOSITION.search(noun):
        noun, late = noun[: cut.start()], noun[cut.start() :].strip()
    several = " and " in f"{noun} {late}" and any(figures(f"{noun} {late}"))
    if several or any(figures(noun)) or _NO_NOUN.search(noun):
        return
    place = f" in {where['name']}" if (where := _IN.fullmatch(clause.opening)) else ""
    turned = clause.asked(f"How many {noun}", f"{verb} {late}{place}".strip(), names.inside)
    yield from _counted(turned, match["amount"], sentence)


def _counted(question: str, amount: str, sentence: Sentence) -> Iterator[Proposal]:
    whole, amount = dated(sentence, " ".join(question.split())), amount.strip()
    number = re.sub(rf"^{_QUANTITY}", "", amount, flags=re.IGNORECASE)
    if whole and stands_alone(whole):
        yield Proposal(f"{whole}?", tuple(dict.fromkeys((amount, number))), "number", sentence)
