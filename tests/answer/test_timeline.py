"""What happened when, in order, each told once."""

from datetime import date

import pytest

from qa.answer.timeline import happened, subject, timeline, told
from qa.types import Article, Hit, Passage

MONDAY = date(2015, 5, 18)


def hit(name: str, text: str, published: date | None = MONDAY, score: float = 0.5, title: str = "War for Basra") -> Hit:
    article = Article(name, text, title, published, "given", publisher=name.upper())
    return Hit(Passage(name, name, 0, len(text)), article, score)


def days(hits: list[Hit], query: str = "Basra", **more: int) -> list[tuple[str, str]]:
    found = timeline(query, hits, [], lambda _: [], **more)
    assert [m.citation.number for m in found] == list(range(1, len(found) + 1))
    assert all(m.citation.article.text[m.citation.start : m.citation.end] == m.citation.quote for m in found)
    return [(m.first.isoformat(), m.words) for m in found]


def test_events_stand_in_order_with_the_days_meant() -> None:
    hits = [
        hit("a", "The siege of Basra ended on Sunday. It had begun in March."),
        hit("b", "Basra was shelled on 2 April 2015.", None),
    ]
    assert days(hits) == [("2015-03-01", "in March"), ("2015-04-02", "2 April 2015"), ("2015-05-17", "Sunday")]


def test_an_event_is_told_once() -> None:
    hits = [
        hit("a", "The siege of Basra ended on Sunday.", score=0.4),
        hit("b", "On Sunday the siege of Basra ended, he said.", score=0.9),
        hit("c", "On Sunday a bridge of Basra was blown up.", score=0.3),
    ]
    found = timeline("Basra", hits, [], lambda _: [])
    assert {m.citation.article.id for m in found} == {"b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "The siege of Basra ended.",
        "The siege of Basra was hard, he said on Sunday.",
        "In recent days the siege of Basra was hard.",
        "Basra was under siege from 2009 to 2014.",
    ],
)
def test_what_has_no_day_of_its_own_is_no_event(text: str) -> None:
    assert days([hit("a", text)]) == []


def test_every_name_asked_for_must_be_there() -> None:
    text = "The siege of the port ended on Sunday."
    assert days([hit("a", text)], "siege of Basra") == [("2015-05-17", "Sunday")]
    assert days([hit("a", text)], "siege of Mosul") == []


def test_the_finest_time_of_a_sentence_counts_and_the_least_fitting_events_are_left_out() -> None:
    hits = [hit("a", "Last year the siege of Basra ended on 3 June 2014. In May it rained.")]
    assert days(hits) == [("2014-06-03", "3 June 2014"), ("2015-05-01", "In May")]
    assert days(hits, limit=1) == [("2014-06-03", "3 June 2014")]
    found = timeline("Basra", hits, [], lambda _: [], since=date(2015, 1, 1))
    assert [m.words for m in found] == ["In May"]


def test_as_an_answer_each_event_has_a_line_with_its_source() -> None:
    hits = [hit("a", "The siege of *Basra* ended on Sunday.")]
    answer = told("Timeline of Basra", hits, timeline("Basra", hits, [], lambda _: []))
    assert answer.text == "- **Sunday 17 May 2015** “The siege of \\*Basra\\* ended on Sunday.” [1] — A, 18 May 2015"
    assert [m.citation for m in answer.timeline] == list(answer.citations) and not answer.abstained


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Timeline of the battle for Ramadi", "battle for Ramadi"),
        ("Show me a timeline of Mosul.", "Mosul"),
        ("chronology: Fallujah", "Fallujah"),
        ("What happened when in Anbar?", "Anbar"),
        ("What is a timeline?", None),
        ("When did Ramadi fall?", None),
    ],
)
def test_a_timeline_is_recognised(question: str, expected: str | None) -> None:
    assert subject(question) == expected


def test_what_happened_is_recognised() -> None:
    assert happened("What happened in Fallujah in 2016?") == "Fallujah in 2016"
    assert happened("What did they do in Fallujah?") is None


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Tell me about Fallujah", "Fallujah"),
        ("Can you tell me more about the port of Basra?", "the port of Basra"),
        ("What do the articles say about Hit?", "Hit"),
        ("What's the latest news from Anbar?", "Anbar"),
        ("What is reported on the dam?", "the dam"),
        ("Tell me when it fell", None),
        ("What is reported?", None),
    ],
)
def test_what_is_told_of_a_subject_is_told_in_order(question: str, about: str | None) -> None:
    assert subject(question) == about
