"""The shipped reader finds words and says where there are none."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from qa.models.reader import NOTHING, Reader, Reading

FALL = "The governor spoke for an hour. Velm fell on Sunday, when the last soldiers left. Rain is expected."
CAKE = "Beat the butter and the sugar. Add four eggs, then the flour, and bake the cake for an hour."


@pytest.fixture(scope="module")
def shipped() -> Reader:
    return Reader()


def words(text: str, reading: Reading) -> str:
    _, span = reading.best(0, len(text))
    assert span is not None
    return text[span[0] : span[1]]


def test_it_finds_the_words_that_answer(shipped: Reader) -> None:
    fall, cake = shipped.read(["When did Velm fall?"] * 2, [("Siege of Velm ends", FALL), ("", CAKE)])
    assert "Sunday" in words(FALL, fall)
    assert fall.relevance > 0 > cake.relevance
    assert fall.best(0, len(FALL))[0] > 0 > cake.best(0, len(CAKE))[0]
    (eggs,) = shipped.read(["How many eggs are needed?"], [("Plum cake", CAKE)])
    assert words(CAKE, eggs) == "four"


def test_the_best_span_lies_inside_the_characters_asked_for(shipped: Reader) -> None:
    (reading,) = shipped.read(["When did Velm fall?"], [("Siege of Velm ends", FALL)])
    start = FALL.index("Rain")
    score, span = reading.best(start, len(FALL))
    assert span is not None and start <= span[0] < span[1] <= len(FALL)
    assert score < reading.best(0, len(FALL))[0]
    assert reading.best(len(FALL), len(FALL) + 9) == (NOTHING, None)


def test_a_span_goes_forwards_inside_the_bounds_and_is_weighed_against_no_answer() -> None:
    text = "one two three"
    offsets = np.array([[0, 3], [4, 7], [8, 13]], dtype=np.int64)
    starts, ends = np.array([0, 1, 9], np.float32), np.array([9, 2, 1], np.float32)
    reading = Reading(0.0, offsets, starts, ends, 4.0)
    score, span = reading.best(0, len(text))
    assert (score, span) == (9 + 1 - 4, (8, 13))  # the best start and the best end do not make a span
    score, span = reading.best(0, 7)
    assert (score, span) == (9 + 0 - 4, (0, 3))
    assert reading.best(4, 7) == (1 + 2 - 4, (4, 7))


def test_passages_keep_their_order_and_do_not_depend_on_each_other(shipped: Reader) -> None:
    passages = [("", "word " * 2000), ("Siege of Velm ends", FALL), ("", ""), ("A very long title " * 40, CAKE)]
    together = shipped.read(["When did Velm fall?"] * len(passages), passages)
    alone = [shipped.read(["When did Velm fall?"], [passage])[0] for passage in passages]
    assert len(together) == 4
    for one, other in zip(together, alone, strict=True):
        # 8-bit arithmetic rounds a text a little differently beside longer ones.
        assert abs(one.relevance - other.relevance) < 1
        assert np.array_equal(one.offsets, other.offsets)
    assert shipped.read([], []) == []


def test_threads_do_not_mix_their_passages(shipped: Reader) -> None:
    texts = [f"Report number {n} speaks of {'rain ' * (n % 7)}." for n in range(32)]
    expected = [shipped.read(["What is it?"], [("", text)])[0].relevance for text in texts]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda text: shipped.read(["What is it?"], [("", text)])[0].relevance, texts))
    assert got == expected
