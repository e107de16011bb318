"""Engines and number formats for the encoder, side by side in one run.

`python -m evals.bench.encoder --models DIR --shared ../shared`, with DIR as training.encoder.export leaves it, in the
training environment (training/README.md). Prints a Markdown table: passages a second on paragraphs of SQuAD 2.0,
milliseconds a question, seconds to load, cosine to 32 bits, and recall on the paragraphs' own questions.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.sets import SQUAD2, pages
from qa.models.engine import quiet_openvino

Vectors = NDArray[np.float32]
Engine = Callable[[dict[str, Any]], list[NDArray[np.float32]]]
"""A batch's inputs by name to its outputs in their order."""
Encode = Callable[[list[str]], Vectors]
"""Texts to their vectors."""
THREADS = 2
BATCH = 16
ROUNDS = 3


def onnxruntime_engine(path: Path) -> Engine:
    """The graph at `path` under onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda feeds: session.run(None, feeds)


def openvino_engine(path: Path, precision: str) -> Engine:
    """The graph at `path` under OpenVINO, 32-bit parts computed in `precision`."""
    openvino = quiet_openvino()
    settings = {
        "INFERENCE_NUM_THREADS": THREADS,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
    }
    request = openvino.Core().compile_model(str(path), "CPU", settings).create_infer_request()
    return lambda feeds: [output.copy() for output in request.infer(feeds).values()]


def dynamic(source: Path) -> Path:
    """The 32-bit graph quantised by onnxruntime, scales of activations found as it runs."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = source.with_name("encoder-dynamic.onnx")
    if not target.exists():
        quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)
    return target


def squad(shared: Path, limit: int) -> tuple[list[str], list[str], list[int]]:
    """Paragraphs, questions, and the place of each question's paragraph."""
    paragraphs = [p for page in pages(shared / "data" / SQUAD2) for p in page["paragraphs"]]
    asked = [
        (qa["question"], place) for place, p in enumerate(paragraphs) for qa in p["qas"] if not qa["is_impossible"]
    ]
    chosen = asked[:: max(1, len(asked) // limit)][:limit]
    return [p["context"] for p in paragraphs], [q for q, _ in chosen], [place for _, place in chosen]


def feeds(tokenizer: Any, texts: list[str]) -> dict[str, Any]:  # noqa: ANN401 - tokenizers has no types
    """One batch's inputs."""
    rows = tokenizer.encode_batch(texts)
    return {
        "input_ids": np.array([row.ids for row in rows], dtype=np.int64),
        "attention_mask": np.array([row.attention_mask for row in rows], dtype=np.int64),
    }


def sentence_transformers() -> Encode:
    """The library of that name with the published weights in 32 bits, by its own batching: a usual way to encode."""
    import torch
    from sentence_transformers import SentenceTransformer

    from training.network import published_folder

    torch.set_num_threads(THREADS)
    model = SentenceTransformer(str(published_folder()), device="cpu")
    model.max_seq_length = 256
    return lambda texts: np.asarray(model.encode(texts, batch_size=BATCH, normalize_embeddings=True), dtype=np.float32)


def encode(engine: Engine, tokenizer: Any, texts: list[str]) -> Vectors:  # noqa: ANN401
    """Vectors of `texts`, in batches of like length."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors = np.empty((len(texts), 384), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        (vectors[places],) = engine(feeds(tokenizer, [texts[place] for place in places]))
    return vectors


def recall(passages: Vectors, questions: Vectors, right: list[int], depth: int) -> float:
    """Share of questions whose passage is among the `depth` nearest."""
    best = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :depth]
    return float(np.mean([place in row for place, row in zip(right, best, strict=True)]))


def main() -> None:
    """Print the table."""
    from tokenizers import Tokenizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=500)
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(options.models / "tokenizer.json"))
    paragraphs, questions, right = squad(options.shared, options.questions)
    full, small = options.models / "encoder-fp32.onnx", options.models / "encoder.onnx"

    def whole(make: Callable[[], Engine]) -> Callable[[], Encode]:
        def made() -> Encode:
            engine = make()
            return lambda texts: encode(engine, tokenizer, texts)

        return made

    makers: dict[str, Callable[[], Encode]] = {
        "sentence-transformers, 32 bits": sentence_transformers,
        "onnxruntime, 32 bits": whole(lambda: onnxruntime_engine(full)),
        "onnxruntime, 8 bits, dynamic": whole(lambda: onnxruntime_engine(dynamic(full))),
        "onnxruntime, 8 bits, NNCF": whole(lambda: onnxruntime_engine(small)),
        "OpenVINO, 32 bits": whole(lambda: openvino_engine(full, "f32")),
        "OpenVINO, bf16 arithmetic": whole(lambda: openvino_engine(full, "bf16")),
        "OpenVINO, 8 bits, NNCF": whole(lambda: openvino_engine(small, "f32")),
    }
    engines, load, vectors = {}, {}, {}
    for name, make in makers.items():
        started = time.perf_counter()
        engines[name] = make()
        load[name] = time.perf_counter() - started
    passages_time = {name: [] for name in engines}  # type: dict[str, list[float]]
    question_time = {name: [] for name in engines}  # type: dict[str, list[float]]
    for _ in range(ROUNDS):  # in turns, so that other work on the machine touches all alike
        for name, engine in engines.items():
            started = time.perf_counter()
            vectors[name] = engine(paragraphs)
            passages_time[name].append(time.perf_counter() - started)
            for question in questions[:100]:
                started = time.perf_counter()
                engine([question])
                question_time[name].append(time.perf_counter() - started)
    exact = vectors["onnxruntime, 32 bits"]
    print("| engine | passages/s | ms a question | load, s | cosine to 32 bits, mean (least) | recall@1 / 5 / 10 |")
    print("|---|---|---|---|---|---|")
    for name, engine in engines.items():
        cosines = (vectors[name] * exact).sum(1)
        asked = engine(questions)
        recalls = " / ".join(f"{recall(vectors[name], asked, right, depth):.3f}" for depth in (1, 5, 10))
        print(
            f"| {name} | {len(paragraphs) / min(passages_time[name]):.0f} "
            f"| {1000 * float(np.median(question_time[name])):.1f} | {load[name]:.2f} "
            f"| {cosines.mean():.4f} ({cosines.min():.4f}) | {recalls} |"
        )


if __name__ == "__main__":
    main()
