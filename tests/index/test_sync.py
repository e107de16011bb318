"""The index follows its folder: what is unchanged costs nothing, what is damaged is mended."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from qa.errors import IndexDamaged, IndexLocked, IndexTooNew
from qa.index import index as index_module
from qa.index.index import Index
from qa.types import Filters, Progress
from tests.conftest import Corpus, WordCounts, article
from tests.index.conftest import Opened

NONE = Filters()
FILES = {
    "bridge.md": article("Bridge closed", "The bridge was closed on Sunday. Lorries go round."),
    "ferry.md": article("Ferry runs again", "The ferry runs again since Monday.", "2016-01-02", "Meridian Post"),
    "rows.jsonl": json.dumps({"id": "a", "text": "A flood took the mill."})
    + "\n"
    + json.dumps({"id": "b", "text": "The mill was rebuilt.", "published": "2017-03-01", "publisher": "Ledger"})
    + "\n",
}


def found(index: Index, question: str) -> list[str]:
    """Ids of the articles found by words, best first."""
    ids = [key for key, _ in index.lexical(question, 10, NONE)]
    return [index.passages([key])[key][1].id for key in ids]


def test_what_there_is_is_counted_without_reading_it(tmp_path: Path, index: Index, corpus: Corpus) -> None:
    index.sync(corpus(FILES))
    asked: list[str] = []
    with closing(sqlite3.connect(tmp_path / "index" / "store.sqlite")) as database:
        index._store._connections.own().set_trace_callback(asked.append)
        index._store.statistics()
        assert index._store.count("encoded") == index._store.count("all") > 3
        plans = [row[3] for sql in asked for row in database.execute(f"EXPLAIN QUERY PLAN {sql}")]
    scans = [plan for plan in plans if plan.startswith("SCAN") and plan != "SCAN CONSTANT ROW"]
    assert len(scans) >= 5 and not [plan for plan in scans if "INDEX" not in plan]


def test_statistics_are_counted_once_for_each_revision(
    index: Index, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.sync(root := corpus(FILES))
    counted = []
    count = index._store.statistics
    monkeypatch.setattr(index._store, "statistics", lambda: counted.append(1) or count())
    assert index.statistics() == index.statistics() and index.statistics().articles == 4
    assert len(counted) == 1
    (root / "ferry.md").unlink()
    index.sync(root)
    counted.clear()
    assert index.statistics() == index.statistics() and index.statistics().articles == 3
    assert len(counted) == 1


def test_a_first_sync_makes_everything_searchable(index: Index, corpus: Corpus, encoder: WordCounts) -> None:
    stages: list[Progress] = []
    report = index.sync(corpus(FILES), stages.append)
    assert (report.added, report.changed, report.removed, report.unchanged) == (4, 0, 0, 0)
    assert {p.stage for p in stages} == {"reading", "indexing", "comparing", "encoding"}
    assert all(p.done <= p.total for p in stages)
    assert index.check() == []
    assert found(index, "Who closed the bridge?") == ["bridge.md"]
    vector = encoder.encode(["the ferry runs again since Monday"])[0]
    ((best, cosine),) = index.dense(vector, 1, NONE)
    assert index.passages([best])[best][1].id == "ferry.md" and cosine > 0.9
    statistics = index.statistics()
    assert (statistics.articles, statistics.publishers["Meridian Post"]) == (4, 1)


def test_an_unchanged_folder_costs_nothing(index: Index, corpus: Corpus, encoder: WordCounts) -> None:
    index.sync(corpus(FILES))
    before = encoder.encoded
    report = index.sync(corpus())
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 0, 0, 4)
    assert encoder.encoded == before


def test_only_what_changed_is_encoded(index: Index, corpus: Corpus, encoder: WordCounts) -> None:
    index.sync(corpus(FILES))
    before = encoder.encoded
    rows = FILES["rows.jsonl"].replace("took the mill", "took the whole mill")
    report = index.sync(corpus({"rows.jsonl": rows}))
    assert (report.added, report.changed, report.removed, report.unchanged) == (0, 1, 0, 3)
    assert encoder.encoded == before + 1
    assert found(index, "whole") == ["rows.jsonl#a"]
    assert index.check() == []


def test_a_new_headline_needs_no_new_vector(index: Index, corpus: Corpus, encoder: WordCounts) -> None:
    index.sync(corpus(FILES))
    before = encoder.encoded
    report = index.sync(corpus({"bridge.md": FILES["bridge.md"].replace("Bridge closed", "Crossing shut")}))
    assert (report.changed, encoder.encoded) == (1, before)
    assert found(index, "crossing") == ["bridge.md"]
    assert index.check() == []


def test_what_leaves_the_folder_leaves_the_index(index: Index, corpus: Corpus) -> None:
    root = corpus(FILES)
    index.sync(root)
    (root / "bridge.md").unlink()
    (root / "rows.jsonl").write_text(FILES["rows.jsonl"].splitlines()[1] + "\n", encoding="utf-8")
    report = index.sync(root)
    assert (report.removed, report.unchanged) == (2, 2)
    assert found(index, "bridge lorries flood") == []
    assert index.check() == []


def test_what_is_refused_is_remembered_until_it_is_mended(index: Index, corpus: Corpus) -> None:
    report = index.sync(corpus({**FILES, "empty.txt": ""}))
    assert [item.source for item in report.refused] == ["empty.txt"]
    assert index.sync(corpus()).refused == report.refused == index.refused()
    assert index.sync(corpus({"empty.txt": "Now it says something."})).refused == ()


def test_metadata_that_changes_changes_its_articles(index: Index, corpus: Corpus) -> None:
    index.sync(corpus({"a.txt": "The bridge was closed."}))
    report = index.sync(corpus({"metadata.csv": "file,publisher\na.txt,Ledger\n"}))
    assert report.changed == 1
    found_article = index.article("a.txt")
    assert found_article is not None and found_article.publisher == "Ledger"


@pytest.mark.parametrize("engine", ["lexical", "vectors"])
@pytest.mark.parametrize("damage", ["gone", "garbage"])
def test_a_damaged_engine_is_built_again_from_the_store(
    tmp_path: Path,
    opened: Opened,
    corpus: Corpus,
    encoder: WordCounts,
    engine: str,
    damage: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 0)
    index = opened(encoder)
    index.sync(corpus(FILES))
    index.close()
    before = encoder.encoded
    for path in sorted((tmp_path / "index" / engine).rglob("*")):
        if damage == "garbage" and path.is_file() and "lock" not in path.name:
            path.write_bytes(b"garbage")
    if damage == "gone":
        shutil.rmtree(tmp_path / "index" / engine)
    index = opened(encoder)
    index.sync(corpus({"new.txt": "A new article wakes the engine."}))
    assert index.check() == []
    assert encoder.encoded == before + 1


def test_a_lost_store_makes_a_fresh_start(tmp_path: Path, opened: Opened, corpus: Corpus, encoder: WordCounts) -> None:
    index = opened(encoder)
    index.sync(corpus(FILES))
    index.close()
    for path in (tmp_path / "index").glob("store.sqlite*"):
        path.unlink()
    index = opened(encoder)
    assert index.sync(corpus()).added == 4
    assert index.check() == []


def test_another_encoder_encodes_everything_anew(opened: Opened, corpus: Corpus) -> None:
    one, other = WordCounts("one"), WordCounts("other")
    index = opened(one)
    index.sync(corpus(FILES))
    index.close()
    index = opened(other)
    index.sync(corpus())
    assert other.encoded == one.encoded == 4
    assert index.check() == []


def test_a_second_writer_is_told_who_writes(index: Index, corpus: Corpus) -> None:
    with FileLock(index.folder / "write.lock"), pytest.raises(IndexLocked, match="is writing the index"):
        index.sync(corpus(FILES))
    assert index.sync(corpus()).added == 4


def test_a_reader_sees_what_another_writes(opened: Opened, corpus: Corpus, encoder: WordCounts) -> None:
    writer, reader = (opened(encoder) for _ in range(2))
    vector = encoder.encode(["the ferry runs again"])[0]
    assert found(reader, "ferry") == [] and reader.dense(vector, 1, NONE) == []
    writer.sync(corpus(FILES))
    assert found(reader, "ferry") == ["ferry.md"]
    assert len(reader.dense(vector, 9, NONE)) == 4


def test_an_index_of_a_newer_version_and_one_that_is_no_index(tmp_path: Path, encoder: WordCounts) -> None:
    folder = tmp_path / "index"
    Index(folder, encoder).close()
    with closing(sqlite3.connect(folder / "store.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(IndexTooNew):
        Index(folder, encoder)
    (folder / "store.sqlite").write_bytes(b"no database" * 1000)
    with closing(Index(folder, encoder)) as index, pytest.raises(IndexDamaged, match="run qa sync"):
        index.statistics()


@pytest.mark.parametrize(("exact_limit", "spare"), [(20_000, 2), (1, 2), (0, 2), (0, 0)])
def test_filters_really_filter(
    index: Index, corpus: Corpus, encoder: WordCounts, monkeypatch: pytest.MonkeyPatch, exact_limit: int, spare: int
) -> None:
    """The same hits whether vectors are compared one by one, for the filtered ones alone, or by Chroma.

    Without neighbours to spare too few are found at first.
    """
    monkeypatch.setattr(index_module, "SPARE", spare)
    monkeypatch.setattr(index_module, "EXACT_LIMIT", exact_limit)
    index.sync(corpus(FILES))
    question = "bridge ferry mill"
    vector = encoder.encode([question])[0]
    cases = [
        (Filters(), {"bridge.md", "ferry.md", "rows.jsonl#a", "rows.jsonl#b"}),
        (Filters(after=date(2016, 1, 2)), {"ferry.md", "rows.jsonl#b"}),
        (Filters(before=date(2016, 1, 2)), {"bridge.md", "ferry.md"}),
        (Filters(after=date(2016, 1, 3), before=date(2016, 12, 31)), set()),
        (Filters(publishers=["ledger", "HARBOUR WIRE"]), {"bridge.md", "rows.jsonl#b"}),
        (Filters(after=date(2016, 1, 1), publishers=["Ledger"]), {"rows.jsonl#b"}),
    ]
    for filters, expected in cases:
        for ranking in (index.lexical(question, 10, filters), index.dense(vector, 10, filters)):
            assert {index.passages([key])[key][1].id for key, _ in ranking} == expected
            assert [score for _, score in ranking] == sorted((score for _, score in ranking), reverse=True)
        admitted = {a.id for a in index.articles() if filters.admits(a)}
        assert admitted == expected


@pytest.mark.parametrize(
    "question",
    [
        'NOT OR AND " * : ^ (',
        "bridge AND NOT bridge",
        "terms:bridge",
        "bridge~^",
        "[a TO b] bridge",
        "\\ bridge /x/",
        "a" * 5000,
    ],
)
def test_nothing_in_a_question_is_query_syntax(index: Index, corpus: Corpus, question: str) -> None:
    index.sync(corpus(FILES))
    assert found(index, question) == (["bridge.md"] if "bridge" in question else [])


def test_an_article_of_unknown_day_passes_only_where_it_is_let(
    index: Index, corpus: Corpus, encoder: WordCounts
) -> None:
    index.sync(corpus(FILES))
    vector = encoder.encode(["the mill"])[0]
    for filters, expected in (
        (Filters(after=date(2017, 1, 1)), {"rows.jsonl#b"}),
        (Filters(after=date(2017, 1, 1), undated=True), {"rows.jsonl#a", "rows.jsonl#b"}),
        (Filters(before=date(2016, 1, 1), undated=True), {"rows.jsonl#a", "bridge.md"}),
    ):
        by_words = {index.passages([k])[k][1].id for k, _ in index.lexical("mill bridge", 10, filters)}
        by_meaning = {index.passages([k])[k][1].id for k, _ in index.dense(vector, 10, filters)}
        assert by_words == expected and by_meaning == expected
        assert {a.id for a in index.articles() if filters.admits(a)} == expected


def test_a_passage_is_found_by_the_other_names_of_a_thing(index: Index, corpus: Corpus) -> None:
    files = {
        "told.md": article("Belt", "The Northern Belt (Zarnut Gash) is a road."),
        "other.md": article("Work", "Work on Zarnut Gash began. The road is long."),
        "list.md": article("Bridge", "The Karnak bridge fell."),
        "aliases.csv": "Karnak bridge,Old Crossing\n",
    }
    root = corpus(files)
    index.sync(root)
    for question, expected in (("Northern Belt", {"told.md", "other.md"}), ("Old Crossing", {"list.md"})):
        names = index.names(question)
        hits = {index.passages([k])[k][1].id for k, _ in index.lexical(question, 10, NONE, names)}
        assert hits == expected, names
    assert index.articles() and "aliases.csv" not in {a.id for a in index.articles()}
    (root / "aliases.csv").write_text('"broken', encoding="utf-8")
    assert [r.source for r in index.sync(root).refused] == ["aliases.csv"]
    assert index.names("Old Crossing") == []
