"""Who holds a place: concluded from the last change that the archive reports, "IS seized it", "the army retook it"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from qa.answer.reading import Finding
from qa.language.names import Name, in_words_of
from qa.language.words import terms
from qa.settings import ANSWER_FROM

LIKELY = 0.02
"""Confidence from which the words read are believed where the sentence's form agrees; they are then sure enough."""
_ASKED = re.compile(
    r"^\W*(?i:(?:and |so |but )?(?:who|(?:which|what) \w+) (?:now |currently )?(?:controls?|holds?|rules?|"
    r"occup(?:y|ies)|(?:is|are) (?:now |currently )?(?:in control of|in charge of|holding|controlling|occupying)) "
    r"(?:the (?:city|town|village|province) of )?)(?P<place>[A-Z][\w’'-]*(?: (?:al-)?[A-Z][\w’'-]*)*)"
    r"(?: now| today| currently| at present)?\W*$"
)
_TAKING = r"(?:re)?(?:took|taken|captured|seized|conquered|occupied|gained|claimed)|overran|liberated|stormed|defeated"
_NOT = "".join(rf"(?<!\b{word} )" for word in "not never had to be been being is are was were".split())
_BEFORE = re.compile(
    rf"{_NOT}\b(?:{_TAKING})\b(?! place| part)|{_NOT}\b(?:control|hold|rule|occup)(?:s|ies)\b|"
    r"(?<=-)(?:controlled|held)\b|\braised\b[^.;]{0,40} flag\b",
    re.IGNORECASE,
)
"""Words before which stands who took or holds the place."""
_AFTER = re.compile(
    rf"(?<!\bnever )(?<!\bnot )\b(?:{_TAKING}|controlled|held|ruled)\b[^.,;]{{0,20}} by\b|\bfell to\b|"
    r"\b(?:in|under)\b[^.,;]{0,20} control of\b|\bin the hands of\b",
    re.IGNORECASE,
)
"""Words after which stands who."""
_OTHER = re.compile(r"^(?:..)?[’']s\b|\b(?:which|whom|where)\b", re.IGNORECASE)
"""Between the words read and the verb: somebody else is its subject."""


def place_held(question: str) -> str | None:
    """The place of "Who controls Ramadi?", None where the question asks for something else."""
    match = _ASKED.search(question)
    return match["place"] if match else None


def also_asked(place: str) -> tuple[str, str]:
    """The questions whose answers tell who holds `place`: for how things stand, and for the last change."""
    return f"Who controls {place}?", f"Who captured or retook {place}?"


def by_last_change(findings: Iterable[Finding], place: str, names: Sequence[Name], day: date) -> list[Finding]:
    """The findings with the last that tells who took or held the place first, of those known on `day`.

    None where no sentence tells it: who fights for a place does not hold it.

    Args:
        findings: What reading found for the question and for `also_asked`.
        place: What is held.
        names: The names in `place` that have others.
        day: The day as of which it is asked.
    """
    likeliest: dict[tuple[str, int], Finding] = {}
    for finding in sorted(findings, key=lambda f: -f.confidence):
        likeliest.setdefault((finding.hit.article.id, finding.sentence.start), finding)
    told = [f for f in likeliest.values() if f.confidence >= LIKELY and _tells(f, place, names) and _day(f) <= day]
    if not told:
        return []
    last = max(told, key=_day)
    return [replace(last, confidence=max(last.confidence, ANSWER_FROM)), *(f for f in told if f is not last)]


def _tells(finding: Finding, place: str, names: Sequence[Name]) -> bool:
    """Whether the sentence names the place and the words read are who took it or holds it."""
    text, sentence, short = finding.hit.article.text, finding.sentence, finding.short
    own = set(terms(text[sentence.start : sentence.end]))
    called = set(terms(in_words_of(text[sentence.start : sentence.end], place, names)))
    if not called <= own or called & set(terms(text[short.start : short.end])):
        return False
    before, after = (pattern.finditer(text, sentence.start, sentence.end) for pattern in (_BEFORE, _AFTER))
    return any(short.end <= m.start() and not _OTHER.search(text[short.end - 2 : m.start()]) for m in before) or any(
        m.end() <= short.start for m in after
    )


def _day(finding: Finding) -> date:
    return finding.hit.article.published or date.min
