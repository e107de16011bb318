"""Two writers of one index at once, and readers while a writer is at work."""

import os
import random
import signal
from functools import partial
from pathlib import Path
from typing import Any

from qa.types import Filters
from tests.conftest import WordCounts
from tests.safety.small import Tell, opened, outcome, start, synced_faults, text_of, told_synced_faults, write

NAMES = [f"name{letter}{other}" for letter in "abcd" for other in "uvwxyz"]


def writers(times: int, seed: int, folder: Path) -> dict[str, Any]:
    """What came of so many starts of two writers of the same index."""
    chance, index, corpus = random.Random(seed), folder / "index", folder / "corpus"  # noqa: S311 - repeatable
    corpus.mkdir()
    found: dict[str, Any] = {"started": 0, "both": 0, "refused": 0, "wrong": []}
    expected = dict.fromkeys(NAMES, 0)
    for number in range(times):
        for name in chance.sample(NAMES, 12) if number else NAMES:
            expected[name] = number
            write(corpus, name, number)
        pair = [start(partial(syncing, index, corpus)) for _ in range(2)]
        ends = []
        for child, told in pair:
            ends += list(told)
            ends += ["died"] if os.waitpid(child, 0)[1] else []
        found["started"] += 1
        refused = [end for end in ends if isinstance(end, list) and "is writing the index" in end[0]]
        found["refused"] += len(refused)
        found["both"] += ends == ["done", "done"]
        lines = outcome(partial(told_synced_faults, index, corpus, expected))
        if "done" not in ends or len(ends) != 2 or [end for end in ends if end not in ("done", *refused)]:
            found["wrong"].append(f"start {number}: {ends}")
        if lines != [[], "done"]:
            found["wrong"].append(f"after start {number}: {lines}")
    return found


def syncing(index_folder: Path, corpus: Path, _: Tell) -> None:
    with opened(index_folder) as index:
        index.sync(corpus)


def readers(states: int, folder: Path) -> dict[str, Any]:
    """What two readers saw, each with one open index, while a writer took the corpus from state to state."""
    index, corpus = folder / "index", folder / "corpus"
    corpus.mkdir()
    for name in NAMES:
        write(corpus, name, 0)
    assert outcome(lambda tell: tell(synced_faults(index, corpus, dict.fromkeys(NAMES, 0)))) == [[], "done"]
    pair = [start(partial(reading, index, states)) for _ in range(2)]
    assert [next(told) for _, told in pair] == ["opened"] * 2
    found: dict[str, Any] = {"asked": 0, "states": [], "wrong": []}
    written = outcome(partial(going_through, index, corpus, states))
    found["wrong"] += [] if written == ["done"] else [written]
    for child, told in pair:
        lines = list(told)
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status) or len(lines) != 2 or lines[1] != "done":
            found["wrong"].append(f"a reader ended with {status}: {lines}")
            continue
        found["asked"] += lines[0]["asked"]
        found["states"].append(lines[0]["states"])
    return found


def going_through(index_folder: Path, corpus: Path, states: int, _: Tell) -> None:
    with opened(index_folder) as index:
        for state in range(1, states + 1):
            for name in changed(state):
                write(corpus, name, state)
            index.sync(corpus)


def changed(state: int) -> list[str]:
    """Every other article: a passage that has changed is found by meaning when it has been encoded anew."""
    return NAMES[state % 2 :: 2]


def reading(index_folder: Path, states: int, tell: Tell) -> None:
    """Ask until everything is seen in its last state; what is seen is always whole and of one state or another."""
    signal.alarm(120)
    encoder, asked, seen = WordCounts(), 0, set()
    last = dict.fromkeys(changed(states - 1), states - 1) | dict.fromkeys(changed(states), states)
    with opened(index_folder) as index:
        tell("opened")
        while True:
            name = NAMES[asked % len(NAMES)]
            asked += 1
            vector = encoder.encode([text_of(name, last[name])])[0]
            by_words, by_meaning = index.lexical(name, 3, Filters()), index.dense(vector, 3, Filters())
            assert by_meaning, "nothing was found by meaning"
            for passage, article in index.passages([key for key, _ in by_words + by_meaning]).values():
                state = int(article.text.split("state")[1].split()[0])
                assert article.text == text_of(article.id[:-4], state) and passage.end <= len(article.text)
                seen.add(state)
            articles = list(index.articles())
            assert len(articles) == len(NAMES)
            if all(article.text == text_of(article.id[:-4], last[article.id[:-4]]) for article in articles):
                if index.lexical(f"{name}state{last[name]}", 3, Filters()) and index.check() == []:
                    break
    tell({"asked": asked, "states": sorted(seen)})
