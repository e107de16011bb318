"""The files of a set: JSON, JSON lines and tables, gzipped or not."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.importing.made import Made
from evals.importing.rows import Row
from qa.errors import EvaluationError

_GZIP = b"\x1f\x8b"


def text_of(path: Path) -> str:
    """The file's text, unpacked where it is gzipped, whatever it is called.

    Raises:
        EvaluationError: It cannot be read.
    """
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if content.startswith(_GZIP) else content).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EvaluationError(f"The file {str(path)!r} is no UTF-8 text.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise EvaluationError(f"The file {str(path)!r} cannot be read ({error}).") from None


def json_of(path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    """The one JSON value that a file holds.

    Raises:
        EvaluationError: It cannot be read, or is no JSON; the message names the line.
    """
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{path}, line {error.lineno}: it is no JSON ({error.msg}).") from None
    except RecursionError:
        raise EvaluationError(f"{path}: it is nested too deep to be read.") from None


def records_of(path: Path, made: Made) -> Iterator[tuple[str, Row]]:
    """The objects of a JSON list or of JSON lines, each with its place; others are refused."""
    text = text_of(path)
    if text.lstrip().startswith("["):
        for number, row in enumerate(json_of(path), start=1):
            yield from _object(f"{path}, record {number}", row, made)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{path}, line {number}"
            with made.record(place):
                try:
                    row = json.loads(line)
                except (json.JSONDecodeError, RecursionError) as error:
                    raise ValueError(f"it is no JSON ({getattr(error, 'msg', 'nested too deep')})") from None
                yield from _object(place, row, made)


def _object(place: str, row: object, made: Made) -> Iterator[tuple[str, Row]]:
    if isinstance(row, dict):
        yield place, row
    else:
        made.refused.append(f"{place}: it is no JSON object.")


def table_of(
    path: Path, made: Made, needed: Iterable[str], delimiter: str = ","
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table by the names in its first line, each with its place.

    Raises:
        EvaluationError: Its first line lacks one of the columns `needed`.
    """
    reader = csv.DictReader(io.StringIO(text_of(path), newline=""), delimiter=delimiter, strict=True)
    try:
        for name in needed:
            if name not in (reader.fieldnames or ()):
                raise EvaluationError(f"{path}, line 1: there is no column named {name}.")
        for row in reader:
            place = f"{path}, line {reader.line_num}"
            if None in row or None in row.values():
                made.refused.append(f"{place}: it has more or fewer columns than the first line.")
            else:
                yield place, row
    except csv.Error as error:
        made.refused.append(f"{path}, line {reader.line_num}: it is no table from here on ({error}).")


def files_in(sources: Iterable[Path], *patterns: str) -> list[Path]:
    """The files among `sources`, and those in its folders that fit a pattern, in order.

    Raises:
        EvaluationError: One is not there, or a folder has none.
    """
    found: list[Path] = []
    for source in sources:
        if not source.exists():
            raise EvaluationError(f"There is no file or folder {str(source)!r}.")
        inside = (
            sorted({file for pattern in patterns for file in source.rglob(pattern)}) if source.is_dir() else [source]
        )
        if not inside:
            raise EvaluationError(f"The folder {str(source)!r} holds no file of this set ({', '.join(patterns)}).")
        found += inside
    return list(dict.fromkeys(found))
