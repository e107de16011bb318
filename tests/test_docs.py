"""What the documents promise: links lead somewhere, nothing is named that is not there, nothing there is unnamed."""

import re
from pathlib import Path

import pytest

from qa.cli import main
from qa.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = ("docs", "training", "evals")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))])


def test_every_setting_and_command_is_named() -> None:
    names = [
        name.upper() if name.startswith(("openai", "otel")) else f"QA_{name.upper()}" for name in Settings.model_fields
    ]
    told = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in told] == []
    assert all(f"qa {name}" in README or name == "eval" for name in main.commands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)[^)]*\)", text):
        assert (document.parent / target).exists(), target


def test_the_map_names_what_is_there() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    names = re.findall(r"^  (\w+(?:\.py|/))", text, re.MULTILINE)
    assert len(names) > 12
    assert [name for name in names if not (ROOT / "qa" / name).exists()] == []


def test_the_map_says_which_commands_take_the_folders() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    listed, without = re.search(r"Command line: (.*?); all but (.*?) take `--corpus DIR`", text, re.DOTALL).groups()  # type: ignore[union-attr]
    assert sorted(re.findall(r"`qa (\w+)", listed)) == sorted(main.commands)
    options = {name: {option.name for option in command.params} for name, command in main.commands.items()}
    assert {name for name in re.findall(r"`qa (\w+)", without)} == {
        name
        for name in options
        if not {"corpus", "index"} <= options[name] and name != "eval"  # hands its own on
    }
