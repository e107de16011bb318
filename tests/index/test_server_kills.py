"""Syncs to a Chroma server, killed at random, or the server: nothing is lost or doubled, and the next sync mends."""

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from qa.index.chroma import ChromaServer
from qa.index.index import Index
from qa.settings import Settings
from qa.types import Filters
from tests.chroma import Chroma
from tests.conftest import ROOT, WordCounts
from tests.safety.kills import NAMES, on_disk
from tests.safety.small import text_of, write
from tests.safety.test_kills import Record

KILLS = 20
RANDOM_SECONDS = 1.5
CHANGING = """
import json, random, sys
from pathlib import Path
from qa.index import chroma, reading, server, sync
from tests.index.test_server_kills import opened
from tests.safety.kills import NAMES, on_disk
from tests.safety.small import write
chroma.SYNC_TRIES = 2
reading.STEPS_AT_ONCE, sync.ENCODED_AT_ONCE, sync.VECTORS_AT_ONCE, sync.LEXICAL_AT_ONCE = 4, 6, 10, 8
server.SETTINGS["hnsw"].update(sync_threshold=10, batch_size=5)
folder, corpus, chance = Path(sys.argv[1]), Path(sys.argv[2]), random.Random(int(sys.argv[4]))
index = opened(folder, sys.argv[3])
index.sync(corpus)
print("opened", flush=True)
while True:
    doing = chance.sample(NAMES, 6)
    print(json.dumps({"doing": doing}), flush=True)
    for name in doing:
        if chance.random() < 0.3:
            (corpus / f"{name}.txt").unlink(missing_ok=True)
        else:
            write(corpus, name, chance.randrange(1_000_000))
    unsent = index.sync(corpus).unsent
    print(json.dumps({"done": on_disk(corpus), "unsent": unsent}), flush=True)
"""


def opened(folder: Path, address: str) -> Index:
    return Index(folder, WordCounts(), ChromaServer(address, Settings(chroma_timeout=5), "kills"))


def faults(index: Index, expected: dict[str, int], unsure: set[str]) -> list[str]:
    """What is wrong for a reader with the articles that should be there; of those unsure, anything goes."""
    held = [article.id[:-4] for article in index.articles()]
    wrong = [f"{name} is there twice" for name in held if held.count(name) > 1]
    wrong += [f"{name} should be gone" for name in held if name not in expected.keys() | unsure]
    for name in sorted(expected.keys() - unsure):
        text = text_of(name, expected[name])
        article = index.article(f"{name}.txt")
        if article is None or article.text != text:
            wrong.append(f"{name} is {article and article.text!r}")
            continue
        for kind, ranking in (
            ("words", index.lexical(f"{name}state{expected[name]}", 3, Filters())),
            ("meaning", index.dense(WordCounts().encode([text])[0], 99, Filters())),
        ):
            if f"{name}.txt" not in {a.id for _, a in index.passages([key for key, _ in ranking]).values()}:
                wrong.append(f"{name} is not found by {kind}")
    return wrong


@pytest.mark.nightly
@pytest.mark.parametrize("killed", ["client", "server"])
def test_nothing_is_lost_or_doubled(tmp_path: Path, record_property: Record, killed: str) -> None:
    folder, corpus, chance = tmp_path / "index", tmp_path / "corpus", random.Random(KILLS)  # noqa: S311 - repeatable
    corpus.mkdir()
    for name in NAMES[:24]:
        write(corpus, name, 0)
    chroma = Chroma(tmp_path / "chroma")
    chroma.start()
    wrong, syncs, unsent, unsealed = [], 0, 0, 0
    try:
        for kill in range(KILLS):
            expected, unsure = on_disk(corpus), set[str]()
            child = subprocess.Popen(
                [sys.executable, "-c", CHANGING, folder, corpus, chroma.address, str(kill)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert child.stdout and child.stdout.readline() == "opened\n"
            time.sleep(chance.uniform(0, RANDOM_SECONDS))
            if killed == "server":
                chroma.kill()
                time.sleep(chance.uniform(0, RANDOM_SECONDS))
            child.kill()
            for line in child.communicate()[0].splitlines():
                told = json.loads(line)
                unsure = set(told.get("doing", ()))
                expected = told.get("done", expected)
                syncs += "done" in told
                unsent += bool(told.get("unsent"))
            assert child.returncode == -signal.SIGKILL
            if killed == "server":
                chroma.start()
            with closing(opened(folder, chroma.address)) as index:
                unsealed += "does not hold what it should" in index.engine()
                wrong += [f"{kill}: {fault}" for fault in faults(index, expected, unsure)]
                report = index.sync(corpus)
                wrong += [f"{kill}, synced: {fault}" for fault in [*index.check(), *filter(None, [report.unsent])]]
                wrong += [f"{kill}, synced: {fault}" for fault in faults(index, on_disk(corpus), set())]
                searched = index._vectors.search(WordCounts().encode(["harbour"])[0], 99)
                assert searched is not None and len(searched) == len(on_disk(corpus))
    finally:
        chroma.kill()
    record_property("row", f"SIGKILL of the {killed} during a sync to a Chroma server, random")
    record_property("n", KILLS)
    record_property("result", f"{syncs} syncs finished, {unsent} unsent, {unsealed} left unsealed, {len(wrong)} wrong")
    assert wrong == []
    assert unsealed > 0
