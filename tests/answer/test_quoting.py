"""Answers that quote: short answer first, where it stands, and what else was reported."""

from datetime import date

from qa.answer.quoting import ANSWER_FROM, QUOTES, quote
from qa.answer.reading import Finding
from qa.types import ABSTENTION, Article, Hit, Passage, Span

SURE = (1 + ANSWER_FROM) / 2


def finding(text: str, short: str, name: str = "a", confidence: float = SURE, **fields: object) -> Finding:
    known = {"published": date(2015, 5, 18), "basis": "given", "publisher": "Ledger"} | fields
    article = Article(name, text, **known)  # type: ignore[arg-type]
    start = text.index(short)
    whole = Span(0, len(text))
    return Finding(
        Hit(Passage(name, name, 0, len(text)), article, 1.0), whole, Span(start, start + len(short)), confidence
    )


def test_the_short_answer_stands_first_with_its_quote_outlet_and_day() -> None:
    found = finding("The city fell on Sunday.", "Sunday")
    answer = quote("When did the city fall?", [found.hit], [found])
    assert answer.text == (
        "**Sunday 17 May 2015**\n\n> “The city fell on Sunday.” [1]\n>\n"
        "> — Ledger, 18 May 2015; “Sunday” is Sunday 17 May 2015"
    )
    assert (answer.short, answer.confidence, answer.abstained) == ("Sunday 17 May 2015", SURE, False)
    assert [(c.number, c.quote) for c in answer.citations] == [(1, "The city fell on Sunday.")]


def test_below_the_threshold_the_archive_does_not_say() -> None:
    found = finding("The city fell on Sunday.", "Sunday", confidence=ANSWER_FROM - 0.01)
    answer = quote("Who won?", [found.hit], [found])
    assert (answer.text, answer.short, answer.citations, answer.abstained) == (ABSTENTION, None, (), True)
    assert answer.hits == (found.hit,)
    assert quote("Who won?", [], []).abstained


def test_reports_that_agree_and_reports_that_differ_are_told_apart() -> None:
    found = [
        finding("Some 500 people died.", "500", "a"),
        finding("They counted 500 dead.", "500", "b"),
        finding("The dead are 620, he said.", "620", "c"),
    ]
    answer = quote("How many people died?", [], found)
    assert answer.short == "500"
    blocks = answer.text.split("\n\n")
    assert blocks[2] == "Reported alike:" and "[2]" in blocks[3]
    assert blocks[4] == "Another report has **620**:" and "[3]" in blocks[5]


def test_what_has_no_one_answer_is_added_to_not_contradicted() -> None:
    found = [finding("Mines slowed them.", "Mines", "a"), finding("Rain slowed them.", "Rain", "b")]
    assert "Also reported:" in quote("What slowed them?", [], found).text
    same = [finding("They fled by 500s. Of them 40 died.", "40", "a"), finding("500 fled, he said.", "500", "a")]
    assert "Also reported:" in quote("How many died?", [], same).text


def test_no_words_twice_and_no_more_quotes_than_can_be_read() -> None:
    same = [finding("Some 500 people died.", "500", name) for name in "ab"]
    assert len(quote("How many died?", [], same).citations) == 1
    many = [finding(f"Some 500 people died in place {n}.", "500", str(n)) for n in range(QUOTES + 2)]
    assert [c.number for c in quote("How many died?", [], many).citations] == list(range(1, QUOTES + 1))


def test_a_far_less_likely_sentence_is_not_quoted() -> None:
    found = [finding("Some 500 died.", "500", "a", 0.95), finding("About 90 came.", "90", "b", 0.05)]
    assert len(quote("How many died?", [], found).citations) == 1


def test_an_inferred_or_unknown_day_says_so_and_a_long_answer_is_no_short_one() -> None:
    inferred = finding("They left for good.", "left", basis="inferred")
    assert "18 May 2015 (inferred)" in quote("What did they do?", [], [inferred]).text
    unknown = finding("They left on Sunday.", "Sunday", published=None, basis="unknown", publisher="")
    answer = quote("When did they leave?", [], [unknown])
    assert answer.short == "Sunday" and "unknown outlet, day unknown" in answer.text
    long = finding("word " * 30 + "end.", "word " * 30 + "end.")
    assert quote("What happened?", [], [long]).short is None


def test_markup_in_an_article_stays_text() -> None:
    found = finding("He said <b>*all*</b> [1] left.", "<b>*all*</b>")
    text = quote("Who left?", [], [found]).text
    assert "<b>" not in text.replace("\\<b\\>", "") and text.count(" [1]\n") == 1
