"""The archive and the encoder through LlamaIndex's own interfaces."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from llama_index.core import Settings
from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import BaseQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import TextNode
from llama_index.core.tools import QueryEngineTool

import qa
from qa.errors import QuestionError
from qa.integrations.llamaindex import DatelineEmbedding, DatelineQueryEngine, DatelineRetriever
from qa.models.encoder import Encoder
from qa.types import ABSTENTION, Filters
from tests.conftest import ROOT

FELL = "When did Ramadi fall?"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Archive]:
    with qa.open(ROOT / "corpus", index=tmp_path_factory.mktemp("index")) as archive:
        yield archive


def asked(engine: BaseQueryEngine, question: str) -> Response:
    response = engine.query(question)
    assert isinstance(response, Response)
    return response


@pytest.fixture(scope="module")
def embedding() -> DatelineEmbedding:
    return DatelineEmbedding()


def test_it_gives_the_encoder_s_vectors(embedding: DatelineEmbedding) -> None:
    texts = ["The city fell on Sunday.", "A recipe for plum cake."]
    expected = Encoder().encode(texts)
    assert np.allclose(embedding.get_text_embedding_batch(texts), expected, atol=1e-6)
    assert len(embedding.get_query_embedding("When did it fall?")) == 384
    assert embedding.model_name == Encoder().name


def test_it_works_from_a_coroutine(embedding: DatelineEmbedding) -> None:
    # In a thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        vector = pool.submit(lambda: asyncio.run(embedding.aget_query_embedding("When did it fall?"))).result()
    assert np.allclose(vector, embedding.get_query_embedding("When did it fall?"), atol=1e-6)


def test_a_llamaindex_retriever_finds_with_it(embedding: DatelineEmbedding) -> None:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    nodes = [
        TextNode(id_=str(n), text=text) for n, text in enumerate(["Rain fell on the fields.", "The bridge is shut."])
    ]
    retriever = VectorStoreIndex(nodes, embed_model=embedding).as_retriever(similarity_top_k=1)
    assert [hit.node.node_id for hit in retriever.retrieve("Is the bridge closed?")] == ["1"]


def test_a_node_is_a_passage_with_its_offsets_article_and_score(sample: qa.Archive) -> None:
    retriever = DatelineRetriever(sample, limit=6)
    assert isinstance(retriever, BaseRetriever)
    found, hits = retriever.retrieve("advisers in Mosul"), sample.search("advisers in Mosul", limit=6)
    assert len(found) == 6
    assert [(n.node.node_id, n.score) for n in found] == [(hit.passage.id, hit.score) for hit in hits]
    for one in found:
        assert isinstance(one.node, TextNode) and one.node.text
        article = sample.article(one.node.metadata["article"])
        assert article and one.node.ref_doc_id == article.id
        assert article.text[one.node.start_char_idx : one.node.end_char_idx] == one.node.text
        assert date.fromisoformat(one.node.metadata["published"]) == article.published
        told = {key: one.node.metadata[key] for key in ("title", "publisher", "basis", "url")}
        assert told == {
            "title": article.title,
            "publisher": article.publisher,
            "basis": article.basis,
            "url": article.url,
        }
        assert json.loads(json.dumps(one.node.metadata)) == one.node.metadata


def test_filters_hold_for_nodes_and_answers(sample: qa.Archive) -> None:
    filters = Filters(after=date(2017, 1, 1), publishers=["Northern Ledger"])
    nodes = DatelineRetriever(sample, filters=filters).retrieve("advisers in Mosul")
    assert nodes and {node.metadata["publisher"] for node in nodes} == {"Northern Ledger"}
    assert min(node.metadata["published"] for node in nodes) >= "2017-01-01"
    early = DatelineQueryEngine(sample, filters=Filters(before=date(2014, 12, 31)))
    assert all(n.metadata["published"] <= "2014-12-31" for n in asked(early, FELL).source_nodes)
    assert asked(early, FELL).response != asked(DatelineQueryEngine(sample), FELL).response


def test_copies_stay_two_nodes(sample: qa.Archive) -> None:
    nodes = DatelineRetriever(sample).retrieve("Ramadi falls to Islamic State after three days")
    same = [node for node in nodes if "The city fell on Sunday" in node.text]
    assert {node.metadata["publisher"] for node in same} >= {"Harbour Wire", "Northern Ledger"}
    assert len({node.node.node_id for node in nodes}) == len(nodes)


@pytest.mark.parametrize(("question", "sources"), [(FELL, 1), ("How many advisers were in Mosul?", 3)])
def test_a_response_keeps_the_citations(sample: qa.Archive, question: str, sources: int) -> None:
    response, answer = asked(DatelineQueryEngine(sample), question), sample.ask(question)
    assert str(response) == answer.text
    assert response.metadata == {
        "abstained": False,
        "confidence": answer.confidence,
        "short": answer.short,
        "warnings": [],
    }
    assert len(response.source_nodes) == len(answer.citations) >= sources
    for one, citation in zip(response.source_nodes, answer.citations, strict=True):
        assert isinstance(one.node, TextNode)
        assert (one.node.text, one.metadata["number"]) == (citation.quote, citation.number)
        assert (one.node.start_char_idx, one.node.end_char_idx) == (citation.start, citation.end)
        assert (one.metadata["start"], one.metadata["end"]) == (citation.start, citation.end)
        assert one.node.ref_doc_id == one.metadata["article"] == citation.article.id
        assert one.metadata["copies"] == [copy.id for copy in citation.copies]
        assert f"[{one.metadata['number']}]" in str(response)


def test_an_abstention_is_a_response_too(sample: qa.Archive) -> None:
    response = asked(DatelineQueryEngine(sample), "Who won the football World Cup in 2014?")
    assert (response.response, response.source_nodes) == (ABSTENTION, [])
    assert response.metadata and response.metadata["abstained"] is True and response.metadata["short"] is None


def test_it_is_a_tool_for_any_agent(sample: qa.Archive) -> None:
    tool = QueryEngineTool.from_defaults(query_engine=DatelineQueryEngine(sample), name="news", description="News.")
    found = tool.call(FELL)
    assert found.content == sample.ask(FELL).text and found.raw_output.source_nodes
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(lambda: asyncio.run(tool.acall(input=FELL))).result()
    assert later.content == found.content


def test_no_language_model_is_looked_up(sample: qa.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(_: object) -> None:
        raise AssertionError("a model was looked up")

    monkeypatch.setattr(type(Settings), "llm", property(looked_up))
    monkeypatch.setattr(type(Settings), "embed_model", property(looked_up))
    monkeypatch.setattr(type(Settings), "callback_manager", property(looked_up))
    with pytest.raises(AssertionError):
        _ = Settings.llm
    assert DatelineRetriever(sample, limit=1).retrieve(FELL)
    engine = DatelineQueryEngine(sample)
    assert asked(engine, FELL).source_nodes and engine.get_prompts() == {}


@pytest.mark.parametrize("question", ["", "a" * 4001])
def test_our_errors_pass_through(sample: qa.Archive, question: str) -> None:
    with pytest.raises(QuestionError):
        DatelineRetriever(sample).retrieve(question)
    with pytest.raises(QuestionError):
        DatelineQueryEngine(sample).query(question)
