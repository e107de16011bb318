"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        """The day that `value` names; raises `click.UsageError` where it names none."""
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is no day of the form 2015-05-17.", param, ctx)


_FOLDER = click.Path(file_okay=False, path_type=Path)
corpus = click.option("--corpus", type=_FOLDER, help="The folder of articles.  [default: corpus]")


def folders(command: Command) -> Command:
    """Which articles, and where their index is."""
    index = click.option(
        "--index",
        metavar="PLACE",
        shell_complete=_FOLDER.shell_complete,
        help="The index's folder, or a Chroma server's address.  [default: a cache folder]",
    )
    return corpus(index(command))


def narrowing(command: Command) -> Command:
    """To which of the articles it keeps."""
    after = click.option("--after", type=Day(), help="Only articles of this day and later.")
    before = click.option("--before", type=Day(), help="Only articles of this day and earlier.")
    publisher = click.option("--publisher", multiple=True, help="Only articles of this outlet; may be repeated.")
    return after(before(publisher(command)))


def listening(command: Command) -> Command:
    """Where other programs are answered, and whether they need a key."""
    host = click.option("--host", help="The address to listen at; beyond this machine it demands keys.")
    keys = click.option("--keys", "locked", is_flag=True, help="Demand keys on this machine too.")
    return host(keys(command))


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
