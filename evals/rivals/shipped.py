"""The shipped reader as tools that run transformers' models take it: the same weights, run by the same engine.

Needs torch and transformers. Of the reader's outputs only the span logits are used: whether the passage as a whole
answers is nothing these tools know of.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast

from qa.models.engine import DATA, engine, verified
from qa.models.reader import MODEL, NOTHING, SEP, TOKENIZER

POSITIONS = 512
"""Tokens that the network can tell apart."""


class ShippedReader:
    """Called with token ids, it gives the logits of where an answer starts and ends."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        self._engine = engine(DATA, MODEL, 0)

    def to(self, device: object) -> ShippedReader:
        """Itself: it runs on the processor."""
        return self

    def __call__(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **unused: torch.Tensor) -> Any:  # noqa: ANN401
        """(batch, length) to `start_logits` and `end_logits`, each (batch, length).

        Which tokens are the passage's is told by the first [SEP]: not every tool hands the segments on. The others are
        no answer; txtai fails where a reader points at [CLS].
        """
        ids, mask = input_ids.numpy(), attention_mask.numpy()
        separators = ids == SEP
        passage = (separators.cumsum(axis=1) - separators > 0) & (mask > 0)
        spans, _ = self._engine.infer(input_ids=ids, attention_mask=mask, token_type_ids=passage.astype(np.int64))
        spans = np.where((passage & ~separators)[..., None], spans, NOTHING)
        starts, ends = (torch.from_numpy(np.ascontiguousarray(spans[..., side])) for side in (0, 1))
        return SimpleNamespace(start_logits=starts, end_logits=ends)


def tokenizer() -> Any:  # noqa: ANN401 - no types are published
    """The reader's tokenizer as transformers has them."""
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("cls", "sep", "pad", "unk", "mask")}
    return PreTrainedTokenizerFast(tokenizer_file=str(verified(DATA, TOKENIZER)), model_max_length=POSITIONS, **special)
