"""Written answers on the page: as they come, checked, struck, harmless, and replaced where the model fails."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evals.scripted import Reply, Request, passages, serving, words
from tests.browser.conftest import EVIL, QUESTION, QUOTE, ask, box, opened, running

WRITTEN = (
    "The old bridge at Basra collapsed on Sunday 17 May 2015 [{n}]. The flood had reached its third pier [{n}]. {more}"
)
STRUCK = "The king of Norway paid 900 crowns for the lamps [{n}]."


def script(request: Request) -> Reply:
    """Slow enough to be seen; what it adds depends on the question."""
    asked = request["messages"][-1]["content"].rpartition("Question: ")[2]
    told = passages(request)
    number = next((n for n, text in told.items() if QUOTE[:30] in text), 1)
    if "fail" in asked:
        return Reply(status=500)
    more = STRUCK if "king" in asked else f"{EVIL} [{{n}}]." if "evil" in asked else ""
    text = WRITTEN.format(n=number, more=more.replace("{n}", str(number)))
    return Reply(words(text), wait=0.5 if "crawl" in asked else 0.02 if "slow" in asked else 0.001)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        serving(script) as server,
        running(tmp_path_factory.mktemp("app"), OPENAI_BASE_URL=server.url, QA_RETRIES="0") as found,
    ):
        yield found


@pytest.fixture
def page(browser: Browser, written: str, outside: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield opened(context.new_page(), written, outside)
    context.close()


def test_the_answer_is_seen_as_it_is_written_and_opens_its_sources(page: Page, outside: list[str]) -> None:
    expect(page.get_by_text("each sentence checked")).to_be_visible()
    ask(page, f"slow: {QUESTION}")
    expect(page.locator("#chat .draft")).to_contain_text("The ")
    expect(page.locator("#chat .bot")).to_contain_text("The flood had reached its third pier.")
    expect(page.locator("#chat .draft")).to_have_count(0)
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.get_by_role("region", name="Source").locator("mark#quote")).to_have_text(QUOTE)
    assert outside == []


def test_an_answer_can_be_stopped_and_what_was_written_stays(page: Page) -> None:
    ask(page, f"crawl: {QUESTION}")
    expect(page.locator("#chat .draft")).to_contain_text("The old bridge")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#chat .aside", has_text="Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    page.reload()
    expect(page.locator("#chat .aside", has_text="Stopped.")).to_be_visible()
    expect(page.locator("#chat .user")).to_have_count(1)
    page.get_by_role("button", name="Take back").click()
    expect(box(page)).to_have_value(f"crawl: {QUESTION}")
    ask(page, QUESTION)
    expect(page.locator("#chat .bot")).to_contain_text("The flood had reached its third pier.")
    expect(page.locator("#chat .acts")).to_have_count(1)


def test_what_no_source_says_is_struck_out_and_told(page: Page) -> None:
    ask(page, f"{QUESTION} And the king?")
    struck = page.locator("#chat .bot :is(del, s)")
    expect(struck).to_have_text("The king of Norway paid 900 crowns for the lamps.")
    expect(page.locator("#chat .bot")).to_contain_text("not in the sources")
    expect(page.locator("#chat .aside", has_text="No source says")).to_be_visible()


def test_a_model_that_writes_hostile_text_does_no_harm(page: Page, outside: list[str]) -> None:
    ask(page, f"{QUESTION} evil")
    expect(page.locator("#chat .bot")).to_contain_text("collapsed on Sunday 17 May 2015")
    expect(page.get_by_role("link", name="Source 1").first).to_be_visible()
    time.sleep(0.5)
    assert page.evaluate("window.harmed") is None and outside == []
    assert page.locator("#chat .bot :is(img, iframe, form, script, style)").count() == 0
    links = page.locator("#chat .bot .prose a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    ours = ("#source:", "#timeline:", "/?a=", "/api/answer/")
    assert links and all(link.startswith(ours) for link in links)


def test_when_the_model_fails_the_articles_own_words_are_given(page: Page) -> None:
    ask(page, f"{QUESTION} (fail)")
    expect(page.locator("#chat blockquote", has_text=QUOTE)).to_be_visible()
    expect(page.locator("#chat .aside", has_text="failed (500)")).to_contain_text("own words are given instead")


def test_a_phone(browser: Browser, written: str, outside: list[str], tmp_path: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = opened(context.new_page(), written, outside)
    ask(page, f"{QUESTION} And the king?")
    expect(page.locator("#chat .bot :is(del, s)")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
