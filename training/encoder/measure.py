"""Encoders side by side on the tuning questions: `python -m training.encoder.measure --sets DIR --encoder encoder.pt`.

DIR is as evals.sets left it. Each weight of --mix is a step from the published weights (0) to the fine-tuned ones (1;
Wortsman et al. 2022, https://arxiv.org/abs/2109.01903). Prints a Markdown table: MRR@10 and recall@5 of passages, by
meaning alone and fused with BM25 as in the program.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from evals.questions import Question, read_questions
from qa.ingest.passages import cut, encoded_text, lexical_text
from qa.search.fusion import fuse
from qa.types import Article
from training.encoder.export import SentenceEncoder, published_encoder, tokenizer
from training.encoder.train import load_encoder, vectors

CANDIDATES = 50
"""Of each list, as in qa/search/hybrid.py, which needs libraries that training does not."""
BATCH = 32
Passages = list[tuple[str, str, str]]
"""Article, text by meaning, text by words."""


def passages(corpus: Path) -> Passages:
    """The passages of a set's articles, cut as the program cuts them."""
    found = []
    with (corpus / "articles.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            article = Article(f"articles.jsonl#{row['id']}", row["text"], row.get("title", ""))
            found += [(article.id, encoded_text(article, p), lexical_text(article, p)) for p in cut(article)]
    return found


def encoded(model: SentenceEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, 384) of unit length."""
    reads, order = tokenizer(), sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found = np.empty((len(texts), 384), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            found[places] = vectors(model, reads, [texts[place] for place in places], "cpu").numpy()
    return found


def mixed(published: SentenceEncoder, tuned: SentenceEncoder, share: float) -> SentenceEncoder:
    """The encoder whose weights lie between two others'."""
    one, other = published.state_dict(), tuned.state_dict()
    model = published_encoder()
    model.load_state_dict({name: (1 - share) * one[name] + share * other[name] for name in one})
    return model.eval()


def by_words(found: Passages, questions: Sequence[Question]) -> list[list[tuple[str, float]]]:
    """For each question the CANDIDATES best passages by BM25."""
    import bm25s

    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(
        bm25s.tokenize([words for _, _, words in found], stopwords="en", show_progress=False), show_progress=False
    )
    asked = bm25s.tokenize([q.question for q in questions], stopwords="en", show_progress=False)
    places, scores = index.retrieve(asked, k=min(CANDIDATES, len(found)), show_progress=False)
    return [
        [(str(p), float(s)) for p, s in zip(*row, strict=True) if s > 0] for row in zip(places, scores, strict=True)
    ]


def right(found: Passages, question: Question) -> set[str]:
    """The places of the passages that hold the evidence; all of the article's where its words are not found."""
    places: set[str] = set()
    for evidence in question.evidence:
        own = [(str(place), text) for place, (article, text, _) in enumerate(found) if article == evidence.article]
        quote = " ".join(evidence.quote.split())
        places |= {place for place, text in own if quote in text} or {place for place, _ in own}
    return places


def measured(rankings: Sequence[Sequence[str]], gold: Sequence[set[str]]) -> tuple[float, float]:
    """MRR@10 and recall@5."""
    ranks = [next((n for n, key in enumerate(r[:10], 1) if key in g), 0) for r, g in zip(rankings, gold, strict=True)]
    return fmean(1 / rank if rank else 0.0 for rank in ranks), fmean(0 < rank <= 5 for rank in ranks)


def rows(name: str, folder: Path, models: dict[str, SentenceEncoder], limit: int) -> list[dict[str, Any]]:
    """The measures of each encoder on one set."""
    found = passages(folder / "corpus")
    questions = [q for q in read_questions(folder / "tune.jsonl") if q.answerable and q.evidence and not q.history]
    questions = questions[:: max(1, len(questions) // limit)]
    gold, lexical, made = [right(found, q) for q in questions], by_words(found, questions), []
    for label, model in models.items():
        near = encoded(model, [q.question for q in questions]) @ encoded(model, [text for _, text, _ in found]).T
        best = np.argsort(-near, axis=1, kind="stable")[:, :CANDIDATES]
        dense = [[(str(place), float(near[row, place])) for place in places] for row, places in enumerate(best)]
        fused = [[key for key, _ in fuse(one, other)] for one, other in zip(lexical, dense, strict=True)]
        alone = measured([[key for key, _ in ranking] for ranking in dense], gold)
        made.append(
            {"set": name, "encoder": label, "questions": len(questions), "alone": alone, "fused": measured(fused, gold)}
        )
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sets", type=Path, nargs="+", required=True, help="folders of sets, each with corpus and tune.jsonl"
    )
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--mix", type=float, nargs="*", default=[0.5, 1.0])
    parser.add_argument("--limit", type=int, default=400)
    options = parser.parse_args()
    published = published_encoder().eval()
    tuned = load_encoder(options.encoder)
    models = {"published": published} | {
        f"{share:g} of the way": mixed(published, tuned, share) for share in options.mix
    }
    print("| set | questions | encoder | alone: MRR@10 / recall@5 | fused: MRR@10 / recall@5 |\n|---|---|---|---|---|")
    for folder in options.sets:
        for row in rows(folder.name, folder, models, options.limit):
            alone, fused = (f"{row[kind][0]:.3f} / {row[kind][1]:.3f}" for kind in ("alone", "fused"))
            print(f"| {row['set']} | {row['questions']} | {row['encoder']} | {alone} | {fused} |", flush=True)


if __name__ == "__main__":
    main()
