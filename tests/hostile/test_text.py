"""Hostile text and questions: kept to the byte, answered or declined, never a crash, and no quote that is not there."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.archive import Archive
from qa.errors import QuestionError
from qa.ingest.fields import Fields
from qa.ingest.passages import cut, prose
from qa.ingest.readers import _article
from qa.keeping.conversations import Conversations
from qa.language.dates import expressions
from qa.language.names import spelled, told
from qa.language.words import terms
from qa.network.rates import Rates
from qa.types import Answer, Filters, Turn
from qa.web.routes import router
from qa.web.talk import Asked, Talk
from qa.web.texts import languages
from tests.conftest import ROOT
from tests.hostile.conftest import body
from tests.hostile.naughty import NAUGHTY, QUERIES

SAMPLE = NAUGHTY[::24]
QUESTIONS = [
    *QUERIES[:8],
    "When did Ramadi fall?\0",
    "\0",
    "\ud800 When did Ramadi fall? \udfff",
    "\u202eWhen did Ramadi fall?",
    "When did Ramadi fall? " + "\u0301" * 3_000,
    "?" * 4_000,
    "(" * 4_000,
    "When did " * 440,
    "and " * 990,
]


def sound(answer: Answer) -> int:
    """How many citations the answer has, each of which says what its article says."""
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote != ""
    for hit in answer.hits:
        assert 0 <= hit.passage.start < hit.passage.end <= len(hit.article.text)
    assert answer.text
    return len(answer.citations)


def test_there_are_as_many_as_in_the_best_known_list() -> None:
    assert len(NAUGHTY) >= 515 and len(set(NAUGHTY)) == len(NAUGHTY)


def test_every_text_is_kept_to_the_byte(naughty_archive: Archive, naughty_corpus: Path) -> None:
    assert naughty_archive.refused() == ()
    named = 0
    for number, naughty in enumerate(NAUGHTY):
        row = naughty_archive.article(f"rows.jsonl#{number}")
        assert row and row.text == body(number, naughty)
        title = " ".join(naughty.split())
        assert row.title == title or not title
    for path in (naughty_corpus / "named").iterdir():
        found = naughty_archive.article(f"named/{path.name}")
        assert found and found.text.encode() == path.read_bytes()
        named += len(path.name) > 8
    assert named >= 500 or sys.platform != "linux"


def test_naughty_articles_are_found_beside_good_ones(naughty_archive: Archive) -> None:
    assert naughty_archive.search("When did Ramadi fall?")[0].article.id == "2015-05-18-ramadi-falls.md"
    found = {hit.article.id for hit in naughty_archive.search("clerk of Velm signed notice 77", 20)}
    assert "rows.jsonl#77" in found


def test_naughty_questions(naughty_archive: Archive) -> None:
    for question in SAMPLE:
        if question.strip():
            sound(naughty_archive.ask(question))
            naughty_archive.search(question)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: repr(question[:20]))
def test_hostile_questions(naughty_archive: Archive, question: str) -> None:
    sound(naughty_archive.ask(question))
    naughty_archive.search(question)


@pytest.mark.nightly
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: repr(question[:20]))
def test_hostile_questions_before_others_and_as_timelines(naughty_archive: Archive, question: str) -> None:
    sound(naughty_archive.ask("And then?", [Turn(question, question)]))
    naughty_archive.timeline(question)


def test_query_syntax_is_words(naughty_archive: Archive) -> None:
    plain = naughty_archive._index.lexical("Ramadi fell", 50, Filters())
    assert plain and plain == naughty_archive._index.lexical('+"Ramadi"~ && (fell^)* : [ ] { } \\ /', 50, Filters())
    assert naughty_archive._index.lexical('NOT AND OR " *', 50, Filters()) == []


@pytest.mark.parametrize("question", ["x" * 1_000_000, "When? " * 170_000, "\ud800" * 1_000_000])
def test_a_question_of_a_megabyte_is_declined_in_one_sentence(naughty_archive: Archive, question: str) -> None:
    started = time.process_time()
    for ask in (naughty_archive.ask, naughty_archive.search, naughty_archive.timeline):
        with pytest.raises(QuestionError, match=r"^The question has 1,0[0-9,]+ characters: ask it in at most 4,000\.$"):
            ask(question)
    assert time.process_time() - started < 2


def test_on_the_command_line(naughty_corpus: Path, naughty_archive: Archive) -> None:
    def ask(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
        folders = ("--corpus", naughty_corpus, "--index", naughty_corpus.parent / "index")
        command = [sys.executable, "-c", "from qa.cli import main; main()", "ask", *folders, *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)

    done = ask("--json", "--", b'\xff\xfe When did Ramadi fall? NOT OR AND " *')
    assert done.returncode == 0, done.stderr[-500:]
    assert json.loads(done.stdout)["passages"]
    done = ask("--", "x" * 100_000)
    assert done.returncode == 1 and done.stderr.decode().endswith("ask it in at most 4,000.\n")


def test_nothing_of_an_article_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    text = "On Monday the mayor of Velm fell ill.\x1b]0;owned\x07 He is \x9b2Jat home."
    (tmp_path / "corpus" / "\x1b[2J.txt").write_text(text, encoding="utf-8")
    (tmp_path / "corpus" / "\x1b[31m.jpg").write_text("x")
    folders = ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    start = [sys.executable, "-c", "from qa.cli import main; main()", "search", "mayor of Velm", *folders]
    done = subprocess.run(start, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0 and "Velm" in done.stdout.decode() and "31m.jpg" in done.stderr.decode()
    shown = done.stdout.decode() + done.stderr.decode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown.replace("\r", "")), shown


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    found = Conversations(tmp_path / "conversations.sqlite")
    yield found
    found.close()


def test_on_the_page(naughty_archive: Archive, kept: Conversations) -> None:
    talk = Talk(naughty_archive, kept, Rates(10_000, 10_000, 10_000), languages()["en"])
    for question in (*QUESTIONS[8:], "x" * 1_000_000, *SAMPLE[:4]):
        put = talk.put(question, [])
        *_, (messages, _) = talk.answered(Asked(question=question), put, "owner", "127.0.0.1")
        assert messages[-1]["content"]
        json.dumps(messages).encode()
    assert Asked.of('{"question": "\\ud800"}').question == ""


def test_the_pages_routes(naughty_archive: Archive, kept: Conversations) -> None:
    app = FastAPI()
    app.include_router(router(naughty_archive, kept, languages(), free=False))
    client = TestClient(app)
    for question in (*QUERIES[:10], "a\0b", "\u202ea", "(" * 4_000):
        assert client.get("/api/search", params={"q": question}).status_code == 200
    assert client.get("/api/search", params={"q": "x" * 4_001}).status_code == 422
    assert client.get("/api/search?q=%ff%fe%ed%a0%80").status_code == 200


# Regular expressions: what is four times as long takes about four times as long.

PUMPS = (
    *(
        " ",
        "\n",
        "\t",
        "a",
        "A",
        "A ",
        "Aa ",
        "1",
        "1 ",
        "1,",
        "1.",
        ".",
        ". ",
        ",",
        ", ",
        "-",
        "– ",
        "“",
        "(",
        "(A ",
        "A (",
    ),
    *(
        "A of ",
        "Aa of the ",
        "the ",
        "May ",
        "5 May ",
        "2015-",
        "/",
        "© ",
        "| ",
        "A.",
        "U.S. ",
        "'s ",
        "\u00a0",
        "and ",
        "Aa-",
    ),
    *("al-A", "/AP", "(AP", "Monday ", "two ", "two days after ", "between ", "cookie ", "copyright ", "terms of use "),
    *(
        "formerly ",
        "A formerly ",
        "known as ",
        "acronym ",
        "name of the ",
        "a\n",
        "A\n",
        "said: “",
        "2015/05/18",
        "$1 ",
    ),
    *("1.5 million ", "e.g. ", "\u2028", "\u200b", "e\u0301", "from 5 to ", "in May ", "days after ", "---\n"),
)


def reading(text: str) -> None:
    """What is done with an article's text when it is read, search engines aside."""
    prose.cache_clear()
    article = _article("a.txt", text, Fields())
    cut(article)
    list(told(text))
    spelled(text)
    terms(text)
    expressions(text, None)


def growing(work: Callable[[str], object], pump: str, size: int) -> tuple[float, float]:
    """Seconds for `size` characters and for four times as many."""
    found = []
    for length in (size, 4 * size):
        text = (pump * (length // len(pump) + 1))[:length] + "\u0001!Zz"
        started = time.process_time()
        work(text)
        found.append(time.process_time() - started)
    return found[0], found[1]


def not_linear(work: Callable[[str], object], pumps: tuple[str, ...], size: int) -> list[tuple[str, float, float]]:
    """The pumps on which more than eight times the time goes by; twice, since a machine may be busy."""
    slow = []
    for pump in pumps:
        for _ in range(2):
            short, long = growing(work, pump, size)
            if long < 0.2 or long < 8 * short:
                break
        else:
            slow.append((pump, short, long))
    return slow


def test_reading_takes_time_in_proportion() -> None:
    assert not_linear(reading, PUMPS[::3], 5_000) == []
    assert [pump for pump, *_ in not_linear(lambda text: re.search("x*x*x*$", text), ("x", "y"), 60)] == ["x"]


@pytest.mark.nightly
def test_reading_long_texts_takes_time_in_proportion() -> None:
    assert not_linear(reading, PUMPS, 60_000) == []


@pytest.mark.nightly
def test_every_naughty_question(naughty_archive: Archive) -> None:
    for question in NAUGHTY:
        if question.strip():
            sound(naughty_archive.ask(question))
            sound(naughty_archive.ask(f"What does the notice {question} say?", filters=Filters()))


@pytest.mark.nightly
def test_ten_thousand_answers_quote_what_is_there(naughty_archive: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    answers = citations = 0
    for number in range(10_000):
        words = NAUGHTY[number % len(NAUGHTY)].split()[:5]
        question = (
            f"What does notice {number % 534} say{' of ' if words else ''}{' '.join(words)}?",
            f"Who signed notice {number % 534}?",
            f"When was notice {number % 534} pinned up?",
            f"When did Ramadi fall? {number}",
        )[number // 7 % 4]
        citations += sound(naughty_archive.ask(question))
        answers += 1
    with capsys.disabled():
        print(f"| answers | citations | true |\n| {answers:,} | {citations:,} | 100 % |")
    assert answers == 10_000 and citations > 5_000


def test_answers_quote_what_is_there(naughty_archive: Archive) -> None:
    asked = [f"Who signed notice {number}?" for number in range(0, 534, 18)]
    assert sum(sound(naughty_archive.ask(question)) for question in asked) >= len(asked)
