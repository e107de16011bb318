"""Where the reader stands: each step of the browser's Back undoes one thing, and what was asked stays in view."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUESTION, QUOTE, answered, ask, box, opened

SHOWN_FROM_TOP = """() => {
  const log = document.querySelector("#chat [role=log]"), rows = [...document.querySelectorAll("#chat .user-row")];
  return Math.round(rows.at(-1).getBoundingClientRect().top - log.getBoundingClientRect().top);
}"""
LONG = "Timeline of the bridge at Basra"


@pytest.mark.parametrize("width", [1280, 390])
def test_back_closes_what_is_open_first(browser: Browser, address: str, outside: list[str], width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = opened(context.new_page(), address, outside)
    source, marker = page.locator("#source"), page.get_by_role("link", name="Source 1")
    page.locator("#filters summary").click()
    page.locator("#filters").get_by_role("button", name="2015").click()
    answered(page)
    page.locator("#chat .reports").get_by_role("link", name="Timeline").click()
    source.locator(".events a.cite").first.click()
    expect(source.locator("mark#quote")).to_have_text(QUOTE)
    page.go_back()
    expect(source.locator(".events li").first).to_be_visible()
    page.go_back()
    expect(source).to_be_hidden()
    expect(marker).to_be_visible()
    expect(page.locator("#filters").get_by_role("button", name="Remove: 2015")).to_be_visible()
    page.go_back()  # to before the question
    expect(page.locator("#chat .bot")).to_have_count(0)
    expect(page.locator("#filters").get_by_role("button", name="Remove: 2015")).to_be_visible()
    page.go_back()
    expect(page.locator("#filters .set")).to_have_text("all days · all outlets")
    assert page.url == address + "/"
    context.close()


def test_what_was_closed_is_not_opened_again_by_back(page: Page) -> None:
    answered(page)
    page.locator("#chat .reports").get_by_role("link", name="Timeline").click()
    page.locator("#source .events a.cite").first.click()
    expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#source")).to_be_hidden()
    page.wait_for_url(lambda url: "#" not in url)
    page.go_back()
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator("#chat .bot")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#chat .bot")).to_have_count(1)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_question_comes_to_the_top_and_stays_there(
    browser: Browser, address: str, outside: list[str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 600})
    page = opened(context.new_page(), address, outside)
    for _ in range(3):
        answered(page)
    page.locator("#chat [role=log]").evaluate("log => log.scrollTo(0, 0)")
    ask(page, "Who is the mayor?")
    expect(page.locator("#chat .user-row")).to_have_count(4)
    expect(page.locator("#chat .acts")).to_have_count(4)
    page.wait_for_timeout(500)
    assert -2 <= page.evaluate(SHOWN_FROM_TOP) <= 2
    page.reload()
    expect(page.locator("#chat .acts")).to_have_count(4)
    page.wait_for_timeout(500)
    assert -2 <= page.evaluate(SHOWN_FROM_TOP) <= 2
    page.locator("#chat [role=log]").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(300)
    assert page.evaluate(SHOWN_FROM_TOP) > 100  # the reader is let go
    context.close()


def test_an_answer_that_was_linked_to_opens_at_its_top(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 400})
    answered(page, LONG)
    page.goto(address + str(page.locator("#chat a.permalink").get_attribute("href")))
    expect(page.get_by_text("An answer kept on")).to_be_in_viewport()
    page.wait_for_timeout(500)
    expect(page.get_by_text("An answer kept on")).to_be_in_viewport()
    assert page.locator("#chat [role=log]").evaluate("log => log.scrollTop") == 0


def test_the_box_holds_no_preview_when_a_source_closes(page: Page) -> None:
    answered(page)
    page.get_by_role("link", name="Source 1").click()
    page.mouse.move(0, 0)
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(page.get_by_role("link", name="Source 1")).to_be_focused()
    page.wait_for_timeout(500)
    expect(page.get_by_role("tooltip")).to_be_hidden()
    box(page).focus()
    expect(box(page)).to_have_attribute("placeholder", "Ask about these articles…")
    assert QUESTION in page.locator("#chat .user").inner_text()
