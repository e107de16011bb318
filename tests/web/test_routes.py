"""What the page's script asks for: each reader's own, in every form, and one sentence where something is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

import qa
from qa.archive import Archive
from qa.keeping.conversations import Conversations, Kept
from qa.settings import ANSWER_FROM, Settings
from qa.types import Filters
from qa.web.access import Access
from qa.web.routes import router
from qa.web.texts import languages
from tests.browser.conftest import ARTICLES, QUESTION, QUOTE

WORDS = languages()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("news")
    (folder / "news").mkdir()
    for name, text in ARTICLES.items():
        (folder / "news" / name).write_text(text, encoding="utf-8")
    with qa.open(folder / "news", folder / "index") as found:
        yield found


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    found = Conversations(tmp_path / "conversations.sqlite")
    yield found
    found.close()


def client(archive: Archive, kept: Conversations, free: bool = True) -> TestClient:
    app = FastAPI()
    app.include_router(router(archive, kept, WORDS, free))
    return TestClient(Access(app, b"secret" * 6), raise_server_exceptions=True)


@pytest.fixture
def reader(archive: Archive, kept: Conversations) -> TestClient:
    return client(archive, kept)


def turn(reader: TestClient, archive: Archive, kept: Conversations) -> Kept:
    """A question of this reader, answered and kept."""
    owners: list[str] = []
    app = FastAPI()

    @app.get("/who")
    def who(request: Request) -> None:
        owners.append(request.state.owner)

    reader.get("/api/conversations")  # gives the cookie
    TestClient(Access(app, b"secret" * 6), cookies=dict(reader.cookies)).get("/who")
    return kept.add(owners[0], None, QUESTION, archive.ask(QUESTION), Filters(), True, archive.revision())


def test_a_source_is_given_with_its_quotes_and_what_is_wrong_is_said(reader: TestClient) -> None:
    start = ARTICLES["bridge.md"].split("---\n", 2)[2].index(QUOTE)
    shown = reader.get("/api/source", params={"article": "bridge.md", "span": f"{start}:{start + len(QUOTE)}:"}).text
    assert f"<mark id=quote class=active>{QUOTE[:20]}" in shown
    assert "no longer in the archive" in reader.get("/api/source", params={"article": "none"}).text
    assert "link is broken" in reader.get("/api/source", params={"article": "bridge.md", "span": "x"}).text
    arabic = reader.get("/api/source", params={"article": "none", "language": "ar"}).text
    assert WORDS["ar"]("article_gone") in arabic
    assert reader.get("/api/source").status_code == 422


@pytest.mark.parametrize("place", [(0, 0), (5, 3), (-1, 4), (0, 10**9)])
def test_a_preview_of_nothing_says_so(reader: TestClient, place: tuple[int, int]) -> None:
    shown = reader.get("/api/preview", params={"article": "bridge.md", "start": place[0], "end": place[1]}).text
    assert "no longer in the archive" in shown


@pytest.mark.parametrize("query", ['NOT OR AND " *', "((((", "\x00", "a" * 4000, "“”", "-- ; DROP TABLE"])
def test_no_search_is_an_error(reader: TestClient, query: str) -> None:
    assert reader.get("/api/search", params={"q": query}).status_code == 200
    assert reader.get("/api/search").text == ""
    assert reader.get("/api/search", params={"q": "a" * 4001}).status_code == 422


def test_each_reader_has_their_own_conversations(reader: TestClient, archive: Archive, kept: Conversations) -> None:
    own, other = turn(reader, archive, kept), client(archive, kept)
    assert QUESTION in reader.get("/api/conversations").text
    assert QUESTION not in other.get("/api/conversations").text
    path = f"/api/conversations/{own.conversation}"
    for answer in (
        other.post(path, json={"title": "mine"}),
        other.delete(path),
        other.get(f"{path}/export"),
        other.post(f"/api/answer/{own.id}/vote", json={"vote": 1}),
    ):
        assert answer.status_code == 404
    assert reader.post(path, json={"title": "bridge"}).status_code == 204
    assert ">bridge</a>" in reader.get("/api/conversations", params={"words": "collapse"}).text
    assert "No conversation" in reader.get("/api/conversations", params={"words": "zebra"}).text
    assert reader.post(f"/api/answer/{own.id}/vote", json={"vote": 2}).status_code == 422
    assert reader.post(f"/api/answer/{own.id}/vote", json={"vote": -1, "comment": "Monday"}).status_code == 204
    assert [(found.vote, found.comment) for found in kept.voted()] == [(-1, "Monday")]
    assert reader.delete(path).status_code == 204 and reader.get(f"{path}/export").status_code == 404


@pytest.mark.parametrize(
    ("form", "kind", "told"),
    [
        ("markdown", "text/markdown", QUOTE),
        ("text", "text/plain", "Sunday 17 May 2015"),
        ("json", "application/json", "bridge.md"),
        ("csl", "application/vnd.citationstyles.csl+json", "article-newspaper"),
        ("bibtex", "application/x-bibtex", "Harbour Wire"),
    ],
)
def test_answers_are_given_in_every_form(
    reader: TestClient, archive: Archive, kept: Conversations, form: str, kind: str, told: str
) -> None:
    own = turn(reader, archive, kept)
    for path in (f"/api/answer/{own.id}", f"/api/conversations/{own.conversation}/export"):
        answer = reader.get(path, params={"form": form})
        assert answer.headers["content-type"].startswith(kind) and told in answer.text
        assert answer.headers["content-disposition"].startswith('attachment; filename="dateline-')
        if "json" in kind:
            json.loads(answer.text)
    assert reader.post(f"/api/answer/{own.id}/vote", json={"vote": -1, "comment": "secret"}).status_code == 204
    linked = client(archive, kept).get(f"/api/answer/{own.id}", params={"form": form})
    assert linked.status_code == 200 and told in linked.text  # who has the link may read it
    assert "secret" not in linked.text and own.conversation not in linked.text
    assert reader.get("/api/answer/none").status_code == 404
    assert reader.get(f"/api/answer/{own.id}", params={"form": "exe"}).status_code == 422


def test_settings_are_changed_where_they_may_be_and_written_to_the_file(
    archive: Archive, kept: Conversations, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config" / "settings.toml"
    monkeypatch.setattr("qa.settings.FILE", file)
    before = archive.settings
    changed = {"write": False, "model": "m", "openai_api_key": "sk-1", "quotes": 1, "answer_from": 0.9}
    locked = client(archive, kept, free=False)
    assert locked.post("/api/settings", json=changed).status_code == 403
    assert "disabled" in locked.get("/api/settings").text
    reader = client(archive, kept)
    try:
        assert reader.post("/api/settings", json=changed).text == WORDS["en"]("settings_saved")
        assert archive.settings.quotes == 1 and archive.settings.openai_api_key.get_secret_value() == "sk-1"
        assert oct(file.stat().st_mode)[-3:] == "600"
        assert archive.ask("How many houses were lost?").abstained  # not sure enough for 0.9
        later = reader.post("/api/settings", json={**changed, "openai_api_key": "", "answer_from": 0.4})
        assert later.status_code == 200 and 'openai_api_key = "sk-1"' in file.read_text(encoding="utf-8")
        assert "sk-1" not in reader.get("/api/settings").text
        for wrong in ({"quotes": 0}, {"answer_from": 2}, {"openai_base_url": "file:///etc"}, {"quotes": "many"}):
            assert reader.post("/api/settings", json=changed | wrong).status_code == 422
        assert archive.settings.answer_from == 0.4
    finally:
        archive.configure(before)


def test_only_what_the_reader_changes_is_saved(
    archive: Archive, kept: Conversations, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setattr("qa.settings.FILE", file)
    monkeypatch.setenv("QA_MODEL", "of today")
    before, reader = archive.settings, client(archive, kept)
    try:
        archive.configure(Settings.load())
        shown = {"write": True, "openai_base_url": "", "model": "of today", "quotes": 3, "answer_from": ANSWER_FROM}
        assert reader.post("/api/settings", json=shown).status_code == 200
        assert not file.exists()
        assert reader.post("/api/settings", json=shown | {"quotes": 2}).status_code == 200
        assert file.read_text(encoding="utf-8") == "quotes = 2\n"
        assert (archive.settings.model, archive.settings.quotes) == ("of today", 2)
        assert archive.written_by == ""  # a name alone is no model
    finally:
        archive.configure(before)


def test_saved_settings_are_read_at_the_next_start_and_keep_what_else_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from qa.errors import SettingsError

    file = tmp_path / "settings.toml"
    monkeypatch.setattr("qa.settings.FILE", file)
    file.write_text('# mine\nretries = 7\nmodel = "old"\n', encoding="utf-8")
    Settings.load().model_copy(update={"model": "new", "quotes": 5}).save(["model", "quotes"])
    again = Settings.load()
    assert (again.model, again.quotes, again.retries) == ("new", 5, 7)
    assert "# mine" in file.read_text(encoding="utf-8")
    file.write_text("= broken", encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        again.save(["model"])


def test_the_library_counts_months_and_a_timeline_is_told(reader: TestClient) -> None:
    assert "<title>2015-05: 2</title>" in reader.get("/api/library").text
    assert "Sunday 17 May 2015" in reader.get("/api/timeline", params={"question": "bridge at Basra"}).text


def test_what_the_page_renews_is_of_now(reader: TestClient) -> None:
    about, filters = reader.get("/api/about?language=ar").text, reader.get("/api/filters").text
    assert 'id="about"' in about and WORDS["ar"].count("articles", 2) in about
    assert 'class="chips"' in filters and 'name="outlet"' in filters
