"""What is known of an article beside its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from qa.types import Basis

BASES: tuple[Basis, ...] = ("given", "stated", "inferred", "unknown")

ARTICLE_CHARACTERS = 1_000_000
"""A longer text is a book, no article; the largest of 6,535 news pages has 20,000."""
FIELD_CHARACTERS = 10_000
"""A longer title, outlet, author or address is a text in the wrong place."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of `Article` that its file, its row or metadata.csv may give; empty where unknown."""

    title: str = ""
    published: date | None = None
    basis: Basis = "unknown"
    basis_note: str = ""
    publisher: str = ""
    author: str = ""
    url: str = ""
    language: str = ""
    made: date | None = None
    """The day its file says that it was made, which may be long after the article was."""

    def overlaid(self, other: Fields) -> Fields:
        """These fields, with those of `other` in their place where it has them."""
        changes = {field.name: getattr(other, field.name) for field in fields(self) if getattr(other, field.name)}
        if other.published is None:
            changes.pop("basis", None)
        elif self.published:
            changes["basis_note"] = other.basis_note
        return replace(self, **changes)


def checked(text: str, given: Fields) -> tuple[str, Fields]:
    """Text and fields of an article that can be kept: half characters in the fields are marked as such.

    Raises:
        ValueError: There is no text, it cannot be kept, or anything is too long; the message is one sentence.
    """
    if not text.strip():
        raise ValueError("It has no text.")
    if len(text) > ARTICLE_CHARACTERS:
        raise ValueError(f"Its text has {len(text):,} characters; at most {ARTICLE_CHARACTERS:,} are read.")
    if not _whole(text):
        raise ValueError("Its text holds half a character (a lone surrogate), so it cannot be kept as it is.")
    changes: dict[str, Any] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if isinstance(value, str) and len(value) > FIELD_CHARACTERS:
            raise ValueError(f"Its {field.name} has {len(value):,} characters; at most {FIELD_CHARACTERS:,} are read.")
        if isinstance(value, str) and not _whole(value):
            changes[field.name] = value.encode("utf-8", "replace").decode()
    return text, replace(given, **changes) if changes else given


def _whole(text: str) -> bool:
    """Whether each character is one, as UTF-8 has them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fields_of(row: Mapping[str, object]) -> Fields:
    """The fields of a row of metadata, a front matter or a JSON object; unknown keys are passed over.

    Raises:
        ValueError: A date cannot be read, or a field is a nested list; the message is one sentence.
    """
    # YAML names a list once and puts it into others many times: written out, 200 bytes become gigabytes.
    for value in row.values():
        if isinstance(value, Mapping) or (
            isinstance(value, list) and any(isinstance(v, (list, Mapping)) for v in value)
        ):
            raise ValueError("A field holds a list within a list: write it as text.")
    published = day_of(row.get("published"))
    basis, note = _basis(str(row.get("published_basis") or "given")) if published else ("unknown", "")
    return Fields(
        title=_line(row.get("title")),
        published=published,
        basis=basis,
        basis_note=note,
        publisher=_line(row.get("publisher")),
        author=_line(row.get("author")),
        url=_line(row.get("url")),
        language=_line(row.get("language")),
    )


def day_of(value: object) -> date | None:
    """The day of a date, a datetime or an ISO string of either; None where `value` is empty.

    Raises:
        ValueError: `value` is none of these; the message is one sentence.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d([T ].*)?", text):
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            pass
    raise ValueError(f"The date {text!r} is no day of the form 2015-05-17.")


def _basis(words: str) -> tuple[Basis, str]:
    """Basis and reason of a cell like "inferred: a Tuesday after July 2017"."""
    name, _, note = words.partition(":")
    for basis in BASES:
        if name.strip().casefold() == basis:
            return basis, note.strip()
    raise ValueError(f"The basis {name.strip()!r} of a date is none of {', '.join(BASES)}.")


def _line(value: object) -> str:
    """A value as one line of text; lists as in front matter are joined by commas."""
    if value is None:
        return ""
    parts = value if isinstance(value, list) else [value]
    return ", ".join(" ".join(str(part).split()) for part in parts)
