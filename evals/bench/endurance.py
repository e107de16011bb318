"""What long use does: `python -m evals.bench.endurance questions|sync --articles FILE.jsonl [--count N]`.

`questions` asks an archive of varied articles N questions in one process, and tells its memory and its open files as it
goes on: a table whose columns should stay as they are. `sync` reads N new articles into an archive while 16 threads ask
it, and tells how long they waited before it and meanwhile, and whether anything failed or was lost.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import tempfile
import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np

import qa
from evals.bench.measuring import peak_memory, quantiles, timed
from evals.bench.varying import Drawn, Varied
from evals.sets import rows
from qa.index.index import Index
from qa.models.encoder import Encoder

ASKING = 16
STEPS = 10
FIRST = 200
"""Articles that are there before a sync of more."""
DISTINCT = 500
"""Questions before the first is asked again."""


def asked(varied: Varied) -> list[str]:
    """Questions about the articles, follow-ups aside."""
    return [f"Who said: {row['title']}?" for row in islice(varied.articles(), DISTINCT)]


def resident() -> float:
    """Resident memory of this process now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def questions(varied: Varied, folder: Path, count: int) -> str:
    """A row for each tenth of the questions: memory, open files, threads, and the median wait."""
    root = folder / "corpus"
    varied.write(root, 0, FIRST)
    lines = ["| questions | memory, MB | open files | threads | p50, ms |", "|---|---|---|---|---|"]
    with qa.open(root, index=folder / "index") as archive:
        put = cycle(asked(varied))
        for step in range(STEPS + 1):
            waits = [timed(lambda: archive.ask(next(put))) for _ in range(count // STEPS if step else DISTINCT)]
            gc.collect()
            files = len(os.listdir("/proc/self/fd"))
            done = f"{step * (count // STEPS):,}" if step else f"(first {DISTINCT})"
            cells = (done, f"{resident() / 1e6:.0f}", files, threading.active_count(), f"{1000 * np.median(waits):.0f}")
            lines.append(f"| {' | '.join(map(str, cells))} |")
            print(lines[-1], flush=True)
    return "\n".join(lines)


def sync(varied: Varied, folder: Path, count: int) -> str:
    """Waits before and during the sync, what failed, and what the index holds after it."""
    root = folder / "corpus"
    varied.write(root, 0, FIRST)
    encoder, failed, stopped = Encoder(), list[str](), threading.Event()
    writer = Index(folder / "index", Drawn(encoder, 500))
    writer.sync(root)
    with qa.Archive(root, index=folder / "index") as archive:
        archive.load()
        put = asked(varied)

        def ask(number: int, waits: list[float]) -> None:
            for question in cycle(put[number::ASKING]):
                if stopped.is_set():
                    return
                try:
                    waits.append(timed(lambda q=question: archive.ask(q)))  # type: ignore[misc]
                except qa.DatelineError as error:
                    failed.append(str(error))

        def asking() -> tuple[list[threading.Thread], list[float]]:
            waits: list[float] = []
            stopped.clear()
            threads = [threading.Thread(target=ask, args=(number, waits)) for number in range(ASKING)]
            for thread in threads:
                thread.start()
            return threads, waits

        def ended(threads: Sequence[threading.Thread]) -> None:
            stopped.set()
            for thread in threads:
                thread.join()

        threads, before = asking()
        time.sleep(30)
        ended(threads)
        varied.write(root, FIRST, count)
        threads, during = asking()
        seconds = timed(lambda: writer.sync(root))
        ended(threads)
        held, wrong = archive.statistics().articles, writer.check()
    writer.close()
    (usual, _), (median, slow) = quantiles(before), quantiles(during)
    return (
        f"{count:,} articles in {seconds:.0f} s while {ASKING} asked {len(during):,} times: p50 "
        f"{usual:.2f} -> {median:.2f} s ({median / usual:.1f} times), p99 {slow:.2f} s; "
        f"{len(failed)} failed; {held:,} of {FIRST + count:,} articles are there; engines: {wrong or 'agree'}; "
        f"peak memory {peak_memory() / 1e9:.2f} GB"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("questions", "sync"))
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--count", type=int, default=10_000)
    options = parser.parse_args(arguments)
    varied = Varied(list(rows(options.articles)))
    with tempfile.TemporaryDirectory() as folder:
        print({"questions": questions, "sync": sync}[options.what](varied, Path(folder), options.count))


if __name__ == "__main__":
    main()
