"""What is known of the articles beside them: metadata.csv, and aliases.csv with names that mean the same."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from qa.ingest.decode import decode
from qa.ingest.fields import Fields, fields_of
from qa.ingest.files import ALIASES, METADATA
from qa.language.names import listed
from qa.types import Refused


def read_metadata(root: Path) -> tuple[dict[str, Fields], list[Refused]]:
    """Fields by the id of the file they are of, and the rows that could not be read.

    Args:
        root: The corpus folder; no metadata.csv in it means no fields.
    """
    path = root / METADATA
    if not path.is_file():
        return {}, []
    found: dict[str, Fields] = {}
    refused: list[Refused] = []
    try:
        rows = csv.DictReader(io.StringIO(decode(path.read_bytes())), strict=True)
        if "file" not in (rows.fieldnames or []):
            return {}, [Refused(METADATA, "It has no column named file.", 1)]
        for row in rows:
            try:
                name = (row["file"] or "").strip()
                if not (root / name).is_file():
                    raise ValueError(f"There is no file {name!r}.")
                found[name] = fields_of(row)
            except ValueError as error:
                refused.append(Refused(METADATA, str(error), rows.line_num))
    except (OSError, ValueError, csv.Error) as error:
        refused.append(Refused(METADATA, f"It cannot be read as a table of comma-separated values ({error})."))
    return found, refused


def read_aliases(root: Path) -> tuple[list[list[str]], list[Refused]]:
    """The rows of aliases.csv, each of names that mean the same, and why it could not be read.

    Args:
        root: The corpus folder; no aliases.csv in it means no rows.
    """
    path = root / ALIASES
    if not path.is_file():
        return [], []
    try:
        return listed(decode(path.read_bytes())), []
    except (OSError, ValueError) as error:
        return [], [Refused(ALIASES, f"It cannot be read ({error}).")]
