"""Files read and texts encoded by Ray: on this machine, or on the machines of a cluster.

    files ──flat_map: read_file──► articles, passages ──► the writer (this process) ──► the store
    texts of the store ──map: an encoder in each worker──► vectors ──► the writer ──► the store

Both are streams of Ray Data that are written as they come, so that a sync by Ray has the stages of any other and can be
killed where any other can. What a worker that died had not handed over, Ray does again. Ray is imported and started
where there is work; its packages come with `dateline[ray]`. What is handed over is JSON and numbers, but Ray itself
pickles the code, so whoever speaks to a cluster must be trusted.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from itertools import chain, groupby
from typing import Any

import numpy as np

from qa.errors import DatelineError, SettingsError, WorkersFailed
from qa.index.packing import found_packed, found_unpacked, job_packed, job_unpacked
from qa.index.store import chunks
from qa.index.sync import INGEST_VERSION
from qa.index.work import Encoded, Encodes, Found, Job, Texts, read_file
from qa.ingest.files import Source

LOG = logging.getLogger(__name__)
LOCAL = "local"
MISSING = 'Ray needs further packages: pip install "dateline[ray]".'
NO_ADDRESS = 'It is "local", or HOST:PORT of a cluster that this machine is part of.'
FILES_AT_ONCE = 50
"""In one task: what a worker that dies has to do again, and what is handed over together."""
FOUND_AT_ONCE = 100
"""Articles of one file handed over together."""
FILES_IN_ONE, TEXTS_IN_ONE = 20_000, 400
"""Files, and batches of texts, in one stream: some 10 MB and 100 MB that are laid out for the workers. A new stream
costs the seconds that workers take to load the encoder."""
ENCODER_THREADS = 1
"""Processors, and threads, of a worker that encodes: there is one for each processor of the cluster."""
REACHED_SECONDS = 5.0
"""In which a cluster must answer."""
STORE_BYTES = 500_000_000
"""Of memory that processes share, where Ray is started here; it is taken as it is used."""
BLOCK_BYTES = 16_000_000
"""Of a file of many rows are handed over at a time."""
Make = Callable[[int], Encodes]
"""An encoder that uses so many threads; a name in a module, so that it can be told to workers."""


class ByRay:
    """Workers by Ray. Cheap to make; close it."""

    def __init__(self, address: str, make: Make, threads: int = 0) -> None:
        """Work at `address`: "local" for this machine, with so many processors (0: all), or HOST:PORT of a cluster.

        Raises:
            SettingsError: Ray is not installed, or this is no address.
        """
        if address != LOCAL and not re.fullmatch(r"[\w.-]+:\d{1,5}", address):
            raise SettingsError(f"{address!r} is no address of Ray. {NO_ADDRESS}")
        try:
            metadata.version("ray")  # not yet imported, which takes seconds
        except metadata.PackageNotFoundError:
            raise SettingsError(MISSING) from None
        self._address, self._make, self._threads = address, make, threads
        self._ray: Any = None
        self._folder = ""

    def read(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Iterable[Found]]]:
        """Each job in its order with what its file holds.

        A file that a worker cannot open, or finds to be another than the one listed, is read by this process.

        Raises:
            WorkersFailed: Ray cannot be started or reached, or gave up.
        """
        unseen = 0
        for some in chunks(jobs, FILES_IN_ONE):
            rows = [{"place": place, "job": job_packed(job)} for place, job in enumerate(some)]
            stream = self._streamed(rows, len(rows) // FILES_AT_ONCE + 1, _reading)
            for place, group in groupby(stream, key=_place_of):
                job, parts = some[place], map(_unpacked, group)
                first = next(parts)
                unseen += first is None and not job.source.refusal
                yield job, read_file(job) if first is None else _together(first, parts)
        if unseen:
            LOG.warning("%d files are not what they are here where Ray's workers look: they were read here.", unseen)

    def encode(self, batches: Iterable[Texts]) -> Iterator[Encoded]:
        """The vectors of each batch. Raises as `read`."""
        name = self._make(1).name
        for some in chunks(batches, TEXTS_IN_ONE):
            rows = [{"ids": list(ids), "texts": list(texts)} for ids, texts in some]
            for row in self._streamed(rows, len(rows), self._encoding):
                _expect(row["model"] == name)
                ids = [str(one) for one in row["ids"]]
                yield ids, np.frombuffer(row["vectors"], dtype=np.float32).reshape(len(ids), -1)

    def _encoding(self, stream: Any) -> Any:  # noqa: ANN401 - Ray's types are its own business
        processors = int(self._ray.cluster_resources().get("CPU", 1))
        pool = self._ray.data.ActorPoolStrategy(size=max(1, min(processors, stream.num_blocks())))
        return stream.map(_Encoding, fn_constructor_args=(self._make,), compute=pool, num_cpus=ENCODER_THREADS)

    def close(self) -> None:
        """Let go of Ray; one that was started here is ended."""
        if self._ray:
            self._ray.shutdown()
            self._ray = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Errors of Ray as ours."""
        try:
            yield
        except DatelineError:
            raise
        except Exception as error:  # Ray hands on whatever its workers met
            reason = (str(error).strip().splitlines() or [type(error).__name__])[-1].rstrip(".")
            raise WorkersFailed(
                f"Ray at {self._address!r} cannot go on ({reason}): what is done is kept; sync again, or without Ray."
            ) from error

    def _streamed(self, rows: list[dict[str, Any]], tasks: int, work: Callable[[Any], Any]) -> Iterator[Any]:
        """What becomes of the rows, in their order, in so many tasks."""
        with self._failing():
            self._start()
            yield from work(self._ray.data.from_items(rows, override_num_blocks=tasks)).iter_rows()

    def _start(self) -> None:
        """Ray, started or joined: silent, and where it is started here, out of reach from other machines."""
        if self._ray:
            return
        local = self._address == LOCAL
        if not local:
            host, _, port = self._address.rpartition(":")
            socket.create_connection((host, int(port)), timeout=REACHED_SECONDS).close()  # Ray itself tries for ever
        _set_environment(local)
        import ray
        import ray.data

        self._ray = ray
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        where: dict[str, Any] = {"address": self._address}
        if local:
            # A session's files are gone with it; short, since its sockets lie there.
            self._folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if os.path.isdir("/tmp") else None)  # noqa: S108
            where |= {"num_cpus": self._threads or None, "object_store_memory": STORE_BYTES, "_temp_dir": self._folder}
            where |= {"include_dashboard": False}
        with _unheard():
            ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **where)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        context.execution_options.preserve_order = True
        context.target_max_block_size = BLOCK_BYTES


@contextmanager
def _unheard() -> Iterator[None]:
    """Standard error is shut meanwhile, to code that is not Python's too: Ray says there that it was made quiet."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _set_environment(local: bool) -> None:
    """What Ray reads as it is imported."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it sends statistics of its use home otherwise
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "2")  # where something answers that is not Ray
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # it tells of actors that are in no danger
    if local:
        # Ray takes this machine's address in its network for 127.0.0.1 unless it is told that there is no cluster.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        # Others who have an account here cannot speak to it.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def _reading(stream: Any) -> Any:  # noqa: ANN401 - as above
    return stream.flat_map(_read, num_cpus=1)


def _read(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a file holds, in parts, the last empty; None where it is not here as it was listed."""
    job = job_unpacked(row["job"])
    if not _here(job.source):
        yield _packed(row["place"], None)
        return
    for part in chunks(read_file(job), FOUND_AT_ONCE):
        yield _packed(row["place"], part)
    yield _packed(row["place"], [])


def _here(source: Source) -> bool:
    """Whether this machine sees the file that the writer has listed: folders may be shared late, or not at all."""
    try:
        with source.open() as file:
            status = os.fstat(file.fileno())
    except (OSError, ValueError):
        return False
    return (status.st_size, status.st_mtime_ns) == (source.size, source.modified)


class _Encoding:
    """What encodes in a worker: the encoder is loaded once."""

    def __init__(self, make: Make) -> None:
        os.environ["TOKENIZERS_PARALLELISM"] = "false"  # there is a worker for each processor
        self._encoder = make(ENCODER_THREADS)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        vectors = self._encoder.encode([str(text) for text in row["texts"]])
        return {"model": self._encoder.name, "ids": row["ids"], "vectors": vectors.astype(np.float32).tobytes()}


def _packed(place: int, found: list[Found] | None) -> dict[str, Any]:
    return {"place": place, "found": found_packed(found, INGEST_VERSION)}


def _unpacked(row: dict[str, Any]) -> list[Found] | None:
    found, version = found_unpacked(row["found"])
    _expect(version == INGEST_VERSION)
    return found


def _place_of(row: dict[str, Any]) -> int:
    return int(row["place"])


def _together(first: list[Found], rest: Iterator[list[Found] | None]) -> Iterator[Found]:
    """What is in the parts up to the empty one."""
    for part in chain([first], rest):
        if not part:
            return
        yield from part
    raise WorkersFailed("Ray lost a part of a file: sync again.")


def _expect(same: bool) -> None:
    if not same:
        raise WorkersFailed("A worker of Ray has another version of Dateline: install the same on all its machines.")
