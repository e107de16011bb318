"""Short answers taken from sentences of our own."""

from datetime import date

import pytest

from qa.answer.kinds import kind_of
from qa.answer.shorts import resolved, short_answer
from qa.types import Article, Span

CASES = [
    ("When did Ramadi fall?", "The fall of the city came when troops left on Sunday.", "Sunday"),
    ("How many advisers are there?", "With 40 more advisers there are now about 450 advisers in all.", "450"),
    ("How many people fled?", "Tens of thousands of people fled in three days.", "Tens of thousands"),
    ("How far is Ramadi from Baghdad?", "Ramadi lies some 100 kilometres west of Baghdad.", "some 100 kilometres"),
    ("Who spoke for the coalition?", "Col John Dorrian spoke for the coalition.", "Col John Dorrian"),
    ("Where did the troops set out?", "The troops set out from Haditha before dawn.", "Haditha"),
]


def short(question: str, sentence: str) -> str | None:
    article = Article("a", f"Lead.\n{sentence}\n", published=date(2015, 5, 18))
    span = short_answer(kind_of(question), question, article, Span(6, 6 + len(sentence)))
    return None if span is None else article.text[span.start : span.end]


@pytest.mark.parametrize(("question", "sentence", "expected"), CASES)
def test_the_short_answer_is_found(question: str, sentence: str, expected: str) -> None:
    found = short(question, sentence)
    assert found is not None
    assert expected in found


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did it fall?", "It fell after a long siege."),
        ("Who leads the Popular Mobilisation?", "The Popular Mobilisation is led by nobody."),
        ("Why did it fall?", "It fell on Sunday."),
    ],
)
def test_where_none_can_be_told_there_is_none(question: str, sentence: str) -> None:
    assert short(question, sentence) is None


@pytest.mark.parametrize(("published", "days"), [(date(2015, 5, 18), "Sunday 17 May 2015"), (None, None)])
def test_a_day_is_resolved_against_the_article(published: date | None, days: str | None) -> None:
    text = "The last troops left on Sunday."
    assert resolved(Article("a", text, published=published), Span(24, 30)) == days
