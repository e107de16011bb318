"""Commands that serve the archive to browsers and to other programs: `page`, `serve`, `mcp`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli import options
from qa.cli.ending import one_sentence
from qa.cli.opening import opened

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.serving.launching import Place


@click.command()
@options.folders
@click.option("--host", help="The address to listen at; beyond this machine it demands a login.")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
@click.option("--login", is_flag=True, help="Demand a login on this machine too.")
def page(corpus: Path | None, index: str | None, host: str | None, port: int, login: bool) -> None:
    """Serve the chat for a browser."""
    from qa.settings import Settings
    from qa.web.launching import launch

    with one_sentence(), suppress(KeyboardInterrupt):
        settings = Settings.load()
        folder, place = corpus or settings.corpus, index or settings.index
        launch(settings, folder, place, settings.host if host is None else host, port, login)


@click.command()
@options.folders
@options.listening
@click.option("--port", type=click.IntRange(0, 65535), default=7861, show_default=True)
def serve(corpus: Path | None, index: str | None, host: str | None, port: int, locked: bool) -> None:
    """Answer other programs over HTTP: as OpenAI's interface, and as our own."""
    from qa.serving.application import application
    from qa.serving.launching import serve

    with _listening_at(corpus, index, host, port, locked) as (place, archive):
        serve(place, application(archive, archive.settings.rate, place.keys, place.hosts), archive)


@click.command()
@options.folders
@click.option("--http", is_flag=True, help="Answer by streamable HTTP, not on standard input and output.")
@options.listening
@click.option("--port", type=click.IntRange(0, 65535), default=7862, show_default=True)
def mcp(corpus: Path | None, index: str | None, http: bool, host: str | None, port: int, locked: bool) -> None:
    """Give assistants the archive as tools, by the Model Context Protocol."""
    from qa.serving.launching import serve
    from qa.serving.tools import PATH, over_http, tools

    if not http:
        with opened(corpus, index) as archive, suppress(KeyboardInterrupt):
            tools(archive).run("stdio")
        return
    with _listening_at(corpus, index, host, port, locked) as (place, archive):
        serve(place, over_http(tools(archive), archive.settings.rate, place.keys, place.hosts), archive, PATH)


@contextmanager
def _listening_at(
    corpus: Path | None, index: str | None, host: str | None, port: int, locked: bool
) -> Iterator[tuple[Place, Archive]]:
    """The place where other programs are answered, and the archive, loaded; errors as `one_sentence` ends them."""
    from qa.serving.launching import taken
    from qa.settings import Settings

    with one_sentence():
        settings = Settings.load()
        with (
            taken(host or settings.host, port, locked, settings.data_folder) as place,
            opened(corpus, index, settings=settings) as archive,
        ):
            archive.load()
            yield place, archive
