"""Search by words: BM25 (k1 1.2, b 0.75) in a tantivy index of the passages' terms."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qa.errors import EngineFailed
from qa.index.footers import damaged
from qa.language.names import Name
from qa.language.words import terms
from qa.types import Filters

WRITER_BYTES = 100_000_000
"""Memory of the writer before it flushes a segment; three times that built 1,000,000 passages no faster."""
LONG = 6
"""A word of more letters may differ in two."""
NO_DAY = 0
"""The day of a passage of unknown date; day 1 is 1 January of the year 1."""
STUCK = "FileAlreadyExists"
"""In what tantivy says where a write that failed has left a file behind: no further write succeeds."""
_ERRORS = (ValueError, OSError, RuntimeError, LookupError)


class Lexical:
    """The lexical index in a folder. Reading is safe for several threads; one writes at a time.

    What tantivy commits is there whole or not at all, so a sync that was killed does no harm. Where a search fails, the
    index is marked, and the next sync builds it anew, as it does where a checksum in a file is not that of the file.
    """

    def __init__(self, folder: Path) -> None:
        """Use the index in `folder`; it is opened on first use and made by `apply`."""
        self.folder, self._lock = folder, threading.Lock()
        self._mark, self._checked = folder.with_suffix(".damaged"), folder.with_suffix(".checked")
        self._opened: Any = None
        self._linked: TemporaryDirectory[str] | None = None

    def exists(self) -> bool:
        """Whether there is an index to read."""
        return (self.folder / "meta.json").exists()

    def whole(self) -> bool:
        """Whether no search of the index has failed, its files are as they were written, and it can be searched.

        Of a large index some files are looked at, and others the next time.
        """
        return not self._mark.exists() and self.exists() and not damaged(self.folder, self._checked) and self.readable()

    def readable(self) -> bool:
        """Whether the index can be opened and searched."""
        try:
            self.forget()
            self.search("news", 1, Filters(after=date.min))
        except EngineFailed:
            return False
        return self.exists()

    def search(
        self, question: str, limit: int, filters: Filters, names: Sequence[Name] = ()
    ) -> list[tuple[str, float]]:
        """Passage ids and BM25 scores, best first, ties by id.

        Args:
            question: Plain words, read as a bag of words; nothing in it is query syntax.
            limit: How many at most.
            filters: Only passages of articles that these admit.
            names: The names in the question with their others, each of which counts as the name itself.

        Raises:
            EngineFailed: The index cannot be read.
        """
        import tantivy

        if not terms(question) or not self.exists():
            return []
        with self._ours():
            index = self._index()
            index.reload()
            searcher, schema = index.searcher(), index.schema
            words = [(tantivy.Occur.Should, query) for query in _asking(schema, question, names)]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, tantivy.Query.boolean_query(words))])
            if filters:
                query = tantivy.Query.boolean_query(
                    [(tantivy.Occur.Must, query), *((tantivy.Occur.Must, q) for q in _filtering(schema, filters))]
                )
            found = searcher.search(query, limit, count=False).hits
            hits = [(str(searcher.doc(place)["id"][0]), float(score)) for score, place in found]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))

    def near(self, word: str, limit: int) -> list[str]:
        """Passages with a word that differs from `word` in a letter, two in a longer one; none where one has `word`.

        Args:
            word: A single word.
            limit: How many passages at most.

        Raises:
            EngineFailed: The index cannot be read.
        """
        import tantivy

        if len(terms(word)) != 1 or not self.exists() or self.search(word, 1, Filters()):
            return []
        term = terms(word)[0]
        with self._ours():
            index = self._index()
            searcher = index.searcher()
            spelled = (term, term.capitalize())  # lemmas of names have their capitals
            near = [
                tantivy.Query.fuzzy_term_query(index.schema, "terms", one, distance=1 + (len(term) > LONG))
                for one in spelled
            ]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in near])
            found = searcher.search(query, limit, count=False).hits
            return [str(searcher.doc(place)["id"][0]) for _, place in found]

    def apply(self, gone: Iterable[str], added: Iterable[tuple[str, str, date | None, str]]) -> None:
        """Let go of the passages `gone`, take over those of `added`, and make both durable.

        Args:
            gone: Passage ids; those not there are passed over.
            added: Passage id, text, day and outlet; ids must be in `gone` too where they may be there already.

        Raises:
            EngineFailed: The index cannot be written.
        """
        import tantivy

        with self._ours(marking=False):  # what was committed before can still be searched
            self.folder.mkdir(parents=True, exist_ok=True)
            writer = self._index().writer(WRITER_BYTES, num_threads=1)
            for passage in gone:
                writer.delete_documents_by_term("id", passage)
            for passage, text, day, publisher in added:
                document = tantivy.Document()
                document.add_text("id", passage)
                document.add_text("terms", " ".join(terms(text)))
                document.add_unsigned("day", day.toordinal() if day else NO_DAY)
                document.add_text("publisher", publisher.casefold())
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()

    def ids(self) -> list[str]:
        """All passage ids, ordered; for checks."""
        import tantivy

        if not self.exists():
            return []
        with self._ours():
            index = self._index()
            index.reload()
            searcher = index.searcher()
            found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
            return sorted(str(searcher.doc(place)["id"][0]) for _, place in found)

    def forget(self) -> None:
        """Let go of open files, so that the folder can be replaced."""
        with self._lock:
            self._opened = None
            if self._linked:
                self._linked.cleanup()
                self._linked = None

    def discard(self) -> None:
        """Remove the index with its folder."""
        self.forget()
        with self._ours(marking=False):
            if self.folder.exists():
                shutil.rmtree(self.folder)
        self._mark.unlink(missing_ok=True)
        self._checked.unlink(missing_ok=True)

    def _index(self) -> Any:  # noqa: ANN401 - tantivy publishes no types
        import tantivy

        with self._lock:
            if self._opened is None:
                builder = tantivy.SchemaBuilder()
                builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
                # The terms are made by qa.language.words, for passages and questions alike.
                builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
                builder.add_unsigned_field("day", indexed=True, fast=True)
                builder.add_text_field("publisher", tokenizer_name="raw", index_option="basic")
                self._opened = tantivy.Index(builder.build(), path=str(self._place()))
            return self._opened

    def _place(self) -> Path:
        """Where the files are read. tantivy locks a file to read: a folder that cannot be written is read by links."""
        if os.access(self.folder, os.W_OK):
            return self.folder
        self._linked = TemporaryDirectory(prefix="dateline-")
        place = Path(self._linked.name)
        for path in self.folder.iterdir():
            if not path.name.endswith(".lock"):
                (place / path.name).symlink_to(path.resolve())
        return place

    @contextmanager
    def _ours(self, marking: bool = True) -> Iterator[None]:
        """Errors of tantivy, Rust's panics among them, as ours; the index may be marked as one that is not whole."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, _ERRORS) and type(error).__name__ != "PanicException":
                raise
            if marking:
                with suppress(OSError):
                    self._mark.touch()
            told = re.search(r'message: "([^"]+)"', str(error))  # the system's words, within Rust's
            reason = told[1] if told else str(error).partition("\n")[0].rstrip(". ")
            raise EngineFailed(f"The lexical index in {self.folder} cannot be used ({reason}).") from error


def _asking(schema: Any, question: str, names: Sequence[Name]) -> Iterator[Any]:  # noqa: ANN401
    """A query for each word of the question, and one for each name and its others, the best of which counts."""
    import tantivy

    def all_of(words: str, occur: Any) -> Any:  # noqa: ANN401
        of_terms = [tantivy.Query.term_query(schema, "terms", term) for term in sorted(set(terms(words)))]
        return of_terms[0] if len(of_terms) == 1 else tantivy.Query.boolean_query([(occur, q) for q in of_terms])

    rest = question
    for name in sorted(names, key=lambda name: -name.start):
        own, rest = rest[name.start : name.end], rest[: name.start] + " " + rest[name.end :]
        others = [all_of(other, tantivy.Occur.Must) for other in name.others if terms(other)]
        yield tantivy.Query.disjunction_max_query([all_of(own, tantivy.Occur.Should), *others])
    for term in sorted(set(terms(rest))):
        yield tantivy.Query.term_query(schema, "terms", term)


def _filtering(schema: Any, filters: Filters) -> Sequence[Any]:  # noqa: ANN401
    """The queries that a passage must match to pass `filters`; they add nothing to its score."""
    import tantivy

    queries = []
    if filters.after or filters.before:
        first = filters.after.toordinal() if filters.after else NO_DAY + 1
        last = filters.before.toordinal() if filters.before else 10**7
        days = tantivy.Query.range_query(schema, "day", tantivy.FieldType.Unsigned, first, last)
        if filters.undated:
            unknown = tantivy.Query.term_query(schema, "day", NO_DAY)
            days = tantivy.Query.boolean_query([(tantivy.Occur.Should, days), (tantivy.Occur.Should, unknown)])
        queries.append(days)
    if filters.publishers:
        names = sorted({name.casefold() for name in filters.publishers})
        queries.append(
            tantivy.Query.boolean_query(
                [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "publisher", name)) for name in names]
            )
        )
    return [tantivy.Query.const_score_query(query, 0.0) for query in queries]
