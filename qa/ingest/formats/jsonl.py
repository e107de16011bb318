"""JSON lines, plain or gzipped: a row an article."""

from __future__ import annotations

import gzip
import json
import unicodedata
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from qa.ingest.fields import Fields, fields_of

LINE_BYTES = 20_000_000
"""A longer line is no article; it is refused without being read whole."""
KEY_CHARACTERS = 500
"""Of an id, which stands in addresses of the page."""
BAD_ROWS = 1_000
"""One after the other: the file is then no file of rows, and its rest is not looked at."""
UNPACKED_BYTES, UNPACKED_TIMES = 1_000_000, 100
"""Of a gzip file: what is larger, and so many times as large as packed, is no prose, which shrinks to a third."""


def read_rows(file: BinaryIO, gzipped: bool) -> Iterator[tuple[int, str, str, Fields] | tuple[int, str]]:
    """For each line, (line number, key, text, fields), or (line number, reason) where it cannot be read.

    A row without an id has its line number for a key. Whether an earlier row has the same is not looked at: the keys of
    a large file fill the memory that one may take.
    """
    bad = 0
    try:
        for number, line in _lines(file, gzip.GzipFile(fileobj=file) if gzipped else file):
            if line is not None and not line.strip():
                continue
            found = _row(number, line) if line else (number, f"The line is longer than {LINE_BYTES:,} bytes.")
            yield found
            bad = bad + 1 if len(found) == 2 else 0
            if bad == BAD_ROWS:
                yield 0, f"{BAD_ROWS:,} rows in succession cannot be read, so the rest is not looked at."
                return
    except ValueError as error:
        yield 0, str(error)
    except (OSError, EOFError, zlib.error) as error:
        yield 0, f"The file breaks off or is no gzip file ({type(error).__name__}); the rows before are kept."


def _lines(packed: BinaryIO, file: gzip.GzipFile | BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long, the rest of which is passed over.

    Raises:
        ValueError: What is `packed` is too much; the message is one sentence.
    """
    number = total = 0
    while line := file.readline(LINE_BYTES):
        number += 1
        whole = line.endswith(b"\n") or len(line) < LINE_BYTES
        yield number, line if whole else None
        while not whole:
            rest = file.readline(LINE_BYTES)
            total += len(rest)
            whole = len(rest) < LINE_BYTES or rest.endswith(b"\n")
        total += len(line)
        if file is not packed and total > max(UNPACKED_BYTES, UNPACKED_TIMES * packed.tell()):
            raise ValueError(f"It unpacks to more than {UNPACKED_TIMES} times its size; the rows before are kept.")


def _row(number: int, line: bytes) -> tuple[int, str, str, Fields] | tuple[int, str]:
    try:
        row = _parsed(line.decode("utf-8-sig"))
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise ValueError("It is no JSON object with a string named text.")
        key = _key(row["id"]) if row.get("id") not in (None, "") else str(number)
        fields = fields_of(row)
    except UnicodeError:
        return number, "It is no UTF-8 text."
    except RecursionError:
        return number, "It has lists or objects within each other, too many to be read."
    except ValueError as error:
        return number, str(error)
    return number, key, row["text"], fields


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"It is no JSON ({error.msg}).") from None
    except ValueError:
        raise ValueError("It has a number of more digits than are read.") from None


def _key(value: object) -> str:
    """What tells the row from the others of its file.

    Raises:
        ValueError: It could not be shown or found again; the message is one sentence.
    """
    key = str(value)
    if len(key) > KEY_CHARACTERS:
        raise ValueError(f"Its id has {len(key):,} characters; at most {KEY_CHARACTERS} are taken.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in key):
        raise ValueError("Its id holds a character that cannot be shown.")
    return key
