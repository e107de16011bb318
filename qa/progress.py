"""Progress of a sync as bars on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from qa.types import Progress


@contextmanager
def bars() -> Iterator[Callable[[Progress], None]]:
    """What to hand to a sync: it draws a bar for each stage in turn, and none for a stage with nothing to do."""
    stage = ""
    bar: tqdm[Any] = tqdm(disable=True)

    def draw(progress: Progress) -> None:
        nonlocal stage, bar
        if not progress.total:
            return
        if progress.stage != stage or progress.done < bar.n:
            bar.close()
            stage = progress.stage
            bar = tqdm(desc=stage.capitalize(), total=progress.total, unit="", leave=True)
        bar.total = progress.total
        bar.update(progress.done - bar.n)

    try:
        yield draw
    finally:
        bar.close()
