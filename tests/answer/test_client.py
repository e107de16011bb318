"""The model's client, against a real server on this machine that fails in every way a server can."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from evals.scripted import Reply, Request, Server, serving, words
from qa.answer.writing import Writer
from qa.errors import WritingError
from qa.settings import OPENAI_MODEL, Settings
from qa.types import Usage

ASKED = [{"role": "user", "content": "When did Ramadi fall?"}]
TEXT = "Ramadi fell on 17 May 2015 [1]."


@contextmanager
def writer(server: Server, **settings: object) -> Iterator[Writer]:
    known = {"openai_base_url": server.url, "openai_api_key": "sk-secret", "retries": 0, "timeout": 5.0} | settings
    found = Writer(Settings(**known))  # type: ignore[arg-type]
    try:
        yield found
    finally:
        found.close()


def reply(made: Reply) -> Callable[[Request], Reply]:
    return lambda _: made


def test_the_words_come_as_they_are_written_with_what_they_cost() -> None:
    used: list[Usage] = []
    with serving(reply(Reply(words(TEXT), wait=0.02))) as server, writer(server, price_in=2.0, price_out=10.0) as model:
        pieces = model.write(ASKED, used=used)
        first = next(pieces)
        assert first == TEXT[:4] and "".join([first, *pieces]) == TEXT
    assert used == [Usage(100, 20, (100 * 2 + 20 * 10) / 1e6)]
    (request,) = server.requests
    assert (request["model"], request["stream"], request["temperature"]) == ("first", True, 0.0)
    assert (request["max_tokens"], request["messages"], request["key"]) == (800, ASKED, "Bearer sk-secret")


FAULTS = {
    "401": (Reply(status=401), "does not take the key: set OPENAI_API_KEY"),
    "403": (Reply(status=403), "does not take the key"),
    "404": (Reply(status=404), "does not know the model 'first': set QA_MODEL"),
    "429": (Reply(status=429), "takes no more requests now"),
    "400": (Reply(status=400), "failed (400)"),
    "500": (Reply(status=500), "failed (500)"),
    "503": (Reply(status=503, body=b"<html>busy</html>"), "failed (503)"),
    "cut": (Reply(words(TEXT), ended=None), "broke off in the middle"),
    "empty": (Reply([]), "sent nothing"),
    "blank": (Reply(["", ""]), "sent nothing"),
    "too long": (Reply(words(TEXT), ended="length"), "did not come to an end"),
    "refusal": (Reply(["I"], ended="content_filter"), "refused to answer"),
    "no JSON": (Reply(body=b"data: {oh no}\n\n", headers={"Content-Type": "text/event-stream"}), "cannot be read"),
    "a page": (Reply(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"}), "sent nothing"),
    "an error in the stream": (
        Reply(body=b'data: {"error": {"message": "sk-secret"}}\n\n', headers={"Content-Type": "text/event-stream"}),
        "cannot be read",
    ),
}


@pytest.mark.parametrize(("made", "said"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_one_sentence_without_what_the_server_said(made: Reply, said: str) -> None:
    with serving(reply(made)) as server, writer(server) as model, pytest.raises(WritingError) as error:
        list(model.write(ASKED))
    told = str(error.value)
    assert said in told and told.count(".") - told.count("127.0.0.1") * 3 == 1 and told.endswith(".")
    assert "sk-secret" not in told and "127.0.0.1" in told


def test_an_endless_reply_is_ended() -> None:
    with serving(reply(Reply(["no end "] * 10_000))) as server, writer(server, answer_tokens=16) as model:
        with pytest.raises(WritingError, match="did not come to an end"):
            list(model.write(ASKED))
        deadline = time.time() + 5
        while not server.broken_off and time.time() < deadline:
            time.sleep(0.01)
    assert server.broken_off == 1


def test_a_slow_server_is_waited_for_no_longer_than_set() -> None:
    started = time.perf_counter()
    with serving(reply(Reply(words(TEXT), wait=0.3))) as server, writer(server, timeout=0.5) as model:
        with pytest.raises(WritingError, match="did not finish within 0.5 seconds"):
            list(model.write(ASKED))
        with pytest.raises(WritingError, match="did not finish within 0.2 seconds"):
            list(model.write(ASKED, seconds=0.2))
        with pytest.raises(WritingError, match="within 0.5 seconds"):
            list(model.write(ASKED, seconds=60))
    assert time.perf_counter() - started < 5


def test_no_server_and_a_server_that_never_speaks() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with writer(server) as model, pytest.raises(WritingError, match="cannot be reached: start its server"):
            list(model.write(ASKED))
        taken.listen()
        with writer(server, timeout=0.5) as model, pytest.raises(WritingError, match="did not|in time"):
            list(model.write(ASKED))


def test_a_busy_server_is_asked_again() -> None:
    replies = [Reply(status=429, headers={"Retry-After": "0.01"}), Reply(status=500), Reply(words(TEXT))]
    with serving(lambda _: replies.pop(0)) as server, writer(server, retries=2) as model:
        assert "".join(model.write(ASKED)) == TEXT
    assert len(server.requests) == 3


def test_a_long_wait_that_a_server_asks_for_ends_with_the_time_set() -> None:
    made = Reply(status=429, headers={"Retry-After": "60"})
    with serving(reply(made)) as server, writer(server, retries=2, timeout=0.5) as model:
        with pytest.raises(WritingError, match="did not finish within 0.5 seconds"):
            list(model.write(ASKED))


def test_who_reads_no_further_ends_the_request() -> None:
    with serving(reply(Reply(["word "] * 1000, wait=0.01))) as server, writer(server) as model:
        pieces = model.write(ASKED)
        next(pieces)
        pieces.close()
        deadline = time.time() + 5
        while not server.broken_off and time.time() < deadline:
            time.sleep(0.01)
        assert server.broken_off == 1


def test_closing_ends_what_is_under_way() -> None:
    told: list[str] = []
    with serving(reply(Reply(["word "] * 1000, wait=0.01))) as server, writer(server) as model:
        pieces = model.write(ASKED)
        next(pieces)

        def read() -> None:
            try:
                list(pieces)
            except WritingError as error:
                told.append(str(error))

        reader = threading.Thread(target=read)
        reader.start()
        model.close()
        reader.join(5)
    assert told == ["The answer was stopped."]


def test_what_a_server_does_not_take_is_left_out() -> None:
    def script(request: Request) -> Reply:
        for name in ("temperature", "max_tokens"):
            if name in request:
                return Reply(status=400, body=f'{{"error": {{"message": "Unsupported: {name}"}}}}'.encode())
        return Reply(words(TEXT))

    with serving(script) as server, writer(server) as model:
        assert "".join(model.write(ASKED)) == TEXT
        assert "".join(model.write(ASKED)) == TEXT
    assert len(server.requests) == 4  # remembered the second time


def test_the_model_is_the_named_one_else_the_first_listed() -> None:
    with serving(reply(Reply(words(TEXT)))) as server, writer(server, model="mine") as model:
        list(model.write(ASKED))
    assert server.requests[0]["model"] == "mine"
    assert Settings(openai_api_key="sk").writes and not Settings().writes  # type: ignore[arg-type]
    assert not Settings(openai_api_key="sk", write=False).writes  # type: ignore[arg-type]
    assert OPENAI_MODEL and Writer(Settings(openai_api_key="sk")).host == "api.openai.com"  # type: ignore[arg-type]
    secret = Settings(openai_base_url="http://user:pass@127.0.0.1:1/v1")  # type: ignore[arg-type]
    assert Writer(secret).host == "127.0.0.1:1"


def test_several_at_once_are_not_mixed_up() -> None:
    def script(request: Request) -> Reply:
        return Reply(words(f"You asked {request['messages'][0]['content']}."), wait=0.002)

    said: dict[int, str] = {}
    with serving(script) as server, writer(server) as model:

        def ask(number: int) -> None:
            said[number] = "".join(model.write([{"role": "user", "content": f"question {number}"}]))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said == {number: f"You asked question {number}." for number in range(20)}
