"""What tests share: small corpora written on the spot, and an encoder that needs no model."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qa.language.words import terms

ROOT = Path(__file__).parents[1]
Corpus = Callable[..., Path]


class WordCounts:
    """Vectors that count terms in 64 bins: texts that share words are near each other. Counts what it encodes."""

    def __init__(self, name: str = "word-counts") -> None:
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        vectors = np.full((len(texts), 64), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms(text):
                vectors[row, sum(term.encode()) % 64] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No model but the one that a test sets up, and no settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "QA_", "OTEL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("qa.settings.FILE", tmp_path / "no-settings.toml")


@pytest.fixture
def encoder() -> WordCounts:
    return WordCounts()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Writes files, given by keyword or mapping of name to text, into one corpus folder and returns it."""
    folder = tmp_path / "articles"
    folder.mkdir()

    def write(files: dict[str, str] | None = None) -> Path:
        for name, text in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return folder

    return write


def article(title: str, body: str, published: str = "2015-05-18", publisher: str = "Harbour Wire") -> str:
    """A Markdown article with front matter."""
    return f'---\ntitle: "{title}"\npublished: {published}\npublisher: {publisher}\n---\n{body}\n'
