"""Every example of the README and of docs/ runs as it stands there, or says above itself why not."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

import qa
from qa.archive import Archive
from qa.cli import main
from qa.network.callers import LOOPBACK
from qa.serving.application import application
from qa.serving.tools import over_http, tools
from tests.conftest import ROOT
from tests.serving.conftest import running

BLOCK = re.compile(r"(?:^<!-- not run: (.+?) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NO_EXAMPLES = {"text", "json", "yaml"}
"""Languages of what nobody runs."""


@dataclass(frozen=True)
class Example:
    """A block between fences."""

    document: str
    language: str
    text: str
    not_run: str
    """Why, or the empty string."""

    @property
    def way(self) -> str:
        """By which of the tests below it is run; the empty string for none."""
        if self.language == "python":
            return "served" if "127.0.0.1:786" in self.text else "python"
        lines = self.text.splitlines()
        if self.language == "" and all(line.startswith("curl ") for line in lines):
            return "served"
        return "commands" if self.language == "" and all(line.startswith("uv run qa ") for line in lines) else ""


EXAMPLES = [
    Example(path.relative_to(ROOT).as_posix(), language, text, why)
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for why, language, text in BLOCK.findall(path.read_text(encoding="utf-8"))
    if language not in NO_EXAMPLES
]


def run_by(way: str) -> list[object]:
    """The examples of that way, each named after its document."""
    found = [example for example in EXAMPLES if example.way == way and not example.not_run]
    return [pytest.param(example, id=f"{example.document}: {example.text.splitlines()[0][:40]}") for example in found]


def test_every_example_is_run_or_says_why_not() -> None:
    silent = [(example.document, example.text) for example in EXAMPLES if not example.way and not example.not_run]
    assert silent == []
    assert len(EXAMPLES) > 25 and min(len(run_by(way)) for way in ("commands", "served", "python")) > 0


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the clone's folder, with folders of one's own for index and data."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("QA_DATA", str(tmp_path / "data"))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("example", run_by("commands"))
def test_commands(example: Example) -> None:
    for line in example.text.splitlines():
        result = CliRunner().invoke(main, shlex.split(line.removeprefix("uv run qa ")))
        assert result.exit_code == 0 and result.stdout, line


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("example", run_by("python"))
def test_python(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, object] = {}
    exec(compile(example.text, example.document, "exec"), found)  # noqa: S102 - our own example
    archive = found["archive"]
    assert isinstance(archive, Archive)
    archive.close()
    assert "Sunday 17 May 2015" in capsys.readouterr().out
    assert found["hits"] and found["moments"] and getattr(found["follow_up"], "short", None)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Host and port at which the sample archive really answers, by the port that the documents name."""
    with (
        qa.open(ROOT / "corpus", tmp_path_factory.mktemp("index")) as archive,
        running(application(archive, rate=1000)) as served,
        running(over_http(tools(archive), 1000, None, LOOPBACK)) as assisted,
    ):
        yield {"7861": served.removeprefix("http://"), "7862": assisted.removeprefix("http://")}


@pytest.mark.parametrize("example", run_by("served"))
def test_served(example: Example, addresses: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    text = re.sub(r"(?:localhost|127\.0\.0\.1):(786\d)", lambda named: addresses[named[1]], example.text)
    if example.language == "python":
        exec(compile(text, example.document, "exec"), {})  # noqa: S102 - our own example
        assert "Sunday 17 May 2015" in capsys.readouterr().out
        return
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine")
    for line in text.splitlines():
        command = [*shlex.split(line), "--silent", "--fail", "--max-time", "30"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0 and len(result.stdout) > 100, line
