"""Who is who: whether a sentence gives the asked-for role to the person read, and what it says that a person is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qa.answer.kinds import kind_of
from qa.answer.reading import Finding
from qa.ingest.passages import prose
from qa.language.words import fold, terms
from qa.settings import ANSWER_FROM
from qa.types import Hit, Span

UNLIKE = 0.5
"""What is left of the confidence in a person to whom the sentence does not give the role."""
NEAR = 40
"""Characters looked at on either side of the words read."""
_ROLE = re.compile(
    r"^\W*(?i:who|which \w+)(?: (?:is|was)|['’]s) (?:now |currently )?(?:the|an?) (?:current |present |new |then )?"
    r"(?P<role>[a-z][a-z-]+(?: [a-z][a-z-]+)*?)(?: (?:of|in|at|for|to|behind|when|during)\b.*)?\W*$"
)
_PERSON = re.compile(
    r"^\W*(?i:who (?:is|was|exactly is)|who['’]s|what (?:does|did) (?=[A-Z].* do\W*$)) "
    r"(?P<name>[A-Z][\w’'-]*(?: (?:bin|ibn|abu|al|el|de|van|von|[A-Z][\w’'-]*|al-[A-Z][\w’'-]*))*)(?: do)?\W*$"
)
_SUBORDINATE = re.compile(r"\b(?:deputy|vice|assistant|acting|former|ex|late)[ -]\Z", re.IGNORECASE)
_OF_THE_HOLDER = re.compile(
    r"\b(?:spokes\w+|aide|adviser|deputy|son|wife|brother|office|ally) (?:for|to|of) (?:the )?\Z", re.IGNORECASE
)
_THEN_NAME = re.compile(
    r"(?: (?:of|for|in|at|to)(?: the)? [^,.;:“”]{1,50}?)?,?(?: is| was)? (?:[A-Z][\w.’'-]* )*\Z|, \Z"
)
"""Between a role and whoever has it."""
_THEN_ROLE = re.compile(
    r",? ?(?:who (?:is|was|became) |is |was |became |as )?(?:the |an? |its |their |his |her )?"
    r"(?:(?!\b(?:who|for|to|of|under|by|against|with|from)\b)[^,.;:“”]){0,40}\Z"
)
"""Between whoever has it and a role."""
_TITLES = (
    r"(?:(?i:deputy|vice|former|acting) )?(?:(?i:(?:prime|foreign|defen[cs]e|interior|finance|oil) minister|president|"
    r"minister|governor|mayor|senator|judge|king|queen|pope|professor|ambassador|commander|chairman|chairwoman|director|"
    r"sheikh|ayatollah|imam|bishop|secretary|chancellor|spokes(?:man|woman|person))|"
    r"(?:Lieutenant |Major |Brigadier |Lt\.? |Maj\.? |Brig\.? )?Gen(?:eral|\.)?|"
    r"Lieutenant Colonel|Colonel|Col\.?|Brigadier|Major|Captain|Capt\.?|Sergeant|Lieutenant|Admiral)"
)
_SAID_TO_BE = (
    r"(?P<role>(?:(?i:the|an?|its|his|her|their|one of)|[\w’' -]{1,40}[’']s) [^,.;:()“”]{2,70}|"
    r"[a-z]+ (?:of|for) [^,.;:()“”]{2,60})"
)


def role_asked(question: str) -> str | None:
    """The role of "Who is the mayor of Haditha?", None where the question asks for something else."""
    match = _ROLE.match(question)
    return match["role"] if match else None


def person_asked(question: str) -> str | None:
    """The person of "Who is Haider al-Abadi?", None where the question asks for something else."""
    match = _PERSON.match(question)
    return match["name"] if match else None


def fitting(question: str, hits: Sequence[Hit], findings: Sequence[Finding]) -> list[Finding]:
    """The findings with those first that say who somebody is, where the question asks who; others are less sure.

    Args:
        question: A question that stands alone.
        hits: What search found, best first.
        findings: What reading found in them, likeliest first.
    """
    if kind_of(question) != "who" or not findings:
        return list(findings)
    if name := person_asked(question):
        told = described(name, hits)
        best = [replace(one, confidence=max(ANSWER_FROM, findings[0].confidence)) for one in told[:1]]
        own = set(terms(name))
        if best:
            return [*best, *told[1:], *(one for one in findings if not own & set(terms(_read(one))))]
        return _sorted_out(findings, lambda one: own <= set(terms(one.hit.text)) and not own & set(terms(_read(one))))
    role = role_asked(question)
    names = [match[0] for match in re.finditer(r"(?<=\s)(?:al-)?[A-Z][\w’'-]+", question)]
    return _sorted_out(findings, lambda one: (not role or _has(one, role)) and not _beside(one, names))


def _sorted_out(findings: Sequence[Finding], fits: Callable[[Finding], bool]) -> list[Finding]:
    """Those that fit, before those that do not; the best is less sure where the likeliest of all does not fit."""
    good = [finding for finding in findings if fits(finding)]
    if good[:1] == list(findings[:1]):
        return list(findings)
    rest = [replace(one, confidence=UNLIKE * one.confidence) for one in findings if one not in good]
    return sorted([*good, *rest], key=lambda one: -one.confidence)


def _read(finding: Finding) -> str:
    return finding.hit.article.text[finding.short.start : finding.short.end]


def _beside(finding: Finding, names: Sequence[str]) -> bool:
    """Whether the words read stand in a row with a name of the question, as in "Rawa and al-Qaim": no answer is so."""
    text, short = finding.hit.article.text, finding.short
    before, after = text[max(0, short.start - NEAR) : short.start], text[short.end : short.end + NEAR]
    return any(
        re.search(rf"\b{re.escape(name)},? (?:and|or) \Z", before)
        or re.match(rf",? (?:and|or) {re.escape(name)}\b", after)
        for name in names
    )


def _has(finding: Finding, role: str) -> bool:
    text, sentence, short = finding.hit.article.text, finding.sentence, finding.short
    for match in re.finditer(r"[\w’'-]+", text[sentence.start : sentence.end]):
        if _same_role(match[0], role.split()[-1]):
            start, end = sentence.start + match.start(), sentence.start + match.end()
            before = text[sentence.start : start]
            if _SUBORDINATE.search(before) and not _SUBORDINATE.search(f"{role.partition(' ')[0]} "):
                continue
            if start <= short.start and end > short.start:  # the title belongs to the words read
                return True
            if end <= short.start and _THEN_NAME.match(text[end : short.start]) and not _OF_THE_HOLDER.search(before):
                return True
            if short.end <= start and _THEN_ROLE.match(text[short.end : start]):
                return True
            if short.start <= start < short.end:
                return True
    return False


def _same_role(one: str, other: str) -> bool:
    """Whether two words name one role: "spokesman" and "spokeswoman" do."""
    plain = [re.sub(r"(?:wo)?m[ae]n$|person$|people$", "man", fold(word)) for word in (one, other)]
    return plain[0] == plain[1] or set(terms(plain[0])) == set(terms(plain[1]))


def described(name: str, hits: Sequence[Hit]) -> list[Finding]:
    """What the sentences of the hits say that a person is, those that say most, in the order of the hits.

    Args:
        name: Of the person, as the question has it.
        hits: What search found, best first.
    """
    whole = rf"(?:[A-Z][\w’'.-]* ){{0,4}}?{_spelled(name)}"
    forms = (
        rf"{whole},? (?:who (?:is|was)|is|was|became) {_SAID_TO_BE}",
        rf"{whole}, (?:{_SAID_TO_BE}|(?P<doing>who [^,.;:()“”]{{3,70}}))(?=[,.;])",
        rf"(?:^|[,;] |\b(?:said|says|by|and|to) ){_SAID_TO_BE}, {whole}\b(?=[,.;]| (?:said|told|says))",
        rf"(?P<role>{_TITLES})(?: of [A-Z]\w+)?,? (?:[A-Z][\w’'-]+ ){{0,2}}?{_spelled(name)}\b",
    )
    for form in map(re.compile, forms):
        if found := list(_described(form, hits)):
            return found
    return []


def _spelled(name: str) -> str:
    """A pattern of the name with and without "al-"."""
    parts = [re.escape(part) for part in re.split(r"[ -]", name) if part.lower() not in ("al", "el")]
    return r"[ -](?:(?i:al|el)[ -])?".join(parts)


def _described(form: re.Pattern[str], hits: Sequence[Hit]) -> Iterator[Finding]:
    seen = set()
    for hit in hits:
        for sentence in prose(hit.article):
            key = hit.article.id, sentence.start
            if key in seen or not (hit.passage.start <= sentence.start and sentence.end <= hit.passage.end):
                continue
            seen.add(key)
            if match := form.search(hit.article.text[sentence.start : sentence.end]):
                start, end = match.span("role" if match["role"] else "doing")
                yield Finding(hit, sentence, Span(sentence.start + start, sentence.start + end), ANSWER_FROM)
