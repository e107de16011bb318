"""Word documents (python-docx)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from qa.ingest.fields import Fields

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.coreprops import CoreProperties
    from docx.table import Table, _Cell

EXPANDED_BYTES = 100_000_000
"""A 648 KB file that expands to 1.2 GB was seen; no article comes near this."""
NO_TITLE, NO_AUTHOR, NOT_MADE = "Word Document", "python-docx", date(2013, 12, 23)
"""What python-docx says of a document without properties, and what its template says of all that are made with it."""


def read_docx(data: bytes) -> tuple[str, Fields]:
    """The paragraphs and tables, an empty line between them, and the document's properties.

    Raises:
        ValueError: It is damaged or expands beyond bounds.
    """
    from docx import Document as opened

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > EXPANDED_BYTES:
            raise ValueError(f"It expands to {size:,} bytes; at most {EXPANDED_BYTES:,} are read.")
        document = opened(io.BytesIO(data))
    except ValueError:
        raise
    except Exception as error:  # python-docx and lxml raise many kinds for a damaged file
        raise ValueError(f"It is no Word document that can be read ({type(error).__name__}).") from None
    properties = document.core_properties
    title, author = (" ".join((value or "").split()) for value in (properties.title, properties.author))
    return "\n\n".join(_blocks(document)), Fields(
        title="" if title == NO_TITLE else title,
        author="" if author == NO_AUTHOR else author,
        made=_made(properties),
    )


def _blocks(container: Document | _Cell) -> Iterator[str]:
    """The paragraphs and tables of a document or a cell that hold text, in order."""
    from docx.table import Table

    for block in container.iter_inner_content():
        text = "\n".join(_rows(block)) if isinstance(block, Table) else block.text.strip()
        if text:
            yield text


def _rows(table: Table) -> Iterator[str]:
    """The rows of a table that hold text, each a line where no cell has more, cells parted by " | "."""
    from docx.table import _Cell

    for row in table.rows:
        # `row.cells` has a merged cell many times over, and looks for it row by row.
        cells = ["\n".join(_blocks(_Cell(cell, table))) for cell in row._tr.tc_lst]
        if text := " | ".join(cell for cell in cells if cell):
            yield text


def _made(properties: CoreProperties) -> date | None:
    """The day in the document's properties; None where it is the template's, or what stands there is no date."""
    try:
        created = properties.created
    except (TypeError, ValueError, OverflowError):
        return None
    return created.date() if created and created.date() != NOT_MADE else None
