"""How often expressions of time are resolved right: `python -m evals.dates --shared ../shared [--part tune|report]`.

The expressions of `questions/dates.jsonl` were drawn at random, by class of expression, from news pages of RealTime QA
and from the shared articles, and labelled before the rules were tuned; half is for tuning them, half for reporting. The
sentences are not in the repository, which has no licence for them. With `--rival NAME` another tool does the work:
dateparser or heideltime (`evals/rivals/dates.py`).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, cast

from evals.importing.rows import Row
from evals.sets import rows
from qa.ingest.decode import decode
from qa.language.dates import expressions
from qa.language.sentences import sentences

QUESTIONS = Path(__file__).parent / "questions" / "dates.jsonl"
Kind = Literal["days", "vague", "open", "none"]
Interval = tuple[date, date] | None
Resolver = Callable[[str, date], list[tuple[int, int, Interval]]]
"""A text and its day to the expressions in it: start, end, and the days meant, None where they are left open."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An expression in its sentence, with what it means."""

    text: str
    """The line of the article that holds it."""
    start: int
    end: int
    published: date
    kind: Kind
    """"days": just these; "vague": no certain ones, around publication ("recent years"); "open": they hang on another
    event ("two weeks later"); "none": no expression of time at all ("the rise and fall")."""
    days: Interval

    def right(self, found: list[tuple[int, int, Interval]]) -> bool:
        """Whether `found`, the expressions of the whole text, says of this one what is meant."""
        here = [(min(end, self.end) - max(start, self.start), days) for start, end, days in found]
        overlap, days = max(here, key=lambda one: one[0], default=(0, None))
        if overlap <= 0:
            return self.kind != "days"
        if self.kind == "vague":
            return days is None or days[0] <= self.published <= days[1]
        return self.kind != "none" and days == self.days


def labelled(shared: Path, part: str) -> Iterator[Labelled]:
    """The labelled expressions of a part, "tune" or "report"."""
    folder = shared / "data" / "news_realtimeqa"
    texts = {row["doc_id"]: row["text"] for row in rows(folder / "realtimeqa_docs_shared.jsonl.gz")}
    for row in rows(QUESTIONS):
        if row["aside"] == (part == "report"):
            text = texts.get(row["article"]) or decode((shared / "articles" / row["article"]).read_bytes())
            yield _labelled(text, row)


def _labelled(text: str, row: Row) -> Labelled:
    line = text.rfind("\n", 0, row["start"]) + 1
    stop = text.find("\n", row["end"])
    days = (date.fromisoformat(row["first"]), date.fromisoformat(row["last"])) if row["first"] else None
    published = date.fromisoformat(row["published"])
    text = text[line : stop if stop >= 0 else None]
    return Labelled(text, row["start"] - line, row["end"] - line, published, cast(Kind, row["kind"]), days)


def ours(text: str, published: date) -> list[tuple[int, int, Interval]]:
    """As Dateline resolves them."""
    found = expressions(text, published)
    return [(e.start, e.end, (e.first, e.last) if e.first and e.last else None) for e in found]


def main() -> None:
    """Print the share resolved right, by kind, and with --misses each that is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--part", choices=("tune", "report"), default="tune")
    parser.add_argument("--rival", choices=("dateparser", "heideltime"))
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    resolver: Resolver = ours
    if options.rival:
        from evals.rivals import dates

        resolver = getattr(dates, options.rival)
    right, asked = Counter[str](), Counter[str]()
    for item in labelled(options.shared, options.part):
        # A sentence, not its whole line: all that the rivals are made for.
        sentence = next(s for s in sentences(item.text) if s.start <= item.start < s.end)
        found = [
            (s + sentence.start, e + sentence.start, days)
            for s, e, days in resolver(item.text[sentence.start : sentence.end], item.published)
        ]
        asked[item.kind] += 1
        if item.right(found):
            right[item.kind] += 1
        elif options.misses:
            print(f"{item.published:%a %d %b %Y} {item.text[item.start : item.end]!r} means {_shown(item.days)}")
            print(f"    {item.text[sentence.start : sentence.end]}")
            for start, end, days in found:
                if start < item.end and item.start < end:
                    print(f"    {item.text[start:end]!r}: {_shown(days)}")
    print(f"{options.part}: {right.total()}/{asked.total()} = {right.total() / asked.total():.3f}")
    print(", ".join(f"{kind} {right[kind]}/{count}" for kind, count in asked.items()))


def _shown(days: Interval) -> str:
    return f"{days[0]} to {days[1]}" if days else "no days"


if __name__ == "__main__":
    main()
