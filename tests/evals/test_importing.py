"""Public question sets, in the layouts their authors publish, become archives with questions."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.importing.__main__ import main
from evals.importing.rows import sentence_with
from evals.questions import Evidence, Question, read_questions
from evals.sets import SQUAD2
from tests.conftest import ROOT

SHARED = ROOT.parent / "shared" / "data"
Import = Callable[..., tuple[dict[str, dict[str, Any]], dict[str, Question], str]]


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Import:
    """Writes files into a folder and imports it: the articles by id, the questions by id, and standard error."""

    def run(form: str, files: dict[str, Any], *options: str, status: int = 0) -> Any:  # noqa: ANN401
        source = tmp_path / "source"
        for name, content in files.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_bytes(gzip.compress(text.encode()) if "gz" in name else text.encode())
        assert main([form, str(source), "--out", str(tmp_path / "out"), *options]) == status
        corpus = tmp_path / "out" / "corpus" / "articles.jsonl"
        articles = (
            [json.loads(line) for line in corpus.read_text("utf-8").split("\n") if line] if corpus.exists() else []
        )
        questions = read_questions(tmp_path / "out" / "questions.jsonl") if not status else []
        return {row["id"]: row for row in articles}, {q.id: q for q in questions}, capsys.readouterr().err

    return run


def lines(*rows: Any) -> str:  # noqa: ANN401
    return "".join(json.dumps(row) + "\n" for row in rows)


def squad(*questions: dict[str, Any], context: str = "Oslo is old. Bergen has rain. It has much.") -> dict[str, Any]:
    return {
        "version": "v2.0",
        "data": [{"title": "Nor_way", "paragraphs": [{"context": context, "qas": [*questions]}]}],
    }


def test_squad(made: Import) -> None:
    answers = [{"text": "rain", "answer_start": 24}, {"text": "rain", "answer_start": 24}]
    one = {"id": "a", "question": "What has Bergen?", "answers": answers}
    none = {"id": "b", "question": "Who rules?", "answers": [], "is_impossible": True}
    articles, questions, said = made("squad", {"dev-v2.0.json.gz": squad(one, none)})
    assert articles["Nor_way-0"] == {
        "id": "Nor_way-0",
        "title": "Nor way",
        "text": "Oslo is old. Bergen has rain. It has much.",
    }
    assert questions["a"].answers == ("rain",) and questions["a"].answerable
    assert questions["a"].evidence == (Evidence("articles.jsonl#Nor_way-0", "Bergen has rain."),)
    assert not questions["b"].answerable and not questions["b"].evidence and not said


def test_squad_is_taken_by_its_offsets_where_an_answer_stands_twice(made: Import) -> None:
    context = "May came. Then May went."
    asked = {"id": "a", "question": "Who went?", "answers": [{"text": "May", "answer_start": 15}]}
    shifted = {"id": "b", "question": "Who came?", "answers": [{"text": "May", "answer_start": 2}]}
    _, questions, _ = made("squad", {"dev.json": squad(asked, shifted, context=context)})
    assert [questions[key].evidence[0].quote for key in "ab"] == ["Then May went.", "May came."]


def test_multihop_rag(made: Import) -> None:
    page = {"title": "Rates rise", "author": "A. Writer", "source": "The Post", "category": "business"}
    page |= {
        "published_at": "2023-10-22T18:00:00+00:00",
        "url": "https://a.example/1",
        "body": "The bank raised rates.",
    }
    fact = {key: page[key] for key in ("title", "author", "url", "source", "category", "published_at")}
    asked = {"query": "Who raised rates?", "answer": "the bank", "question_type": "inference_query"}
    asked |= {"evidence_list": [fact | {"fact": "The bank raised rates."}]}
    null = {"query": "Who fell?", "answer": "Insufficient information.", "question_type": "null_query"}
    null |= {"evidence_list": []}
    lost = asked | {"evidence_list": [fact | {"fact": "-", "url": "https://a.example/2"}]}
    articles, questions, said = made("multihop-rag", {"corpus.json": [page], "MultiHopRAG.json": [asked, null, lost]})
    (article,) = articles.values()
    assert (article["publisher"], article["published"], article["author"]) == ("The Post", "2023-10-22", "A. Writer")
    first, second = questions.values()
    assert first.answers == ("the bank",) and first.kind == "inference"
    assert first.evidence == (Evidence(f"articles.jsonl#{article['id']}", "The bank raised rates."),)
    assert not second.answerable and second.answers == () and second.kind == "null"
    assert "MultiHopRAG.json, record 3: its evidence is of an article that is not in the corpus" in said
    assert "1 records were not read." in said


def test_beir_keeps_the_grades(made: Import) -> None:
    files = {
        "corpus.jsonl": lines(
            {"_id": "d1", "title": "T", "text": "One.", "metadata": {"url": "https://a.example"}},
            {"_id": "d2", "title": "", "text": "Two.", "metadata": {}},
        ),
        "queries.jsonl": lines(
            {"_id": "q1", "text": "one or two", "metadata": {}}, {"_id": "q2", "text": "three", "metadata": {}}
        ),
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t1\nq2\td1\t0\nq2\td9\t1\nq1\td1\tvery\n",
        "qrels/train.tsv": "query-id\tcorpus-id\tscore\nq2\td1\t1\n",
    }
    articles, questions, said = made("beir", files)
    assert list(articles) == ["d1", "d2"] and articles["d1"]["url"] == "https://a.example"
    assert list(questions) == ["q1"] and questions["q1"].answerable
    assert questions["q1"].evidence == (
        Evidence("articles.jsonl#d1", "", 2),
        Evidence("articles.jsonl#d2", "", 1),
    )
    assert "test.tsv, line 5: the corpus has no article 'd9'." in said
    assert "test.tsv, line 6: the score 'very' is no whole number." in said
    assert list(made("beir", {}, "--split", "train")[1]) == ["q2"]
    assert "--split: there is test, train." in made("beir", {}, "--split", "dev", status=1)[2]


def test_clapnq(made: Import) -> None:
    passage = {
        "title": "De Mercado",
        "text": "It is a name . It is old .",
        "sentences": ["It is a name .", "It is old ."],
    }
    answer = {"answer": "It is old.", "selected_sentences": ["It is old ."], "meta": {"round": 2}}
    right = {"id": "138", "input": "how old is it", "passages": [passage], "output": [answer]}
    null = {"id": 276, "input": "where is it", "passages": [passage], "output": [{"answer": None, "meta": None}]}
    articles, questions, _ = made(
        "clapnq", {"dev/answerable.jsonl": lines(right), "dev/unanswerable.jsonl": lines(null)}
    )
    (key,) = articles
    assert questions["138"].evidence == (Evidence(f"articles.jsonl#{key}", "It is old ."),)
    assert questions["138"].answers == ("It is old .",) and not questions["276"].answerable


def test_realtimeqa(made: Import) -> None:
    asked = {"question_id": "20220617_0", "question_date": "2022/06/16", "question_source": "CNN", "evidence": ""}
    asked |= {"question_sentence": "Which show?", "choices": ["“Friends”", "“Squid Game”"], "answer": ["1"]}
    other = asked | {"question_id": "20220617_1", "choices": ["Rome", "Paris"], "answer": ["0"]}
    nota = asked | {"question_id": "20220617_0_nota"}
    page = {"url": "https://a.example", "title": "News", "authors": ["A", "B"], "publish_date": "2022/06/12"}
    found = {"question_id": "20220617_0", "search_time": "2022/06/17/16:34"}
    found |= {"search_result": [page | {"text": "Rain. Squid Game is back."}, page | {"text": "Nothing."}]}
    wiki = {"doc_id": "5", "text": "Squid Game / It is a show.", "doc_score": "80.1", "publish_date": "2018/12/31"}
    articles, questions, said = made(
        "realtimeqa",
        {
            "2022/20220617_qa.jsonl": lines(asked, other),
            "2022/20220617_qa_nota.jsonl": lines(nota),
            "2022/20220617_gcs.jsonl": lines(
                found, {"question_id": "20220617_1", "search_result": [page | {"text": ""}]}
            ),
            "2022/20220617_dpr.jsonl": lines(found | {"search_result": [wiki]}),
        },
    )
    (question,) = questions.values()
    assert question.answers == ("Squid Game",) and str(question.asked) == "2022-06-16"
    assert [e.quote for e in question.evidence] == ["Squid Game is back."]
    passage, told, _ = articles.values()  # of the files in their order
    assert (told["published"], told["author"]) == ("2022-06-12", "A, B")
    assert passage["title"] == "Squid Game" and passage["text"] == "It is a show." and "published" not in passage
    assert "1 questions were left out: no article given with it holds an answer." in said
    assert "_gcs.jsonl, line 2, result 1: the article" in said and "has no text" in said


def test_questions_of_realtimeqa_without_their_pages(made: Import) -> None:
    asked = {"question_id": "1", "question_date": "2022/06/16", "question_sentence": "Which show?"}
    asked |= {"choices": ["Friends"], "answer": ["0"]}
    articles, questions, _ = made("realtimeqa", {"a_qa.jsonl": lines(asked)})
    assert not articles and questions["1"].answers == ("Friends",) and not questions["1"].evidence


def test_mtrag_tasks_and_conversations(made: Import) -> None:
    def user(text: str, label: str) -> dict[str, Any]:
        return {
            "speaker": "user",
            "text": text,
            "enrichments": {"Answerability": [label], "Question Type": ["Factoid"]},
        }

    passage = {"document_id": "c-1", "title": "Cards", "text": "They play in London.", "url": "https?://(?:www"}
    vote = {"feedback": {"relevant": {"someone": {"value": "no"}}}}
    agent = {"speaker": "agent", "text": "In London."}
    task = {"task_id": "t::2", "conversation_id": "t", "contexts": [passage, passage | vote | {"document_id": "c-2"}]}
    task |= {"input": [user("where do they play", "UNANSWERABLE"), agent, user("And abroad?", "ANSWERABLE")]}
    task |= {"targets": [agent], "answerability": ["ANSWERABLE"], "Question Type": ["Factoid"]}
    vague = task | {"task_id": "t::3", "answerability": ["UNDERSPECIFIED"]}
    talk = {
        "author": "x",
        "messages": [user("Hi?", "UNANSWERABLE"), agent, user("Where?", "ANSWERABLE"), agent | {"contexts": [passage]}],
    }
    articles, questions, said = made(
        "mtrag",
        {
            "reference.jsonl": json.dumps(task | {"Multi-Turn": float("nan")}) + "\n" + lines(vague),
            "conversations.json": [talk],
            "cards.jsonl": lines({"_id": "c-3", "title": "More", "text": "More of it.", "url": "https://a.example"}),
        },
    )
    assert set(articles) == {"c-1", "c-2", "c-3"} and "url" not in articles["c-1"]
    assert questions["t::2"].history == ("where do they play",) and questions["t::2"].kind == "factoid"
    assert questions["t::2"].evidence == (Evidence("articles.jsonl#c-1", ""),)
    first, second = (question for key, question in questions.items() if key != "t::2")
    assert not first.answerable and second.answers == ("In London.",) and second.history == ("Hi?",)
    assert second.evidence == (Evidence("articles.jsonl#c-1", ""),)
    assert "1 questions were left out: the right reply is neither an answer nor an abstention." in said


def test_timeqa_written_and_synthesised(made: Import) -> None:
    paragraphs = ["Ann Lee", "Ann Lee is a judge . She was mayor of Hull ."]
    answer = {"para": 1, "from": 36, "end": 40, "answer": "Hull"}
    page = {"index": "/wiki/Ann_Lee#P39", "type": "P39", "link": "/wiki/Ann_Lee", "paras": paragraphs}
    page |= {"questions": [["Where was she mayor in 1990?", [answer]], ["And in 1950?", [answer | {"answer": ""}]]]}
    easy = {
        "idx": "/wiki/Bo_Re#P54#0",
        "question": "For whom did he play?",
        "context": "Bo Re played for Hull .",
        "level": "easy",
    }
    easy |= {"targets": ["Hull"], "from": [17], "end": [21]}
    articles, questions, _ = made(
        "timeqa",
        {
            "human_annotated_test.json": [page],
            "test.easy.json.gzip": lines(easy, easy | {"idx": "/wiki/Bo_Re#P54#1", "targets": [""]}),
        },
    )
    assert articles["/wiki/Ann_Lee"]["title"] == "Ann Lee" and articles["/wiki/Bo_Re"]["title"] == "Bo Re"
    assert questions["/wiki/Ann_Lee#P39#0"].evidence[0].quote == "She was mayor of Hull ."
    assert not questions["/wiki/Ann_Lee#P39#1"].answerable and not questions["/wiki/Bo_Re#P54#1"].answerable
    assert questions["/wiki/Bo_Re#P54#0"].kind == "easy" and questions["/wiki/Bo_Re#P54#0"].answers == ("Hull",)


def test_csv_with_our_keys(made: Import) -> None:
    evidence = '"[{""article"": ""a.md"", ""quote"": ""It fell.""}]"'
    table = (
        "id,question,answer,asked,kind,history,evidence,answerable\n"
        f"x,When did it fall?,17 May 2015|May 2015,2015-05-18,date,Where is it?,{evidence},\n"
        ',"Who, then?",,,,,,no\n'
        ",When?,,May,,,,\n"
        ",Who?,,,,,,perhaps\n"
        ",Who?\n"
    )
    articles, questions, said = made("csv", {"mine.csv": table})
    assert not articles
    assert questions["x"] == Question(
        "x",
        "When did it fall?",
        ("17 May 2015", "May 2015"),
        True,
        (Evidence("a.md", "It fell."),),
        ("Where is it?",),
        asked=questions["x"].asked,
        kind="date",
    )
    assert str(questions["x"].asked) == "2015-05-18"
    assert questions["3"].question == "Who, then?" and not questions["3"].answerable
    assert "line 4: Invalid isoformat" in said and "line 5: answerable is neither true nor false ('perhaps')." in said
    assert "line 6: it has more or fewer columns than the first line." in said and "3 records were not read." in said


@pytest.mark.parametrize(
    ("form", "name", "content", "sentence"),
    [
        ("squad", "a.json", {"data": 3}, "a.json: it has no list named data"),
        ("squad", "a.json", "{\n'", "a.json, line 2: it is no JSON"),
        ("squad", "a.json", {"data": [{"title": "A"}]}, "a.json, page 1: the key 'paragraphs' is missing."),
        ("squad", "a.json", squad({"id": 1}), "a.json, page 1, paragraph 1, question 1: the key 'answers' is missing."),
        (
            "squad",
            "a.json",
            squad({"id": 1, "question": "?", "answers": [{"text": "snow", "answer_start": 0}]}),
            "question 1: the answer 'snow' does not stand in the paragraph.",
        ),
        ("clapnq", "a.jsonl", '{"id": 1\n', "a.jsonl, line 1: it is no JSON"),
        ("clapnq", "a.jsonl", '[1, {"id": 2}]', "a.jsonl, record 1: it is no JSON object."),
        ("clapnq", "a.jsonl", lines({"id": 1, "passages": []}), "line 1: it is not of the form that its set has."),
        ("timeqa", "a.txt", "", "holds no file of this set (*.json, "),
        ("beir", "a.txt", "", "holds no corpus.jsonl"),
        ("csv", "a.csv", "id,answer\n", "a.csv, line 1: there is no column named question."),
        ("csv", "a.csv", "question\n\n", "No question could be read: nothing was written."),
        ("csv", "a.csv", "question,evidence\nWho?,here\n", "a.csv, line 2: evidence is no JSON."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(made: Import, form: str, name: str, content: Any, sentence: str) -> None:  # noqa: ANN401
    articles, _, said = made(form, {name: content}, status=1)
    assert sentence in said and "Traceback" not in said and not articles


def test_a_line_separator_inside_a_text_ends_no_line(made: Import) -> None:
    asked = {"id": "a", "question": "What\u2028has it?", "answers": [{"text": "rain", "answer_start": 7}]}
    _, questions, said = made("squad", {"a.json": squad(asked, context="It has\u2028rain.")})
    assert questions["a"].question == "What\u2028has it?" and not said


def test_an_id_that_comes_twice_is_refused(made: Import) -> None:
    _, questions, said = made("csv", {"a.csv": "id,question,answer\n1,Who?,A\n1,Where?,B\n"})
    assert [q.question for q in questions.values()] == ["Who?"]
    assert "a.csv, line 3: the id '1' stands in an earlier record too." in said


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evals.importing", "squad", str(tmp_path / "no.json"), "--out", str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and not result.stdout
    assert result.stderr == f"There is no file or folder '{tmp_path / 'no.json'}'.\n"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public sets are not here")
def test_all_of_squad_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["squad", str(SHARED / SQUAD2), "--out", str(tmp_path)]) == 0
    questions = read_questions(tmp_path / "questions.jsonl")
    said = capsys.readouterr()
    assert (len(questions), sum(not q.answerable for q in questions)) == (6001, 2877)
    assert "SQuAD is under CC BY-SA 4.0." in said.out and not said.err
    texts = [json.loads(line) for line in (tmp_path / "corpus/articles.jsonl").read_text("utf-8").splitlines()]
    held = {f"articles.jsonl#{row['id']}": row["text"] for row in texts}
    assert all(e.quote in held[e.article] for q in questions for e in q.evidence)
    assert all(sentence_with(q.answers[:1], e.quote) for q in questions for e in q.evidence)
