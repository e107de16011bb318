"""The trained reader to ONNX: `python -m training.reader.export --reader reader.pt --data tune.jsonl --out DIR`.

The graph takes input_ids, attention_mask and token_type_ids, (batch, length) int64 each, and gives span logits
(batch, length, 2) and relevance logits (batch,). The scales of the 8-bit file are fitted on examples of --data.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from training.graph import AXES, CALIBRATION, export, quantise
from training.reader.train import SEED, load_reader, rows_of, tensors, whole_tokenizer

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = {"spans": AXES, "relevance": {0: "batch"}}
BATCH = 2


def main() -> None:
    """Write reader-fp32.onnx and reader.onnx to the folder --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="a file that prepare wrote")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = load_reader(options.reader)
    export(model, options.out / "reader-fp32.onnx", INPUTS, OUTPUTS)
    rows = list(rows_of(options.data, whole_tokenizer()))
    drawn = random.Random(SEED).sample(rows, CALIBRATION * BATCH)  # noqa: S311 - a fixed draw is wanted
    drawn.sort(key=lambda row: len(row["ids"]))
    batches = (tensors(drawn[start : start + BATCH], "cpu") for start in range(0, len(drawn), BATCH))
    quantise(
        options.out / "reader-fp32.onnx",
        options.out / "reader.onnx",
        ({name: tensor.numpy() for name, tensor in zip(INPUTS, batch, strict=True)} for batch in batches),
    )


if __name__ == "__main__":
    main()
