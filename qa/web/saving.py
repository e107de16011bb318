"""What was given is saved, or taken out again, and the archive brought up to date, each step told as it happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep

from qa.archive import Archive
from qa.errors import IndexLocked
from qa.ingest.adding import holds_an_article, remove, save
from qa.types import Progress, Refused, SyncReport
from qa.web.added import is_added

WAIT_SECONDS, RETRY_SECONDS = 60.0, 1.0
"""For another process that writes the index."""
PACE_SECONDS = 0.1
"""Between two lines of progress."""
ROWS_TOLD = 20
"""Rows of one file whose refusal is told one by one."""

Line = dict[str, object]
Tell = Callable[[Line], None]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be saved."""

    source: str
    """What the reader calls it."""
    make: Callable[[], tuple[str, bytes]]
    """Its name and content; ValueError where there are none."""


def add(archive: Archive, items: Sequence[Item], limit: int, tell: Tell) -> None:
    """Save the items in the archive's folder and make them searchable. The lines told are those of `qa.web.adding`.

    Args:
        archive: Where to; only one thread may be adding to it.
        items: Saved in their order; one that is refused stops no other.
        limit: The most bytes of one.
        tell: Called with each line.

    Raises:
        DatelineError: The archive cannot be brought up to date; what was saved is found after its next sync.
    """
    saved: dict[str, str] = {}
    new: set[str] = set()
    for item in items:
        try:
            kept = save(archive.corpus, *item.make(), limit)
        except ValueError as error:
            tell(refused(item.source, str(error)))
            continue
        saved[kept.id] = item.source
        new |= {kept.id} if kept.new else set()
        tell({"kind": "saved", "source": item.source, "id": kept.id, "new": kept.new})
    report = _read(archive, saved, new, tell) if saved else SyncReport()
    _tell_done(archive, report, tell)


def take_out(archive: Archive, file: str, tell: Tell) -> None:
    """Remove an added file, and bring the archive up to date with that.

    Args:
        archive: Which held it; only one thread may be adding to it.
        file: Its id.
        tell: Called with each line.

    Raises:
        DatelineError: The archive cannot be brought up to date.
    """
    remove(archive.corpus, file)
    if is_added(archive.corpus, file):
        tell({"kind": "failed", "reason": f"{file!r} cannot be removed: see that Dateline may write in its folder."})
        return
    _tell_done(archive, _synced(archive, tell, _paced(tell)), tell)


def _tell_done(archive: Archive, report: SyncReport, tell: Tell) -> None:
    now = archive.statistics()
    counts = {"added": report.added, "changed": report.changed, "articles": now.articles, "passages": now.passages}
    tell({"kind": "done", **counts})


def refused(source: str, reason: str, line: int = 0) -> Line:
    """The line for what is not taken."""
    told: Line = {"kind": "refused", "source": source, "reason": reason}
    return told | {"line": line} if line else told


def _read(archive: Archive, saved: dict[str, str], new: set[str], tell: Tell) -> SyncReport:
    """What a sync changed; new files in which nothing can be read are taken out again.

    Args:
        archive: What is brought up to date.
        saved: What the reader calls them, by the ids of the files.
        new: Ids of those that were not there before.
        tell: Called with each line.
    """
    report = _synced(archive, tell, _paced(tell))
    mine = [item for item in report.refused if _file(item) in saved]
    _tell_refused(mine, saved, tell)
    bad = sorted({_file(item) for item in mine} & new)
    useless = [file for file in bad if not holds_an_article(archive.corpus, file)]
    for file in useless:
        remove(archive.corpus, file)
    if useless:
        _synced(archive, tell)
    return report


def _file(item: Refused) -> str:
    return item.source.partition("#")[0]


def _tell_refused(items: Sequence[Refused], saved: dict[str, str], tell: Tell) -> None:
    told: dict[str, int] = {}
    for item in items:
        file = _file(item)
        told[file] = told.get(file, 0) + 1
        if told[file] <= ROWS_TOLD:
            tell(refused(saved[file], item.reason, item.line or 0))
    for file, count in told.items():
        if count > ROWS_TOLD:
            tell(refused(saved[file], f"And {count - ROWS_TOLD:,} more rows cannot be read."))


def _synced(archive: Archive, tell: Tell, progress: Callable[[Progress], None] | None = None) -> SyncReport:
    """What a sync changed, once no other process writes the index."""
    until = monotonic() + WAIT_SECONDS
    while True:
        try:
            return archive.sync(progress)
        except IndexLocked:
            if monotonic() >= until:
                raise IndexLocked(
                    "Another process is writing the index: what was added is found after its next sync."
                ) from None
            tell({"kind": "waiting"})
            sleep(RETRY_SECONDS)


def _paced(tell: Tell) -> Callable[[Progress], None]:
    """What to hand to a sync: it tells where each stage begins and ends, and now and then between."""
    stage, last = "", 0.0

    def report(progress: Progress) -> None:
        nonlocal stage, last
        if progress.stage == stage and progress.done < progress.total and monotonic() - last < PACE_SECONDS:
            return
        stage, last = progress.stage, monotonic()
        tell({"kind": "progress", "stage": progress.stage, "done": progress.done, "total": progress.total})

    return report
