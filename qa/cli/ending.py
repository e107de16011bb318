"""How a command ends where something is wrong: with one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def one_sentence() -> Iterator[None]:
    """Every error of ours ends the command as one sentence."""
    from qa.errors import DatelineError

    try:
        yield
    except DatelineError as error:
        raise click.ClickException(str(error)) from None
