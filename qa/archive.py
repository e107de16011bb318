"""The archive: open it, keep it in step with its folder, search it, ask it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from platformdirs import user_cache_path

from qa import tracing
from qa.answer.parts import together
from qa.answer.prompts import Message, chosen, completed, standing_alone, writing
from qa.answer.quoting import abstention, quote
from qa.answer.reading import Finding, read
from qa.answer.roles import fitting
from qa.answer.shorts import days_meant
from qa.answer.splitting import split
from qa.answer.standing import also_asked, by_last_change, place_held
from qa.answer.timeline import EVENTS, SEARCHED, happened, subject, timeline, told
from qa.answer.writing import Writer
from qa.answer.written import written
from qa.errors import ArchiveIndexError, CorpusError, IndexLocked, IndexReadOnly, QuestionError, WritingError
from qa.index.chroma import ChromaServer, collection_name, is_address
from qa.index.index import Index
from qa.language.names import Name
from qa.language.words import without_surrogates
from qa.models.encoder import Encoder
from qa.models.reader import MODEL as READER
from qa.models.reader import Reader
from qa.search.dialogue import dated, stand_alone
from qa.search.hybrid import search
from qa.search.period import asks_for_the_newest, both, narrowed, period
from qa.search.reranking import READ, rerank
from qa.settings import Settings
from qa.types import (
    Answer,
    Article,
    Delta,
    Event,
    Filters,
    Finished,
    Found,
    Hit,
    Moment,
    Progress,
    Refused,
    Seconds,
    Statistics,
    SyncReport,
    Turn,
    Usage,
)

RETRIEVED = 20
"""Hits kept with an answer."""
QUESTION_CHARACTERS = 4_000
"""A longer question is refused: no person asks one, and no model reads it whole."""
WRITE_FROM = 0.1
"""Confidence of reading below which no model is asked: of the questions on the sample and the five real articles 98
in 100 answerable ones lie above, and 4 in 10 of the others below."""
COMPLETE_TOKENS, COMPLETE_SECONDS = 100, 10.0
"""What a model may take to complete a follow-up question."""
EVERYTHING = Filters()


def open(  # noqa: A001 - the public name is `qa.open`
    corpus: str | Path,
    index: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    settings: Settings | None = None,
) -> Archive:
    """The archive of the folder `corpus`, brought up to date.

    While another process writes the index, or where this user may not, what it holds is answered from as it is.

    Args:
        corpus: The folder of articles.
        index: The folder of the index, by default one in the user's cache folder, named after the corpus; or the
            address of a Chroma server.
        progress: Called as the sync goes on.
        settings: By default those of the environment and the settings file.

    Raises:
        CorpusError: `corpus` is no folder.
        SettingsError: A setting cannot be used.
        ArchiveIndexError: The index cannot be used.
    """
    archive = Archive(corpus, index, settings)
    try:
        archive.sync(progress)
    except (IndexLocked, IndexReadOnly):
        if not archive.statistics().articles:
            archive.close()
            raise
    return archive


def index_folder(corpus: Path, address: str = "") -> Path:
    """Where the index of `corpus` is kept by default: the user's cache folder, outside the corpus.

    Args:
        corpus: The folder of articles.
        address: Of the server that has the vectors, where one has.
    """
    place = corpus.resolve()
    told = f"{place}\n{address}" if address else str(place)
    digest = hashlib.blake2b(told.encode(), digest_size=4).hexdigest()
    return user_cache_path("dateline") / f"{place.name}-{digest}"


def _opened(corpus: Path, index: str | Path | None, settings: Settings, encoder: Encoder) -> Index:
    """The index in a folder, or in a folder and on a server."""
    if not is_address(index):
        return Index(_apart(Path(index), corpus) if index else index_folder(corpus), encoder)
    server = ChromaServer(str(index), settings, collection_name(index_folder(corpus).name))
    folder = _apart(settings.chroma_folder, corpus) if settings.chroma_folder else index_folder(corpus, server.address)
    return Index(folder, encoder, server)


def _apart(folder: Path, corpus: Path) -> Path:
    """`folder`, which is to hold the index. Raises ArchiveIndexError where it is the corpus itself."""
    if folder.resolve() == corpus.resolve():
        raise ArchiveIndexError(
            f"The index cannot lie among the articles in {str(corpus)!r}: "
            f"give it a folder of its own, such as {str(corpus / '.index')!r}."
        )
    return folder


class Archive:
    """A folder of articles that can be searched and asked. Safe to be used by several threads."""

    def __init__(self, corpus: str | Path, index: str | Path | None = None, settings: Settings | None = None) -> None:
        """Open the archive of `corpus` as its index stands, without a sync. Arguments and errors: as for `qa.open`."""
        settings = self._settings = settings or Settings.load()
        self.corpus = Path(corpus)
        if not self.corpus.is_dir():
            raise CorpusError(
                f"There is no folder {str(self.corpus)!r}: name the folder that holds the articles, "
                'or make one to try with "qa sample".'
            )
        self._encoder, self._reader = Encoder(settings.threads), Reader(settings.threads)
        self._writer = Writer(settings) if settings.writes else None
        self._index = _opened(self.corpus, index, settings, self._encoder)

    @property
    def name(self) -> str:
        """The name of the corpus: that of its folder."""
        return self.corpus.resolve().name

    def load(self) -> None:
        """Load the models now, so that the first question does not wait for them. Nothing is sent anywhere."""
        self._quoted("What is reported?", None, EVERYTHING, narrow=True)
        if writer := self._writer:
            writer.load()

    @property
    def written_by(self) -> str:
        """The language model that writes the answers and where it is; empty where answers quote."""
        writer = self._writer
        return f"{writer.name} at {writer.host}" if writer else ""

    @property
    def settings(self) -> Settings:
        """What the archive answers by."""
        return self._settings

    def configure(self, settings: Settings) -> None:
        """Answer the next questions by other settings; those of the folders and threads stay as they are."""
        before, self._settings = self._writer, settings
        self._writer = Writer(settings) if settings.writes else None
        if before:
            before.close()

    def sync(self, progress: Callable[[Progress], None] | None = None, wait: float = 0.0, ray: str = "") -> SyncReport:
        """What was added, changed, removed and refused in bringing the index up to date with the folder.

        It can be stopped at any point and started again. Other errors: as for `qa.open`.

        Args:
            progress: Called as the sync goes on.
            wait: Seconds to wait for another process that is writing the index.
            ray: Where Ray reads and encodes in place of this process: "local", or HOST:PORT of a cluster.

        Raises:
            IndexLocked: Another process is writing the index.
            IndexReadOnly: This user may not write the index.
            SettingsError: Ray is not installed, or `ray` is no address.
            WorkersFailed: Ray cannot be reached or gave up; what is done is kept.
        """
        if not ray:
            return self._index.sync(self.corpus, progress, wait)
        from qa.index.by_ray import ByRay

        with closing(ByRay(ray, Encoder, self._settings.threads)) as workers:
            return self._index.sync(self.corpus, progress, wait, workers)

    def search(self, query: str, limit: int = 10, filters: Filters = EVERYTHING) -> list[Hit]:
        """The passages that best match `query`, best first.

        Args:
            query: Plain words; no query syntax.
            limit: How many at most.
            filters: Only passages of articles that these admit.

        Raises:
            QuestionError: The query is empty or too long.
        """
        query = _checked(query)
        return self._hits(query, filters, limit, self._index.names(query))

    def timeline(self, query: str, limit: int = EVENTS, filters: Filters = EVERYTHING) -> list[Moment]:
        """The dated events that the archive tells of `query`, oldest first, each with its sentence.

        Args:
            query: What the events are about, in plain words.
            limit: How many at most.
            filters: Only articles that these admit are searched.

        Raises:
            QuestionError: The query is empty or too long.
        """
        return self._events(_checked(query), limit, filters)[1]

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        asked: date | None = None,
        filters: Filters = EVERYTHING,
        narrow: bool = True,
    ) -> Answer:
        """What the archive says to `question`, or an answer that abstains.

        Args:
            question: A question in plain words; after others of the same conversation, it may lean on them.
            history: The earlier turns, oldest first.
            asked: The day the question is put, which "last week" in it is counted from.
            filters: Only articles that these admit are searched.
            narrow: Whether the days that the question names narrow the search too; `Answer.narrowed` tells how.

        Raises:
            QuestionError: The question is empty or too long.
        """
        *_, last = self.stream(question, history, asked, filters, narrow)
        assert isinstance(last, Finished)  # noqa: S101 - for the type checker: a stream ends so
        return last.answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        asked: date | None = None,
        filters: Filters = EVERYTHING,
        narrow: bool = True,
    ) -> Generator[Event, None, None]:
        """What happens as the answer is made: `Found`, then `Delta`s, last `Finished`. Arguments: as for `ask`."""
        return tracing.answering(question, self._answered(question, history, asked, filters, narrow))

    def _answered(
        self, question: str, history: Sequence[Turn], asked: date | None, filters: Filters, narrow: bool
    ) -> Generator[Event, None, None]:
        started = perf_counter()
        question = _checked(question)
        history = [Turn(without_surrogates(turn.question), without_surrogates(turn.answer)) for turn in history]
        put, respelled = self._index.respelled(self._complete(question, history))
        quoted = replace(self._quoted(put, asked, filters, narrow), warnings=respelled)
        if quoted.abstained and put.startswith(f"{question} ("):  # what was spoken of before may be beside the point
            alone = self._quoted(question, asked, filters, narrow)
            quoted = quoted if alone.abstained else alone
        if trouble := self._index.trouble():
            quoted = replace(quoted, warnings=(*quoted.warnings, trouble))
        searched = perf_counter()
        yield Found(quoted.question, quoted.hits)
        writer = self._writer
        if writer and not quoted.timeline and quoted.confidence >= WRITE_FROM:
            with closing(self._written(writer, quoted, asked)) as events:
                for event in events:
                    yield _timed(event, started, searched) if isinstance(event, Finished) else event
            return
        for piece in re.findall(r"\S+\s*|\s+", quoted.text):
            yield Delta(piece)
        yield _timed(Finished(quoted), started, searched)

    def _complete(self, question: str, history: Sequence[Turn]) -> str:
        """A follow-up question made to stand alone, by the model where there is one."""
        if (writer := self._writer) and history:
            try:
                asked = standing_alone(question, history)
                reply = "".join(_write(writer, asked, [], COMPLETE_TOKENS, COMPLETE_SECONDS))
            except WritingError:
                reply = ""  # the rules do as well
            if found := completed(reply, question, history):
                return found
        return stand_alone(question, history)

    def _quoted(self, put: str, asked: date | None, filters: Filters, narrow: bool) -> Answer:
        """The answer to a question that stands alone in the words of the articles."""
        if parts := split(put):
            own = zip(parts.questions, parts.filters, strict=True)
            return together(put, parts, [self._quoted(part, asked, both(filters, days), narrow) for part, days in own])
        understood = dated(put, asked) if asked else put
        today = asked or date.today()
        named = period(put, today, self._days_of) if narrow else None
        inferred = narrowed(named, today, self._index.newest())
        if about := subject(put):
            hits, moments = self._events(about, EVENTS, both(filters, inferred))
            hits = hits[:RETRIEVED]
            answer = told(understood, hits, moments) if moments else abstention(understood, hits, 0.0)
            return replace(answer, narrowed=inferred)
        hits, findings = self._found(put, both(filters, inferred), understood)
        answer_from = self._settings.answer_from
        if named and named.open and inferred and not (findings and findings[0].confidence >= answer_from):
            inferred = EVERYTHING
            hits, findings = self._found(put, filters, understood)
        standing = (asked or date.max) if asks_for_the_newest(put) else None
        if standing and (place := place_held(put)):
            more = [also for also in also_asked(place) if also != put]
            others = [f for also in more for f in self._found(also, both(filters, inferred))[1]]
            findings = by_last_change([*findings, *others], place, self._index.names(place), standing)
        answer = quote(understood, hits, findings, self._index.copies, standing, self._settings.quotes, answer_from)
        if answer.abstained and (about := happened(put)):
            _, moments = self._events(about, EVENTS, both(filters, inferred))
            answer = told(understood, hits, moments) if moments else answer
        return replace(answer, narrowed=inferred)

    def _written(self, writer: Writer, quoted: Answer, asked: date | None) -> Generator[Event, None, None]:
        """The answer as the model writes it from the passages of the quoted one."""
        used: list[Usage] = []
        sources = chosen(quoted.hits, self._settings.passage_tokens)
        messages = writing(quoted.question, sources, asked)
        with closing(_write(writer, messages, used)) as pieces:
            how = self._encoder, self._index.copies, self._settings.answer_from
            for event in written(pieces, lambda: writer.name, sources, quoted, *how):
                if isinstance(event, Finished):
                    event = Finished(replace(event.answer, usage=used[-1] if used else Usage()))
                yield event

    def _events(self, query: str, limit: int, filters: Filters) -> tuple[list[Hit], list[Moment]]:
        """What is found for a timeline, and its events."""
        names = self._index.names(query)
        hits = self._hits(query, filters, SEARCHED, names)
        return hits, timeline(query, hits, names, self._index.copies, limit, filters.after or date.min)

    def _hits(self, query: str, filters: Filters, limit: int, names: Sequence[Name]) -> list[Hit]:
        """What search finds."""
        with tracing.retrieving(query) as tell:
            hits = search(self._index, self._encoder, query, filters, limit, names)
            tell(hits[:RETRIEVED])
        return hits

    def _found(self, question: str, filters: Filters, searched: str = "") -> tuple[list[Hit], list[Finding]]:
        """The hits for a question that stands alone, searched in other words where given, and what reading finds."""
        names = self._index.names(question)
        in_search = self._index.names(searched) if searched and searched != question else names
        found = self._hits(searched or question, filters, RETRIEVED, in_search)
        with tracing.reading(question, found[:READ], READER) as tell:
            hits, readings = rerank(question, found, self._reader, names)
            tell(hits[:READ])
        return hits, fitting(question, hits, read(question, hits, readings, names))

    def _days_of(self, event: str) -> tuple[date, date] | None:
        """The days on which the archive says that "Mosul fell"; None where it does not say."""
        _, findings = self._found(f"When was it that {event}?", EVERYTHING)
        if not findings or findings[0].confidence < self._settings.answer_from:
            return None
        return days_meant(findings[0].hit.article, findings[0].short)

    def article(self, article_id: str) -> Article | None:
        """The article of that id, None where there is none (any more)."""
        return self._index.article(article_id)

    def fingerprint(self) -> str:
        """What the archive holds, in sixteen characters: the same for the same articles in any index."""
        return self._index.fingerprint()

    def articles(self, limit: int) -> list[Article]:
        """The first articles by id, at most `limit`."""
        return list(islice(self._index.articles(), limit))

    def copies(self, article: Article) -> list[Article]:
        """The other articles that print the same copy, in the order they were published."""
        return self._index.copies(article)

    def revision(self) -> str:
        """The state of the archive: a number that grows with each sync that changes what it holds."""
        return self._index.revision()

    def statistics(self) -> Statistics:
        """How many articles and passages there are, of which days and outlets."""
        return self._index.statistics()

    def refused(self) -> tuple[Refused, ...]:
        """Everything in the folder that is not searchable, and why, as of the last sync."""
        return self._index.refused()

    def engine(self) -> str:
        """Where search by meaning takes place, in one sentence.

        Raises:
            ServerUnusable: It is to take place on a server that cannot be used.
        """
        return self._index.engine()

    def close(self) -> None:
        """Let go of the index's files, and of the model's connections."""
        if self._writer:
            self._writer.close()
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _write(
    writer: Writer, messages: Sequence[Message], used: list[Usage], tokens: int = 0, seconds: float = 0
) -> Generator[str, None, None]:
    """What the model writes. Arguments: as for `Writer.write`."""
    return tracing.writing(writer.write(messages, tokens, seconds, used), messages, lambda: writer.name, used)


def _timed(event: Finished, started: float, searched: float) -> Finished:
    ended = perf_counter()
    return Finished(replace(event.answer, seconds=Seconds(searched - started, ended - searched, ended - started)))


def _checked(question: str) -> str:
    question = without_surrogates(question).strip()
    if not question:
        raise QuestionError("The question is empty: ask something.")
    if len(question) > QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(question):,} characters: ask it in at most {QUESTION_CHARACTERS:,}."
        )
    return question
