"""What stands around the conversation, as HTML: the head, the kept conversations, search, library, settings.

The HTML is in templates/, where every value is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa.answer.origin import origin
from qa.archive import Archive
from qa.ingest.readers import KNOWN
from qa.keeping.conversations import Conversation
from qa.language.words import terms, words
from qa.settings import ANSWER_FROM, Settings
from qa.types import Hit, Refused, Statistics
from qa.web.added import Added
from qa.web.render import address, shortened
from qa.web.texts import Texts

SORTS = ("relevance", "newest", "oldest")
FACETS = 12
"""Outlets and years offered beside search results."""
BAR_HEIGHT = 100
REFUSED_SHOWN = 200
BEFORE_CHARACTERS = 60
"""What a snippet shows before the first word asked for."""
FIELDS = (
    ("headline", "title", "text"),
    ("day", "published", "date"),
    ("outlet", "publisher", "text"),
    ("author", "author", "text"),
    ("url", "url", "url"),
)
"""Of a pasted text: the key of the label, the name and the kind of the field."""
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


class Bar(NamedTuple):
    """A month of the plot."""

    month: str
    articles: int
    place: int
    """Months since the first."""
    height: float


def _html(template: str, texts: Texts, **values: Any) -> str:  # noqa: ANN401
    return _TEMPLATES.get_template(f"{template}.html").render(t=texts, **values)


def state_of(archive: Archive) -> str:
    """Another text whenever what `about_html` and `filters_html` show may be another."""
    return blake2b(f"{archive.revision()} {archive.written_by}".encode(), digest_size=4).hexdigest()


def header_html(about: str, state: str, texts: Texts, other: Texts, login: bool = False) -> str:
    """The line at the top: what archive this is, and the ways to the other views.

    Args:
        about: What `about_html` gave.
        state: What `state_of` gave.
        texts: The page's words.
        other: Those of the other language.
        login: Whether readers have logged in, and may log out.
    """
    return _html("header", texts, about=about, state=state, other=other, login=login)


def about_html(
    name: str, statistics: Statistics, refused: Sequence[Refused], texts: Texts, written_by: str = ""
) -> str:
    """What archive this is, and who writes the answers.

    Args:
        name: Of the corpus.
        statistics: Of the archive.
        refused: What of it could not be read.
        texts: The page's words.
        written_by: The language model and where it is.
    """
    years = sorted({day.year for day in (statistics.first, statistics.last) if day})
    return _html(
        "about",
        texts,
        corpus=name,
        statistics=statistics,
        years=years,
        refused=refused,
        shown=REFUSED_SHOWN,
        written_by=written_by,
    )


def side_html(texts: Texts) -> str:
    """The frame of the list of conversations, and the dialog that asks for a name or a comment."""
    return _html("side", texts)


def source_html(texts: Texts) -> str:
    """The frame of the source pane."""
    return _html("source", texts)


def conversations_html(listed: Sequence[Conversation], texts: Texts, now: datetime, searched: bool) -> str:
    """The kept conversations by their day, each with what renames, exports and deletes it."""
    days = [(day, list(talks)) for day, talks in groupby(listed, lambda talk: _when(talk.changed, now, texts))]
    return _html("conversations", texts, days=days, searched=searched)


def _when(changed: datetime, now: datetime, texts: Texts) -> str:
    days = (now.date() - changed.date()).days
    if days < 2:
        return texts("today" if days < 1 else "yesterday")
    return texts("last_week") if changed > now - timedelta(days=7) else f"{changed:%Y-%m}"


def filters_html(statistics: Statistics, texts: Texts) -> str:
    """The bar above the question box: the filters set, which the page's script fills in, and a way to change them."""
    years = sorted({month[:4] for month in statistics.months}, reverse=True)[:FACETS]
    return _html("filters", texts, statistics=statistics, years=years)


def search_html(statistics: Statistics, texts: Texts) -> str:
    """The frame of the search view, and the place of the others."""
    return _html("search", texts, filters=filters_html(statistics, texts), sorts=SORTS)


def results_html(query: str, hits: Sequence[Hit], sort: str, texts: Texts) -> str:
    """What a search found, with the outlets and years to narrow it by."""
    outlets = Counter(hit.article.publisher for hit in hits if hit.article.publisher)
    years = Counter(hit.article.published.year for hit in hits if hit.article.published)
    asked = frozenset(terms(query))
    return _html(
        "results",
        texts,
        hits=_sorted(hits, sort),
        articles=len({hit.article.id for hit in hits}),
        origin=origin,
        address=lambda hit: address(hit.article.id, hit.passage.start, hit.passage.end, hit.text),
        snippet=lambda hit: snippet(hit.text, asked),
        facets=(
            (texts("outlets"), "outlet", sorted(outlets.items(), key=lambda item: (-item[1], item[0]))[:FACETS]),
            (texts("years"), "year", sorted(years.items(), reverse=True)[:FACETS]),
        ),
    )


def _sorted(hits: Sequence[Hit], sort: str) -> list[Hit]:
    """The hits by day, where that is asked for; those of unknown day stand last either way."""
    if sort not in ("newest", "oldest"):
        return list(hits)
    dated = [hit for hit in hits if hit.article.published]
    dated.sort(key=lambda hit: hit.article.published or date.min, reverse=sort == "newest")
    return dated + [hit for hit in hits if not hit.article.published]


def snippet(text: str, asked: frozenset[str]) -> list[tuple[str, bool]]:
    """The words from shortly before the first that was asked for, each with whether it was asked for.

    Args:
        text: Of a passage.
        asked: The terms of the query.
    """
    folded = " ".join(text.split())
    first = next((folded.lower().find(word) for word in words(folded) if asked & set(terms(word))), 0)
    start = folded.rfind(" ", 0, max(0, first - BEFORE_CHARACTERS)) + 1
    shown = [(word, bool(asked & set(terms(word)))) for word in shortened(folded[start:]).split(" ")]
    return [("…", False), *shown] if start else shown


def library_html(
    statistics: Statistics, refused: Sequence[Refused], settings: Settings, texts: Texts, added: Sequence[Added] = ()
) -> str:
    """What the archive holds, how it lies in time, what could not be read, how more is added, and what was."""
    bars = coverage(statistics.months)
    return _html(
        "library",
        texts,
        statistics=statistics,
        bars=bars,
        width=bars[-1].place + 1 if bars else 0,
        height=BAR_HEIGHT,
        settings=settings,
        kinds=KNOWN,
        fields=FIELDS,
        refused=refused,
        shown=REFUSED_SHOWN,
        added=added,
        article=lambda item: address(item.file, 0, 0),
    )


def coverage(months: Mapping[str, int]) -> list[Bar]:
    """The bars of a plot of articles per month, the highest of BAR_HEIGHT.

    Args:
        months: Month, as in "2015-05", to number, in order.
    """
    numbers = {month: int(month[:4]) * 12 + int(month[5:7]) for month in months}
    first, highest = min(numbers.values(), default=0), max(months.values(), default=1)
    return [
        Bar(month, count, numbers[month] - first, round(BAR_HEIGHT * count / highest, 1))
        for month, count in months.items()
    ]


def settings_html(settings: Settings, free: bool, texts: Texts) -> str:
    """What can be set while the program runs; the key itself is never shown.

    Args:
        settings: As they are.
        free: Whether whoever looks may change them.
        texts: The page's words.
    """
    return _html("settings", texts, settings=settings, free=free, best=ANSWER_FROM)
