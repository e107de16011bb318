"""Answers that quote: short answer first, where it stands, and what else was reported."""

from dataclasses import replace
from datetime import date

from qa.answer.quoting import LIKELY, quote
from qa.answer.reading import Finding
from qa.settings import ANSWER_FROM, QUOTES
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
        finding("They counted 500 dead.", "500", "b", publisher="Post"),
        finding("The dead are 620, he said.", "620", "c", publisher="Wire"),
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


def test_a_second_report_of_one_source_is_not_a_second_witness() -> None:
    found = [
        finding("Some 500 people died.", "500", "a", publisher="Post"),
        finding("They counted 500 dead.\n\nPost contributed to this report.", "500", "b", publisher="Ledger"),
    ]
    assert "From the same source:" in quote("How many people died?", [], found).text


def test_figures_that_differ_stand_side_by_side_the_newest_first() -> None:
    found = [
        finding("There were 450 advisers in Mosul, he said.", "450", "a", published=date(2017, 1, 5), publisher="Post"),
        finding("The number of advisers in Mosul is 490.", "490", "b", published=date(2017, 1, 7), publisher="Wire"),
    ]
    answer = quote("How many advisers were in Mosul?", [], found)
    assert answer.short == "490 (7 January 2017) or 450 (5 January 2017)"
    assert [c.article.id for c in answer.citations] == ["b", "a"]
    assert "Another report has **450**:" in answer.text


def test_a_measure_in_the_same_unit_is_shown_however_unlikely() -> None:
    found = [
        finding("Ramadi is 115 kilometres west of Baghdad.", "115 kilometres", "a"),
        finding("The town, 100 kilometres west of Baghdad, fell.", "100 kilometres", "a", 0.02),
        finding("They drove 60 kilometres in Baghdad heat.", "60 kilometres", "c", 0.02),
        finding("A road of 90 miles leads west of Baghdad.", "90 miles", "d", 0.02),
    ]
    answer = quote("How far is Ramadi from Baghdad?", [], found[:2])
    assert answer.short == "115 kilometres" and "The same article also has **100 kilometres**:" in answer.text
    assert [c.quote for c in quote("How far is it from Baghdad?", [], [found[0], found[3]]).citations] == [
        "Ramadi is 115 kilometres west of Baghdad."
    ]


def test_a_measure_of_another_place_is_not_said_to_be_of_the_one_asked_about() -> None:
    near = finding("Ramadi is 115 kilometres west of Baghdad.", "115 kilometres", "a")
    far = finding("But Al Qaim is 330 kilometres from Baghdad.", "330 kilometres", "b", 0.02)
    assert len(quote("How far is Ramadi from Baghdad?", [], [near, far]).citations) == 1
    alike = finding(
        "But Al Qaim is 200 kilometres from Ramadi, as Ramadi is 100 from Baghdad.", "200 kilometres", "b", 0.02
    )
    assert len(quote("How far is Ramadi from Baghdad?", [], [near, alike]).citations) == 2


def test_what_is_much_less_likely_is_not_said_to_have_it_otherwise() -> None:
    fell = finding("The city fell on 17 May 2015.", "17 May 2015", "a", 0.9)
    for confidence, words in ((0.5, "Another report has **30 December 2013**:"), (0.2, "Also reported:")):
        cleared = finding("Troops cleared a camp on 30 December 2013.", "30 December 2013", "b", confidence)
        assert words in quote("When did Ramadi fall?", [], [fell, cleared]).text


def test_what_a_correction_itself_calls_wrong_is_told_as_such() -> None:
    text = "Correction: a report on Saturday gave the number as 490. That was wrong. It is about 450."
    found = [
        finding(text, "about 450", "a", 0.9, published=date(2017, 1, 9)),
        finding(text.replace("It is about 450.", "It was that."), "490", "a", 0.5, published=date(2017, 1, 9)),
    ]
    assert "An earlier report, since corrected, had **490**:" in quote("How many advisers are there?", [], found).text


def test_a_figure_that_a_correction_calls_wrong_does_not_stand_first() -> None:
    corrected = "Correction: a report on Saturday gave the number of advisers as 490. That was wrong."
    found = [
        finding("Some 40 more came, which brings their number to 490.", "490", "a", 0.9, published=date(2017, 1, 7)),
        finding("Their number had been raised to about 450.", "about 450", "b", 0.6, published=date(2017, 1, 6)),
        finding(corrected, "490", "c", 0.05, published=date(2017, 1, 9)),
    ]
    for as_of in (None, date(2018, 1, 1)):
        answer = quote("How many advisers are in Mosul?", [], found, as_of=as_of)
        assert (answer.short, answer.confidence) == ("about 450", 0.9)
        assert "An earlier report, since corrected, had **490**:" in answer.text
        assert [c.article.id for c in answer.citations] == ["b", "c"]
    # Where nothing else is likely, what was printed stands.
    weak = replace(found[1], confidence=0.9 * LIKELY - 0.01)
    for others in ([found[2]], [weak, found[2]]):
        assert quote("How many advisers are in Mosul?", [], [found[0], *others]).short == "490"


def test_a_corrected_figure_is_no_report_that_differs() -> None:
    corrected = "A report gave the number of advisers in Mosul as 490. That was wrong."
    found = [
        finding("There were 450 advisers in Mosul, he said.", "450", "a", published=date(2017, 1, 5), publisher="Post"),
        finding(corrected, "490", "b", published=date(2017, 1, 9), publisher="Wire"),
    ]
    answer = quote("How many advisers were in Mosul?", [], found)
    assert answer.short == "450" and "An earlier report, since corrected, had **490**:" in answer.text


def test_figures_of_something_else_are_left_alone() -> None:
    best = finding("There were 450 advisers in Mosul, he said.", "450", "a")
    for other in (
        finding("The 40 more advisers in Mosul came by air.", "40", "b", publisher="Wire"),
        finding("The coalition's advisers in Tikrit number 120.", "120", "b", publisher="Wire"),
        finding("The advisers in Mosul number 490 now.", "490", "b", SURE * LIKELY / 2, publisher="Wire"),
        finding("Of the advisers in Mosul 12 fell ill.", "12", "a"),
    ):
        assert quote("How many advisers of the coalition were in Mosul?", [], [best, other]).short == "450"


def test_where_the_newest_is_asked_for_it_stands_first_as_of_its_day() -> None:
    found = [
        finding("The rebels hold the town.", "The rebels", "a", SURE, published=date(2015, 6, 1), publisher="Post"),
        finding("The army holds the town.", "The army", "b", SURE - 0.01, published=date(2017, 1, 7), publisher="Wire"),
    ]
    answer = quote("Who holds the town?", [], found, as_of=date.max)
    assert answer.short == "The army" and answer.text.startswith("**The army** as of 7 January 2017")
    assert quote("Who held the town?", [], found).short == "The rebels"
    then = quote("Who holds the town?", [], found[::-1], as_of=date(2016, 1, 1))
    assert then.short == "The rebels" and [c.article.id for c in then.citations] == ["a"]
    before = quote("Who holds the town?", [], found, as_of=date(2014, 1, 1))
    assert not before.abstained


def test_one_copy_is_one_source_with_all_its_outlets() -> None:
    found = [
        finding("The city fell late on Sunday.", "Sunday", "a", story="a"),
        finding("The city fell late on Sunday", "Sunday", "b", story="a", publisher="Post"),
    ]
    other = found[1].hit.article
    answer = quote(
        "When did the city fall?", [], found, lambda _: [replace(other, text="The city fell late on Sunday.")]
    )
    (citation,) = answer.citations
    assert [print_.publisher for print_ in citation.copies] == ["Post"]
    assert "— Ledger, 18 May 2015; the same in Post, 18 May 2015" in answer.text
    altered = quote("When did the city fall?", [], found, lambda _: [replace(other, text="The city fell.")])
    assert altered.citations[0].copies == ()


def test_who_says_so_and_that_it_is_not_certain_is_told() -> None:
    said = finding("“Some 500 people died,” Col John Dorrian said.", "500")
    answer = quote("How many people died?", [], [said])
    assert answer.citations[0].speaker == "Col John Dorrian" and "; according to Col John Dorrian" in answer.text
    rumour = finding("Some 500 people reportedly died.", "500")
    assert quote("How many people died?", [], [rumour]).text.startswith("**500** (reported, not confirmed)")


def test_a_when_without_a_time_has_no_short_answer() -> None:
    answer = quote("When did they leave?", [], [finding("They left for Basra.", "Basra")])
    assert answer.short is None and answer.text.startswith("> “They left")
    assert quote("When did they leave?", [], [finding("They left in 430 BC.", "430 BC")]).short == "430 BC"
    assert quote("When do they leave?", [], [finding("They leave after the harvest.", "harvest")]).short == "harvest"
