"""PDF files (pypdf)."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

from qa.ingest.fields import Fields

if TYPE_CHECKING:
    from pypdf import DocumentInformation

PAGES = 500
"""A longer document is no article."""


def read_pdf(data: bytes) -> tuple[str, Fields]:
    """The text of the pages, an empty line between them, and the document's properties.

    Raises:
        ValueError: It is damaged, locked, too long, or a picture without text.
    """
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("It is locked with a password.")
        if len(reader.pages) > PAGES:
            raise ValueError(f"It has {len(reader.pages):,} pages; at most {PAGES} are read.")
        text = "\n\n".join(page.extract_text().strip() for page in reader.pages)
        made = _made(reader.metadata)
        title = (reader.metadata.title or "") if reader.metadata else ""
        author = (reader.metadata.author or "") if reader.metadata else ""
    except ValueError:
        raise
    except (PyPdfError, OSError, RecursionError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"It is no PDF that can be read ({type(error).__name__}).") from None
    if not text.strip():
        raise ValueError("It holds no text; a scanned page has to be recognised first.")
    return text, Fields(title=" ".join(title.split()), author=" ".join(author.split()), made=made)


def _made(metadata: DocumentInformation | None) -> date | None:
    """The day in the document's properties; None too where what stands there is no date."""
    try:
        created = metadata.creation_date if metadata else None
    except ValueError:
        return None
    return created.date() if created else None
