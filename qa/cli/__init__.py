"""The command line. It forwards to the Archive and prints; what it does is decided there."""

from __future__ import annotations

import io
import sys

import click

from qa.cli import asking, checkout, keeping, serving, upkeep


@click.group(
    commands=[
        upkeep.sync,
        asking.ask,
        asking.search,
        asking.timeline,
        asking.chat,
        serving.page,
        upkeep.sample,
        serving.serve,
        serving.mcp,
        upkeep.doctor,
        keeping.feedback,
        keeping.users,
        keeping.keys,
        checkout.evaluate,
        checkout.bench,
    ]
)
@click.version_option(package_name="dateline", prog_name="qa")
def main() -> None:
    """Ask an archive of news articles; get a dated answer with its sources."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what a terminal cannot show is no reason to say nothing
