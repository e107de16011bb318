"""The driver, started once: it takes seconds to import what the tests need."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

Drive = Callable[..., dict[str, Any]]
COMPILER = shutil.which("cc") if sys.platform == "linux" else None
FAULTS = Path(__file__).with_name("faults.c")


@pytest.fixture(scope="session")
def drive() -> Iterator[Drive]:
    """Tells the driver what to do and returns what came of it; files lie in memory where they can."""
    if not hasattr(os, "fork"):
        pytest.skip("children cannot be forked here")
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="dateline-", dir=memory) as folder:
        environment = dict(os.environ)
        if COMPILER:
            library = Path(folder, "faults.so")
            subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", "-o", library, FAULTS, "-ldl"], check=True)
            environment |= {"LD_PRELOAD": str(library), "FAULT_FOLDER": f"{folder}/work"}
        Path(folder, "work").mkdir()
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.safety.driver", f"{folder}/work"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert driver.stdin and driver.stdout

        def told(what: str, **arguments: object) -> dict[str, Any]:
            assert driver.stdin and driver.stdout
            driver.stdin.write(json.dumps({"what": what} | arguments) + "\n")
            driver.stdin.flush()
            line = driver.stdout.readline()
            assert line, "the driver died"
            found: dict[str, Any] = json.loads(line)
            return found

        yield told
        driver.stdin.close()
        driver.wait(timeout=60)
        driver.stdout.close()
