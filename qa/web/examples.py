"""Questions that the page offers before the first one is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from qa.archive import Archive
from qa.language.intervals import MONTHS, WEEKDAYS

FILE = ".examples"
"""In the corpus folder: questions to offer, one a line."""
SHOWN = 5
TRIED = 10
"""Places whose timeline is looked at; each takes a search."""
EVENTS = 3
"""Dated events that make a timeline worth offering."""
READ = 300
"""Articles in which places are looked for."""
_PLACE = re.compile(
    r"\b(?:in|from|near|around|outside) ((?:[A-Z][\w’'-]+ ?){1,3})"
    r"(?=[,.;:]| (?:and|on|in|was|were|is|has|had|after|as|to)\b)"
)
_NO_PLACES = frozenset((*MONTHS, *WEEKDAYS))


def examples(archive: Archive) -> list[str]:
    """The questions of the corpus's own list; without one, timelines of the places that most articles name."""
    try:
        lines = (archive.corpus / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return list(_timelines(archive))
    return [line.strip() for line in lines if line.strip()][:SHOWN]


def _timelines(archive: Archive) -> Iterator[str]:
    offered = 0
    for place in _places(archive)[:TRIED]:
        if offered < SHOWN and len(archive.timeline(place, EVENTS)) == EVENTS:
            offered += 1
            yield f"Timeline of {place}"


def _places(archive: Archive) -> list[str]:
    """What stands where places stand, that which most articles name first."""
    named = Counter[str]()
    for article in archive.articles(READ):
        found = {match[1].strip() for match in _PLACE.finditer(article.text)}
        named.update(place for place in found if not _NO_PLACES & set(place.split()))
    return [place for place, _ in sorted(named.items(), key=lambda item: (-item[1], item[0]))]
