"""An index as LlamaIndex's tutorial makes it: Chroma on disk, and sentence-transformers' 32-bit encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
from chromadb.config import Settings
from llama_index.core import Document
from llama_index.core.node_parser import SentenceSplitter
from pydantic import PrivateAttr

from evals.bench.encoder import Encode, sentence_transformers
from evals.rivals.chroma import indexed
from qa.integrations.llamaindex import DatelineEmbedding

TOKENS = 256
"""Of a node: what the encoder reads. The tutorial's 1,024 are cut off by it."""
FOUND = 10


class Tutorial:
    """The index, and how it is searched."""

    def __init__(self, folder: Path, rows: Sequence[dict[str, str]]) -> None:
        """Build it in `folder` of articles, rows with id, title and text."""
        client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._collection = client.create_collection("tutorial", embedding_function=None)
        documents = [Document(text=row["text"], id_=row["id"], metadata={"title": row["title"]}) for row in rows]
        splitter = SentenceSplitter(chunk_size=TOKENS, chunk_overlap=20)
        index = indexed(documents, self._collection, splitter, _Embedding(sentence_transformers()))
        self._retriever = index.as_retriever(similarity_top_k=FOUND)

    def count(self) -> int:
        """How many nodes there are."""
        return self._collection.count()

    def search(self, question: str) -> int:
        """How many nodes are found."""
        return len(self._retriever.retrieve(question))


class _Embedding(DatelineEmbedding):
    """sentence-transformers as LlamaIndex wants it; its own wrapper is one more package that does the same."""

    _encode: Encode = PrivateAttr()

    def __init__(self, encode: Encode) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=64)
        self._encode = encode

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._encode(texts).tolist()
        return found
