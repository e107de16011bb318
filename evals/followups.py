"""Finding by follow-up questions: the last turn alone, as Dateline rewrites it, and as a person rewrote it.

`python -m evals.followups --shared ../shared [--halves tune]` prints nDCG@10 and the share of the way from the last
turn to the human rewrite. Three sets (data/rewriting, data/multiturn_rag), each in halves by conversation or entity:

MTRAG: the pool is all passages of both files of tasks; right are those that the turn's task was answered from.
CANARD, a proxy, for it has no passages: the pool is the dialogues' answers, each under its entity and section as a
headline, which as in the product is read by words only; right is the answer that was given to the question.
TREC CAsT 2021, a proxy too: the pool is the passages that were shown; right is the one shown to the question.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from evals.sets import rows
from qa.index.lexical import Lexical
from qa.models.encoder import Encoder
from qa.search.dialogue import stand_alone
from qa.search.fusion import Ranking, fuse
from qa.search.hybrid import CANDIDATES
from qa.types import Filters, Turn

REWRITES = "rewriting/mtrag_rewrites_shared.jsonl"
TASKS = ("multiturn_rag/mtrag_human_eval_shared.jsonl.gz", "multiturn_rag/mtrag_un_shared.jsonl.gz")
DIALOGUES = "rewriting/canard_dev_shared.jsonl.gz"
TOPICS = "rewriting/trec_cast_2019_2022_shared.jsonl"
CAST_YEAR = "2021"
"""The only year of which the file holds the passages that were shown."""
NO_ANSWER = "I don't know."
"""CANARD's answer where the section has none; nothing can be found for it."""
SYSTEMS = ("last turn", "ours", "human")

Row = dict[str, Any]
Ranker = Callable[[Sequence[str]], list[Ranking]]
"""Queries to document ids with scores, best first."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn of a conversation."""

    question: str
    answer: str = ""
    human: str = ""
    """The question as a person made it stand alone; empty where none did."""
    right: frozenset[str] = frozenset()
    """Ids of the documents to be found; empty where the turn is only told to those after it."""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What is searched, and the conversations by id."""

    documents: Mapping[str, tuple[str, str]]
    """Headline and text by id."""
    conversations: Mapping[str, Sequence[Exchange]] = field(default_factory=dict)


def part(key: str) -> str:
    """Which half of a set a conversation is in: "tune" or "report"."""
    return ("tune", "report")[blake2b(key.encode(), digest_size=8).digest()[-1] % 2]


def mtrag(data: Path) -> FollowUps:
    """MTRAG (Apache 2.0): the conversations of which some tasks are known with their passages."""
    tasks = [task for name in TASKS for task in rows(data / name)]
    documents = {c["document_id"]: (c.get("title") or "", c["text"]) for task in tasks for c in task["contexts"]}
    by_id = {task["task_id"]: task for task in tasks}
    longest: dict[str, list[Row]] = {}
    for task in tasks:
        longest[task["conversation"]] = max(longest.get(task["conversation"], []), task["input"], key=len)
    human = {row["id"]: row["rewrite"] for row in rows(data / REWRITES)}
    conversations = {}
    for name, spoken in longest.items():
        exchanges = []
        for number, said in enumerate(spoken[::2], 1):
            key = f"{name}<::>{number}"
            answer = spoken[2 * number - 1]["text"] if 2 * number - 1 < len(spoken) else ""
            known = key in human and key in by_id
            right = frozenset(c["document_id"] for c in by_id[key]["contexts"]) if known else frozenset()
            exchanges.append(Exchange(said["text"], answer, human.get(key, ""), right))
        if any(exchange.right for exchange in exchanges):
            conversations[name] = exchanges
    return FollowUps(documents, conversations)


def canard(data: Path) -> FollowUps:
    """CANARD (no licence stated: measures only): a dialogue opens with a turn that names its entity and section."""
    dialogues: dict[str, list[Row]] = {}
    for row in rows(data / DIALOGUES):
        dialogues.setdefault(row["QuAC_dialog_id"], []).append(row)
    documents, conversations = {}, {}
    for name, turns in dialogues.items():
        turns.sort(key=lambda row: row["Question_no"])
        entity, section = turns[0]["History"][:2]
        subject = re.sub(r" \(.*\)$", "", entity)
        exchanges = [Exchange(f"Tell me about {subject}: {section}")]
        for row, after in zip(turns, [*turns[1:], None], strict=True):
            answer = after["History"][-1] if after else ""
            key = f"{name}#{row['Question_no']}"
            right: frozenset[str] = frozenset()
            if answer and answer != NO_ANSWER:
                documents[key], right = (f"{entity}: {section}", answer), frozenset([key])
            exchanges.append(Exchange(row["Question"], answer, row["Rewrite"], right))
        conversations[f"{entity}/{name}"] = exchanges
    return FollowUps(documents, conversations)


def cast(data: Path) -> FollowUps:
    """TREC CAsT 2021 (MIT): the pool is the passages that were shown; right is the one shown to the question."""
    documents: dict[str, tuple[str, str]] = {}
    conversations: dict[str, list[Exchange]] = {}
    for row in rows(data / TOPICS):
        if str(row["year"]) == CAST_YEAR and row["system"] and row["resolved"]:
            key = f"{row['topic']}#{row['turn']}"
            documents[key] = ("", row["system"])
            exchange = Exchange(row["raw"], row["system"], row["resolved"], frozenset([key]))
            conversations.setdefault(str(row["topic"]), []).append(exchange)
    return FollowUps(documents, conversations)


SETS: dict[str, Callable[[Path], FollowUps]] = {"MTRAG": mtrag, "CANARD": canard, "CAsT 2021": cast}


def rewritten(conversation: Sequence[Exchange]) -> list[str]:
    """The questions as Dateline understands them, each after those before as they were understood."""
    history: list[Turn] = []
    for exchange in conversation:
        question = stand_alone(exchange.question, history)
        history.append(Turn(question, exchange.answer))
    return [turn.question for turn in history]


def queries(test: FollowUps, half: str) -> dict[str, tuple[dict[str, str], frozenset[str]]]:
    """By turn: the question of each system, and the right documents; first turns, which follow nothing, left out."""
    found = {}
    for name, conversation in sorted(test.conversations.items()):
        if part(name.partition("/")[0]) != half:
            continue
        ours = rewritten(conversation)
        for number, exchange in enumerate(conversation):
            if number and exchange.right:
                asked = (exchange.question, ours[number], exchange.human)
                found[f"{name}#{number}"] = (dict(zip(SYSTEMS, asked, strict=True)), exchange.right)
    return found


def ndcg(test: FollowUps, half: str, rank: Ranker) -> dict[str, float]:
    """nDCG@10 of each system over a half of a set, and "turns", how many there are."""
    import ir_measures
    from ir_measures import Qrel, ScoredDoc, nDCG

    asked = queries(test, half)
    qrels = [Qrel(key, document, 1) for key, (_, right) in asked.items() for document in sorted(right)]
    scores = {"turns": float(len(asked))}
    for system in SYSTEMS if asked else ():
        ranked = rank([questions[system] for questions, _ in asked.values()])
        run = [ScoredDoc(key, d, s) for key, found in zip(asked, ranked, strict=True) for d, s in found]
        scores[system] = float(ir_measures.calc_aggregate([nDCG @ 10], qrels, run)[nDCG @ 10])
    return scores


def pooled(halves: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The scores of several halves as one."""
    turns = sum(of["turns"] for of in halves)
    return {"turns": turns} | {s: sum(of["turns"] * of[s] for of in halves if of["turns"]) / turns for s in SYSTEMS}


def share_of_way(scores: Mapping[str, float]) -> float | None:
    """How far ours comes from the last turn alone (0) to the human rewrite (1); None where that is no better."""
    last, ours, human = (scores[system] for system in SYSTEMS)
    return (ours - last) / (human - last) if human > last else None


def ranker(documents: Mapping[str, tuple[str, str]], encoder: Encoder, folder: Path) -> Ranker:
    """What ranks as the product does: BM25 over headline and text, cosines over the text, fused."""
    keys = sorted(documents)
    vectors = encoder.encode([" ".join(documents[key][1].split()) for key in keys])
    lexical = Lexical(folder)
    lexical.apply([], ((key, " ".join(documents[key]), None, "") for key in keys))

    def rank(asked: Sequence[str]) -> list[Ranking]:
        cosines = encoder.encode(asked) @ vectors.T
        found: list[Ranking] = []
        for question, row in zip(asked, cosines, strict=True):
            nearest = np.argsort(-row, kind="stable")[:CANDIDATES]
            dense = [(keys[place], float(row[place])) for place in nearest]
            found.append(fuse(lexical.search(question, CANDIDATES, Filters()), dense))
        return found

    return rank


def table(scores: Mapping[tuple[str, str], Mapping[str, float]]) -> str:
    """Markdown: a row a set and half."""
    lines = ["| set | half | turns | last turn alone | ours | human rewrite | share of the way |"]
    lines.append("|---|---|---:|---:|---:|---:|---:|")
    for (name, half), of in scores.items():
        share = share_of_way(of)
        cells = [*(f"{of[system]:.3f}" for system in SYSTEMS), "–" if share is None else f"{share:.0%}"]
        lines.append(f"| {name} | {half} | {of['turns']:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Finding by follow-up questions.")
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds data/")
    parser.add_argument("--halves", nargs="*", choices=("tune", "report"), default=["tune", "report"])
    options = parser.parse_args()
    encoder, scores = Encoder(), {}
    for name, build in SETS.items():
        test = build(options.shared / "data")
        with tempfile.TemporaryDirectory() as folder:
            rank = ranker(test.documents, encoder, Path(folder) / "lexical")
            for half in options.halves:
                scores[name, half] = ndcg(test, half, rank)
        if len(options.halves) > 1:
            scores[name, "both"] = pooled([scores[name, half] for half in options.halves])
    print(table(scores))


if __name__ == "__main__":
    main()
