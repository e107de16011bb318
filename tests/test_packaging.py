"""What a wheel must have to be of use where there is no clone."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa.cli import main
from qa.ingest import sample
from tests.conftest import ROOT

# Files that others add to corpus/ through the page are no part of the sample.
SAMPLE = sorted(path.name for path in (ROOT / "corpus").iterdir() if path.is_file())


def write(folder: Path) -> Result:
    return CliRunner().invoke(main, ["sample", str(folder)])


def test_the_sample_is_written_whole_and_never_over_anything(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "corpus"
    result = write(folder)
    assert result.exit_code == 0 and str(folder) in result.stdout
    assert {".examples", "metadata.csv", "2015-05-18-ramadi-falls.md"} <= set(SAMPLE)
    for name in SAMPLE:
        assert (folder / name).read_bytes() == (ROOT / "corpus" / name).read_bytes()
    (folder / "metadata.csv").write_text("mine", encoding="utf-8")
    result = write(folder)
    assert result.exit_code == 1 and "already, which is left as it is" in result.stderr
    assert (folder / "metadata.csv").read_text(encoding="utf-8") == "mine"


def test_in_a_wheel_the_sample_lies_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "qa" / "sample"
    shipped.mkdir(parents=True)
    (shipped / "a.txt").write_text("The bridge is closed.", encoding="utf-8")
    monkeypatch.setattr(sample, "_SHIPPED", shipped)
    assert write(tmp_path / "corpus").exit_code == 0
    assert [path.name for path in (tmp_path / "corpus").iterdir()] == ["a.txt"]


def test_a_sample_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = write(tmp_path / "file" / "corpus")
    assert result.exit_code == 1 and "cannot be written to" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.nightly
def test_the_wheel_has_models_templates_sample_and_command(tmp_path: Path) -> None:
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        (entry,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "qa = qa.cli:main" in packed.read(entry).decode()
    source = {str(path.relative_to(ROOT)) for path in (ROOT / "qa").rglob("*") if path.is_file()}
    assert {name for name in source if "__pycache__" not in name} <= names
    assert {f"qa/sample/{name}" for name in SAMPLE} <= names


def test_the_image_copies_what_is_there_runs_as_nobody_and_is_asked_where_it_answers() -> None:
    steps = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    copied = [
        name for step in steps if step.startswith("COPY ") and "--from" not in step for name in step.split()[1:-1]
    ]
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"qa", "corpus", "pyproject.toml", "uv.lock"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists() or f"!{name}" not in let_in] == []
    assert "*" in let_in and [step for step in steps if step.startswith("USER ")] == ["USER 10001"]
    (port,) = [str(option.default) for option in main.commands["page"].params if option.name == "port"]
    (checked,) = [step for step in steps if step.startswith("HEALTHCHECK ")]
    assert f"http://127.0.0.1:{port}/healthz" in checked and f"EXPOSE {port}" in steps
