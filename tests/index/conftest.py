"""An index in a folder of the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from qa.index.index import Index
from tests.conftest import WordCounts

Opened = Callable[[WordCounts], Index]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the index of the test, as often as asked; all are closed at the end."""
    with ExitStack() as stack:
        yield lambda encoder: stack.enter_context(closing(Index(tmp_path / "index", encoder)))


@pytest.fixture
def index(opened: Opened, encoder: WordCounts) -> Index:
    return opened(encoder)
