"""An answer as it is kept: JSON without the texts of its articles, which stay in the archive."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from qa.types import Answer, Article, Citation, Filters

HITS = 20
"""Retrieved passages kept of an answer, best first: as many as `qa.rows` lists."""
_ANSWER, _FILTERS = TypeAdapter(Answer), TypeAdapter(Filters)


def lean(answer: Answer) -> Answer:
    """`answer` as it is kept: its articles without text and boilerplate, the best hits only."""
    return replace(
        answer,
        citations=tuple(_lean_citation(citation) for citation in answer.citations),
        hits=tuple(replace(hit, article=_lean_article(hit.article)) for hit in answer.hits[:HITS]),
        timeline=tuple(replace(moment, citation=_lean_citation(moment.citation)) for moment in answer.timeline),
        narrowed=settled(answer.narrowed),
    )


def _lean_citation(citation: Citation) -> Citation:
    copies = tuple(_lean_article(article) for article in citation.copies)
    return replace(citation, article=_lean_article(citation.article), copies=copies)


def _lean_article(article: Article) -> Article:
    return replace(article, text="", boilerplate=())


def settled(filters: Filters) -> Filters:
    """`filters` with the outlets in a tuple, so that equal ones compare equal."""
    return replace(filters, publishers=tuple(filters.publishers))


def answer_bytes(answer: Answer) -> bytes:
    """The answer as JSON."""
    return _bytes(_ANSWER, answer)


def answer_of(stored: bytes) -> Answer:
    """The answer that `answer_bytes` wrote.

    Raises:
        ValueError: They are no such bytes.
    """
    answer = _ANSWER.validate_python(_json(stored))
    return replace(answer, narrowed=settled(answer.narrowed))


def filters_bytes(filters: Filters) -> bytes:
    """The filters as JSON."""
    return _bytes(_FILTERS, filters)


def filters_of(stored: bytes) -> Filters:
    """The filters that `filters_bytes` wrote.

    Raises:
        ValueError: They are no such bytes.
    """
    return settled(_FILTERS.validate_python(_json(stored)))


def _bytes(kind: TypeAdapter[Any], value: object) -> bytes:
    # "surrogatepass": lone surrogates, as file names can hold them, come back as they were.
    return json.dumps(kind.dump_python(value, mode="json"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _json(stored: bytes) -> Any:  # noqa: ANN401
    return json.loads(stored.decode("utf-8", "surrogatepass"))
