"""JSON lines, plain or gzipped: a row an article."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from qa.ingest.fields import Fields, fields_of

LINE_CHARACTERS = 20_000_000
"""A longer line is no article; it is refused without being read whole."""


def read_rows(path: Path) -> Iterator[tuple[int, str, str, Fields] | tuple[int, str]]:
    """For each line, (line number, key, text, fields), or (line number, reason) where it cannot be read.

    A row without an id has its line number for a key.
    """
    keys: set[str] = set()
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in _lines(file):
                if line is None:
                    yield number, f"The line is longer than {LINE_CHARACTERS:,} bytes."
                elif line.strip():
                    yield _row(number, line, keys)
    except (OSError, EOFError, zlib.error) as error:
        yield 0, f"The file breaks off or is no gzip file ({type(error).__name__}); the rows before are kept."


def _lines(file: gzip.GzipFile | BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one that is too long, the rest of which is passed over."""
    number = 0
    while line := file.readline(LINE_CHARACTERS):
        number += 1
        whole = line.endswith(b"\n") or len(line) < LINE_CHARACTERS
        yield number, line if whole else None
        while not whole:
            rest = file.readline(LINE_CHARACTERS)
            whole = len(rest) < LINE_CHARACTERS or rest.endswith(b"\n")


def _row(number: int, line: bytes, keys: set[str]) -> tuple[int, str, str, Fields] | tuple[int, str]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise ValueError("It is no JSON object with a string named text.")
        key = str(row["id"]) if row.get("id") not in (None, "") else str(number)
        if key in keys:
            raise ValueError(f"The id {key!r} stands in an earlier row too.")
        row["text"].encode("utf-8")  # lone surrogates cannot be stored
        fields = fields_of(row)
    except json.JSONDecodeError as error:
        return number, f"It is no JSON ({error.msg})."
    except UnicodeError:
        return number, "It is no UTF-8 text."
    except (ValueError, RecursionError) as error:
        return number, str(error)
    keys.add(key)
    return number, key, row["text"], fields
