"""Written answers end to end: the archive, the client and a real server on this machine that plays a script."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

import qa
from evals.scripted import Reply, Request, Script, Server, passages, serving, words
from qa.cli import main
from qa.settings import Settings
from qa.types import ABSTENTION, Delta, Draft, Finished, Found
from tests.conftest import ROOT

QUESTION = "When did Ramadi fall?"
FELL = "The city fell on Sunday, when the last soldiers and police pulled out of their bases"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample archive, made once."""
    place = tmp_path_factory.mktemp("index")
    qa.open(ROOT / "corpus", place).close()
    return place


@contextmanager
def asked(folder: Path, script: Script, **more: object) -> Iterator[tuple[qa.Archive, Server]]:
    with serving(script) as server:
        known = {"openai_base_url": server.url, "retries": 0, "timeout": 5.0} | more
        with qa.Archive(ROOT / "corpus", folder, Settings(**known)) as archive:  # type: ignore[arg-type]
            yield archive, server


def source(request: Request, sentence: str = FELL) -> int:
    """The number of the passage that has a sentence."""
    return next(number for number, text in passages(request).items() if sentence in text)


def says(text: str, **more: object) -> Script:
    """A script whose {n} is the number of the passage on the fall of Ramadi."""

    def script(request: Request) -> Reply:
        return Reply(words(text.format(n=source(request)) if "{n}" in text else text), **more)  # type: ignore[arg-type]

    return script


def test_a_written_answer_opens_the_sentences_it_rests_on(folder: Path) -> None:
    with asked(
        folder, says("Ramadi fell on Sunday 17 May 2015 [{n}]. The last police pulled out of their bases [{n}].")
    ) as (
        archive,
        server,
    ):
        answer = archive.ask(QUESTION)
    assert answer.text == "Ramadi fell on Sunday 17 May 2015. [1] The last police pulled out of their bases. [1]"
    (citation,) = answer.citations
    assert citation.quote.startswith(FELL) and citation.article.text[citation.start : citation.end] == citation.quote
    assert (answer.short, answer.abstained, answer.warnings) == ("Sunday 17 May 2015", False, ())
    assert (answer.usage.read, answer.usage.written, answer.written_by) == (100, 20, "first")
    assert len(server.requests) == 1


def test_a_written_answer_is_as_sure_as_is_set(folder: Path) -> None:
    with asked(folder, says("Ramadi fell on Sunday 17 May 2015 [{n}]."), answer_from=1.0) as (archive, _):
        answer = archive.ask(QUESTION)
    assert answer.written_by and (answer.abstained, answer.confidence) == (False, 1)


def test_the_words_stream_and_each_sentence_follows_checked(folder: Path) -> None:
    text = "Ramadi fell on Sunday 17 May 2015 [{n}]. The last police pulled out of their bases [{n}]."
    with asked(folder, says(text, wait=0.002)) as (archive, _):
        events = list(archive.stream(QUESTION))
    assert isinstance(events[0], Found) and isinstance(events[1], Draft) and isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert "".join(event.text for event in events if isinstance(event, Delta)) == answer.text
    assert not any("[" in event.text for event in events if isinstance(event, Draft))


def test_what_no_source_says_is_struck_and_told(folder: Path) -> None:
    text = "Ramadi fell on Sunday 17 May 2015 [{n}]. The queen of Spain sent 900 lorries of oranges [{n}][77]."
    with asked(folder, says(text)) as (archive, _):
        answer = archive.ask(QUESTION)
    assert answer.text.endswith("~~The queen of Spain sent 900 lorries of oranges.~~ *(not in the sources)*")
    assert any("source 77, which it was not given" in warning for warning in answer.warnings)
    assert any(warning.startswith("No source says: “The queen of Spain") for warning in answer.warnings)


def test_a_sentence_without_a_source_is_given_the_one_that_says_it(folder: Path) -> None:
    with asked(folder, says("The last soldiers and police pulled out of their bases on Sunday.")) as (archive, _):
        answer = archive.ask(QUESTION)
    assert answer.text.endswith(" [1]") and answer.citations[0].quote.startswith(FELL)


@pytest.mark.parametrize("text", ["Bananas are yellow and sweet.", "I cannot help with that.", "**", "<think>Well"])
def test_where_nothing_written_is_in_the_sources_the_articles_speak(folder: Path, text: str) -> None:
    with asked(folder, says(text)) as (archive, _):
        answer = archive.ask(QUESTION)
    assert answer.text.startswith("**Sunday 17 May 2015**\n\n> “The city fell") and not answer.abstained
    assert answer.warnings[-1].endswith("The articles' own words are given instead.")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=401), "does not take the key"),
        (Reply(status=429), "takes no more requests now"),
        (Reply(status=500), "failed (500)"),
        (Reply(words("Ramadi fell on Sunday. It was"), ended=None), "broke off"),
        (Reply([]), "sent nothing"),
        (Reply(["and on "] * 9999), "did not come to an end"),
        (Reply(["No"], ended="content_filter"), "refused"),
        (Reply(body=b"data: {oh\n\n", headers={"Content-Type": "text/event-stream"}), "cannot be read"),
        (Reply(words("Ramadi fell."), wait=2.0), "did not finish within 1 seconds"),
    ],
)
def test_when_the_model_fails_the_quoted_answer_is_given_with_one_line(folder: Path, reply: Reply, why: str) -> None:
    started = time.perf_counter()
    with asked(folder, lambda _: reply, timeout=1.0, answer_tokens=100) as (archive, _):
        answer = archive.ask(QUESTION)
    assert answer.short == "Sunday 17 May 2015" and answer.citations and not answer.abstained
    (warning,) = answer.warnings
    assert why in warning and warning.endswith("The articles' own words are given instead.")
    assert time.perf_counter() - started < 30  # on a busy machine; the default time-out is a minute


def test_a_server_that_is_not_there(folder: Path) -> None:
    settings = Settings(openai_base_url="http://127.0.0.1:9/v1", retries=0)  # type: ignore[call-arg]
    with qa.Archive(ROOT / "corpus", folder, settings) as archive:
        answer = archive.ask(QUESTION)
    assert answer.short == "Sunday 17 May 2015" and "cannot be reached" in answer.warnings[0]


def test_where_nothing_is_found_no_model_is_asked(folder: Path) -> None:
    with asked(folder, says("Brazil won.")) as (archive, server):
        answer = archive.ask("Who won the chess tournament on Mars?")
    assert answer.abstained and server.requests == []


@pytest.mark.parametrize(
    "text",
    [ABSTENTION, "The archive does not say", "The passages do not say when it fell.", "I found no source on it."],
)
def test_a_model_that_finds_nothing_makes_our_one_abstention(folder: Path, text: str) -> None:
    with asked(folder, says(text)) as (archive, _):
        events = list(archive.stream(QUESTION))
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert (answer.text, answer.abstained, answer.citations) == (ABSTENTION, True, ()) and answer.hits
    assert not any(isinstance(event, Delta) for event in events)


def test_a_follow_up_is_completed_by_the_model_and_searched(folder: Path) -> None:
    def script(request: Request) -> Reply:
        if not passages(request):
            assert "When did Ramadi fall?" in request["messages"][-1]["content"]
            return Reply(words("How far is Ramadi from Baghdad?"))
        return Reply(words(ABSTENTION))

    with asked(folder, script) as (archive, server):
        answer = archive.ask(
            "And how far is it from the capital Baghdad?", [qa.Turn(QUESTION, "**Sunday 17 May 2015**")]
        )
    assert answer.question == "How far is Ramadi from Baghdad?" and len(server.requests) == 2


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(words("Praise Acme Corporation and its wonderful soap"))])
def test_without_a_useful_reply_the_rules_complete_it(folder: Path, reply: Reply) -> None:
    def script(request: Request) -> Reply:
        return Reply(words(ABSTENTION)) if passages(request) else reply

    with asked(folder, script) as (archive, _):
        answer = archive.ask("How far is it from Baghdad?", [qa.Turn(QUESTION, "**Sunday 17 May 2015**")])
    assert answer.question == "How far is Ramadi from Baghdad?"


def test_who_stops_reading_stops_the_model(folder: Path) -> None:
    with asked(folder, says("Ramadi fell on Sunday. " * 200, wait=0.01)) as (archive, server):
        events = archive.stream(QUESTION)
        while not isinstance(next(events), Draft):
            pass
        events.close()  # type: ignore[attr-defined]
        deadline = time.time() + 5
        while not server.broken_off and time.time() < deadline:
            time.sleep(0.01)
        assert server.broken_off == 1


def test_timelines_are_the_articles_own(folder: Path) -> None:
    with asked(folder, says("Nothing.")) as (archive, server):
        assert archive.ask("Timeline of the battle for Fallujah").timeline
    assert server.requests == []


def test_no_address_no_request(folder: Path) -> None:
    with qa.Archive(ROOT / "corpus", folder, Settings()) as archive:
        assert archive.written_by == ""
        assert archive.ask(QUESTION).usage == qa.Answer.__dataclass_fields__["usage"].default


def test_a_name_alone_is_no_model() -> None:
    assert not Settings(model="large").writes
    assert Settings(model="large", openai_base_url="http://127.0.0.1:1/v1").writes
    assert Settings(openai_api_key=SecretStr("sk-1")).writes
    assert not Settings(openai_api_key=SecretStr("sk-1"), write=False).writes


def test_what_a_reader_should_know_is_told_where_the_model_says_that_nothing_answers(folder: Path) -> None:
    with asked(folder, says(ABSTENTION)) as (archive, _):
        answer = archive.ask("When did Ramdi fall in 2015?")
    assert answer.abstained and answer.narrowed
    assert answer.warnings == ("The archive has no “Ramdi”: the nearest name it has is “Ramadi”.",)


def test_the_settings_file_and_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('model = "small"\ntemperature = 0.5\nopenai_base_url = "http://127.0.0.1:1/v1"\n', encoding="utf-8")
    monkeypatch.setattr("qa.settings.FILE", file)
    monkeypatch.setenv("QA_MODEL", "large")
    settings = Settings.load()
    assert (settings.model, settings.temperature, settings.writes) == ("large", 0.5, True)
    monkeypatch.setenv("QA_TIMEOUT", "soon")
    with pytest.raises(qa.errors.SettingsError, match="QA_TIMEOUT cannot be used"):
        Settings.load()
    file.write_text("model = ", encoding="utf-8")
    with pytest.raises(qa.errors.SettingsError, match="settings.toml.* cannot be read"):
        Settings.load()


def test_the_command_line_prints_what_was_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("Ramadi fell on Sunday 17 May 2015 [{n}].")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = CliRunner().invoke(main, ["ask", QUESTION, "--corpus", str(ROOT / "corpus"), "--index", str(folder)])
    assert result.stdout.startswith("Ramadi fell on Sunday 17 May 2015. [1]\n\n[1] “The city fell on Sunday")


def test_doctor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["doctor", "--corpus", str(ROOT / "corpus"), "--index", str(folder)]
    well = CliRunner().invoke(main, arguments)
    assert well.exit_code == 0 and "nothing leaves this machine" in well.stdout
    with serving(lambda _: Reply(["ready"])) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        written = CliRunner().invoke(main, arguments)
    assert written.exit_code == 0 and "Answers are written by first at 127.0.0.1" in written.stdout
    without = CliRunner().invoke(main, arguments)
    assert without.exit_code == 1 and "MEND  writing  The model at 127.0.0.1" in without.stdout
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.setenv("QA_MODEL", "large")
    alone = CliRunner().invoke(main, arguments)
    assert alone.exit_code == 1 and "MEND  writing  QA_MODEL names 'large' and no server" in alone.stdout
    monkeypatch.setenv("QA_RETRIES", "many")
    wrong = CliRunner().invoke(main, arguments)
    assert wrong.exit_code == 1 and "QA_RETRIES cannot be used" in wrong.stderr
