"""The command line: the same answers as the library, its exit codes, one JSON object, one sentence an error."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import qa
from qa.cli import main
from tests.conftest import ROOT, Corpus


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


def run(folder: Path, *arguments: str, text: str = "") -> Result:
    corpus = [] if "--corpus" in arguments else ["--corpus", str(ROOT / "corpus")]
    return CliRunner().invoke(main, [*arguments, *corpus, "--index", str(folder)], input=text)


def test_ask_prints_the_answer_and_its_sources(folder: Path) -> None:
    result = run(folder, "ask", "When did Ramadi fall?")
    assert result.exit_code == 0
    assert result.stdout.startswith("Sunday 17 May 2015\n[1] “")
    assert "2015-05-18-ramadi-falls" in result.stdout


def test_ask_json_is_the_library_s_answer_and_nothing_else(folder: Path) -> None:
    row = json.loads(run(folder, "ask", "When did Ramadi fall?", "--json").stdout)
    with qa.open(ROOT / "corpus", folder) as archive:
        answer = archive.ask("When did Ramadi fall?")
    assert set(row) == {
        *("id", "question", "understood", "short", "text", "abstained", "confidence", "narrowed"),
        *("citations", "passages", "seconds", "warnings"),
    }
    assert (row["short"], row["text"], row["abstained"]) == (answer.short, answer.text, False)
    assert row["citations"][0]["quote"] == answer.citations[0].quote
    assert len(row["passages"]) == len(answer.hits) <= 20
    assert set(row["seconds"]) == {"search", "answer", "total"}


def test_an_abstention_is_an_answer(folder: Path) -> None:
    result = run(folder, "ask", "Who won the World Cup?")
    assert (result.exit_code, result.stdout) == (0, "The archive does not say.\n")


def test_search(folder: Path) -> None:
    result = run(folder, "search", "advisers in Mosul", "--limit", "2", "--publisher", "Northern Ledger")
    assert result.exit_code == 0 and result.stdout.count("Northern Ledger") == 2
    rows = json.loads(run(folder, "search", "advisers", "--limit", "3", "--json").stdout)
    assert len(rows["passages"]) == 3 and set(rows["passages"][0]) == {"article", "start", "end", "score"}


def test_sync_counts_and_lists_what_it_refused(tmp_path: Path, corpus: Corpus) -> None:
    root = corpus({"a.txt": "The bridge is closed.", "b.xyz": "?"})
    result = run(tmp_path / "index", "sync", "--corpus", str(root))
    assert result.exit_code == 0
    assert result.stdout == "1 added, 0 changed, 0 removed, 0 unchanged, 1 refused\n"
    assert "Not read: b.xyz: Files of this kind are not read" in result.stderr


def test_chat_carries_the_conversation_on(folder: Path) -> None:
    result = run(folder, "chat", text="When did Ramadi fall?\nHow far is it from Baghdad?\n\n")
    assert result.exit_code == 0
    assert "Sunday 17 May 2015" in result.stdout and "kilometres" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask", ""], 1, "The question is empty"),
        (["ask", "Who?", "--corpus", "/no/such/folder"], 1, "There is no folder '/no/such/folder'"),
        (["ask", "Who?", "--after", "May"], 2, "'May' is no day of the form 2015-05-17"),
        (["ask"], 2, "Missing argument 'QUESTION'"),
        (["search", "x", "--limit", "0"], 2, "Invalid value for '--limit'"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_errors_are_one_sentence(folder: Path, arguments: list[str], code: int, said: str) -> None:
    result = run(folder, *arguments)
    assert result.exit_code == code
    assert said in result.stderr and "Traceback" not in result.stderr and not result.stdout


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert "usage" in result.output.lower()


def test_timeline_lists_events_in_order(folder: Path) -> None:
    result = run(folder, "timeline", "battle for Ramadi", "--limit", "5")
    assert result.exit_code == 0 and "Sunday 17 May 2015\n    “" in result.stdout
    events = json.loads(run(folder, "timeline", "battle for Ramadi", "--json").stdout)["events"]
    assert [e["first"] for e in events] == sorted(e["first"] for e in events)
    assert set(events[0]) == {"first", "last", "words", "citation"}
    assert run(folder, "timeline", "Atlantis").stdout == "The archive tells of no dated event.\n"
    assert run(folder, "ask", "Timeline of the battle for Ramadi").stdout.count("“") > 3
