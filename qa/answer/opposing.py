"""Whether sentences go against a claim: deny it, say the opposite, or tell its names and numbers of something else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Literal

from qa.answer.facts import names
from qa.language.words import STOP_WORDS, fold, term, words

AROUND = 6
"""Content words on either side that tell what a word is about."""
ALIKE_FROM = 2
"""Words around it that two places must share to be about the same."""
ORDERED = 3
"""Content words within which the order of a name or number and another word counts."""
ROLE_WORDS = 15
"""Two names that far apart in a sentence are not the doer and the done-to of one verb."""
_DENIES = frozenset(
    "not no never none nobody nothing nowhere without neither nor cannot deny denied denies fail failed fails refuse "
    "refused refuses unable reject rejected hardly false lack lacked lacks".split()
)
_STILL = {("not", "only"), ("not", "least"), ("not", "just"), ("no", "doubt")}
"""Words that deny nothing."""
_PLACING = frozenset("in at near from to of on into towards toward by with".split())
_MUTUAL = frozenset(
    term(word) for word in "meet marry wed divorce join play talk discuss face draw tie agree merge".split()
)
"""What two do to each other."""
_PAIRS = """rise fall|rise drop|rise decline|increase decrease|increase decline|increase fall|increase drop|grow shrink|
gain lose|win lose|more fewer|more less|before after|above below|allow ban|support oppose|accept reject|approve reject|
start end|begin end|open close|up down|north south|east west|northern southern|eastern western|high low|higher lower|
highest lowest|large small|larger smaller|largest smallest|big small|bigger smaller|biggest smallest|first last|
early late|earlier later|older younger|oldest youngest|old young|old new|best worst|better worse|male female|man woman|
men women|son daughter|father mother|brother sister|husband wife|boy girl|arrive leave|enter leave|join leave|buy sell|
hire fire|arrest release|guilty innocent|convict acquit|alive dead|survive die|pass fail|legal illegal|public private|
success failure|always never|majority minority|expand shrink|strengthen weaken|advance retreat|capture lose|most least|
import export|confirm deny|praise criticise|praise criticize|cheap expensive|inside outside|upper lower|left right|
summer winter|morning evening|strong weak|faster slower|fast slow|long short|longer shorter|raise cut|raise lower|
include exclude|appoint dismiss|build demolish|attack defend|maximum minimum|positive negative|heavy light|hot cold|
rich poor|encourage discourage|agree disagree|likely unlikely|able unable|possible impossible"""


def _key(word: str) -> str:
    return word if word in STOP_WORDS else term(word)


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS.replace("\n", "").split("|"):
        one, other = (_key(word) for word in pair.split())
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITES = _opposites()


class Words:
    """The words of a sentence, and what can be read off them; computed when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.words = words(text)
        self.keys = [_key(word) for word in self.words]
        """Their terms; function words as they are."""
        self.content = [place for place, word in enumerate(self.words) if word not in STOP_WORDS]
        self.terms = frozenset(self.keys[place] for place in self.content)

    @cached_property
    def names(self) -> frozenset[str]:
        """Keys of the words that name something."""
        return frozenset(_key(fold(word)) for _, name in names(self._text) for word in words(name))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Its numbers in figures."""
        return frozenset(word for word in self.keys if word[0].isdigit())

    @cached_property
    def around(self) -> list[frozenset[str]]:
        """For each word the content words near it."""
        return [
            frozenset(self.keys[other] for other in self.content if other != place and abs(other - place) <= AROUND)
            for place in range(len(self.words))
        ]

    @cached_property
    def beside(self) -> dict[int, frozenset[str]]:
        """For each content word the two before it and the two after."""
        own = [self.keys[place] for place in self.content]
        return {
            place: frozenset([*own[max(0, nth - 2) : nth], *own[nth + 1 : nth + 3]])
            for nth, place in enumerate(self.content)
        }

    def led(self, place: int) -> str:
        """The preposition before the name or number at a place, empty where none is."""
        while place and self.keys[place - 1] in self.names:
            place -= 1
        return self.words[place - 1] if place and self.words[place - 1] in _PLACING else ""

    def next(self, place: int) -> str:
        """The content word after a place, empty where none is."""
        return next((self.keys[other] for other in self.content if other > place), "")

    @cached_property
    def _cues(self) -> list[int]:
        followed = list(pairwise([*self.words, ""]))
        return [place for place, pair in enumerate(followed) if _denying(pair[0]) and pair not in _STILL]

    @property
    def denies(self) -> bool:
        """Whether anything in it is denied."""
        return bool(self._cues)

    @cached_property
    def denied(self) -> frozenset[int]:
        """Places of the words that are denied: the first content word after a "not", if near."""
        nexts = (next((place for place in self.content if place > cue), cue) for cue in self._cues)
        return frozenset(place for place, cue in zip(nexts, self._cues, strict=True) if 0 < place - cue <= 4)

    def at(self, key: str) -> list[int]:
        """Where a key stands."""
        return [place for place, other in enumerate(self.keys) if other == key] if key in self.keys else []

    def pairs(self) -> list[frozenset[str]]:
        """Content words that stand next to each other, or one apart."""
        own = [self.keys[place] for place in self.content]
        near = [frozenset(own[place : place + 2]) for place in range(len(own) - 1)]
        near += [frozenset((one, other)) for one, other in zip(own, own[2:], strict=False)]
        return [pair for pair in near if len(pair) == 2]


def _denying(word: str) -> bool:
    return word in _DENIES or word.endswith("n't")


def denied(claim: Words, told: Sequence[Words]) -> bool:
    """Whether a word of the claim is denied in it and not where the sentences tell of the same, or the reverse."""
    for place in claim.content:
        if _denying(claim.words[place]):
            continue
        best, found = ALIKE_FROM, set[bool]()
        for one in told:
            for other in one.at(claim.keys[place]):
                same = len(claim.around[place] & one.around[other])
                if same > best:
                    best, found = same, set()
                if same == best:
                    found.add(other in one.denied)
        if found and (place in claim.denied) not in found:
            return True
    return False


def contrary(claim: Words, told: Sequence[Words]) -> bool:
    """Whether the sentences have the opposite of a word of the claim where they tell of the same."""
    for place, key in enumerate(claim.keys):
        for other in _OPPOSITES.get(key, frozenset()) - set(claim.keys):
            near = claim.around[place]
            if _alike(other, near, told) >= max(ALIKE_FROM, _alike(key, near, told) + 1):
                return True
    return False


def _alike(key: str, near: frozenset[str], told: Sequence[Words]) -> int:
    """The most words that a place of `key` in the sentences has around it of those in `near`, -1 where it has none."""
    return max((len(near & one.around[place]) for one in told for place in one.at(key)), default=-1)


def elsewhere(claim: Words, told: Sequence[Words], what: Literal["names", "numbers"]) -> int:
    """By how many words around it another name, or number, of the sentences fits better in the place of one."""
    worst, own = 0, claim.names if what == "names" else claim.numbers
    for place, key in enumerate(claim.keys):
        near = claim.around[place] - own
        if key not in own or (fits := _alike(key, near, told)) < 0:
            continue
        for one in told:
            others = (one.names if what == "names" else one.numbers) - set(claim.keys)
            if key not in one.keys and others:
                beside = claim.beside.get(place, frozenset())
                rivals = (at for name in others for at in one.at(name) if one.led(at) == claim.led(place))
                found = [len(near & one.around[at]) for at in rivals if beside & one.beside.get(at, frozenset())]
                worst = max(worst, max(found, default=0) - fits)
    return worst


def miscounted(claim: Words, told: Sequence[Words]) -> bool:
    """Whether a number of the claim counts what only another one counts in the sentences: "12 dead, 60 houses"."""
    for place, key in enumerate(claim.keys):
        counted = claim.next(place)
        if key not in claim.numbers or not counted or counted[0].isdigit():
            continue
        holders = [one.beside[at] for one in told for at in one.at(key) if at in one.beside]
        others = (one.next(at) for one in told for other in one.numbers - claim.numbers for at in one.at(other))
        if holders and not any(counted in beside for beside in holders) and counted in others:
            return True
    return False


def disorder(claim: Words, told: Sequence[Words]) -> float:
    """Share of the claim's names and numbers that stand to a word near them in no sentence's order."""
    marked = claim.names | claim.numbers
    own = [claim.keys[place] for place in claim.content]
    found = kept = 0
    for place, key in enumerate(own):
        for other in own[place + 1 : place + 1 + ORDERED]:
            if key == other or not {key, other} & marked:
                continue
            orders = {one < two for sentence in told for one in sentence.at(key) for two in sentence.at(other)}
            found, kept = found + bool(orders), kept + (True in orders)
    return 1 - kept / found if found else 0.0


def swapped(claim: Words, told: Sequence[Words]) -> bool:
    """Whether two names of the claim have changed places about a verb: "A beat B" told of "B beat A"."""
    places = [place for place, key in enumerate(claim.keys) if key in claim.names]
    for one, other in pairwise(places):
        between = [place for place in claim.content if one < place < other]
        if not between or claim.keys[one] == claim.keys[other] or claim.keys[between[0]] in _MUTUAL:
            continue
        key = claim.keys[one], claim.keys[between[0]], claim.keys[other]
        mine = {_first_acts(claim, one, between[0], other)}
        theirs = {
            _first_acts(sentence, a, verb, b)
            for sentence in told
            for verb in sentence.at(key[1])
            for a in sentence.at(key[0])
            for b in sentence.at(key[2])
        } - {None}
        if theirs and not mine & theirs:
            return True
    return False


def _first_acts(sentence: Words, one: int, verb: int, other: int) -> bool | None:
    """Whether the name at `one` does it to that at `other`, from the order and "by"; None where neither can be told."""
    if not (min(one, other) < verb < max(one, other)) or abs(one - other) > ROLE_WORDS:
        return None
    return (one < other) != ("by" in sentence.words[verb + 1 : verb + 3])
