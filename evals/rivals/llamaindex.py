"""LlamaIndex over Chroma as in its own example: documents, `VectorStoreIndex`, a retriever, all defaults.

Embeddings are the shipped encoder's. Its answers are written by a language model, for which there is none here, so what
is answered is the sentence of the best node that is nearest to the question by the same encoder.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import chromadb
from llama_index.core import Document
from llama_index.core.constants import DEFAULT_CHUNK_SIZE
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import NodeWithScore

from evals.rivals.chroma import indexed
from evals.rivals.common import FOUND, Given, by_meaning, hit, placed, quoted
from qa.errors import EvaluationError
from qa.integrations.llamaindex import DatelineEmbedding
from qa.models.encoder import Encoder
from qa.types import Article, Hit

PACKAGES = ("llama-index-core", "llama-index-vector-stores-chroma", "chromadb")


class LlamaIndex:
    """An index in memory."""

    def __init__(self, articles: Sequence[Article], chunk_size: int) -> None:
        self._articles = {article.id: article for article in articles}
        self._near = by_meaning(Encoder())
        client = chromadb.EphemeralClient()
        # Clients in memory share what they hold: each index needs a name of its own.
        collection = client.create_collection(f"rival-{uuid.uuid4().hex}")
        documents = [_document(article) for article in articles]
        index = indexed(documents, collection, SentenceSplitter(chunk_size=chunk_size), DatelineEmbedding())
        self._retriever = index.as_retriever(similarity_top_k=FOUND)

    def find(self, question: str) -> list[Hit]:
        """The nearest nodes."""
        return [self._hit(found) for found in self._retriever.retrieve(question)]

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        """The nearest sentence of the nearest node; the score, e to the power of minus the distance, is in 0 to 1."""
        return quoted(question, hits[0], self._near, hits[0].score)

    def _hit(self, found: NodeWithScore) -> Hit:
        """The node's place in its article: where the splitter says, or after it where it is wrong."""
        article, words = self._articles[found.node.ref_doc_id or ""], found.node.get_content()
        start = placed(article.text, words, getattr(found.node, "start_char_idx", None) or 0)
        return hit(article, start, max(start, 0) + len(words), float(found.score or 0.0))


def _document(article: Article) -> Document:
    """The article; what is known of it is metadata, which is embedded with each node by default."""
    known = {"title": article.title, "publisher": article.publisher, "published": str(article.published or "")}
    return Document(text=article.text, id_=article.id, metadata={key: value for key, value in known.items() if value})


def build(articles: Sequence[Article], chunk_size: int = DEFAULT_CHUNK_SIZE) -> LlamaIndex:
    """The index of `articles`, cut into nodes of at most `chunk_size` tokens.

    Raises:
        EvaluationError: Its packages were installed as hard links, which the splitter's library (nltk) refuses to read.
    """
    try:
        return LlamaIndex(articles, chunk_size)
    except PermissionError as error:
        raise EvaluationError(
            f"LlamaIndex's splitter cannot read its own files ({error}): "
            "install the packages as copies, uv sync --reinstall --link-mode copy."
        ) from None
