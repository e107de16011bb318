"""Question sets as archives: `python -m evals.sets --shared ../shared --out DIR [--only NAME …]`.

Without --shared, where the public sets are, those that the repository itself holds are made.
For each set DIR gets a folder with `corpus/articles.jsonl` and, for evals.run, the question files `tune.jsonl` and
`report.jsonl`. What training saw is in neither (see `part`); the archive holds it all, so that finding stays as hard.
Of a set that trains nothing, the questions that would have trained are for tuning.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from evals.importing.rows import (
    Row,
    clapnq_rows,
    evidence_row,
    question_row,
    sentence_at,
    sentence_with,
    squad_article,
    squad_question,
    timeqa_article,
    timeqa_question,
    unquoted,
    write_rows,
)

TRAIN, TUNE = 70, 88
"""Of a hundred titles, those below the first number train, those below the second tune, the rest report."""
SQUAD2 = "squad/squad_v2.0_dev_shared.json.gz"
WRITTEN = Path(__file__).parents[1] / "training/reader/written.jsonl"
"""Passages of news with four answered and four unanswerable questions each, written for this project; those that some
have beside them (`quizzed`) are for training alone."""
EVIDENCE_DOCUMENTS = 9
"""Pages of a RealTime QA question that count as right, at most: it lists no more."""

Set = tuple[list[Row], list[tuple[str, Row]]]
"""The rows of articles, and the questions, each with its part."""


def part(title: str) -> str:
    """Which of "train", "tune" and "report" a page belongs to, by its title; the same for all sets."""
    place = int(blake2b(title.encode(), digest_size=8).hexdigest(), 16) % 100
    return "train" if place < TRAIN else "tune" if place < TUNE else "report"


def rows(path: Path) -> Iterator[Row]:
    """The objects of a JSONL file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def pages(path: Path) -> list[Row]:
    """What a gzipped file in SQuAD's format holds."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: list[Row] = json.load(file)["data"]
    return found


def squad2(data: Path) -> Set:
    """SQuAD 2.0 (CC BY-SA 4.0): each paragraph an article, half of the questions unanswerable."""
    articles, asked = [], []
    for page in pages(data / SQUAD2):
        for number, paragraph in enumerate(page["paragraphs"]):
            articles.append(squad_article(page["title"], number, paragraph["context"]))
            here = part(articles[-1]["title"])
            asked += [(here, squad_question(articles[-1], qa)) for qa in paragraph["qas"]]
    return articles, asked


def written(_: Path) -> Set:
    """Passages of news in words of our own (`WRITTEN`); half of the questions only look answerable."""
    articles, asked = [], []
    for number, row in enumerate(rows(WRITTEN), start=1):
        article = {"id": str(number), "title": row["title"], "text": row["text"]}
        put = [(question, [answer]) for question, answer in row["answered"]]
        for place, (question, answers) in enumerate(put + [(question, []) for question in row["unanswered"]]):
            found = question_row(f"{number}-{place}", question, answers)
            if answers:
                quote = sentence_at(row["text"], row["text"].index(answers[0]))
                found["evidence"] = [evidence_row(article["id"], quote)]
            asked.append((part(row["title"]), found))
        articles.append(article)
    return articles, asked


def timeqa(data: Path) -> Set:
    """TimeQA (BSD 3-Clause): long pages of Wikipedia; what is right depends on the time that the question names."""
    pages_ = {page["doc_id"]: page["paras"] for page in rows(data / "timeqa" / "timeqa_docs_shared.jsonl.gz")}
    asked = []
    for row in rows(data / "timeqa" / "timeqa_questions_shared.jsonl"):
        paragraphs = pages_[row["doc_id"]]
        question = timeqa_question(row["id"], row["question"], row["answers"], row["doc_id"], paragraphs)
        asked.append((part(paragraphs[0]), question))
    return [timeqa_article(key, paragraphs) for key, paragraphs in pages_.items()], asked


def realtimeqa(data: Path) -> Set:
    """RealTime QA (no licence stated: measures only): raw news pages, right where they hold the answer."""
    folder = data / "news_realtimeqa"
    articles, texts, asked = [], {}, []
    for page in rows(folder / "realtimeqa_docs_shared.jsonl.gz"):
        day = (page["publish_date"] or "").replace("/", "-")
        texts[page["doc_id"]] = page["text"]
        articles.append({"id": page["doc_id"], "title": page["title"], "text": page["text"], "url": page["url"]})
        if day:
            articles[-1]["published"] = day
    for row in rows(folder / "realtimeqa_questions_shared.jsonl.gz"):
        if not row["retrieved_with_answer_string"]:
            continue
        answers = [unquoted(answer) for answer in row["answers"]]
        question = question_row(row["id"], row["question"], answers) | {"asked": row["date"].replace("/", "-")}
        question["evidence"] = [
            evidence_row(name, sentence_with(answers, texts.get(name, "")))
            for name in row["retrieved_with_answer_string"][:EVIDENCE_DOCUMENTS]
        ]
        asked.append((_untrained(row["week"]), question))
    return articles, asked


def scifact(data: Path) -> Set:
    """SciFact (CC BY 4.0, ODC-By 1.0): claims and the abstracts that bear on them; for measures of finding alone."""
    articles: list[Row] = []
    asked: dict[str, Row] = {}
    for row in rows(data / "scifact/scifact_corpus.jsonl.gz"):
        # The export wrote the sentences as numpy prints a list: without commas.
        text = " ".join(_literals(row["abstract"]))
        articles.append({"id": row["doc_id"], "title": row["title"], "text": text})
    for row in rows(data / "scifact/scifact_claims_shared.jsonl"):  # a row a claim and abstract
        cited = [evidence_row(name, "-") for name in re.findall(r"\d+", row["cited_doc_ids"])]
        asked[row["id"]] = question_row(row["id"], row["claim"], ["-"]) | {"evidence": cited}
    return articles, [(_untrained(key), question) for key, question in asked.items()]


def clapnq(data: Path) -> Set:
    """ClapNQ (Apache 2.0): searchers' questions with the sentences that answer; half are unanswerable."""
    articles, asked = {}, []
    for name in ("answerable", "unanswerable"):
        for row in rows(data / f"nq/clapnq_dev_{name}_shared.jsonl.gz"):
            article, question = clapnq_rows(row)
            articles[article["id"]] = article
            asked.append((_untrained(article["title"]), question))
    return list(articles.values()), asked


def natural_questions(data: Path) -> Set:
    """NQ-open with its gold passages (MIT; CC BY-SA 3.0)."""
    articles, asked = [], []
    for row in rows(data / "nq/nq_open_oracle_shared.jsonl.gz"):
        key = str(row["id"])
        articles.append({"id": key, "title": row["title"], "text": row["text"]})
        quote = sentence_with(row["answers"], row["text"])
        evidence = [evidence_row(key, quote)]
        asked.append((part(row["title"]), question_row(key, row["question"], row["answers"]) | {"evidence": evidence}))
    return articles, asked


def onestopqa(data: Path) -> Set:
    """OneStopQA (CC BY-SA 4.0): Guardian articles, a paragraph an article, with the evidence marked."""
    articles, asked = [], []
    for page in pages(data / "news_onestopqa/onestopqa_shared.json.gz"):
        for number, paragraph in enumerate(page["paragraphs"]):
            name, told = f"{page['title']}-{number}", paragraph["Adv"]
            articles.append({"id": name, "title": page["title"], "text": told["context"]})
            for place, qa in enumerate(paragraph["qas"]):
                words, bounds = told["context"].split(), told["a_spans"][place]  # first, last, first, last …
                quotes = [" ".join(words[a : b + 1]) for a, b in zip(bounds[::2], bounds[1::2], strict=True)]
                question = question_row(f"{name}-{place}", qa["question"], [qa["answers"][0]])
                question["evidence"] = [evidence_row(name, quote) for quote in quotes]
                asked.append((_untrained(page["title"]), question))
    return articles, asked


SETS: dict[str, Callable[[Path], Set]] = {
    "squad2": squad2,
    "written": written,
    "timeqa": timeqa,
    "realtimeqa": realtimeqa,
    "scifact": scifact,
    "clapnq": clapnq,
    "nq": natural_questions,
    "onestopqa": onestopqa,
}

OWN = ("written",)
"""Those of SETS that are in the repository."""


def _untrained(title: str) -> str:
    """The part of a page of a set that trains nothing."""
    return "tune" if part(title) == "train" else "report"


def _literals(printed: str) -> list[str]:
    """The strings of a list as numpy prints it, a quoted sentence a line."""
    lines = printed.strip().removeprefix("[").removesuffix("]").split("\n")
    found = []
    for line in lines:
        try:
            found.append(str(ast.literal_eval(line.strip())))
        except (SyntaxError, ValueError):
            found.append(line.strip(" '\""))
    return found


def write(folder: Path, articles: Iterable[Row], asked: Iterable[tuple[str, Row]]) -> dict[str, int]:
    """Write a set to `folder`; the number of questions by part."""
    write_rows(folder / "corpus/articles.jsonl", articles)
    parts: dict[str, list[Row]] = {"tune": [], "report": []}
    for name, question in asked:
        if name in parts:
            parts[name].append(question)
    for name, questions in parts.items():
        write_rows(folder / f"{name}.jsonl", questions)
    return {name: len(questions) for name, questions in parts.items()}


def main() -> None:
    """Write the sets and print how many questions each part has."""
    parser = argparse.ArgumentParser(description="Question sets as archives.")
    parser.add_argument("--shared", type=Path, help="the folder that holds data/ with the public sets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=sorted(SETS))
    options = parser.parse_args()
    names = options.only or (sorted(SETS) if options.shared else OWN)
    if not options.shared and not set(names) <= set(OWN):
        parser.error("--shared is needed for the public sets.")
    for name in names:
        articles, asked = SETS[name]((options.shared or Path()) / "data")
        print(name, len(articles), "articles", write(options.out / name, articles, asked))


if __name__ == "__main__":
    main()
