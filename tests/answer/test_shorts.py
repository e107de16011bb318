"""Short answers: what the reader found, made whole for the kind of question."""

from datetime import date

import pytest

from qa.answer.kinds import kind_of
from qa.answer.shorts import names_time, resolved, short_answer
from qa.types import Article, Span

LEAD = "Lead.\n"
CASES = [
    ("When did Ramadi fall?", "The fall of the city came when troops left on Sunday.", "left", "Sunday"),
    ("When did the siege last?", "The siege lasted from 1973 to 1974.", "1973 to 1974", "1973 to 1974"),
    ("When did it open?", "Begun in 1973, it opened on Sunday.", "in 1973", "1973"),
    ("How many advisers are there?", "With 40 more there are now about 450 advisers.", "advisers", "about 450"),
    ("How many advisers are there?", "There are 450 advisers there now.", "450 advisers", "450 advisers"),
    ("How many men are in Velm?", "It sent 40 more men, bringing their number to 490, it said.", "40", "490"),
    ("How many men did it send?", "It sent 40 more men, bringing their number to 490, it said.", "40", "40"),
    ("How many men are in Velm?", "The 40 sent last week are part of the total of about 450.", "40", "about 450"),
    ("How many people fled?", "As many as 8,000 people fled.", "8,000", "As many as 8,000"),
    ("How far is it?", "It lies about 40 miles off.", "40 miles", "about 40 miles"),
    ("How many men are in Velm?", "It has 40 men, bringing the total to 490, it said.", "40", "40"),
    ("How many of the 40 left?", "As 12 left, of the 40 the rest stayed.", "rest", "12"),
    ("How many people fled?", "Tens of thousands of people fled.", "Tens of thousands", "Tens of thousands"),
    ("How far is Ramadi?", "Ramadi lies 100 kilometres west.", "west", "100 kilometres"),
    ("How far is Ramadi?", "Ramadi lies 115 kilometres west of here.", "115 kilometres west", "115 kilometres"),
    ("How far is it?", "It is 90 to 100 miles off.", "90 to 100 miles off", "90 to 100 miles"),
    ("Who spoke for the coalition?", "Col John Dorrian spoke for them.", "Dorrian", "Col John Dorrian"),
    ("Where did the troops set out?", "The troops set out from Haditha before dawn.", "Haditha", "Haditha"),
    ("Which three towns are meant?", "They named Aanah, Rawa and Al Qaim.", "Rawa", "Aanah, Rawa and Al Qaim"),
    ("Why did he wait?", "He waited for fear of losing Anbar, he said.", "losing Anbar", "for fear of losing Anbar"),
    ("Why did it stop?", "It stopped as food ran short.", "food ran short", "food ran short"),
    ("Why did it stop?", "Because rain came, it slowed, then food ran short.", "food ran short", "food ran short"),
    ("What does Ya Ali mean?", "They cried “Ya Ali” (“O Ali”), a call of old.", "a call", "O Ali"),
    ("What does CTS stand for?", "The CTS is the Counter Terrorism Service.", "Counter Terrorism", "Counter Terrorism"),
    ("What did they fire?", "They fired a missile.", "a missile", "a missile"),
]


def place(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


@pytest.mark.parametrize(("question", "sentence", "read", "expected"), CASES)
def test_the_short_answer(question: str, sentence: str, read: str, expected: str) -> None:
    article = Article("a", f"{LEAD}{sentence}\n", published=date(2015, 5, 18))
    whole = Span(len(LEAD), len(LEAD) + len(sentence))
    span = short_answer(kind_of(question), question, article, whole, place(article.text, read))
    assert article.text[span.start : span.end] == expected


@pytest.mark.parametrize(("published", "days"), [(date(2015, 5, 18), "Sunday 17 May 2015"), (None, None)])
def test_a_day_is_resolved_against_the_article(published: date | None, days: str | None) -> None:
    text = "The last troops left on Sunday."
    assert resolved(Article("a", text, published=published), Span(24, 30)) == days


def test_what_names_its_days_itself_is_left_as_it_stands() -> None:
    text = "The siege lasted from 1973 to 1974, and the bridge opened on 18 May 2015 or a week ago."
    for words in ("1973 to 1974", "18 May 2015", "18 May 2015 or a week ago"):
        assert resolved(Article("a", text, published=date(2016, 1, 1)), place(text, words)) is None


def test_several_days_are_told_one_by_one() -> None:
    text = "Bombs went off on Thursday and Friday, and in recent days."
    article = Article("a", text, published=date(2015, 5, 18))
    assert resolved(article, place(text, "Thursday and Friday")) == "Thursday 14 May 2015 and Friday 15 May 2015"
    assert resolved(article, place(text, "in recent days")) is None


def test_whether_a_sentence_says_when() -> None:
    for text, says in (
        ("It fell at dawn.", True),
        ("It fell on Sunday.", True),
        ("It took weeks.", True),
        ("It fell.", False),
    ):
        assert names_time(Article("a", text), Span(0, len(text))) is says
