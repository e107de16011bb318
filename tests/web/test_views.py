"""What stands around the conversation, of values that mean harm; and that every language has every word."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr

from qa.keeping.conversations import Conversation
from qa.settings import ANSWER_FROM, Settings
from qa.types import Article, Hit, Passage, Refused, Statistics
from qa.web.texts import languages
from qa.web.views import (
    about_html,
    conversations_html,
    coverage,
    filters_html,
    header_html,
    library_html,
    results_html,
    search_html,
    settings_html,
    side_html,
    snippet,
    source_html,
)

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
WORDS = languages()
EN, AR = WORDS["en"], WORDS["ar"]
STATISTICS = Statistics(
    1200, 5000, date(2014, 1, 5), date(2017, 12, 10), {"Wire": 1199, EVIL: 1}, {"2014-01": 2, "2017-12": 1198}
)
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def harmless(shown: str) -> bool:
    return "<script" not in shown and "<img" not in shown


def test_every_language_has_the_same_words_with_the_same_places() -> None:
    def places(texts: dict[str, str]) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{\w*\}", words)) for key, words in texts.items()}

    english = places(dict(EN._words))
    assert len(english) > 100
    for texts in WORDS.values():
        assert places(dict(texts._words)) == english, texts.language
    assert (EN.path, AR.path, EN.direction, AR.direction) == ("/", "/ar/", "ltr", "rtl")
    assert EN.count("articles", 1) == "1 article" and EN.count("articles", 1200) == "1,200 articles"


@pytest.mark.parametrize("texts", [EN, AR])
def test_every_frame_is_made_in_every_language_and_escapes_what_it_shows(texts: object) -> None:
    from qa.web.texts import Texts

    assert isinstance(texts, Texts)
    refused = [Refused(EVIL, "It has no text.")]
    settings = Settings(model=EVIL, openai_base_url=EVIL, fetch=True)
    frames = [
        header_html(about_html(EVIL, STATISTICS, refused, texts, EVIL), "state", texts, EN, login=True),
        side_html(texts),
        source_html(texts),
        filters_html(STATISTICS, texts),
        search_html(STATISTICS, texts),
        library_html(STATISTICS, refused, settings, texts),
        settings_html(settings, True, texts),
        conversations_html([Conversation(EVIL, EVIL, NOW, NOW, 1)], texts, NOW, False),
    ]
    assert all(harmless(frame) for frame in frames)
    assert all(frame.strip() for frame in frames)


def test_the_header_says_what_is_there_and_what_was_refused() -> None:
    about = about_html("news", STATISTICS, [Refused("a", "It has no text.")], EN)
    shown = header_html(about, "state", EN, AR)
    assert "1,200 articles" in shown and "2014–2017" in shown and "1 entry could not be read" in shown
    assert "Log out" not in shown and "written by" not in shown


def test_a_key_is_never_shown_and_settings_of_others_are_locked() -> None:
    settings = Settings(openai_api_key=SecretStr("sk-secret"))
    shown = settings_html(settings, False, EN)
    assert "sk-secret" not in shown and "A key is set." in shown and "<fieldset disabled>" in shown
    assert "No key is set." in settings_html(Settings(), True, EN)


def test_that_a_name_alone_is_no_model_is_said() -> None:
    said = f'id="write-said">{EN("settings_write_none")}'
    assert said in settings_html(Settings(model="large"), True, EN)
    assert said not in settings_html(Settings(openai_base_url="http://127.0.0.1:1/v1"), True, EN)
    assert f"{ANSWER_FROM} was best" in settings_html(Settings(answer_from=0.9), True, EN)


def test_what_may_not_be_added_has_no_form() -> None:
    assert "add-files" not in library_html(STATISTICS, [], Settings(add=False), EN)
    assert "add-addresses" not in library_html(STATISTICS, [], Settings(), EN)
    assert "add-addresses" in library_html(STATISTICS, [], Settings(fetch=True), EN)
    assert "<svg" not in library_html(Statistics(), [], Settings(), EN)


def test_the_bars_of_the_plot_lie_where_their_months_do() -> None:
    bars = coverage({"2015-11": 2, "2016-01": 4})
    assert [(bar.place, bar.height) for bar in bars] == [(0, 50.0), (2, 100.0)]


def test_conversations_stand_under_their_days() -> None:
    talks = [Conversation(str(days), f"talk {days}", NOW, NOW - timedelta(days=days), 1) for days in (0, 1, 3, 9, 40)]
    shown = conversations_html(talks, EN, NOW, False)
    assert re.findall(r"<h2>(.*?)</h2>", shown) == ["Today", "Yesterday", "Last seven days", "2026-03", "2026-01"]
    assert "No conversation has these words." in conversations_html([], EN, NOW, True)
    assert "Questions you ask are kept here." in conversations_html([], EN, NOW, False)


def hit(number: int, day: date | None, text: str = "The old bridge fell.", publisher: str = "Wire") -> Hit:
    article = Article(f"{number}.md", text, f"Title {number}", day, publisher=publisher)
    return Hit(Passage(str(number), article.id, 0, len(text)), article, 1.0)


def test_results_are_sorted_counted_and_can_be_narrowed() -> None:
    hits = [hit(1, date(2015, 1, 1)), hit(2, None), hit(3, date(2016, 1, 1), publisher="Post")]
    assert re.findall(r"Title \d", results_html("bridge", hits, "relevance", EN)) == ["Title 1", "Title 2", "Title 3"]
    assert re.findall(r"Title \d", results_html("bridge", hits, "newest", EN)) == ["Title 3", "Title 1", "Title 2"]
    shown = results_html("bridges", hits, "oldest", EN)
    assert re.findall(r"Title \d", shown) == ["Title 1", "Title 3", "Title 2"]
    assert "3 passages in 3 articles" in shown and shown.count("<mark>bridge</mark>") == 3
    assert 'data-outlet="Wire"' in shown and 'data-year="2016"' in shown
    assert harmless(
        results_html(EVIL, [replace(hits[0], article=replace(hits[0].article, title=EVIL, text=EVIL))], "", EN)
    )


def test_a_snippet_begins_shortly_before_what_was_asked_for() -> None:
    text = "word " * 40 + "Then the old bridge fell into the river. " + "more " * 60
    shown = snippet(text, frozenset({"bridg"}))
    assert shown[0] == ("…", False) and ("bridge", True) in shown and shown[-1][0] == "…"
    assert [word for word, _ in snippet("Short text.", frozenset())] == ["Short", "text."]
