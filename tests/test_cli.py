"""The command line: the same answers as the library, its exit codes, one JSON object, one sentence an error."""

import json
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import qa
from qa.cli import main
from qa.keeping.users import Users
from qa.settings import Settings
from tests.conftest import ROOT, Corpus

PASSWORD = "a lantern for Kut"  # noqa: S105 - of nobody


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
        *("citations", "passages", "seconds", "usage", "warnings"),
    }
    assert (row["short"], row["text"], row["abstained"]) == (answer.short, answer.text, False)
    assert row["citations"][0]["quote"] == answer.citations[0].quote
    assert len(row["passages"]) == len(answer.hits) <= 20
    assert set(row["seconds"]) == {"search", "answer", "total"}


def test_an_abstention_is_an_answer(folder: Path) -> None:
    result = run(folder, "ask", "Who won the World Cup?")
    assert (result.exit_code, result.stdout) == (0, "The archive does not say.\n")


def test_what_was_read_otherwise_than_asked_is_told_with_every_answer(folder: Path) -> None:
    told = "The archive has no “Ramdi”: the nearest name it has is “Ramadi”.\n"
    result = run(folder, "ask", "When did Ramdi fall?")
    assert result.stdout.startswith("Understood as: When did Ramadi fall?\nSunday 17 May 2015\n[1] “")
    assert result.stdout.endswith(told)
    none = run(folder, "ask", "Who won the World Cup in Ramdi?").stdout
    assert none == f"Understood as: Who won the World Cup in Ramadi?\nThe archive does not say.\n{told}"
    assert run(folder, "ask", "Timeline of the battle for Ramdi").stdout.endswith(told)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_terminal_lacks_is_no_error(folder: Path, encoding: str) -> None:
    def asked(*arguments: str) -> Result:
        place = ["--corpus", str(ROOT / "corpus"), "--index", str(folder)]
        return CliRunner(charset=encoding).invoke(main, ["ask", "When did Ramadi fall?", *place, *arguments])

    shown, row = asked(), asked("--json")
    assert (shown.exit_code, row.exit_code) == (0, 0)
    assert shown.stdout.startswith("Sunday 17 May 2015\n[1] ?")
    whole = json.loads(run(folder, "ask", "When did Ramadi fall?", "--json").stdout)
    assert json.loads(row.stdout)["text"] == whole["text"] and "“" in whole["text"]
    assert CliRunner(charset=encoding).invoke(main, ["ask", "--help"]).exit_code == 0


def test_the_settings_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Settings] = []
    load = Settings.load

    def loaded() -> Settings:
        made.append(load())
        return made[-1]

    monkeypatch.setattr(Settings, "load", loaded)
    assert run(folder, "search", "advisers").exit_code == 0 and len(made) == 1


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


def test_ray_that_is_not_installed_is_one_sentence(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    root = corpus({"a.txt": "The bridge is closed."})
    result = run(tmp_path / "index", "sync", "--corpus", str(root), "--ray", "local")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == 'Error: Ray needs further packages: pip install "dateline[ray]".\n'


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
        (
            ["sync", "--ray", "ray://head:10001"],
            1,
            "'ray://head:10001' is no address of Ray. It is \"local\", or HOST:PORT",
        ),
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


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what readers keep."""
    monkeypatch.setenv("QA_DATA", str(tmp_path / "kept"))
    return tmp_path / "kept"


def users(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["users", *arguments], input=text)


def test_users_are_added_listed_and_removed(kept: Path) -> None:
    assert users("list").stdout == "Nobody can log in.\n"
    for name in ("Salim", "Amal"):
        result = users("add", name, text=f"{PASSWORD}\n{PASSWORD}\n")
        assert result.exit_code == 0 and result.stdout.endswith(f"{name} can log in.\n")
        assert PASSWORD not in result.output  # not shown while it is typed
    assert users("list").stdout == "Amal\nSalim\n"
    with closing(Users(kept / "users.sqlite")) as known:
        assert known.check("Salim", PASSWORD, "")
    result = users("remove", "Amal")
    assert (result.exit_code, result.stdout) == (0, "Amal can no longer log in.\n")
    assert users("list").stdout == "Salim\n"


def test_a_password_from_a_script_is_its_first_line(kept: Path) -> None:
    assert users("add", "Salim", "--password-stdin", text=f"{PASSWORD}\r\nmore\n").stdout == "Salim can log in.\n"
    result = users("password", "Salim", "--password-stdin", text="another lantern")
    assert (result.exit_code, result.stdout) == (0, "Salim has another password.\n")
    with closing(Users(kept / "users.sqlite")) as known:
        assert not known.check("Salim", PASSWORD, "") and known.check("Salim", "another lantern", "")


def test_a_password_typed_otherwise_the_second_time_is_asked_for_again(kept: Path) -> None:
    result = users("add", "Salim", text=f"{PASSWORD}\na lantern for Hit\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0 and "do not match" in result.output
    assert users("password", "Salim", text=f"{PASSWORD}\n").exit_code == 1  # the input ends


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "Salim", "--password-stdin"], "This password cannot be used: give 10 to 1,000 characters"),
        (["add", " Salim", "--password-stdin"], "The name ' Salim' cannot be used"),
        (["remove", "Salim"], "There is no user 'Salim'"),
        (["password", "Salim", "--password-stdin"], "10 to 1,000 characters"),
    ],
)
def test_errors_about_users_are_one_sentence(kept: Path, arguments: list[str], said: str) -> None:
    result = users(*arguments, text="short\n")
    assert result.exit_code == 1 and not result.stdout
    assert said in result.stderr and result.stderr.count("\n") == 1


def test_a_password_that_is_no_text_is_refused(kept: Path) -> None:
    result = CliRunner().invoke(main, ["users", "add", "Salim", "--password-stdin"], input=b"\xff" * 12 + b"\n")
    assert result.exit_code == 1 and "This password cannot be used" in result.stderr
    assert users("list").stdout == "Nobody can log in.\n"


@pytest.mark.parametrize("command", ["add", "remove", "list", "password"])
def test_every_command_about_users_has_help(command: str) -> None:
    result = users(command, "--help")
    assert result.exit_code == 0 and "Usage" in result.output


def test_feedback_prints_votes_that_say_what_is_right(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evals.questions import read_questions
    from qa.keeping.conversations import Conversations, file_of
    from qa.types import Filters

    monkeypatch.setenv("QA_DATA", str(tmp_path))
    with (
        qa.open(ROOT / "corpus", folder) as archive,
        closing(Conversations(file_of(Settings.load(), ROOT / "corpus"))) as kept,
    ):
        for question, vote, comment in (("When did Ramadi fall?", 1, ""), ("Who?", -1, "the mayor"), ("Why?", -1, "")):
            turn = kept.add("me", None, question, archive.ask(question), Filters(), True, "1")
            kept.vote("me", turn.id, vote, comment)
    result = CliRunner().invoke(main, ["feedback", "--corpus", str(ROOT / "corpus")])
    assert result.exit_code == 0 and "2 of 3 votes say what is right." in result.stderr
    (tmp_path / "questions.jsonl").write_text(result.stdout, encoding="utf-8")
    questions = read_questions(tmp_path / "questions.jsonl")
    assert [(q.question, q.answers) for q in questions] == [
        ("When did Ramadi fall?", ("Sunday 17 May 2015",)),
        ("Who?", ("the mayor",)),
    ]
