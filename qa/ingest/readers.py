"""A file of the corpus to its articles, or to the reason why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from qa.ingest.boilerplate import headline, mark
from qa.ingest.dating import dated
from qa.ingest.fields import ARTICLE_CHARACTERS, Fields, checked
from qa.ingest.files import ROWS, Source, whole
from qa.ingest.formats.plain import read_markdown, read_text
from qa.ingest.parsing import parser
from qa.types import Article, Refused

FILE_BYTES = 50_000_000
"""A larger file is no article, whatever pictures are in it."""
PLAIN_BYTES = 4 * ARTICLE_CHARACTERS + 4
"""What so many characters take at most, with a byte order mark."""
REFUSED_ROWS = 1_000
"""Of one file that are listed one by one."""
REASON_CHARACTERS = 300
"""What a file says may be part of the reason."""

_READERS: dict[str, Callable[[bytes], tuple[str, Fields]]] = {".txt": read_text, ".md": read_markdown}
"""What is read in this process: nothing in it is parsed that could take long or grow."""
_PARSED = (".html", ".htm", ".pdf", ".docx")
KNOWN = ", ".join((*_READERS, *_PARSED, *ROWS))
NOT_READ = f"Files of this kind are not read; these are: {KNOWN}."


def kind(name: str) -> str:
    """The ending that tells how the file `name` is read, one of KNOWN; empty where files of its kind are not read."""
    return next((ending for ending in (*_READERS, *_PARSED, *ROWS) if name.lower().endswith(ending)), "")


def read(source: Source, metadata: Mapping[str, Fields]) -> Iterator[Article | Refused]:
    """The articles of a file, with a Refused for the file or for each row that cannot be read.

    Args:
        source: The file.
        metadata: Fields by file id; they stand over what the file itself says.
    """
    given = metadata.get(source.id, Fields())
    try:
        if kind(source.id) in ROWS:
            yield from _rows(source, given)
            return
        text, fields = _document(source)
        yield _article(source.id, text, fields.overlaid(given))
    except OSError as error:
        yield _refused(source.id, f"It cannot be opened ({error.strerror}).")
    except ValueError as error:
        yield _refused(source.id, str(error))
    except Exception as error:  # one file must not stop the others
        yield _refused(source.id, f"It cannot be read ({type(error).__name__}): it is damaged, or of another kind.")


def _document(source: Source) -> tuple[str, Fields]:
    """Text and fields of a file that holds one article. Raises ValueError and OSError where there are none."""
    ending = kind(source.id)
    if not source.refusal and not ending:
        raise ValueError(NOT_READ)
    data = whole(source.open(), PLAIN_BYTES if ending in _READERS else FILE_BYTES)
    if ending in _READERS:
        return _READERS[ending](data)
    with parser() as one:
        return one.document(ending, data)


def _rows(source: Source, given: Fields) -> Iterator[Article | Refused]:
    keys, refused = set[str](), 0
    with source.open() as file, parser() as one:
        for row in one.rows(kind(source.id), file):
            try:
                if len(row) == 2:
                    raise ValueError(row[1])
                _, key, text, fields = row
                if key in keys:
                    raise ValueError(f"The id {key!r} stands in an earlier row too.")
                keys.add(key)
                yield _article(f"{source.id}#{key}", text, fields.overlaid(given))
            except ValueError as error:
                refused += 1
                if refused <= REFUSED_ROWS or not row[0]:
                    yield _refused(source.id, str(error), row[0])
    if refused > REFUSED_ROWS:
        yield Refused(source.id, f"And {refused - REFUSED_ROWS:,} more rows cannot be read.")


def _refused(source: str, reason: str, line: int = 0) -> Refused:
    if len(reason) > REASON_CHARACTERS:
        reason = f"{reason[: REASON_CHARACTERS // 2]}…{reason[-REASON_CHARACTERS // 2 :]}"
    return Refused(source, reason, line or None)


def _article(article_id: str, text: str, fields: Fields) -> Article:
    """The article with its title found and its boilerplate marked. Raises as `checked`."""
    text, fields = checked(text, fields)  # a parser that was taken over by its file has checked nothing
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
