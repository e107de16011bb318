"""Names that would lead elsewhere: nothing outside the archive is read, written, or told to be there.

CVE-2023-51449 and CVE-2026-28414 (Gradio), CVE-2025-53110 (a file server of the Model Context Protocol) and AnythingLLM's
issue 257 each let a name of this kind through.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.archive import Archive
from qa.ingest.adding import save
from qa.ingest.files import sources
from qa.ingest.metadata import read_metadata
from qa.ingest.readers import read
from qa.keeping.conversations import Conversations
from qa.settings import Settings
from qa.types import Article
from qa.web.adding import adding_router
from qa.web.routes import router
from qa.web.texts import languages
from tests.conftest import ROOT, Corpus
from tests.ingest.test_adding import tree

SECRET = "It is known to nobody: the vault of Arn opens on Friday."  # noqa: S105
TARGETS = ("secret.txt", "secret.md")
UPWARD = (
    *(
        "../{0}",
        "../../{0}",
        "../../../../../../{0}",
        "..\\{0}",
        "..\\..\\{0}",
        "..//{0}",
        "./../{0}",
        "a/../../{0}",
        "a/b/../../../{0}",
    ),
    *(
        "....//{0}",
        "..../{0}",
        "..;/{0}",
        ".. /{0}",
        "..\u2215{0}",
        "..\uff0f{0}",
        "\uff0e\uff0e/{0}",
        "..%2f{0}",
        "%2e%2e/{0}",
        "%2e%2e%2f{0}",
    ),
    *("..%252f{0}", "%c0%ae%c0%ae/{0}", "..\0/{0}", "../{0}\0.txt", "../{0}%00.txt", "added/../../{0}"),
)
NAMES = [form.format(target) for form in UPWARD for target in TARGETS]
ABSOLUTE = [
    "{root}/secret.txt",
    "//{root}/secret.txt",
    "file://{root}/secret.txt",
    "\\\\?\\{root}\\secret.txt",
    "C:{root}/secret.txt",
]


@pytest.fixture
def folder(corpus: Corpus, tmp_path: Path) -> Path:
    """A corpus, and secrets beside it, above it, and where its index is."""
    for place in (tmp_path, tmp_path.parent):
        for name in TARGETS:
            (place / name).write_text(SECRET, encoding="utf-8")
    return corpus({"a.txt": "The bridge of Kelm was closed on Sunday."})


def names(tmp_path: Path) -> list[str]:
    return [*NAMES, *(name.format(root=tmp_path) for name in ABSOLUTE)]


def test_there_are_fifty(tmp_path: Path) -> None:
    assert len(set(names(tmp_path))) >= 50


def test_saved(folder: Path, tmp_path: Path) -> None:
    outside = {name: content for name, content in tree(tmp_path).items() if not name.startswith("articles/")}
    written = 0
    for name in names(tmp_path):
        try:
            saved = save(folder, name, b"It was put here.")
        except ValueError as error:
            assert str(error).endswith(".")
            continue
        written += 1
        assert (folder / saved.id).resolve().is_relative_to(folder.resolve() / "added")
    assert written > 40
    assert {name: content for name, content in tree(tmp_path).items() if not name.startswith("articles/")} == outside


def test_in_metadata_nothing_is_looked_for_outside(folder: Path, tmp_path: Path) -> None:
    rows = [name for name in names(tmp_path) if "\0" not in name]
    quoted = "\n".join('"' + name.replace('"', '""') + '",Taken' for name in rows)
    (folder / "metadata.csv").write_text(f"file,title\n{quoted}\n", encoding="utf-8")
    found, refused = read_metadata(folder)
    assert found == {} and len(refused) == len(rows)
    assert all(item.reason.startswith("There is no file") and SECRET not in item.reason for item in refused)


def test_in_ids_of_rows_and_file_names(folder: Path, tmp_path: Path) -> None:
    rows = [json.dumps({"id": name, "text": f"Row {n} was told on Monday."}) for n, name in enumerate(names(tmp_path))]
    (folder / "rows.jsonl").write_text("\n".join(rows), encoding="utf-8")
    for name in names(tmp_path):
        if "/" not in name and "\0" not in name:
            (folder / name.lstrip(".")).write_text("It stands in the corpus.", encoding="utf-8")
    found = [item for source in sources(folder) for item in read(source, {})]
    texts = {item.id: item.text for item in found if isinstance(item, Article)}
    assert len(texts) > 50 and not any(SECRET in text for text in texts.values())


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    conversations = Conversations(tmp_path / "conversations.sqlite")
    yield conversations
    conversations.close()


def test_through_the_page(folder: Path, tmp_path: Path, kept: Conversations) -> None:
    app = FastAPI()
    with Archive(folder, tmp_path / "index") as archive:
        archive.sync()
        app.include_router(router(archive, kept, languages(), free=False))
        app.include_router(adding_router(archive, Settings()))

        @app.middleware("http")
        async def owned(request, call_next):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            request.state.owner = "reader"
            return await call_next(request)

        client = TestClient(app)
        outside = {name: content for name, content in tree(tmp_path).items() if name in TARGETS}
        for name in names(tmp_path):
            part = quote(name, safe="")
            for path in (
                f"/api/source?article={part}",
                f"/api/source?article=a.txt%23{part}",
                f"/api/preview?article={part}&start=0&end=5",
                f"/api/conversations/{part}/export?form=markdown",
                f"/api/answer/{part}?form=json",
                f"/api/answer/x?form={part}",
                f"/api/search?q=a&outlet={part}",
            ):
                response = client.get(path)
                assert response.status_code in (200, 404, 422) and SECRET not in response.text, path
            for method, path in (("DELETE", f"/api/conversations/{part}"), ("POST", f"/api/answer/{part}/vote")):
                assert client.request(method, path, json={"vote": 1}).status_code in (404, 405, 422)
        sent = [("files", (name, "It was sent here.")) for name in names(tmp_path)]
        told = [json.loads(line) for line in client.post("/api/add/files", files=sent).text.splitlines()]
        saved = [line["id"] for line in told if line["kind"] == "saved"]
        assert len(saved) > 40 and all((folder / name).resolve().is_relative_to(folder / "added") for name in saved)
        assert {name: content for name, content in tree(tmp_path).items() if name in TARGETS} == outside
        assert not any(SECRET in article.text for article in archive.articles(1_000))


FORBIDDEN = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "torch",
    "multiprocessing",
}


def test_nothing_is_unpickled() -> None:
    """What is pickled runs as a program when it is read: models, settings, indexes and messages are none of it."""
    seen = 0
    for path in [*(ROOT / "qa").rglob("*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names_ = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names_ = [node.module or ""] if isinstance(node, ast.ImportFrom) else names_
            assert not {name.split(".")[0] for name in names_} & FORBIDDEN, path
            seen += len(names_)
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml":
                assert node.attr not in ("unsafe_load", "full_load", "UnsafeLoader", "FullLoader", "Loader"), path
    assert seen > 300
    assert not [path for path in (ROOT / "qa").rglob("*") if path.suffix in (".pkl", ".pickle", ".pt", ".pth", ".bin")]
