"""Hostile files: each is refused with a reason or read, within bounds, and the good ones beside them are answered."""

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen

import pytest

from qa.index.index import Index
from qa.ingest import parsing
from qa.ingest.confined import MEMORY_BYTES
from qa.ingest.fields import ARTICLE_CHARACTERS
from qa.ingest.files import Source, sources
from qa.ingest.metadata import read_aliases, read_metadata
from qa.ingest.readers import read
from qa.types import Article, Filters, Refused
from tests.conftest import Corpus, WordCounts
from tests.hostile.kinds import BODY, GOOD_PDF, GOOD_ROW, KINDS, Kind, page

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the files are made with what Linux has")
PARSER_BYTES = 120_000_000
"""What the process holds before it is given a file: Python, lxml and trafilatura."""
GOOD = {"good-1.md": "---\ntitle: Lamp\n---\nThe lamp of Ostrel was lit.", "z-good.txt": "The tower of Ostrel fell."}


def written(folder: Path, kinds: list[Kind]) -> None:
    for kind in kinds:
        (folder / kind.name.replace(".", "-")).mkdir()
        kind.write(folder / kind.name.replace(".", "-"))


def judged(kind: Kind, refused: list[Refused], articles: list[str]) -> None:
    """Nothing is passed over in silence, and what is said is a sentence for a person."""
    reasons = [item.reason for item in refused]
    told = " ".join(reasons)
    if kind.slow and parsing.TOO_SLOW in reasons:
        return  # whether the time is up depends on the machine
    assert re.search(kind.reason, told), (kind.name, told)
    assert reasons or articles or kind.reason == "^$", kind.name
    assert kind.reason or not refused, (kind.name, told)
    for reason in reasons:
        assert reason[0].isupper() or reason[0].isdigit(), reason
        assert reason.endswith(".") and "\n" not in reason and len(reason) <= 301 and "Traceback" not in reason


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 100 and len({kind.name for kind in KINDS}) == len(KINDS)


def test_hostile_files_stop_nothing(corpus: Corpus, tmp_path: Path, encoder: WordCounts) -> None:
    folder = corpus(GOOD)
    kinds = [kind for kind in KINDS if not kind.slow]
    written(folder, kinds)
    index = Index(tmp_path / "index", encoder)
    report = index.sync(folder)
    articles = {article.id: article for article in index.articles()}
    for kind in kinds:
        inside = kind.name.replace(".", "-") + "/"
        own = [item for item in report.refused if item.source.startswith(inside) or item.source == inside[:-1]]
        judged(kind, own, [name for name in articles if name.startswith(inside)])
    assert set(GOOD) <= set(articles) and articles["z-good.txt"].text == GOOD["z-good.txt"]
    found = index.passages([key for key, _ in index.lexical("lamp of Ostrel", 5, Filters())])
    assert "good-1.md" in {article.id for _, article in found.values()}
    hostname = Path("/etc/hostname").read_text(encoding="utf-8").strip()
    assert not any(hostname in article.text for article in articles.values())
    again = index.sync(folder)
    assert (again.added, again.changed, again.removed) == (0, 0, 0) and again.refused == report.refused
    index.close()


def kind_named(name: str) -> Kind:
    return next(kind for kind in KINDS if kind.name == name)


def process() -> int | None:
    """The process that rests."""
    (found,) = parsing._resting or [None]
    return found._process.pid if found and found._process else None


@pytest.fixture(autouse=True)
def no_process() -> Iterator[None]:
    parsing.end_all()
    yield
    parsing.end_all()


def found_in(folder: Path) -> list[Article | Refused]:
    return [item for source in sources(folder) for item in read(source, {})]


def test_one_process_parses_all_and_none_is_started_for_plain_text(corpus: Corpus) -> None:
    folder = corpus({"a.txt": BODY, "b.md": f"---\ntitle: Dorn\n---\n{BODY}"})
    assert len(found_in(folder)) == 2 and process() is None
    corpus({"c.html": page(BODY * 5), "d.jsonl": GOOD_ROW.decode(), "e.html": page(BODY * 6)})
    (folder / "f.pdf").write_bytes(GOOD_PDF)
    list(read(sources(folder)[2], {}))
    first = process()
    assert len(found_in(folder)) == 6 and first and process() == first


def test_an_unchanged_archive_starts_no_process(corpus: Corpus, tmp_path: Path, encoder: WordCounts) -> None:
    folder, index = corpus({"a.html": page(BODY * 5)}), Index(tmp_path / "index", encoder)
    assert index.sync(folder).added == 1 and process()
    parsing.end_all()
    assert index.sync(folder).unchanged == 1 and process() is None
    index.close()


def test_what_takes_too_long_is_ended_and_the_next_is_read(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "SECONDS", 1.0)
    folder = corpus({"z.html": page(BODY * 5)})
    kind_named("slow.pdf").write(folder)
    (folder / "a.html").write_text(page(BODY * 5))
    started = time.monotonic()
    first, slow, last = found_in(folder)
    assert isinstance(first, Article) and isinstance(last, Article) and time.monotonic() - started < 8
    assert isinstance(slow, Refused) and slow.reason.startswith("It takes longer than")


def test_a_parser_that_is_killed_refuses_its_file_alone(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corpus({"a.html": page(BODY * 5), "b.html": page(BODY * 5)})

    def dying(pipe: object, letter: bytes, payload: bytes = b"") -> None:
        monkeypatch.setattr(parsing, "send", send)
        with suppress(AttributeError):
            running[0]._process.kill()  # type: ignore[union-attr]

    send, running, real = parsing.send, [], parsing.Parser._running
    monkeypatch.setattr(parsing.Parser, "_running", lambda self: (running.append(self), real(self))[1])
    monkeypatch.setattr(parsing, "send", dying)
    first, second = found_in(folder)
    assert isinstance(first, Refused) and first.reason.startswith("It breaks the program")
    assert isinstance(second, Article)


def test_a_process_that_has_nothing_to_do_is_ended(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "REST_SECONDS", 0.1)
    assert found_in(corpus({"a.html": page(BODY * 5)}))
    until = time.monotonic() + 10
    while process() and time.monotonic() < until:
        time.sleep(0.05)
    assert process() is None


def test_the_process_is_given_no_key(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert found_in(corpus({"a.html": page(BODY * 5)}))
    environment = Path(f"/proc/{process()}/environ").read_bytes()
    assert b"PATH=" in environment and b"secret" not in environment and b"OPENAI" not in environment


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\xff\xff\xffA",  # four gigabytes
        b"\0\0\0\2A{}",
        b"\0\0\0\2A[]",
        b"\0\0\0\1A\x80",
        b"\0\0\x27\x10A" + b"[" * 10_000,
        b'\0\0\0\x28A{"line":0,"key":"","text":"","fields":7}',
        b"\0\0\0\1E",
        b"",
    ],
)
def test_what_a_parser_that_was_taken_over_says_is_not_trusted(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    program = f"import sys; sys.stdout.buffer.write({said!r}); sys.stdout.flush(); sys.stdin.buffer.read(1)"
    monkeypatch.setattr(parsing, "_START", program)
    (found,) = found_in(corpus({"a.html": page(BODY)}))
    assert isinstance(found, Refused) and found.reason in (parsing.BROKEN, parsing.TOO_LARGE)


def test_what_a_parser_says_is_bounded(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import json, struct, sys; days = {'published': None, 'made': None}; out = sys.stdout.buffer; "
        "fields = dict.fromkeys(sys.argv[2:], '') | days | {'basis': 'unknown'}; "
        "said = json.dumps({'line': 0, 'key': '', 'text': 'a b. ' * %d, 'fields': fields}).encode(); "
        "out.write(struct.pack('>Ic', len(said), b'A') + said + struct.pack('>Ic', 0, b'E')); out.flush(); "
        "sys.stdin.buffer.read()"
    ).replace("sys.argv[2:]", "'title publisher author url language basis_note'.split()")
    folder = corpus({"a.html": page(BODY)})
    for words, type_, reason in (
        (1, Article, ""),
        (500_000, Refused, "Its text has"),
        (4_000_000, Refused, "It breaks"),
    ):
        parsing.end_all()
        monkeypatch.setattr(parsing, "_START", program % words)
        (found,) = found_in(folder)
        assert isinstance(found, type_) and (isinstance(found, Article) or found.reason.startswith(reason))


def patched(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """Another bound in the process that parses."""
    first, _, call = parsing._START.partition("from qa.ingest.confined import serve; ")
    program = f"{first}from qa.ingest import confined; confined.{name} = {value}; confined.{call}"
    monkeypatch.setattr(parsing, "_START", program)


def test_the_ids_of_many_rows_do_not_fill_its_memory(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, "MEMORY_BYTES", 10_000_000)
    rows = "".join(f'{{"id": "{n:0490}", "text": "Row {n}."}}\n' for n in range(20_000))
    assert [item for item in found_in(corpus({"a.jsonl": rows})) if isinstance(item, Refused)] == []


def test_a_process_that_holds_much_is_ended_without_a_word(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, "LEAKED_BYTES", -1_000_000_000)
    (found,) = found_in(corpus({"a.jsonl": GOOD_ROW.decode()}))
    assert isinstance(found, Article) and process() is None


def test_rows_that_nobody_took_are_not_given_to_the_next(corpus: Corpus) -> None:
    rows = "".join(f'{{"text": "Row {n} was told on Monday."}}\n' for n in range(50))
    first, second = sources(corpus({"a.jsonl": rows, "b.html": page(BODY * 5)}))
    assert isinstance(next(reading := read(first, {})), Article)
    reading.close()  # type: ignore[attr-defined]
    (found,) = read(second, {})
    assert isinstance(found, Article) and found.id == "b.html" and BODY in found.text


def vanish(path: Path) -> None:
    path.unlink()


def to_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def grow(path: Path) -> None:
    path.write_bytes(b"x" * 60_000_000)


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (vanish, "No such file"),
        (to_link, "outside the folder"),
        (to_pipe, "is a pipe"),
        (to_folder, "no file|Is a directory"),
        (grow, "at most|longer than"),
    ],
)
def test_a_file_that_changes_after_it_was_listed(
    corpus: Corpus, name: str, change: Callable[[Path], None], reason: str
) -> None:
    folder = corpus({name: BODY})
    (source,) = sources(folder)
    change(folder / name)
    (refused, *_) = read(source, {})
    assert isinstance(refused, Refused) and re.search(reason, refused.reason), refused


def test_a_file_that_cannot_be_opened_is_told(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corpus({"a.txt": BODY, "b.txt": BODY})
    real = os.open

    def refusing(path: str, *rest: int) -> int:
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr("qa.ingest.files.os.open", refusing)
    first, second = found_in(folder)
    assert str(first) == "a.txt: It cannot be opened (Permission denied)." and isinstance(second, Article)


def test_a_folder_that_cannot_be_listed_is_told(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corpus({"sub/a.txt": BODY, "b.txt": BODY})
    real = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert [str(item) for item in found_in(folder) if isinstance(item, Refused)] == [
        "sub: The folder cannot be listed (Permission denied)."
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"file\n\0\n", "NUL"),
        (b"file,title\na.txt," + b"x" * 200_000 + b"\n", "From here on it cannot be read.*field larger"),
        (b"file,title\na.txt," + b"x" * 20_000 + b"\n", ""),
        (b'file\n"a.txt\n', "From here on"),
        (b"file\n" + b"x\n" * 3_000, "And 2,000 more rows"),
        (b"file\n" + b"/" * 5_000 + b"\n", "There is no file"),
        (b"file\n" + "a\u0000".encode("utf-16") + b"\n", "cannot be read|no file|NUL|no text"),
        (b"file,published\na.txt," + b"9" * 100_000 + b"\n", "is no day"),
        (b"file,file,file\na.txt\n", "no file"),
        (b"file\na.txt,b,c,d\n", ""),
        (b"", "no column named file"),
        (b"x" * 51_000_000, "at most 50,000,000"),
    ],
)
def test_metadata_that_is_none(corpus: Corpus, content: bytes, reason: str) -> None:
    folder = corpus({"a.txt": BODY})
    (folder / "metadata.csv").write_bytes(content)
    found, refused = read_metadata(folder)
    assert re.search(reason, " ".join(item.reason for item in refused)) and bool(refused) == bool(reason)
    assert all(item.reason.endswith(".") for item in refused) and len(refused) <= 1_001
    (article,) = [item for source in sources(folder) for item in read(source, found)]
    assert article


@pytest.mark.parametrize("name", ["metadata.csv", "aliases.csv"])
@pytest.mark.parametrize("target", ["outside.csv", "/dev/zero", "nowhere.csv", "pipe", "itself"])
def test_lists_that_are_no_files_of_the_folder(corpus: Corpus, tmp_path: Path, name: str, target: str) -> None:
    folder = corpus({"a.txt": BODY})
    (tmp_path / "outside.csv").write_text("file,title\na.txt,Secret\n")
    if target == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to(folder / name if target == "itself" else tmp_path / target)
    found, refused = read_metadata(folder) if name == "metadata.csv" else read_aliases(folder)
    assert not found and len(refused) == 1 and refused[0].source == name
    assert "Secret" not in refused[0].reason and refused[0].reason.endswith(".")


def test_a_source_outside_its_folder_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("Secret.")
    status = (tmp_path / "secret.txt").stat()
    source = Source("a.txt", tmp_path / "in" / ".." / "secret.txt", status.st_size, 0, tmp_path / "in")
    (refused,) = read(source, {})
    assert isinstance(refused, Refused) and "outside the folder" in refused.reason


def peak(process: int) -> int:
    """The most memory that a process has held, in bytes."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def watched() -> Iterator[dict[int, int]]:
    """The most memory that each process that parses has held."""
    seen: dict[int, int] = {}
    over = threading.Event()
    real = parsing.Parser._running

    def running(self: parsing.Parser) -> Popen[bytes]:
        process = real(self)
        seen.setdefault(process.pid, 0)
        return process

    def look() -> None:
        while not over.wait(0.005):
            for process in list(seen):
                with suppress(OSError):  # it has ended
                    seen[process] = max(seen[process], peak(process))

    parsing.Parser._running = running  # type: ignore[method-assign]
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        parsing.Parser._running = real  # type: ignore[method-assign]


@pytest.mark.nightly
def test_each_kind_within_its_bounds(tmp_path: Path, encoder: WordCounts, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints a row a kind: seconds, by how much this process grew, the most the parser's held, what became of it.

    The time is bounded for a document; a file of rows that hold several million characters has as often that.
    """
    over = []
    good = Kind("good.html", lambda folder: (folder / "a.html").write_text(page(BODY * 5)), "")
    for kind in [good, *KINDS]:  # with the first one libraries are imported
        folder = tmp_path / "kind"
        folder.mkdir()
        kind.write(folder)
        index = Index(tmp_path / "index", encoder)
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        before, started = peak(os.getpid()), time.monotonic()
        with watched() as seen:
            report = index.sync(folder)
        seconds, own, parsers = time.monotonic() - started, peak(os.getpid()) - before, max(seen.values(), default=0)
        parsing.end_all()
        texts = {article.id: len(article.text) for article in index.articles()}
        judged(kind, list(report.refused), list(texts))
        index.close()
        with capsys.disabled():
            what = report.refused[-1].reason if report.refused else f"{report.added} read"
            print(f"| {kind.name} | {seconds:.1f} | {own / 1e6:.0f} | {parsers / 1e6:.0f} | {what[:90]} |", flush=True)
        longest = (parsing.SECONDS + 5) * max(1, sum(texts.values()) / ARTICLE_CHARACTERS)
        allowed = MEMORY_BYTES + PARSER_BYTES
        if kind != good and (seconds > longest or own > MEMORY_BYTES or parsers > allowed):
            over.append((kind.name, seconds, own, parsers))
        shutil.rmtree(folder)
        shutil.rmtree(tmp_path / "index")
    assert over == []
