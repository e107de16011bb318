"""The files of a corpus folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qa.errors import CorpusError

METADATA, ALIASES = "metadata.csv", "aliases.csv"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus."""

    id: str
    """Path relative to the corpus folder, with "/"."""
    path: Path
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""


def sources(root: Path) -> list[Source]:
    """The files below `root` that may hold articles, ordered by id.

    Hidden files and folders, README files, metadata.csv and aliases.csv hold none. What lies outside `root` behind a
    link is left out: nothing outside the corpus is read.

    Raises:
        CorpusError: `root` is no folder that can be listed.
    """
    try:
        with os.scandir(root) as entries:
            next(entries, None)
    except OSError as error:
        raise CorpusError(f"The folder {str(root)!r} cannot be listed ({error.strerror}): check its name.") from None
    inside = root.resolve()
    found = []
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in files:
            path = Path(folder, name)
            if name.startswith((".", "README")) or name in (METADATA, ALIASES) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                continue
            status = path.stat()
            found.append(Source(path.relative_to(root).as_posix(), path, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda source: source.id)
