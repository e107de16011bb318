"""Trains the reader: `python -m training.reader.train --data train.jsonl --out DIR`, with the file as prepare left it.

One network reads "[CLS] question [SEP] title . passage [SEP]" and gives, for each token, whether the answer starts or
ends there (both at [CLS]: no answer), and for the whole, whether the passage answers (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805). Runs in bfloat16; on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from qa.models.reader import CLS, DOT, QUESTION_TOKENS, SEP, TITLE_TOKENS
from training.loop import fit
from training.network import WIDTH, MiniLM, load_published, published_folder

SEED = 1729
TOKENS = 256
BATCH_TOKENS = 3_200
"""Tokens of a batch, padding counted: some 16 passages."""
RATE = 1.5e-4
AVERAGED = 0.998
"""Of the weights before, kept at each step: an average over some 500 steps."""
ANSWERABLE_WEIGHT = 0.5
"""Of the loss of the whole passage, beside 1 for the span."""
OUTSIDE = -1e4
"""The logit of a token that can be no start or end."""


class Reader(nn.Module):
    """The network with its two heads."""

    def __init__(self, network: MiniLM) -> None:
        super().__init__()
        self.network = network
        self.span, self.whole = nn.Linear(WIDTH, 2), nn.Linear(WIDTH, 1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Three (batch, length) int64 to span logits (batch, length, 2) and answerability logits (batch,)."""
        states = self.network(input_ids, attention_mask, token_type_ids)
        return self.span(states), self.whole(states[:, 0])[:, 0]


def load_reader(path: Path) -> Reader:
    """The reader whose weights `main` wrote to `path`."""
    model = Reader(MiniLM()).eval()
    model.load_state_dict(torch.load(path))
    return model


def whole_tokenizer() -> Tokenizer:
    """The published tokenizer, neither cutting nor padding."""
    tokenizer = Tokenizer.from_file(str(published_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encoded(tokenizer: Tokenizer, example: dict[str, Any]) -> dict[str, Any] | None:
    """Token ids, segments and labels of an example; None where the answer's words cannot be found in the tokens."""
    question = tokenizer.encode(example["question"], add_special_tokens=False).ids[:QUESTION_TOKENS]
    title = tokenizer.encode(example["title"], add_special_tokens=False).ids[:TITLE_TOKENS]
    passage = tokenizer.encode(example["context"], add_special_tokens=False)
    head = [CLS, *question, SEP]
    lead = [*title, DOT] if title else []
    room = TOKENS - len(head) - len(lead) - 1
    spans = []
    for left, right in example["spans"]:
        if inside := [i for i, (s, e) in enumerate(passage.offsets) if e > left and s < right]:
            spans.append((inside[0], inside[-1]))
    first = 0
    if spans and spans[0][1] >= room:  # a window that ends some way after the answer
        first = max(0, min(spans[0][0] - room // 3, len(passage.ids) - room))
    lead_in = len(head) + len(lead) - first
    spans = [(start + lead_in, end + lead_in) for start, end in spans if start >= first and end < first + room]
    if example["spans"] and not spans:
        return None
    return {
        "ids": head + lead + passage.ids[first : first + room] + [SEP],
        "segment": len(head),
        "spans": spans or [(0, 0)],
        "answerable": float(bool(spans)),
    }


def batches(rows: list[dict[str, Any]], random_: random.Random) -> list[list[dict[str, Any]]]:
    """Rows of like length together, at most BATCH_TOKENS with their padding, in random order."""
    ordered = sorted(rows, key=lambda row: (len(row["ids"]), random_.random()))
    found: list[list[dict[str, Any]]] = [[]]
    for row in ordered:
        if len(row["ids"]) * (len(found[-1]) + 1) > BATCH_TOKENS:
            found.append([])
        found[-1].append(row)
    random_.shuffle(found)
    return found


def tensors(batch: list[dict[str, Any]], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, mask and segments of a batch."""
    length = max(len(row["ids"]) for row in batch)
    ids, mask, segments = (torch.zeros(len(batch), length, dtype=torch.int64) for _ in range(3))
    for place, row in enumerate(batch):
        count = len(row["ids"])
        ids[place, :count] = torch.tensor(row["ids"])
        mask[place, :count] = 1
        segments[place, row["segment"] : count] = 1
    return ids.to(device), mask.to(device), segments.to(device)


def loss_of(model: Reader, batch: list[dict[str, Any]], device: str) -> Tensor:
    """Cross entropy of start and end, and of answerability.

    Where the answer stands in several places, the probability of all of them counts (Clark and Gardner 2018,
    https://arxiv.org/abs/1710.10723).
    """
    ids, mask, segments = tensors(batch, device)
    spans, whole = model(ids, mask, segments)
    spans = spans.float().masked_fill(mask[:, :, None] == 0, OUTSIDE)
    right = torch.full_like(spans, OUTSIDE)
    for place, row in enumerate(batch):
        for start, end in row["spans"]:
            right[place, start, 0] = right[place, end, 1] = 0
    answerable = torch.tensor([row["answerable"] for row in batch], device=device)
    missed = (torch.logsumexp(spans, dim=1) - torch.logsumexp(spans + right, dim=1)).mean(dim=1)
    return missed.mean() + ANSWERABLE_WEIGHT * functional.binary_cross_entropy_with_logits(whole.float(), answerable)


def rows_of(path: Path, tokenizer: Tokenizer) -> Iterator[dict[str, Any]]:
    """The encoded examples of a file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if row := encoded(tokenizer, json.loads(line)):
                yield row


def main() -> None:
    """Train, and write reader.pt to the folder --out, every few hundred steps and at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--steps", type=int, help="at most so many")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    random_ = random.Random(SEED)  # noqa: S311 - a fixed order is wanted
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = list(rows_of(options.data, whole_tokenizer()))
    plan = [batch for _ in range(options.passes) for batch in batches(rows, random_)][: options.steps]
    model = Reader(load_published(published_folder() / "model.safetensors")).to(device).train()
    model.network.compile(dynamic=True)  # 0.62 s a step instead of 0.74, on two cores
    print(f"{len(rows)} examples", flush=True)
    path = options.out / "reader.pt"
    fit(model, plan, lambda batch: loss_of(model, batch, device), path, RATE, averaged=AVERAGED)


if __name__ == "__main__":
    main()
