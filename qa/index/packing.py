"""The work of a sync as bytes and back, for whoever does it elsewhere: JSON, in which nothing can be a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from qa.index.work import Found, Fresh, Job, Known
from qa.ingest.files import Source
from qa.ingest.pipe import fields_packed, fields_unpacked, packed, unpacked
from qa.types import Article, Passage, Refused, Span


def job_packed(job: Job) -> bytes:
    """The job; its file by its whole path, since others have another folder to start from."""
    source = job.source
    places = {"path": str(source.path.absolute()), "inside": str(source.inside) if source.inside else None}
    return packed({"source": asdict(source) | places, "given": fields_packed(job.given), "before": dict(job.before)})


def job_unpacked(payload: bytes) -> Job:
    """The job of `job_packed`."""
    row: dict[str, Any] = unpacked(payload)
    source = row["source"]
    inside = Path(source["inside"]) if source["inside"] else None
    there = Source(**source | {"path": Path(source["path"]), "inside": inside})
    return Job(there, fields_unpacked(row["given"]), row["before"])


def found_packed(found: Sequence[Found] | None, version: str) -> bytes:
    """What a file holds, or a part of it, as code of this version of reading finds it."""
    rows = None if found is None else [_row(one) for one in found]
    return packed({"version": version, "found": rows})


def found_unpacked(payload: bytes) -> tuple[list[Found] | None, str]:
    """What `found_packed` was given."""
    row: dict[str, Any] = unpacked(payload)
    rows = row["found"]
    return (None if rows is None else [_found(one) for one in rows]), row["version"]


def _row(found: Found) -> dict[str, Any]:
    row = asdict(found)
    if isinstance(found, Fresh) and found.article.published:
        row["article"]["published"] = found.article.published.isoformat()
    return row


def _found(row: Mapping[str, Any]) -> Found:
    if "article" in row:
        return Fresh(_article(row["article"]), row["digest"], [Passage(**one) for one in row["passages"]])
    return Refused(**row) if "reason" in row else Known(**row)


def _article(row: Mapping[str, Any]) -> Article:
    published = date.fromisoformat(row["published"]) if row["published"] else None
    boilerplate = tuple(Span(**span) for span in row["boilerplate"])
    return Article(**{**row, "published": published, "boilerplate": boilerplate})
