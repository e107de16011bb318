"""The names of a question, as the archive knows them."""

from collections.abc import Iterable

import pytest

from qa.index.names import OTHERS, named
from qa.language.names import key, sound


class Archive:
    """Knows some names."""

    def __init__(self, pairs: Iterable[tuple[str, str]], words: Iterable[str]) -> None:
        self.pairs, self.words = list(pairs), list(words)

    def aliases(self, keys: Iterable[str]) -> dict[str, list[str]]:
        both = [*self.pairs, *(pair[::-1] for pair in self.pairs)]
        return {one: [b for a, b in both if key(a) == one] for one in keys}

    def spellings(self, sounds: Iterable[str]) -> dict[str, list[str]]:
        return {one: [word for word in self.words if sound(word) == one] for one in sounds}


KNOWN = Archive(
    [("Popular Mobilisation", "al-Hashid al-Shaabi"), ("Popular Mobilization", "Hashed al-Shaabi")],
    ["Aanah", "Fallujah", "Stale"],
)


@pytest.mark.parametrize(
    ("question", "name", "other"),
    [
        ("What did the Hashd al-Shaabi do?", "Hashd al-Shaabi", "Popular Mobilisation"),
        ("Who leads the Popular Mobilisation?", "Popular Mobilisation", "Hashed al-Shaabi"),
        ("Who leads Daesh?", "Daesh", "Islamic State"),
        ("who leads isis?", "isis", "Islamic State"),
        ("When did Anah fall?", "Anah", "Aanah"),
        ("when did falluja's bridge fall?", "falluja's", "Fallujah"),
        ("What did the US's envoy say?", "US's", "United States"),
    ],
)
def test_a_name_is_found_with_its_others(question: str, name: str, other: str) -> None:
    (found,) = named(question, KNOWN)
    assert question[found.start : found.end] == name
    assert other in found.others and len(found.others) <= OTHERS
    assert name not in found.others


@pytest.mark.parametrize(
    "question", ["Who is it?", "Where was the state border?", "Did it tell us?", "", "When did Hit fall?"]
)
def test_what_has_no_other_name_is_left_alone(question: str) -> None:
    assert named(question, KNOWN) == []


def test_no_name_stands_inside_another() -> None:
    known = Archive([("Northern Belt", "Green Arc"), ("Belt", "Strap")], [])
    assert [name.others for name in named("Where is the Northern Belt?", known)] == [("Green Arc",)]


def test_a_word_that_only_sounds_alike_is_no_spelling() -> None:
    assert sound("Zarnuk") == sound("Zorinak")
    assert named("Who is Zarnuk?", Archive([], ["Zorinak"])) == []
