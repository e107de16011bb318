"""Trains the reader: `python -m training.reader.train --data DIR --out DIR`, with DIR as prepare left it.

One network reads "[CLS] question [SEP] title . passage [SEP]" and gives, for each token, whether the answer starts or
ends there (both at [CLS]: no answer), and for the whole, whether the passage answers (Devlin et al. 2019,
https://arxiv.org/abs/1810.04805). Runs in bfloat16; on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.network import WIDTH, MiniLM, load_published, published_folder

SEED = 1729
TOKENS, QUESTION_TOKENS, TITLE_TOKENS = 256, 48, 24
CLS, SEP, DOT = 101, 102, 1012
BATCH_TOKENS = 3_200
"""Tokens of a batch, padding counted: some 16 passages."""
RATE, WARM_UP, WEIGHT_DECAY = 1.5e-4, 0.06, 0.01
ANSWERABLE_WEIGHT = 0.5
"""Of the loss of the whole passage, beside 1 for the span."""
NO_SPAN = -100


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


def encoded(tokenizer: Tokenizer, example: dict[str, Any]) -> dict[str, Any] | None:
    """Token ids, segments and labels of an example; None where the answer's words cannot be found in the tokens."""
    question = tokenizer.encode(example["question"], add_special_tokens=False).ids[:QUESTION_TOKENS]
    title = tokenizer.encode(example["title"], add_special_tokens=False).ids[:TITLE_TOKENS]
    passage = tokenizer.encode(example["context"], add_special_tokens=False)
    head = [CLS, *question, SEP]
    lead = [*title, DOT] if title else []
    room = TOKENS - len(head) - len(lead) - 1
    first, start, end = 0, 0, 0
    if example["start"] is not None:
        inside = [i for i, (s, e) in enumerate(passage.offsets) if e > example["start"] and s < example["end"]]
        if not inside:
            return None
        if inside[-1] >= room:  # a window that ends some way after the answer
            first = max(0, min(inside[0] - room // 3, len(passage.ids) - room))
        start, end = (len(head) + len(lead) + place - first for place in (inside[0], inside[-1]))
        if end >= TOKENS - 1:
            return None
    elif not example["spanned"]:
        start = end = NO_SPAN
    ids = head + lead + passage.ids[first : first + room] + [SEP]
    return {
        "ids": ids,
        "segment": len(head),
        "start": start,
        "end": end,
        "answerable": float(example["answerable"]),
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
    """Cross entropy of start and end, and of answerability."""
    ids, mask, segments = tensors(batch, device)
    spans, whole = model(ids, mask, segments)
    spans = spans.float().masked_fill(mask[:, :, None] == 0, -1e4)
    starts = torch.tensor([row["start"] for row in batch], device=device)
    ends = torch.tensor([row["end"] for row in batch], device=device)
    answerable = torch.tensor([row["answerable"] for row in batch], device=device)
    loss = ANSWERABLE_WEIGHT * functional.binary_cross_entropy_with_logits(whole.float(), answerable)
    if (starts != NO_SPAN).any():
        for place, labels in ((0, starts), (1, ends)):
            loss = loss + functional.cross_entropy(spans[:, :, place], labels, ignore_index=NO_SPAN) / 2
    return loss


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
    parser.add_argument("--steps", type=int, help="stop after so many, for measuring")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    random_ = random.Random(SEED)  # noqa: S311 - a fixed order is wanted
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = Tokenizer.from_file(str(published_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rows = list(rows_of(options.data / "train.jsonl", tokenizer))
    plan = [batch for _ in range(options.passes) for batch in batches(rows, random_)][: options.steps]
    model = Reader(load_published(published_folder() / "model.safetensors")).to(device).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=len(plan), pct_start=WARM_UP, anneal_strategy="linear"
    )
    print(f"{len(rows)} examples, {len(plan)} steps on {device}", flush=True)
    started, running = time.time(), 0.0
    for step, batch in enumerate(plan, start=1):
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = loss_of(model, batch, device)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        running = 0.98 * running + 0.02 * float(loss.detach())
        if step % 50 == 0:
            pace = (time.time() - started) / step
            print(f"step {step}/{len(plan)} loss {running / (1 - 0.98**step):.3f} {pace:.2f} s a step", flush=True)
        if step % 300 == 0 or step == len(plan):
            torch.save(model.state_dict(), options.out / "reader.pt")


if __name__ == "__main__":
    main()
