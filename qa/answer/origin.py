"""Where an article comes from, in words."""

from __future__ import annotations

from qa.language.intervals import day_in_words
from qa.types import Article


def day_of(article: Article) -> str:
    """The day of publication, with its basis and the reason where it is not given."""
    if article.published is None:
        return "day unknown"
    day = day_in_words(article.published)
    if article.basis == "given":
        return day
    basis = "stated in the text" if article.basis == "stated" else article.basis
    return f"{day} ({basis}: {article.basis_note})" if article.basis_note else f"{day} ({basis})"


def origin(article: Article) -> str:
    """Outlet and day, as in "The Ledger, 18 May 2015"."""
    return f"{article.publisher or 'unknown outlet'}, {day_of(article)}"
