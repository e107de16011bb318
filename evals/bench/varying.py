"""Archives of any size out of real articles, for measuring growth.

An article is put together of paragraphs of several real ones, and every name in it is exchanged for another name of
the same articles, one in twelve of them made longer: so words and passages are distinct, and the vocabulary grows as
that of a larger archive does. Days are spread over ten years. The same number makes the same article, so that a
smaller archive is the beginning of a larger one.

Encoding so many texts would take hours that say nothing of the index. Past the first thousands a passage's vector is
drawn by its text out of encoded ones: the sum of two and a little noise, of length 1.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from itertools import count as numbers
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.index.work import Encodes

PARAGRAPHS = (8, 24)
"""Of an article, at least and at most."""
LONGER = 12
"""One in so many names is made longer."""
FILE_ARTICLES = 500
"""Articles in one file."""
FIRST, DAYS = date(2013, 1, 1), 3652
SYLLABLES = ("ba", "den", "fir", "go", "hul", "ki", "lam", "mer", "nos", "pra", "ros", "sti", "tov", "ur", "vel", "zan")
NOISE = 0.3
"""Length of the noise in a drawn vector; the two encoded ones have length 1."""
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
"""A capitalised word within a sentence."""


class Varied:
    """Articles made of the paragraphs, names, headlines and outlets of real ones."""

    def __init__(self, articles: Sequence[dict[str, str]]) -> None:
        """Vary `articles`, rows with text, title and publisher."""
        self._paragraphs = [part for row in articles for part in row["text"].split("\n") if len(part.split()) > 12]
        self._titles = [row["title"] for row in articles if row.get("title")]
        self._outlets = sorted({row.get("publisher", "") for row in articles})
        self._names = sorted({name for row in articles for name in _NAME.findall(row["text"])})

    def article(self, number: int) -> dict[str, str]:
        """The row of the article of that number."""
        chance = random.Random(number)  # noqa: S311 - repeatable text
        text = "\n\n".join(chance.sample(self._paragraphs, chance.randint(*PARAGRAPHS)))
        return {
            "id": f"{number:07d}",
            "title": self._renamed(chance.choice(self._titles), number),
            "text": self._renamed(text, number),
            "published": (FIRST + timedelta(days=chance.randrange(DAYS))).isoformat(),
            "publisher": chance.choice(self._outlets),
        }

    def articles(self) -> Iterator[dict[str, str]]:
        """Without end."""
        return map(self.article, numbers())

    def write(self, root: Path, first: int, count: int) -> None:
        """Write the articles of these numbers into `root`, as JSONL files of FILE_ARTICLES rows."""
        root.mkdir(parents=True, exist_ok=True)
        for start in range(first, first + count, FILE_ARTICLES):
            end = min(start + FILE_ARTICLES, first + count)
            lines = [json.dumps(self.article(number)) for number in range(start, end)]
            (root / f"{start:07d}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _renamed(self, text: str, number: int) -> str:
        def other(match: re.Match[str]) -> str:
            drawn = _number(f"{match[0]} {number}")
            name: str = self._names[drawn % len(self._names)]
            return name + SYLLABLES[drawn // 7 % len(SYLLABLES)] if drawn % LONGER == 0 else name

        return _NAME.sub(other, text)


class Drawn:
    """An encoder that encodes the first texts and draws the vectors of the others."""

    def __init__(self, encoder: Encodes, encoded: int) -> None:
        """Let `encoder` encode the first `encoded` texts."""
        self._encoder, self._encoded = encoder, encoded
        self._known: list[NDArray[np.float32]] = []

    @property
    def name(self) -> str:
        """That of the encoder: what it encoded can be searched with its questions."""
        return self._encoder.name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), each of length 1."""
        if len(self._known) >= self._encoded:
            return np.stack([self._drawn(text) for text in texts])
        found = self._encoder.encode(texts)
        self._known.extend(found)
        return found

    def _drawn(self, text: str) -> NDArray[np.float32]:
        chance = np.random.default_rng(_number(text))
        one, other = chance.integers(len(self._known), size=2)
        noise = chance.standard_normal(len(self._known[0]), dtype=np.float32)
        vector = self._known[one] + self._known[other] + NOISE * noise / np.linalg.norm(noise)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
