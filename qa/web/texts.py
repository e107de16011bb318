"""The words of the page, in each of its languages. All of them stand in texts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FILE = Path(__file__).parent / "texts.toml"
RIGHT_TO_LEFT = ("ar",)


class Texts:
    """The page's words in one language."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language, self._words = language, words

    @property
    def direction(self) -> str:
        """How the language runs: "ltr" or "rtl"."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def path(self) -> str:
        """Where the page in this language is."""
        return "/" if self.language == "en" else f"/{self.language}/"

    def __call__(self, key: str, **values: object) -> str:
        """The words of that key, with `values` in their places."""
        return self._words[key].format(**values)

    def count(self, key: str, number: int) -> str:
        """The words of that key for a number of things: those of `key`_one for a single one."""
        return self(f"{key}_one" if number == 1 else key, n=f"{number:,}")

    def browser(self) -> dict[str, str]:
        """What the page's script says: the words whose keys begin with "js_", without it."""
        return {key[3:]: words for key, words in self._words.items() if key.startswith("js_")}


def languages() -> dict[str, Texts]:
    """The page's words by language; English first."""
    with _FILE.open("rb") as file:
        return {language: Texts(language, words) for language, words in tomllib.load(file).items()}
