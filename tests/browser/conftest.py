"""The real app in a process of its own, and a real Chromium to use it with."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect, sync_playwright

from tests.conftest import ROOT, article

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = """--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync
--no-first-run --disable-quic --no-default-browser-check""".split()
EVIL = (
    '<script>window.harmed="script"</script><img src="http://192.0.2.1/x.png" onerror="window.harmed=1">'
    '<iframe src="http://192.0.2.1/"></iframe><form action="http://192.0.2.1/"><button>b</button></form>'
    '<svg onload="window.harmed=2"></svg><style>body{display:none}</style><a href="javascript:window.harmed=3">x</a>'
    " ![t](http://192.0.2.1/track.png) [md](http://192.0.2.1/) <http://192.0.2.1/> http://192.0.2.1/bare"
)
QUESTION = "When did the old bridge at Basra collapse?"
QUOTE = "The old bridge at Basra collapsed on Sunday, when the flood reached its third pier."
ARTICLES = {
    "bridge.md": article(
        "Flood closes the bridge at Basra",
        "Skip to main content\n\n"
        + "The old bridge at Basra collapsed on Sunday, when the flood reached its third pier.\n\n"
        + "Nobody was on it. " * 40
        + "\n\nThe mayor, Salim Aziz, said that 27 houses were lost in the flood at Basra.\n\nShare this article",
    ),
    "evil.md": article("Lantern festival", f"The lantern festival of Kut opened on Friday with {EVIL} and music."),
    "broken.md": "---\ntitle: a: b\n---\nText.",
    ".examples": "When did the old bridge at Basra collapse?\n",
}


def chromium() -> Path | None:
    """An installed Chromium, the system's or Playwright's own."""
    for name in NAMES:
        if path := shutil.which(name):
            return Path(path)
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def install() -> None:
    """Debian's package as root, else Playwright's own browser."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        install()
        path = chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("There is no Chromium and none could be installed; in CI that is a failure.")
    if path is None:
        pytest.skip("there is no Chromium and none could be installed")
    expect.set_options(timeout=20_000)  # a machine may be busy with something else
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=str(path), args=FLAGS)
        except Error as error:
            pytest.fail(f"Chromium at {path} does not start: {error}")
        yield running
        running.close()


@contextmanager
def running(folder: Path, articles: Mapping[str, str] = ARTICLES, **settings: str) -> Iterator[str]:
    """The address of the app over articles by file name, with further environment variables."""
    corpus, index = folder / "news", folder / "index"
    for place in (corpus, index):
        place.mkdir()
    for name, text in articles.items():
        (corpus / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "app.py", "--port", "0", "--corpus", str(corpus), "--index", str(index)]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "QA_"))}
    own |= {"XDG_CONFIG_HOME": str(folder), "QA_DATA": str(folder / "data")} | settings
    with (index / "app.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, env=own)
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"{line} {(index / 'app.log').read_text()}"
        yield found[0]
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app answers."""
    with running(tmp_path_factory.mktemp("app")) as found:
        yield found


@pytest.fixture
def outside() -> list[str]:
    """Addresses that the page asked for and that are not the app's own."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, outside: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    found = opened(context.new_page(), address, outside)
    yield found
    context.close()


def opened(page: Page, address: str, outside: list[str]) -> Page:
    """The page with its question box ready, its requests watched."""
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(own) else None)
    page.goto(address)
    box(page).wait_for(state="attached")
    page.locator("#side .list > *").first.wait_for(state="attached")  # the page's own script is there
    return page


def box(page: Page) -> Locator:
    """The question box."""
    return page.locator("#box textarea")


def ask(page: Page, question: str = QUESTION) -> None:
    box(page).fill(question)
    page.keyboard.press("Enter")


def answered(page: Page, question: str = QUESTION) -> None:
    """The question put, and its answer whole."""
    before = page.locator("#chat .acts").count()
    ask(page, question)
    expect(page.locator("#chat .acts")).to_have_count(before + 1)
    expect(page.locator("#main")).not_to_have_attribute("data-busy", "yes")
