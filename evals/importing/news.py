"""Sets of questions on news: MultiHop-RAG, RealTime QA."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.importing.files import files_in, records_of
from evals.importing.made import Made
from evals.importing.rows import Row, digest, evidence_row, iso, question_row, sentence_with, unquoted
from evals.metrics import contains

NONE_SAYS = "no article given with it holds an answer"
NO_ANSWER = "null_query"
"""MultiHop-RAG's type of a question that its articles do not answer."""


def read_multihop_rag(sources: Sequence[Path], made: Made) -> None:
    """MultiHop-RAG (Tang and Yang 2024): corpus.json and MultiHopRAG.json, told apart by what they hold."""
    asked: list[tuple[str, Row]] = []
    for path in files_in(sources, "corpus.json", "MultiHopRAG.json"):
        for place, row in records_of(path, made):
            if "query" in row:
                asked.append((place, row))
                continue
            with made.record(place):
                made.add_article(
                    {
                        "id": digest(row["url"]),
                        "title": row["title"],
                        "text": row["body"],
                        "published": iso(row.get("published_at")),
                        "publisher": row.get("source"),
                        "author": row.get("author"),
                        "url": row["url"],
                    }
                )
    for number, (place, row) in enumerate(asked, start=1):
        with made.record(place):
            _multihop_question(f"multihop-{number:04d}", row, made)


def _multihop_question(key: str, row: Row, made: Made) -> None:
    answerable = row["question_type"] != NO_ANSWER
    asked = question_row(key, row["query"], [row["answer"]] if answerable else [])
    if answerable:
        asked["evidence"] = [evidence_row(digest(fact["url"]), fact["fact"]) for fact in row["evidence_list"]]
        for fact in row["evidence_list"]:
            if made.articles and digest(fact["url"]) not in made.articles:
                raise ValueError(f"its evidence is of an article that is not in the corpus ({fact['url']})")
    made.add_question(asked | {"kind": row["question_type"].removesuffix("_query")})


def read_realtimeqa(sources: Sequence[Path], made: Made) -> None:
    """RealTime QA (Kasai et al. 2022): a week's *_qa.jsonl, and *_gcs.jsonl, *_dpr.jsonl, *_gold.jsonl beside it.

    An article is evidence where it holds the answer; where articles are given and none does, the question is left out.
    """
    asked: list[tuple[str, Row]] = []
    found: dict[str, list[str]] = {}
    for path in files_in(sources, *(f"*_{name}.jsonl" for name in ("qa", "gcs", "dpr", "gold"))):
        for place, row in records_of(path, made):
            if "search_result" not in row:
                asked.append((place, row))
                continue
            with made.record(place):
                keys = found.setdefault(row["question_id"], [])
                for number, page in enumerate(row["search_result"], start=1):
                    with made.record(f"{place}, result {number}"):
                        keys.append(_page(page, made))
    for place, row in asked:
        with made.record(place):
            _quiz_question(row, found.get(row["question_id"], []), made)


def _page(page: Row, made: Made) -> str:
    """The key of a page found, taken into the articles; a passage of Wikipedia has its title before a stroke."""
    title, text = page.get("title", ""), page["text"]
    if "doc_id" in page:
        title, _, text = text.partition(" / ")
    key = digest(f"{page.get('url', '')}\n{text}")
    article = {"id": key, "title": title, "text": text, "url": page.get("url")}
    if "doc_id" not in page:  # the day of a passage of Wikipedia is the copy's, not the text's
        article |= {"published": iso(page.get("publish_date")), "author": ", ".join(page.get("authors", []))}
    made.add_article(article)
    return key


def _quiz_question(row: Row, pages: Sequence[str], made: Made) -> None:
    choices = [row["choices"][int(place)] for place in row["answer"]]
    if str(row["question_id"]).endswith("_nota"):
        raise ValueError("a question with “None of the above” needs its choices; take the file *_qa.jsonl")
    asked = question_row(row["question_id"], row["question_sentence"], map(unquoted, choices))
    asked |= {"asked": iso(row["question_date"])}
    texts = {key: made.articles[key]["text"] for key in pages}
    held = {key: text for key, text in texts.items() if any(contains(text, answer) for answer in asked["answers"])}
    if made.articles and not held:
        made.left_out[NONE_SAYS] += 1
        return
    if held:
        asked["evidence"] = [evidence_row(key, sentence_with(asked["answers"], text)) for key, text in held.items()]
    made.add_question(asked)
