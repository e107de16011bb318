"""Commands that ask the archive: `ask`, `search`, `timeline`, `chat`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli import options
from qa.cli.opening import opened
from qa.cli.printing import as_row, harmless, listed, readable, told_of

if TYPE_CHECKING:
    from qa.types import Filters


@click.command()
@click.argument("question")
@options.folders
@options.narrowing
@click.option("--asked", type=options.Day(), help="The day the question is put, for words like “last week”.")
@options.as_json
def ask(
    question: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    asked: date | None,
    as_json: bool,
) -> None:
    """Answer QUESTION from the articles."""
    from qa.rows import answer_row

    with opened(corpus, index, asked=True) as archive:
        answer = archive.ask(question, asked=asked, filters=_filters(after, before, publisher))
        print(as_row(answer_row(answer, question)) if as_json else harmless(readable(answer, question)))


@click.command()
@click.argument("query")
@options.folders
@options.narrowing
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many at most.")
@options.as_json
def search(
    query: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List the passages that best match QUERY."""
    from qa.rows import hit_row

    with opened(corpus, index) as archive:
        hits = archive.search(query, limit, _filters(after, before, publisher))
        if as_json:
            print(as_row({"question": query, "passages": [hit_row(hit) for hit in hits]}))
        else:
            print(harmless("\n\n".join(listed(hit) for hit in hits)) or "Nothing found.")


@click.command()
@click.argument("query")
@options.folders
@options.narrowing
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many events at most.")
@options.as_json
def timeline(
    query: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List what happened when, oldest first, of what QUERY names."""
    from qa.rows import moment_row

    with opened(corpus, index) as archive:
        moments = archive.timeline(query, limit, _filters(after, before, publisher))
        if as_json:
            print(as_row({"query": query, "events": [moment_row(m) for m in moments]}))
        else:
            told = "\n\n".join(told_of(moment) for moment in moments)
            print(harmless(told) or "The archive tells of no dated event.")


@click.command()
@options.folders
def chat(corpus: Path | None, index: str | None) -> None:
    """Ask one question after another; an empty line ends it."""
    from qa.errors import QuestionError
    from qa.types import Turn

    with opened(corpus, index) as archive:
        history: list[Turn] = []
        while question := _prompted():
            try:
                answer = archive.ask(question, history)
            except QuestionError as error:
                print(error)
                continue
            history.append(Turn(answer.question, answer.text))
            print(harmless(readable(answer, question)), end="\n\n")


def _filters(after: date | None, before: date | None, publishers: tuple[str, ...]) -> Filters:
    from qa.types import Filters

    return Filters(after, before, publishers)


def _prompted() -> str:
    try:
        return input("? ").strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
