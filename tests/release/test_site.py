"""The documentation's site is built without a warning, names all there is, and loads nothing from elsewhere."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

import qa
from qa.cli import main
from qa.settings import ANSWER_FROM, Settings
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0 and "WARNING" not in result.stderr, result.stderr[-3000:]
    return folder


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def commands(command: click.Command, path: str) -> Iterator[tuple[str, list[str]]]:
    """Each command as it is typed, with the names of its options."""
    options = [param for param in command.params if isinstance(param, click.Option)]
    yield path, [name for option in options for name in option.opts]
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


def test_every_command_has_its_heading_and_options(site: Path) -> None:
    text = read(site / "reference" / "commands.html")
    sections = dict(
        re.findall(r'<h\d id="[^"]*">(qa[ \w]*?)<a class="headerlink".*?</h\d>(.*?)(?=<h\d|</article>)', text, re.S)
    )
    found = dict(commands(main, "qa"))
    assert len(found) > 18
    for path, options in found.items():
        assert [name for name in options if f"<code>{name}" not in sections[path]] == [], path


def test_every_setting_has_its_row(site: Path) -> None:
    text = read(site / "settings.html")
    names = [n.upper() if n.startswith(("openai", "otel")) else f"QA_{n.upper()}" for n in Settings.model_fields]
    assert [name for name in names if f"<td><code>{name}</code></td>" not in text] == []
    row = re.search(r"<tr>\s*<td><code>QA_ANSWER_FROM</code>.*?</tr>", text, re.S)
    assert (
        row and f"<code>{ANSWER_FROM}</code>" in row[0] and "Confidence below which" in row[0] and "at most 1" in row[0]
    )


def test_every_name_of_the_package_is_told(site: Path) -> None:
    text = read(site / "reference" / "python.html")
    missing = [name for name in qa.__all__ if f'id="{getattr(qa, name).__module__}.{name}"' not in text]
    assert missing == []
    assert "A folder of articles that can be searched and asked." in text


class Loads(HTMLParser):
    """What a page makes a browser fetch from elsewhere without being asked."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = ["src", "srcset", "data", "poster", "action", *(["href"] if tag in ("link", "use", "image") else [])]
        self.found += [value for name in names if re.match(r"\s*(?:\w+:)?//", value := given.get(name) or "")]


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loads = Loads()
        loads.feed(read(page))
        assert loads.found == [], page
    styles = sorted(site.rglob("*.css"))
    assert styles
    for style in styles:
        assert re.findall(r"(?:@import|url\()\s*[\"']?(?:\w+:)?//[^)]*", read(style)) == [], style
