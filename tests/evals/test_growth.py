"""The bench of growth: what archives are made of, what is counted, and how machines are added up."""

import json
import math
from argparse import Namespace
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evals.bench import growth
from evals.bench.growth import Steps, build, quantiles, tables
from evals.bench.scaling import Costs, Machine, Plan, search_seconds, simulate, smallest
from evals.bench.varying import Drawn, Varied
from qa.types import Progress

TEXT = "\n".join(
    f"On day {n} the mayor of Ramadi and the governor of Anbar met in the old town of Hit, said Tariq of the council."
    for n in range(40)
)
ROWS = [{"id": "a", "title": "The mayor of Ramadi speaks", "text": TEXT, "publisher": "Ledger"}]
COSTS = Costs(search={1_000: 0.01, 100_000: 0.1}, answer=0.2, spread=1.0, memory=1_000, disk=2_000, encode=100)


class Counting:
    """An encoder of two dimensions that counts what it is given."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        angles = [len(self.texts) + n for n in range(len(texts))]
        return np.array([[math.cos(a), math.sin(a), 0, 0] for a in angles], dtype=np.float32)


def test_a_smaller_archive_is_the_beginning_of_a_larger_one() -> None:
    one, other = Varied(ROWS), Varied(ROWS)
    first = list(islice(one.articles(), 5))
    assert [other.article(n) for n in range(5)] == first
    assert len({row["text"] for row in first}) == len({row["id"] for row in first}) == 5
    assert all(row["publisher"] == "Ledger" and row["published"] >= "2013-01-01" for row in first)


def test_names_are_exchanged_alike_within_an_article() -> None:
    varied = Varied(ROWS)
    told = [varied.article(n)["text"].split() for n in range(30)]
    mayors = [{text[place + 2] for place, word in enumerate(text) if word == "mayor"} for text in told]
    assert all(len(names) == 1 for names in mayors)
    assert len(set.union(*mayors)) > 3
    assert not all(name in TEXT.split() for name in set.union(*mayors))  # some were made longer


def test_only_the_first_texts_are_encoded_and_the_others_drawn_by_their_words() -> None:
    encoder = Counting()
    drawn = Drawn(encoder, 3)
    drawn.encode(["a", "b"])
    drawn.encode(["c", "d"])
    assert encoder.texts == ["a", "b", "c", "d"]
    one, two, again = drawn.encode(["e", "f", "e"])
    assert encoder.texts == ["a", "b", "c", "d"]
    assert np.linalg.norm(one) == pytest.approx(1)
    assert (one == again).all() and not np.allclose(one, two)


def test_steps_tell_words_from_the_graph() -> None:
    steps = Steps()
    for stage in ("reading", "indexing", "comparing", "encoding", "encoding", "indexing"):
        steps.tell(Progress(stage, 1, 1))
    assert set(steps.seconds) == {"reading", "words", "comparing", "encoding", "graph"}


def test_the_table_has_a_column_for_each_size_and_ratios_to_the_rival() -> None:
    def figures(passages: int, **more: object) -> dict[str, object]:
        pairs = dict.fromkeys((*growth.FILTERS, "ask"), [0.01, 0.02])
        seconds = dict.fromkeys(("open", "first search", "found by words", "sync of one", "qa ask", "page"), 1.5)
        sizes = {"build memory": 2e9, "ask memory": 1e9, "disk": 5e6, "encoded": 100, "encoding seconds": 4.0}
        steps = {"reading": 6.0, "encoding": 50.0, "graph": 4.0}
        return {"passages": passages, "build seconds": 60.0, "steps": steps, **pairs, **seconds, **sizes, **more}

    beside = {
        "rival passages": 900,
        "rival build seconds": 240.0,
        "rival search": [0.03, 0.05],
        "rival memory": 1e9,
        "rival disk": 1e7,
    }
    lines = tables([figures(1_000, **beside), figures(20_000)]).splitlines()
    assert lines[0] == "| passages | 1,000 | 20,000 |"
    assert "| a first sync, encoding aside: passages/s | 100 | 2,000 |" in lines
    assert "| encoding: passages/s | 25 | 25 |" in lines
    assert "| search, a month: p50 / p99, ms | 10 / 20 | 10 / 20 |" in lines
    assert "| building: its / ours | 4.0 |" in lines
    assert "| search p50: its / ours | 3.0 |" in lines
    assert quantiles([1.0, 2.0, 3.0])[0] == 2.0


def test_an_archive_is_built_and_measured(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROWS[0]) + "\n", encoding="utf-8")
    found = build(Namespace(articles=tmp_path / "rows.jsonl", size=40), tmp_path / "40")
    assert found["passages"] == found["encoded"] > 20
    assert found["disk"] > 10_000 and found["build memory"] > 1e7
    assert {"reading", "words", "comparing", "encoding"} <= set(found["steps"])


def test_a_machine_takes_as_many_steps_at_once_as_it_has_cores() -> None:
    machine = Machine(2)
    assert [machine.done(5.0, 1.0), machine.done(5.0, 2.0), machine.done(5.5, 1.0)] == [6.0, 7.0, 7.0]
    assert machine.done(9.0, 1.0) == 10.0


def test_search_grows_as_a_power_between_what_was_measured() -> None:
    assert search_seconds(COSTS, 1_000) == pytest.approx(0.01)
    assert search_seconds(COSTS, 10_000) == pytest.approx(0.1**1.5)
    assert search_seconds(COSTS, 10_000_000) == pytest.approx(1.0)


def test_an_idle_arrangement_takes_the_time_of_its_steps() -> None:
    seconds = simulate(COSTS, Plan(1, 1, 1), 100_000, rate=0.001, dated=0.0, cores=4)
    assert seconds == pytest.approx([0.1 + 0.2] * len(seconds))
    halved = simulate(COSTS, Plan(10, 1, 1), 100_000, rate=0.001, dated=0.0, cores=4)
    assert halved == pytest.approx([0.1**1.5 + 0.2] * len(halved))


def test_more_questions_and_more_passages_take_more_machines() -> None:
    options = Namespace(dated=0.2, cores=4, memory=1.0, limit=1.0)
    few, slow = smallest(COSTS, options, 1_000_000, 1.0)
    assert few == Plan(1, 1, 1) and slow < 1.0
    many, slow = smallest(COSTS, options, 1_000_000, 200.0)
    assert many.groups > 10 and many.answering >= 10 and slow < 1.0
    large, _ = smallest(COSTS, options, 3_000_000, 1.0)
    assert large.shards == 3
