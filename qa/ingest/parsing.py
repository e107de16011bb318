"""Foreign files parsed in a process of their own, within bounds: seconds, memory, and what comes out.

A parser of PDF, Word, HTML or packed JSON can be made to loop, to fill the memory or to crash by a file written for
it. Here that ends a process that holds nothing, and the file is refused. The process is started when the first such
file comes and used for the next ones. It is given the bytes of files, no path and no key, and its answers are read as
JSON: what takes it over has gained little.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from time import monotonic
from typing import BinaryIO

from qa.ingest.fields import Fields
from qa.ingest.pipe import (
    ARTICLE,
    DATA,
    DONE,
    JOB,
    NO_MEMORY,
    PIECE,
    PIECE_BYTES,
    fields_unpacked,
    receive,
    send,
    unpacked,
)

SECONDS = 10.0
"""For a document, or a row of a file of rows; a news page takes some thousandths of one."""
OUTPUT_BYTES = 16_000_000
"""Of one article as JSON; its text has a bound of its own, which is lower."""
LOOKED_SECONDS = 0.2
"""How often it is looked whether the time is up."""
REST_SECONDS = 10.0
"""A process that nothing was given to for so long is ended; starting one takes half a second."""
TOO_SLOW = f"It takes longer than {SECONDS:.0f} seconds to read, so it is no ordinary article."
TOO_LARGE = "It needs too much memory to be read, so it is no ordinary article."
BROKEN = "It breaks the program that reads such files: it is damaged, or made to do harm."
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from qa.ingest.confined import serve; serve()"
_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "TZ", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Of the environment: no key of any service is among them."""

Row = tuple[int, str, str, Fields]
"""Line number (0 of a document), key (empty of a document), text and fields."""
Bad = tuple[int, str]
"""Line number (0 of a document, or of a whole file), and one sentence why it is not read."""


class Parser:
    """The process that parses. For one thread at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._until, self._killed, self._rested = 0.0, False, 0.0
        self._ended = threading.Event()

    def document(self, ending: str, data: bytes) -> tuple[str, Fields]:
        """Text and fields of the document `data`, of the kind that its file's ending tells.

        Raises:
            ValueError: It cannot be read within bounds; the message is one sentence.
        """
        first, *_ = [*self.rows(ending, BytesIO(data)), (0, BROKEN)]
        if len(first) == 2:
            raise ValueError(first[1])
        return first[2:]

    def rows(self, ending: str, file: BinaryIO) -> Iterator[Row | Bad]:
        """What the parser finds in the open file, in order; last a reason where it was stopped before the end."""
        done = False
        try:
            process = self._running()
            assert process.stdin and process.stdout  # noqa: S101 - for the type checker
            self._until = monotonic() + SECONDS
            send(process.stdin, JOB, ending.encode())
            while not done:
                letter, payload = receive(process.stdout, OUTPUT_BYTES)
                if letter == PIECE:
                    send(process.stdin, DATA, file.read(PIECE_BYTES))
                elif letter == DONE:
                    done = True
                else:
                    self._until = 0.0  # what is done with it here is not the parser's time
                    yield _article(payload) if letter == ARTICLE else _refused(payload)
                    self._until = monotonic() + SECONDS
            self._until = 0.0
            if payload:
                self.end()
            if payload == NO_MEMORY:
                yield 0, TOO_LARGE
        except (EOFError, BrokenPipeError, ValueError, RecursionError):
            yield 0, TOO_SLOW if self._killed else BROKEN
        finally:
            if not done:
                self.end()

    def rest(self) -> bool:
        """Whether it has a process that can be used again; if not for REST_SECONDS, that is ended."""
        self._rested = monotonic()
        return self._process is not None

    def end(self) -> None:
        """End the process, whatever it does."""
        if process := self._process:
            self._ended.set()
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # of what was not sent
                    pipe.close()  # type: ignore[union-attr]
            self._process, self._until = None, 0.0

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process and self._process.poll() is not None:
            self.end()
        if self._process is None:
            kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", _START, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=kept,
            )
            self._killed, self._ended = False, threading.Event()
            threading.Thread(target=self._watch, args=(self._process, self._ended), daemon=True).start()
        return self._process

    def _watch(self, process: subprocess.Popen[bytes], ended: threading.Event) -> None:
        while not ended.wait(LOOKED_SECONDS):
            if 0.0 < self._until < monotonic():
                self._killed = True
                process.kill()
                return
            with _lock:
                tired = self in _resting and self._rested + REST_SECONDS < monotonic()
                if tired:
                    _resting.remove(self)
            if tired:
                self.end()


_resting: list[Parser] = []
_lock = threading.Lock()


@contextmanager
def parser() -> Iterator[Parser]:
    """A parser for this thread alone: one that rests, or a new one. It rests when the block ends."""
    with _lock:
        found = _resting.pop() if _resting else Parser()
    try:
        yield found
    finally:
        with _lock:
            if found.rest():
                _resting.append(found)


@atexit.register
def end_all() -> None:
    """End the processes that rest."""
    with _lock:
        found, _resting[:] = list(_resting), []
    for one in found:
        one.end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_resting.clear)  # two processes must not speak to one parser


def _article(payload: bytes) -> Row:
    found = unpacked(payload)
    line, key, text = found.get("line"), found.get("key"), found.get("text")
    if not isinstance(line, int) or not isinstance(key, str) or not isinstance(text, str):
        raise ValueError("It is no article.")
    return line, key, text, fields_unpacked(found.get("fields"))


def _refused(payload: bytes) -> Bad:
    found = unpacked(payload)
    line, reason = found.get("line"), found.get("reason")
    if not isinstance(line, int) or not isinstance(reason, str):
        raise ValueError("It is no refusal.")
    return line, reason
