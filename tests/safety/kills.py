"""Syncs that are killed at random, or within 50 ms of what is most delicate.

That is a "rewrite" of Chroma's graph, the "replacing" of its folder, and a "commit" to the store.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.safety.small import opened, outcome, start, told_faults, told_synced_faults, write

RANDOM_SECONDS = 0.8
AFTER_SECONDS = 0.05
NAMES = [f"name{letter}{other}" for letter in "abcdef" for other in "uvwxyz"]


def kills(kind: str, times: int, seed: int, folder: Path) -> dict[str, Any]:
    """What came of so many kills: how many syncs were acknowledged between them, and everything that was wrong."""
    chance = random.Random(seed)  # noqa: S311 - times of kills and what is changed, repeatable
    index, corpus = folder / "index", folder / "corpus"
    corpus.mkdir(parents=True)
    for name in NAMES[:24]:
        write(corpus, name, 0)
    found: dict[str, Any] = {"killed": 0, "finished": 0, "acknowledged": 0, "wrong": []}
    expected = settled(index, corpus, "before", found)
    while found["killed"] < times:
        unsure, ended = killed_once(kind, index, corpus, expected, chance, found)
        found["killed" if ended else "finished"] += 1
        place = f"{kind} {found['killed']}"
        note(found, place, outcome(partial(told_faults, index, expected, unsure)))
        expected = settled(index, corpus, place, found)
    return found


def settled(index: Path, corpus: Path, place: str, found: dict[str, Any]) -> dict[str, int]:
    """The state that a sync which nothing disturbs has brought the index to."""
    expected = on_disk(corpus)
    note(found, place, outcome(partial(told_synced_faults, index, corpus, expected)))
    return expected


def note(found: dict[str, Any], place: str, lines: list[Any]) -> None:
    if lines != [[], "done"]:
        found["wrong"].append(f"{place}: {lines}")


def killed_once(
    kind: str, index: Path, corpus: Path, expected: dict[str, int], chance: random.Random, found: dict[str, Any]
) -> tuple[set[str], bool]:
    """The names changed but not acknowledged when the child was killed, and whether it was killed at its work.

    `expected` is brought up to date with what was acknowledged.
    """
    seed, rebuild = chance.random(), kind == "replacing"
    child, told = start(lambda tell: changing(index, corpus, random.Random(seed), rebuild, tell))  # noqa: S311
    unsure: set[str] = set()
    assert next(told) == "opened"
    when = time.monotonic() + (chance.uniform(0, RANDOM_SECONDS) if kind == "random" else 10)
    watch(kind, index, when)
    if kind != "random":
        time.sleep(chance.uniform(0, AFTER_SECONDS))
    os.kill(child, signal.SIGKILL)
    for line in told:
        if isinstance(line, dict):
            unsure = set(line["doing"])
        elif isinstance(line, list):
            expected.clear()
            expected.update(line[0])
            unsure = set()
            found["acknowledged"] += 1
        else:
            found["wrong"].append(str(line))
    return unsure, os.WIFSIGNALED(os.waitpid(child, 0)[1])


def watch(kind: str, index: Path, until: float) -> None:
    """Return when what is watched for happens, or at the time `until`."""
    looks: dict[str, Callable[[], object]] = {
        "random": lambda: None,
        "rewrite": lambda: graph(index),
        "replacing": lambda: (index / "vectors" / "chroma.sqlite3").exists(),
        "commit": lambda: stamp(index / "store.sqlite-wal"),
    }
    before = looks[kind]()
    while time.monotonic() < until and looks[kind]() == before:
        time.sleep(0.0005)


def graph(index: Path) -> list[object]:
    return [stamp(path) for path in sorted((index / "vectors").glob("*/*.bin"))]


def stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def changing(
    index_folder: Path, corpus: Path, chance: random.Random, rebuild: bool, tell: Callable[[Any], None]
) -> None:
    """Change the corpus and sync it, for ever: what is changed is told before, the whole state once it is synced."""
    with opened(index_folder) as index:
        tell("opened")
        while True:
            doing = chance.sample(NAMES, 6)
            tell({"doing": doing})
            for name in doing:
                if chance.random() < 0.3:
                    (corpus / f"{name}.txt").unlink(missing_ok=True)
                else:
                    write(corpus, name, chance.randrange(1_000_000))
            if rebuild:
                index._store.set_meta("rebuild vectors", "yes")
            index.sync(corpus)
            tell([on_disk(corpus)])


def on_disk(corpus: Path) -> dict[str, int]:
    """The state of each article in the folder, read off its text; a file that a kill left empty is none."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.txt"))}
    return {name: int(text.split("state")[1].split()[0]) for name, text in texts.items() if text}
