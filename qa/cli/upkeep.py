"""Commands that set up an archive and keep it well: `sync`, `sample`, `doctor`."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import click

from qa.cli import options
from qa.cli.ending import one_sentence
from qa.cli.opening import brought_up_to_date, opened


@click.command()
@options.folders
@click.option("--wait", is_flag=True, help="Wait for another process that is writing the index.")
@click.option("--ray", default="", metavar="local|HOST:PORT", help="Let Ray read and encode, here or in a cluster.")
def sync(corpus: Path | None, index: str | None, wait: bool, ray: str) -> None:
    """Bring the index up to date with the folder."""
    from qa.errors import IndexLocked

    with opened(corpus, index, synced=False) as archive:
        try:
            report = brought_up_to_date(archive, ray=ray)
        except IndexLocked as error:
            if not wait:
                raise
            click.echo(f"{error} Waiting.", err=True)
            report = brought_up_to_date(archive, wait=math.inf, ray=ray)
        print(
            f"{report.added} added, {report.changed} changed, {report.removed} removed, "
            f"{report.unchanged} unchanged, {len(report.refused)} refused"
        )
    sys.exit(1 if report.unsent else 0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="corpus")
def sample(folder: Path) -> None:
    """Write nineteen sample articles to FOLDER (corpus), to try Dateline with."""
    from qa.ingest.sample import write_sample

    with one_sentence():
        write_sample(folder)
        print(f'The sample articles are in {str(folder)!r}: ask them "When did Ramadi fall?"')


@click.command()
@options.folders
def doctor(corpus: Path | None, index: str | None) -> None:
    """Check the models, the archive and the connection; say what to mend."""
    from qa.doctor import checks
    from qa.settings import Settings

    with one_sentence():
        settings = Settings.load()
    found = list(checks(corpus or settings.corpus, index or settings.index, settings))
    for check in found:
        print(f"{'well' if check.well else 'MEND':<5} {check.name:<8} {check.told}")
    sys.exit(0 if all(check.well for check in found) else 1)
