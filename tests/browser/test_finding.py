"""Search, filters, and what the archive holds, as a reader finds them."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import QUOTE, answered, ask


def test_search_is_one_click_away_and_its_results_open(page: Page) -> None:
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words to find").fill("bridge flood")
    page.keyboard.press("Enter")
    results = page.locator("#results")
    expect(results.locator("li .offer").first).to_have_text("Flood closes the bridge at Basra")
    expect(results.locator("mark").first).to_be_visible()
    assert "view=search" in page.url and "q=bridge+flood" in page.url
    results.locator(".offer").first.click()
    expect(page.locator("#source mark#quote")).to_be_in_viewport()
    page.reload()
    expect(results.locator("li .offer").first).to_have_text("Flood closes the bridge at Basra")


def test_a_facet_narrows_the_search_and_a_chip_widens_it(page: Page, address: str) -> None:
    page.goto(f"{address}/?view=search&q=festival")
    results = page.locator("#results")
    expect(results.get_by_role("button", name="2015")).to_be_visible()
    results.get_by_role("button", name="Harbour Wire").click()
    assert "outlet=Harbour+Wire" in page.url
    chip = page.locator("#view").get_by_role("button", name="Remove: Harbour Wire")
    expect(chip).to_be_visible()
    chip.click()
    expect(chip).to_have_count(0)
    assert "outlet" not in page.url
    page.get_by_label("Sort by").select_option("newest")
    expect(results.locator("li").first).to_be_visible()
    assert "sort=newest" in page.url


def test_nothing_found_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/?view=search&q=bridge&after=2030-01-01")
    expect(page.locator("#results")).to_have_text("Nothing found.")
    page.goto(f"{address}/?view=search&q=bridge&after=nonsense")  # what is no day filters nothing
    expect(page.locator("#results li").first).to_be_visible()


def test_filters_hold_for_questions_and_stand_in_the_address(page: Page) -> None:
    bar = page.locator("#filters")
    expect(bar.locator(".set")).to_have_text("all days · all outlets")
    bar.locator("summary").click()
    bar.get_by_label("From", exact=True).fill("2016-01-01")
    bar.get_by_role("button", name="Apply").click()
    expect(bar.get_by_role("button", name="Remove: from 2016-01-01")).to_be_visible()
    assert "after=2016-01-01" in page.url
    bar.locator("summary").click()
    bar.get_by_role("button", name="2015").click()
    assert "after=2015-01-01&before=2015-12-31" in page.url
    expect(bar.locator(".set button")).to_have_count(1)
    bar.locator("summary").click()
    expect(bar.get_by_role("button", name="2015", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(bar.locator("form")).to_be_hidden()
    bar.get_by_role("button", name="Remove: 2015").click()
    expect(bar.locator(".set button")).to_have_count(0)
    bar.locator("summary").click()
    bar.get_by_label("From", exact=True).fill("2016-01-01")
    bar.get_by_role("button", name="Apply").click()
    ask(page)
    expect(page.locator("#chat .bot")).to_contain_text("The archive does not say.")
    expect(page.locator("#chat .bot")).to_contain_text("Only 1 January 2016 – …, as the filters said.")
    bar.get_by_role("button", name="Remove: from 2016-01-01").click()
    answered(page)
    expect(page.locator("#chat .bot").last).to_contain_text("Sunday 17 May 2015")
    page.locator("#chat .how summary").first.click()


def test_each_view_and_each_conversation_has_its_own_filters(page: Page, address: str) -> None:
    page.goto(f"{address}/?view=search&q=bridge&outlet=Harbour+Wire")
    page.locator("#results .offer").first.click()
    expect(page.locator("#source mark#quote")).to_be_in_viewport()
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator("#source")).to_be_hidden()
    assert page.url == f"{address}/"
    page.locator("#filters summary").click()
    page.locator("#filters").get_by_role("button", name="2015").click()
    page.get_by_role("link", name="Search", exact=True).click()
    expect(page.locator("#view").get_by_role("button", name="Remove: Harbour Wire")).to_be_visible()
    page.get_by_role("link", name="Ask", exact=True).click()
    expect(page.locator("#filters").get_by_role("button", name="Remove: 2015")).to_be_visible()
    page.get_by_role("link", name="New conversation").click()
    expect(page.locator("#filters .set")).to_have_text("all days · all outlets")


def test_facets_are_folded_on_a_phone(page: Page, address: str) -> None:
    page.goto(f"{address}/?view=search&q=bridge")
    expect(page.locator("#results aside button").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.locator("#results li .offer").first).to_be_in_viewport()
    expect(page.locator("#results aside button").first).to_be_hidden()
    page.get_by_text("Narrow by outlet or year").click()
    expect(page.locator("#results aside button").first).to_be_visible()


def test_the_library_shows_what_there_is_and_what_is_not(page: Page) -> None:
    page.get_by_role("link", name="Library").click()
    library = page.locator("#view .other")
    expect(library.get_by_text("2 articles · ")).to_be_visible()
    expect(library.locator("svg rect")).to_have_count(1)
    library.get_by_text("The same as a table").click()
    expect(library.locator("figure td")).to_have_text("2")
    expect(library.get_by_text("broken.md")).to_be_visible()
    page.go_back()
    expect(page.locator("#talk")).to_be_visible()


def test_a_timeline_of_the_question_opens_beside_the_answer(page: Page) -> None:
    answered(page)
    page.locator("#chat .reports").get_by_role("link", name="Timeline").click()
    events = page.locator("#source .events li")
    expect(events.first).to_contain_text("Sunday 17 May 2015")
    events.first.get_by_role("link", name="Source").click()
    expect(page.locator("#source mark#quote")).to_be_in_viewport()


def test_a_marker_shows_a_preview_that_escape_dismisses(page: Page) -> None:
    answered(page)
    marker = page.get_by_role("link", name="Source 1").first
    marker.hover()
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text(QUOTE)
    tip.hover()  # it stays while the pointer is on it
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    marker.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(tip).to_be_visible()
