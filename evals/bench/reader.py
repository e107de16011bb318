"""Engines and number formats for the reader, side by side in one run.

`python -m evals.bench.reader --models DIR --shared ../shared`, with DIR as training.reader.export leaves it, in the
training environment (training/README.md). Prints a Markdown table: milliseconds for a question over ten passages of
SQuAD 2.0 read in one batch, and how far the 8-bit logits are from those in 32 bits.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from evals.bench.encoder import THREADS, Engine, onnxruntime_engine, openvino_engine, squad
from qa.models.engine import DATA

PASSAGES, QUESTIONS, ROUNDS, TOKENS = 10, 20, 3, 256


def batches(shared: Path) -> list[dict[str, Any]]:
    """Each question with ten neighbouring paragraphs, padded to the longest."""
    tokenizer = Tokenizer.from_file(str(DATA / "tokenizer.json"))
    tokenizer.enable_truncation(TOKENS, strategy="only_second")
    paragraphs, questions, places = squad(shared, QUESTIONS)
    found = []
    for question, place in zip(questions, places, strict=True):
        first = min(place, len(paragraphs) - PASSAGES)
        rows = tokenizer.encode_batch([(question, p) for p in paragraphs[first : first + PASSAGES]])
        columns = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        found.append({n: np.array([getattr(r, a) for r in rows], dtype=np.int64) for n, a in columns.items()})
    return found


def main() -> None:
    """Print the table; engines take turns, and the best of three rounds counts."""
    parser = argparse.ArgumentParser(description="Engines for the reader, side by side.")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--shared", type=Path, required=True)
    options = parser.parse_args()
    whole, small = options.models / "reader-fp32.onnx", options.models / "reader.onnx"
    engines: dict[str, Engine] = {
        "onnxruntime, 32 bits": onnxruntime_engine(whole),
        "onnxruntime, 8 bits, NNCF": onnxruntime_engine(small),
        "OpenVINO, 32 bits": openvino_engine(whole, "f32"),
        "OpenVINO, bf16 arithmetic": openvino_engine(whole, "bf16"),
        "OpenVINO, 8 bits, NNCF": openvino_engine(small, "f32"),
        "OpenVINO, 8 bits, NNCF, the rest in bf16": openvino_engine(small, "bf16"),
    }
    asked = batches(options.shared)
    expected = [engines["onnxruntime, 32 bits"](feeds) for feeds in asked]
    best = dict.fromkeys(engines, float("inf"))
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            started = time.perf_counter()
            for feeds in asked:
                engine(feeds)
            best[name] = min(best[name], (time.perf_counter() - started) / len(asked))
    tokens = np.mean([feeds["input_ids"].shape[1] for feeds in asked])
    print(f"Ten passages padded to {tokens:.0f} tokens on average, {THREADS} threads.\n")
    print("| engine | ms for ten passages | same best start | relevance, mean difference |\n|---|---|---|---|")
    for name, engine in engines.items():
        starts, off = [], []
        for feeds, (spans, relevance) in zip(asked, expected, strict=True):
            ours, answers = engine(feeds)
            shown = np.where(feeds["attention_mask"] > 0, 0, -1e4)
            starts += list((ours[:, :, 0] + shown).argmax(1) == (spans[:, :, 0] + shown).argmax(1))
            off.append(np.abs(answers - relevance).mean())
        print(f"| {name} | {1000 * best[name]:.0f} | {np.mean(starts):.3f} | {np.mean(off):.3f} |")


if __name__ == "__main__":
    main()
