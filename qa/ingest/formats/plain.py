"""Plain text, and Markdown with YAML front matter."""

from __future__ import annotations

import re

import yaml
from yaml.composer import ComposerError

from qa.ingest.decode import decode
from qa.ingest.fields import Fields, fields_of

_FRONT_MATTER = re.compile(r"---[^\S\n]*\r?\n(?P<yaml>.*?)^---[^\S\n]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)

FRONT_CHARACTERS = 20_000
"""Of a front matter: the parser is slow, and what is said of an article has some hundred."""


class _Loader(yaml.SafeLoader):
    """The safe loader, without names for values: one put into others many times makes gigabytes of 200 bytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(problem="it takes a value from elsewhere in it: write the value out", problem_mark=mark)
        return super().compose_node(parent, index)


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
    text = decode(data)
    match = _FRONT_MATTER.match(text)
    if not match:
        return text, Fields()
    front = match["yaml"]
    if len(front) > FRONT_CHARACTERS:
        raise ValueError(f"The front matter has {len(front):,} characters; at most {FRONT_CHARACTERS:,} are read.")
    try:
        row = yaml.load(front, _Loader) or {}  # noqa: S506 - it is a safe one
        if not isinstance(row, dict):
            raise ValueError("It is no list of keys and values.")
        return text[match.end() :], fields_of(row)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 2}" if mark else ""
        raise ValueError(f"The front matter cannot be read{place}: {getattr(error, 'problem', error)}.") from None
    except (ValueError, OverflowError) as error:  # YAML makes a date of 2015-02-31, and that raises ValueError
        raise ValueError(f"The front matter cannot be read: {error}") from None
