"""What a caller is told where there is no answer: one sentence, in the shape that the caller's client reads."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import JSONResponse

from qa.language.words import without_surrogates

BUSY = "All threads are at work and many callers wait: try again later."
BUSY_SECONDS = "2"
FAILED = "Something failed here: the server's log says what."


class Error(BaseModel):
    """Why there is no answer, in one sentence."""

    error: str


class OpenAIError(BaseModel):
    """What OpenAI's clients read of an error."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIErrors(BaseModel):
    """Why there is no completion."""

    error: OpenAIError


class Refusal(Exception):  # noqa: N818 - not always an error: a limit, a key that is missing
    """Why there is no answer.

    Args:
        status: Of HTTP.
        message: One sentence.
        code: OpenAI's name for it, where there is one.
        headers: To be sent with it.
    """

    def __init__(
        self, status: int, message: str, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.headers = status, message, code, headers


def refused(path: str, refusal: Refusal) -> JSONResponse:
    """The response to a request for `path`: in OpenAI's shape below /v1, else in ours."""
    status, message = refusal.status, without_surrogates(refusal.message)
    if not path.startswith("/v1/"):
        return JSONResponse(Error(error=message).model_dump(), status, refusal.headers)
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    told = OpenAIError(message=message, type=kind, param=None, code=refusal.code)
    return JSONResponse(OpenAIErrors(error=told).model_dump(), status, refusal.headers)
