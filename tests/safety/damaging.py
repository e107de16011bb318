"""An index whose files were damaged while nobody looked: what a reader sees, and what a sync makes of it."""

import random
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from qa.errors import DatelineError
from tests.safety.small import Tell, faults, outcome, told_synced_faults, write

ARTICLES = {f"name{letter}{other}": 0 for letter in "abcde" for other in "uvwxyz"}
PAGE = 4096
"""Of SQLite; what is overwritten begins at such a place."""
WAYS = ("cut", "head", "random page", "zero page", "rest zero", "emptied", "bits")


def damaging(times: int, seed: int, folder: Path) -> dict[str, Any]:
    """What came of so many damages to one file each, every way and every kind of file in turn."""
    chance, corpus = random.Random(seed), folder / "corpus"  # noqa: S311 - repeatable
    corpus.mkdir()
    for name, state in ARTICLES.items():
        write(corpus, name, state)
    found: dict[str, Any] = {"tried": 0, "noticed": 0, "wrong": []}
    assert outcome(partial(told_synced_faults, folder / "base", corpus, ARTICLES)) == [[], "done"]
    for number in range(times):
        index = folder / "index"
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(folder / "base", index)
        what = damaged(index, chance, number)
        found["tried"] += 1
        seen = outcome(partial(looking, index))
        found["noticed"] += seen != [[], "done"]
        if [line for line in seen if not isinstance(line, list) and line != "done"]:
            found["wrong"].append(f"{what}, reading: {seen}")
        mended = outcome(partial(told_synced_faults, index, corpus, ARTICLES))
        if mended != [[], "done"]:
            found["wrong"].append(f"{what}, after a sync: {mended}")
    return found


def damaged(index: Path, chance: random.Random, number: int) -> str:
    """Which file was damaged in which way."""
    engine = ("store.sqlite", "lexical/*", "vectors/*/*.bin", "vectors/*.*")[number % 4]
    path = chance.choice([path for path in sorted(index.glob(engine)) if path.is_file() and path.stat().st_size])
    data, way = bytearray(path.read_bytes()), chance.choice(WAYS)
    if path.name == "store.sqlite" and way in ("bits", "emptied"):
        # Nothing tells a letter changed within a text from one that was written so, nor an emptied file from a new one.
        way = "random page"
    place = chance.randrange(0, len(data), PAGE)
    size = min(PAGE, len(data) - place)
    if way == "cut":
        del data[chance.randrange(len(data)) :]
    elif way == "head":
        data[: min(100, len(data))] = chance.randbytes(min(100, len(data)))
    elif way == "random page":
        data[place : place + size] = chance.randbytes(size)
    elif way == "zero page":
        data[place : place + size] = bytes(size)
    elif way == "rest zero":
        data[place:] = bytes(len(data) - place)
    elif way == "emptied":
        data.clear()
    else:
        for _ in range(3):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return f"{path.relative_to(index)} {way}"


def looking(index: Path, tell: Tell) -> None:
    """What a reader sees: all is right, or less is found by an engine, or one sentence says what to do."""
    try:
        seen = faults(index, ARTICLES, set())
    except DatelineError as error:
        assert "run qa sync" in str(error) and "\n" not in str(error), error
        tell([str(error)])
        return
    missing = "is not found by"
    assert all(missing in line for line in seen), seen
    tell(seen)
