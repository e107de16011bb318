"""A sync of thousands of articles, killed at random and resumed: is anything lost or doubled?

`python -m evals.bench.kill_sync --articles realtimeqa_docs_shared.jsonl.gz --kills 20` writes a corpus of the first
--limit documents to a temporary folder (half of them rows of a JSONL file, half text files), syncs it in a process that
is killed with SIGKILL at random times, searches after each kill, and at the end compares index and corpus. The last
line printed is the verdict; the exit status is 0 where nothing was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from evals.sets import rows
from qa.index.index import Index
from qa.models.encoder import Encoder
from qa.types import Filters

SYNC = (
    "import sys; from pathlib import Path; from qa.index.index import Index; from qa.models.encoder import Encoder; "
    "print(Index(Path(sys.argv[1]), Encoder()).sync(Path(sys.argv[2])).unchanged)"
)
SECONDS_BETWEEN = (2.0, 25.0)
"""A kill comes so long after the start."""


def write_corpus(path: Path, root: Path, limit: int) -> set[str]:
    """The ids of the articles that `root` now holds, from the first rows (doc_id, title, text) of a file."""
    ids, lines = set(), []
    for number, row in enumerate(islice(rows(path), limit)):
        if number % 2:
            lines.append(json.dumps({"id": row["doc_id"], "title": row["title"], "text": row["text"]}))
            ids.add(f"rows.jsonl#{row['doc_id']}")
        else:
            (root / f"{number}.txt").write_text(row["text"], encoding="utf-8")
            ids.add(f"{number}.txt")
    (root / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ids


def killed_once(index: Path, root: Path, seconds: float) -> bool:
    """Whether the sync was still at work when it was killed."""
    process = subprocess.Popen([sys.executable, "-c", SYNC, str(index), str(root)], stdout=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True


def searches(index_folder: Path) -> tuple[int, int, int]:
    """Articles held, and hits by words and by meaning, as a reader sees them after a kill."""
    encoder = Encoder()
    index = Index(index_folder, encoder)
    words = index.lexical("What did the president say?", 10, Filters())
    meaning = index.dense(encoder.encode(["What did the president say?"])[0], 10, Filters())
    held = index.statistics().articles
    index.close()
    return held, len(words), len(meaning)


def main() -> int:
    """0 where nothing was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--limit", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random_ = random.Random(options.seed)  # noqa: S311 - times of kills, repeatable
    with tempfile.TemporaryDirectory() as folder:
        root, index = Path(folder, "corpus"), Path(folder, "index")
        root.mkdir()
        ids = write_corpus(options.articles, root, options.limit)
        started, kills = time.time(), 0
        for attempt in range(options.kills):
            killed = killed_once(index, root, random_.uniform(*SECONDS_BETWEEN))
            kills += killed
            print(
                f"{attempt + 1}: {'killed' if killed else 'finished'}, articles and hits {searches(index)}", flush=True
            )
        print(f"killed {kills} times in {time.time() - started:.0f} s; finishing", flush=True)
        subprocess.run([sys.executable, "-c", SYNC, str(index), str(root)], check=True)
        return verdict(Index(index, Encoder()), ids)


def verdict(index: Index, ids: set[str]) -> int:
    """Print what is lost, doubled and wrong."""
    held = [article.id for article in index.articles()]
    refused = {item.source for item in index.refused()}
    lost, strange = ids - set(held) - refused, set(held) - ids
    doubled, wrong = len(held) - len(set(held)), index.check()
    print(
        f"articles {len(held)}, refused {len(refused)}, lost {len(lost)}, doubled {doubled + len(strange)}, "
        f"passages {index.statistics().passages}, disagreements {wrong or 0}"
    )
    return int(bool(lost or strange or doubled or wrong))


if __name__ == "__main__":
    sys.exit(main())
