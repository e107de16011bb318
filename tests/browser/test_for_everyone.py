"""The page for everyone: nothing that axe-core finds, in any state; by keyboard; from right to left; on a phone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUOTE, answered, ask, box, opened

LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=LEVELS).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for rule in found for node in rule["nodes"]
    ]


def none(page: Page) -> None:
    """The first visit."""


def answer(page: Page) -> None:
    answered(page)
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
    page.locator("#chat .how summary").click()
    page.locator("#chat .menu summary").click()


def abstention(page: Page) -> None:
    answered(page, "Who won the chess tournament in Reykjavik?")


def timeline(page: Page) -> None:
    answered(page, "Timeline of the bridge at Basra")


def view(name: str, label: str) -> Callable[[Page], None]:
    def opened_view(page: Page) -> None:
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("#view").get_by_role("heading", name=label).first).to_be_visible()
        for fold in page.locator("#view details > summary").all():
            if fold.is_visible():
                fold.click()

    return opened_view


def results(page: Page) -> None:
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to find").fill("bridge")
    page.keyboard.press("Enter")
    expect(page.locator("#results li").first).to_be_visible()


def filters(page: Page) -> None:
    page.locator("#filters summary").click()


def renaming(page: Page) -> None:
    answered(page)
    page.locator("#side li").first.hover()
    page.locator("#side [data-do=rename]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


STATES = {
    "first visit": none,
    "answer and source": answer,
    "abstention": abstention,
    "timeline": timeline,
    "library": view("Library", "Library"),
    "settings": view("Settings", "Settings"),
    "results": results,
    "filters": filters,
    "renaming": renaming,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation(browser: Browser, address: str, outside: list[str], state: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = opened(context.new_page(), address, outside)
    STATES[state](page)
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("state", ["first visit", "answer and source", "results", "library"])
def test_from_right_to_left(browser: Browser, address: str, outside: list[str], state: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = opened(context.new_page(), f"{address}/ar/", outside)
    assert page.evaluate("document.documentElement.dir + document.documentElement.lang") == "rtlar"
    if state == "answer and source":
        answered(page)
        page.get_by_role("link", name="المصدر 1").first.click()
        expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
        quote, side = (page.locator(name).bounding_box() for name in ("#source", "#side"))
        assert quote and side and quote["x"] < side["x"]  # the list of conversations stands on the right
    if state == "results":
        page.goto(f"{address}/ar/?view=search&q=bridge")
        expect(page.locator("#results li").first).to_be_visible()
    if state == "library":
        page.get_by_role("link", name="المكتبة").click()
        expect(page.get_by_role("heading", name="أضف مقالات")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Library")).to_be_visible()
    context.close()


def test_every_view_on_a_phone_scrolls_down_only(browser: Browser, address: str, outside: list[str]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(context.new_page(), address, outside)
    answered(page)
    for target in ("/", "/?view=search&q=bridge", "/?view=library", "/?view=settings", "/ar/?view=library"):
        page.goto(address + target)
        page.locator("#side .list > *").first.wait_for(state="attached")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, target
        wide = page.evaluate(
            "[...document.querySelectorAll('#view *, #talk *')].filter(e => e.checkVisibility() && "
            "e.getBoundingClientRect().right > 392).map(e => e.outerHTML.slice(0, 80))"
        )
        assert not [one for one in wide if "unseen" not in one], target
    page.goto(address)
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#side a.talk").first).to_be_in_viewport()
    page.locator("#side a.talk").first.click()
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    context.close()


def test_an_answer_is_announced_once(page: Page) -> None:
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(document.getElementById('status').textContent))"
        ".observe(document.getElementById('status'), {childList: true})"
    )
    answered(page)
    assert page.evaluate("said") == ["The answer is there. Sunday 17 May 2015"]
    assert page.locator("#chat [aria-live=polite], #chat [aria-live=assertive]").count() == 0


def test_messages_are_called_by_nothing_but_what_they_show(page: Page) -> None:
    answered(page)
    assert page.locator("#chat [data-testid][aria-label]").count() == 0
    expect(page.get_by_role("log", name="Conversation")).to_contain_text(QUOTE)
    for name in ("Ask again", "Take back", "Change the question"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("title", name)


def test_controls_are_large_enough_to_be_hit(page: Page) -> None:
    answered(page)
    small = page.locator("button:visible, a:visible, summary:visible, input:visible").evaluate_all(
        "all => all.filter(e => { const b = e.getBoundingClientRect(); "
        "return b.width && (b.width < 24 || b.height < 24) && getComputedStyle(e).display !== 'inline'"
        " && !e.closest('.skip') }).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []


def test_dark_and_light_can_be_chosen_and_are_remembered(page: Page) -> None:
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark or light").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Dark or light")).to_be_visible()
    page.wait_for_function("document.body.classList.contains('dark')")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_a_lost_connection_is_told_and_found_again(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_role("alert").filter(has_text="The connection to Dateline is lost.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("The connection is back.")


def test_the_skip_link_leads_to_the_question(page: Page) -> None:
    page.locator("body").press("Tab")
    page.evaluate("document.querySelector('.skip').focus()")
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    ask(page, "")
    expect(page.locator("#chat .user")).to_have_count(0)
