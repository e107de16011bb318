"""The articles that kept turns cite, for programs that manage references."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, TextIO

from pybtex.database import BibliographyData, Entry, Person  # type: ignore[import-untyped]
from pybtex.database.output.bibtex import Writer  # type: ignore[import-untyped]

from qa.answer.origin import day_of
from qa.keeping.conversations import Kept
from qa.language.intervals import MONTHS
from qa.language.words import STOP_WORDS, fold, without_surrogates
from qa.types import Article, Citation

SLUG_CHARACTERS = 24
"""Of an outlet or a word in a key."""
_LATEX = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",  # with \{ the braces would not pair
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
}
_BETWEEN = re.compile(r"\s*[,;&]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
"""Stands between the names of several authors."""
_BY = re.compile(r"^by\s+", re.IGNORECASE)
_NAME_WORDS = range(2, 6)
_NAME = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_]+(?:[’'-][^\W\d_]+)*")
"""A word of a person's name, or initials."""
_PARTICLES = frozenset("af al bin da dal de del della den der di dos du el ibn la le ten ter van von".split())
_NOT_OF_PERSONS = frozenset(
    """afp agence agencies agency ap associated association bbc board broadcasting bureau centre center chronicle cnn co
    committee company corporation correspondent correspondents council daily department desk dpa editor editorial
    editors foundation gazette government group herald inc institute international jazeera journal limited ltd mail
    media ministry network news newspaper newsroom office online organisation organization observer post press reporter
    reporters reuters service services staff standard star studio sun tass team telegraph the times today tribune union
    university wire wires world writer writers xinhua and jr sr ii iii""".split()
)
"""With one of these words, what is named is no person, not surely one, or none that can be taken apart."""


class _Writer(Writer):  # type: ignore[misc]
    """For values that are LaTeX already: pybtex's own escaping spares backslashes, braces, "$" and "^"."""

    def _encode(self, text: str) -> str:
        return text

    def _write_field(self, stream: TextIO, type: str, value: str) -> None:  # noqa: A002 - pybtex names it so
        """A month stands as its macro, which styles know in every language."""
        if type == "month":
            stream.write(f",\n    month = {value}")
        else:
            super()._write_field(stream, type, value)


def csl_json(turns: Sequence[Kept]) -> str:
    """The articles cited as a CSL-JSON array, each once, with what is quoted of it as a note."""
    items = [_csl_item(key, citations) for key, citations in _cited(turns).items()]
    # A lone surrogate is written as JSON escapes it.
    return json.dumps(items, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode() + "\n"


def _csl_item(key: str, citations: Sequence[Citation]) -> dict[str, Any]:
    article = citations[-1].article
    day = article.published
    item = {
        "id": key,
        "type": "article-newspaper",
        "title": _folded(article.title),
        "container-title": _folded(article.publisher),
        "author": [{"literal": _folded(article.author)}] if article.author.split() else [],
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else {},
        "URL": article.url.strip(),
        "language": article.language,
        "archive_location": article.id,
        "note": "\n".join([*_doubt(article), *dict.fromkeys(f"“{_folded(c.quote)}”" for c in citations)]),
    }
    return {name: value for name, value in item.items() if value}


def bibtex(turns: Sequence[Kept]) -> str:
    """The articles cited as BibTeX, each once; what LaTeX would act on is escaped."""
    entries = {key: _bibtex_entry(citations[-1].article) for key, citations in _cited(turns).items()}
    text: str = _Writer().to_string(BibliographyData(entries))
    return without_surrogates(text)


def _bibtex_entry(article: Article) -> Entry:
    day = article.published
    fields = {
        "title": f"{{{_latex(article.title)}}}" if article.title.split() else "",  # or styles would take its capitals
        "journal": _latex(article.publisher),
        "year": str(day.year) if day else "",
        "month": MONTHS[day.month - 1][:3].lower() if day else "",
        "day": str(day.day) if day else "",
        "date": day.isoformat() if day else "",
        "url": _latex(article.url),
        "note": "; ".join(map(_latex, _doubt(article))),
    }
    persons = {"author": _persons(article)} if article.author.split() else {}
    return Entry("article", {name: value for name, value in fields.items() if value}, persons)


def _persons(article: Article) -> list[Person]:
    """The authors; in braces, as one name, where not all are surely persons."""
    author = _folded(article.author)
    names = _BETWEEN.split(_BY.sub("", author, count=1))
    if author.casefold() != article.publisher.casefold() and all(map(_is_person, names)):
        return [Person(name) for name in names]
    return [Person(last=f"{{{_latex(author)}}}")]


def _is_person(name: str) -> bool:
    words = name.split()
    parts = [word for word in words if word not in _PARTICLES]
    return (
        len(words) in _NAME_WORDS
        and words[-1] in parts
        and all(_NAME.fullmatch(word) and not word[0].islower() for word in parts)
        and _NOT_OF_PERSONS.isdisjoint(word.casefold() for word in words)
    )


def _latex(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in _folded(text))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _doubt(article: Article) -> list[str]:
    """The basis of a day that neither metadata nor the text gives."""
    return [day_of(article)] if article.published and article.basis not in ("given", "stated") else []


def _cited(turns: Sequence[Kept]) -> dict[str, list[Citation]]:
    """The citations by key of their article, in the order they are first made."""
    by_article: dict[str, list[Citation]] = {}
    for turn in turns:
        for citation in turn.answer.citations:
            by_article.setdefault(citation.article.id, []).append(citation)
    return {_key(citations[-1].article): citations for citations in by_article.values()}


def _key(article: Article) -> str:
    """Outlet or author, year, a word of the title, and a digest of the id, so that no other article can change it."""
    words = [_slug(word) for word in article.title.split() if fold(word) not in STOP_WORDS]
    digest = hashlib.blake2b(article.id.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    parts = [
        _slug(article.publisher) or _slug(article.author) or "article",
        str(article.published.year) if article.published else "undated",
        next(filter(None, words), ""),
        digest,
    ]
    return "-".join(filter(None, parts))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))[:SLUG_CHARACTERS]
