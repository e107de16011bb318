"""One archive of naughty articles beside good ones, with the real models."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import qa
from qa.archive import Archive
from tests.conftest import ROOT
from tests.hostile.naughty import NAUGHTY


def body(number: int, naughty: str) -> str:
    return (
        f"Notice {number} was pinned up on Monday.\n\nIt says: {naughty}\n\nThe clerk of Velm signed notice {number}."
    )


@pytest.fixture(scope="session")
def naughty_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each naughty string in the text and title of a row, and in the text and, where it may be, the name of a file."""
    folder = tmp_path_factory.mktemp("naughty") / "corpus"
    shutil.copytree(ROOT / "corpus", folder)
    (folder / "named").mkdir()
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for number, naughty in enumerate(NAUGHTY):
            file.write(json.dumps({"id": number, "title": naughty, "text": body(number, naughty)}) + "\n")
            if "\0" in naughty:
                continue
            name = naughty.replace("/", "\u2215")
            for possible in (f"n{number} {name}.txt", f"n{number}.txt"):
                with suppress(OSError):  # this system takes no such name
                    (folder / "named" / possible).write_text(body(number, naughty), encoding="utf-8", newline="")
                    break
    return folder


@pytest.fixture(scope="session")
def naughty_archive(naughty_corpus: Path) -> Iterator[Archive]:
    with qa.open(naughty_corpus, naughty_corpus.parent / "index") as archive:
        yield archive
