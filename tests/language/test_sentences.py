"""Where sentences end."""

import pytest

from qa.language.sentences import sentences


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\u3000", "\u2009", " ", "\t"])
def test_any_white_space_may_stand_before_a_full_stop(space: str) -> None:
    first, second, third = f"They fell back on Plan B{space}.", "It failed.", f"So they left{space}."
    text = f"{first} {second}\n{third}"
    assert [text[s.start : s.end] for s in sentences(text)] == [first, second, third]
