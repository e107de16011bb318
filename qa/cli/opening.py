"""The archive that a command asks: opened, and in step with its folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli.ending import one_sentence
from qa.cli.printing import harmless

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.settings import Settings
    from qa.types import SyncReport


@contextmanager
def opened(
    corpus: Path | None,
    index: str | None,
    synced: bool = True,
    asked: bool = False,
    settings: Settings | None = None,
) -> Iterator[Archive]:
    """The archive, in step with its folder; errors as `one_sentence` ends them. One that is `asked` reads at once."""
    from qa.settings import Settings

    with one_sentence():
        settings = settings or Settings.load()
        if asked:  # 0.4 s of a start: all else is imported, and the folder looked through, meanwhile
            threading.Thread(target=_load_models, args=(settings.threads,)).start()
        from qa.archive import Archive
        from qa.errors import IndexLocked, IndexReadOnly
        from qa.tracing import exported

        with (
            Archive(corpus or settings.corpus, index or settings.index, settings) as archive,
            exported(settings.otel_exporter_otlp_endpoint),
        ):
            if synced:
                try:
                    brought_up_to_date(archive)
                except (IndexLocked, IndexReadOnly) as error:
                    click.echo(f"{error} Answering from the index as it is.", err=True)
            yield archive


def brought_up_to_date(archive: Archive, wait: float = 0.0, ray: str = "") -> SyncReport:
    """What the sync of `archive` did; what it could not read or hand over is said on standard error."""
    from qa.progress import bars

    with bars() as progress:
        report = archive.sync(progress, wait, ray)
    for refused in report.refused:
        click.echo(harmless(f"Not read: {refused}"), err=True)
    if report.unsent:
        click.echo(report.unsent, err=True)
    return report


def _load_models(threads: int) -> None:
    from qa.errors import ModelError
    from qa.models.encoder import Encoder
    from qa.models.reader import Reader

    with suppress(ModelError):  # told once they are used
        Encoder(threads).load()
        Reader(threads).load()
