"""A real Chroma server on this machine, in a folder of its own; it can be killed and started again."""

import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import httpx

PATIENCE = 60
"""Seconds in which it must answer once started: it takes four, more on a busy machine."""


class Chroma:
    """`chroma run` over `folder`, always at the same free port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.folder, self.address = folder, f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sysconfig.get_path("scripts"), "chroma.exe" if sys.platform == "win32" else "chroma")
        self._process = subprocess.Popen(  # noqa: S603 - our own
            [program, "run", "--path", self.folder, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder.parent,
        )
        until = time.monotonic() + PATIENCE
        while not self.answers():
            assert self._process.poll() is None and time.monotonic() < until, "chroma run does not start"
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api/v2/heartbeat", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """SIGKILL, as sudden as a power cut."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    def ask(self, method: str, path: str, **json: object) -> object:
        """What the interface says, below the default database."""
        place = f"{self.address}/api/v2/tenants/default_tenant/databases/default_database/{path}"
        reply = httpx.request(method, place, json=json or None, trust_env=False)
        assert reply.is_success, reply.text
        return reply.json()

    def collection(self, name: str) -> dict[str, object]:
        """What the server says of a collection."""
        found = self.ask("GET", f"collections/{name}")
        assert isinstance(found, dict)
        return found
