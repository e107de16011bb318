"""A sync that is killed at any point is taken up again without loss."""

import json
import random
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from qa.index.index import Index
from qa.types import Filters
from tests.conftest import ROOT, WordCounts

KILLS = 5
ARTICLES = 400
STEPS = 40
"""A sync is killed after so many of its some 220 steps at most."""
SYNC = """
import sys, time
from pathlib import Path
from qa.index import reading, sync
from qa.index.index import Index
from tests.conftest import WordCounts
reading.STEPS_AT_ONCE, sync.ENCODED_AT_ONCE, sync.VECTORS_AT_ONCE, sync.LEXICAL_AT_ONCE = 20, 40, 50, 100
class Slow(WordCounts):
    def encode(self, texts):
        time.sleep(0.05)
        return super().encode(texts)
index = Index(Path(sys.argv[1]), Slow())
print("opened", flush=True)
index.sync(Path(sys.argv[2]), lambda progress: print(progress, flush=True))
print("done", flush=True)
"""


def start(index: Path, corpus: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", SYNC, str(index), str(corpus)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "opened\n"
    return process


def test_killed_and_resumed_nothing_is_lost_or_doubled(tmp_path: Path, encoder: WordCounts) -> None:
    corpus, folder, random_ = tmp_path / "corpus", tmp_path / "index", random.Random(7)  # noqa: S311
    corpus.mkdir()
    expected = {f"rows.jsonl#{n}" for n in range(ARTICLES // 2)} | {f"a{n}.txt" for n in range(ARTICLES // 2)}
    rows = ({"id": n, "text": f"Report number{n} came in. It was read."} for n in range(ARTICLES // 2))
    (corpus / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    for n in range(ARTICLES // 2):
        (corpus / f"a{n}.txt").write_text(f"File filed{n} came in. It was read.", encoding="utf-8")
    killed = 0
    for _ in range(KILLS):
        process = start(folder, corpus)
        assert process.stdout is not None
        steps = random_.randrange(1, STEPS)
        killed += len(list(islice(process.stdout, steps))) == steps
        time.sleep(random_.uniform(0, 0.05))
        process.kill()
        process.communicate()
        index = Index(folder, encoder)
        held = {article.id for article in index.articles()}
        assert held <= expected
        for key, _ in index.lexical("report file came", 20, Filters()):
            assert index.passages([key]) or held != expected
        index.close()
    assert killed == KILLS
    process = start(folder, corpus)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and output.endswith("done\n")
    index = Index(folder, encoder)
    assert [article.id for article in index.articles()] == sorted(expected)
    assert index.check() == []
    index.close()
