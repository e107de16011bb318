"""Questions that the archive does not answer, made of ones that it answers by putting another name in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

from evals.drafting.names import Names, names_in
from evals.drafting.proposals import Proposal, Sentence
from qa.language.dates import expressions
from qa.language.names import key
from qa.language.words import terms

SWAPPED = "unanswerable"
"""The kind of such a question."""
SHARED = 0.5
"""Share of the question's other words from which a sentence that has the new name, or one beside it, may answer."""
FEWEST = 3
"""A question of fewer other words may be answered in words that it does not have."""
NEAR_YEARS = 3
ASKING_A_NAME = ("definition",)
"""Kinds that ask what a name means: another name makes another question."""
_MEASURED = re.compile(r"How many (?:kilo)?m[a-z]+ .* (?:is|does) ")
"""Of a distance only the place whose it is can be another: how far it is from Washington nobody asks."""


def _bound(question: str, name: re.Match[str]) -> bool:
    """Whether the name is one of several, or of something else: "Iran and Iraq", "the Finals"."""
    before, after = question[: name.start()], question[name.end() :]
    return before.endswith(("the ", "and ", ", ")) or after.startswith((" and ", ", "))


class Swaps:
    """What names an archive has, and what stands beside each."""

    def __init__(self, sentences: Sequence[Sentence], names: Names) -> None:
        self._names = names
        self._places = sorted(place for place in names.places if names.is_place(place))
        beside = [
            f"{one.text} {other.text}" for one, other in pairwise(sentences) if one.article.id == other.article.id
        ]
        told = beside or [sentence.text for sentence in sentences]
        self._windows = [(set(terms(text)), {key(match[0]) for match in names_in(f"- {text}")}) for text in told]
        days = (e for s in sentences for e in expressions(s.text, s.article.published) if e.granularity == "year")
        self._years = sorted({e.words for e in days if re.fullmatch(r"\d{4}", e.words)})

    def of(self, proposal: Proposal, rng: Random) -> Iterator[Proposal]:
        """The question with another place or year of the archive, of which nothing is told; `rng` makes the order."""
        question = proposal.question
        if proposal.kind in ASKING_A_NAME:
            return
        measured = _MEASURED.match(question)
        swaps = [
            (match.span(), other)
            for match in names_in(question)
            for other in self._like(match[0])
            if not (measured and match.start() < measured.end() or _bound(question, match))
        ]
        for match in re.finditer(r"\b(?:in|of|by|since|until) (?P<year>(?:19|20)\d\d)\b", question):
            near = [year for year in self._years if abs(int(year) - int(match["year"])) <= NEAR_YEARS]
            swaps += [(match.span("year"), year) for year in near]
        rng.shuffle(swaps)
        for (start, end), other in swaps:
            name = question[start:end]
            rest = set(terms(question[:start] + question[end:]))
            if len(rest) < FEWEST or self._told(other, rest):
                continue
            note = f"{other} stands where the archive has {name}"
            yield Proposal(f"{question[:start]}{other}{question[end:]}", (), SWAPPED, proposal.sentence, note)

    def _like(self, name: str) -> list[str]:
        """The places of the same sort: towns for a town, countries for a country."""
        names = self._names
        if not names.is_place(name):
            return []
        sort = names.is_town(name), name in names.provinces
        return [place for place in self._places if (names.is_town(place), place in names.provinces) == sort]

    def _told(self, name: str, rest: set[str]) -> bool:
        """Whether a sentence with the name, or one beside it, has much of what else the question says."""
        own = set(terms(name))
        return any(
            len(rest & held) >= SHARED * len(rest) for held, named in self._windows if key(name) in named or own <= held
        )
