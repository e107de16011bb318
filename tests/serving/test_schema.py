"""The interface against its own schema: whatever a caller sends, the server does not fail and keeps its promises."""

import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "15"))
"""Requests for each operation and mode. With 500 nothing more was found."""
OPERATIONS = [
    ("/v1/chat/completions", "POST"),
    ("/v1/models", "GET"),
    ("/v1/models/{name}", "GET"),
    ("/api/ask", "POST"),
    ("/api/search", "GET"),
    ("/api/timeline", "GET"),
    ("/api/articles/{article}", "GET"),
    ("/healthz", "GET"),
    ("/metrics", "GET"),
]

TAKES_FIELDS = {"/v1/chat/completions", "/api/ask", "/api/search", "/api/timeline"}


@pytest.fixture(scope="module")
def schema(address: str) -> Any:  # noqa: ANN401
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def test_every_operation_is_tried(schema: Any) -> None:  # noqa: ANN401
    known = [(one.ok().path, one.ok().method.upper()) for one in schema.get_all_operations()]
    assert sorted(known) == sorted(OPERATIONS)


VALID = [(*operation, GenerationMode.POSITIVE) for operation in OPERATIONS]
# The others take nothing that could be wrong.
INVALID = [(path, method, GenerationMode.NEGATIVE) for path, method in OPERATIONS if path in TAKES_FIELDS]


@pytest.mark.parametrize(("path", "method", "mode"), VALID + INVALID)
def test_no_request_makes_it_fail(schema: Any, path: str, method: str, mode: GenerationMode) -> None:  # noqa: ANN401
    operation = schema[path][method]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case) -> None:
        checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
        case.call_and_validate(timeout=30, checks=checks)

    holds()
