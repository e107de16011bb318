"""The archive for LlamaIndex: a retriever, a query engine, and the shipped encoder as an embedding.

Nothing here needs a language model, a key or a network, and none is looked up.
"""

from __future__ import annotations

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from pydantic import PrivateAttr

from qa.archive import EVERYTHING, RETRIEVED, Archive
from qa.models.encoder import BATCH, Encoder
from qa.types import Article, Citation, Filters, Hit


class DatelineRetriever(BaseRetriever):
    """The archive's search as a LlamaIndex retriever: one node for each passage, best first.

    A node's text is `article.text[start_char_idx:end_char_idx]`; its metadata tells the article, outlet and day. Copies
    of one text that several outlets print stay nodes of their own.

        retriever = DatelineRetriever(qa.open("articles"), limit=5, filters=Filters(publishers=["Harbour Wire"]))
        for node in retriever.retrieve("advisers in Mosul"):
            print(node.metadata["publisher"], node.metadata["published"], node.text)

    `retrieve` raises QuestionError for a question that is empty or too long.
    """

    def __init__(self, archive: Archive, limit: int = RETRIEVED, filters: Filters = EVERYTHING) -> None:
        """Search `archive`: at most `limit` passages, only of articles that `filters` admit."""
        super().__init__()
        self._archive, self._limit, self._filters = archive, limit, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_of_hit(hit) for hit in self._archive.search(query_bundle.query_str, self._limit, self._filters)]


class DatelineQueryEngine(BaseQueryEngine):
    """The archive's answers as a LlamaIndex query engine, with their citations.

    The response is the answer in Markdown; its [n] markers are the `number` in the metadata of `source_nodes`, each of
    which has exactly the words quoted. `response.metadata` has `abstained`, `confidence`, `short` and `warnings`.

        engine = DatelineQueryEngine(qa.open("articles"))
        response = engine.query("When did Ramadi fall?")
        print(response, [node.text for node in response.source_nodes])
        tool = QueryEngineTool.from_defaults(engine, name="news", description="Quotes an archive of news articles.")

    `query` raises QuestionError for a question that is empty or too long.
    """

    def __init__(self, archive: Archive, filters: Filters = EVERYTHING) -> None:
        """Ask `archive`; only articles that `filters` admit are searched."""
        super().__init__(callback_manager=None)
        self._archive, self._filters = archive, filters

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._archive.ask(query_bundle.query_str, filters=self._filters)
        told = {
            "abstained": answer.abstained,
            "confidence": answer.confidence,
            "short": answer.short,
            "warnings": list(answer.warnings),
        }
        return Response(answer.text, [_of_citation(citation) for citation in answer.citations], told)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return self._query(query_bundle)


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


def _of_hit(hit: Hit) -> NodeWithScore:
    place = hit.passage
    return NodeWithScore(node=_node(place.id, hit.text, place.start, hit.article), score=hit.score)


def _of_citation(citation: Citation) -> NodeWithScore:
    """The node of the words quoted, with what of the citation is more than its article."""
    article, start, end = citation.article, citation.start, citation.end
    node = _node(f"{article.id}:{start}:{end}", citation.quote, start, article)
    node.metadata |= {
        "number": citation.number,
        "start": start,
        "end": end,
        "speaker": citation.speaker,
        "copies": [copy.id for copy in citation.copies],
    }
    return NodeWithScore(node=node)


def _node(node_id: str, text: str, start: int, article: Article) -> TextNode:
    """The node of words of `article` that begin at `start`. Its metadata is JSON; days are as in "2015-05-18"."""
    known = {
        "article": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
        "basis": article.basis,
        "url": article.url,
    }
    return TextNode(
        id_=node_id,
        text=text,
        start_char_idx=start,
        end_char_idx=start + len(text),
        metadata=known,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
    )
