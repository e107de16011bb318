"""The archive against a dictionary: whatever is done in whatever order, the index follows the folder.

A sync is stopped at any of its steps by an error that nothing handles, after which the index is opened anew, as after a
kill; `test_kills.py` kills real processes.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from numpy.typing import NDArray

from qa.index import index as index_module
from qa.index import reading, sync
from qa.index.index import Index
from qa.types import Filters
from tests.conftest import WordCounts
from tests.safety.small import text_of
from tests.safety.test_kills import Record

NAMES = st.sampled_from([f"name{letter}" for letter in "stuvwxyz"])
STATES = st.integers(0, 99)


class Stopped(BaseException):
    """As sudden as a kill, but for what Python does when a block is left."""


class Archive(RuleBasedStateMachine):
    """`folder` is what the corpus holds, `known` what the last whole sync found; between them, anything goes."""

    def __init__(self) -> None:
        super().__init__()
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
        self.place = tempfile.TemporaryDirectory(prefix="dateline-", dir=memory)
        self.corpus, self.index_folder = Path(self.place.name, "corpus"), Path(self.place.name, "index")
        self.corpus.mkdir()
        self.folder: dict[str, int] = {}
        self.known: dict[str, int] = {}
        self.known_is_exact = True
        self.index = Index(self.index_folder, WordCounts())

    def teardown(self) -> None:
        self.index.close()
        self.place.cleanup()

    @initialize(states=st.dictionaries(NAMES, STATES, min_size=3))
    def begin(self, states: dict[str, int]) -> None:
        for name, state in states.items():
            self.put(name, state)
        self.bring_up_to_date()

    @rule(name=NAMES, state=STATES)
    def put(self, name: str, state: int) -> None:
        """Add an article, or change it."""
        self.folder[name] = state
        self._file(name).write_text(text_of(name, state), encoding="utf-8")

    @precondition(lambda self: self.folder)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.folder)))
        del self.folder[name]
        self._file(name).unlink()

    @precondition(lambda self: self.folder)
    @rule(data=st.data(), new=NAMES)
    def rename(self, data: st.DataObject, new: str) -> None:
        """The file of one article under the name of another, which it may replace."""
        old = data.draw(st.sampled_from(sorted(self.folder)))
        self._file(old).rename(self._file(new))
        self.folder[new] = self.folder.pop(old)
        self._file(new).write_text(text_of(new, self.folder[new]), encoding="utf-8")

    @rule()
    def bring_up_to_date(self) -> None:
        changed = {name for name in self.folder.keys() & self.known.keys() if self.folder[name] != self.known[name]}
        report = self.index.sync(self.corpus)
        if self.known_is_exact:
            assert report.added == len(self.folder.keys() - self.known.keys())
            assert report.removed == len(self.known.keys() - self.folder.keys())
            assert report.changed == len(changed)
        self.known, self.known_is_exact = dict(self.folder), True
        assert self.index.check() == []

    @rule(steps=st.integers(1, 12), encoding=st.booleans())
    def be_stopped(self, steps: int, encoding: bool) -> None:
        """Stop a sync after so many steps, within the encoder or where it reports."""
        left = steps

        def step(_: object = None) -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Stopped

        class Stopping(WordCounts):
            def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
                if encoding:
                    step()
                return super().encode(texts)

        self.index.close()
        self.index = Index(self.index_folder, Stopping())
        try:
            self.index.sync(self.corpus, None if encoding else step)
        except Stopped:
            self.known_is_exact = False
            self.known = {name: state for name, state in self.known.items() if self.folder.get(name) == state}
        else:
            self.known, self.known_is_exact = dict(self.folder), True
        self.reopen()

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = Index(self.index_folder, WordCounts())

    @invariant()
    def what_is_known_and_unchanged_is_found(self) -> None:
        held = {article.id[:-4]: article.text for article in self.index.articles()}
        for name, text in held.items():
            assert self.index.article(f"{name}.txt").text == text  # type: ignore[union-attr]
        if self.known_is_exact:
            assert held == {name: text_of(name, state) for name, state in self.known.items()}
        for name, state in self.known.items():
            if self.folder.get(name) == state:
                assert held[name] == text_of(name, state)
                vector = WordCounts().encode([text_of(name, state)])[0]
                for ranking in (
                    self.index.lexical(f"{name}state{state}", 3, Filters()),
                    self.index.dense(vector, 99, Filters()),
                ):
                    found = self.index.passages([key for key, _ in ranking]).values()
                    assert f"{name}.txt" in {article.id for _, article in found}

    def _file(self, name: str) -> Path:
        return self.corpus / f"{name}.txt"


@pytest.mark.parametrize(
    ("examples", "steps"), [(10, 12), pytest.param(300, 40, marks=pytest.mark.nightly)], ids=["few", "many"]
)
def test_the_index_is_what_a_dictionary_says(
    monkeypatch: pytest.MonkeyPatch, record_property: Record, examples: int, steps: int
) -> None:
    monkeypatch.setattr(index_module, "EXACT_LIMIT", 0)
    for name in ("ENCODED_AT_ONCE", "LEXICAL_AT_ONCE", "VECTORS_AT_ONCE"):
        monkeypatch.setattr(sync, name, 2)
    monkeypatch.setattr(reading, "STEPS_AT_ONCE", 3)
    record_property("row", "the archive against a dictionary")
    record_property("n", f"{examples} x {steps} steps")
    record_property("result", "0 differences")
    run_state_machine_as_test(
        Archive,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples == 10,
            suppress_health_check=list(HealthCheck),
        ),
    )
