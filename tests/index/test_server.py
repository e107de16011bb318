"""With a Chroma server, search by meaning takes place there and finds the same; without it, nothing is lost."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from click.testing import CliRunner

from qa.cli import main
from qa.errors import ServerUnusable, SettingsError
from qa.index import chroma as chroma_module
from qa.index import server as server_module
from qa.index import sync as sync_module
from qa.index.chroma import ChromaServer, Missing, collection_name, is_address
from qa.index.index import Index
from qa.index.server import AWAY, SEAL
from qa.settings import Settings
from qa.types import Filters, Progress
from tests.chroma import Chroma
from tests.conftest import Corpus, WordCounts, article

NONE = Filters()
NOWHERE = "http://127.0.0.1:9"
WORDS = "harbour bridge ferry mill flood market school tram clinic bakery".split()
FILES = {
    f"{one}-{other}.md": article(f"News of the {one}", f"The {one} was closed on Sunday, and so was the {other}.")
    for one in WORDS
    for other in WORDS[:3]
}
QUESTIONS = ["the bridge was closed", "is the ferry running", "a flood took the mill", "tram"]
Opened = Callable[..., Index]


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    server = Chroma(tmp_path_factory.mktemp("chroma") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A collection for each test."""
    return f"test-{crc32(request.node.name.encode())}"


@pytest.fixture
def opened(tmp_path: Path, name: str) -> Iterator[Opened]:
    """Opens an index on this machine, "here" or another, with its vectors on a server; all are closed at the end."""
    with ExitStack() as stack:

        def open_(address: str, place: str = "here", **settings: object) -> Index:
            server = ChromaServer(address, Settings(**settings), name)  # type: ignore[arg-type]
            return stack.enter_context(closing(Index(tmp_path / place, WordCounts(), server)))

        yield open_


def asked(index: Index, question: str, limit: int = 12) -> list[tuple[str, float]]:
    return index.dense(WordCounts().encode([question])[0], limit, NONE)


def by_server(index: Index, question: str, limit: int = 12) -> list[tuple[str, float]] | None:
    """What the server says, without what stands in for it."""
    return index._vectors.search(WordCounts().encode([question])[0], limit)


def same(one: list[tuple[str, float]] | None, other: list[tuple[str, float]]) -> bool:
    """Whether both have the same scores, and the same passages for each score."""
    if one is None or len(one) != len(other):
        return False
    scores = [score for _, score in other]
    near = np.allclose([score for _, score in one], scores, atol=2e-3)
    # The last ones may be cut off within a tie.
    sure = [passage for passage, score in other if score > scores[-1] + 5e-3]
    return near and set(sure) <= {passage for passage, _ in one}


def synced(index: Index, root: Path) -> None:
    assert index.sync(root).unsent == ""
    assert index.check() == [] and index.trouble() == ""


def test_it_finds_what_the_folder_finds_through_changes_and_for_all_who_open_it(
    chroma: Chroma, opened: Opened, corpus: Corpus, tmp_path: Path, name: str
) -> None:
    root = corpus(FILES)
    with closing(Index(tmp_path / "alone", WordCounts())) as alone:
        alone.sync(root)
        index, reader = opened(chroma.address), opened(chroma.address)
        synced(index, root)
        sealed = chroma.collection(name)
        for question in QUESTIONS:
            assert same(by_server(index, question), asked(alone, question))
            assert same(by_server(reader, question), asked(alone, question))
            assert asked(index, question) == by_server(index, question)
        assert index.engine().endswith(f"{name} at {chroma.address}, which holds 30 vectors.")
        assert chroma.ask("POST", f"collections/{sealed['id']}/get", limit=1, include=["metadatas", "documents"])[  # type: ignore[index]
            "documents"
        ] == [None]

        (root / "tram-ferry.md").unlink()
        (root / "mill-ferry.md").write_text(article("News of the comet", "A comet stood over Basra for a week."))
        synced(index, root)
        alone.sync(root)
        assert chroma.collection(name)["id"] == sealed["id"]
        for question in [*QUESTIONS, "what stood over Basra"]:
            assert same(by_server(index, question), asked(alone, question))
            assert same(by_server(reader, question), asked(alone, question))
        hits = index.passages([asked(reader, "the comet over Basra")[0][0]])
        assert [a.id for _, a in hits.values()] == ["mill-ferry.md"]
        assert asked(index, "x", 0) == [] and len(asked(index, "tram", 99)) == 29


def test_filters_hold(chroma: Chroma, opened: Opened, corpus: Corpus) -> None:
    index = opened(chroma.address)
    synced(index, corpus({"a.md": FILES["mill-ferry.md"], "b.md": article("Mill", "The mill.", "2016-01-02", "Post")}))
    vector = WordCounts().encode(["the mill"])[0]
    found = index.passages([key for key, _ in index.dense(vector, 9, Filters(publishers=["post"]))])
    assert [a.id for _, a in found.values()] == ["b.md"]


def test_another_machine_with_the_same_articles_shares_the_collection(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str
) -> None:
    root = corpus(FILES)
    synced(opened(chroma.address), root)
    before = chroma.collection(name)
    other = opened(chroma.address, "there")
    synced(other, root)
    assert chroma.collection(name) == before
    assert same(by_server(other, "tram"), asked(other, "tram"))


def test_who_is_not_to_write_reads_what_is_the_same_and_else_compares_its_own(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LOOK_SECONDS", 0.0)
    root = corpus(FILES)
    writer, reader = opened(chroma.address), opened(chroma.address, "there", chroma_write=False)
    synced(writer, root)
    before = chroma.collection(name)
    reader.sync(root)
    assert by_server(reader, "tram") is not None
    apart = opened(NOWHERE, "elsewhere", chroma_write=False)
    assert [apart.sync(root).unsent for _ in range(2)] == ["", ""]
    (root / "comet.md").write_text(article("Comet", "A comet stood over Basra."), encoding="utf-8")
    assert reader.sync(root).unsent == "" and chroma.collection(name) == before
    assert by_server(reader, "comet") is None and "does not hold what it should" in reader.engine()
    hits = reader.passages([asked(reader, "the comet over Basra")[0][0]])
    assert [a.id for _, a in hits.values()] == ["comet.md"]
    synced(writer, root)
    assert by_server(reader, "comet") is not None


def test_a_reader_notices_that_another_machine_has_written(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LOOK_SECONDS", 0.0)
    root = corpus(FILES)
    one, other = opened(chroma.address), opened(chroma.address, "there")
    synced(one, root)
    synced(other, root)
    before = chroma.collection(name)["id"]
    assert by_server(one, "tram") is not None
    (root / "comet.md").write_text(article("Comet", "A comet stood over Basra."), encoding="utf-8")
    synced(other, root)
    assert chroma.collection(name)["id"] == before
    assert by_server(one, "tram") is None and len(asked(one, "tram", 99)) == 30
    assert by_server(other, "comet") is not None


Damage = Callable[[Chroma, str, dict[str, Any]], object]
DAMAGES: dict[str, Damage] = {
    "gone": lambda chroma, name, _: chroma.ask("DELETE", f"collections/{name}"),
    "one record less": lambda chroma, _, found: chroma.ask(
        "POST", f"collections/{found['id']}/delete", where_document=None, ids=first_id(chroma, found)
    ),
    "half written": lambda chroma, _, found: chroma.ask(
        "PUT", f"collections/{found['id']}", new_metadata={"dateline": 1, "seal": "", "writer": "x"}
    ),
    "of another archive": lambda chroma, _, found: chroma.ask(
        "PUT", f"collections/{found['id']}", new_metadata={"dateline": 1, "seal": "30-00", "writer": ""}
    ),
    "by another measure": lambda chroma, name, found: recreated(chroma, name, found, {"hnsw": {"space": "l2"}}, 64),
    "of other dimensions": lambda chroma, name, found: recreated(
        chroma, name, found, {"hnsw": {"space": "cosine"}}, 16
    ),
}


def first_id(chroma: Chroma, found: dict[str, Any]) -> list[str]:
    said = chroma.ask("POST", f"collections/{found['id']}/get", limit=1, include=[])
    ids: list[str] = said["ids"]  # type: ignore[index]
    return ids


def recreated(chroma: Chroma, name: str, found: dict[str, Any], configuration: object, dimensions: int) -> None:
    """A collection with the same seal and as many records, made otherwise."""
    chroma.ask("DELETE", f"collections/{name}")
    made = chroma.ask("POST", "collections", name=name, configuration=configuration, metadata=found["metadata"])
    ids = [f"{number:016x}" for number in range(30)]
    vectors = np.eye(30, dimensions, dtype=float) + 0.1
    chroma.ask("POST", f"collections/{made['id']}/add", ids=ids, embeddings=vectors.tolist())  # type: ignore[index]


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_collection_that_is_not_as_it_was_left_is_not_searched_and_made_anew(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str, kind: str
) -> None:
    root, index = corpus(FILES), opened(chroma.address)
    synced(index, root)
    before = asked(index, "the bridge")
    DAMAGES[kind](chroma, name, chroma.collection(name))
    again = opened(chroma.address)
    assert by_server(again, "the bridge") is None
    assert same(asked(again, "the bridge"), before)
    synced(again, root)
    assert same(by_server(again, "the bridge"), before)


def test_somebody_elses_collection_is_left_alone(chroma: Chroma, opened: Opened, corpus: Corpus, name: str) -> None:
    chroma.ask("POST", "collections", name=name, metadata={"owner": "somebody"})
    before, root = chroma.collection(name), corpus(FILES)
    index = opened(chroma.address)
    report = index.sync(root)
    assert (
        report.added == 30 and "was not made by Dateline" in report.unsent and "QA_CHROMA_COLLECTION" in report.unsent
    )
    assert len(asked(index, "the bridge", 99)) == 30 and index.trouble() == AWAY
    (root / "tram-ferry.md").unlink()
    assert index.sync(root).unsent and chroma.collection(name) == before
    with pytest.raises(ServerUnusable):
        index.engine()
    assert report.unsent == opened(chroma.address).sync(root).unsent


def test_a_server_that_is_killed_while_it_is_written_loses_nothing(
    tmp_path: Path, opened: Opened, corpus: Corpus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "VECTORS_AT_ONCE", 7)
    monkeypatch.setattr(chroma_module, "SYNC_TRIES", 2)
    server, root = Chroma(tmp_path / "chroma"), corpus(FILES)
    server.start()
    try:
        index = opened(server.address)

        def killing(progress: Progress) -> None:
            if progress.stage == "indexing" and progress.done in (7, 14):
                server.kill()

        report = index.sync(root, killing)
        assert report.added == 30 and report.unsent.startswith(
            f"The Chroma server {server.address} cannot be reached (ConnectError)"
        )
        assert index.trouble() == AWAY and len(asked(index, "the bridge", 99)) == 30
        server.start()
        assert by_server(opened(server.address), "the bridge") is None
        synced(index, root)
        assert len(by_server(index, "the bridge", 99) or []) == 30
        (root / "tram-ferry.md").unlink()
        server.kill()
        assert index.sync(root).unsent and len(asked(index, "the bridge", 99)) == 29
    finally:
        server.kill()


def test_what_a_server_was_not_told_is_found_without_it(
    chroma: Chroma, opened: Opened, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_module, "SYNC_TRIES", 1)
    root, index = corpus(FILES), opened(chroma.address)
    synced(index, root)
    away = opened(NOWHERE)
    assert "cannot be reached" in away.sync(root).unsent and by_server(index, "tram") is not None
    (root / "comet.md").write_text(article("Comet", "A comet stood over Basra."), encoding="utf-8")
    assert "cannot be reached" in away.sync(root).unsent
    hits = index.passages([asked(index, "the comet over Basra")[0][0]])
    assert [a.id for _, a in hits.values()] == ["comet.md"] and "run qa sync" in index.engine()
    synced(index, root)
    assert len(by_server(index, "the comet over Basra", 99) or []) == 31


def test_two_who_write_at_once_are_told_and_nobody_reads_meanwhile(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str
) -> None:
    root, index, other = corpus(FILES), opened(chroma.address), opened(chroma.address, "there")
    reader, seen = opened(chroma.address), list[object]()
    synced(index, root)

    def changed(comes: str, by: Callable[[], object]) -> str:
        """What a sync says that another machine disturbs in the midst of its writing."""
        (root / "comet.md").write_text(article("Comet", comes), encoding="utf-8")
        assert by_server(reader, "tram") is not None
        seen.clear()

        def meanwhile(progress: Progress) -> None:
            writing = chroma.collection(name)["metadata"]
            if isinstance(writing, dict) and writing["writer"] and not seen:
                seen.extend([by_server(reader, "tram"), by()])

        return index.sync(root, meanwhile).unsent

    assert changed("A comet stood over Basra.", lambda: None) == "" and seen == [None, None]
    taken = {"dateline": 1, "seal": "", "writer": "another"}
    steps: list[Callable[[], object]] = [
        lambda: other.sync(root).unsent,
        lambda: chroma.ask("PUT", f"collections/{chroma.collection(name)['id']}", new_metadata=taken),
    ]
    for number, step in enumerate(steps):
        assert "that another machine writes" in changed(f"A comet stood over Basra for {number} days.", step)
        assert len(seen) == 2 and by_server(index, "comet") is None
        synced(index, root)
        assert by_server(index, "comet") is not None


def test_nothing_is_made_of_what_a_server_says_of_a_collection(
    chroma: Chroma, opened: Opened, corpus: Corpus, name: str
) -> None:
    """Chroma's own collections make it, though told of no embedding function: that is what the first half shows."""
    from chromadb.api.models.Collection import Collection
    from chromadb.utils.embedding_functions import known_embedding_functions

    built: list[object] = []

    class Trap:
        @staticmethod
        def build_from_config(config: object) -> object:
            built.append(config)
            raise RuntimeError

    root, index = corpus(FILES), opened(chroma.address)
    synced(index, root)
    makes = {"type": "known", "name": "trap", "config": {"run": "anything"}}
    configuration = {"hnsw": {"space": "cosine"}, "embedding_function": makes}
    recreated(chroma, name, chroma.collection(name), configuration, 64)
    known_embedding_functions["trap"] = Trap  # type: ignore[assignment]
    try:
        with closing(ChromaServer(chroma.address, Settings(), name)) as server:
            api = server._client(True)
            with pytest.warns(UserWarning, match="reconstruct"):
                Collection(api, api.get_collection(name), None).upsert(ids=["0" * 16], embeddings=[[0.5] * 64])
        assert built and built[0] == {"run": "anything"}
        built.clear()
        again = opened(chroma.address)
        assert by_server(again, "the bridge") is None and len(asked(again, "the bridge", 99)) == 30
        synced(again, root)
        assert by_server(again, "the bridge") is not None
        assert built == [] and again.engine()
    finally:
        del known_embedding_functions["trap"]


@dataclass
class Fake:
    """A server that gives each request the next of its replies, the last one for ever, and keeps what came."""

    address: str = ""
    replies: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    came: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def fake(*replies: tuple[int, dict[str, str], str]) -> Iterator[Fake]:
    found = Fake(replies=list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.came.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
            status, headers, body = found.replies.pop(0) if len(found.replies) > 1 else found.replies[0]
            self.send_response(status)
            for key, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


NO_COLLECTION = (404, {}, json.dumps({"error": "NotFoundError", "message": "no"}))


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ((401, {}, "secret-token is wrong"), "does not let this machine in (401): set QA_CHROMA_TOKEN"),
        ((403, {}, "{}"), "does not let this machine in (403): set QA_CHROMA_TOKEN"),
        ((200, {}, "<html>\x1b[31mWelcome</html>"), "does not answer as one does (JSONDecodeError)"),
        ((200, {}, "[]"), "does not answer as one does"),
        ((302, {"Location": "{elsewhere}"}, ""), "does not answer as one does"),
        ((500, {}, json.dumps({"error": "InternalError", "message": "\x1b[31m"})), "(it answers InternalError)"),
    ],
)
def test_what_a_server_refuses_or_says_amiss_is_one_sentence_and_the_articles_are_asked(
    opened: Opened, corpus: Corpus, reply: tuple[int, dict[str, str], str], told: str
) -> None:
    with fake(NO_COLLECTION) as elsewhere:
        headers = {key: value.format(elsewhere=elsewhere.address) for key, value in reply[1].items()}
        with fake((reply[0], headers, reply[2])) as server:
            index = opened(server.address, chroma_token="secret-token")  # noqa: S106
            report = index.sync(corpus(FILES))
            assert report.added == 30 and told in report.unsent
            assert report.unsent.count(". ") == 1 and report.unsent.isprintable() and "secret" not in report.unsent
            assert len(asked(index, "the bridge", 99)) == 30 and index.trouble() == AWAY
            assert {headers["x-chroma-token"] for _, headers in server.came} == {"secret-token"}
            assert all("/tenants/default_tenant/databases/default_database/" in path for path, _ in server.came)
        assert elsewhere.came == []


def test_a_busy_server_is_asked_again_and_the_token_goes_where_it_is_told_to() -> None:
    told = {"chroma_token": "t", "chroma_token_header": "authorization"}
    settings = Settings(**told, chroma_tenant="ours", chroma_database="dbx")  # type: ignore[arg-type]
    busy = (503, {}, "")
    with fake(busy, NO_COLLECTION) as server, closing(of := ChromaServer(server.address, settings, "abc")):
        with pytest.raises(Missing):
            of.ask(False, "get_collection", name="abc")
        assert [headers["authorization"] for _, headers in server.came] == ["Bearer t"] * 2
        assert server.came[0][0] == "/api/v2/tenants/ours/databases/dbx/collections/abc" and not of.away
    with fake(busy) as server, closing(of := ChromaServer(f"{server.address}/below/", settings, "abc")):
        with pytest.raises(ServerUnusable, match=r"^The Chroma server http://\S+/below cannot be reached \(503\): "):
            of.ask(False, "get_collection", name="abc")
        assert len(server.came) == chroma_module.QUESTION_TRIES and of.away
        assert server.came[0][0].startswith("/below/api/v2/")


def test_a_server_that_never_answers_is_waited_for_so_long_and_then_not_asked(opened: Opened, corpus: Corpus) -> None:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # takes connections, answers none
    with closing(listening.socket):
        index = opened(f"http://127.0.0.1:{listening.server_port}", chroma_timeout=0.1)
        assert "cannot be reached (ReadTimeout)" in index.sync(corpus(FILES)).unsent
        index._store.set_meta(SEAL, index._store.seal())
        assert by_server(index, "the bridge") is None and len(asked(index, "the bridge", 99)) == 30


def test_the_environment_of_chromas_own_client_is_not_read(
    opened: Opened, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("CHROMA_PRODUCT_TELEMETRY_IMPL=nowhere.Telemetry\n", encoding="utf-8")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "elsewhere.example")
    monkeypatch.setenv("CHROMA_SERVER_HEADERS", '{"x-secret": "told"}')
    monkeypatch.setenv("CHROMA_SERVER_API_DEFAULT_PATH", "/api/v1")
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    with fake(NO_COLLECTION) as server, closing(of := ChromaServer(server.address, Settings(), "abc")):
        with pytest.raises(Missing):
            of.ask(False, "get_collection", name="abc")
        assert "x-secret" not in server.came[0][1] and server.came[0][0].startswith("/api/v2/")


@pytest.mark.parametrize(
    ("address", "settings", "told"),
    [
        ("http://", {}, "is no address"),
        ("http://a:b", {}, "is no address"),
        ("http://a:99999", {}, "is no address"),
        ("http://a/?token=x", {}, "is no address"),
        ("https://user:hidden@a", {}, "holds a name or password"),
        ("http://news.example:8000", {"chroma_token": "hidden"}, "would be sent to news.example unencrypted"),
        ("http://127.0.0.1:8000", {"chroma_token": "hidden\n"}, "QA_CHROMA_TOKEN cannot be used"),
        ("http://127.0.0.1:8000", {"chroma_collection": "../other"}, "QA_CHROMA_COLLECTION cannot be used"),
        ("http://127.0.0.1:8000", {"chroma_tenant": "a/b"}, "QA_CHROMA_TENANT cannot be used"),
        ("https://a", {"chroma_certificates": "/nowhere.pem"}, "mend QA_CHROMA_CERTIFICATES"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_sent(
    address: str, settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError) as error:
        ChromaServer(address, Settings(**settings), "abc")  # type: ignore[arg-type]
    assert told in str(error.value) and "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("https://news.example", {"chroma_token": "t"}),
        ("http://localhost:8000", {"chroma_token": "t"}),
        ("http://[::1]:8000", {"chroma_token": "t"}),
        ("http://news.example", {"chroma_token": "t", "chroma_token_in_clear": True}),
        ("http://news.example", {}),
    ],
)
def test_a_token_is_sent_encrypted_or_to_this_machine(address: str, settings: dict[str, object]) -> None:
    server = ChromaServer(address, Settings(**settings), "abc")  # type: ignore[arg-type]
    assert server.address == address and server.most is None and "'t'" not in repr(vars(server)["_settings"])


def test_names_and_places() -> None:
    assert collection_name("رمادي news-12ab") == "dateline-------news-12ab"
    assert len(collection_name("x" * 300)) == 128 and collection_name("x" * 300).startswith("x")
    assert is_address("HTTPS://a") and not is_address("http:/a") and not is_address(Path("http://a"))
    assert not is_address(None) and not is_address("index")
    assert ChromaServer("https://api.trychroma.com", Settings(), "abc").most == 300


def test_at_the_command_line_it_is_told_and_the_answer_is_given(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma_module, "SYNC_TRIES", 1)
    monkeypatch.setenv("QA_CHROMA_FOLDER", str(tmp_path / "local"))
    root = corpus({"a.md": article("Bridge", "The bridge at Basra was closed on Sunday by the mayor.")})
    places = ["--corpus", str(root), "--index", NOWHERE]
    done = CliRunner().invoke(main, ["sync", *places])
    sentence = f"The Chroma server {NOWHERE} cannot be reached (ConnectError): see that it runs."
    assert done.exit_code == 1 and done.stdout.startswith("1 added") and sentence in done.stderr
    asked_ = CliRunner().invoke(main, ["ask", "When was the bridge at Basra closed?", "--json", *places])
    row = json.loads(asked_.stdout)
    assert asked_.exit_code == 0 and row["short"] == "Sunday 17 May 2015" and row["warnings"] == [AWAY]
    assert (tmp_path / "local" / "store.sqlite").exists()
    mending = CliRunner().invoke(main, ["doctor", *places])
    assert mending.exit_code == 1 and f"MEND  meaning  {sentence}" in mending.stdout
    wrong = CliRunner().invoke(main, ["sync", "--corpus", str(root), "--index", "http://a:b"])
    assert (
        wrong.exit_code == 1
        and wrong.stderr == "Error: The index 'http://a:b' is no address such as http://127.0.0.1:8000.\n"
    )
