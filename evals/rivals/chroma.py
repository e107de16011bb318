"""An index as LlamaIndex's own example makes it over Chroma, for whatever encoder."""

from __future__ import annotations

from collections.abc import Sequence

from chromadb.api.models.Collection import Collection
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore


def indexed(
    documents: Sequence[Document], collection: Collection, splitter: SentenceSplitter, embedding: BaseEmbedding
) -> VectorStoreIndex:
    """The index of `documents`, cut by `splitter`, in `collection`."""
    return VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
        transformations=[splitter],
        embed_model=embedding,
    )
