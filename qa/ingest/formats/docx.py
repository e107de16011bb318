"""Word documents (python-docx)."""

from __future__ import annotations

import io
import zipfile

from qa.ingest.fields import Fields

EXPANDED_BYTES = 100_000_000
"""A 648 KB file that expands to 1.2 GB was seen; no article comes near this."""


def read_docx(data: bytes) -> tuple[str, Fields]:
    """The paragraphs, an empty line between them, and the document's properties.

    Raises:
        ValueError: It is damaged or expands beyond bounds.
    """
    from docx import Document

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > EXPANDED_BYTES:
            raise ValueError(f"It expands to {size:,} bytes; at most {EXPANDED_BYTES:,} are read.")
        document = Document(io.BytesIO(data))
    except ValueError:
        raise
    except Exception as error:  # python-docx and lxml raise many kinds for a damaged file
        raise ValueError(f"It is no Word document that can be read ({type(error).__name__}).") from None
    properties = document.core_properties
    day = properties.created.date() if properties.created else None
    return "\n\n".join(p.text.strip() for p in document.paragraphs if p.text.strip()), Fields(
        title=" ".join((properties.title or "").split()),
        author=" ".join((properties.author or "").split()),
        published=day,
        basis="inferred" if day else "unknown",
        basis_note="the day the document was made" if day else "",
    )
