"""A file of the corpus to its articles, or to the reason why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from qa.ingest.boilerplate import headline, mark
from qa.ingest.dating import dated
from qa.ingest.fields import Fields
from qa.ingest.files import Source
from qa.ingest.formats.docx import read_docx
from qa.ingest.formats.html import read_html
from qa.ingest.formats.jsonl import read_rows
from qa.ingest.formats.pdf import read_pdf
from qa.ingest.formats.plain import read_markdown, read_text
from qa.types import Article, Refused

FILE_BYTES = 50_000_000
"""A larger file is no article; the largest of 6,535 news pages has 20,000 characters."""

_READERS: dict[str, Callable[[bytes], tuple[str, Fields]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
_ROWS = (".jsonl", ".jsonl.gz")
KNOWN = ", ".join((*_READERS, *_ROWS))
NOT_READ = f"Files of this kind are not read; these are: {KNOWN}."


def kind(name: str) -> str:
    """The ending that tells how the file `name` is read, one of KNOWN; empty where files of its kind are not read."""
    return next((ending for ending in (*_READERS, *_ROWS) if name.lower().endswith(ending)), "")


def read(source: Source, metadata: Mapping[str, Fields]) -> Iterator[Article | Refused]:
    """The articles of a file, with a Refused for the file or for each row that cannot be read.

    Args:
        source: The file.
        metadata: Fields by file id; they stand over what the file itself says.
    """
    given = metadata.get(source.id, Fields())
    if source.id.lower().endswith(_ROWS):
        yield from _rows(source, given)
        return
    reader = _READERS.get(PurePosixPath(source.id).suffix.lower())
    if reader is None:
        yield Refused(source.id, NOT_READ)
        return
    try:
        if source.size > FILE_BYTES:
            raise ValueError(f"It has {source.size:,} bytes; at most {FILE_BYTES:,} are read.")
        text, fields = reader(source.path.read_bytes())
        yield _article(source.id, text, fields.overlaid(given))
    except OSError as error:
        yield Refused(source.id, f"It cannot be opened ({error.strerror}).")
    except ValueError as error:
        yield Refused(source.id, str(error))
    except Exception as error:  # a parser of foreign files may raise anything; one file must not stop the others
        yield Refused(source.id, f"It cannot be read ({type(error).__name__}): it is damaged, or of another kind.")


def _rows(source: Source, given: Fields) -> Iterator[Article | Refused]:
    for row in read_rows(source.path):
        try:
            if len(row) == 2:
                raise ValueError(row[1])
            _, key, text, fields = row
            yield _article(f"{source.id}#{key}", text, fields.overlaid(given))
        except ValueError as error:
            yield Refused(source.id, str(error), row[0] or None)


def _article(article_id: str, text: str, fields: Fields) -> Article:
    """The article with its title found and its boilerplate marked.

    Raises:
        ValueError: There is no text.
    """
    if not text.strip():
        raise ValueError("It has no text.")
    fields = dated(article_id, text, fields)
    title = fields.title or headline(text) or _name(article_id)
    return Article(
        id=article_id,
        text=text,
        title=title,
        published=fields.published,
        basis=fields.basis,
        basis_note=fields.basis_note,
        publisher=fields.publisher,
        author=fields.author,
        url=fields.url,
        language=fields.language,
        boilerplate=mark(text, title),
    )


def _name(article_id: str) -> str:
    """The file's name, made readable."""
    return PurePosixPath(article_id.partition("#")[0]).stem.replace("_", " ").replace("-", " ").strip()
