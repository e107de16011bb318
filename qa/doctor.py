"""Whether everything that Dateline needs is there and works, each thing in one sentence that says what to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.answer.writing import Writer
from qa.archive import Archive
from qa.errors import DatelineError, SettingsError
from qa.models.encoder import Encoder
from qa.models.reader import Reader
from qa.settings import Settings

PING = [{"role": "user", "content": "Reply with the word: ready"}]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    well: bool
    told: str
    """One sentence."""


def checks(corpus: Path, index: str | Path | None, settings: Settings) -> Iterator[Check]:
    """What was looked at, one after another.

    Args:
        corpus: The folder of articles.
        index: The folder of its index or the address of a server, None for the default.
        settings: Those in force.
    """
    looks: dict[str, Callable[[], str]] = {
        "models": lambda: _models(settings),
        "archive": lambda: _archive(corpus, index, settings),
        "meaning": lambda: _meaning(corpus, index, settings),
        "writing": lambda: _writing(settings),
    }
    for name, look in looks.items():
        try:
            yield Check(name, True, look())
        except DatelineError as error:
            yield Check(name, False, str(error))


def _models(settings: Settings) -> str:
    Encoder(settings.threads).encode(["ready"])
    Reader(settings.threads).read(["ready?"], [("", "ready")])
    return "The shipped encoder and reader are whole and run."


def _archive(corpus: Path, index: str | Path | None, settings: Settings) -> str:
    with Archive(corpus, index, settings) as archive:
        statistics, refused = archive.statistics(), archive.refused()
    if not statistics.articles:
        return f"The archive of {str(corpus)!r} has no index yet: run qa sync."
    told = f"The archive of {str(corpus)!r} holds {statistics.articles:,} articles, {statistics.passages:,} passages"
    return f"{told}; {len(refused):,} entries could not be read." if refused else f"{told}."


def _meaning(corpus: Path, index: str | Path | None, settings: Settings) -> str:
    with Archive(corpus, index, settings) as archive:
        return archive.engine()


def _writing(settings: Settings) -> str:
    if not settings.writes:
        if settings.write and settings.model:
            raise SettingsError(
                f"QA_MODEL names {settings.model!r} and no server, so answers quote the articles and nothing leaves "
                "this machine: set OPENAI_BASE_URL, or OPENAI_API_KEY for OpenAI's."
            )
        return "No language model is configured, so answers quote the articles and nothing leaves this machine."
    model = Writer(settings)
    pieces = model.write(PING)
    try:
        next(pieces, None)
        sent = "questions, what they follow on and the passages found"
        return f"Answers are written by {model.name} at {model.host}, to which {sent} are sent."
    finally:
        pieces.close()
        model.close()
