"""What these tests share: an index that does everything in small steps, and work done in forked children.

A child is forked from a process that has imported everything and opened nothing: what takes seconds is done once, and a
child can be killed, or die of a fault in a library, like any process of its own.
"""

import json
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import chromadb  # noqa: F401 - imported before the fork
import llama_index.vector_stores.chroma  # noqa: F401
import tantivy  # noqa: F401

from qa.errors import DatelineError
from qa.index import index as index_module
from qa.index import reading, sync, vectors
from qa.index.copies import group_copies
from qa.index.index import Index
from qa.index.names import named
from qa.index.store import Store
from qa.index.work import ThisProcess
from qa.types import Filters
from tests.conftest import WordCounts

Tell = Callable[[Any], None]
PATIENCE = 60
"""Seconds after which a child counts as hanging."""


def in_small_steps() -> None:
    """Chroma is asked in small archives too, and rewrites its graph every few vectors; what loads late is loaded."""
    index_module.EXACT_LIMIT = 0
    reading.STEPS_AT_ONCE, sync.ENCODED_AT_ONCE, sync.VECTORS_AT_ONCE, sync.LEXICAL_AT_ONCE = 4, 6, 10, 8
    vectors.SETTINGS["hnsw"].update({"sync_threshold": 10, "batch_size": 5})
    vectors.QUEUED = vectors.WRITTEN_AT_ONCE = 10
    with TemporaryDirectory() as folder:
        write(Path(folder), "warm", 0)
        store = Store(Path(folder, "store.sqlite"))
        reading.read_corpus(store, Path(folder), Path(folder, "index"), ThisProcess(WordCounts()), lambda _: None)
        group_copies(store, lambda _: None)
        WordCounts().encode([text_of("warm", 0)])
        named("Who read the report at the Harbour?", store)
        store.close()


def opened(folder: Path) -> Any:  # noqa: ANN401 - closing() of an Index
    return closing(Index(folder, WordCounts()))


def text_of(name: str, state: int) -> str:
    """An article's text, with a word for it alone and one for its state alone."""
    return f"Report {name} of {name}state{state} came in. It was read at the harbour."


def write(corpus: Path, name: str, state: int) -> None:
    (corpus / f"{name}.txt").write_text(text_of(name, state), encoding="utf-8")


def faults(folder: Path, expected: dict[str, int], unsure: set[str]) -> list[str]:
    """What is wrong for a reader with the articles that should be there as expected; of those unsure, anything goes."""
    wrong = []
    with opened(folder) as index:
        held = [article.id for article in index.articles()]
        wrong += [f"{name} is there twice" for name in held if held.count(name) > 1]
        wrong += [f"{name} should be gone" for name in held if name[:-4] not in expected.keys() | unsure]
        for name, state in expected.items():
            if name in unsure:
                continue
            article = index.article(f"{name}.txt")
            if article is None or article.text != text_of(name, state):
                wrong.append(f"{name} is {article and article.text!r}")
                continue
            word = f"{name}state{state}"
            vector = WordCounts().encode([article.text])[0]
            for kind, ranking in (
                ("words", index.lexical(word, 3, Filters())),
                ("meaning", index.dense(vector, len(held) + len(unsure) + 5, Filters())),
            ):
                found = {article.id for _, article in index.passages([key for key, _ in ranking]).values()}
                if f"{name}.txt" not in found:
                    wrong.append(f"{name} is not found by {kind}")
    return wrong


def synced_faults(folder: Path, corpus: Path, expected: dict[str, int]) -> list[str]:
    """What is wrong after a sync that nothing disturbs."""
    with opened(folder) as index:
        index.sync(corpus)
        wrong: list[str] = index.check()
    return wrong + faults(folder, expected, set())


def told_faults(folder: Path, expected: dict[str, int], unsure: set[str], tell: Tell) -> None:
    tell(faults(folder, expected, unsure))


def told_synced_faults(folder: Path, corpus: Path, expected: dict[str, int], tell: Tell) -> None:
    tell(synced_faults(folder, corpus, expected))


def start(work: Callable[[Tell], None]) -> tuple[int, Iterator[Any]]:
    """A child that does the work, and what it tells, as it tells it; its end is told as one last line.

    That is "done", the one sentence of an error of ours in a list, or what else happened to it.
    """
    read, written = os.pipe()
    child = os.fork()
    if child:
        os.close(written)
        return child, _told(read)
    code = 1
    try:
        os.close(read)
        signal.alarm(PATIENCE)
        with os.fdopen(written, "w", encoding="utf-8") as file:

            def tell(what: Any) -> None:  # noqa: ANN401
                file.write(json.dumps(what) + "\n")
                file.flush()

            try:
                work(tell)
                tell("done")
            except DatelineError as error:
                tell([str(error)])
            except BaseException:
                tell(traceback.format_exc())
        code = 0
    finally:
        os._exit(code)


def _told(pipe: int) -> Iterator[Any]:
    with os.fdopen(pipe, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):  # a child that is killed may leave half a line
                yield json.loads(line)


def outcome(work: Callable[[Tell], None]) -> list[Any]:
    """What a child told, its end among it, and how the process ended where that was not by itself."""
    child, told = start(work)
    lines = list(told)
    status = os.waitpid(child, 0)[1]
    return [*lines, f"died of signal {os.WTERMSIG(status)}"] if os.WIFSIGNALED(status) else lines
