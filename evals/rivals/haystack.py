"""Haystack as in its tutorials on hybrid retrieval and extractive question answering, without what must be downloaded.

Documents are cut by its splitter, found by its BM25 and by the shipped encoder's vectors, and joined by reciprocal rank
fusion, since the cross-encoder of the tutorial is not at hand. Its reader comes with the package transformers-haystack
and needs torch; it is given the shipped reader's weights. Without it the nearest sentence is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from evals.rivals.common import FOUND, Given, around, best_sentence, by_meaning, hit, quoted, titled
from qa.models.encoder import Encoder
from qa.types import Article, Hit

PACKAGES = ("haystack-ai",)
OVERLAP = 32
"""Words, as in the tutorial on hybrid retrieval. The length of 200 words is the splitter's default."""
READ = 10
"""Documents that the reader reads: what a retriever gives by default."""


class Haystack:
    """A document store in memory, and its pipeline."""

    def __init__(self, articles: Sequence[Article], reader: Any = None) -> None:  # noqa: ANN401 - a component
        self._articles = {article.id: article for article in articles}
        self._encoder, self._reader = Encoder(), reader
        self._near = by_meaning(self._encoder)
        store = InMemoryDocumentStore()
        store.write_documents(self._documents(articles))
        self._pipeline = Pipeline()
        self._pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=FOUND))
        self._pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store, top_k=FOUND))
        self._pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=FOUND))
        self._pipeline.connect("words", "joiner")
        self._pipeline.connect("vectors", "joiner")
        self._found: list[Document] = []

    def find(self, question: str) -> list[Hit]:
        """The best documents of both retrievers together."""
        vector = self._encoder.encode([question])[0].tolist()
        asked = {"words": {"query": question}, "vectors": {"query_embedding": vector}}
        self._found = self._pipeline.run(asked)["joiner"]["documents"]
        return [self._hit(document) for document in self._found]

    def answer(self, question: str, hits: Sequence[Hit]) -> Given:
        """What the reader reads in the best documents; without a reader, the nearest sentence of the best."""
        if not self._reader:
            return quoted(question, hits[0], self._near, hits[0].score)
        best = self._reader.run(query=question, documents=self._found[:READ])["answers"][0]
        if not best.data:
            return Given(None, None, 0.0)
        article, start = self._place(best.document)
        words = best.document_offset
        citation = around(article, start + words.start, start + words.end)
        return Given(best.data, citation or best_sentence(question, hits[0], self._near), best.score)

    def _documents(self, articles: Sequence[Article]) -> list[Document]:
        """The articles below their headlines, cut and embedded."""
        splitter = DocumentSplitter(split_overlap=OVERLAP)
        whole = [Document(content=titled(a, a.text), meta={"article": a.id}) for a in articles]
        documents: list[Document] = splitter.run(whole)["documents"]
        vectors = self._encoder.encode([document.content or "" for document in documents])
        return [replace(document, embedding=v) for document, v in zip(documents, vectors.tolist(), strict=True)]

    def _place(self, document: Document) -> tuple[Article, int]:
        """The article of a document and where in its text the document begins; below 0 in the headline."""
        article = self._articles[document.meta["article"]]
        return article, document.meta["split_idx_start"] - len(titled(article, ""))

    def _hit(self, document: Document) -> Hit:
        article, start = self._place(document)
        return hit(article, start, start + len(document.content or ""), float(document.score or 0.0))


def build(articles: Sequence[Article]) -> Haystack:
    """The store of `articles`, without a reader."""
    return Haystack(articles)
