"""Progress of a sync as bars on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from qa.types import Progress


@contextmanager
def bars() -> Iterator[Callable[[Progress], None]]:
    """What to hand to a sync: it draws one bar a stage, and none for a stage with nothing to do."""
    drawn: dict[str, tqdm[Any]] = {}

    def draw(progress: Progress) -> None:
        if not progress.total:
            return
        if progress.stage not in drawn:
            for bar in drawn.values():
                bar.close()
            drawn[progress.stage] = tqdm(desc=progress.stage.capitalize(), total=progress.total, unit="", leave=True)
        bar = drawn[progress.stage]
        bar.total = progress.total
        bar.update(progress.done - bar.n)

    try:
        yield draw
    finally:
        for bar in drawn.values():
            bar.close()
