"""The files of a corpus folder: listed, and opened such that nothing outside the folder is ever read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from qa.errors import CorpusError

METADATA, ALIASES = "metadata.csv", "aliases.csv"
ROWS = (".jsonl", ".jsonl.gz")
"""Endings of files that hold an article in each row; "#" parts file and row in an article's id."""
OUTSIDE = "It is a link to a place outside the folder of articles, which is not read."
NOT_REGULAR = "It is a pipe, a socket or a device and no file, so it is not read."


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus."""

    id: str
    """Path relative to the corpus folder, with "/"; bytes that are no UTF-8 stand in it as \\xff."""
    path: Path
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970."""
    inside: Path | None = None
    """The folder, without links in its path, that must hold what is read; anywhere where it is None."""
    refusal: str = ""
    """One sentence why it is not even opened; empty where it may be."""

    def open(self) -> BinaryIO:
        """The file for reading. What may have become of it since it was listed is looked at again.

        Raises:
            ValueError: It lies outside the corpus or is no file; the message is one sentence.
            OSError: It cannot be opened.
        """
        if self.refusal:
            raise ValueError(self.refusal)
        return opened(self.path, self.inside)


def opened(path: Path, inside: Path | None) -> BinaryIO:
    """The regular file at `path`, links followed, that lies in the folder `inside`. Raises as `Source.open`."""
    real = os.path.realpath(path, strict=True)
    if inside and not Path(real).is_relative_to(inside):
        raise ValueError(OUTSIDE)
    # A pipe put in the file's place would hold the reader up for ever, a link would lead it out.
    flags = [getattr(os, name, 0) for name in ("O_BINARY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK")]
    handle = os.open(real, os.O_RDONLY | sum(flags))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError(NOT_REGULAR)
    return os.fdopen(handle, "rb")


def whole(file: BinaryIO, limit: int) -> bytes:
    """What is in the open file, and closes it.

    Raises:
        ValueError: It has more than `limit` bytes; they are not read.
    """
    with file:
        # A file that grows while it is read must not grow for ever.
        size = os.fstat(file.fileno()).st_size
        data = file.read(limit + 1) if size <= limit else b""
    if max(size, len(data)) > limit:
        raise ValueError(f"It has {max(size, len(data)):,} bytes; at most {limit:,} are read.")
    return data


def sources(root: Path, index: Path | None = None) -> list[Source]:
    """The files below `root` that may hold articles, ordered by id, with a refusal where one may not be opened.

    Hidden files and folders, README files, metadata.csv and aliases.csv hold none.

    Args:
        root: The corpus folder.
        index: The folder of the index, which is passed over should it lie in the corpus.

    Raises:
        CorpusError: `root` is no folder that can be listed.
    """
    try:
        with os.scandir(root) as entries:
            next(entries, None)
    except OSError as error:
        raise CorpusError(f"The folder {str(root)!r} cannot be listed ({error.strerror}): check its name.") from None
    found = {source.id: source for source in _below(root, root.resolve(), index and index.resolve())}
    rows = {name for name in found if name.lower().endswith(ROWS)}
    for name in found:
        if any(name.startswith(f"{file}#") for file in rows if "#" in name):
            reason = "Its name cannot be told from that of a row of a .jsonl file: give it another."
            found[name] = Source(name, found[name].path, 0, 0, refusal=reason)
    return sorted(found.values(), key=lambda source: source.id)


def _below(root: Path, inside: Path, index: Path | None) -> Iterator[Source]:
    unlisted: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=unlisted.append):
        real = inside / Path(folder).relative_to(root)
        names[:] = sorted(name for name in names if not name.startswith(".") and real / name != index)
        links = [name for name in names if Path(folder, name).is_symlink()]
        for name in links:
            reason = "It is a link to a folder, which is not followed: put the folder itself there."
            yield Source(_id(Path(folder, name), root), Path(folder, name), 0, 0, refusal=reason)
        for name in sorted(files):
            if not name.startswith((".", "README")) and name not in (METADATA, ALIASES):
                yield _source(Path(folder, name), root, inside)
    for error in unlisted:
        path = Path(str(error.filename))
        yield Source(_id(path, root), path, 0, 0, refusal=f"The folder cannot be listed ({error.strerror}).")


def _source(path: Path, root: Path, inside: Path) -> Source:
    name = _id(path, root)
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            if not Path(os.path.realpath(path, strict=True)).is_relative_to(inside):
                return Source(name, path, status.st_size, status.st_mtime_ns, refusal=OUTSIDE)
            status = path.stat()
    except OSError as error:  # a link that leads nowhere or in a circle, a file just taken away
        return Source(name, path, 0, 0, refusal=f"It cannot be looked at ({error.strerror}).")
    refusal = "" if stat.S_ISREG(status.st_mode) else NOT_REGULAR
    return Source(name, path, status.st_size, status.st_mtime_ns, inside, refusal)


def _id(path: Path, root: Path) -> str:
    """The path in the corpus, as text that can be stored: names on disk may be any bytes."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
