"""Whether the files of a tantivy index are as tantivy wrote them.

Each of its files ends in a footer: JSON with the CRC-32 of all before it, the length of that JSON, and a magic number,
both of 32 bits, little-endian (tantivy 0.27, `directory/footer.rs`). tantivy looks at the checksum only when asked, and
its Python package cannot ask: a bit changed in a dictionary of terms hides words, and no search fails.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MAGIC = 1337
CHECKED_AT_ONCE = 256 * 1024 * 1024
"""Bytes looked at in a sync: a tenth of a second's work, where the files are in memory."""
READ_AT_ONCE = 1024 * 1024
_TAIL = struct.Struct("<II")


def damaged(folder: Path, record: Path) -> bool:
    """Whether a file of the index in `folder` is not as it was written.

    At most CHECKED_AT_ONCE bytes are read, but at least a file: first those that changed since they were last looked
    at, then those looked at longest ago. Files of no segment in meta.json are what a writer that was killed has left;
    they count for nothing.

    Args:
        folder: With tantivy's meta.json.
        record: A file that says which files were looked at, written anew.
    """
    try:
        files = list(_files(folder))
        stamps = {path.name: [stat.st_size, stat.st_mtime_ns] for path in files for stat in [path.stat()]}
        known = _known(record)
        order = sorted(files, key=lambda path: _turn(known.get(path.name), stamps[path.name], path.name))
        turn, read = max((seen[2] for seen in known.values()), default=0) + 1, 0
        for path in order:
            read += stamps[path.name][0]
            if read > CHECKED_AT_ONCE and path is not order[0]:
                break
            if not intact(path):
                return True
            known[path.name] = [*stamps[path.name], turn]
    except (OSError, ValueError, KeyError, TypeError):  # gone, or meta.json is not as tantivy writes it
        return True
    with suppress(OSError):  # a full disk: they are looked at again
        record.write_text(json.dumps({name: known[name] for name in stamps if name in known}), encoding="utf-8")
    return False


def intact(path: Path) -> bool:
    """Whether the file's checksum is that of its footer."""
    body, found = path.stat().st_size - _TAIL.size, 0
    if body < 0:
        return False
    with path.open("rb") as file:
        file.seek(body)
        length, magic = _TAIL.unpack(file.read())
        body -= length
        if magic != MAGIC or body < 0:
            return False
        file.seek(body)
        try:
            expected = json.loads(file.read(length))["crc"]
        except (ValueError, LookupError, TypeError):
            return False
        file.seek(0)
        for place in range(0, body, READ_AT_ONCE):
            found = zlib.crc32(file.read(min(READ_AT_ONCE, body - place)), found)
    return bool(found == expected)


def _files(folder: Path) -> Iterator[Path]:
    """The files of the segments that the last commit names."""
    segments = json.loads((folder / "meta.json").read_bytes())["segments"]
    for segment in segments:
        yield from sorted(folder.glob(segment["segment_id"].replace("-", "") + ".*"))


def _known(record: Path) -> dict[str, list[int]]:
    """Size, time and turn of each file looked at; a record that cannot be read says nothing."""
    with suppress(OSError, ValueError, AttributeError, TypeError):
        read = json.loads(record.read_bytes())
        return {name: seen for name, seen in read.items() if [type(one) for one in seen] == [int, int, int]}
    return {}


def _turn(seen: list[int] | None, stamp: list[int], name: str) -> tuple[int, str]:
    """The place of a file in the order of looking: what changed first, ties by name."""
    return (seen[2] if seen and seen[:2] == stamp else 0), name
