"""How speed, memory and disk grow with the archive: `qa bench --articles FILE.jsonl --work DIR`, beside a rival.

FILE has the rows of real articles (id, title, text, publisher) that archives of each size of --passages are made of,
as evals.bench.varying says; DIR keeps the archives and the figures, so that a run that was ended goes on. Each part
runs in a process of its own. With --rival the same articles are also indexed and searched as LlamaIndex's tutorial
does, with Chroma and sentence-transformers' 32-bit encoder, up to --rival-passages; it needs the training environment
(training/README.md). Prints Markdown tables, and draws the curve into DIR/growth.svg.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from evals.bench.measuring import app, disk, peak_memory, quantiles, timed
from evals.bench.varying import Drawn, Varied
from evals.sets import rows
from qa.types import Filters, Progress

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PASSAGES_AN_ARTICLE = 5.3
"""Of varied articles, measured on a thousand made of RealTime QA's pages."""
ENCODED = 3_000
"""Passages that are really encoded; the vectors of the others are drawn."""
SEARCHES, ASKED, STARTS = 300, 60, 5
FILTERS = {
    "search": Filters(),
    "search, a year": Filters(after=date(2017, 1, 1), before=date(2017, 12, 31)),
    "search, a month": Filters(after=date(2017, 3, 1), before=date(2017, 3, 31)),
    "search, a day": Filters(after=date(2017, 3, 9), before=date(2017, 3, 9)),
}
Figures = dict[str, Any]


def build(options: argparse.Namespace, place: Path) -> Figures:
    """Seconds of each step of a first sync, peak memory and disk; the encoder's speed by what it really encoded."""
    from qa.index.index import Index
    from qa.models.encoder import Encoder

    corpus, folder = place / "corpus", place / "index"
    varied(options).write(corpus, 0, round(options.size / PASSAGES_AN_ARTICLE))
    shutil.rmtree(folder, ignore_errors=True)
    encoder = Timed(Encoder())
    steps, watch = Steps(), time.perf_counter()
    index = Index(folder, Drawn(encoder, ENCODED))
    index.sync(corpus, steps.tell)
    seconds = time.perf_counter() - watch
    held = index.statistics()
    index.close()
    return {
        "passages": held.passages,
        "articles": held.articles,
        "build seconds": seconds,
        "steps": steps.seconds,
        "encoded": encoder.texts,
        "encoding seconds": encoder.seconds,
        "build memory": peak_memory(),
        "disk": disk(folder),
    }


class Timed:
    """An encoder, and how long it took for how many texts."""

    def __init__(self, encoder: Any) -> None:  # noqa: ANN401 - whatever encodes
        self._encoder, self.texts, self.seconds = encoder, 0, 0.0
        self.name: str = encoder.name

    def encode(self, texts: Sequence[str]) -> Any:  # noqa: ANN401
        """As the encoder does."""
        started = time.perf_counter()
        found = self._encoder.encode(texts)
        self.seconds += time.perf_counter() - started
        self.texts += len(texts)
        return found


class Steps:
    """The seconds between a sync's reports, by the step they tell of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._encoded = time.perf_counter(), False

    def tell(self, progress: Progress) -> None:
        """Take a report."""
        now = time.perf_counter()
        self._encoded |= progress.stage == "encoding"
        step = progress.stage if progress.stage != "indexing" else "graph" if self._encoded else "words"
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now


def ask(options: argparse.Namespace, place: Path) -> Figures:
    """Seconds to open an archive that is unchanged, to search it and to ask it, and the memory that takes."""
    import qa

    started = time.perf_counter()
    archive = qa.open(place / "corpus", index=place / "index")
    found: Figures = {"open": time.perf_counter() - started}
    titles = [row["title"] for row in islice(varied(options).articles(), 100, 100 + SEARCHES)]
    started = time.perf_counter()
    archive.search(titles[0])
    found["first search"] = time.perf_counter() - started
    for name, filters in FILTERS.items():
        found[name] = quantiles([timed(partial(archive.search, title, filters=filters)) for title in titles])
    archive.load()
    found["ask"] = quantiles([timed(partial(archive.ask, f"Who said: {title}?")) for title in titles[:ASKED]])
    archive.close()
    return found | {"ask memory": peak_memory()}


def add(options: argparse.Namespace, place: Path) -> Figures:
    """Seconds from one more file until its article is found by words, and until the sync is done."""
    import qa

    archive = qa.open(place / "corpus", index=place / "index")
    archive.search("warm")
    extra = place / "corpus" / "extra.jsonl"
    found: Figures = {}
    row = {"id": "extra", "title": "Vexillology", "text": "The zyzzogeton was seen in the harbour on Monday."}
    extra.write_text(json.dumps(row | {"published": "2017-03-09"}) + "\n", encoding="utf-8")
    try:
        started = time.perf_counter()
        thread = threading.Thread(target=archive.sync)
        thread.start()
        while thread.is_alive() and "found by words" not in found:
            if any(hit.article.id.startswith("extra") for hit in archive.search("zyzzogeton", 1)):
                found["found by words"] = time.perf_counter() - started
            time.sleep(0.01)
        thread.join()
        found["sync of one"] = time.perf_counter() - started
        found.setdefault("found by words", found["sync of one"])
        started = time.perf_counter()
        archive.search("Was an insect seen in a port?")
        found["search after it"] = time.perf_counter() - started
    finally:
        extra.unlink()
        archive.sync()
        archive.close()
    return found


def start(options: argparse.Namespace, place: Path) -> Figures:
    """Seconds from the start of a process to its answer, and to the page that the app serves."""
    paths = ["--corpus", str(place / "corpus"), "--index", str(place / "index")]
    command = [sys.executable, "-c", "from qa.cli import main; main()", "ask", "Who said that?", *paths]
    run = partial(subprocess.run, command, check=True, capture_output=True)
    run()
    return {"qa ask": median(timed(run) for _ in range(STARTS)), "page": page(place)}


def page(place: Path) -> float:
    """Seconds from the start of the app to its page."""
    import httpx

    started = time.perf_counter()
    with app(place / "corpus", place / "index") as address:
        httpx.get(address, timeout=60).raise_for_status()
        return time.perf_counter() - started  # its end is not its start


def rival(options: argparse.Namespace, place: Path) -> Figures:
    """The same of LlamaIndex with Chroma and sentence-transformers, as far as it has it."""
    from evals.bench.rival import Tutorial

    articles = [row for path in sorted((place / "corpus").glob("*.jsonl")) for row in rows(path)]
    started = time.perf_counter()
    tool = Tutorial(place / "rival", articles)
    found: Figures = {"rival build seconds": time.perf_counter() - started, "rival passages": tool.count()}
    titles = [row["title"] for row in articles[100 : 100 + SEARCHES]]
    tool.search(titles[0])
    found["rival search"] = quantiles([timed(partial(tool.search, title)) for title in titles])
    return found | {"rival memory": peak_memory(), "rival disk": disk(place / "rival")}


PARTS = {"build": build, "ask": ask, "add": add, "start": start, "rival": rival}


def varied(options: argparse.Namespace) -> Varied:
    """Of the articles that were given."""
    return Varied(list(rows(options.articles)))


def measured(options: argparse.Namespace) -> Iterator[Figures]:
    """The figures of each size, those kept from before among them."""
    for size in options.passages:
        place = options.work / str(size)
        place.mkdir(parents=True, exist_ok=True)
        kept = place / "figures.json"
        figures: Figures = json.loads(kept.read_text()) if kept.exists() else {}
        parts = ["build", "ask", "add", "start"]
        if options.rival and size <= options.rival_passages:
            parts.append("rival")
        for part in parts:
            if part not in figures:
                command = [sys.executable, "-m", "evals.bench.growth", "--articles", str(options.articles)]
                more = ["--work", str(options.work), "--part", part, "--size", str(size)]
                done = subprocess.run([*command, *more], check=True, stdout=subprocess.PIPE)
                figures[part] = json.loads(done.stdout.splitlines()[-1])
                kept.write_text(json.dumps(figures, indent=1))
        yield {key: value for part in figures.values() for key, value in part.items()}


def tables(found: Sequence[Figures]) -> str:
    """Markdown: a line for each figure, a column for each size; then the ratios to the rival."""

    def line(name: str, value: Callable[[Figures], str], of: Sequence[Figures] = found) -> str:
        return f"| {name} | {' | '.join(value(figures) for figures in of)} |"

    lines = [
        line("passages", lambda f: f"{f['passages']:,}"),
        "|---" * (len(found) + 1) + "|",
        line("a first sync, encoding aside: passages/s", lambda f: f"{f['passages'] / without_encoding(f):,.0f}"),
        line("encoding: passages/s", lambda f: f"{f['encoded'] / f['encoding seconds']:,.0f}"),
        line("its peak memory, GB", lambda f: f"{f['build memory'] / 1e9:.2f}"),
        line("disk, GB", lambda f: f"{f['disk'] / 1e9:.3f}"),
        line("opening it unchanged, s", lambda f: f"{f['open']:.2f}"),
        line("first search, s", lambda f: f"{f['first search']:.2f}"),
        *(line(f"{name}: p50 / p99, ms", partial(_pair, name)) for name in (*FILTERS, "ask")),
        line("memory of asking, GB", lambda f: f"{f['ask memory'] / 1e9:.2f}"),
        line("one more article: found by words, s", lambda f: f"{f['found by words']:.2f}"),
        line("one more article: synced, s", lambda f: f"{f['sync of one']:.2f}"),
        line("`qa ask`, start to answer, s", lambda f: f"{f['qa ask']:.2f}"),
        line("`python app.py` to its page, s", lambda f: f"{f['page']:.2f}"),
    ]
    beside = [figures for figures in found if "rival passages" in figures]
    if beside:
        lines += [
            "",
            line("LlamaIndex, Chroma, sentence-transformers", lambda f: f"{f['passages']:,}", beside),
            "|---" * (len(beside) + 1) + "|",
            line("its pieces of text", lambda f: f"{f['rival passages']:,}", beside),
            line("building: its / ours", lambda f: f"{f['rival build seconds'] / f['build seconds']:.1f}", beside),
            line("search p50, ms", lambda f: milliseconds(f["rival search"]), beside),
            line("search p50: its / ours", lambda f: f"{f['rival search'][0] / f['search'][0]:.1f}", beside),
            line("disk: its / ours", lambda f: f"{f['rival disk'] / f['disk']:.1f}", beside),
        ]
    return "\n".join(lines)


def without_encoding(figures: Figures) -> float:
    """Seconds of all steps of a sync but encoding."""
    steps: dict[str, float] = figures["steps"]
    return sum(seconds for step, seconds in steps.items() if step != "encoding")


def _pair(name: str, figures: Figures) -> str:
    return milliseconds(figures[name])


def milliseconds(pair: Sequence[float]) -> str:
    """Two quantiles as they stand in a table."""
    return " / ".join(f"{1000 * seconds:.0f}" for seconds in pair)


def draw(found: Sequence[Figures], path: Path) -> None:
    """Plot search, asking and opening over the number of passages, both axes in powers of ten."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4), layout="constrained")
    axes = figure.subplots()
    sizes = [figures["passages"] for figures in found]
    for name in (*FILTERS, "ask"):
        axes.plot(sizes, [1000 * f[name][0] for f in found], marker="o", label=f"{name}, p50")
    axes.plot(sizes, [1000 * f["search"][1] for f in found], marker="o", linestyle="--", label="search, p99")
    axes.plot(sizes, [1000 * f["open"] for f in found], marker="s", label="opening")
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="milliseconds")
    axes.legend(fontsize=8)
    figure.savefig(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="qa bench", description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--passages", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rival", action="store_true")
    parser.add_argument("--rival-passages", type=int, default=10_000)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        print(json.dumps(PARTS[options.part](options, options.work / str(options.size))))
        return
    found = list(measured(options))
    print(tables(found))
    draw(found, options.work / "growth.svg")


if __name__ == "__main__":
    main()
