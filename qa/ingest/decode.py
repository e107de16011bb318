"""Bytes to text."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> str:
    """`data` as text: by its byte order mark (left out), else UTF-8, else Windows-1252.

    Raises:
        ValueError: It is no text; the message is one sentence.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if b"\0" in data:
        raise ValueError("It holds NUL bytes, so it is no text file.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(data, "windows-1252")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(f"Byte {error.start:,} is no {encoding} text: save the file as UTF-8.") from None
