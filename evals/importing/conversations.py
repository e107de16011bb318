"""Questions in conversations: MTRAG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.importing.files import files_in, records_of
from evals.importing.made import Made
from evals.importing.rows import Row, digest, evidence_row, question_row

ANSWERABLE = {"ANSWERABLE": True, "PARTIAL": True, "UNANSWERABLE": False}
"""Of the other labels (UNDERSPECIFIED, CONVERSATIONAL) the right reply is neither an answer nor an abstention."""
NEITHER = "the right reply is neither an answer nor an abstention"


def read_mtrag(sources: Sequence[Path], made: Made) -> None:
    """MTRAG (Katsis et al. 2025): tasks (*.jsonl), conversations.json, and passages of its corpora (*.jsonl).

    Each passage becomes an article; what was judged relevant is evidence as a whole.
    """
    for path in files_in(sources, "*.jsonl", "*.json", "*.jsonl.gz"):
        for place, row in records_of(path, made):
            with made.record(place):
                if "messages" in row:
                    _conversation(place, row, made)
                elif "input" in row:
                    label, kind = _label(row, "answerability"), _label(row, "question type")
                    asked = [turn["text"] for turn in row["input"] if turn["speaker"] == "user"]
                    targets = row.get("targets") or []
                    _turn(row["task_id"], asked, label, kind, row["contexts"], [t["text"] for t in targets], made)
                else:
                    made.add_article(_passage(row))


def _conversation(place: str, row: Row, made: Made) -> None:
    """Every question of a conversation with the reply after it."""
    messages = row["messages"]
    name = row.get("conversation_id") or digest("\n".join(message["text"] for message in messages))
    asked: list[str] = []
    for number, (message, reply) in enumerate(zip(messages, [*messages[1:], {}], strict=True), start=1):
        if message["speaker"] != "user":
            continue
        asked = [*asked, message["text"]]
        with made.record(f"{place}, message {number}"):
            told = message.get("enrichments") or {}
            label, kind = _label(told, "answerability"), _label(told, "question type")
            answers = [reply["text"]] if reply else []
            _turn(f"{name}::{len(asked)}", asked, label, kind, reply.get("contexts") or [], answers, made)


def _turn(
    key: str, asked: list[str], label: str, kind: str, contexts: list[Row], answers: list[str], made: Made
) -> None:
    """The last of the questions `asked`, with the passages found for it."""
    for context in contexts:
        made.add_article(_passage(context))
    if label not in ANSWERABLE:
        made.left_out[NEITHER] += 1
        return
    row = question_row(key, asked[-1], answers if ANSWERABLE[label] else [])
    if ANSWERABLE[label] and not row["answers"]:
        raise ValueError("it is marked as answerable and has no answer")
    relevant = [_key(context) for context in contexts if _is_relevant(context)]
    if row["answerable"] and relevant:
        row["evidence"] = [evidence_row(article, "") for article in dict.fromkeys(relevant)]
    made.add_question(row | {"history": asked[:-1], "kind": kind.lower() or "other"})


def _passage(row: Row) -> Row:
    url = str(row.get("url") or "")  # where it was lost, the files have a pattern for addresses
    known = url if url.startswith(("http://", "https://")) else ""
    return {"id": _key(row), "title": row.get("title"), "text": row["text"], "url": known}


def _key(row: Row) -> str:
    return str(row.get("document_id") or row.get("_id") or row["id"])


def _is_relevant(context: Row) -> bool:
    """Whether no annotator called it irrelevant."""
    votes = ((context.get("feedback") or {}).get("relevant") or {}).values()
    return not votes or any(vote.get("value") == "yes" for vote in votes)


def _label(row: Row, name: str) -> str:
    """The first value of a label; the files write its name with and without capitals."""
    values: Any = next((value for key, value in row.items() if key.lower() == name), None)
    return str(values[0]) if isinstance(values, list) and values else ""
