"""The names of a question with what else the archive calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Protocol

from qa.language.names import LONGEST_NAME, SPELLED, Name, alike, general, key, sound, spelled
from qa.language.words import fold, words

HOPS = 3
"""How far names are followed: from "Hashd" to "Popular Mobilisation" to "Popular Mobilization units"."""
ARTICLES = ("the ", "a ", "an ")
OTHERS = 12
"""Other names of one, at most."""


class KnowsNames(Protocol):
    """Where names of the archive are kept."""

    def aliases(self, keys: Iterable[str]) -> Mapping[str, list[str]]:
        """By key, the names that a text of the archive or its own list gives to the same thing."""

    def spellings(self, sounds: Iterable[str]) -> Mapping[str, list[str]]:
        """By sound, the words of the archive that may be spellings of one name."""


def named(question: str, known: KnowsNames) -> list[Name]:
    """The names in `question` that have others, in order, none inside another.

    Args:
        question: A question that stands alone.
        known: Where the archive's names are kept.
    """
    found = [match.span() for match in re.finditer(r"[^\s?!,;:\"“”()]+", question)]
    spans = [
        (found[first][0], found[first + count - 1][1])
        for count in range(min(LONGEST_NAME, len(found)), 0, -1)
        for first in range(len(found) - count + 1)
    ]
    keys = {span: _keys(question[slice(*span)]) for span in spans}
    aliases = _aliases({one for span_keys in keys.values() for one in span_keys}, known)
    heard = {span: sound(word) for span in found if len(word := _bare(question[slice(*span)])) >= SPELLED}
    spellings = known.spellings(set(heard.values()))
    names: list[Name] = []
    for start, end in spans:
        text = question[start:end]
        if fold(text).startswith(ARTICLES) or any(name.start < end and start < name.end for name in names):
            continue
        others = [name for one in keys[start, end] for name in aliases.get(one, ())]
        if (start, end) in heard and _may_be_name(text, question):
            others += [word for word in spellings.get(heard[start, end], ()) if alike(word, _bare(text))]
        distinct = dict.fromkeys(name for name in others if words(name) != words(text))
        if distinct:
            names.append(Name(start, end, tuple(distinct)[:OTHERS]))
    return sorted(names, key=lambda name: name.start)


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word)


def _may_be_name(word: str, question: str) -> bool:
    """Whether a word can be a name spelled otherwise: no English word, capitalised where the question has capitals."""
    capital = _bare(word)[:1].upper() + _bare(word)[1:]
    return bool(spelled(capital)) and (word[:1].isupper() or question == fold(question))


def _keys(text: str) -> list[str]:
    """The keys under which `text` may be known; an acronym may have been typed without its capitals."""
    bare = _bare(text)
    if " " not in bare and bare.islower() and 3 <= len(bare) <= 5 and spelled(bare.capitalize()):
        return [key(bare), key(bare.upper())]
    return [key(bare)] if any(char.isupper() for char in bare) or " " in bare else []


def _aliases(keys: set[str], known: KnowsNames) -> dict[str, list[str]]:
    """For each of `keys` all names of the same thing, the nearest first."""
    around: dict[str, list[str]] = {}
    frontier = keys
    for _ in range(HOPS):
        told = known.aliases(frontier)
        fresh = {one: [*told.get(one, ()), *_general().get(one, ())] for one in frontier}
        around |= fresh
        frontier = {key(name) for names in fresh.values() for name in names} - around.keys()
    found: dict[str, list[str]] = {}
    for one in keys:
        reached, queue = dict.fromkeys([one]), [one]
        names: dict[str, None] = {}
        while queue:
            for name in around.get(queue.pop(0), ()):
                names[name] = None
                if (following := key(name)) not in reached:
                    reached[following] = None
                    queue.append(following)
        if names:
            found[one] = list(names)
    return found


@cache
def _general() -> dict[str, list[str]]:
    """The list that comes with Dateline, by key."""
    found: dict[str, list[str]] = {}
    for row in general():
        for name in row:
            found.setdefault(key(name), []).extend(other for other in row if other != name)
    return found
