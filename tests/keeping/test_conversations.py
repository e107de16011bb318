"""Conversations: kept as they were given, for their owner alone, whatever happens to the file or beside it."""

import gc
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.errors import KeepingError
from qa.keeping.conversations import Conversations, Kept
from qa.types import ABSTENTION, Answer, Article, Citation, Filters, Hit, Moment, Passage, Seconds, Span, Usage

NONE = Filters()
ARTICLE = Article(
    "2015/may.jsonl#7", "The city fell on Sunday.", "City falls", date(2015, 5, 18), "inferred", "by its folder",
    "Ledger", "A. Author", "https://ledger.example/7", "en", (Span(0, 3, "title"),), "story",
)  # fmt: skip
QUOTED = Citation(1, ARTICLE, 4, 8, "city", (replace(ARTICLE, id="copy"),), "the mayor")
FULL = Answer(
    text="**Sunday** [1]",
    short="Sunday",
    citations=(QUOTED,),
    abstained=False,
    confidence=0.1 + 0.2,
    hits=tuple(Hit(Passage(f"p{n}", ARTICLE.id, n, n + 4), ARTICLE, 1 / (n + 1), 0.1, 1e-300) for n in range(25)),
    question="When did the city fall?",
    narrowed=Filters(date(2015, 5, 1), date(2015, 5, 31), ["Ledger"], True),
    timeline=(Moment(date(2015, 5, 17), date(2015, 5, 17), "on Sunday", QUOTED),),
    warnings=("One file could not be read.",),
    seconds=Seconds(0.1, 0.2, 0.3),
    usage=Usage(10, 20, 0.5),
    written_by="model",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "conversations.sqlite"


@pytest.fixture
def kept(path: Path) -> Iterator[Conversations]:
    with closing(Conversations(path)) as conversations:
        yield conversations


def said(text: str, question: str = "") -> Answer:
    return Answer(text, None, (), False, 0.5, (), question)


def put(kept: Conversations, asked: str, owner: str = "one", into: str | None = None, text: str = "Yes.") -> Kept:
    return kept.add(owner, into, asked, said(text, asked), NONE, True, "3")


def ids(kept: Conversations, owner: str = "one", words: str = "", limit: int = 200) -> list[str]:
    return [conversation.id for conversation in kept.listed(owner, words, limit)]


def asked_in(kept: Conversations, conversation: str, owner: str = "one") -> list[str]:
    return [turn.asked for turn in kept.turns(owner, conversation)]


# What is kept comes back.


def test_a_turn_is_kept_as_it_was_given_without_the_texts_of_its_articles(kept: Conversations) -> None:
    filters = Filters(date(2015, 1, 1), None, ["Ledger", "Post"], True)
    before = datetime.now(UTC)
    turn = kept.add("one", None, " When did it  fall?", FULL, filters, False, "12")
    bare = replace(ARTICLE, text="", boilerplate=())
    cited = replace(QUOTED, article=bare, copies=(replace(bare, id="copy"),))
    assert turn.answer == replace(
        FULL,
        citations=(cited,),
        hits=tuple(replace(hit, article=bare) for hit in FULL.hits[:20]),
        timeline=(replace(FULL.timeline[0], citation=cited),),
        narrowed=replace(FULL.narrowed, publishers=("Ledger",)),
    )
    assert (turn.place, turn.asked, turn.narrow, turn.revision) == (0, " When did it  fall?", False, "12")
    assert (turn.vote, turn.comment) == (0, "")
    assert turn.filters == replace(filters, publishers=("Ledger", "Post"))
    assert before <= turn.when <= datetime.now(UTC) and turn.when.tzinfo is UTC
    assert kept.turns("one", turn.conversation) == [turn]
    assert kept.kept(turn.id) == turn


odd = st.text(st.characters() | st.sampled_from("\ud83d\ude00\0\u2028\\%_🙂"), max_size=20)
days = st.dates()
articles = st.builds(
    Article, odd, st.just(""), odd, st.none() | days, st.sampled_from(["given", "stated", "inferred", "unknown"]),
    odd, odd, odd, odd, odd, st.just(()), odd,
)  # fmt: skip
places = st.integers(0, 2**40)
parts = st.floats(0, 1)
cites = st.builds(
    Citation, places, articles, places, places, odd, st.lists(articles, max_size=2).map(tuple), st.none() | odd
)
found = st.builds(Hit, st.builds(Passage, odd, odd, places, places), articles, parts, parts, parts)
filters = st.builds(Filters, st.none() | days, st.none() | days, st.lists(odd, max_size=2).map(tuple), st.booleans())
answers = st.builds(
    Answer,
    odd,
    st.none() | odd,
    st.lists(cites, max_size=2).map(tuple),
    st.booleans(),
    parts,
    st.lists(found, max_size=2).map(tuple),
    odd,
    filters,
    st.lists(st.builds(Moment, days, days, odd, cites), max_size=2).map(tuple),
    st.lists(odd, max_size=2).map(tuple),
    st.builds(Seconds, parts, parts, parts),
    st.builds(Usage, places, places, parts),
    odd,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversations]:
    with closing(Conversations(tmp_path_factory.mktemp("kept") / "conversations.sqlite")) as conversations:
        yield conversations


@settings(deadline=None, max_examples=60)
@example(
    asked="\ud83d",
    answer=said("\ud83d\ude00", "\ud83d"),
    narrowed=Filters(publishers=("\ud83d\ude00",)),
    comment="\ude00",
)
@given(asked=odd, answer=answers, narrowed=filters, comment=odd)
def test_any_text_comes_back(
    shared: Conversations, asked: str, answer: Answer, narrowed: Filters, comment: str
) -> None:
    turn = shared.add("one", asked, asked, answer, narrowed, True, asked)
    assert (turn.answer, turn.filters) == (answer, narrowed)
    assert turn.asked == asked.encode("utf-8", "replace").decode()
    assert shared.kept(turn.id) == turn
    assert shared.vote("one", turn.id, -1, comment)
    assert shared.turns("one", turn.conversation) == [
        replace(turn, vote=-1, comment=comment.encode("utf-8", "replace").decode().strip())
    ]
    assert turn.conversation in [c.id for c in shared.listed("one", asked, 1)]
    assert shared.turns("one", asked) == shared.turns(asked, turn.conversation) == shared.listed(asked) == []
    assert not (shared.vote("one", asked, 1) or shared.delete("one", asked) or shared.rename("one", asked, "x"))
    shared.keep_until("one", asked, 0)
    assert shared.kept(asked) is None
    assert shared.rename("one", turn.conversation, f"x{asked}")


def test_a_new_object_on_the_same_file_finds_everything(path: Path) -> None:
    with closing(Conversations(path)) as kept:
        first = put(kept, "Who?")
        second = put(kept, "And when?", into=first.conversation)
        listed = kept.listed("one")
    with closing(Conversations(path)) as kept:
        assert kept.turns("one", first.conversation) == [first, second]
        assert kept.listed("one") == listed
        assert put(kept, "Where?", into=first.conversation).place == 2


# Owners.


def test_owners_never_see_or_change_what_is_anothers(kept: Conversations) -> None:
    mine = put(kept, "Who is the mayor?", "one")
    theirs = put(kept, "Who is the mayor?", "two")
    assert (ids(kept, "one"), ids(kept, "two")) == ([mine.conversation], [theirs.conversation])
    assert ids(kept, "one", "mayor") == [mine.conversation]
    assert kept.listed("three") == kept.listed("") == []
    before = (kept.listed("one"), kept.turns("one", mine.conversation))
    assert kept.turns("two", mine.conversation) == []
    assert not kept.rename("two", mine.conversation, "Taken")
    assert not kept.delete("two", mine.conversation)
    assert not kept.vote("two", mine.id, 1)
    kept.keep_until("two", mine.conversation, 0)
    elsewhere = put(kept, "And now?", "two", into=mine.conversation)
    assert elsewhere.conversation not in (mine.conversation, theirs.conversation)
    assert before == (kept.listed("one"), kept.turns("one", mine.conversation))
    assert asked_in(kept, elsewhere.conversation, "two") == ["And now?"]


def test_whoever_knows_the_id_of_a_turn_may_read_it_and_ids_cannot_be_guessed(kept: Conversations) -> None:
    turns = [put(kept, "Who?") for _ in range(50)]
    assert kept.kept(turns[3].id) == turns[3]
    assert kept.kept("") is kept.kept("%") is kept.kept(turns[0].conversation) is None
    names = {turn.id for turn in turns} | {turn.conversation for turn in turns}
    assert len(names) == 100 and {len(name) for name in names} == {16}


# The list.


def test_the_last_changed_stands_first_and_a_new_title_or_vote_changes_no_turns(kept: Conversations) -> None:
    first, second, third = put(kept, "One?"), put(kept, "Two?"), put(kept, "Three?")
    put(kept, "More?", into=first.conversation)
    assert ids(kept) == [first.conversation, third.conversation, second.conversation]
    assert ids(kept, limit=2) == [first.conversation, third.conversation]
    assert kept.rename("one", second.conversation, "Renamed") and kept.vote("one", second.id, 1)
    assert ids(kept)[-1] == second.conversation
    top = kept.listed("one")[0]
    assert (top.title, top.turns) == ("One?", 2)
    assert top.created == first.when < top.changed == kept.turns("one", top.id)[1].when
    assert top.created.tzinfo is UTC and top.changed.tzinfo is UTC
    assert first.when < third.when


def test_conversations_changed_at_the_same_moment_are_ordered_by_id(kept: Conversations, path: Path) -> None:
    turns = [put(kept, "Who?") for _ in range(6)]
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE conversations SET changed = '2020-01-01T00:00:00.000000+00:00'")
    assert ids(kept) == sorted(turn.conversation for turn in turns)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("  When did\n\tit fall? ", "When did it fall?"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 60 + "…"),
        ("a" * 60 + " b", "a" * 60 + "…"),
        ("a" * 50 + " " + "b" * 10, "a" * 50 + "…"),
        ("a" * 29 + " " + "b" * 30 + " c", "a" * 29 + " " + "b" * 30 + "…"),
        ("Who led " + "word " * 20, "Who led" + " word" * 10 + "…"),
    ],
)
def test_the_question_makes_the_title(kept: Conversations, asked: str, title: str) -> None:
    put(kept, asked)
    assert [conversation.title for conversation in kept.listed("one")] == [title]


def test_a_reader_gives_another_title_but_no_empty_one(kept: Conversations) -> None:
    turn = put(kept, "Who?")
    assert kept.rename("one", turn.conversation, "  The\nMAYOR ")
    assert not kept.rename("one", turn.conversation, " \n")
    assert not kept.rename("one", "gone", "The mayor")
    assert [conversation.title for conversation in kept.listed("one")] == ["The MAYOR"]
    assert ids(kept, words="mayor") == [turn.conversation] and ids(kept, words="who") == [turn.conversation]
    kept.rename("one", turn.conversation, "long " * 1000)
    assert len(kept.listed("one")[0].title) == 200
    assert ids(kept, words="mayor") == []


@pytest.mark.parametrize(
    ("asked", "text", "words", "found"),
    [
        ("Who is the Mayor?", "It is Adler.", "MAYOR adler", True),
        ("Who is the mayor?", "It is Adler.", "mayor baker", False),
        ("Who?", "It is Adler.", "dle", True),
        ("متى سقطت المدينة؟", "سقطت يوم الأحد.", "الأحد المدينة", True),
        ("متى سقطت المدينة؟", "سقطت يوم الأحد.", "الاثنين", False),
        ("Wo liegt die STRAẞE?", "", "straße", True),
        ("Что сказал МЭР?", "", "мэр", True),
        ("ΣΊΣΥΦΟΣ", "", "σίσυφος", True),
        ("Cafe\u0301?", "", "CAFÉ", True),
        ("How many?", "Some 50% of them.", "50%", True),
        ("How many?", "Some 500 of them.", "50%", False),
        ("How many?", "Some 50 of them.", "5_", False),
        ("Why 50 of them?", "", "5_", False),
        ("Which file?", r"It is a\_b.txt.", "a_b.txt", True),
        ("Which file?", "It is a-b.txt.", "a_b", False),
        ("Who?", r"The R\&D of \[Acme\].", "r&d [acme]", True),
        ("Who?", "C:\\\\dir", "c:\\dir", True),
        ("What is 🙂?", "", "🙂", True),
        ("What\0is it?", "Adler", "what\0is adler", True),
        ("What\0is it?", "Adler", "what\0was", False),
        ("Who said 'no\"?", "", "'no\"?", True),
        ("Who?", "Yes.", " \n ", True),
        ("Who is it?", "Yes.", "who " * 5000, True),
    ],
)
def test_every_word_is_looked_for(kept: Conversations, asked: str, text: str, words: str, found: bool) -> None:
    put(kept, asked, text=text)
    assert len(ids(kept, words=words)) == found


def test_words_are_looked_for_in_the_title_and_in_all_turns_together(kept: Conversations) -> None:
    other = put(kept, "Who is the mayor?", text="Adler.")
    turn = put(kept, "Who is the mayor?", text="Baker.")
    kept.add("one", turn.conversation, "And before?", said("Cole.", "Who was the mayor before Baker?"), NONE, True, "")
    kept.rename("one", turn.conversation, "Town hall")
    assert ids(kept, words="hall mayor baker and cole was") == [turn.conversation]
    assert ids(kept, words="mayor") == [turn.conversation, other.conversation]
    assert ids(kept, words="mayor", limit=1) == [turn.conversation]
    assert ids(kept, words="adler cole") == []


# Undo, delete, votes.


def test_turns_from_a_place_on_are_removed_and_the_rest_goes_on(kept: Conversations) -> None:
    first = put(kept, "One?")
    other = put(kept, "Other?")
    turns = [first, *(put(kept, asked, into=first.conversation) for asked in ("Two?", "Three?"))]
    put(kept, "Last?", into=other.conversation)
    kept.keep_until("one", first.conversation, 3)
    assert ids(kept) == [other.conversation, first.conversation]
    kept.keep_until("one", first.conversation, 1)
    assert ids(kept) == [first.conversation, other.conversation]
    assert kept.turns("one", first.conversation) == turns[:1]
    assert kept.kept(turns[2].id) is None
    assert ids(kept, words="three") == []
    assert put(kept, "Again?", into=first.conversation).place == 1
    kept.keep_until("one", first.conversation, 0)
    assert ids(kept) == [other.conversation]
    assert asked_in(kept, other.conversation) == ["Other?", "Last?"]
    afresh = put(kept, "Afresh?", into=first.conversation)
    assert afresh.conversation == first.conversation and afresh.place == 0
    assert [talk.title for talk in kept.listed("one")] == ["Afresh?", "Other?"]


def test_a_given_title_outlives_the_first_question_and_what_is_left_empty_is_forgotten(path: Path) -> None:
    with closing(Conversations(path)) as kept:
        named, unnamed = put(kept, "Who is Xyzzynak?"), put(kept, "Who is Qwertlop?")
        kept.rename("one", named.conversation, "Bridges")
        for turn in (named, unnamed):
            kept.keep_until("one", turn.conversation, 0)
        assert kept.listed("one") == kept.listed("one", "xyzzynak") == kept.listed("one", "bridges") == []
        put(kept, "Who built it?", into=named.conversation)
        assert [talk.title for talk in kept.listed("one")] == ["Bridges"]
        put(kept, "Another?")
        assert put(kept, "Late?", into=unnamed.conversation).conversation != unnamed.conversation
    assert b"Xyzzynak" not in (content := path.read_bytes()) and b"Qwertlop" not in content


def test_what_is_deleted_is_gone_with_its_turns_from_the_file_too(path: Path) -> None:
    with closing(Conversations(path)) as kept:
        turn, other = put(kept, "Who is Xyzzynak?"), put(kept, "Who is Qwertlop?")
        kept.vote("one", turn.id, 1)
        assert kept.delete("one", turn.conversation)
        assert not kept.delete("one", turn.conversation)
        assert (kept.turns("one", turn.conversation), kept.kept(turn.id), kept.voted()) == ([], None, [])
        assert ids(kept) == [other.conversation]
    content = path.read_bytes()
    assert b"Qwertlop" in content and b"Xyzzynak" not in content and b"xyzzynak" not in content


def test_votes_of_all_owners_oldest_first(kept: Conversations) -> None:
    turns = [put(kept, f"{number}?", owner) for number, owner in enumerate(("one", "two", "one", "two", "one"))]
    assert kept.voted() == []
    for turn, owner, vote, comment in (
        (turns[4], "one", 7, ""),
        (turns[3], "two", -1, " It was Baker. "),
        (turns[0], "one", -1, "x" * 3000),
        (turns[2], "one", 1, "Yes"),
    ):
        assert kept.vote(owner, turn.id, vote, comment)
    assert kept.vote("one", turns[2].id, 0)
    assert not kept.vote("one", "gone", 1)
    said = [(turn.id, turn.vote, turn.comment) for turn in kept.voted()]
    assert said == [
        (turns[0].id, -1, "x" * 2000),
        (turns[3].id, -1, "It was Baker."),
        (turns[4].id, 1, ""),
    ]
    again = kept.kept(turns[2].id)
    assert again is not None and (again.vote, again.comment) == (0, "")
    assert kept.vote("two", turns[3].id, 1) and kept.voted()[1].comment == ""


# Many at once.


def test_many_threads_add_at_the_same_time(kept: Conversations) -> None:
    start = put(kept, "First?")
    barrier = threading.Barrier(8)

    def work(number: int) -> list[str]:
        barrier.wait()
        own = put(kept, f"{number} begins?", f"owner {number}")
        for turn in range(9):
            put(kept, f"{number} {turn}?", into=start.conversation)
            put(kept, f"{number} {turn} own?", f"owner {number}", own.conversation)
            kept.listed("one")
        return asked_in(kept, own.conversation, f"owner {number}")

    with ThreadPoolExecutor(8) as pool:
        own = list(pool.map(work, range(8)))
    assert own == [[f"{n} begins?", *(f"{n} {turn} own?" for turn in range(9))] for n in range(8)]
    turns = kept.turns("one", start.conversation)
    assert [turn.place for turn in turns] == list(range(73))
    assert {turn.asked for turn in turns[1:]} == {f"{n} {turn}?" for n in range(8) for turn in range(9)}
    for n in range(8):
        assert [t.asked for t in turns if t.asked.startswith(f"{n} ")] == [f"{n} {turn}?" for turn in range(9)]


def test_many_open_the_same_new_file_at_once(path: Path) -> None:
    barrier = threading.Barrier(8)

    def work(_: int) -> None:
        barrier.wait()
        with closing(Conversations(path)) as kept:
            put(kept, "Who?")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with closing(Conversations(path)) as kept:
        assert len(ids(kept)) == 8


def test_a_file_that_another_is_making_is_waited_for(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.2, other.execute, ("COMMIT",))
        done.start()
        with closing(Conversations(path)) as kept:
            put(kept, "Who?")
        done.join()


def test_threads_that_have_ended_leave_no_connections(kept: Conversations) -> None:
    def opened() -> int:
        gc.collect()
        return sum(isinstance(thing, sqlite3.Connection) for thing in gc.get_objects())

    before = opened()
    for _ in range(20):
        thread = threading.Thread(target=put, args=(kept, "Who?"))
        thread.start()
        thread.join()
    assert opened() <= before + 1
    assert len(ids(kept)) == 20


@pytest.mark.parametrize("how", ["ABORT", "ROLLBACK"])
def test_a_write_that_fails_halfway_leaves_nothing(kept: Conversations, path: Path, how: str) -> None:
    turn = put(kept, "Who?")
    before = kept.listed("one")
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(f"CREATE TRIGGER no BEFORE INSERT ON turns BEGIN SELECT RAISE({how}, 'the reason'); END")
    for into in (None, turn.conversation):
        with pytest.raises(KeepingError, match="the reason"):
            put(kept, "And now?", into=into)
    assert kept.listed("one") == before
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER no")
    assert put(kept, "And now?", into=turn.conversation).place == 1


# The file.


@pytest.mark.skipif(os.name == "nt", reason="modes of files are of other systems")
def test_only_this_user_can_read_the_file(path: Path) -> None:
    mask = os.umask(0)
    try:
        with closing(Conversations(path)) as kept:
            put(kept, "Who?")
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        assert modes == dict.fromkeys((path.name, f"{path.name}-wal", f"{path.name}-shm"), 0o600)
        assert path.parent.stat().st_mode & 0o777 == 0o700
        path.chmod(0o644)
        path.parent.chmod(0o755)
        Conversations(path).close()
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o755, "a folder that was there is not ours to close"
    finally:
        os.umask(mask)


def test_the_file_is_closed_to_others_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_modes(path: Path, mode: int) -> None:
        raise PermissionError("no such modes here")

    monkeypatch.setattr(Path, "chmod", no_modes)
    path = tmp_path / "deep" / "down" / "conversations.sqlite"
    mask = os.umask(0)
    try:
        Conversations(path).close()
    finally:
        os.umask(mask)
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def refused(path: Path) -> str:
    """The sentence with which the file is refused."""
    with pytest.raises(KeepingError) as raised:
        Conversations(path)
    told = str(raised.value)
    assert str(path) in told and told.endswith(".") and "\n" not in told
    return told


def test_a_damaged_file_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database, but long enough to be looked at as one" * 100)
    content = path.read_bytes()
    assert "put a copy of that file back" in refused(path)
    assert path.read_bytes() == content


def test_damage_found_later_is_told_alike(path: Path) -> None:
    with closing(Conversations(path)) as kept:
        turn = put(kept, "Who?")
        for stored in (b"\xff\xff", b"{", json.dumps({"text": 1}).encode()):
            with closing(sqlite3.connect(path)) as other, other:
                other.execute("UPDATE turns SET answer = ?", (stored,))
            with pytest.raises(KeepingError, match="put a copy of that file back") as raised:
                kept.kept(turn.id)
            assert "\n" not in str(raised.value)


def test_the_file_of_a_newer_version_is_refused_and_left_as_it_is(path: Path) -> None:
    Conversations(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("PRAGMA user_version = 99")
        other.execute("DROP TABLE turns")
    assert "update this one" in refused(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (99,)
        assert other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'turns'").fetchone() == (0,)


def test_a_file_that_cannot_be_made_or_written_is_refused(path: Path) -> None:
    path.parent.write_text("a file stands where the folder should be")
    assert "may write there" in refused(path)
    path.parent.unlink()
    path.mkdir(parents=True)
    assert "may write there" in refused(path)


def test_a_file_that_may_only_be_read_is_refused_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Conversations(path).close()
    connect = sqlite3.connect
    # As for a user who may only read; whoever runs the tests may be the one who may write everything.
    monkeypatch.setattr(sqlite3, "connect", lambda file, **how: connect(f"{file.as_uri()}?mode=ro", uri=True, **how))
    assert "may write there" in refused(path)


Use = Callable[[Conversations], object]


@pytest.mark.parametrize(
    "use",
    [
        lambda kept: put(kept, "Who?"),
        lambda kept: kept.keep_until("one", "x", 0),
        lambda kept: kept.turns("one", "x"),
        lambda kept: kept.listed("one"),
        lambda kept: kept.listed("one", "who"),
        lambda kept: kept.rename("one", "x", "y"),
        lambda kept: kept.delete("one", "x"),
        lambda kept: kept.kept("x"),
        lambda kept: kept.vote("one", "x", 1),
        lambda kept: kept.voted(),
    ],
)
def test_no_error_of_sqlite_leaks(path: Path, use: Use) -> None:
    with closing(Conversations(path)) as kept:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("DROP TABLE turns")
            other.execute("DROP TABLE conversations")
        with pytest.raises(KeepingError) as raised:
            use(kept)
    assert str(path) in str(raised.value) and raised.value.__suppress_context__


def test_an_abstention_is_kept_too(kept: Conversations) -> None:
    nothing = Answer(ABSTENTION, None, (), True, 0.0, (), "Who won?")
    turn = kept.add("one", None, "Who won?", nothing, NONE, True, "3")
    assert kept.turns("one", turn.conversation)[0].answer == nothing


def test_the_last_turns_of_a_long_conversation_come_alone_and_in_order(kept: Conversations) -> None:
    first = put(kept, "Question 0?")
    for number in range(1, 5):
        put(kept, f"Question {number}?", into=first.conversation)
    assert [turn.place for turn in kept.turns("one", first.conversation, 2)] == [3, 4]
    assert [turn.place for turn in kept.turns("one", first.conversation)] == [0, 1, 2, 3, 4]
    assert kept.turns("one", first.conversation, 0) == [] == kept.turns("two", first.conversation, 2)
