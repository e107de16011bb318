"""The command line. It forwards to the Archive and prints; what it does is decided there."""

from __future__ import annotations

import io
import json
import math
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.keeping.keys import Keys
    from qa.keeping.users import Users
    from qa.serving.launching import Place
    from qa.settings import Settings
    from qa.types import Answer, Article, Filters, Hit, Moment, SyncReport

Command = TypeVar("Command", bound=Callable[..., Any])

_STEERS = re.compile(r"[^\t\n -~\u00a0-\ud7ff\ue000-\U0010ffff]")
"""Control characters beside tab and line feed, and halves of characters, which cannot be printed."""


class _Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is no day of the form 2015-05-17.", param, ctx)


_FOLDER = click.Path(file_okay=False, path_type=Path)
_corpus = click.option("--corpus", type=_FOLDER, help="The folder of articles.  [default: corpus]")


def _folders(command: Command) -> Command:
    index = click.option(
        "--index",
        metavar="PLACE",
        shell_complete=_FOLDER.shell_complete,
        help="The index's folder, or a Chroma server's address.  [default: a cache folder]",
    )
    return _corpus(index(command))


def _narrowing(command: Command) -> Command:
    after = click.option("--after", type=_Day(), help="Only articles of this day and later.")
    before = click.option("--before", type=_Day(), help="Only articles of this day and earlier.")
    publisher = click.option("--publisher", multiple=True, help="Only articles of this outlet; may be repeated.")
    return after(before(publisher(command)))


def _listening(command: Command) -> Command:
    host = click.option("--host", help="The address to listen at; beyond this machine it demands keys.")
    keys = click.option("--keys", "locked", is_flag=True, help="Demand keys on this machine too.")
    return host(keys(command))


_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
_from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")


@click.group()
@click.version_option(package_name="dateline", prog_name="qa")
def main() -> None:
    """Ask an archive of news articles; get a dated answer with its sources."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # what a terminal cannot show is no reason to say nothing


@main.command()
@_folders
@click.option("--wait", is_flag=True, help="Wait for another process that is writing the index.")
@click.option("--ray", default="", metavar="local|HOST:PORT", help="Let Ray read and encode, here or in a cluster.")
def sync(corpus: Path | None, index: str | None, wait: bool, ray: str) -> None:
    """Bring the index up to date with the folder."""
    from qa.errors import IndexLocked

    with _archive(corpus, index, synced=False) as archive:
        try:
            report = _synced(archive, ray=ray)
        except IndexLocked as error:
            if not wait:
                raise
            click.echo(f"{error} Waiting.", err=True)
            report = _synced(archive, wait=math.inf, ray=ray)
        print(
            f"{report.added} added, {report.changed} changed, {report.removed} removed, "
            f"{report.unchanged} unchanged, {len(report.refused)} refused"
        )
    sys.exit(1 if report.unsent else 0)


@main.command()
@click.argument("question")
@_folders
@_narrowing
@click.option("--asked", type=_Day(), help="The day the question is put, for words like “last week”.")
@_as_json
def ask(
    question: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    asked: date | None,
    as_json: bool,
) -> None:
    """Answer QUESTION from the articles."""
    from qa.rows import answer_row

    with _archive(corpus, index, asked=True) as archive:
        answer = archive.ask(question, asked=asked, filters=_filters(after, before, publisher))
        print(_as_row(answer_row(answer, question)) if as_json else _harmless(_readable(answer, question)))


@main.command()
@click.argument("query")
@_folders
@_narrowing
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many at most.")
@_as_json
def search(
    query: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List the passages that best match QUERY."""
    from qa.rows import hit_row

    with _archive(corpus, index) as archive:
        hits = archive.search(query, limit, _filters(after, before, publisher))
        if as_json:
            print(_as_row({"question": query, "passages": [hit_row(hit) for hit in hits]}))
        else:
            print(_harmless("\n\n".join(_listed(hit) for hit in hits)) or "Nothing found.")


@main.command()
@click.argument("query")
@_folders
@_narrowing
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many events at most.")
@_as_json
def timeline(
    query: str,
    corpus: Path | None,
    index: str | None,
    after: date | None,
    before: date | None,
    publisher: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """List what happened when, oldest first, of what QUERY names."""
    from qa.rows import moment_row

    with _archive(corpus, index) as archive:
        moments = archive.timeline(query, limit, _filters(after, before, publisher))
        if as_json:
            print(_as_row({"query": query, "events": [moment_row(m) for m in moments]}))
        else:
            told = "\n\n".join(_told(moment) for moment in moments)
            print(_harmless(told) or "The archive tells of no dated event.")


@main.command()
@_folders
def chat(corpus: Path | None, index: str | None) -> None:
    """Ask one question after another; an empty line ends it."""
    from qa.errors import QuestionError
    from qa.types import Turn

    with _archive(corpus, index) as archive:
        history: list[Turn] = []
        while question := _prompted():
            try:
                answer = archive.ask(question, history)
            except QuestionError as error:
                print(error)
                continue
            history.append(Turn(answer.question, answer.text))
            print(_harmless(_readable(answer, question)), end="\n\n")


@main.command()
@_folders
@click.option("--host", help="The address to listen at; beyond this machine it demands a login.")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True)
@click.option("--login", is_flag=True, help="Demand a login on this machine too.")
def page(corpus: Path | None, index: str | None, host: str | None, port: int, login: bool) -> None:
    """Serve the chat for a browser."""
    from qa.settings import Settings
    from qa.web.launching import launch

    with _one_sentence(), suppress(KeyboardInterrupt):
        settings = Settings.load()
        folder, place = corpus or settings.corpus, index or settings.index
        launch(settings, folder, place, settings.host if host is None else host, port, login)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="corpus")
def sample(folder: Path) -> None:
    """Write nineteen sample articles to FOLDER (corpus), to try Dateline with."""
    from qa.ingest.sample import write_sample

    with _one_sentence():
        write_sample(folder)
        print(f'The sample articles are in {str(folder)!r}: ask them "When did Ramadi fall?"')


@main.command()
@_folders
@_listening
@click.option("--port", type=click.IntRange(0, 65535), default=7861, show_default=True)
def serve(corpus: Path | None, index: str | None, host: str | None, port: int, locked: bool) -> None:
    """Answer other programs over HTTP: as OpenAI's interface, and as our own."""
    from qa.serving.application import application
    from qa.serving.launching import serve

    with _listening_at(corpus, index, host, port, locked) as (place, archive):
        serve(place, application(archive, archive.settings.rate, place.keys, place.hosts), archive)


@main.command()
@_folders
@click.option("--http", is_flag=True, help="Answer by streamable HTTP, not on standard input and output.")
@_listening
@click.option("--port", type=click.IntRange(0, 65535), default=7862, show_default=True)
def mcp(corpus: Path | None, index: str | None, http: bool, host: str | None, port: int, locked: bool) -> None:
    """Give assistants the archive as tools, by the Model Context Protocol."""
    from qa.serving.launching import serve
    from qa.serving.tools import PATH, over_http, tools

    if not http:
        with _archive(corpus, index) as archive, suppress(KeyboardInterrupt):
            tools(archive).run("stdio")
        return
    with _listening_at(corpus, index, host, port, locked) as (place, archive):
        serve(place, over_http(tools(archive), archive.settings.rate, place.keys, place.hosts), archive, PATH)


@main.command()
@_folders
def doctor(corpus: Path | None, index: str | None) -> None:
    """Check the models, the archive and the connection; say what to mend."""
    from qa.doctor import checks
    from qa.settings import Settings

    with _one_sentence():
        settings = Settings.load()
    found = list(checks(corpus or settings.corpus, index or settings.index, settings))
    for check in found:
        print(f"{'well' if check.well else 'MEND':<5} {check.name:<8} {check.told}")
    sys.exit(0 if all(check.well for check in found) else 1)


@main.command()
@_corpus
def feedback(corpus: Path | None) -> None:
    """Print what readers voted on as questions for an evaluation."""
    from qa.keeping.conversations import Conversations, file_of
    from qa.keeping.exports import evaluation_rows
    from qa.settings import Settings

    with _one_sentence():
        settings = Settings.load()
        with closing(Conversations(file_of(settings, corpus or settings.corpus))) as kept:
            voted = kept.voted()
    rows = list(evaluation_rows(voted))
    for row in rows:
        print(json.dumps(row))
    click.echo(f"{len(rows)} of {len(voted)} votes say what is right.", err=True)


@main.group()
def users() -> None:
    """Name who may log in to a server that others reach."""


@users.command("add")
@click.argument("name")
@_from_stdin
def add_user(name: str, password_stdin: bool) -> None:
    """Let NAME log in."""
    with _users() as known:
        known.add(name, _password(password_stdin))
        print(f"{name} can log in.")


@users.command("remove")
@click.argument("name")
def remove_user(name: str) -> None:
    """Let NAME log in no more, and log NAME out."""
    with _users() as known:
        known.remove(name)
        print(f"{name} can no longer log in.")


@users.command("list")
def list_users() -> None:
    """List the names of those who may log in."""
    with _users() as known:
        print("\n".join(known.names()) or "Nobody can log in.")


@users.command("password")
@click.argument("name")
@_from_stdin
def change_password(name: str, password_stdin: bool) -> None:
    """Set another password for NAME, and log NAME out."""
    with _users() as known:
        known.set_password(name, _password(password_stdin))
        print(f"{name} has another password.")


@main.group()
def keys() -> None:
    """Name which programs may call a server that others reach."""


@keys.command("add")
@click.argument("name")
def add_key(name: str) -> None:
    """Make a key for NAME and print it; it cannot be shown again."""
    with _keys() as known:
        print(known.add(name))


@keys.command("remove")
@click.argument("name")
def remove_key(name: str) -> None:
    """Let the key of NAME open nothing any more."""
    with _keys() as known:
        known.remove(name)
        print(f"The key {name} opens nothing any more.")


@keys.command("list")
def list_keys() -> None:
    """List the names of those who have a key."""
    with _keys() as known:
        print("\n".join(known.names()) or "Nobody has a key.")


def _of_checkout(name: str) -> Callable[[Command], click.Command]:
    """A command that hands all its arguments on to a module of the repository."""
    forwarding: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}

    def made(command: Command) -> click.Command:
        given = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)(command)
        return main.command(name, context_settings=forwarding, add_help_option=False)(given)

    return made


@_of_checkout("eval")
def evaluate(arguments: tuple[str, ...]) -> None:
    """Run an evaluation, as python -m evals.run; qa eval compare, gate, judge, import, draft, review do the rest."""
    named = bool(arguments) and arguments[0] in _EVALUATIONS
    _forward(*((_EVALUATIONS[arguments[0]], arguments[1:]) if named else ("evals.run", arguments)))


@_of_checkout("bench")
def bench(arguments: tuple[str, ...]) -> None:
    """Measure how speed, memory and disk grow with the archive, beside a rival."""
    _forward("evals.bench.growth", arguments)


def _forward(module: str, arguments: Sequence[str]) -> None:
    try:
        chosen = import_module(module)
    except ModuleNotFoundError:
        raise click.ClickException(
            "Evaluations and benchmarks run from a checkout of the repository with its development packages: change to "
            "its folder and run uv sync."
        ) from None
    sys.exit(chosen.main(list(arguments)))


_EVALUATIONS = {
    "compare": "evals.compare",
    "gate": "evals.gate",
    "judge": "evals.judge",
    "import": "evals.importing.__main__",
    "draft": "evals.drafting.__main__",
    "review": "evals.review",
}
"""What `qa eval` is followed by, and the module that does it."""


@contextmanager
def _archive(
    corpus: Path | None,
    index: str | None,
    synced: bool = True,
    asked: bool = False,
    settings: Settings | None = None,
) -> Iterator[Archive]:
    """The archive, in step with its folder; errors as `_one_sentence` ends them. One that is `asked` reads at once."""
    from qa.settings import Settings

    with _one_sentence():
        settings = settings or Settings.load()
        if asked:  # 0.4 s of a start: all else is imported, and the folder looked through, meanwhile
            threading.Thread(target=_load_models, args=(settings.threads,)).start()
        from qa.archive import Archive
        from qa.errors import IndexLocked, IndexReadOnly
        from qa.tracing import exported

        with (
            Archive(corpus or settings.corpus, index or settings.index, settings) as archive,
            exported(settings.otel_exporter_otlp_endpoint),
        ):
            if synced:
                try:
                    _synced(archive)
                except (IndexLocked, IndexReadOnly) as error:
                    click.echo(f"{error} Answering from the index as it is.", err=True)
            yield archive


@contextmanager
def _listening_at(
    corpus: Path | None, index: str | None, host: str | None, port: int, locked: bool
) -> Iterator[tuple[Place, Archive]]:
    """The place where other programs are answered, and the archive, loaded; errors as `_one_sentence` ends them."""
    from qa.serving.launching import taken
    from qa.settings import Settings

    with _one_sentence():
        settings = Settings.load()
        with (
            taken(host or settings.host, port, locked, settings.data_folder) as place,
            _archive(corpus, index, settings=settings) as archive,
        ):
            archive.load()
            yield place, archive


def _load_models(threads: int) -> None:
    from qa.errors import ModelError
    from qa.models.encoder import Encoder
    from qa.models.reader import Reader

    with suppress(ModelError):  # told once they are used
        Encoder(threads).load()
        Reader(threads).load()


@contextmanager
def _users() -> Iterator[Users]:
    """The users of the server; errors as `_one_sentence` ends them."""
    from qa.keeping.users import FILE, Users
    from qa.settings import Settings

    with _one_sentence(), closing(Users(Settings.load().data_folder / FILE)) as found:
        yield found


@contextmanager
def _keys() -> Iterator[Keys]:
    """The keys of the server; errors as `_one_sentence` ends them."""
    from qa.keeping.keys import FILE, Keys
    from qa.settings import Settings

    with _one_sentence(), closing(Keys(Settings.load().data_folder / FILE)) as found:
        yield found


def _password(stdin: bool) -> str:
    if stdin:
        return sys.stdin.buffer.readline().decode("utf-8", "surrogateescape").rstrip("\r\n")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Every error of ours ends the command as one sentence."""
    from qa.errors import DatelineError

    try:
        yield
    except DatelineError as error:
        raise click.ClickException(str(error)) from None


def _synced(archive: Archive, wait: float = 0.0, ray: str = "") -> SyncReport:
    from qa.progress import bars

    with bars() as progress:
        report = archive.sync(progress, wait, ray)
    for refused in report.refused:
        click.echo(_harmless(f"Not read: {refused}"), err=True)
    if report.unsent:
        click.echo(report.unsent, err=True)
    return report


def _filters(after: date | None, before: date | None, publishers: tuple[str, ...]) -> Filters:
    from qa.types import Filters

    return Filters(after, before, publishers)


def _as_row(row: Mapping[str, object]) -> str:
    """The row as JSON; halves of characters, which a shell may hand over, are marked as such.

    Characters that the output's encoding lacks are escaped, all of them where one is.
    """
    told = json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        told.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(json.loads(told))
    return told


def _harmless(text: str) -> str:
    """`text` without what steers a terminal: articles and their names come from anybody."""
    return _STEERS.sub("\N{REPLACEMENT CHARACTER}", text)


def _readable(answer: Answer, asked: str) -> str:
    """The answer for a terminal: no Markdown, how the question was understood above it, its sources below it."""
    lines = [] if answer.question.split() == asked.split() else [f"Understood as: {answer.question}"]
    if answer.abstained:
        lines.append(answer.text)
    elif answer.timeline:
        lines.append("\n\n".join(_told(moment) for moment in answer.timeline))
    else:
        lines += _with_sources(answer)
    return "\n".join([*lines, *answer.warnings])


def _with_sources(answer: Answer) -> Iterator[str]:
    if answer.written_by:
        yield re.sub(r"\\(\W)", r"\1", answer.text) + "\n"
    elif answer.short:
        yield answer.short
    for citation in answer.citations:
        yield f"[{citation.number}] “{' '.join(citation.quote.split())}”\n    {_from(citation.article)}"


def _listed(hit: Hit) -> str:
    return f"{hit.article.title} — {_from(hit.article)}\n    {' '.join(hit.text.split())}"


def _told(moment: Moment) -> str:
    from qa.language.intervals import show

    quote = " ".join(moment.citation.quote.split())
    return f"{show(moment.first, moment.last)}\n    “{quote}”\n    {_from(moment.citation.article)}"


def _from(article: Article) -> str:
    from qa.answer.origin import origin

    return f"{origin(article)} · {article.id}"


def _prompted() -> str:
    try:
        return input("? ").strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
