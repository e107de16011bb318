"""A model's server that says what a script tells it to: real HTTP on this machine, spoken by the real client."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

Request = dict[str, Any]


@dataclass
class Reply:
    """What the server answers to one request."""

    pieces: Sequence[str] = ()
    status: int = 200
    ended: str | None = "stop"
    """None: the stream breaks off."""
    wait: float = 0.0
    """Seconds before the first piece and between pieces."""
    body: bytes | None = None
    """Sent as it is, in place of a stream."""
    headers: dict[str, str] = field(default_factory=dict)
    usage: tuple[int, int] | None = (100, 20)


Script = Callable[[Request], Reply]


@dataclass
class Server:
    """The address, and what was asked of it."""

    url: str
    requests: list[Request] = field(default_factory=list)
    broken_off: int = 0
    """Replies that the client did not read to their end."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: ClassVar[Script]
    seen: ClassVar[Server]

    def do_GET(self) -> None:
        self._whole(200, json.dumps({"object": "list", "data": [{"id": "first", "object": "model"}]}).encode())

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.requests.append(request | {"key": self.headers["Authorization"]})
        reply = type(self).script(request)
        if reply.status != 200 or reply.body is not None:
            time.sleep(reply.wait)
            self._whole(reply.status, reply.body or b'{"error": {"message": "sk-secret is wrong"}}', reply.headers)
            return
        try:
            self._stream(reply)
        except OSError:
            self.seen.broken_off += 1
        self.close_connection = True

    def _whole(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for piece in reply.pieces:
            time.sleep(reply.wait)
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        if reply.ended is None:
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.ended}]})
        if reply.usage:
            read, written = reply.usage
            usage = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
            self._event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, more: dict[str, Any]) -> None:
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "first", **more}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """A server on a free port of this machine, ended with the block."""
    found = Server("")
    handler = type("Handler", (_Handler,), {"script": staticmethod(script), "seen": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def words(text: str) -> list[str]:
    """`text` in pieces of some characters, as a model streams it."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def passages(request: Request) -> dict[int, str]:
    """The passages of a request by number, each on one line without the bars."""
    found: dict[int, str] = {}
    number = 0
    for line in request["messages"][-1]["content"].splitlines():
        if line.startswith("<<") and " passage " in line:
            number = int(line.removesuffix(">>").rpartition(" ")[2])
            found[number] = ""
        elif line.startswith("| ") and number:
            found[number] += line[2:] + " "
    return found
