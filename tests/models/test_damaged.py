"""A model file that is not the one shipped is never loaded: one sentence names it and what to do."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.cli import main
from qa.errors import ModelError
from qa.models.encoder import Encoder
from qa.models.engine import DATA, checksums
from qa.models.reader import Reader
from tests.conftest import ROOT


def flipped(content: bytes) -> bytes:
    """One bit otherwise, in the middle."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def cut(content: bytes) -> bytes:
    """As a full disk leaves it."""
    return content[: len(content) // 2]


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[str, Callable[[bytes], bytes]], Path]:
    """Makes a folder of model files like the shipped one, but for one file."""

    def make(name: str, damage: Callable[[bytes], bytes]) -> Path:
        folder = tmp_path / "models"
        folder.mkdir()
        for path in DATA.iterdir():
            if path.name != name:
                os.symlink(path, folder / path.name)
        (folder / name).write_bytes(damage((DATA / name).read_bytes()))
        return folder

    return make


@pytest.mark.parametrize("damage", [flipped, cut])
@pytest.mark.parametrize("name", sorted(checksums(DATA)))
def test_no_damaged_file_is_loaded(
    name: str, damage: Callable[[bytes], bytes], damaged: Callable[[str, Callable[[bytes], bytes]], Path]
) -> None:
    folder = damaged(name, damage)
    with pytest.raises(ModelError) as told:
        if name == "encoder.onnx":
            Encoder(data=folder).encode(["a"])
        else:
            Reader(data=folder).read(["a?"], [("", "a")])
    assert (
        str(told.value) == f"The model file {folder / name} was altered since it was shipped: install Dateline again."
    )


def test_on_the_command_line_it_is_one_sentence(
    damaged: Callable[[str, Callable[[bytes], bytes]], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = damaged("encoder.onnx", flipped)
    monkeypatch.setattr("qa.archive.Encoder", partial(Encoder, data=folder))
    arguments = ["ask", "When did Ramadi fall?", "--corpus", str(ROOT / "corpus"), "--index", str(tmp_path / "index")]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        f"Error: The model file {folder / 'encoder.onnx'} was altered since it was shipped: install Dateline again."
    )
    assert "Traceback" not in result.stderr
