"""Articles added in the browser answer at once; the settings change how the next question is answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evals.scripted import Reply, Request, passages, serving, words
from tests.browser.conftest import QUESTION, QUOTE, answered, ask, opened, running

TEXT = "The lighthouse of Velm was lit again on 3 March 2016, the harbour master said. It had been dark for nine years."


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app of these tests' own, whose corpus and settings they change."""
    with running(tmp_path_factory.mktemp("app")) as found:
        yield found


@pytest.fixture
def page(browser: Browser, own: str, outside: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened(context.new_page(), own, outside)
    context.close()


def test_an_uploaded_file_is_answered_from_at_once_and_a_bad_one_is_listed(page: Page, tmp_path: Path) -> None:
    good, bad, odd = tmp_path / "velm.txt", tmp_path / "picture.png", tmp_path / "empty.txt"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_bytes(b"\x89PNG")
    odd.write_text(" ", encoding="utf-8")
    page.get_by_role("link", name="Library").click()
    page.locator("#add-files").set_input_files([good, bad, odd])
    added = page.locator("#added")
    expect(added).to_contain_text("Added: 1. The archive now has 3 articles.")
    expect(added.locator("li", has_text="velm.txt")).to_be_visible()
    expect(added.locator("li", has_text="Not added: picture.png")).to_be_visible()
    expect(added.locator("li", has_text="Not added: empty.txt")).to_be_visible()
    expect(page.locator("#about")).to_contain_text("3 articles")
    expect(page.locator("[data-part=holdings]")).to_contain_text("3 articles")
    expect(page.locator("[data-part=added] li")).to_have_count(1)
    expect(added).to_be_visible()  # what was told of it stays
    page.get_by_role("link", name="Ask", exact=True).click()
    answered(page, "When was the lighthouse of Velm lit again?")
    expect(page.locator("#chat .bot")).to_contain_text("3 March 2016")
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("#source mark#quote")).to_contain_text("The lighthouse of Velm was lit again")


def test_a_pasted_text_is_an_article(page: Page) -> None:
    page.get_by_role("link", name="Library").click()
    page.get_by_text("Paste a text").click()
    form = page.locator("#add-text")
    form.get_by_label("Headline").fill("Velm: the light is back")
    form.get_by_label("Outlet").fill("Coast Paper")
    form.get_by_label("Day of publication").fill("2016-03-04")
    form.get_by_label("Text", exact=True).fill(TEXT)
    form.get_by_role("button", name="Add").click()
    expect(page.locator("#added")).to_contain_text("Added: 1")
    expect(form.get_by_label("Text", exact=True)).to_have_value("")
    expect(page.locator("[data-part=holdings]")).to_contain_text("Coast Paper")
    page.locator("[data-part=added]").get_by_role("link", name="Velm: the light is back").click()
    expect(page.locator("#source article")).to_contain_text("lit again on 3 March 2016")
    expect(page.locator("#source mark, #source [role=alert]")).to_have_count(0)
    page.get_by_role("link", name="Ask", exact=True).click()
    page.locator("#filters summary").click()
    expect(page.locator("#filters").get_by_label("Coast Paper")).to_be_visible()
    expect(page.locator("#chat")).to_contain_text("Ask about 4 articles")
    page.locator("#filters summary").click()
    answered(page, "How long had the lighthouse of Velm been dark?")
    expect(page.locator("#chat .bot")).to_contain_text("Coast Paper, 4 March 2016")


def test_what_was_added_can_be_taken_out(page: Page) -> None:
    page.get_by_role("link", name="Library").click()
    page.get_by_text("Paste a text").click()
    form = page.locator("#add-text")
    form.get_by_label("Headline").fill("Kept by mistake")
    form.get_by_label("Text", exact=True).fill("The mill of Sorn burned on 5 May 2016.")
    form.get_by_role("button", name="Add").click()
    own = page.locator("[data-part=added] li", has_text="Kept by mistake")
    own.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(own).to_be_visible()
    own.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#added")).to_contain_text("Removed.")
    expect(own).to_have_count(0)


def test_settings_set_a_model_and_never_show_its_key(page: Page) -> None:
    def script(request: Request) -> Reply:
        number = next((n for n, text in passages(request).items() if QUOTE[:30] in text), 1)
        return Reply(words(f"The old bridge at Basra collapsed on Sunday [{number}]."))

    page.get_by_role("link", name="Settings").click()
    form = page.locator("#settings")
    expect(page.get_by_text("Neither a server nor a key is given")).to_be_visible()
    form.get_by_label("Say “the archive does not say” unless this sure").fill("2")
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("")  # the browser itself refuses it
    form.get_by_label("Say “the archive does not say” unless this sure").fill("0.3")
    with serving(script) as server:
        form.get_by_label("Address of the model's server").fill(server.url)
        form.get_by_label("Key", exact=True).fill("sk-secret-1234")
        form.get_by_role("button", name="Save").click()
        expect(page.locator("#saved")).to_contain_text("Saved.")
        expect(page.get_by_text("Neither a server nor a key is given")).to_be_hidden()
        expect(page.locator("#about")).to_contain_text("each sentence checked")
        page.reload()
        expect(page.get_by_text("A key is set. It is not shown")).to_be_visible()
        expect(form.get_by_label("Key", exact=True)).to_have_value("")
        assert "sk-secret" not in page.content()
        page.get_by_role("link", name="Ask", exact=True).click()
        answered(page, QUESTION)
        expect(page.locator("#chat .bot")).to_contain_text("Written by")
        assert server.requests
    form_link = page.get_by_role("link", name="Settings")
    form_link.click()
    form.get_by_label("Let the model write the answers").uncheck()
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_contain_text("Saved.")
    expect(page.locator("#about")).not_to_contain_text("each sentence checked")
    page.get_by_role("link", name="Ask", exact=True).click()
    ask(page, "How many houses were lost in the flood?")
    expect(page.locator("#chat .how").last).to_contain_text("no language model wrote it")
