"""Where sentences end."""

import pytest

from qa.language.sentences import PIECE, sentences


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\u3000", "\u2009", " ", "\t"])
def test_any_white_space_may_stand_before_a_full_stop(space: str) -> None:
    first, second, third = f"They fell back on Plan B{space}.", "It failed.", f"So they left{space}."
    text = f"{first} {second}\n{third}"
    assert [text[s.start : s.end] for s in sentences(text)] == [first, second, third]


def test_a_long_line_has_the_sentences_that_it_is_made_of() -> None:
    told = [f"Speaker {n} said “that the bridge fell. Nobody was on it. It rained.” and left." for n in range(400)]
    text = " ".join(told)
    assert len(text) > 3 * PIECE
    assert [text[s.start : s.end] for s in sentences(text)] == told


def test_a_line_of_opening_quotation_marks_is_looked_at_in_pieces() -> None:
    text = "“" * (3 * PIECE + 1)
    found = sentences(text)
    assert "".join(text[s.start : s.end] for s in found) == text
    assert max(s.end - s.start for s in found) <= PIECE


def test_space_to_the_end_of_a_long_line_ends_it() -> None:
    assert sentences(" " * 3 * PIECE) == []
    assert len(sentences("It fell." + " " * 3 * PIECE)) == 1
