"""Questions are proposed from an archive's sentences, looked through by a person, and asked only when accepted."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evals.drafting.__main__ import drafted
from evals.drafting.__main__ import main as draft
from evals.drafting.archive import articles_of
from evals.drafting.asking import parsed
from evals.drafting.clauses import clauses
from evals.drafting.names import Names
from evals.drafting.proposals import Sentence, stands_alone
from evals.drafting.rules import propose
from evals.questions import asked_of, read_questions
from evals.review import main as review
from evals.scripted import Reply, Request, serving
from qa.cli import main as qa
from qa.errors import EvaluationError
from qa.ingest.passages import cut
from qa.settings import Settings
from qa.types import Article, Hit, Span
from tests.conftest import ROOT, Corpus, article

RAMADI = article(
    "Ramadi falls to Islamic State",
    "The city fell on Sunday, when the last soldiers left their bases.\n\n"
    "Ramadi lies 115 kilometres west of Baghdad, on the road to Jordan.\n\n"
    "Ann Moore, head of the Red Crescent, said that Jordan would open its border to the families of Anbar.\n\n"
    "Troops cleared a camp outside Mosul on 30 December. Aid agencies came to Mosul. Many went to Haditha.\n\n"
    "Soldiers stayed near Haditha and near Mosul. Others stayed outside Ramadi and near Baghdad, in Jordan.\n\n"
    "Print friendly",
)


def asked(text: str, *others: str, title: str = "") -> dict[str, tuple[str, ...]]:
    """What is asked of a sentence in an archive that has these others too, with the answers."""
    held = Article("a.md", text, title, date(2015, 5, 18))
    found = propose(Sentence(held, Span(0, len(text)), text), Names.of([text, *others]))
    return {proposal.question: proposal.answers for proposal in found}


ASKED = {
    "Ramadi lies 115 kilometres west of Baghdad, on the road to Jordan.": (
        "How many kilometres west of Baghdad does Ramadi lie?",
        ["115"],
    ),
    "Coalition aircraft conducted seven strikes in Mosul.": (
        "How many strikes did coalition aircraft conduct in Mosul?",
        ["seven"],
    ),
    "More than 85,000 people have fled Fallujah since May, officials said.": (
        "How many people have fled Fallujah?",
        ["More than 85,000", "85,000"],
    ),
    "Troops cleared a protest camp outside Ramadi on 30 December.": (
        "When did troops clear a protest camp outside Ramadi?",
        ["30 December 2014", "30 December"],
    ),
    "The centre of Ramadi was retaken in April.": ("When was the centre of Ramadi retaken?", ["April 2015"]),
    "Mr Abadi had already declared victory over Daesh on Sunday.": (
        "When did Mr Abadi declare victory over Daesh?",
        ["17 May 2015"],
    ),
    "General John Allen said that Iraq would lead the attack on Mosul.": (
        "Who said that Iraq would lead the attack on Mosul?",
        ["General John Allen", "John Allen"],
    ),
    "“Our men have reached the middle of Hit,” said Ali Hassan.": (
        "Who said: “Our men have reached the middle of Hit”?",
        ["Ali Hassan"],
    ),
    "Prices in Iraq have doubled, according to a report of the World Bank.": (
        "Which source says that prices in Iraq have doubled?",
        ["a report of the World Bank"],
    ),
    "Ann Moore, head of the Red Crescent, was there.": ("Who is Ann Moore?", ["head of the Red Crescent"]),
    "General Omar Said, who heads the Jazeera command, named two targets.": (
        "Who heads the Jazeera command?",
        ["General Omar Said", "Omar Said"],
    ),
    "The army took Rutba, a small town on the highway to Jordan, within days.": (
        "What is Rutba?",
        ["a small town on the highway to Jordan", "small town on the highway to Jordan"],
    ),
    "The Iraqi Security Forces (ISF) came late.": ("What does ISF stand for?", ["Iraqi Security Forces"]),
    "It was called “Labayk”, which means “At your service”.": ("What does “Labayk” mean?", ["At your service"]),
}


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked_of_a_sentence(text: str) -> None:
    question, answers = ASKED[text]
    assert asked(text, "Most troops are near Rutba, and coalition men with them at high prices.").get(
        question
    ) == tuple(answers)


@pytest.mark.parametrize(
    "text",
    [
        "He said that they would win.",
        "The operation began on Sunday.",
        "At least 500 people died in the three days.",
        "It lies 330 kilometres north-west of Baghdad.",
        "Ann Moore is in Baghdad.",
        "The fall of Ramadi, an official said, surprised nobody.",
        "Iraqi forces did not take Hit on Sunday.",
        "Greg Lee covers politics for the Ledger today.",
        "Ann Moore visited the 2014 Paris Games.",
        "Iraq said on Sunday what the plan was, as it was.",
    ],
)
def test_what_cannot_be_understood_alone_is_not_asked(text: str) -> None:
    assert asked(text) == {}


def test_a_question_stands_alone_only_with_what_it_is_about() -> None:
    assert stands_alone("When did Ramadi fall?") and stands_alone("When was the centre of Ramadi retaken?")
    for question in ("When did the city fall?", "What did she say of Hit?", "When did Hit fall there?", "Who left?"):
        assert not stands_alone(question), question


def test_clauses_have_a_subject_a_verb_and_what_belongs_to_it() -> None:
    (one, other) = clauses("The fighting broke out after troops cleared a camp that stood near Ramadi")
    assert (one.subject, one.verb, one.rest) == ("The fighting", "broke", "out")
    assert (other.subject, other.verb, other.rest) == ("troops", "cleared", "a camp that stood near Ramadi")
    assert other.asked("When", "a camp", str) == "When did troops clear a camp"
    assert [c.subject for c in clauses("Al Qaim, which lies far off, is quiet")] == ["Al Qaim"]


def test_the_city_is_named_where_the_headline_names_one(corpus: Corpus) -> None:
    articles, _ = articles_of(corpus({"a.md": RAMADI}))
    (fell,) = [p for p in drafted(articles, Settings(), 20, 1) if p.question == "When did Ramadi fall?"]
    assert fell.answers == ("17 May 2015",) and fell.note == "“The city” is taken for Ramadi"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_drafts_are_rows_that_stand_in_their_articles(corpus: Corpus, tmp_path: Path) -> None:
    again = article("Roads", "Ramadi lies 115 kilometres west of Baghdad, by the old road.", publisher="The Ledger")
    folder = corpus({"a.md": RAMADI, "b.md": again, "copy.md": RAMADI.replace("Harbour Wire", "The Ledger")})
    assert draft(["--corpus", str(folder), "--out", str(tmp_path / "d.jsonl")]) == 0
    found = rows(tmp_path / "d.jsonl")
    texts = {one.id: one.text for one in articles_of(folder)[0]}
    assert list(texts) == ["a.md", "b.md"], "of copies only one is drawn from"
    for row in found:
        (drawn,) = row["evidence"] or [row["drawn_from"]]
        assert drawn["quote"] in texts[drawn["article"]] and row["status"] == "draft"
        assert row["told_by"].endswith(", 18 May 2015") and "Print friendly" not in drawn["quote"]
        assert row["answerable"] == bool(row["answers"]) == bool(row["evidence"])
    assert len({row["question"] for row in found}) == len({row["id"] for row in found}) == len(found) > 4
    quotes = [row["evidence"][0]["quote"] for row in found if row["evidence"]]
    assert len(set(quotes)) == len(quotes), "one question a sentence"


def test_what_the_archive_does_not_say_is_marked_with_what_was_put_in(corpus: Corpus, tmp_path: Path) -> None:
    draft(["--corpus", str(corpus({"a.md": RAMADI})), "--out", str(tmp_path / "d.jsonl")])
    swapped = [row for row in rows(tmp_path / "d.jsonl") if row["kind"] == "unanswerable"]
    assert swapped
    for row in swapped:
        new, _, old = row["note"].partition(" stands where the archive has ")
        assert new in row["question"] and old not in row["question"] and not row["answers"]


def test_the_same_seed_drafts_the_same(corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(corpus({"a.md": RAMADI}))
    for name in ("one", "other"):
        assert draft(["--corpus", folder, "--out", str(tmp_path / name), "--count", "3"]) == 0
    assert (tmp_path / "one").read_text() == (tmp_path / "other").read_text() and len(rows(tmp_path / "one")) == 3
    assert draft(["--corpus", folder, "--out", str(tmp_path / "one")]) == 1
    assert "is there already" in capsys.readouterr().err


def test_an_archive_that_gives_no_question_is_an_error(
    corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draft(["--corpus", str(corpus({"a.txt": "He came. She left."})), "--out", str(tmp_path / "d")]) == 1
    assert draft(["--corpus", str(tmp_path / "none"), "--out", str(tmp_path / "d")]) == 1
    said = capsys.readouterr().err
    assert "No question could be drawn" in said and "none" in said and not (tmp_path / "d").exists()


def test_half_of_the_sample_archive_needs_no_model(tmp_path: Path) -> None:
    assert draft(["--corpus", str(ROOT / "corpus"), "--out", str(tmp_path / "d.jsonl")]) == 0
    kinds = {row["kind"] for row in rows(tmp_path / "d.jsonl")}
    assert {"date", "person", "number", "definition", "speaker", "unanswerable"} <= kinds
    assert len(rows(tmp_path / "d.jsonl")) >= 30


GOOD = {"question": "Who heads the Red Crescent?", "answer": "Ann Moore", "kind": "person"}
GOOD |= {
    "quote": "Ann Moore, head of the Red Crescent, said that Jordan would open its border to the families of Anbar."
}


def hit(folder: Path) -> Hit:
    (one,), _ = articles_of(folder)
    return Hit(cut(one)[0], one, 0.0)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Sure! Here is one.", "no JSON"),
        ('```json\n{"question": "Who?"}\n```', "no JSON"),
        ('["Who?"]', "no object of answer, kind, question, quote"),
        (json.dumps(GOOD | {"answer": ["Ann Moore"]}), "no object of answer"),
        (json.dumps(GOOD | {"more": "x"}), "no object of answer"),
        (json.dumps(GOOD | {"question": "Name the head."}), "the question is none"),
        (json.dumps(GOOD | {"quote": "Ann Moore leads the Red Crescent."}), "the quote does not stand"),
        (json.dumps(GOOD | {"answer": "Anne Moore"}), "the answer does not stand"),
    ],
)
def test_a_model_is_taken_at_the_letter(corpus: Corpus, reply: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parsed(reply, hit(corpus({"a.md": RAMADI})))


def test_a_model_drafts_where_one_is_configured(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = iter([Reply(["no", "thing"]), Reply([json.dumps(GOOD)])])

    def script(request: Request) -> Reply:
        assert request["messages"][1]["content"].count("passage 1") == 1
        return next(replies)

    two = RAMADI + "\n\n" + " ".join(f"Soldier {n} came to Hit in the night and stayed there." for n in range(30))
    with serving(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("QA_MODEL", "small")
        assert draft(["--corpus", str(corpus({"a.md": two})), "--out", str(tmp_path / "d"), "--count", "1"]) == 0
    (row,) = rows(tmp_path / "d")
    assert (row["question"], row["answers"], row["kind"]) == (GOOD["question"], ["Ann Moore"], "person")
    assert row["evidence"] == [{"article": "a.md", "quote": GOOD["quote"]}]
    said = capsys.readouterr().err
    assert "Not used: a.md: the reply is no JSON." in said and "1 proposals of the model were not used." in said


def test_where_the_model_fails_the_rules_draft(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("QA_RETRIES", "0")
    assert draft(["--corpus", str(corpus({"a.md": RAMADI})), "--out", str(tmp_path / "d")]) == 0
    assert "cannot be reached" in capsys.readouterr().err and len(rows(tmp_path / "d")) > 4


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """Three drafts: two with an answer, one without."""
    path = tmp_path / "drafts.jsonl"
    base = {"kind": "date", "status": "draft", "told_by": "Harbour Wire, 18 May 2015", "answerable": True}
    told = {"article": "a.md", "quote": "The city fell on Sunday."}
    none = {"answers": [], "answerable": False, "drawn_from": told, "note": "Rawa for Hit"}
    made = [
        {"id": "1", "question": "When did Hit fall?", "answers": ["17 May 2015"], "evidence": [told]},
        {"id": "2", "question": "When did Hit rise?", "answers": ["2015"], "evidence": [told]},
        {"id": "3", "question": "When did Rawa fall?", **none},
    ]
    path.write_text("".join(json.dumps(base | row) + "\n" for row in made), encoding="utf-8")
    return path


def looked_through(path: Path, *keys: str) -> str:
    result = CliRunner().invoke(qa, ["eval", "review", str(path)], input="".join(f"{key}\n" for key in keys))
    assert result.exit_code == 0, result.output
    return result.output


def statuses(path: Path) -> Sequence[str]:
    return [question.status for question in read_questions(path)]


def test_drafts_are_looked_through_one_by_one(drafts: Path) -> None:
    shown = looked_through(drafts, "a", "d", "s")
    assert statuses(drafts) == ["accepted", "dropped", "draft"]
    for words in ("When did Hit fall?", "17 May 2015", "“The city fell on Sunday.”", "Harbour Wire", "Rawa for Hit"):
        assert words in shown
    assert "(the archive does not say)" in shown and "1 accepted, 1 drafts left." in shown
    assert "1 of 1" in looked_through(drafts, "a") and statuses(drafts) == ["accepted", "dropped", "accepted"]


def test_a_draft_is_edited(drafts: Path) -> None:
    looked_through(
        drafts, "e", "When did the town of Hit fall?", "17 May 2015 | 17 May", "e", "", "-", "e", "", "In May"
    )
    first, second, third = read_questions(drafts)
    assert (first.question, first.answers) == ("When did the town of Hit fall?", ("17 May 2015", "17 May"))
    assert not second.answerable and not second.evidence and second.kind == "unanswerable"
    assert third.answerable and third.evidence[0].quote == "The city fell on Sunday." and third.status == "accepted"


def test_what_was_decided_is_kept_when_it_is_broken_off(drafts: Path) -> None:
    looked_through(drafts, "a", "q")
    assert statuses(drafts) == ["accepted", "draft", "draft"]
    looked_through(drafts, "x", "d")  # a wrong key is asked for again; then the input ends
    assert statuses(drafts) == ["accepted", "dropped", "draft"]


def test_what_cannot_be_looked_through_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1, "question": "?", "status": "new"}\n', encoding="utf-8")
    assert review([str(path)]) == 1
    assert capsys.readouterr().err == f"{path}, line 1: status is none of accepted, draft, dropped.\n"


def test_only_accepted_questions_are_asked(drafts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvaluationError, match="qa eval review"):
        asked_of(drafts)
    looked_through(drafts, "a", "d", "q")
    capsys.readouterr()
    assert [question.id for question in asked_of(drafts)] == ["1"]
    assert "2 questions of" in capsys.readouterr().err


def test_the_commands_are_reached_from_qa(tmp_path: Path) -> None:
    for name, said in (("import", "FORMAT"), ("draft", "--corpus"), ("review", "FILE.jsonl"), ("compare", "--gate")):
        result = CliRunner().invoke(qa, ["eval", name, "--help"])
        assert result.exit_code == 0 and said.lower() in result.output.lower(), name
