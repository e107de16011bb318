"""A name that the archive has nowhere is read as the one it has that is spelled nearly so."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qa.index.index import Index
from tests.conftest import Corpus, WordCounts, article

FILES = {
    "a.md": article("Floods at Ramadi", "Ramadi was cut off. Nobody in Ramadi slept."),
    "b.md": article(
        "Fallujah waits", "Fallujah waits for the water. In Fallujah carp bite. Zorbat came once. Velmet met Velmet."
    ),
}


@pytest.fixture
def index(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> Iterator[Index]:
    with closing(Index(tmp_path / "index", encoder)) as found:
        found.sync(corpus(FILES))
        yield found


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("When was Ramdi cut off?", "When was Ramadi cut off?"),
        ("When was Rmaadi cut off?", "When was Ramadi cut off?"),
        ("what happened in falujha", "what happened in Fallujah"),
        ("Who waits in Fallujah?", "Who waits in Fallujah?"),
        ("Who is Zorbad?", "Who is Zorbad?"),  # once is no sure name
        ("Who wears velvet?", "Who wears velvet?"),  # an English word, though there is a Velmet
        ("Where is Lamadi?", "Where is Lamadi?"),  # the first letter is mostly right
        ("Who said *~^:( Ramdi\\?", "Who said *~^:( Ramadi\\?"),
    ],
)
def test_a_name_is_read_as_the_archive_spells_it(index: Index, asked: str, meant: str) -> None:
    assert index.respelled(asked)[0] == meant


def test_what_is_read_otherwise_is_told(index: Index) -> None:
    assert index.respelled("Is Ramdi near falujha?")[1] == (
        "The archive has no “Ramdi”: the nearest name it has is “Ramadi”.",
        "The archive has no “falujha”: the nearest name it has is “Fallujah”.",
    )
    assert index.respelled("Is Ramadi near Fallujah?")[1] == ()
