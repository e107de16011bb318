"""Ask an archive of news articles; get a dated answer with the sentences it rests on.

import qa
archive = qa.open("corpus/")
answer = archive.ask("When did Ramadi fall?")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.archive import Archive, open
    from qa.errors import DatelineError
    from qa.types import (
        Answer,
        Article,
        Citation,
        Delta,
        Filters,
        Finished,
        Found,
        Hit,
        Passage,
        Progress,
        SyncReport,
        Turn,
    )

__all__ = [
    "Answer",
    "Archive",
    "Article",
    "Citation",
    "DatelineError",
    "Delta",
    "Filters",
    "Finished",
    "Found",
    "Hit",
    "Passage",
    "Progress",
    "SyncReport",
    "Turn",
    "open",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import on first use: `import qa` alone loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    from importlib import import_module

    home = {"Archive": "qa.archive", "open": "qa.archive", "DatelineError": "qa.errors"}.get(name, "qa.types")
    return getattr(import_module(home), name)
