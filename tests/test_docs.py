"""What the documents promise: the README's examples run, links lead somewhere, nothing is named that is not there."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.archive import Archive
from qa.cli import main
from qa.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = ("docs", "training", "evals")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))])


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_python_example_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (example,) = blocks("python")
    found: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), found)  # noqa: S102 - our own example
    archive = found["archive"]
    assert isinstance(archive, Archive)
    archive.close()
    assert "Sunday 17 May 2015" in capsys.readouterr().out
    assert found["hits"] and getattr(found["follow_up"], "short", None)


def test_the_commands_of_the_readme_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    commands = [
        line.removeprefix("uv run qa ") for line in "".join(blocks("")).splitlines() if line.startswith("uv run qa ")
    ]
    assert len(commands) >= 4
    for command in commands:
        result = CliRunner().invoke(main, shlex.split(command))
        assert result.exit_code == 0 and result.stdout, command


def test_every_setting_and_command_is_named() -> None:
    names = [
        name.upper() if name.startswith(("openai", "otel")) else f"QA_{name.upper()}" for name in Settings.model_fields
    ]
    assert [name for name in names if f"`{name}`" not in README] == []
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
