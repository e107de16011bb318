"""Journeys through the chat, as a reader takes them."""

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import QUESTION, QUOTE, answered, ask, box, opened


def test_ask_read_and_check(page: Page, outside: list[str]) -> None:
    expect(page.get_by_text("2 articles · 2015")).to_be_visible()
    expect(page.get_by_text("1 entry could not be read")).to_be_visible()
    ask(page)
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()
    expect(box(page)).to_have_value("")
    page.get_by_role("link", name="Source 1").click()
    source = page.get_by_role("region", name="Source")
    expect(source.locator("mark#quote")).to_have_text(QUOTE)
    expect(source.locator("mark#quote")).to_be_in_viewport()
    expect(source.get_by_role("heading", name="Flood closes the bridge at Basra")).to_be_visible()
    expect(source.get_by_text("Mon 18 May 2015")).to_be_visible()
    expect(source.locator(".dim").first).to_have_text("Skip to main content")
    source.get_by_role("button", name="Close").click()
    expect(source).to_be_hidden()
    assert outside == []


def test_the_page_begins_when_the_script_of_the_conversation_comes_last(browser: Browser, address: str) -> None:
    """Gradio loads a script for each kind of part; over a slow network the largest comes after all others."""
    context = browser.new_context()
    page, held = context.new_page(), list[Route]()
    page.route("**/assets/markdown-code-*.js", lambda route: held.append(route))  # the conversation's alone
    page.goto(address)
    box(page).wait_for()
    page.wait_for_timeout(200)
    expect(page.locator("#chat")).to_have_count(0)
    (script,) = held
    script.continue_()
    expect(page.locator("#side .list")).to_have_text("Questions you ask are kept here.")
    answered(page)
    context.close()


def test_the_whole_journey_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name="Ask", exact=True).focus()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Source 1")
    expect(link).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    source = page.get_by_role("region", name="Source")
    expect(source).to_be_focused()
    expect(source.locator("mark#quote")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(source).to_be_hidden()
    expect(link).to_be_focused()


def test_an_example_is_asked_by_a_click(page: Page) -> None:
    page.get_by_text(QUESTION).click()
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()


def test_what_the_articles_do_not_say(page: Page) -> None:
    ask(page, "Who won the chess tournament in Reykjavik?")
    expect(page.locator("#chat").get_by_text("The archive does not say.")).to_be_visible()
    page.locator("#chat a.offer").first.click()
    expect(page.get_by_role("region", name="Source").get_by_role("heading")).to_be_visible()


def test_a_follow_up_shows_how_it_was_understood(page: Page) -> None:
    answered(page)
    ask(page, "How many houses were lost there?")
    expect(page.get_by_text("Understood as: How many houses were lost in Basra?")).to_be_visible()
    expect(page.locator("#chat .acts")).to_have_count(2)
    expect(page.locator("#chat strong", has_text="27")).to_be_visible()
    page.get_by_role("link", name="Source 1").last.click()
    expect(page.get_by_role("region", name="Source").locator("mark#quote")).to_be_in_viewport()
    # Only the pane has scrolled: the page stands where it stood, the question box in sight.
    assert page.evaluate("document.scrollingElement.scrollTop") == 0
    expect(box(page)).to_be_in_viewport()
    # The first answer's marker still opens the first answer's words.
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.get_by_role("region", name="Source").locator("mark#quote")).to_have_text(QUOTE)
    page.get_by_role("link", name="Change").click()
    expect(box(page)).to_have_value("How many houses were lost in Basra?")
    expect(box(page)).to_be_focused()
    box(page).fill("How many houses were lost in the flood?")
    page.keyboard.press("Enter")
    expect(page.locator("#chat .user-row")).to_have_count(3)


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_asks_nothing(page: Page, question: str) -> None:
    ask(page, question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_timeout(500)
    assert page.locator("#chat [data-testid=user]").count() == 0


def test_too_long_a_question_gets_one_sentence(page: Page) -> None:
    ask(page, "why " * 2500)
    expect(page.get_by_text("The question has 9,999 characters: ask it in at most 4,000.")).to_be_visible()


def test_a_second_enter_while_it_answers_does_no_harm(page: Page) -> None:
    ask(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Source 1")).to_have_count(1)


def test_hostile_articles_and_questions_do_nothing(page: Page, outside: list[str]) -> None:
    from tests.browser.conftest import EVIL

    ask(page, f"When did the lantern festival of Kut open? {EVIL}")
    expect(page.locator("#chat [data-testid=bot]").last).to_contain_text("festival")
    links = page.locator("#chat a.cite")
    links.first.click()
    expect(page.get_by_role("region", name="Source").get_by_text("window.harmed")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate("window.harmed") is None
    assert outside == []
    hrefs = page.locator("#chat a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    ours = ("#source:", "#timeline:", "#ask:", "/?a=", "/api/answer/")
    assert hrefs and all(href.startswith(ours) for href in hrefs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_down_only(browser: Browser, address: str, outside: list[str], scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = opened(context.new_page(), address, outside)
    ask(page)
    page.get_by_role("link", name="Source 1").click()
    source = page.get_by_role("region", name="Source")
    expect(source.locator("mark#quote")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    source.get_by_role("button", name="Back").click()
    expect(source).to_be_hidden()
    expect(page.get_by_role("link", name="Source 1")).to_be_visible()
    context.close()


def test_conversations_do_not_mix(page: Page, browser: Browser, address: str, outside: list[str]) -> None:
    answered(page)
    context = browser.new_context()
    other = opened(context.new_page(), address, outside)
    assert other.get_by_role("link", name="Source 1").count() == 0
    ask(other, "How many houses were lost there?")
    expect(other.locator("#chat [data-testid=bot]").last).not_to_be_empty()
    other.wait_for_timeout(500)
    expect(other.get_by_text("Understood as")).to_have_count(0)  # "there" has nothing to lean on
    context.close()


def test_headers_keep_the_page_on_this_machine(address: str) -> None:
    for path in ("/", "/healthz"):
        with urllib.request.urlopen(address + path) as response:  # noqa: S310 - our own server
            headers = response.headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin")


def test_the_app_says_in_one_sentence_why_it_cannot_start(address: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.conftest import ROOT

    port = re.sub(r"\D", "", address.rsplit(":", 1)[1])
    for arguments, said in (
        (["--port", port], f"Port {port} cannot be used"),
        (["--corpus", str(tmp_path / "none"), "--port", "0"], "There is no folder"),
    ):
        command = [sys.executable, "app.py", *arguments]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert result.returncode == 1 and said in result.stderr
        assert "Traceback" not in result.stderr and result.stderr.count("\n") == 1


def test_a_search_narrowed_by_the_question_can_be_widened(page: Page) -> None:
    answered(page, "When did the old bridge at Basra collapse in 2015?")
    expect(page.get_by_text("Looked only at articles from 1 January 2015 on")).to_be_visible()
    page.get_by_role("link", name="Search all articles instead").click()
    expect(page.get_by_text("Looked only at")).to_be_hidden()
    expect(page.locator("#chat .acts")).to_have_count(1)
    expect(page.locator("#chat .bot")).to_have_count(1)


def test_a_timeline_is_drawn_and_its_sources_open(page: Page) -> None:
    ask(page, "Timeline of the bridge at Basra")
    expect(page.locator("#chat .timeline .dot").first).to_be_visible()
    page.get_by_role("link", name="Source 1").click()
    expect(page.get_by_role("region", name="Source").locator("mark#quote")).to_be_in_viewport()
