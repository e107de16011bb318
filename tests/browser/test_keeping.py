"""What a reader keeps: conversations through reloads, taking back, links, votes, exports."""

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import QUESTION, QUOTE, answered, ask, box, opened

OTHER = "How many houses were lost in the flood?"


def talks(page: Page) -> list[str]:
    return page.locator("#side a.talk").all_inner_texts()


def test_a_reload_and_the_history_keep_conversation_and_source(page: Page, address: str) -> None:
    answered(page)
    page.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
    page.reload()
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()
    expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
    first = page.url
    page.get_by_role("link", name="New conversation").click()
    expect(page.locator("#chat .bot")).to_have_count(0)
    expect(page.get_by_role("region", name="Source")).to_be_hidden()
    assert page.url == address + "/"
    answered(page, OTHER)
    expect(page.locator("#side a.talk")).to_have_count(2)
    page.go_back()
    expect(page.locator("#chat .bot")).to_have_count(0)
    page.go_back()
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()
    expect(page.locator("#source mark#quote")).to_have_text(QUOTE)
    assert page.url == first
    page.go_forward()
    expect(page.get_by_role("region", name="Source")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#chat strong", has_text="27")).to_be_visible()


def test_conversations_are_found_renamed_and_deleted(page: Page) -> None:
    answered(page)
    page.get_by_role("link", name="New conversation").click()
    expect(page.locator("#chat .bot")).to_have_count(0)
    answered(page, OTHER)
    expect(page.locator("#side a.talk")).to_have_count(2)
    assert talks(page) == [OTHER, QUESTION]  # the newest first
    page.get_by_label("Find a conversation").fill("bridge")
    expect(page.locator("#side a.talk")).to_have_count(1)
    page.get_by_label("Find a conversation").fill("")
    expect(page.locator("#side a.talk")).to_have_count(2)
    page.locator("#side li", has_text=OTHER).hover()
    page.get_by_role("button", name=f"Rename {OTHER}").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("<b>Houses</b>")
    page.keyboard.press("Enter")
    expect(page.locator("#side a.talk", has_text="<b>Houses</b>")).to_be_visible()
    page.locator("#side li", has_text="Houses").hover()
    page.get_by_role("button", name="Delete <b>Houses</b>").click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#side a.talk")).to_have_count(2)
    page.get_by_role("button", name="Delete <b>Houses</b>").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#side a.talk")).to_have_count(1)
    expect(page.locator("#chat .bot")).to_have_count(0)  # it was the one on the page
    page.locator("#side a.talk").click()
    expect(page.locator("#chat strong", has_text="Sunday 17 May 2015")).to_be_visible()


def test_undo_retry_and_edit(page: Page) -> None:
    answered(page)
    answered(page, OTHER)
    page.get_by_role("button", name="Take back").click()
    expect(box(page)).to_have_value(OTHER)
    expect(page.locator("#status")).to_have_text("Taken back. The question is in the box again.")
    expect(page.locator("#chat .acts")).to_have_count(1)
    box(page).fill("")
    link = page.locator("#chat a.permalink").get_attribute("href")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#chat a.permalink")).not_to_have_attribute("href", str(link))
    expect(page.locator("#chat .acts")).to_have_count(1)
    page.get_by_role("button", name="Change the question").click()
    page.locator("#chat textarea").press("Escape")
    expect(page.locator("#chat textarea")).to_have_count(0)
    page.get_by_role("button", name="Change the question").click()
    page.locator("#chat textarea").fill(OTHER)
    page.keyboard.press("Enter")
    expect(page.locator("#chat strong", has_text="27")).to_be_visible()
    expect(page.locator("#main")).not_to_have_attribute("data-busy", "yes")
    page.reload()
    expect(page.locator("#chat strong", has_text="27")).to_be_visible()
    expect(page.locator("#chat .user")).to_have_count(1)
    expect(page.locator("#chat .user")).to_contain_text(OTHER)


def test_a_link_shows_one_answer_to_another_reader(
    page: Page, browser: Browser, address: str, outside: list[str]
) -> None:
    answered(page)
    href = str(page.locator("#chat a.permalink").get_attribute("href"))
    context = browser.new_context()
    other = opened(context.new_page(), address + href, outside)
    expect(other.get_by_text("An answer kept on")).to_be_visible()
    other.get_by_role("link", name="Source 1").first.click()
    expect(other.locator("#source mark#quote")).to_have_text(QUOTE)
    expect(other.locator("#side a.talk")).to_have_count(0)  # it is not theirs
    ask(other, OTHER)
    expect(other.locator("#chat strong", has_text="27")).to_be_visible()
    expect(other.locator("#chat .user")).to_have_count(1)  # a conversation of their own
    expect(other.locator("#side a.talk")).to_have_count(1)
    assert "a=" not in other.url and "c=" in other.url
    other.goto(f"{address}/?a=none")
    expect(other.get_by_text("This answer is no longer kept.")).to_be_visible()
    context.close()


def test_votes_are_kept_with_what_would_have_been_right(page: Page) -> None:
    answered(page)
    acts, dialog = page.locator("#chat .acts"), page.get_by_role("dialog")
    expect(acts.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "false")
    acts.get_by_role("button", name="Right").click()
    expect(acts.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    for leave in (lambda: page.keyboard.press("Escape"), dialog.get_by_role("button", name="Cancel").click):
        acts.get_by_role("button", name="Wrong").click()
        leave()
        expect(dialog).to_be_hidden()
        expect(acts.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
        expect(acts.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "false")
    acts.get_by_role("button", name="Wrong").click()
    dialog.get_by_role("textbox").fill("on Monday")
    dialog.get_by_role("button", name="Send").click()
    expect(acts.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(acts.get_by_role("button", name="Wrong")).to_have_attribute("aria-pressed", "true")
    expect(acts.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "false")


def test_answers_are_copied_and_exported_with_their_sources(page: Page, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answered(page)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.locator("#chat .note")).to_have_text("Copied with its sources.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"Sunday 17 May 2015\n\n“{QUOTE}” [1]\n— Harbour Wire, 18 May 2015")
    assert copied.endswith("“Flood closes the bridge at Basra”\n") and "characters" not in copied
    for name, told in (("Markdown", QUOTE), ("JSON", "bridge.md"), ("CSL-JSON", "article-newspaper"), ("BibTeX", "@")):
        page.locator("#chat .menu summary").click()
        with page.expect_download() as download:
            page.locator("#chat .menu").get_by_role("link", name=name, exact=True).click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert told in text, name
        if "JSON" in name:
            json.loads(text)
        assert re.fullmatch(r"dateline-\d{4}-\d\d-\d\d\.(md|json|bib)", download.value.suggested_filename)
        expect(page.locator("#chat .menu[open]")).to_have_count(0)


def test_arrow_up_brings_earlier_questions_back(page: Page) -> None:
    answered(page)
    answered(page, OTHER)
    box(page).focus()
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_have_value(OTHER)
    page.keyboard.press("ArrowUp")
    expect(box(page)).to_have_value(QUESTION)


def test_a_long_conversation_shows_its_end_first(page: Page) -> None:
    for number in range(20):
        answered(page, f"Who is the mayor? {number}")
    expect(page.get_by_role("button", name="Show earlier questions")).to_be_hidden()
    ask(page, QUESTION)
    expect(page.locator("#chat .bot").last).to_contain_text("Sunday 17 May 2015")
    expect(page.locator("#chat .user")).to_have_count(20)  # what is on the page does not grow
    expect(page.get_by_role("button", name="Show earlier questions")).to_be_visible()
    page.reload()
    expect(page.locator("#chat .user")).to_have_count(20)
    expect(page.locator("#chat .user").first).to_contain_text("mayor? 1")
    page.get_by_role("button", name="Show earlier questions").click()
    expect(page.locator("#chat .user")).to_have_count(21)
    expect(page.get_by_role("button", name="Show earlier questions")).to_be_hidden()


def test_a_reload_does_not_lose_the_question_that_is_being_answered(page: Page) -> None:
    page.route("**/gradio_api/queue/**", lambda route: None)  # no answer comes
    ask(page)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(box(page)).to_have_value(QUESTION)
    expect(page.locator("#status")).to_contain_text("It is in the box again.")
    page.keyboard.press("Enter")
    expect(page.locator("#chat .acts")).to_have_count(1)
    page.wait_for_url("**c=**")
    page.reload()
    expect(page.locator("#chat .acts")).to_have_count(1)
    expect(box(page)).to_have_value("")


def test_a_question_put_while_another_is_answered_waits_for_it(page: Page) -> None:
    ask(page)
    expect(box(page)).to_have_value("")
    ask(page, OTHER)  # before the first is answered
    expect(page.locator("#chat .acts")).to_have_count(2)
    assert [text.strip() for text in page.locator("#chat .user .message-content").all_inner_texts()] == [
        QUESTION,
        OTHER,
    ]
