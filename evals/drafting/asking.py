"""Questions proposed by the configured language model, each held to the article it was shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from evals.drafting.proposals import Proposal, Sentence
from qa.answer.markers import without_thinking
from qa.answer.prompts import drafting
from qa.answer.writing import Writer
from qa.errors import WritingError
from qa.ingest.passages import cut
from qa.settings import Settings
from qa.types import Article, Hit, Span

TRIES = 2
"""Passages shown for each question wanted, at most."""
QUESTION_WORDS = 40
KINDS = ("date", "person", "number", "place", "definition", "reason", "speaker", "other")
_KEYS = {"question", "answer", "quote", "kind"}


def asked(
    articles: Sequence[Article], settings: Settings, count: int, seed: int, refused: list[str]
) -> Iterator[Proposal]:
    """At most `count` proposals, a passage each, articles in turn.

    Args:
        articles: What to draw from.
        settings: Which model.
        count: How many.
        seed: Of the order of passages.
        refused: Given a sentence for each proposal that cannot be used.

    Raises:
        WritingError: The model cannot be reached, or gives no answer.
    """
    writer, found = Writer(settings), 0
    try:
        for hit in list(_passages(articles, seed))[: count * TRIES]:
            if found == count:
                return
            reply = "".join(writer.write(drafting(hit)))
            try:
                proposal = parsed(reply, hit)
            except ValueError as error:
                refused.append(f"{hit.article.id}: {error}.")
                continue
            found += 1
            yield proposal
    except WritingError:
        if not found:
            raise
        refused.append("The model failed before all questions were drafted.")
    finally:
        writer.close()


def parsed(reply: str, hit: Hit) -> Proposal:
    """The proposal that a model made of a passage.

    Raises:
        ValueError: It is none of the form asked for, or is not borne out by the passage.
    """
    try:
        read: Any = json.loads(without_thinking(reply).strip())
    except (ValueError, RecursionError):
        raise ValueError("the reply is no JSON") from None
    if (
        not isinstance(read, dict)
        or read.keys() != _KEYS
        or not all(isinstance(v, str) and v.strip() for v in read.values())
    ):
        raise ValueError(f"the reply is no object of {', '.join(sorted(_KEYS))}")
    question, answer, quote = (read[name].strip() for name in ("question", "answer", "quote"))
    if not question.endswith("?") or len(question.split()) > QUESTION_WORDS or "\n" in question:
        raise ValueError("the question is none, or longer than can be asked")
    start = hit.article.text.find(quote, hit.passage.start, hit.passage.end)
    if start < 0:
        raise ValueError("the quote does not stand in the passage")
    if answer not in quote:
        raise ValueError("the answer does not stand in the quote")
    span = Span(start, start + len(quote))
    kind = read["kind"].strip().lower()
    return Proposal(question, (answer,), kind if kind in KINDS else "other", Sentence(hit.article, span, quote))


def _passages(articles: Sequence[Article], seed: int) -> Iterator[Hit]:
    """The passages of the articles, an article's after another's."""
    rng = Random(seed)  # noqa: S311 - a draw that can be repeated
    waiting = [rng.sample(passages, len(passages)) for article in articles if (passages := cut(article))]
    held = {article.id: article for article in articles}
    while waiting := [passages for passages in waiting if passages]:
        for passages in waiting:
            passage = passages.pop()
            yield Hit(passage, held[passage.article_id], 0.0)
