"""Hooks of the site: documents outside docs/ are pages too; commands and settings are read off the program."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import griffe
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from qa.cli import main
from qa.settings import Settings

ROOT = Path(__file__).parents[1]
OUTSIDE = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "evals/**/*.md", "training/**/*.md", "qa/**/*.md")
    for path in ROOT.glob(pattern)
)
"""Documents that do not lie in docs/."""
MADE = re.compile(r"<!-- made: (\w*) -->.*?<!-- end -->", re.DOTALL)
"""What stands there for readers of the repository, and is made anew for the site."""
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents that do not lie in docs/."""
    for path in OUTSIDE:
        files.append(File.generated(config, page_of(path), abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where their targets are on the site, and put in what is read off the code."""
    here = page.file.src_uri
    folder = posixpath.dirname(path_of(here))

    def led(link: re.Match[str]) -> str:
        target = page_of(posixpath.normpath(posixpath.join(folder, link[2])))
        return link[1] + posixpath.relpath(target, posixpath.dirname(here) or ".")

    made: dict[str, Callable[[], str]] = {"commands": commands, "settings": settings, "nothing": str}
    return MADE.sub(lambda place: made[place[1]](), LINK.sub(led, markdown))


def page_of(path: str) -> str:
    """Where the document at `path`, from the repository's root, is among the site's sources."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def path_of(page: str) -> str:
    """Where the site's source `page` lies in the repository."""
    if page == "index.md":
        return "README.md"
    return page if page in OUTSIDE else f"docs/{page}"


def commands() -> str:
    """Every command under a heading of its own: how it is used, what it does, its options."""
    return "\n\n".join(_told(command, context) for command, context in _commands(main, None, "qa"))


def _commands(
    command: click.Command, parent: click.Context | None, name: str
) -> Iterator[tuple[click.Command, click.Context]]:
    context = click.Context(command, parent=parent, info_name=name)
    yield command, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            yield from _commands(command.commands[below], context, below)


def _told(command: click.Command, context: click.Context) -> str:
    path = context.command_path
    depth = min(path.count(" ") + 2, 4)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    options = [option for option in command.get_params(context) if isinstance(option, click.Option)]
    records = [record for option in options if (record := option.get_help_record(context))]
    rows = [f"| `{_cell(option)}` | {_cell(told)} |" for option, told in records]
    table = "\n".join(["| option | meaning |", "|---|---|", *rows]) if rows else ""
    return f"{'#' * depth} {path}\n\n```\n{usage}\n```\n\n{command.help}\n\n{table}"


def _cell(text: str) -> str:
    """`text` in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def settings() -> str:
    """Every setting as a row of a table: its variable, default and meaning."""
    described = griffe.load("qa.settings", search_paths=[str(ROOT)])["Settings"].members
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = name.upper() if field.validation_alias else f"QA_{name.upper()}"
        docstring = described[name].docstring
        assert docstring, f"The setting {name} has no docstring."  # noqa: S101 - ends the build
        meaning = _cell(docstring.value)
        rows.append(f"| `{variable}` | {_shown(field.default)} | {meaning}{_bounds(field.metadata)} |")
    return "\n".join(rows)


def _shown(default: Any) -> str:  # noqa: ANN401 - of any setting
    """A default as one would write it."""
    if default is None or str(default) == "":
        return "none"
    return f"`{int(default) if isinstance(default, bool) else default}`"


def _bounds(metadata: list[Any]) -> str:
    """Between which values it must lie."""
    signs = {"ge": "at least", "gt": "above", "le": "at most"}
    told = [
        f"{words} {getattr(bound, sign):,}"
        for bound in metadata
        for sign, words in signs.items()
        if hasattr(bound, sign)
    ]
    return f" ({', '.join(told)})" if told else ""
