"""Plain text, and Markdown with YAML front matter."""

from __future__ import annotations

import re

from qa.ingest.decode import decode
from qa.ingest.fields import Fields, fields_of

_FRONT_MATTER = re.compile(r"---[^\S\n]*\r?\n(?P<yaml>.*?)^---[^\S\n]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)


def read_text(data: bytes) -> tuple[str, Fields]:
    """The decoded file, nothing changed.

    Raises:
        ValueError: It is no text.
    """
    return decode(data), Fields()


def read_markdown(data: bytes) -> tuple[str, Fields]:
    """The decoded file after its front matter, and the front matter's fields.

    Raises:
        ValueError: It is no text, or its front matter is broken; the message names the line.
    """
    import yaml

    text = decode(data)
    match = _FRONT_MATTER.match(text)
    if not match:
        return text, Fields()
    try:
        row = yaml.safe_load(match["yaml"]) or {}
        if not isinstance(row, dict):
            raise ValueError("It is no list of keys and values.")
        return text[match.end() :], fields_of(row)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 2}" if mark else ""
        raise ValueError(f"The front matter cannot be read{place}: {getattr(error, 'problem', error)}.") from None
    except (ValueError, OverflowError) as error:  # YAML makes a date of 2015-02-31, and that raises ValueError
        raise ValueError(f"The front matter cannot be read: {error}") from None
