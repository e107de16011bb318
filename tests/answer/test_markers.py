"""A model's stream, cut anywhere, to plain sentences with the sources they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.markers import Sentence, Unfinished, whole_sentences


def told(text: str, size: int = 1) -> list[tuple[str, tuple[int, ...]]]:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [(s.text, s.numbers) for s in whole_sentences(pieces) if isinstance(s, Sentence)]


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ("It fell on 17 May [1]. Then [2].", [("It fell on 17 May.", (1,)), ("Then.", (2,))]),
        ("It fell. [1] Then it rose. [2, 3]", [("It fell.", (1,)), ("Then it rose.", (2, 3))]),
        ("It fell.[1][4] It rose [1]", [("It fell.", (1, 4)), ("It rose", (1,))]),
        ("It fell [1-3].", [("It fell.", (1, 2, 3))]),
        ("It fell [2–900].", [("It fell.", (2, 900))]),
        ("It fell 【3†L12-L15】.", [("It fell.", (3,))]),
        ("It fell [1].\n[1] It rose.", [("It fell.", (1,)), ("It rose.", ())]),
        ("It fell [Source 2] (sources 3, 4) [^5].", [("It fell.", (2, 3, 4, 5))]),
        ("In 2015 [2015] it fell (1).", [("In 2015 [2015] it fell (1).", ())]),
        (
            "Mr. Smith said 3.5 million left [1] in U.S. cars.",
            [("Mr. Smith said 3.5 million left in U.S. cars.", (1,))],
        ),
        ("It fell [1]. It rose [", [("It fell.", (1,)), ("It rose", ())]),
        ("It fell [1]. It rose [1", [("It fell.", (1,)), ("It rose", ())]),
        ("[1] It fell.", [("It fell.", (1,))]),
        ("[1]", []),
        ("", []),
        (" \n—\n", []),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_sentences_and_their_sources(written: str, sentences: list[tuple[str, tuple[int, ...]]], size: int) -> None:
    assert told(written, size) == sentences


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<think>Maybe [9]. No.</think>It fell.", "It fell."),
        ("<think>It never ends.", ""),
        ("**It** fell in `May`.", "It fell in May."),
        ("## Answer\n- It fell.", "Answer It fell."),
        ("```python\nIt fell.\n```", "It fell."),
        ("See ![a](http://evil.example/a.png) this.", "See this."),
        ("See [this](http://evil.example/?q=1) page.", "See this page."),
        ("See http://evil.example/a and www.evil.example now.", "See and now."),
        ("See //evil.example/a or javascript:alert(1) now.", "See or now."),
        ("It <img src=x onerror=alert(1)> fell.", "It fell."),
        ("It fell.\n\n[1]: http://evil.example", "It fell."),
    ],
)
def test_nothing_but_plain_words_is_left(written: str, plain: str) -> None:
    assert " ".join(words for words, _ in told(written, 1000)) == plain


def test_what_is_being_written_is_told_without_half_a_marker() -> None:
    found = list(whole_sentences(list("It fell [1]. It rose [2]")))
    drafts = [f.text for f in found if isinstance(f, Unfinished)]
    assert drafts[0] == "I" and "It fell" in drafts and not any("[" in draft or "1" in draft for draft in drafts)
    assert [f.text for f in found if isinstance(f, Sentence)] == ["It fell.", "It rose"]
    rose = next(place for place, f in enumerate(found) if f.text.startswith("It r"))
    assert found.index(Sentence("It fell.", (1,), True)) < rose


def test_paragraphs_are_kept() -> None:
    found = [s for s in whole_sentences(["One. Two.\n\nThree."]) if isinstance(s, Sentence)]
    assert [s.opens for s in found] == [True, False, True]


@given(st.text(alphabet="ab1 .[]()<>!*`#\n【】†-,/:htp", max_size=60), st.integers(1, 7))
def test_any_stream_ends_and_shows_no_link_or_tag(written: str, size: int) -> None:
    for sentence, _ in told(written, size):
        assert "http://" not in sentence and "\n" not in sentence
