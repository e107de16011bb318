"""What commands print: rows for scripts; answers, passages and events for a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.types import Answer, Article, Hit, Moment

_STEERS = re.compile(r"[^\t\n -~\u00a0-\ud7ff\ue000-\U0010ffff]")
"""Control characters beside tab and line feed, and halves of characters, which cannot be printed."""


def as_row(row: Mapping[str, object]) -> str:
    """The row as JSON; halves of characters, which a shell may hand over, are marked as such.

    Characters that the output's encoding lacks are escaped, all of them where one is.
    """
    told = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        told.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(json.loads(told))
    return told


def harmless(text: str) -> str:
    """`text` without what steers a terminal: articles and their names come from anybody."""
    return _STEERS.sub("\N{REPLACEMENT CHARACTER}", text)


def readable(answer: Answer, asked: str) -> str:
    """The answer for a terminal: no Markdown, how the question was understood above it, its sources below it."""
    lines = [] if answer.question.split() == asked.split() else [f"Understood as: {answer.question}"]
    if answer.abstained:
        lines.append(answer.text)
    elif answer.timeline:
        lines.append("\n\n".join(told_of(moment) for moment in answer.timeline))
    else:
        lines += _with_sources(answer)
    return "\n".join([*lines, *answer.warnings])


def _with_sources(answer: Answer) -> Iterator[str]:
    if answer.written_by:
        yield re.sub(r"\\(\W)", r"\1", answer.text) + "\n"
    elif answer.short:
        yield answer.short
    for citation in answer.citations:
        yield f"[{citation.number}] “{' '.join(citation.quote.split())}”\n    {_from(citation.article)}"


def listed(hit: Hit) -> str:
    """A passage for a terminal, below its article's title and origin."""
    return f"{hit.article.title} — {_from(hit.article)}\n    {' '.join(hit.text.split())}"


def told_of(moment: Moment) -> str:
    """An event for a terminal: its days, the words that tell of it, their article."""
    from qa.language.intervals import show

    quote = " ".join(moment.citation.quote.split())
    return f"{show(moment.first, moment.last)}\n    “{quote}”\n    {_from(moment.citation.article)}"


def _from(article: Article) -> str:
    from qa.answer.origin import origin

    return f"{origin(article)} · {article.id}"
