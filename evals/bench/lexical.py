"""Lexical engines side by side: SQLite FTS5, tantivy, bm25s.

`uv run --group bench python -m evals.bench.lexical --articles realtimeqa_docs_shared.jsonl.gz --passages 1000000`
prints a Markdown table. Passages are made of real ones: each is three stretches of 33 content words from different
articles, and one word in twelve gets a number appended, so that words and passages are distinct as in a larger archive.
Each engine runs in a process of its own and gets the same folded, stemmed terms; questions are headlines of articles.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from evals.bench.measuring import disk, peak_memory
from evals.sets import rows

ENGINES = ("tantivy", "fts5", "bm25s")
QUESTIONS = 200
TOP = 50
UPDATED = 100
SEED = 1
Search = Callable[[list[str]], int]


def words_of(path: Path, limit: int) -> tuple[list[list[str]], list[list[str]]]:
    """The terms of each article's text, and of each headline."""
    from qa.language.words import terms

    texts, headlines = [], []
    for row in islice(rows(path), limit):
        found = terms(row["text"])
        if len(found) > 200:
            texts.append(found)
            headlines.append(sorted(set(terms(row["title"])))[:8])
    return texts, [headline for headline in headlines if len(headline) > 2][:QUESTIONS]


def passages(texts: list[list[str]], count: int) -> Iterator[str]:
    """Passages of a hundred terms, about 180 words of prose each."""
    random_ = random.Random(SEED)  # noqa: S311 - repeatable text
    for _ in range(count):
        found: list[str] = []
        for text in random_.choices(texts, k=3):
            start = random_.randrange(len(text) - 34)
            found += text[start : start + 33]
        for place in range(0, len(found), 12):
            found[place] += str(random_.randrange(50))
        yield " ".join(found)


def tantivy(folder: Path, rows: Iterator[str], more: list[str]) -> tuple[float, Search, Callable[[], None]]:
    """Seconds to build, a search, and an update."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    index = engine.Index(builder.build(), path=str(folder))

    def add(texts: Iterator[str] | list[str], replace: bool) -> None:
        writer = index.writer(100_000_000, num_threads=1)
        for number, text in enumerate(texts):
            if replace:
                writer.delete_documents_by_term("id", str(number))
            document = engine.Document()
            document.add_text("id", str(number))
            document.add_text("terms", text)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    started = time.perf_counter()
    add(rows, False)
    built = time.perf_counter() - started
    index.reload()
    searcher = index.searcher()

    def search(asked: list[str]) -> int:
        terms = [(engine.Occur.Should, engine.Query.term_query(index.schema, "terms", term)) for term in asked]
        hits = searcher.search(engine.Query.boolean_query(terms), TOP, count=False).hits
        return len([searcher.doc(place)["id"] for _, place in hits])

    return built, search, lambda: add(more, True)


def fts5(folder: Path, rows: Iterator[str], more: list[str]) -> tuple[float, Search, Callable[[], None]]:
    """As `tantivy`."""
    database = sqlite3.connect(folder / "fts.sqlite")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE VIRTUAL TABLE passages USING fts5 (terms, tokenize='ascii')")
    started = time.perf_counter()
    with database:
        database.executemany("INSERT INTO passages (rowid, terms) VALUES (?, ?)", enumerate(rows))
    built = time.perf_counter() - started
    sql = f"SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY bm25(passages) LIMIT {TOP}"  # noqa: S608

    def search(asked: list[str]) -> int:
        return len(database.execute(sql, (" OR ".join(f'"{term}"' for term in asked),)).fetchall())

    def update() -> None:
        with database:
            database.executemany("DELETE FROM passages WHERE rowid = ?", [(n,) for n in range(len(more))])
            database.executemany("INSERT INTO passages (rowid, terms) VALUES (?, ?)", enumerate(more))

    return built, search, update


def bm25s(folder: Path, rows: Iterator[str], more: list[str]) -> tuple[float, Search, Callable[[], None]]:
    """As `tantivy`; it has no update but building anew."""
    import bm25s as engine

    started = time.perf_counter()
    index = engine.BM25(k1=1.2, b=0.75)
    index.index([row.split() for row in rows], show_progress=False)
    built = time.perf_counter() - started
    index.save(str(folder))

    def search(asked: list[str]) -> int:
        return len(index.retrieve([asked], k=TOP, show_progress=False, n_threads=0)[0][0])

    return built, search, lambda: None


def measure(name: str, articles: Path, count: int) -> str:
    """One row of the table."""
    texts, questions = words_of(articles, 4000)
    more = list(passages(texts, UPDATED))
    with tempfile.TemporaryDirectory() as folder:
        built, search, update = {"tantivy": tantivy, "fts5": fts5, "bm25s": bm25s}[name](
            Path(folder), passages(texts, count), more
        )
        times = []
        for asked in questions:
            started = time.perf_counter()
            search(asked)
            times.append(1000 * (time.perf_counter() - started))
        started = time.perf_counter()
        update()
        updated = time.perf_counter() - started
        taken = disk(Path(folder))
    times.sort()
    memory = peak_memory() / 1e9
    again = f"{updated:.2f}" if name != "bm25s" else f"{built:.0f} (built anew)"
    return (
        f"| {name} | {count:,} | {built:.0f} | {times[len(times) // 2]:.1f} | {times[int(len(times) * 0.99)]:.1f} "
        f"| {memory:.1f} | {taken / 1e9:.2f} | {again} |"
    )


def main() -> None:
    """Print the table, each row from a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=ENGINES)
    options = parser.parse_args()
    if options.engine:
        print(measure(options.engine, options.articles, options.passages))
        return
    print("| engine | passages | build, s | question p50, ms | p99, ms | peak memory, GB | disk, GB | 100 changed, s |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for engine in ENGINES:
        command = [sys.executable, "-m", "evals.bench.lexical", "--engine", engine, "--articles", str(options.articles)]
        subprocess.run([*command, "--passages", str(options.passages)], check=True)


if __name__ == "__main__":
    main()
