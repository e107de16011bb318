"""What the page shows of values that mean harm, and how a source is found again from its link."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from qa.answer.origin import origin
from qa.types import Answer, Article, Citation, Filters, Hit, Moment, Passage, Span, Statistics
from qa.web.render import address, answer_markdown, article_html, digest, how_found, timeline_html, welcome_markdown
from qa.web.texts import languages

TEXTS = languages()["en"]

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
ARTICLE = Article(
    "a:b/ü.md", "Head\nIt fell on Sunday.\nShare", "Head", date(2015, 5, 18), "inferred", "a Monday", "Wire"
)


def test_a_marker_links_to_the_words_it_cites() -> None:
    citation = Citation(1, ARTICLE, 5, 23, ARTICLE.text[5:23])
    answer = Answer("**Sunday**\n\n> “It fell” [1] \\[2\\] [3]", "Sunday", (citation,), False, 0.9, (), "When?")
    shown = answer_markdown(answer, "When?", TEXTS)
    assert f'href="{address("a:b/ü.md", 5, 23, ARTICLE.text[5:23])}"' in shown
    assert '<span class="unseen">Source </span>1</a>' in shown
    assert "\\[2\\] [3]" in shown  # neither escaped brackets nor unknown numbers become links
    assert address("a:b/ü.md", 5, 23) == "#source:a%3Ab%2F%C3%BC.md:5:23"
    assert address("a", 5, 23, "It fell") == f"#source:a:5:23:{digest('It fell')}"


def test_an_abstention_offers_the_nearest_passages_and_the_question_as_understood() -> None:
    evil = replace(ARTICLE, title=EVIL, text=EVIL * 5)
    hits = tuple(Hit(Passage(str(n), evil.id, 0, 40), evil, 1.0) for n in range(4))
    answer = Answer("The archive does not say.", None, (), True, 0.1, hits, f"Who? {EVIL}")
    shown = answer_markdown(answer, "Who?", TEXTS)
    assert shown.count('class="cite offer"') == 1  # one link an article
    assert "<script" not in shown and "<img" not in shown
    assert "Understood as: Who? &lt;script&gt;" in shown
    assert f"</a> <span>{origin(evil)}</span><br>" in shown  # outlet and day


def test_the_source_is_marked_dimmed_and_escaped() -> None:
    article = replace(ARTICLE, boilerplate=(Span(0, 4, "title"), Span(24, 29, "navigation")))
    shown = article_html(article, [(5, 12, ""), (5, 23, "")], 0, TEXTS)
    assert "<mark id=quote class=active>It fell</mark><mark> on Sunday" in shown
    assert shown.count('<span class="dim">') == 2
    assert "Mon 18 May 2015" in shown and "inferred: a Monday" in shown
    evil = replace(
        ARTICLE, text=EVIL, title=EVIL, publisher=EVIL, author=EVIL, url="javascript:alert(1)", basis_note=EVIL
    )
    shown = article_html(evil, [(0, len(EVIL), "")], 0, TEXTS)
    assert "<script" not in shown and "<img" not in shown and "javascript:" not in shown


@pytest.mark.parametrize("spans", [[(-1, 5)], [(5, 5)], [(0, 999)], []])
def test_offsets_that_do_not_fit_mark_nothing(spans: list[tuple[int, int]]) -> None:
    assert "<mark" not in article_html(ARTICLE, [(*span, "") for span in spans], 0, TEXTS)


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    assert "original" not in article_html(replace(ARTICLE, url="file:///etc/passwd"), [], 0, TEXTS)
    assert 'href="https://example.org/&quot;x"' in article_html(
        replace(ARTICLE, url='https://example.org/"x'), [], 0, TEXTS
    )


def test_an_empty_archive_says_how_to_fill_it() -> None:
    assert "No articles yet" in welcome_markdown(Statistics(), TEXTS)
    assert "from Wire word for word" in welcome_markdown(Statistics(3, 5, publishers={"Wire": 3}), TEXTS)


def test_a_timeline_is_drawn_over_its_list() -> None:
    article = Article("a", "It fell. It rose.")
    moments = tuple(
        Moment(first, last, "then", Citation(number, article, 0, 8, "It fell."))
        for number, (first, last) in enumerate(
            [(date(2015, 1, 1), date(2015, 1, 1)), (date(2015, 1, 6), date(2015, 1, 11))], start=1
        )
    )
    answer = Answer("- one [1]", None, tuple(m.citation for m in moments), False, 1.0, (), "?", timeline=moments)
    text = answer_markdown(answer, "?", TEXTS)
    assert text.count('class="dot"') == 2 and text.index('class="timeline"') < text.index("- one")
    assert 'style="left: 0.00%; width: 0.00%"' in text and 'style="left: 50.00%; width: 50.00%"' in text
    assert "6–11 January 2015: source 2" in text and "Thursday 1 January 2015" in text


def test_what_the_question_s_days_narrowed_is_said() -> None:
    answer = Answer("It fell.", None, (), False, 1.0, (), "?", narrowed=Filters(after=date(2016, 1, 1), undated=True))
    assert "Looked only at articles from 1 January 2016 on" in answer_markdown(answer, "?", TEXTS)
    assert "Looked only" not in answer_markdown(replace(answer, narrowed=Filters()), "?", TEXTS)


def test_words_that_changed_since_they_were_quoted_are_not_marked_and_it_is_said() -> None:
    known = digest(ARTICLE.text[5:12])
    assert "<mark id=quote" in article_html(ARTICLE, [(5, 12, known)], 0, TEXTS)
    changed = article_html(replace(ARTICLE, text="Head\nIt rose on Sunday."), [(5, 12, known)], 0, TEXTS)
    assert "<mark" not in changed and 'role="alert"' in changed


def test_days_meant_stand_beside_their_words_and_are_no_text() -> None:
    shown = article_html(ARTICLE, [(5, 23, "")], 0, TEXTS)
    assert 'on Sunday<span class="meant" data-days="[Sunday 17 May 2015]"></span>.' in shown
    full = replace(ARTICLE, text="It fell on 17 May 2015.")
    assert "meant" not in article_html(full, [(0, 23, "")], 0, TEXTS)  # it says so itself


def test_what_can_be_done_with_an_answer_needs_that_it_is_kept() -> None:
    answer = Answer("It fell.", None, (), False, 0.5, (), "When?")
    assert "acts" not in answer_markdown(answer, "When?", TEXTS)
    shown = answer_markdown(answer, "When?", TEXTS, "turn-1")
    assert 'class="permalink" href="/?a=turn-1"' in shown and "/api/answer/turn-1?form=bibtex" in shown


def test_reports_and_their_copies_are_counted_and_differences_told() -> None:
    one, two = replace(ARTICLE, story="s"), replace(ARTICLE, id="b", story="s")
    other = replace(ARTICLE, id="c")
    citations = (Citation(1, one, 5, 12, "It fell", (two,)), Citation(2, other, 5, 12, "It fell"))
    answer = Answer("**5** [1]\n\nAnother report has **6**: [2]", "5", citations, False, 0.9, (), "How many?")
    assert "2 independent reports · 1 copy · the reports differ" in answer_markdown(answer, "How many?", TEXTS)
    alone = Answer("**5** [1]", "5", citations[:1], False, 0.9, (), "How many?")
    assert "1 report · 1 copy · <a" in answer_markdown(alone, "How many?", TEXTS)


def test_how_it_was_found_is_told() -> None:
    hits = (Hit(Passage("1", ARTICLE.id, 5, 23), ARTICLE, 1.0),)
    answer = Answer("It fell.", None, (), False, 0.834, hits, "When?", written_by=f"m {EVIL}")
    shown = how_found(answer, "7", datetime(2026, 1, 2, 3, 4), TEXTS)
    assert "83 in 100" in shown and "revision 7, 2026-01-02 03:04" in shown
    assert shown.index("Written by m") < shown.index("83 in 100")
    assert "<script" not in shown and "<img" not in shown
    assert f"<span>{origin(ARTICLE)}</span>" in shown


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(date(2017, 1, 1), date(2017, 12, 31)), "Only 2017, as the filters said."),
        (Filters(date(2015, 5, 1), date(2015, 5, 31), ("Wire",)), "Only May 2015 · Wire, as the filters said."),
        (Filters(date(2015, 5, 1)), "Only 1 May 2015 – …, as the filters said."),
        (Filters(publishers=(EVIL,)), "Only &lt;script"),
    ],
)
def test_an_answer_says_by_which_filters_it_was_given(filters: Filters, told: str) -> None:
    answer = Answer("It fell.", None, (), False, 0.5, (), "When?")
    assert answer_markdown(answer, "When?", TEXTS, filters=filters).startswith(f'<p class="aside">{told}')
    assert "Only" not in answer_markdown(answer, "When?", TEXTS, filters=Filters())


def test_a_timeline_beside_the_answer_is_escaped() -> None:
    evil = replace(ARTICLE, text=EVIL, publisher=EVIL)
    moment = Moment(date(2015, 1, 1), date(2015, 1, 1), "then", Citation(1, evil, 0, len(EVIL), EVIL))
    shown = timeline_html(EVIL, [moment], TEXTS)
    assert "<script" not in shown and "<img" not in shown
    assert shown.count("<span>Thursday 1 January 2015</span>") == 1  # one day has one end
    assert "Nothing found." in timeline_html("?", [], TEXTS)
