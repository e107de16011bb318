"""The program that parses foreign files, in a process of its own that `qa.ingest.parsing` starts.

What a file may use is bounded from within where the system can do that: memory on Linux, and there and on macOS seconds
of computing, for the case that nobody is left to end the process. The bounds that hold on every system are kept by who
started it.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from qa.ingest.fields import Fields, checked
from qa.ingest.files import ROWS
from qa.ingest.pipe import (
    ARTICLE,
    DATA,
    DONE,
    NO_MEMORY,
    PIECE,
    PIECE_BYTES,
    REFUSED,
    SPENT,
    fields_packed,
    packed,
    receive,
    send,
)

MEMORY_BYTES = 256_000_000
"""That a file may take beside what its parser takes."""
LEFT_SECONDS = 30
"""Of computing for a document or row, where nobody ends the process before."""
LEAKED_BYTES = 100_000_000
"""More than this held after a document: the next one gets a new process."""
Found = tuple[int, str, str, Fields] | tuple[int, str]
"""Line number, key, text and fields; or line number and reason. The line of a document is 0, its key empty."""


class _Pieces(io.RawIOBase):
    """A file of which the other side hands over a piece at a time."""

    def __init__(self, inward: BinaryIO, outward: BinaryIO) -> None:
        self._inward, self._outward = inward, outward
        self._rest, self._received, self._more = memoryview(b""), 0, True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._received

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._rest and self._more:
            send(self._outward, PIECE)
            letter, piece = receive(self._inward, PIECE_BYTES)
            self._rest = memoryview(piece if letter == DATA else b"")
            self._received += len(self._rest)
            self._more = len(self._rest) == PIECE_BYTES
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def serve() -> None:
    """Parse what comes, until nothing more does."""
    # What a library prints must not come between the frames.
    inward, outward = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    while True:
        try:
            _, ending = receive(inward, PIECE_BYTES)
        except EOFError:
            return
        file = io.BufferedReader(_Pieces(inward, outward))
        send(outward, DONE, _parsed(ending.decode(), file, outward))


def _parsed(ending: str, file: BinaryIO, outward: BinaryIO) -> bytes:
    """Give what is in the file. NO_MEMORY or SPENT where the process is of no more use, else empty."""
    _bound_memory(None)
    reader = _reader(ending)
    before = _memory()
    _bound_memory(before + MEMORY_BYTES)
    _bound_seconds()
    try:
        for found in reader(file):
            _give(found, outward)
            _bound_seconds()
    except MemoryError:
        return NO_MEMORY
    return SPENT if _memory() > before + LEAKED_BYTES else b""


def _reader(ending: str) -> Callable[[BinaryIO], Iterator[Found]]:
    """What reads files of that ending, with all that it needs imported: that is no memory of the file's."""
    if ending in ROWS:
        from qa.ingest.formats.jsonl import read_rows

        return partial(read_rows, gzipped=ending.endswith(".gz"))
    if ending == ".pdf":
        import pypdf  # noqa: F401

        from qa.ingest.formats.pdf import read_pdf as read
    elif ending == ".docx":
        import docx  # noqa: F401

        from qa.ingest.formats.docx import read_docx as read
    else:
        import htmldate  # noqa: F401
        import trafilatura  # noqa: F401

        from qa.ingest.formats.html import read_html as read
    return partial(_document, read)


def _document(read: Callable[[bytes], tuple[str, Fields]], file: BinaryIO) -> Iterator[Found]:
    try:
        yield (0, "", *read(file.read()))
    except ValueError as error:
        yield 0, str(error)
    except MemoryError:
        raise
    except Exception as error:  # a parser of foreign files may raise anything
        yield 0, f"It cannot be read ({type(error).__name__}): it is damaged, or of another kind."


def _give(found: Found, outward: BinaryIO) -> None:
    if len(found) == 4:
        line, key, text, fields = found
        try:
            text, fields = checked(text, fields)
            send(outward, ARTICLE, packed({"line": line, "key": key, "text": text, "fields": fields_packed(fields)}))
            return
        except ValueError as error:
            found = line, str(error)
    send(outward, REFUSED, packed({"line": found[0], "reason": found[1]}))


def _memory() -> int:
    """Bytes of memory that this process alone can write to, where the system counts them; else 0."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * os.sysconf("SC_PAGE_SIZE")


def _bound_memory(most: int | None) -> None:
    """Let this process have so many bytes of such memory, or as many as there are."""
    if sys.platform == "linux":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard if most is None else most, hard))


def _bound_seconds() -> None:
    """Let the system end this process after so many seconds more of computing, even within a library's own code."""
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + LEFT_SECONDS, hard))
