"""Commands on what a server keeps: `users`, `keys`, and what readers voted, `feedback`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli import options
from qa.cli.ending import one_sentence

if TYPE_CHECKING:
    from qa.keeping.keys import Keys
    from qa.keeping.users import Users


@click.command()
@options.corpus
def feedback(corpus: Path | None) -> None:
    """Print what readers voted on as questions for an evaluation."""
    from qa.keeping.conversations import Conversations, file_of
    from qa.keeping.exports import evaluation_rows
    from qa.settings import Settings

    with one_sentence():
        settings = Settings.load()
        with closing(Conversations(file_of(settings, corpus or settings.corpus))) as kept:
            voted = kept.voted()
    rows = list(evaluation_rows(voted))
    for row in rows:
        print(json.dumps(row))
    click.echo(f"{len(rows)} of {len(voted)} votes say what is right.", err=True)


@click.group()
def users() -> None:
    """Name who may log in to a server that others reach."""


@users.command("add")
@click.argument("name")
@options.password_stdin
def add_user(name: str, password_stdin: bool) -> None:
    """Let NAME log in."""
    with _users() as known:
        known.add(name, _password(password_stdin))
        print(f"{name} can log in.")


@users.command("remove")
@click.argument("name")
def remove_user(name: str) -> None:
    """Let NAME log in no more, and log NAME out."""
    with _users() as known:
        known.remove(name)
        print(f"{name} can no longer log in.")


@users.command("list")
def list_users() -> None:
    """List the names of those who may log in."""
    with _users() as known:
        print("\n".join(known.names()) or "Nobody can log in.")


@users.command("password")
@click.argument("name")
@options.password_stdin
def change_password(name: str, password_stdin: bool) -> None:
    """Set another password for NAME, and log NAME out."""
    with _users() as known:
        known.set_password(name, _password(password_stdin))
        print(f"{name} has another password.")


@click.group()
def keys() -> None:
    """Name which programs may call a server that others reach."""


@keys.command("add")
@click.argument("name")
def add_key(name: str) -> None:
    """Make a key for NAME and print it; it cannot be shown again."""
    with _keys() as known:
        print(known.add(name))


@keys.command("remove")
@click.argument("name")
def remove_key(name: str) -> None:
    """Let the key of NAME open nothing any more."""
    with _keys() as known:
        known.remove(name)
        print(f"The key {name} opens nothing any more.")


@keys.command("list")
def list_keys() -> None:
    """List the names of those who have a key."""
    with _keys() as known:
        print("\n".join(known.names()) or "Nobody has a key.")


@contextmanager
def _users() -> Iterator[Users]:
    """The users of the server; errors as `one_sentence` ends them."""
    from qa.keeping.users import FILE, Users
    from qa.settings import Settings

    with one_sentence(), closing(Users(Settings.load().data_folder / FILE)) as found:
        yield found


@contextmanager
def _keys() -> Iterator[Keys]:
    """The keys of the server; errors as `one_sentence` ends them."""
    from qa.keeping.keys import FILE, Keys
    from qa.settings import Settings

    with one_sentence(), closing(Keys(Settings.load().data_folder / FILE)) as found:
        yield found


def _password(stdin: bool) -> str:
    if stdin:
        return sys.stdin.buffer.readline().decode("utf-8", "surrogateescape").rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True)
