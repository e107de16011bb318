"""Ray itself: on this machine, in a cluster of two nodes, with workers and writers killed. `pytest -m nightly`.

What is written must be what a sync without Ray writes, to the bit.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from evals.bench.by_ray import differences, tree
from qa.index.index import Index
from tests.conftest import ROOT, WordCounts

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc"),
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is an extra"),
]
ARTICLES = 800
LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")
SYNC = """
import sys
from qa.archive import Archive
with Archive(sys.argv[1], sys.argv[2]) as archive:
    report = archive.sync(lambda progress: print(progress, flush=True), ray=sys.argv[3])
print(report.added, report.changed, report.removed, len(report.refused), flush=True)
"""
CLUSTER = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
"""A cluster of several nodes listens on all addresses, so it is locked."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles in files and rows, some of which cannot be read."""
    root = tmp_path_factory.mktemp("corpus")
    told = "It was read aloud at the harbour, where {n} people had come to hear what it said of the flood. " * 8
    rows = [json.dumps({"id": n, "text": f"Report {n} came in. " + told.format(n=n)}) for n in range(ARTICLES // 2)]
    (root / "rows.jsonl").write_text("\n".join([*rows, "no row"]), encoding="utf-8")
    for n in range(ARTICLES // 2):
        (root / f"{n}.txt").write_text(f"Letter {n} came in. " + told.format(n=-n), encoding="utf-8")
    for name in ("empty.txt", "broken.pdf", "none.xyz"):
        (root / name).write_bytes(b"%PDF-1.7 broken" if name == "broken.pdf" else b"")
    return root


@pytest.fixture(scope="module")
def plain(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that a sync without Ray makes."""
    index = tmp_path_factory.mktemp("plain")
    done = subprocess.run([sys.executable, "-c", SYNC, root, index, ""], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == f"{ARTICLES} 0 0 4", done.stderr
    return index / "store.sqlite"


@contextmanager
def syncing(
    root: Path, index: Path, address: str, **more: str
) -> Iterator[tuple[subprocess.Popen[str], Iterator[str]]]:
    """A sync by Ray, and what it prints."""
    command = [sys.executable, "-c", SYNC, str(root), str(index), address]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | more, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout
        try:
            yield process, iter(process.stdout)
        finally:
            process.kill()
        errors.seek(0)
        assert errors.read() == ""  # nothing of Ray's is heard


def until(stage: str, lines: Iterator[str]) -> None:
    """Read what a sync prints until it is in the midst of a stage."""
    assert any(f"stage='{stage}'" in line for line in lines), f"{stage} did not come"


def the_same(index: Path, plain: Path) -> None:
    found = differences(plain, index / "store.sqlite")
    assert [line for line in found if "NOT" in line] == []
    count, total = found[-1].removeprefix("vectors: ").partition(" equal")[0].split(" of ")
    assert count == total and int(count.replace(",", "")) >= ARTICLES
    with closing(Index(index, WordCounts())) as opened:
        assert opened.check() == [] and opened.statistics().articles == ARTICLES


def titled(node: int, title: str) -> list[int]:
    """Those processes of a node whose title has these words; Ray's workers are named after what they do."""
    found = []
    for process in sorted(tree(node)):
        with suppress(OSError):
            if title in Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")[0]:
                found.append(process)
    return found


def waited(look: Callable[[], Any], seconds: float = 120) -> Any:  # noqa: ANN401
    """What is found in so much time, once it is something."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.02)
    assert found
    return found


def sockets(processes: set[int]) -> list[str]:
    """The addresses, as the system writes them, at which the processes listen, and to which they are connected."""
    owned = set()
    for process in processes:
        for handle in Path(f"/proc/{process}/fd").glob("*"):
            try:
                owned.add(os.readlink(handle))
            except OSError:
                continue
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
            local, remote, state, inode = (line.split()[place] for place in (1, 2, 3, 9))
            if f"socket:[{inode}]" in owned:
                found.append((local if state == "0A" else remote).partition(":")[0])
    return found


def test_on_this_machine_it_is_the_same_and_nobody_else_can_speak_to_it(
    root: Path, plain: Path, tmp_path: Path
) -> None:
    with syncing(root, tmp_path, "local") as (process, lines):
        until("encoding", lines)
        found = sockets(tree(process.pid))
        *_, last = lines
    assert last == f"{ARTICLES} 0 0 4\n" and process.returncode == 0
    assert len(found) > 5 and set(found) <= set(LOOPBACK)
    the_same(tmp_path, plain)


def test_a_writer_that_is_killed_is_taken_up_again(root: Path, plain: Path, tmp_path: Path) -> None:
    with syncing(root, tmp_path, "local") as (process, lines):
        until("encoding", lines)
        ours = tree(process.pid)
        process.kill()
    waited(lambda: not any(Path(f"/proc/{one}").exists() for one in ours))
    with syncing(root, tmp_path, "local") as (process, lines):
        *_, last = lines
    assert last == "0 0 0 4\n"
    the_same(tmp_path, plain)


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[int]]]:
    """The address of a cluster of two nodes on this machine, and the process of each."""
    port = 20_000 + os.getpid() % 10_000
    nodes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        try:
            for where in (["--head", f"--port={port}", "--include-dashboard=false"], [f"--address=127.0.0.1:{port}"]):
                command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1", *where]
                more = [f"--temp-dir={folder}"] if "--head" in where else []
                command += ["--object-store-memory=200000000", *more]
                node = subprocess.Popen(
                    command, env=os.environ | CLUSTER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                nodes.append(node)
                waited(lambda node=node: titled(node.pid, "/raylet"))
            yield f"127.0.0.1:{port}", [node.pid for node in nodes]
        finally:
            for one in {one for node in nodes for one in tree(node.pid)}:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            for node in nodes:
                node.wait()


@pytest.mark.parametrize("stage", ["reading", "encoding"])
def test_in_a_cluster_a_worker_that_is_killed_costs_nothing(
    root: Path, plain: Path, tmp_path: Path, cluster: tuple[str, list[int]], stage: str
) -> None:
    address, nodes = cluster
    names = {"reading": "ray::FlatMap(_read)", "encoding": "ray::MapWorker(Map(_Encoding))"}
    with syncing(root, tmp_path, address, **CLUSTER) as (process, lines):
        at_work = [waited(lambda node=node: titled(node, names[stage])) for node in nodes]
        if stage == "encoding":
            until(stage, lines)
        os.kill(at_work[1][0], signal.SIGKILL)
        *_, last = lines
    assert last == f"{ARTICLES} 0 0 4\n" and process.returncode == 0
    assert not Path(f"/proc/{at_work[1][0]}").exists()
    the_same(tmp_path, plain)
