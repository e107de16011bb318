"""Who is told to say a thing, and "Who said that X?"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.drafting.clauses import clauses
from evals.drafting.names import NAME, ROLES, SAYS, TITLE, Names, bare, names_in
from evals.drafting.proposals import Proposal, Sentence, dated, stands_alone

QUOTED_WORDS = 10
"""A shorter quote that names nothing may be anybody's."""
WHO = rf"(?:{TITLE} )?(?:[A-Z][\w’']+ )?{NAME}"
_DAY = r"(?: (?:late |early )?(?:on )?\w+day(?: \w+)?)?"
_SPEAKER = r"[^,“”\"]{3,90}"
_TOLD = (
    re.compile(
        rf"^(?P<who>{_SPEAKER}?(?:, [^,“”\"]{{3,70}},)?) (?:also )?(?P<verb>{SAYS})(?: (?:reporters|AFP|[A-Z]\w+))?"
        rf"{_DAY} that (?P<claim>.+)$"
    ),
    re.compile(r"^According to (?P<who>[^,]+), (?P<claim>.+)$"),
    re.compile(r"^(?P<claim>.+), according to (?P<who>[^,]+)$"),
    re.compile(rf"^(?P<claim>.+), (?P<who>{_SPEAKER}) (?:said|says){_DAY}$"),
    re.compile(r"^(?P<claim>.+), said (?P<who>[^,“”\"]+).*$"),
    re.compile(rf"^(?P<who>{_SPEAKER}?) (?:said|says){_DAY} (?P<claim>(?:the|a|an|[A-Z])\b.+)$"),
)
_QUOTE = r"^[“\"](?P<said>[^“”\"]{15,160}?)[,.]?[”\"],? "
_QUOTED = (
    re.compile(rf"{_QUOTE}(?:said|says) (?:one of [^,]+, )?(?P<who>{WHO})"),
    re.compile(rf"{_QUOTE}(?P<who>{WHO}) (?:said|told|was quoted)"),
)
_NO_CLAIM = re.compile(r"[“”\"]|\bthe (?:group|militants|tribe)\b")
_PEOPLE = re.compile(
    rf"\b(?:{ROLES}|officials?|residents?|witness(?:es)?|police|lawyers?|doctors?|researchers?|scientists?)\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told to say: "Anbar officials | said | at least 500 people died"."""

    who: str
    verb: str
    claim: str


def told(text: str) -> Told | None:
    """Who says what in a sentence; None where nobody is told to say it."""
    for pattern in _TOLD:
        if match := pattern.match(text.rstrip(".")):
            verb = match.groupdict().get("verb") or "said"
            return Told(match["who"], "said" if verb in ("told", "added", "says") else verb, match["claim"])
    return None


def unattributed(text: str) -> str:
    """The sentence without who says so."""
    return found.claim if (found := told(text)) else text.rstrip(".")


def ask_speaker(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who said that X?"""
    for pattern in _QUOTED:
        if match := pattern.match(sentence.text):
            if len(match["said"].split()) >= QUOTED_WORDS or names_in(f"- {match['said']}"):
                yield from _by(f"Who said: “{match['said']}”?", match["who"], sentence, names)
    if not (found := told(sentence.text)):
        return
    claim = re.split(r",? (?:and|but) that |, (?:but|and) |, (?=\w+ing )", found.claim)[0].rstrip(",")
    whole = dated(sentence, claim) if any(clauses(claim)) else None
    if whole and not _NO_CLAIM.search(whole) and stands_alone(whole):
        yield from _by(f"Who {found.verb} that {names.inside(whole)}?", found.who, sentence, names)


def _by(question: str, who: str, sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """The question answered with who is named in `who`; nothing where nobody is."""
    who = re.sub(r"^(?:But|And|Separately,|Speaking to \w+,) | (?:had|has|have)(?: already)?$", "", who.strip(" ,"))
    parts = [part for part in who.split(", ") if part]
    if named := next((part for part in parts if names.is_person(part)), ""):
        yield Proposal(question, forms(named), "speaker", sentence)
        return
    source = parts[0] if parts else ""
    if not re.search(rf"(?<!^)\b{NAME}", source) or re.match(r"(?:[Hh]e|[Ii]ts?|[Tt]hey|in|on|at|that)\b", source):
        return
    if not _PEOPLE.search(source.lower()):
        question = re.sub(r"^Who \w+ that", "Which source says that", question)
    yield Proposal(question, (source,), "speaker", sentence)


def forms(who: str) -> tuple[str, ...]:
    """A person's name with and without the title."""
    return tuple(dict.fromkeys(form for form in (who, bare(who)) if form))
