"""Several questions in one sentence: "When did Ramadi fall and when was it retaken?"."""

from __future__ import annotations

import re

from qa.answer.sides import NAME
from qa.language.words import terms
from qa.search.dialogue import stand_alone
from qa.types import Turn

MOST = 4
"""Questions that are asked at once; more are a list of something else."""
_WORD = r"(?:who|whom|whose|when|where|why|how|what|which)"
_CUT = re.compile(
    rf"\?+ (?:(?:and|but|so),? )?(?={_WORD}\b)|[,;]? (?:and|but) (?:also )?(?={_WORD}\b)"
    rf"|[,;] (?=(?:when|where|why|how(?: [a-z]+)?|what) {'(?:is|are|was|were|did|does|do|has|have|had)'}\b)",
    re.IGNORECASE,
)
_AUX = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)"
_VERB = (
    rf"(?:{_AUX}|[a-z]+ed|fell|took|retook|led|won|lost|held|left|began|fled|said|told|ran|gave|went|made|came|became|"
    r"fought|sent|met|stood|rose|shot|broke|brought|built|bought|paid|controls|holds|leads|commands|commanded)"
)
_DIRECT = re.compile(
    rf"^(?:(?:when|where|why|how|what|whom) {_AUX} \S+|"
    rf"how (?:many|much|far|long|often|old|big|large|high) .*?\b{_VERB}\b|"
    rf"who {_VERB}\b|what (?:happened|caused|led to|became of)\b|(?:what|which|whose) [\w-]+(?: [\w-]+)?? {_VERB}\b)",
    re.IGNORECASE,
)
"""A question as it is put, not as it is told of: "when did it fall", not "when it fell"."""
_TIMED = re.compile(rf"^(?:when|where|why|how) {_AUX} ", re.IGNORECASE)
_OPEN_END = re.compile(r" (?:in|at|on|to|from|for|by|with|about)$")
_POINTS = re.compile(r"\b(?:this|that|these|those|such|one)\b|\b(?:I|we|you|my|our|your)\b|[.!?] \S", re.IGNORECASE)
"""Leans on something that no name can be put for, or is of who asks."""
_COUNTED = re.compile(
    r"^how many (?P<rest>(?:of them )?"
    r"(?:(?:were|are|have been|had been|have|had) [a-z]+|[a-z]+ed|fled|died|left)(?: .*)?)$"
)
_SHORT = re.compile(
    r"^(?:(?P<bare>(?i:when|where|why|how|by whom))|"
    rf"(?:(?P<about>(?i:what|how) about)|(?P<word>(?i:how (?:many|much|far|long)|when|where))(?: did)?) "
    rf"(?P<rest>(?:(?:in|from|at|to) )?{NAME}))$"
)
"""A later question that leaves all but one thing to the first."""
_PAIR = re.compile(
    rf"^(?P<one>when|where|why|how) and (?P<other>when|where|why|how) (?P<rest>{_AUX} .+)$", re.IGNORECASE
)
_TELLS = re.compile(
    r"\b(?:sa(?:y|id|ys)|t(?:ell|old)|kn(?:ow|ew|own)|expla\w+|th(?:ink|ought)|belie\w+|ask\w*|decid\w+|report\w*|announc\w+|"
    r"descri\w+|show\w*|wonder\w*|suggest\w*|writ\w+|wrote|learn\w*|understand|remember|see|discuss\w*|claim\w*)\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(rf" {_WORD}\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|she|him|her|his|hers|it|its|they|them|their)\b", re.IGNORECASE)
_EXPLETIVE = re.compile(r"\bit (?:take|took|rain|matter|mean|cost|seem|is|was) ?(?:to|that|for|like)?\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_SUBJECT_ASKED = re.compile(
    rf"^(?:who|(?:what|which)(?: (?!{_AUX}\b)[\w-]+){{0,2}}?) (?!{_AUX}\b)[a-z]+\b", re.IGNORECASE
)
_GROUP = re.compile(rf"\b{_AUX} (?P<group>the (?:[A-Za-z-]+ )?[a-z]+s)\b")
_NOUN_SUBJECT = re.compile(
    r"^(?:[Ww]hen|[Ww]here|[Ww]hy|[Hh]ow) (?:did|was|were) (?!.* to )(?P<noun>the (?:[\w-]+ ){1,4}?)(?P<verb>[a-z]+)$"
)
_TO_WHOM = re.compile(rf"(?:\b(?:in|at|from|to|for|by|near|with|about|on|after|before) (?:the )?{NAME})")


def clauses(asked: str) -> list[str]:
    """The questions that `asked` puts one after the other, each made to stand alone; empty where it puts one.

    Args:
        asked: One line.
    """
    if re.search(r"[“”\"]|(?<!\w)['‘]", asked):
        return []  # a title may read like a question
    if pair := _PAIR.match(asked.rstrip(" ?")):
        return [f"{pair[word].capitalize()} {pair['rest']}?" for word in ("one", "other")]
    pieces = [piece.strip(" ?,.!") for piece in _CUT.split(asked)]
    if not 1 < len(pieces) <= MOST or not _DIRECT.match(pieces[0]) or _nested(pieces[0]):
        return []
    found = [f"{pieces[0]}?"]
    if not _names(pieces[0]) and len(set(terms(pieces[0]))) < len(pieces):
        return []  # the first does not stand alone either
    for piece in pieces[1:]:
        completed = _completed(piece, pieces[0])
        if not completed:
            return []
        found.append(completed)
    return found


def _nested(clause: str) -> bool:
    """Whether a clause holds another with a question word of its own, which the next one may go on."""
    return bool(_INSIDE.search(clause))


def _completed(piece: str, before: str) -> str:
    """A later question with what it takes from the first filled in; empty where that cannot be told."""
    if short := _SHORT.match(piece):
        return _lengthened(short, before)
    if counted := _COUNTED.match(piece):
        noun = re.match(r"^how many (?P<noun>[\w-]+)", before, re.IGNORECASE)
        rest = counted["rest"].removeprefix("of them ") + _place(before, piece)
        rest = re.sub(r"^(?=(?:killed|wounded|injured|arrested|captured|displaced)\b)", "were ", rest)
        return f"How many {noun['noun']} {rest}?" if noun else ""
    if _POINTS.search(piece) or not _DIRECT.match(piece) or _nested(piece):
        return ""
    if _TELLS.search(before) and not _TIMED.match(piece):
        return ""  # "What did he say of Hit and who fled?" may be one question
    question = f"{piece[:1].upper()}{piece[1:]}?"
    if _PRONOUN.search(piece):
        return _filled(question, before)
    found = stand_alone(question, [Turn(f"{before}?")])
    topic = found.partition(" (")[2]
    return found if not topic or re.search("[A-Z]", topic) else ""


def _lengthened(short: re.Match[str], before: str) -> str:
    """Of "why", "how many in Hit" or "what about Hit", the whole question that the first one is."""
    whole = [Turn(f"{before}?")]
    if short["bare"]:
        return stand_alone(short["bare"], whole) if _TIMED.match(before) and not _OPEN_END.search(before) else ""
    alike = short["about"] or before.casefold().startswith(short["word"].casefold())
    return stand_alone(f"And {short['rest']}?", whole) if alike else ""


def _place(before: str, piece: str) -> str:
    """The place of the first question for a second one that names none: " in Ramadi"."""
    found = re.findall(rf" (?:in|at|near) (?:the )?{NAME}", before)
    return found[-1] if found and not _names(piece) else ""


def _filled(piece: str, before: str) -> str:
    """`piece` with its one pronoun filled; empty where it is not clear by what."""
    pronouns = {match[0].casefold() for match in _PRONOUN.finditer(piece)}
    if len(pronouns) > 1 or _EXPLETIVE.search(piece):
        return ""
    it = pronouns <= {"it", "its"}
    if _SUBJECT_ASKED.match(before) and (not it or not before.casefold().startswith("who")):
        return ""  # the pronoun stands for what the first question asks for
    if _PLURAL.search(piece):
        group = _GROUP.search(before)
        meant = group["group"] if group else ""
    else:
        noun = _NOUN_SUBJECT.match(before) if it else None
        meant = noun["noun"].strip() if noun else _meant(before)
    if not meant:
        return ""
    if re.fullmatch(NAME, meant):
        found = stand_alone(piece, [Turn(f"What about {meant}?")])
        if not _PRONOUN.search(found):
            return found
    return _PRONOUN.sub(lambda match: _form(match[0], meant), piece)


def _form(pronoun: str, name: str) -> str:
    return f"{name}'s" if pronoun.casefold() in ("his", "its", "their", "hers") else name


def _meant(before: str) -> str:
    """The name that a pronoun after a clause is for: the last that no preposition leads in, else the last."""
    free = _names(_TO_WHOM.sub(" ", before))
    return (free or _names(before) or [""])[-1]


def _names(clause: str) -> list[str]:
    """The names in a clause, its question word and whose something is left out."""
    return [name for name in re.findall(NAME, clause.partition(" ")[2]) if not re.search(r"['’]s?$", name)]
