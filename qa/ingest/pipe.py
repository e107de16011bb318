"""What a parser's process and the one that started it say to each other, and in what form.

Frames, each a length, a letter and the payload. Nothing in them is code: a payload is bytes of a file, or JSON. The one
that started the parser sends what is to be parsed (JOB) and pieces of the file as they are asked for (DATA); the parser
asks for a piece (PIECE), gives an article (ARTICLE) or tells what is none (REFUSED), and is done (DONE; its payload is
NO_MEMORY where it ran out of that before the end, SPENT where it read all but is of no more use).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import IO

from qa.ingest.fields import BASES, Fields

JOB, DATA, PIECE, ARTICLE, REFUSED, DONE = b"J", b"D", b"P", b"A", b"R", b"E"
NO_MEMORY, SPENT = b"out of memory", b"spent"
PIECE_BYTES = 1_000_000
"""Of a file that are handed over at once; fewer are the last."""
_HEAD = struct.Struct(">Ic")
_DAYS = ("published", "made")
"""The fields that are days; the others are text."""


def send(pipe: IO[bytes], letter: bytes, payload: bytes = b"") -> None:
    """Write a frame. Raises OSError where nobody reads any more."""
    pipe.write(_HEAD.pack(len(payload), letter))
    pipe.write(payload)
    pipe.flush()


def receive(pipe: IO[bytes], limit: int) -> tuple[bytes, bytes]:
    """The letter and payload of the next frame.

    Raises:
        EOFError: The other side is gone.
        ValueError: The payload is larger than `limit` bytes.
    """
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    size, letter = _HEAD.unpack(head)
    if size > limit:
        raise ValueError(f"A frame of {size} bytes is none.")
    payload = pipe.read(size)
    if len(payload) < size:
        raise EOFError
    return letter, payload


def packed(value: Mapping[str, object]) -> bytes:
    """The value as JSON; halves of characters, which foreign files may hold, are kept."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def unpacked(payload: bytes) -> dict[str, object]:
    """The value of `packed`. Raises ValueError where it is none: the other side may be in a stranger's hands."""
    value = json.loads(payload.decode("utf-8", "surrogatepass"))
    if not isinstance(value, dict):
        raise ValueError("It is no object.")
    return value


def fields_packed(given: Fields) -> dict[str, object]:
    """The fields as values of JSON."""
    return asdict(given) | {name: day.isoformat() if (day := getattr(given, name)) else None for name in _DAYS}


def fields_unpacked(value: object) -> Fields:
    """The fields of `fields_packed`. Raises ValueError where they are none."""
    if not isinstance(value, dict) or value.keys() != {field.name for field in fields(Fields)}:
        raise ValueError("These are no fields.")
    words = {name: text for name, text in value.items() if name not in _DAYS}
    if not all(isinstance(text, str) for text in words.values()) or words["basis"] not in BASES:
        raise ValueError("These are no fields.")
    published, made = (None if value[name] is None else date.fromisoformat(value[name]) for name in _DAYS)
    return Fields(published=published, made=made, **words)
