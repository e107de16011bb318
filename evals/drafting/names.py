"""The names of an archive: which words are names at all, who is a person, what is a place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from qa.language.intervals import MONTHS, WEEKDAYS
from qa.language.names import ACRONYM
from qa.language.words import STOP_WORDS

_WORD = r"(?:[A-Z][\w’'-]*[\w]|[A-Z]|al-[A-Z][\w’-]*)"
NAME = rf"{_WORD}(?:(?: (?:of|al|el|bin|ibn|van|de|der|von))? {_WORD})*"
"""Words with capitals in a row."""
TITLE = (
    r"(?:(?:Prime|Foreign|Defen[cs]e|Interior|Finance|Vice|Deputy) ?-?(?:Minister|President)|President|Minister|"
    r"Secretary of State|(?:Lieutenant |Major |Brigadier |Lt |Maj |Brig )?(?:General|Gen|Colonel|Col)|Captain|"
    r"Capt|Sheikh|"
    r"Ayatollah|Pope|King|Queen|Prince|Princess|Mayor|Governor|Judge|Professor|Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Senator|"
    r"Chancellor|Ambassador|Sergeant|Sgt|Vice-President)\.?"
)
SAYS = (
    r"(?:said|says|told|announced|warned|claimed|added|confirmed|stated|acknowledged|admitted|insisted|argued|"
    r"explained|"
    r"promised|vowed|denied|suggested|estimated|testified|wrote|declared)"
)
_LEADS = r"spokes(?:man|woman|person)|leader|envoy|chief|commander|minister|governor|head"
ROLES = (
    rf"(?:{_LEADS}|president|secretary|director|general|chairman|chairwoman|professor|analyst|ambassador|coordinator|"
    r"correspondent|mayor|senator|imam|founder|member|editor|coach|captain|author|singer|actor|actress|judge|"
    r"king|queen|"
    r"officer|adviser|supremo|dictator)s?"
)
"""What a person can be."""
_PERSON = (
    re.compile(rf"\b{TITLE} (?P<name>{NAME})"),
    re.compile(rf"(?<![\w’-] )\b(?P<name>{_WORD} {_WORD}),? {SAYS}\b"),
    re.compile(rf"\b(?P<name>{_WORD} {NAME}), (?:who (?!are|were|have)|(?:the|an?)? ?(?:[\w’']+ ){{0,3}}{ROLES}\b)"),
    re.compile(rf"\b{ROLES}(?: (?:of|for) [^,]+)?, (?P<name>{_WORD} {NAME})(?:,|\.|$)"),
    re.compile(rf"\bsaid (?P<name>{_WORD} {NAME})"),
    re.compile(rf"\b(?:{_LEADS}) (?P<name>{_WORD} {NAME})"),
)
SEEN = 2
"""How often a name must stand where places do."""
_PLACE = re.compile(
    r"\b(?P<sign>in|near|outside|towards?|into|(?:west|east|north|south|(?<!home )town|city|capital|centre|"
    r"outskirts) of) "
    rf"(?P<name>{NAME})"
)
_PROVINCE = re.compile(rf"\b(?P<name>{_WORD}) (?:[Pp]rovince|[Rr]egion|[Ss]tate)\b|\bprovince of (?P<of>{_WORD})")
NO_NAMES = frozenset((*MONTHS, *WEEKDAYS)) | frozenset(
    """I The A An In On At By For But And As Its His Their He She It They After Last While When Despite If
    Because Although
    Since Once With During From Of Even Yet So Sometimes Then Now Today You We Our Your My That This These
    There What Who
    Why How""".split()
)
"""Words with a capital that begin no name."""


@dataclass
class Names:
    """What is known of the names of an archive."""

    lower: Counter[str] = field(default_factory=Counter)
    upper: Counter[str] = field(default_factory=Counter)
    """How often a word stands inside a sentence without and with a capital."""
    people: set[str] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)
    provinces: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, sentences: Iterable[str]) -> Names:
        """The names in the sentences of an archive."""
        known = cls()
        for sentence in sentences:
            for word in re.findall(r"(?<=[\w,] )[\w’'-]+", sentence):
                (known.upper if word[:1].isupper() else known.lower)[word.lower()] += 1
            for pattern in _PERSON:
                for match in pattern.finditer(sentence):
                    known.people |= {bare(match["name"]), bare(match["name"]).split(" ")[-1]}
            known.provinces |= {match["name"] or match["of"] for match in _PROVINCE.finditer(sentence)}
            for match in _PLACE.finditer(sentence):
                # "in Congress" names no place: a name that only stands after "in" must do so twice.
                known.places[re.sub(r"[’']s?$", "", match["name"])] += 1 if match["sign"] in ("in", "into") else SEEN
        known.people = {name for name in known.people if name and name not in NO_NAMES}
        return known

    def is_person(self, words: str) -> bool:
        """Whether `words` name a person, with or without a title."""
        name = bare(words)
        if words.split(" ")[0] in NO_NAMES:
            return False
        return bool(re.fullmatch(NAME, name)) and (name in self.people or name.split(" ")[-1] in self.people)

    def is_place(self, words: str) -> bool:
        """Whether `words` name a place."""
        known = self.places[words] >= SEEN and not self.is_person(words)
        return known and len(words) > 2 and words not in NO_NAMES and not ACRONYM.fullmatch(words)

    def is_town(self, words: str) -> bool:
        """Whether `words` name a place that is neither a province nor a country, which has people named after it."""
        people = any(self.upper[f"{words.lower()}{ending}"] for ending in ("i", "n", "an", "ns", "is", "ans"))
        return self.is_place(words) and words not in self.provinces and not people

    def inside(self, statement: str) -> str:
        """A statement as it stands inside a sentence: its first word small, unless it is a name."""
        if re.match(rf"{TITLE} [A-Z]", statement):
            return statement
        first = re.match(r"[\w’'-]+", statement)
        if not first or not statement[0].isupper() or (first[0].isupper() and len(first[0]) > 1):
            return statement
        word = re.sub(r"[’']s$", "", first[0].lower())
        if re.match(r" [A-Z]", statement[first.end() :]) and word not in STOP_WORDS:
            return statement
        if self.lower[word] > self.upper[word] or word in STOP_WORDS:
            return statement[0].lower() + statement[1:]
        return statement


def bare(words: str) -> str:
    """A person's name without title: "Lieutenant General Rashid Flaih" is Rashid Flaih."""
    before = None
    while words != before:
        before, words = (
            words,
            re.sub(rf"^(?:{TITLE}|[Tt]he|US|UK|[A-Z]\w+(?:an|ian|ish|ese|ch|li|qi)(?= {TITLE})) ", "", words),
        )
    return words


def names_in(text: str) -> list[re.Match[str]]:
    """The names in a text, days and months left out, and the word that begins it."""
    found = re.finditer(rf"\b{NAME}", text)
    return [match for match in found if match.start() and match[0].split(" ")[0] not in NO_NAMES]
