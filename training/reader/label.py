"""A first reader marks the words that answer in pairs of question and sentence.

`python -m training.reader.label --reader reader.pt --data train.jsonl --out labelled.jsonl`: where the sentence that
answers is known and the first reader is sure which of its words do, the words are marked (self-training, as in Alberti
et al. 2019, https://arxiv.org/abs/1906.05416); every other example is copied as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from training.reader.train import Reader, encoded, load_reader, tensors, whole_tokenizer

SURE = 0.5
"""The least share of the probability of the sentence's spans that the best one must have."""
SPAN_TOKENS = 12
BATCH = 16


def marked(model: Reader, tokenizer: Tokenizer, examples: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The examples, each with `spans` where the model is sure of the words inside `within`."""
    batch, places = [], []
    for example in examples:
        row = encoded(tokenizer, example)
        assert row is not None and not example["title"]  # noqa: S101 - no spans yet, and pairs have no title
        head, last, (start, end) = row["segment"], len(row["ids"]) - 1, example["within"]
        offsets = tokenizer.encode(example["context"], add_special_tokens=False).offsets
        inside = [i for i, (s, e) in enumerate(offsets) if start <= s and e <= end and i + head < last]
        batch.append(row)
        places.append((head, inside, offsets))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(*tensors(batch, "cpu"))[0].float()
    for example, row, (head, inside, offsets) in zip(examples, logits, places, strict=True):
        yield example | _best(row, head, inside, offsets)


def _best(row: torch.Tensor, head: int, inside: list[int], offsets: list[tuple[int, int]]) -> dict[str, Any]:
    """`spans` and `spanned` of an example, or nothing."""
    if not inside:
        return {}
    tokens = torch.tensor(inside)
    scores = row[tokens + head, 0][:, None] + row[tokens + head, 1][None, :]
    length = torch.arange(len(inside))[None, :] - torch.arange(len(inside))[:, None]
    scores = scores.masked_fill((length < 0) | (length >= SPAN_TOKENS), -1e4)
    shares = torch.softmax(scores.flatten(), dim=0)
    best = int(shares.argmax())
    if shares[best] < SURE:
        return {}
    first, last = inside[best // len(inside)], inside[best % len(inside)]
    return {"spans": [(offsets[first][0], offsets[last][1])], "spanned": True}


def main() -> None:
    """Write the examples with the pairs marked, and print how many are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model, tokenizer = load_reader(options.reader), whole_tokenizer()
    examples = [json.loads(line) for line in options.data.read_text(encoding="utf-8").splitlines()]
    loose = sorted((e for e in examples if e["within"] and not e["spanned"]), key=lambda e: len(e["context"]))
    done = [e for start in range(0, len(loose), BATCH) for e in marked(model, tokenizer, loose[start : start + BATCH])]
    rest = [e for e in examples if not e["within"] or e["spanned"]]
    with options.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in rest + done)
    print(f"{sum(e['spanned'] for e in done)} of {len(done)} pairs are marked.")


if __name__ == "__main__":
    main()
