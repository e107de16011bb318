"""Articles that print the same copy: told by the word sequences they share, and the agencies they credit."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from qa.ingest.passages import prose
from qa.language.words import words
from qa.types import Article

SHINGLE = 5
"""Words in a row that two texts seldom share by chance."""
FEWEST = 25
"""An article of fewer shingles is too short to be told from others."""
BANDS, ROWS = 32, 3
"""Of the MinHash: two texts that share 0.6 of their shingles, as where one holds 0.75 of an equally long other, meet in
a band with a chance above 0.99; one that holds all of another twice as long, 0.98; unrelated ones, that share less
than 0.01, once in 30,000."""
COPIED, SURELY_COPIED = 0.75, 0.9
"""Share of the shorter text's shingles that the longer holds too, for it to be the same copy: published near in time,
and at any distance or on an unknown day. Series such as "5 things to know" share two thirds of their words; all
31 pairs of news pages from 0.75 on were one report, or an earlier state of it (7 of 45 from 0.6 on were not)."""
NEAR_DAYS = 7
"""How long after one outlet another prints the same agency copy, at most."""

_NAME = r"[A-Z][\w&.-]*(?: (?:and )?[A-Z][\w&.-]*){0,3}"
_CREDITS = (
    re.compile(rf"\b(?P<agency>{_NAME}) contributed to this (?:report|article|story)"),
    re.compile(rf"^(?:[A-Z][\w.,'’ /-]{{2,60}}) ?\((?P<agency>{_NAME})\) ?[—–-]", re.MULTILINE),
    re.compile(rf"^(?:\* ?|[—–-] ?|Source: |By )(?P<agency>{_NAME})\s*$", re.MULTILINE),
    re.compile(rf"\((?:with|from|additional reporting by) (?P<agency>{_NAME})\)", re.IGNORECASE),
)
_AGENCIES = {"afp": "Agence France-Presse", "ap": "Associated Press", "pa": "Press Association"}


@lru_cache(maxsize=2)  # one article is compared with others, one after another
def shingles(article: Article) -> set[str]:
    """The sequences of SHINGLE words in the article's prose."""
    found = [word for span in prose(article) for word in words(article.text[span.start : span.end])]
    return {" ".join(found[place : place + SHINGLE]) for place in range(len(found) - SHINGLE + 1)}


def bands(found: set[str]) -> list[bytes]:
    """A digest for each band of the MinHash of `found`; two sets that share one may share much. None for too few."""
    if len(found) < FEWEST:
        return []
    from rensa import RMinHash

    minhash = RMinHash(num_perm=BANDS * ROWS, seed=1729)
    minhash.update(sorted(found))
    values = minhash.digest()
    edges = range(0, BANDS * ROWS + 1, ROWS)
    return [b"".join(value.to_bytes(8, "little") for value in values[low:high]) for low, high in pairwise(edges)]


def same_copy(one: Article, other: Article) -> bool:
    """Whether two articles print the same copy: the shorter is for the most part in the longer, and near in time."""
    first, second = shingles(one), shingles(other)
    fewer = min(len(first), len(second))
    near = one.published and other.published and abs(one.published - other.published).days <= NEAR_DAYS
    return fewer >= FEWEST and len(first & second) >= (COPIED if near else SURELY_COPIED) * fewer


def sources(article: Article) -> set[str]:
    """Whom the article's report comes from, in lower case: its outlet, and the agencies that its text credits."""
    found = {match["agency"] for pattern in _CREDITS for match in pattern.finditer(article.text)}
    return {_AGENCIES.get(name.lower(), name).lower() for name in (*found, article.publisher) if name}
