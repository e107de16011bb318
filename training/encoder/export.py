"""all-MiniLM-L6-v2 to ONNX in 32 bits and in 8: `python -m training.encoder.export --shared ../shared --out DIR`.

The graph takes input_ids and attention_mask, (batch, length) int64 each, and gives (batch, 384) float32 of unit length.
The 8-bit file is quantised by NNCF with scales fitted on paragraphs of SQuAD 2.0 (CC BY-SA 4.0).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from evals.sets import SQUAD2, pages
from training.graph import export, quantise
from training.network import MiniLM, load_published, published_folder

TOKENS = 256
"""What the published model was trained to read."""
PARAGRAPHS = 300
"""... that the scales are fitted on."""


class SentenceEncoder(nn.Module):
    """The mean of the token vectors, brought to unit length."""

    def __init__(self, network: MiniLM) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Two (batch, length) int64 to (batch, 384) float32."""
        states = self.network(input_ids, attention_mask, torch.zeros_like(input_ids))
        weights = attention_mask[:, :, None].to(states.dtype)
        return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def published_encoder() -> SentenceEncoder:
    """The encoder with the published weights."""
    return SentenceEncoder(load_published(published_folder() / "model.safetensors"))


def paragraphs(shared: Path) -> list[str]:
    """The paragraphs of the shared part of SQuAD 2.0."""
    return [p["context"] for page in pages(shared / "data" / SQUAD2) for p in page["paragraphs"]]


def tokenizer() -> Tokenizer:
    """The published tokenizer, cut at 256 tokens; its own file cuts at 128."""
    found = Tokenizer.from_file(str(published_folder() / "tokenizer.json"))
    found.enable_truncation(TOKENS)
    found.enable_padding(pad_id=0, pad_token="[PAD]")  # noqa: S106 - a token of text, not a secret
    return found


def inputs(texts: list[str], reads: Tokenizer, batch: int = 8) -> Iterator[dict[str, np.ndarray]]:
    """The graph's inputs for `texts`, a batch at a time."""
    for start in range(0, len(texts), batch):
        rows = reads.encode_batch(texts[start : start + batch])
        yield {
            "input_ids": np.array([row.ids for row in rows], dtype=np.int64),
            "attention_mask": np.array([row.attention_mask for row in rows], dtype=np.int64),
        }


def main() -> None:
    """Write encoder-fp32.onnx, encoder.onnx and tokenizer.json to the folder --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="the folder that holds data/squad")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = published_encoder()
    whole, small = options.out / "encoder-fp32.onnx", options.out / "encoder.onnx"
    export(model, whole, ["input_ids", "attention_mask"], {"vectors": {0: "batch"}})
    quantise(whole, small, inputs(paragraphs(options.shared)[:PARAGRAPHS], tokenizer()))
    tokenizer().save(str(options.out / "tokenizer.json"))


if __name__ == "__main__":
    main()
