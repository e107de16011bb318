"""What a request to add articles brings, within bounds, or one sentence why not."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import HTTPException, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException as BadForm
from starlette.requests import ClientDisconnect
from starlette.types import Message

FILES, REQUEST_BYTES = 200, 200_000_000
"""In one request."""
ADDRESSES = 20
"""In one request."""
JSON_BYTES = 100_000
"""Of a request, beside the text of an article in it."""


class Text(BaseModel):
    """A text that was pasted, and what is said of it."""

    title: str = ""
    text: str
    published: str = ""
    publisher: str = ""
    author: str = ""
    url: str = ""


class Addresses(BaseModel):
    """Addresses of web pages."""

    addresses: Annotated[list[str], Field(min_length=1, max_length=ADDRESSES)]


Asked = TypeVar("Asked", bound=BaseModel)


async def uploaded(request: Request) -> list[UploadFile]:
    """The files of a form, in temporary files; whoever reads them closes them.

    Raises:
        HTTPException: 400 where there are none or the form is broken, 413 where they are too many or too large.
    """
    try:
        form = await _bounded(request, REQUEST_BYTES).form(max_files=FILES)
    except ClientDisconnect:
        raise HTTPException(400, "The upload broke off: send it again.") from None
    except BadForm as error:
        if str(error.detail).startswith("Too many files"):
            raise HTTPException(413, f"At most {FILES} files are taken at once: send them in parts.") from None
        if error.status_code != 400:
            raise
        raise HTTPException(400, "The upload cannot be read: send it again.") from None
    found = []
    for field, value in form.multi_items():
        if isinstance(value, UploadFile):
            if field == "files":
                found.append(value)
            else:
                await value.close()
    if not found:
        raise HTTPException(400, "There are no files in the upload: choose some.")
    return found


async def asked(model: type[Asked], request: Request, most: int) -> Asked:
    """The request's JSON as a `model`.

    Raises:
        HTTPException: 413 where it has more than `most` bytes, 422 where it is no such thing.
    """
    try:
        return model.model_validate_json(await _bounded(request, most).body())
    except ClientDisconnect:
        raise HTTPException(400, "The request broke off: send it again.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "request"
        raise HTTPException(422, f"The {place} cannot be used ({first['msg']}).") from None


def _bounded(request: Request, most: int) -> Request:
    """The request, reading which ends in an error where its body has more than `most` bytes."""
    too_large = HTTPException(413, f"At most {most:,} bytes are taken at once: send less.")
    if int(request.headers.get("Content-Length", 0)) > most:
        raise too_large
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise too_large
        return message

    return Request(request.scope, receive)
