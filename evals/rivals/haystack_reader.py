"""Haystack with its extractive reader, all defaults, which runs the shipped reader's weights."""

from __future__ import annotations

from collections.abc import Sequence

from haystack.utils import ComponentDevice
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

from evals.rivals.haystack import Haystack
from evals.rivals.shipped import ShippedReader, tokenizer
from qa.types import Article

PACKAGES = ("haystack-ai", "transformers-haystack", "transformers", "torch")


def build(articles: Sequence[Article]) -> Haystack:
    """The store of `articles`, with a reader."""
    reader = TransformersExtractiveReader()
    # What it would load by name, had it a network.
    reader.model, reader.tokenizer, reader.device = ShippedReader(), tokenizer(), ComponentDevice.from_str("cpu")
    return Haystack(articles, reader)
