"""New files for a corpus folder: named, checked, and written so that nothing already there is harmed.

Names come from strangers. What is added lies below `added/`, and nothing else in the folder is ever touched.
"""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from qa.ingest.files import ALIASES, METADATA, Source
from qa.ingest.passages import cut
from qa.ingest.readers import NOT_READ, kind, read
from qa.language.words import without_surrogates
from qa.types import Article

ADDED = "added"
"""The folder of the corpus that holds what was added."""
FILE_BYTES = 25_000_000
"""The largest file taken by default."""
NAME_BYTES = 120
"""Of a name, in UTF-8: file systems take 255, and Windows takes 260 characters for the whole path."""
FOLDERS = 3
"""Of a file in a folder that was added, the innermost so many are kept."""
SAME_NAME = 1_000
"""Different files of one name."""
FIELD_CHARACTERS = 2_000
"""A longer title, outlet, author or address is a text in the wrong place."""
TITLE_WORDS = 10
"""Words of the title in the name of a text that was pasted."""

_NOT_IN_NAMES = re.compile(r'[<>:"|?*#]')
"""Windows takes none of these but the last, which parts file and row in an article's id."""
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\Z", re.IGNORECASE)
"""Devices to Windows, with any ending."""
_WEB = re.compile(r"https?://\S+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saved:
    """A file of the corpus, as it was asked to be saved."""

    id: str
    """Path relative to the corpus folder, with "/"."""
    new: bool
    """False where the same content was there under this name already."""


def save(corpus: Path, name: str, content: bytes, limit: int = FILE_BYTES) -> Saved:
    """The file written below `added/`, under `name` made harmless; another number where a different file has it.

    Args:
        corpus: The corpus folder.
        name: A file name or a relative path, from a stranger.
        content: The file.
        limit: The most bytes taken.

    Raises:
        ValueError: It is not taken or cannot be written; the message is one sentence.
    """
    *folders, last = harmless(name)
    check_size(len(content), limit)
    if not content.strip():
        raise ValueError("It is empty.")
    try:
        folder = _folder(corpus, folders)
        found, new = _placed(folder, last, content)
    except OSError as error:
        raise ValueError(f"It cannot be written ({error.strerror}).") from None
    return Saved(PurePosixPath(ADDED, *folders, found).as_posix(), new)


def check_size(size: int, limit: int) -> None:
    """Do nothing where a file of `size` bytes is taken.

    Raises:
        ValueError: It is too large; the message is one sentence.
    """
    if size > limit:
        raise ValueError(f"It has {size:,} bytes; at most {limit:,} are taken.")


def remove(corpus: Path, file: str) -> None:
    """Take the added file of that id out of the corpus again, with the folders that it leaves empty."""
    path = corpus / file
    with suppress(OSError):  # a folder that is not empty stays
        path.unlink()
        for folder in path.relative_to(corpus / ADDED).parents:
            (corpus / ADDED / folder).rmdir()


def holds_an_article(corpus: Path, file: str) -> bool:
    """Whether anything can be searched in the added file of that id."""
    path = corpus / file
    status = path.stat()
    found = read(Source(file, path, status.st_size, status.st_mtime_ns, corpus.resolve()), {})
    return any(isinstance(item, Article) and cut(item) for item in found)


def pasted(
    title: str, text: str, published: str = "", publisher: str = "", author: str = "", url: str = ""
) -> tuple[str, bytes]:
    """Name and content of a Markdown file with front matter for a text that was pasted; all but `text` may be empty.

    Raises:
        ValueError: There is no text, or what is said of it cannot be used; the message is one sentence.
    """
    import yaml

    text = _sound(text).replace("\r\n", "\n").strip()
    if not text:
        raise ValueError("There is no text: paste the article's own words.")
    row = {"title": title, "published": published, "publisher": publisher, "author": author, "url": url}
    fields: dict[str, object] = {key: line for key, value in row.items() if (line := " ".join(_sound(value).split()))}
    for key, value in fields.items():
        if len(str(value)) > FIELD_CHARACTERS:
            raise ValueError(f"The {key} has {len(str(value)):,} characters; at most {FIELD_CHARACTERS:,} are taken.")
    if day := str(fields.get("published", "")):
        fields["published"] = _day(day)
    if "url" in fields and not _WEB.match(str(fields["url"])):
        raise ValueError("The address of the article begins with neither http:// nor https://.")
    words = re.findall(r"[^\W_]+", (str(fields.get("title", "")) or text[:FIELD_CHARACTERS]).lower())[:TITLE_WORDS]
    # A front matter stands there even if it says nothing: lines that look like one in the text are then text.
    front = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=10 * FIELD_CHARACTERS) if fields else ""
    return f"{'-'.join([day or 'text', *words])}.md", f"---\n{front}---\n{text}\n".encode()


def harmless(name: str) -> list[str]:
    """The folders and the file of a path from a stranger, such that it stays where it is put, on every system.

    Raises:
        ValueError: No file of that name is taken; the message is one sentence.
    """
    given = re.split(r"[/\\]", name)
    parts = [found for part in given if not _DRIVE.fullmatch(part) and (found := _part(part))]
    if not parts:
        raise ValueError("It has no name that can be used.")
    if any(part.startswith(".") for part in parts):
        raise ValueError("A name that begins with a dot is hidden from the archive: give it another.")
    last, ending = parts[-1], kind(parts[-1])
    stem = last[: len(last) - len(ending)]
    if last.startswith("README") or stem.casefold() == "readme" or last.casefold() in (METADATA, ALIASES):
        raise ValueError("A file of this name tells of the archive and is no article: give it another name.")
    if not ending:
        raise ValueError(NOT_READ)
    return [_fitted(part) for part in parts[:-1]][-FOLDERS:] + [_fitted(stem, last[len(stem) :])]


def _part(part: str) -> str:
    """A folder's or file's name without what deceives a reader or a file system; empty for "." and ".."."""
    shown = "".join(c for c in part if c.isspace() or unicodedata.category(c)[0] != "C")
    shown = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFC", " ".join(shown.split()))).rstrip(". ")
    return f"_{shown}" if _RESERVED.match(shown.partition(".")[0].rstrip()) else shown


def _fitted(stem: str, tail: str = "") -> str:
    """Stem and tail in NAME_BYTES, what is too long being cut off the stem."""
    room = NAME_BYTES - len(tail.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + tail


def _folder(corpus: Path, names: list[str]) -> Path:
    """The folder below `added/`, made where it is not there."""
    place = corpus
    for name in (ADDED, *names):
        place /= name
        if place.is_symlink():
            raise ValueError(f"The folder {name!r} is a link, which is not followed: put a real folder in its place.")
        if place.exists() and not place.is_dir():
            raise ValueError(f"There is a file named {name!r} already, so no folder can be.")
        place.mkdir(exist_ok=True)
    return place


def _placed(folder: Path, name: str, content: bytes) -> tuple[str, bool]:
    """The name under which the content is in `folder`, and whether it was put there now."""
    hidden = folder / f".{secrets.token_hex(8)}.part"
    ending = name[len(name) - len(kind(name)) :]
    stem = name[: len(name) - len(ending)]
    try:
        _write(hidden, content)
        for number in range(1, SAME_NAME + 1):
            target = folder / (name if number == 1 else _fitted(stem, f"-{number}{ending}"))
            if _taken_over(hidden, target):
                _flush_folder(folder)
                return target.name, True
            if _holds(target, content):
                return target.name, False
    finally:
        hidden.unlink(missing_ok=True)
    raise ValueError(f"There are {SAME_NAME:,} files of that name already: give it another.")


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _taken_over(hidden: Path, target: Path) -> bool:
    """Whether the name was free and is the file's now; nobody who comes at the same time can get it too."""
    try:
        os.link(hidden, target)
    except FileExistsError:
        return False
    except OSError:
        # No hard links, as on exFAT and some shared folders: the name is taken by an empty file, which is replaced.
        try:
            target.open("xb").close()
        except FileExistsError:
            return False
        os.replace(hidden, target)
    return True


def _flush_folder(folder: Path) -> None:
    """Make the new name survive a power cut too, where folders can be flushed."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _holds(path: Path, content: bytes) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != len(content):
        return False
    return path.read_bytes() == content


def _sound(text: str) -> str:
    """`text` without what no text file holds: NUL characters and lone surrogates."""
    return without_surrogates(text).replace("\0", "")


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ValueError(f"The date {text!r} is no day of the form 2015-05-17.")
