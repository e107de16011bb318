"""The shipped encoder: texts to vectors whose cosine tells how near they are in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.models.engine import DATA, checksums, engine, load_tokenizer

MODEL, TOKENIZER = "encoder.onnx", "tokenizer.json"
DIMENSIONS = 384
BATCH = 16
"""Texts of like length encoded together; larger batches were no faster on two cores."""


class Encoder:
    """all-MiniLM-L6-v2 in 8 bits, run by OpenVINO. Cheap to make; loads on first use; safe for several threads."""

    dimensions = DIMENSIONS

    def __init__(self, threads: int = 0, data: Path = DATA) -> None:
        """Take the model from the folder `data`, to be run by `threads` threads; 0 lets the engine choose."""
        self._data, self._engine = data, engine(data, MODEL, threads)

    def load(self) -> None:
        """Load the model now, half a second or so, once for the whole process.

        Raises:
            ModelError: A model file is missing or was altered.
        """
        self._engine.load()

    @cached_property
    def name(self) -> str:
        """The model and the first digits of its checksum: vectors of different names cannot be compared.

        Raises:
            ModelError: The list of checksums is missing.
        """
        return f"all-MiniLM-L6-v2-int8-{checksums(self._data)[MODEL][:12]}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of `texts` in their order, (n, 384), each of length 1.

        Args:
            texts: Read up to 256 tokens, some 180 words.

        Raises:
            ModelError: A model file is missing or was altered.
        """
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            rows = self._tokenizer.encode_batch([texts[place] for place in places])
            (vectors[places],) = self._engine.infer(
                input_ids=np.array([row.ids for row in rows], dtype=np.int64),
                attention_mask=np.array([row.attention_mask for row in rows], dtype=np.int64),
            )
        return vectors

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401
        return load_tokenizer(self._data, TOKENIZER)
