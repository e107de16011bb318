"""Who said what a sentence tells, and whether it is only hearsay."""

from __future__ import annotations

import re

from qa.types import Span

BACK_CHARACTERS = 600
"""How far back the speaker of "he said" is looked for."""
_SAYS = (
    r"(?:said|says|told|tells|added|adds|announced|warned|claimed|confirmed|stated|acknowledged|admitted|insisted|argued|"
    r"explained|promised|vowed|denied|suggested|estimated|testified|wrote|tweeted)"
)
_PERSON = r"(?:[A-Z][\w.'’-]*|al-[A-Z][\w'’-]*|Al)"
_NAME = rf"{_PERSON}(?:(?: (?:of|for|the|al|bin|el|de|van))* {_PERSON})*"
_ROLE = (
    r"(?:(?:[Tt]he|[Aa]n?|one|some|several|two|three) )?(?:[\w’'-]+ ){0,4}?"
    r"(?:official|officer|source|spokes(?:man|woman|person)|commander|minister|general|witness|resident|police|ministry|report|"
    r"statement|leader|command|chief|governor|president|coalition|expert|analyst|researcher)s?\b"
    rf"(?: (?:for|of|from) (?:the )?{_NAME})?"
)
_WHO = rf"(?:{_NAME}(?:, [^,.;“”\"]{{3,70}},)?|{_ROLE}(?: {_NAME}|, {_NAME},)?)"
_AFTER = re.compile(rf"[”\"],? {_SAYS} (?P<who>{_WHO})|, sa(?:id|ys) (?P<last>{_NAME})[,.]")
_BEFORE = re.compile(rf"(?P<who>{_WHO})(?P<last>) (?:(?:also |later |had |has )?{_SAYS}|was quoted as saying)\b")
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<who>(?:the |a )?{_WHO})(?P<last>)")
_PRONOUN = re.compile(
    r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Tt]he (?:source|official|commander|spokesman|spokeswoman|report)) "
    rf"(?:also |later )?{_SAYS}\b"
)
_HEARSAY = re.compile(
    r"\b(?:reportedly|allegedly|purportedly|unconfirmed|rumou?r(?:s|ed)|"
    r"(?:is|are|was|were) (?:believed|thought|said) to|claims? (?:that|to))\b",
    re.IGNORECASE,
)
_UNCHECKED = re.compile(r"\bcould not be (?:independently )?(?:checked|verified|confirmed)\b")
NEXT_CHARACTERS = 100
"""How far into the sentence after it a doubt is looked for: "The figure could not be checked." """
_NOBODY = re.compile(r"^(?:He|She|It|They|We|I|This|That|There|Reports?|In|On|At|The|But|And|As|By|\w+day)$")


def speaker(text: str, sentence: Span) -> str | None:
    """Who is named as saying what `sentence` tells, in the words of the text; None where nobody is.

    Args:
        text: The article's text.
        sentence: A sentence of it.
    """
    own = text[sentence.start : sentence.end]
    if found := _named(own):
        return found
    if not (_PRONOUN.search(own) or own.lstrip()[:1] in '“"'):
        return None
    before = text[max(0, sentence.start - BACK_CHARACTERS) : sentence.start]
    named = [who for line in re.split(r"(?<=[.!?”\"])\s+", before) if (who := _named(line))]
    return named[-1] if named else None


def _named(sentence: str) -> str | None:
    for pattern in (_ACCORDING, _AFTER, _BEFORE):
        for match in pattern.finditer(sentence):
            who = re.sub(r"^(?:But|And) ", "", " ".join((match["who"] or match["last"]).split()).rstrip(",."))
            if not _NOBODY.match(who) and not _PRONOUN.match(f"{who} said"):
                return who
    return None


def hearsay(text: str, sentence: Span) -> bool:
    """Whether the sentence, or the next one, says that what it tells is not certain."""
    doubted = _UNCHECKED.search(text, sentence.start, sentence.end + NEXT_CHARACTERS)
    return bool(doubted or _HEARSAY.search(text, sentence.start, sentence.end))
