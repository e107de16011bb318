"""What the benchmarks measure with: seconds, memory, and the app as its own process."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

STOPPING_SECONDS = 20


def timed(call: Callable[[], object]) -> float:
    """Seconds that it takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def quantiles(seconds: Sequence[float]) -> list[float]:
    """Median and 99th percentile."""
    return [float(value) for value in np.quantile(seconds, (0.5, 0.99))]


def peak_memory() -> float:
    """The most resident memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)


def disk(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def app(corpus: Path, index: Path) -> Iterator[str]:
    """The address of `python app.py` over `corpus`, with data and settings of its own, once it says that it is up."""
    with tempfile.TemporaryDirectory() as folder:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "QA_"))}
        own |= {"QA_DATA": f"{folder}/data", "XDG_CONFIG_HOME": folder}
        command = [sys.executable, "app.py", "--port", "0", "--corpus", str(corpus), "--index", str(index)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as process:
            try:
                told = process.stdout.readline().split() if process.stdout else []
                if len(told) < 4:
                    raise RuntimeError("The app ended before its page was up.")
                yield told[3]
            finally:
                process.terminate()
                process.wait(STOPPING_SECONDS)
