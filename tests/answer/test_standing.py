"""Who holds a place: the last change that was known on the day of asking."""

import re
from datetime import date

import pytest
from test_quoting import finding

from qa.answer.quoting import quote
from qa.answer.standing import LIKELY, by_last_change, place_held
from qa.settings import ANSWER_FROM

SEIZED = finding("Rebels seized Velm on Friday.", "Rebels", "a", 0.9, published=date(2015, 5, 18))
RETOOK = finding("The army retook Velm.", "The army", "b", 0.5, published=date(2017, 1, 5))
LATE = date.max


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Who controls Ramadi?", "Ramadi"),
        ("who holds the city of Ramadi now", "Ramadi"),
        ("Which group is in control of Deir al-Zor today?", "Deir al-Zor"),
        ("Who controlled Ramadi?", None),
        ("Who holds the record?", None),
        ("Who controls Ramadi's schools?", None),
        ("Who captured Ramadi?", None),
    ],
)
def test_the_place_asked_about_is_known(question: str, place: str | None) -> None:
    assert place_held(question) == place


def test_the_last_change_known_on_the_day_stands_first() -> None:
    assert by_last_change([SEIZED, RETOOK], "Velm", (), LATE)[0].hit == RETOOK.hit
    assert by_last_change([SEIZED, RETOOK], "Velm", (), LATE)[0].confidence == RETOOK.confidence
    assert [f.hit for f in by_last_change([SEIZED, RETOOK], "Velm", (), date(2016, 1, 1))] == [SEIZED.hit]


@pytest.mark.parametrize(
    "told",
    [
        "The army began an operation to take Velm.",
        "The army has not taken Velm.",
        "The army wants Velm to be retaken.",
        "The army retook Orso.",
        "The army, which had seized Velm, left it.",
        "The fair took place in Velm.",
        "The army advanced on Velm.",
        "Velm was taken back, the army said.",
        "Velm was never taken by the army.",
    ],
)
def test_who_only_fights_for_a_place_or_has_lost_it_does_not_hold_it(told: str) -> None:
    army = finding(told, re.findall("[Tt]he (?:fair|army)", told)[0], "c", 0.9, published=date(2018, 1, 5))
    assert by_last_change([army, SEIZED], "Velm", (), LATE)[0].hit == SEIZED.hit
    assert by_last_change([army], "Velm", (), LATE) == []


@pytest.mark.parametrize(
    "told",
    [
        "Soldiers of the army raised the national flag over Velm.",
        "Velm fell to the army.",
        "Now the army controls Velm.",
        "Velm is under the control of the army.",
        "Velm, held by the army, is quiet.",
        "Velm is in the hands of the army.",
        "It is quiet in the army-held Velm.",
        "Velm was recaptured by the army.",
    ],
)
def test_a_change_or_a_state_is_told_in_many_ways(told: str) -> None:
    army = finding(told, "the army", "c", 0.2, published=date(2018, 1, 5))
    assert by_last_change([SEIZED, army], "Velm", (), LATE)[0].hit == army.hit


def test_words_that_the_form_of_the_sentence_does_not_mean_are_not_the_holder() -> None:
    wrong = [finding("The army retook Velm from rebels.", words, "b", 0.9) for words in ("rebels", "Velm")]
    wrong.append(finding("In Iman’s home of Velm, retaken, rebels fled.", "Iman’s", "c", 0.9))
    wrong.append(finding("The men fought for Velm, which the army retook.", "The men", "d", 0.9))
    wrong += [finding("The king’s men retook Velm.", words, "e", 0.9) for words in ("The king", "The king’s")]
    wrong.append(finding("In Velm the army retook the bridge.", "Velm", "f", 0.9))
    wrong.append(finding("The mayor said that Velm fell to the army.", "The mayor", "g", 0.9))
    assert by_last_change(wrong, "Velm", (), LATE) == []


def test_a_form_that_agrees_makes_it_sure_enough() -> None:
    doubtful = finding("The army retook Velm.", "The army", "b", LIKELY)
    assert by_last_change([doubtful], "Velm", (), LATE)[0].confidence == ANSWER_FROM


def test_what_is_hardly_likely_is_not_believed() -> None:
    doubtful = finding("The army retook Velm.", "The army", "b", LIKELY / 2, published=date(2017, 1, 5))
    assert by_last_change([SEIZED, doubtful], "Velm", (), LATE)[0].hit == SEIZED.hit


def test_the_answer_says_as_of_when_and_how_it_was_before() -> None:
    found = by_last_change([SEIZED, RETOOK], "Velm", (), LATE)
    answer = quote("Who controls Velm?", [], found, as_of=LATE)
    assert answer.short == "The army" and answer.text.startswith("**The army** as of 5 January 2017")
    assert "As of 18 May 2015 it was **Rebels**:" in answer.text
