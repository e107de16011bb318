"""Whether the words found can be the amount asked for."""

import pytest

from qa.answer.fitting import fits
from qa.answer.kinds import kind_of
from qa.types import Span


def fit(question: str, text: str, words: str) -> bool:
    start = text.index(words)
    return fits(kind_of(question), question, text, Span(start, start + len(words)))


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How many boats sank?", "The storm sank 12 boats.", "12"),
        ("How many boats sank?", "Fifty boats sank.", "Fifty"),
        ("How many boats sank?", "One boat sank.", "One"),
        ("How many boats sank?", "No boats sank.", "No"),
        ("How many days did it last?", "It lasted five days.", "five days"),
        ("How many days did it last?", "It lasted two weeks.", "two weeks"),
        ("What total distance did they walk?", "They walked 300 kilometres.", "300"),
        ("How many voters came?", "Of the voters 74 per cent came.", "74 per cent"),
        ("What is the population of Ostrel?", "Ostrel has 4,000 inhabitants.", "4,000"),
        ("How far is Ostrel?", "It lies 30 kilometres away.", "30 kilometres"),
        ("How long did the siege last?", "It lasted for months.", "months"),
        ("How much of the town was flooded?", "Most of it was flooded.", "Most"),
        ("How much does a ticket cost?", "A ticket is sold for £4.50.", "4.50"),
        ("How much did they pay?", "They paid two million Turkish lira.", "two million"),
        ("How much was spent on it?", "Some 300bn was spent.", "300bn"),
        ("Who sank?", "The boats sank.", "boats"),
        ("When did it sink?", "It sank 30 kilometres away.", "away"),
    ],
)
def test_an_amount_answers(question: str, text: str, words: str) -> None:
    assert fit(question, text, words)


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How many boats sank?", "The storm sank boats in the harbour.", "in the harbour"),
        ("How many boats sank?", "They sank 30 kilometres away.", "30"),
        ("How many boats sank?", "They sank after six weeks.", "six weeks"),
        ("What is the population of Ostrel?", "Ostrel, 330 km away, has a port.", "330"),
        ("How far is Ostrel?", "Ostrel lies behind the hills.", "behind the hills"),
        ("How much does a ticket cost?", "A ticket is valid for two hours.", "two hours"),
        ("How much does an adviser earn?", "There are about 450 advisers.", "about 450"),
    ],
)
def test_something_else_does_not(question: str, text: str, words: str) -> None:
    assert not fit(question, text, words)
