"""Web pages: the article in them (trafilatura) and its date (htmldate)."""

from __future__ import annotations

import re

from qa.ingest.decode import decode
from qa.ingest.fields import Fields, day_of

_META_CHARSET = re.compile(rb"""<meta[^>]+charset=["']?(?P<name>[\w-]+)""", re.IGNORECASE)
_META_DATE = re.compile(
    r"""<meta[^>]+(?:published_time|datePublished|pubdate|dc\.date|["']date["'])[^>]*>|"datePublished"\s*:""",
    re.IGNORECASE,
)


def read_html(data: bytes) -> tuple[str, Fields]:
    """The article's text without navigation, and what the page says of it.

    Raises:
        ValueError: No article is found in it.
    """
    import htmldate
    import trafilatura

    page = _decoded(data)
    document = trafilatura.bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
    # The library can return a dictionary too, where it is asked to.
    text = "" if document is None or isinstance(document, dict) else document.text or ""
    if document is None or isinstance(document, dict) or not text.strip():
        raise ValueError("No article text is found in the page.")
    published = day_of(htmldate.find_date(page, original_date=True, extensive_search=False) or "")
    # A date in the page's own metadata was given by the outlet; any other was read off the page.
    given = _META_DATE.search(page) is not None
    return text, Fields(
        title=document.title or "",
        published=published,
        basis="unknown" if published is None else "given" if given else "stated",
        basis_note="" if published is None or given else "a date on the page",
        publisher=document.sitename or "",
        author=document.author or "",
        url=document.url or "",
        language=document.language or "",
    )


def _decoded(data: bytes) -> str:
    match = _META_CHARSET.search(data[:2048])
    if match and match["name"].lower() not in (b"utf-8", b"utf8"):
        try:
            return data.decode(match["name"].decode())
        except (LookupError, ValueError):
            pass
    return decode(data)
