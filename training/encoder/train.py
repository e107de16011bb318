"""Fine-tunes the encoder for question to passage: `python -m training.encoder.train --data train.jsonl --out DIR`.

The data are what training.reader.prepare leaves. A batch's questions are each matched with their passage against all
other passages of the batch and, where there is one, a passage that BM25 ranks high and that does not answer (InfoNCE;
Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906). Runs in bfloat16; on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.encoder.export import SentenceEncoder, tokenizer
from training.network import load_published, published_folder

SEED = 1729
BATCH = 32
"""Questions of a batch."""
RATE, WARM_UP, WEIGHT_DECAY = 2e-5, 0.1, 0.01
SCALE = 20.0
"""Of the cosines, as the published model was trained with."""
Triple = tuple[str, str, str]
"""A question, its passage, and one that looks right or ""."""


def load_encoder(path: Path) -> SentenceEncoder:
    """The encoder whose weights `main` wrote to `path`."""
    model = SentenceEncoder(load_published(published_folder() / "model.safetensors"))
    model.load_state_dict(torch.load(path))
    return model.eval()


def triples(path: Path) -> list[Triple]:
    """The answered questions of a file with their passages."""
    wrong, right = {}, []
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["answerable"]:
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
    return functional.cross_entropy(SCALE * asked @ vectors(model, reads, passages, device).T, place)


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
    model = SentenceEncoder(load_published(published_folder() / "model.safetensors")).to(device).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=len(plan), pct_start=WARM_UP, anneal_strategy="linear"
    )
    reads = tokenizer()
    print(f"{len(rows)} questions, {len(plan)} steps on {device}", flush=True)
    started, running = time.time(), 0.0
    for step, batch in enumerate(plan, start=1):
        loss = loss_of(model, reads, batch, device)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running = 0.98 * running + 0.02 * float(loss.detach())
        if step % 25 == 0:
            pace = (time.time() - started) / step
            print(f"step {step}/{len(plan)} loss {running / (1 - 0.98**step):.3f} {pace:.2f} s a step", flush=True)
        if step % 200 == 0 or step == len(plan):
            torch.save(model.state_dict(), options.out / "encoder.pt")


if __name__ == "__main__":
    main()
