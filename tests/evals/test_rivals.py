"""Other tools in Dateline's place: the same rows, words that stand in the article, thresholds, what is missing."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evals.rivals.__main__ import main
from evals.rivals.common import Given, Rival, around, best_sentence, by_words, cited, decline_below, hit, placed
from evals.rivals.table import differences, sets_of, table
from evals.runs import read_run
from qa.rows import answer_row
from qa.types import Article, Hit, Span
from tests.conftest import ROOT, Corpus, article

ARTICLES = {
    "ramadi.md": article("Ramadi lost", "The city of Ramadi fell on Sunday. Thousands of families fled to Baghdad."),
    "mosul.md": article(
        "Mosul battle", "Troops entered the east of Mosul in November. Snow covered the hills that day."
    ),
    "wheat.md": article("Harvest", "Farmers brought in a record wheat harvest. Prices at the market of Kirkuk fell."),
}
QUESTIONS = [
    {
        "id": "fled",
        "question": "Where did thousands of families flee to?",
        "answers": ["Baghdad"],
        "answerable": True,
        "evidence": [{"article": "ramadi.md", "quote": "Thousands of families fled to Baghdad."}],
    },
    {"id": "kirkuk", "question": "Who governs Kirkuk?", "answers": [], "answerable": False},
    {
        "id": "harvest",
        "question": "What record harvest did farmers bring in as prices in the city fell?",
        "answers": ["wheat"],
        "answerable": True,
        "evidence": [{"article": "wheat.md", "quote": "Farmers brought in a record wheat harvest."}],
    },
]
NEEDS = {
    "bm25": ["bm25s"],
    "llamaindex": ["llama_index.vector_stores.chroma"],
    "haystack": ["haystack"],
    "haystack-reader": ["haystack_integrations.components.readers.transformers"],
    "txtai": ["txtai"],
}
# Of the tools themselves; Dateline's own code keeps warnings as errors.
THEIRS = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def asked(folder: Path) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return path


def rows(name: str, corpus: Path, folder: Path, *more: str) -> list[dict[str, object]]:
    arguments = [name, "--corpus", str(corpus), "--questions", str(asked(folder)), "--out", str(folder / name), *more]
    assert main(arguments) == 0
    return [json.loads(line) for line in (folder / name / "predictions.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", [pytest.param(name, marks=THEIRS) for name in NEEDS])
def test_a_rival_writes_the_rows_of_a_run(name: str, corpus: Corpus, tmp_path: Path) -> None:
    for module in NEEDS[name]:
        pytest.importorskip(module)
    folder = corpus(ARTICLES)
    found = rows(name, folder, tmp_path)
    assert [row["id"] for row in found] == [question["id"] for question in QUESTIONS]
    assert {tuple(row) for row in found} == {tuple(answer_row(Rival([], Fixed(HELD, 1.0)).ask("nothing"), ""))}
    assert list(read_run(tmp_path / name).rows) == [question["id"] for question in QUESTIONS]
    best = [found[0]["passages"][0]["article"], found[2]["passages"][0]["article"]]  # type: ignore[index]
    assert best == ["ramadi.md", "wheat.md"]
    report = json.loads((tmp_path / name / "report.json").read_text("utf-8"))
    assert report["citations"] >= 2 and report["citations_verbatim"] == 1
    assert min(report[f"{kind}_seconds"] for kind in ("ingest", "ingest_cpu", "question_cpu")) > 0
    assert (tmp_path / name / "report.html").exists()
    assert name in ("haystack-reader", "txtai") or report["right_and_cited"] == 1


def test_a_threshold_is_found_on_other_questions(corpus: Corpus, tmp_path: Path) -> None:
    pytest.importorskip("bm25s")
    folder = corpus(ARTICLES)
    tune = tmp_path / "tune.jsonl"
    tune.write_text(
        '{"id": 1, "question": "Where did thousands of families go?", "answers": ["Baghdad"]}\n'
        '{"id": 2, "question": "Who chairs the bank of Baghdad?", "answers": []}\n'
    )
    assert [row["abstained"] for row in rows("bm25", folder, tmp_path)] == [False, False, False]
    answered = rows("bm25", folder, tmp_path, "--tune", str(tune))
    record = json.loads((tmp_path / "bm25" / "run.json").read_text("utf-8"))
    assert record["declines_below"] > 0
    assert [row["abstained"] for row in answered] == [False, True, False]
    assert all(bool(row["citations"]) != row["abstained"] for row in answered)


@pytest.mark.parametrize(
    ("told", "threshold"),
    [
        ([(True, 0.9), (True, 0.6), (False, 0.5), (False, 0.1)], 0.6),
        ([(True, 0.2), (False, 0.9)], 0.0),
        ([(True, 0.4), (False, -1.0)], 0.0),
        ([(True, 0.8), (True, 0.3), (True, 0.7), (False, 0.5)], 0.7),
    ],
)
def test_the_threshold_that_tells_best(told: list[tuple[bool, float]], threshold: float) -> None:
    assert decline_below(told) == threshold


def test_dateline_is_asked_as_the_others_are(corpus: Corpus, tmp_path: Path) -> None:
    found = rows("dateline", corpus(ARTICLES), tmp_path)
    assert [row["id"] for row in found] == [question["id"] for question in QUESTIONS]
    report = json.loads((tmp_path / "dateline" / "report.json").read_text("utf-8"))
    assert report["citations_verbatim"] == 1 and report["ingest_seconds"] > 0
    assert json.loads((tmp_path / "dateline" / "run.json").read_text("utf-8"))["rival"] == "dateline"


TEXT = "The town fell on Sunday. Its bridge was blown up by rebels. Rain fell."
HELD = Article("a.txt", TEXT)


def test_sentences_are_cited_whole() -> None:
    start = TEXT.index("bridge")
    found = hit(HELD, start, start + 10, 1.0)
    citation = best_sentence("What about the bridge?", found, by_words)
    assert citation and citation.quote == "Its bridge was blown up by rebels."
    assert TEXT[citation.start : citation.end] == citation.quote
    both = around(HELD, TEXT.index("Sunday"), TEXT.index("bridge"))
    assert both and both.quote == "The town fell on Sunday. Its bridge was blown up by rebels."
    everything = hit(HELD, -5, 999, 1.0)
    assert (everything.passage.start, everything.passage.end) == (0, len(TEXT))
    nearest = best_sentence("What did rebels blow up?", everything, by_words)
    assert nearest and nearest.quote == "Its bridge was blown up by rebels."
    assert around(HELD, -9, -2) is None


def test_words_are_placed_after_where_they_are_said_to_be() -> None:
    assert (placed("fell and fell", "fell", 2), placed("fell and", "fell", 6), placed("a", "fell")) == (9, 0, -1)


class Fixed:
    """A tool of one answer."""

    def __init__(self, held: Article, confidence: float) -> None:
        self.held, self.confidence = held, confidence

    def find(self, question: str) -> list[Hit]:
        return [hit(self.held, 0, 10, 1.0)] * 30 if question != "nothing" else []

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        return Given("The town", cited(self.held, Span(0, 24)), self.confidence)


def test_a_rival_declines_when_it_finds_nothing_or_is_unsure() -> None:
    rival = Rival([HELD], Fixed(HELD, 0.5))
    answer = rival.ask("What fell?")
    assert (answer.short, answer.abstained, answer.text) == ("The town", False, "The town fell on Sunday. [1]")
    assert len(answer.hits) == 20 and rival.article("a.txt") is HELD and rival.article("b.txt") is None
    nothing = rival.ask("nothing")
    assert nothing.abstained and not nothing.citations and nothing.short is None
    rival.decline_below = 0.6
    unsure = rival.ask("What fell?")
    assert (unsure.abstained, unsure.short, unsure.citations, unsure.confidence) == (True, None, (), 0.5)


def test_what_cannot_be_done_is_one_sentence(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--questions", str(asked(tmp_path)), "--out", str(tmp_path / "out")]
    assert main(["bm25", "--corpus", str(corpus({})), *arguments]) == 1
    assert "There is no article in" in capsys.readouterr().err
    folder = corpus(ARTICLES)
    tune = tmp_path / "tune.jsonl"
    tune.write_text('{"id": 1, "question": "Where did families flee?", "answers": ["Baghdad"]}\n')
    assert main(["bm25", "--corpus", str(folder), *arguments, "--tune", str(tune)]) == 1
    assert "need answerable and unanswerable ones" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "evals.rivals.txtai", None)
    assert main(["txtai", "--corpus", str(folder), *arguments]) == 1
    said = capsys.readouterr().err
    assert "evals/rivals/README.md" in said and said.count("\n") == 1


def test_a_table_has_a_line_a_tool() -> None:
    shown = table({"dateline": {"right": 0.75, "p50_seconds": 0.1234, "by_kind": {}}, "bm25": {"right": 0.5}})
    assert shown.splitlines() == [
        "|  | right | s, p50 |",
        "| --- | --- | --- |",
        "| dateline | 0.750 | 0.12 |",
        "| bm25 | 0.500 |  |",
    ]


def test_a_large_set_is_asked_of_the_pages_it_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages, corpus = tmp_path / "sets" / "realtimeqa", tmp_path / "out" / "realtimeqa-corpus"
    (pages / "corpus").mkdir(parents=True)
    (pages / "corpus" / "articles.jsonl").write_text("".join(f'{{"id": "{name}", "text": "x"}}\n' for name in "abcde"))
    evidence = '"evidence": [{"article": "articles.jsonl#d", "quote": "x"}]'
    (pages / "report.jsonl").write_text(f'{{"id": 1, "question": "?", "answers": ["x"], {evidence}}}\n')
    monkeypatch.setattr("evals.rivals.table.PAGES", 2)
    found = sets_of(tmp_path / "sets", tmp_path / "out")
    assert found["realtimeqa"].corpus == corpus and "corpus" in found and "squad2" not in found
    assert [json.loads(line)["id"] for line in (corpus / "articles.jsonl").read_text().splitlines()] == ["d", "a"]


def test_the_independent_scorer_agrees(corpus: Corpus, tmp_path: Path) -> None:
    scorer = ROOT.parent / "shared" / "exam" / "score.py"
    if not scorer.exists():
        pytest.skip("the independent scorer is not at hand")
    rows("bm25", corpus(ARTICLES), tmp_path)
    out = tmp_path / "bm25"
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert differences(scorer, out, report) == []
    assert differences(scorer, out, report | {"right": 0.123}) != []
