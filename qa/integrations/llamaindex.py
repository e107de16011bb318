"""The shipped encoder as a LlamaIndex embedding."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from qa.models.encoder import BATCH, Encoder


class DatelineEmbedding(BaseEmbedding):
    """all-MiniLM-L6-v2 in 8 bits, without a key, a network or a download: 384 dimensions, length 1.

    Use it as any embedding: `Settings.embed_model = DatelineEmbedding()`.
    """

    _encoder: Encoder = PrivateAttr()

    def __init__(self, threads: int = 0, **options: Any) -> None:  # noqa: ANN401 - BaseEmbedding's own options
        """Make the embedding; `threads` 0 lets the engine choose, `options` are BaseEmbedding's."""
        encoder = Encoder(threads)
        super().__init__(**{"model_name": encoder.name, "embed_batch_size": BATCH * 16, **options})
        self._encoder = encoder

    @classmethod
    def class_name(cls) -> str:
        """Its name in LlamaIndex's serialisation."""
        return "DatelineEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._encoder.encode(texts).tolist()
        return found

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)
