"""The encoder through LlamaIndex's own interface."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qa.integrations.llamaindex import DatelineEmbedding
from qa.models.encoder import Encoder


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
