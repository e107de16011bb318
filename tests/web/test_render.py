"""What the page shows of values that mean harm, and how a source is found again from its link."""

from dataclasses import replace
from datetime import date

import pytest

from qa.types import Answer, Article, Citation, Filters, Hit, Moment, Passage, Refused, Span, Statistics
from qa.web.render import address, answer_markdown, article_html, header_html, welcome_markdown

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
ARTICLE = Article(
    "a:b/ü.md", "Head\nIt fell on Sunday.\nShare", "Head", date(2015, 5, 18), "inferred", "a Monday", "Wire"
)


def test_a_marker_links_to_the_words_it_cites() -> None:
    citation = Citation(1, ARTICLE, 5, 23, ARTICLE.text[5:23])
    answer = Answer("**Sunday**\n\n> “It fell” [1] \\[2\\] [3]", "Sunday", (citation,), False, 0.9, (), "When?")
    shown = answer_markdown(answer, "When?")
    assert f'href="{address("a:b/ü.md", 5, 23)}"' in shown
    assert '<span class="unseen">Source </span>1</a>' in shown
    assert "\\[2\\] [3]" in shown  # neither escaped brackets nor unknown numbers become links
    assert address("a:b/ü.md", 5, 23) == "#source:a%3Ab%2F%C3%BC.md:5:23"


def test_an_abstention_offers_the_nearest_passages_and_the_question_as_understood() -> None:
    evil = replace(ARTICLE, title=EVIL, text=EVIL * 5)
    hits = tuple(Hit(Passage(str(n), evil.id, 0, 40), evil, 1.0) for n in range(4))
    answer = Answer("The archive does not say.", None, (), True, 0.1, hits, f"Who? {EVIL}")
    shown = answer_markdown(answer, "Who?")
    assert shown.count('class="cite offer"') == 1  # one link an article
    assert "<script" not in shown and "<img" not in shown
    assert "Understood as: Who? &lt;script&gt;" in shown


def test_the_source_is_marked_dimmed_and_escaped() -> None:
    article = replace(ARTICLE, boilerplate=(Span(0, 4, "title"), Span(24, 29, "navigation")))
    shown = article_html(article, [(5, 12), (5, 23)], 0)
    assert "<mark id=quote>It fell</mark><mark> on Sunday.</mark>" in shown
    assert shown.count('<span class="dim">') == 2
    assert "Mon 18 May 2015" in shown and "inferred: a Monday" in shown
    evil = replace(
        ARTICLE, text=EVIL, title=EVIL, publisher=EVIL, author=EVIL, url="javascript:alert(1)", basis_note=EVIL
    )
    shown = article_html(evil, [(0, len(EVIL))], 0)
    assert "<script" not in shown and "<img" not in shown and "javascript:" not in shown


@pytest.mark.parametrize("spans", [[(-1, 5)], [(5, 5)], [(0, 999)], []])
def test_offsets_that_do_not_fit_mark_nothing(spans: list[tuple[int, int]]) -> None:
    assert "<mark" not in article_html(ARTICLE, spans, 0)


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    assert "original" not in article_html(replace(ARTICLE, url="file:///etc/passwd"), [], 0)
    assert 'href="https://example.org/&quot;x"' in article_html(replace(ARTICLE, url='https://example.org/"x'), [], 0)


def test_the_header_says_what_is_there_and_what_was_refused() -> None:
    statistics = Statistics(1200, 5000, date(2014, 1, 5), date(2017, 12, 10), {"Wire": 1200})
    shown = header_html("news", statistics, [Refused(EVIL, "It has no text.")])
    assert "news · 1,200 articles · 2014–2017" in shown and "1 entry could not be read" in shown
    assert "<script" not in shown


def test_an_empty_archive_says_how_to_fill_it() -> None:
    assert "No articles yet" in welcome_markdown(Statistics())
    assert "from Wire word for word" in welcome_markdown(Statistics(3, 5, publishers={"Wire": 3}))


def test_a_timeline_is_drawn_over_its_list() -> None:
    article = Article("a", "It fell. It rose.")
    moments = tuple(
        Moment(first, last, "then", Citation(number, article, 0, 8, "It fell."))
        for number, (first, last) in enumerate(
            [(date(2015, 1, 1), date(2015, 1, 1)), (date(2015, 1, 6), date(2015, 1, 11))], start=1
        )
    )
    answer = Answer("- one [1]", None, tuple(m.citation for m in moments), False, 1.0, (), "?", timeline=moments)
    text = answer_markdown(answer, "?")
    assert text.count('class="dot"') == 2 and text.index('class="timeline"') < text.index("- one")
    assert 'style="left: 0.00%; width: 0.00%"' in text and 'style="left: 50.00%; width: 50.00%"' in text
    assert "6–11 January 2015: source 2" in text and "Thursday 1 January 2015" in text


def test_what_the_question_s_days_narrowed_is_said() -> None:
    answer = Answer("It fell.", None, (), False, 1.0, (), "?", narrowed=Filters(after=date(2016, 1, 1), undated=True))
    assert "Looked only at articles from 1 January 2016 on" in answer_markdown(answer, "?")
    assert "Looked only" not in answer_markdown(replace(answer, narrowed=Filters()), "?")
