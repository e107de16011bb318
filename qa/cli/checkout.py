"""Commands that a checkout of the repository has: `eval`, `bench`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import click

from qa.cli.options import Command

_EVALUATIONS = {
    "compare": "evals.compare",
    "gate": "evals.gate",
    "judge": "evals.judge",
    "import": "evals.importing.__main__",
    "draft": "evals.drafting.__main__",
    "review": "evals.review",
}
"""What `qa eval` is followed by, and the module that does it."""


def _of_checkout(name: str) -> Callable[[Command], click.Command]:
    """A command that hands all its arguments on to a module of the repository."""
    forwarding: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}

    def made(command: Command) -> click.Command:
        given = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)(command)
        return click.command(name, context_settings=forwarding, add_help_option=False)(given)

    return made


@_of_checkout("eval")
def evaluate(arguments: tuple[str, ...]) -> None:
    """Run an evaluation, as python -m evals.run; qa eval compare, gate, judge, import, draft, review do the rest."""
    named = bool(arguments) and arguments[0] in _EVALUATIONS
    _forward(*((_EVALUATIONS[arguments[0]], arguments[1:]) if named else ("evals.run", arguments)))


@_of_checkout("bench")
def bench(arguments: tuple[str, ...]) -> None:
    """Measure how speed, memory and disk grow with the archive, beside a rival."""
    _forward("evals.bench.growth", arguments)


def _forward(module: str, arguments: Sequence[str]) -> None:
    try:
        chosen = import_module(module)
    except ModuleNotFoundError:
        raise click.ClickException(
            "Evaluations and benchmarks run from a checkout of the repository with its development packages: change to "
            "its folder and run uv sync."
        ) from None
    sys.exit(chosen.main(list(arguments)))
