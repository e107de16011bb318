"""What readers have added to the archive, as the library lists it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import NamedTuple

from qa.archive import Archive
from qa.ingest.adding import ADDED

SHOWN = 50
"""Files listed."""


class Added(NamedTuple):
    """A file that was added."""

    file: str
    """Path relative to the corpus folder, with "/"."""
    title: str
    """Of its article; the file's name where it holds several or none."""
    when: datetime
    """UTC."""
    is_article: bool


def added(archive: Archive) -> list[Added]:
    """The files added last, at most SHOWN, the newest first."""
    newest = nlargest(SHOWN, ((changed, file) for file, changed in _files(archive.corpus)))
    return [_told(archive, file, changed) for changed, file in newest]


def is_added(corpus: Path, file: str) -> bool:
    """Whether there is an added file of that id."""
    return any(file == found for found, _ in _files(corpus))


def _told(archive: Archive, file: str, changed: float) -> Added:
    article = archive.article(file)
    title = article.title if article and article.title else file.rpartition("/")[2]
    return Added(file, title, datetime.fromtimestamp(changed, UTC), article is not None)


def _files(corpus: Path) -> Iterator[tuple[str, float]]:
    """Ids of the added files and when they last changed; links are not followed, hidden files not seen."""
    for folder, folders, names in os.walk(corpus / ADDED):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(corpus).as_posix(), path.stat().st_mtime
