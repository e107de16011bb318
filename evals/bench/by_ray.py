"""A sync by this process and the same sync by Ray: seconds, memory, and whether both make the same index.

`python -m evals.bench.by_ray --articles realtimeqa_docs_shared.jsonl.gz --count 2000` prints a Markdown table and what
differs. Articles are the first words of real ones, each with a sentence of its own, so that none is a copy: three in
four are files of text, the others rows of one file; some files among them cannot be read. Memory is the highest sum of
what all processes of a sync hold (PSS: what several share is counted once), looked at five times a second. Linux only.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from evals.sets import rows

WORDS = 300
"""Of each article: two to three passages, as a short report has."""
LOOKED_SECONDS = 0.2
TABLES = ("articles", "passages", "refused", "files", "aliases", "spellings", "bands", "copies")
VECTORS = "SELECT vector FROM passages ORDER BY id"
UNREAD = {"empty.txt": b"", "broken.pdf": b"%PDF-1.7 broken", "broken.docx": b"PK broken", "noise.html": b"\0" * 100}


def write_corpus(articles: Path, root: Path, count: int) -> None:
    """So many articles in the folder `root`, and files that cannot be read."""
    lines = []
    texts = [text for row in rows(articles) if len(text := row["text"].split()) > WORDS]
    for number in range(count):
        start = number // len(texts) * WORDS
        words = texts[number % len(texts)][start : start + WORDS]
        text = f"Report number {number} came in. {' '.join(words)}"
        if number % 4:
            place = root / f"part{number % 10}" / f"{number}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        else:
            lines.append(json.dumps({"id": number, "text": text}))
    (root / "rows.jsonl").write_text("\n".join([*lines, "no row"]), encoding="utf-8")
    for name, data in UNREAD.items():
        (root / name).write_bytes(data)


def measured(root: Path, index: Path, *options: str) -> tuple[float, float, str]:
    """Seconds and megabytes of a sync, and what it said."""
    started, peak = time.monotonic(), 0
    command = [
        sys.executable,
        "-c",
        "from qa.cli import main; main()",
        "sync",
        "--corpus",
        str(root),
        "--index",
        str(index),
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(held(number) for number in tree(process.pid)))
            time.sleep(LOOKED_SECONDS)
        said = process.stdout.read().strip() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"The sync {options} failed.")
    return time.monotonic() - started, peak / 1000, said


def tree(process: int) -> set[int]:
    """The process and all that come from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it is gone
            continue
    found, more = set[int](), {process}
    while more - found:
        found |= more
        more = {child for child, parent in parents.items() if parent in found}
    return found


def held(process: int) -> int:
    """Kilobytes that the process holds."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def differences(one: Path, other: Path) -> list[str]:
    """What differs between two indexes, and by how much their vectors do."""
    found = []
    with closing(sqlite3.connect(one)) as first, closing(sqlite3.connect(other)) as second:
        for table in TABLES:
            names = [row[1] for row in first.execute(f"PRAGMA table_info({table})") if row[1] != "vector"]
            query = f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(names)}"  # noqa: S608 - our own names
            rows = [database.execute(query).fetchall() for database in (first, second)]
            found.append(f"{table}: {len(rows[0]):,} rows, {'the same' if rows[0] == rows[1] else 'NOT the same'}")
        vectors = [
            np.stack([np.frombuffer(row[0], np.float16).astype(np.float32) for row in database.execute(VECTORS)])
            for database in (first, second)
        ]
    lengths = np.linalg.norm(vectors[0], axis=1) * np.linalg.norm(vectors[1], axis=1)
    cosines = (vectors[0] * vectors[1]).sum(axis=1) / lengths
    equal = int((vectors[0] == vectors[1]).all(axis=1).sum())
    return [*found, f"vectors: {equal:,} of {len(cosines):,} equal to the bit, lowest cosine {cosines.min():.6f}"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--articles", type=Path, required=True, help="a .jsonl.gz with a text in each row")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--ray", default="local")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "corpus")
        root.mkdir()
        write_corpus(chosen.articles, root, chosen.count)
        runs = {
            "plain": measured(root, Path(folder, "plain")),
            "by Ray": measured(root, Path(folder, "by Ray"), "--ray", chosen.ray),
        }
        print("| sync | s | MB | ratio of s |\n|---|---|---|---|")
        for name, (seconds, megabytes, _) in runs.items():
            print(f"| {name} | {seconds:.0f} | {megabytes:.0f} | {seconds / runs['plain'][0]:.2f} |")
        print(*(said for _, _, said in runs.values()), sep="\n")
        print(*differences(*(Path(folder, name, "store.sqlite") for name in runs)), sep="\n")


if __name__ == "__main__":
    main()
