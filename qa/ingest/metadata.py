"""What is known of the articles beside them: metadata.csv, and aliases.csv with names that mean the same."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from qa.ingest.decode import decode
from qa.ingest.fields import Fields, fields_of
from qa.ingest.files import ALIASES, METADATA, opened, whole
from qa.language.names import listed
from qa.types import Refused

LIST_BYTES = 50_000_000
"""Of one of the two; a row of metadata has about 100: half a million articles."""
REFUSED_ROWS = 1_000
"""That are listed one by one."""
NAME_CHARACTERS = 100
"""Of a name that is no file's, as it is told."""


def read_metadata(root: Path) -> tuple[dict[str, Fields], list[Refused]]:
    """Fields by the id of the file they are of, and the rows that could not be read.

    Args:
        root: The corpus folder; no metadata.csv in it means no fields.
    """
    if not os.path.lexists(root / METADATA):
        return {}, []
    found: dict[str, Fields] = {}
    refused: list[Refused] = []
    more = 0
    try:
        rows = csv.DictReader(io.StringIO(_text(root, METADATA)), strict=True)
        if "file" not in (rows.fieldnames or []):
            return {}, [Refused(METADATA, "It has no column named file.", 1)]
        for row in rows:
            try:
                found[_file(root, (row["file"] or "").strip())] = fields_of(row)
            except ValueError as error:
                more += len(refused) >= REFUSED_ROWS
                if len(refused) < REFUSED_ROWS:
                    refused.append(Refused(METADATA, str(error), rows.line_num))
    except csv.Error as error:
        reason = f"From here on it cannot be read as a table of comma-separated values ({error})."
        refused.append(Refused(METADATA, reason, rows.line_num))
    except (OSError, ValueError) as error:
        refused.append(_unread(METADATA, error))
    if more:
        refused.append(Refused(METADATA, f"And {more:,} more rows cannot be read."))
    return found, refused


def read_aliases(root: Path) -> tuple[list[list[str]], list[Refused]]:
    """The rows of aliases.csv, each of names that mean the same, and why it could not be read.

    Args:
        root: The corpus folder; no aliases.csv in it means no rows.
    """
    if not os.path.lexists(root / ALIASES):
        return [], []
    try:
        return listed(_text(root, ALIASES)), []
    except (OSError, ValueError) as error:
        return [], [_unread(ALIASES, error)]


def _text(root: Path, name: str) -> str:
    return decode(whole(opened(root / name, root.resolve()), LIST_BYTES))


def _unread(name: str, error: OSError | ValueError) -> Refused:
    return Refused(name, f"It cannot be opened ({error.strerror})." if isinstance(error, OSError) else str(error))


def _file(root: Path, name: str) -> str:
    """The id of the corpus's file at the path `name`, however that is written; nothing outside of it is looked at.

    Raises:
        ValueError: There is none; the message is one sentence.
    """
    folder, path = Path(os.path.normpath(root)), Path(os.path.normpath(root / name))
    if not (path.is_relative_to(folder) and os.path.isfile(path)):
        raise ValueError(f"There is no file {name[:NAME_CHARACTERS]!r}.")
    return path.relative_to(folder).as_posix()
