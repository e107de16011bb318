"""The shipped reader: for a question and passages, which words answer and whether they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.models.engine import DATA, engine, load_tokenizer

MODEL, TOKENIZER = "reader.onnx", "tokenizer.json"
TOKENS, QUESTION_TOKENS, TITLE_TOKENS = 320, 48, 24
"""Of question, title and passage together, and of the first two."""
SPAN_TOKENS = 24
"""The longest answer looked for."""
CLS, SEP, DOT = 101, 102, 1012
NOTHING = -20.0
"""The score where no span can be had."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one passage. Scores are logits, above 0 where an answer is likelier than none."""

    relevance: float
    """Whether the passage as a whole answers."""
    offsets: NDArray[np.int64]
    """Where each token stands in the passage, (n, 2) characters."""
    starts: NDArray[np.float32]
    """For each token, (n,): whether the answer starts there."""
    ends: NDArray[np.float32]
    """For each token, (n,): whether the answer ends there."""
    nothing: float
    """The score of there being no answer, start and end together."""

    def best(self, start: int, end: int) -> tuple[float, tuple[int, int] | None]:
        """The score of the best span inside the passage's characters [start, end), and its offsets in the passage.

        None, with a very low score, where the reader did not come so far.
        """
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return NOTHING, None
        scores = self.starts[inside, None] + self.ends[None, inside]
        length = inside[None, :] - inside[:, None]
        scores = np.where((length >= 0) & (length < SPAN_TOKENS), scores, -np.inf)
        first, last = np.unravel_index(int(scores.argmax()), scores.shape)
        span = int(self.offsets[inside[first], 0]), int(self.offsets[inside[last], 1])
        return float(scores[first, last]) - self.nothing, span


class Reader:
    """all-MiniLM-L6-v2, fine-tuned to read, in 8 bits. Cheap to make; loads on first use; safe for several threads."""

    def __init__(self, threads: int = 0, data: Path = DATA) -> None:
        """Take the model from the folder `data`, to be run by `threads` threads; 0 lets the engine choose."""
        self._data, self._engine = data, engine(data, MODEL, threads)

    def load(self) -> None:
        """Load the model now, half a second or so, once for the whole process.

        Raises:
            ModelError: A model file is missing or was altered.
        """
        self._engine.load()

    def read(self, questions: Sequence[str], passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage, in their order, all in one batch.

        Args:
            questions: What each passage is read for, up to 48 tokens.
            passages: Title and text of each; read up to 320 tokens, question included.

        Raises:
            ModelError: A model file is missing or was altered.
        """
        if not passages:
            return []
        encoded = self._tokenizer.encode_batch(
            [*questions, *(text for passage in passages for text in passage)], add_special_tokens=False
        )
        asked, rest = encoded[: len(questions)], encoded[len(questions) :]
        rows = []
        for question, title, text in zip(asked, rest[::2], rest[1::2], strict=True):
            head = [CLS, *question.ids[:QUESTION_TOKENS], SEP]
            lead = [*head, *title.ids[:TITLE_TOKENS], DOT] if title.ids else head
            rows.append((len(head), lead, text.ids[: TOKENS - len(lead) - 1], text.offsets))
        length = max(len(lead) + len(ids) + 1 for _, lead, ids, _ in rows)
        tokens, mask, segments = (np.zeros((len(rows), length), dtype=np.int64) for _ in range(3))
        for place, (asked_length, lead, ids, _) in enumerate(rows):
            count = len(lead) + len(ids) + 1
            tokens[place, :count] = [*lead, *ids, SEP]
            mask[place, :count] = 1
            segments[place, asked_length:count] = 1
        spans, relevance = self._engine.infer(input_ids=tokens, attention_mask=mask, token_type_ids=segments)
        return [
            Reading(
                float(relevance[place]),
                np.array(offsets[: len(ids)], dtype=np.int64).reshape(-1, 2),
                spans[place, len(lead) : len(lead) + len(ids), 0],
                spans[place, len(lead) : len(lead) + len(ids), 1],
                float(spans[place, 0].sum()),
            )
            for place, (_, lead, ids, offsets) in enumerate(rows)
        ]

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 - the library's types are its own business
        tokenizer = load_tokenizer(self._data, TOKENIZER)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer
