"""Fine-tunes the encoder for question to passage: `python -m training.encoder.train --data train.jsonl --out DIR`.

The data are what training.reader.prepare leaves. A batch's questions are each matched with their passage against all
other passages of the batch and, where there is one, a passage that BM25 ranks high and that does not answer (InfoNCE;
Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906). Runs in bfloat16; on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.encoder.export import SentenceEncoder, published_encoder, tokenizer
from training.loop import fit

SEED = 1729
BATCH = 32
"""Questions of a batch."""
RATE, WARM_UP = 2e-5, 0.1
SCALE = 20.0
"""Of the cosines, as the published model was trained with."""
Triple = tuple[str, str, str]
"""A question, its passage, and one that looks right or ""."""


def load_encoder(path: Path) -> SentenceEncoder:
    """The encoder whose weights `main` wrote to `path`."""
    model = published_encoder()
    model.load_state_dict(torch.load(path))
    return model.eval()


def triples(path: Path) -> list[Triple]:
    """The answered questions of a file with their passages."""
    wrong, right = {}, []
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["spans"]:
                right.append((row["question"], row["context"]))
            elif row["source"].endswith("-negative"):
                wrong[row["question"]] = row["context"]
    return [(question, passage, wrong.get(question, "")) for question, passage in right]


def vectors(model: SentenceEncoder, reads: Tokenizer, texts: list[str], device: str) -> Tensor:
    """(texts, 384) float32 of unit length."""
    rows = reads.encode_batch(texts)
    ids, mask = torch.tensor([row.ids for row in rows]), torch.tensor([row.attention_mask for row in rows])
    with torch.autocast(device, dtype=torch.bfloat16):
        found: Tensor = model(ids.to(device), mask.to(device))
    return found.float()


def loss_of(model: SentenceEncoder, reads: Tokenizer, batch: list[Triple], device: str) -> Tensor:
    """Cross entropy of each question's passage among the distinct passages of the batch."""
    passages = list(dict.fromkeys(text for _, right, wrong in batch for text in (right, wrong) if text))
    place = torch.tensor([passages.index(right) for _, right, _ in batch], device=device)
    asked = vectors(model, reads, [question for question, _, _ in batch], device)
    near = vectors(model, reads, passages, device)
    with torch.autocast(device, enabled=False):  # the product of the two in 32 bits
        return functional.cross_entropy(SCALE * asked @ near.T, place)


def main() -> None:
    """Train, and write encoder.pt to the folder --out, every few hundred steps and at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, help="at most so many; one pass over the data otherwise")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = triples(options.data)
    random.Random(SEED).shuffle(rows)  # noqa: S311 - a fixed order is wanted
    plan = [rows[start : start + BATCH] for start in range(0, len(rows) - BATCH + 1, BATCH)][: options.steps]
    model, reads = published_encoder().to(device).train(), tokenizer()
    print(f"{len(rows)} questions", flush=True)
    fit(model, plan, lambda batch: loss_of(model, reads, batch, device), options.out / "encoder.pt", RATE, WARM_UP)


if __name__ == "__main__":
    main()
