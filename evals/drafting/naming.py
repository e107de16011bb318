"""Questions on who and what a sentence names: "Who is X?", "What does X stand for?", "What is X?"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.drafting.clauses import AUXILIARIES, clauses
from evals.drafting.names import NAME, NO_NAMES, ROLES, SAYS, Names, bare
from evals.drafting.proposals import Proposal, Sentence, dated, stands_alone
from evals.drafting.telling import WHO, forms
from qa.language.intervals import MONTHS, WEEKDAYS
from qa.language.names import ACRONYM, told

_WHO_DOES = re.compile(
    rf"(?:^|, |[a-z] )(?P<who>{WHO}), who (?P<does>(?!as )(?:\w+s|is|was|had|has|led|headed) [^,]{{4,80}})(?:,|$)"
)
_ROLE_OF = (
    re.compile(
        rf"(?:^|[ ,“\"])(?P<who>{WHO}), "
        r"(?P<role>(?:(?:the|an?|head|chief|spokesman|spokeswoman|leader|director) )[^,“”\"]{3,80}"
        r"|[^,“”\"]{0,50}[’']s [^,“”\"]{3,60})(?:,|$)"
    ),
    re.compile(
        rf"(?:^|[,;] |and )(?P<role>(?:[Tt]he )?[^,“”\"]{{0,60}}\b{ROLES}(?: (?:of|for) [^,“”\"]{{3,50}})?), "
        rf"(?P<who>{NAME})(?:,|$)"
    ),
    re.compile(
        rf"\b(?P<role>Vice-President|(?:[A-Z][\w-]+ )+(?:Minister|Secretary of State|President|{ROLES})"
        rf"|[A-Z][\w-]+ (?:\w+ )?{ROLES}) (?P<who>[A-Z]\w+ (?:al-)?{NAME})"
    ),
)
_UNCLEAR_ROLE = re.compile(r"\b(?:he|his|her|its|their|who|one of|another|me|group[’']s)\b", re.IGNORECASE)
_NOT_OF_A_ROLE = re.compile(rf"^(?:(?:{'|'.join((*WEEKDAYS, *MONTHS))}|And|But|Separately) )+")
_MEANS = re.compile(
    r"[“\"](?P<word>[^“”\"]{3,40})[”\"],? (?:\(|which means |meaning )[“\"](?P<means>[^“”\"()]{3,60}?)[,.]?[”\"]"
)
_APPOSED = re.compile(rf"(?:^|(?<!,) |, )(?P<name>{NAME}), (?P<what>(?:an?|the) [^,“”\"]{{8,80}})(?:, |$)")
_VAGUE = re.compile(
    r"\b(?:also|first|second|others?|last|one|two|three|them|it|he|she|his|her|their|name|number|home|group[’']s|"
    r"and (?:then )?(?:the|an?))\b"
)
_SITE = re.compile(
    r"\b(?:town|city|village|suburb|capital|country|province|state|region|island|area|district|county|port|river|valley|"
    r"mountain|prison|church|school|hospital|building|park|base|camp|site|place|street|neighbou?rhood|community|"
    r"facility|stronghold)\b"
)
_SOMEBODY = re.compile(
    r"(?:\b(?:star|superstar|ally|advisor|Democrat|Republican|fellow|chef|man|woman|lawyer|attorney|teacher|scholar|"
    r"student|pilot|suspect|researcher|\d+-year-old|athlete|celebrity|victim|friend|mother|father|guard|aide|expert|historian|critic|politician|"
    r"physician|musician|native|advocate|cofounder|resident|survivor|champion)|[a-z]{3}(?:ologist|ician|ist|eer|ator|"
    r"ounder|writer|player|keeper|worker|maker|singer|holder|fighter|owner|dancer|runner|skater))s?$"
)
_IS_ROLE = re.compile(rf"\b{ROLES}\b")
_TELLS = re.compile(rf"\b(?:{SAYS}|{'|'.join(sorted(AUXILIARIES))})\b")


def ask_who(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who does X? Who is X?"""
    text = sentence.text.rstrip(".")
    for match in _WHO_DOES.finditer(text):
        does = dated(sentence, match["does"])
        if names.is_person(match["who"]) and does and stands_alone(f"Who {does}"):
            yield Proposal(f"Who {does}?", forms(match["who"]), "person", sentence)
    for pattern in _ROLE_OF:
        for match in pattern.finditer(text):
            who, role = bare(match["who"]), _role(match["role"])
            known = names.is_person(who) and " " in who and not text[: match.start("role")].endswith("of ")
            if known and role and not names.is_person(role):
                yield Proposal(f"Who is {who}?", _with_and_without_article(role), "person", sentence)


def _role(words: str) -> str:
    """What a person is, of the words beside the name; empty where they do not tell."""
    role = _NOT_OF_A_ROLE.sub("", words.strip())
    if _is_statement(role):
        role = tail[0] if (tail := re.search(r"\b(?:the|an?) [^,]*$", role)) else ""
    if role.split(" ")[0] in NO_NAMES - {"The", "A", "An"}:
        return ""
    told_well = not _is_statement(role) and not _UNCLEAR_ROLE.search(role) and _IS_ROLE.search(role.lower())
    return role if told_well else ""


def ask_meaning(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """What does X mean? What does X stand for?"""
    for match in _MEANS.finditer(sentence.text):
        yield Proposal(f"What does “{match['word']}” mean?", (match["means"],), "definition", sentence)
    for long, short in told(sentence.text):
        initials = "".join(part[0] for part in re.split(r"[ -]", long) if part[:1].isupper())
        if ACRONYM.fullmatch(short) and long in sentence.text and initials == short.upper():
            yield Proposal(f"What does {short} stand for?", (long,), "definition", sentence)


def ask_what(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """What is X? Of a person: Who is X?"""
    text = sentence.text.rstrip(".")
    for match in _APPOSED.finditer(text):
        before, name, what = text[: match.start("name")], match["name"], match["what"]
        spoken = text[match.end() :].lstrip().startswith("sa") or before.endswith("said ")
        if not _names_one(name, before, names) or (spoken and " " not in name) or not _defines(what):
            continue
        head = re.split(r" (?:of|at|for|in|on|with|who|that|which|to|from) ", what)[0]
        somebody, role = bool(_SOMEBODY.search(head)), bool(_IS_ROLE.search(what))
        if somebody and not role and " " in bare(name):
            yield Proposal(f"Who is {bare(name)}?", _with_and_without_article(what), "person", sentence)
        elif not (somebody or role or names.is_person(name) or (names.is_place(name) and not _SITE.search(what))):
            the = "the " if before.endswith("the ") else ""
            asked = f"What is {the}{names.inside(name)}?"
            yield Proposal(asked, _with_and_without_article(what), "definition", sentence)


def _names_one(name: str, before: str, names: Names) -> bool:
    """Whether `name` is a name, and not one of a list."""
    known = before.strip() or " " in name or names.upper[name.lower()]
    listed = before.rstrip().endswith((",", "and")) or re.search(r"\b(?:including|like|such as)\b[^,]*$", before)
    return bool(known) and not listed and name.removeprefix("The ").split(" ")[0] not in NO_NAMES


def _defines(what: str) -> bool:
    """Whether the words tell what something is, with more than names."""
    more = re.sub(rf"\b(?:{NAME}|the|an?|of)\b", "", what).strip()
    return bool(more) and not _VAGUE.search(what) and not _is_statement(what)


def _is_statement(words: str) -> bool:
    """Whether the words tell something, rather than name it: "a military source said"."""
    named = re.split(r" (?:that|which|who|whose) ", words)[0]
    return bool(_TELLS.search(named)) or any(clauses(named))


def _with_and_without_article(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((words, re.sub(r"^(?:[Tt]he|an?) ", "", words))))
