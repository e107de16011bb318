"""What strangers add stays in its folder, under a harmless name, and harms nothing that is there."""

import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.ingest.adding import Saved, harmless, holds_an_article, pasted, remove, save
from qa.ingest.files import sources
from qa.ingest.readers import KNOWN, kind, read
from qa.types import Article

BODY = b"The bridge was closed on Sunday."
NAMES = st.builds(
    "".join,
    st.lists(
        st.one_of(
            st.sampled_from(["..", ".", "/", "\\", "C:", "\0", "\u202e", " ", "con", "README", "metadata.csv"]),
            st.sampled_from([".txt", ".md", ".jsonl.gz", ".TXT", "a", "-2", "added", "é" * 70, "e\u200d\u0301"]),
            st.text(max_size=8),
        ),
        max_size=8,
    ),
)


def tree(root: Path) -> dict[str, bytes | str]:
    """Every file's content and every link's target below `root`, by path."""
    return {
        str(path.relative_to(root)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@settings(deadline=None)
@given(name=NAMES)
@example("../../outside.txt")
@example("/etc/passwd.txt")
@example("C:\\Windows\\a.txt")
@example("a.txt")
@example("a.txt/b.txt")
@example("link/b.txt")
@example("\ud800.txt")
@example("x" * 300 + ".jsonl.gz")
def test_whatever_the_name_it_stays_in_its_folder_and_nothing_is_changed(name: str) -> None:
    with TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        (corpus / "added").mkdir(parents=True)
        (corpus / "metadata.csv").write_bytes(b"file\n")
        (corpus / "added" / "a.txt").write_bytes(b"Here before.")
        (Path(folder) / "outside").mkdir()
        (Path(folder) / "outside.txt").write_bytes(b"Outside.")
        (corpus / "added" / "link").symlink_to(Path(folder) / "outside")
        before = tree(Path(folder))
        try:
            saved = save(corpus, name, BODY)
        except ValueError as error:
            assert tree(Path(folder)) == before
            assert str(error).endswith(".") and "\n" not in str(error)
            return
        assert saved.new and tree(Path(folder)) == before | {f"corpus/{saved.id}": BODY}
        assert (corpus / saved.id).resolve().is_relative_to((corpus / "added").resolve())
        assert saved.id in {source.id for source in sources(corpus)} and kind(saved.id)
        first, *parts = saved.id.split("/")
        assert first == "added" and 1 <= len(parts) <= 4
        for part in parts:
            assert 0 < len(part.encode()) <= 120 and part == part.strip() == unicodedata.normalize("NFC", part)
            assert not part.startswith(".") and not part.endswith(".") and not set(part) & set('<>:"|?*#\\')
            assert not any(unicodedata.category(character)[0] == "C" for character in part)
        assert harmless("/".join(parts)) == parts  # what is harmless is left as it is


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ramadi falls.txt", "Ramadi falls.txt"),
        ("outlet/2015/05/18/a.txt", "2015/05/18/a.txt"),
        ("../../etc/a.txt", "etc/a.txt"),
        ("C:\\news\\a.txt", "news/a.txt"),
        ("\\\\server\\share\\a.txt", "server/share/a.txt"),
        ("/a.txt", "a.txt"),
        ("gpj.\u202etxt.txt", "gpj.txt.txt"),
        ("a\tb\n c\0.TXT", "a b c.TXT"),
        ("con.txt", "_con.txt"),
        ("aux/LPT1.jsonl.gz", "_aux/_LPT1.jsonl.gz"),
        ("Cafe\u0301.md", "Café.md"),
        ("سقوط الرمادي.html", "سقوط الرمادي.html"),
        ("What? A #1: “no”.txt", "What- A -1- “no”.txt"),
        ("a.txt. .", "a.txt"),
        ("x² ﬁve.txt", "x² ﬁve.txt"),
        ("n" * 115 + " tail.txt", "n" * 115 + ".txt"),
        ("é" * 100 + ".jsonl.gz", "é" * 55 + ".jsonl.gz"),
        ("n" * 200 + "/a.txt", "n" * 120 + "/a.txt"),
    ],
)
def test_names_are_made_harmless(tmp_path: Path, name: str, expected: str) -> None:
    assert save(tmp_path, name, BODY) == Saved(f"added/{expected}", True)
    assert (tmp_path / "added" / expected).read_bytes() == BODY


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no name"),
        ("../..", "no name"),
        ("\u202e", "no name"),
        (".hidden.txt", "hidden"),
        (".git/a.txt", "hidden"),
        ("\u200b.a.txt", "hidden"),
        ("README.txt", "is no article"),
        ("readme.md", "is no article"),
        ("folder/metadata.csv", "is no article"),
        ("Aliases.CSV", "is no article"),
        ("photo.jpg", KNOWN),
        ("no ending", KNOWN),
        ("jsonl.gz", KNOWN),
    ],
)
def test_names_that_are_not_taken(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        save(tmp_path, name, BODY)
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b" \n", "is empty"), (b"12345678901", "11 bytes; at most 10 are")]
)
def test_contents_that_are_not_taken(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        save(tmp_path, "a.txt", content, limit=10)
    assert tree(tmp_path) == {}
    assert save(tmp_path, "a.txt", b"1234567890", limit=10).new


def test_another_file_of_the_same_name_gets_a_number(tmp_path: Path) -> None:
    names = [save(tmp_path, "a.jsonl.gz", content) for content in (b"1", b"2", b"33", b"2", b"1")]
    assert [saved.id for saved in names] == [
        *("added/a.jsonl.gz", "added/a-2.jsonl.gz", "added/a-3.jsonl.gz", "added/a-2.jsonl.gz", "added/a.jsonl.gz")
    ]
    assert [saved.new for saved in names] == [True, True, True, False, False]
    long = [save(tmp_path, "é" * 100 + ".txt", content).id for content in (b"1", b"2")]
    assert long == [f"added/{'é' * 58}.txt", f"added/{'é' * 57}-2.txt"]
    assert len(tree(tmp_path)) == 5


def test_names_come_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.ingest.adding.SAME_NAME", 2)
    save(tmp_path, "a.txt", b"1")
    save(tmp_path, "a.txt", b"2")
    with pytest.raises(ValueError, match="There are 2 files of that name"):
        save(tmp_path, "a.txt", b"3")
    assert set(tree(tmp_path)) == {"added/a.txt", "added/a-2.txt"}


def without_links(_: object, __: object) -> None:
    raise OSError(95, "Operation not supported")


@pytest.mark.parametrize("link", [os.link, without_links])
def test_many_at_once_take_no_name_from_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Callable[..., None]
) -> None:
    monkeypatch.setattr("qa.ingest.adding.os.link", link)
    contents = [f"Article {number}.".encode() for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        saved = list(pool.map(lambda content: save(tmp_path, "a.txt", content), contents))
    assert len({one.id for one in saved}) == 40 and all(one.new for one in saved)
    assert [(tmp_path / one.id).read_bytes() for one in saved] == contents
    assert len(tree(tmp_path)) == 40
    assert save(tmp_path, "a.txt", contents[0]).new is False


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    corpus.mkdir()
    outside.mkdir()
    (corpus / "added").symlink_to(outside)
    with pytest.raises(ValueError, match="'added' is a link"):
        save(corpus, "sub/a.txt", BODY)
    assert list(outside.iterdir()) == []


def test_a_file_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(BODY)
    (tmp_path / "added").mkdir()
    (tmp_path / "added" / "a.txt").symlink_to(tmp_path / "secret")
    (tmp_path / "added" / "a-2.txt").symlink_to(tmp_path / "nowhere")
    assert save(tmp_path, "a.txt", BODY) == Saved("added/a-3.txt", True)
    assert (tmp_path / "secret").read_bytes() == BODY and not (tmp_path / "nowhere").exists()


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    save(tmp_path, "a.txt", BODY)
    with pytest.raises(ValueError, match="There is a file named 'a.txt' already"):
        save(tmp_path, "a.txt/b.txt", BODY)
    with pytest.raises(ValueError, match=r"It cannot be written \(No such file or directory\)"):
        save(tmp_path / "gone", "a.txt", BODY)
    assert tree(tmp_path) == {"added/a.txt": BODY}


def test_what_is_saved_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr("qa.ingest.adding.os.fsync", lambda handle: flushed.append(os.fstat(handle).st_ino))
    saved = tmp_path / save(tmp_path, "a.txt", BODY).id
    assert flushed == [saved.stat().st_ino, saved.parent.stat().st_ino]


def test_others_may_read_what_is_added(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    path = tmp_path / save(tmp_path, "a.txt", BODY).id
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_file_is_taken_out_with_the_folders_it_leaves_empty(tmp_path: Path) -> None:
    one, other = save(tmp_path, "a/b/c/one.txt", BODY), save(tmp_path, "a/other.txt", BODY)
    remove(tmp_path, one.id)
    assert tree(tmp_path) == {other.id: BODY} and not (tmp_path / "added/a/b").exists()
    remove(tmp_path, other.id)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "holds"),
    [
        ("a.txt", BODY, True),
        ("a.pdf", b"%PDF-1.4 broken", False),
        ("a.txt", b"Skip to main content", False),
        ("a.jsonl", b'no\n{"text": "The bridge was closed."}\n', True),
        ("a.jsonl", b"no\n[]\n", False),
    ],
)
def test_whether_anything_can_be_searched_in_a_file(tmp_path: Path, name: str, content: bytes, holds: bool) -> None:
    assert holds_an_article(tmp_path, save(tmp_path, name, content).id) is holds


def article(root: Path, name: str, content: bytes) -> Article:
    saved = save(root, name, content)
    (source,) = [source for source in sources(root) if source.id == saved.id]
    (found,) = read(source, {})
    assert isinstance(found, Article), found
    return found


def test_a_pasted_text_is_read_as_it_was_meant(tmp_path: Path) -> None:
    name, content = pasted(
        "Ramadi: “it fell”\n", " It fell.\r\n\r\nThen? ", "2015-05-18", "Harbour Wire", "A, B", "https://x.org/a?b#c"
    )
    assert name == "2015-05-18-ramadi-it-fell.md"
    assert content.startswith("---\ntitle: 'Ramadi: “it fell”'\npublished: 2015-05-18\npublisher:".encode())
    found = article(tmp_path, name, content)
    assert (found.title, found.text) == ("Ramadi: “it fell”", "It fell.\n\nThen?\n")
    assert (found.published, found.basis) == (date(2015, 5, 18), "given")
    assert (found.publisher, found.author, found.url) == ("Harbour Wire", "A, B", "https://x.org/a?b#c")


@pytest.mark.parametrize("text", ["---\npublisher: Forged\n---\nIt fell.", "It fell."])
def test_a_pasted_text_alone_is_enough_and_is_never_front_matter(tmp_path: Path, text: str) -> None:
    name, content = pasted("", text)
    found = article(tmp_path, name, content)
    assert (found.text, found.publisher, found.published) == (text + "\n", "", None)


@settings(deadline=None)
@given(*[st.text(max_size=40)] * 4)
@example("---\n---", "---", "\ud800 \x85 \u2028", "\0x")
@example("README", "con", "yes", "2015-05-18")
def test_whatever_is_pasted_can_be_read_again(title: str, text: str, publisher: str, author: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            name, content = pasted(title, text, "2015-05-18", publisher, author)
        except ValueError as error:
            assert "There is no text" in str(error)
            return
        saved = save(Path(folder), name, content)
        (source,) = sources(Path(folder))
        assert source.id == saved.id
        for found in read(source, {}):
            assert isinstance(found, Article), found
            for given_, kept in ((title, found.title), (publisher, found.publisher), (author, found.author)):
                plain = " ".join(given_.encode("utf-8", "replace").decode().replace("\0", "").split())
                assert kept == plain or not plain
            found.title.encode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("text", " \n", "There is no text"),
        ("text", "\0", "There is no text"),
        ("published", "18 May 2015", "no day of the form 2015-05-17"),
        ("published", "20150518", "no day of the form"),
        ("published", "2015-02-31", "no day of the form"),
        ("published", "2015-05-18T08:00", "no day of the form"),
        ("url", "javascript:alert(1)", "neither http:// nor https://"),
        ("url", "x.org/a", "neither http:// nor https://"),
        ("title", "x" * 2001, "The title has 2,001 characters"),
    ],
)
def test_what_is_said_of_a_text_is_checked(field: str, value: str, said: str) -> None:
    given_ = {"title": "Bridge", "text": "It fell."} | {field: value}
    with pytest.raises(ValueError, match=said) as error:
        pasted(**given_)
    assert str(error.value).count(". ") == 0


def test_a_text_without_a_title_is_named_after_its_words() -> None:
    assert pasted("", "The bridge fell.")[0] == "text-the-bridge-fell.md"
    assert pasted("README", "The bridge fell.")[0] == "text-readme.md"
    assert pasted("?!", "…", "2015-05-18")[0] == "2015-05-18.md"
    assert pasted("word " * 30, "…")[0] == "text" + "-word" * 10 + ".md"
