"""Names of a question that the archive has nowhere, spelled as it has them: "Ramdi" is Ramadi."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from qa.language.names import ALIKE, SPELLED, english
from qa.language.words import fold

_WORD = re.compile(r"[^\W\d_]+")
SURE = 2
"""Times that the archive has a name at least, for it to be taken for what was meant."""


def respelled(question: str, near: Callable[[str], Iterable[str]]) -> tuple[str, tuple[str, ...]]:
    """`question` with each such name as the archive has it most often, and a sentence on each, in their order.

    What is an English word is left as it is.

    Args:
        question: A question that stands alone.
        near: The texts of passages with a word nearly like one that no passage has; none where one has it.
    """
    told: dict[str, str] = {}

    def spelled(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) <= SPELLED or english(fold(word)) or not (meant := _meant(word, near(word))):
            return word
        told[word] = f"The archive has no “{word}”: the nearest name it has is “{meant}”."
        return meant

    return _WORD.sub(spelled, question), tuple(told.values())


def _meant(word: str, texts: Iterable[str]) -> str:
    """The capitalised word of the texts that is most like `word`, of those the commonest; empty where none is."""
    counted = Counter(name for text in texts for name in _WORD.findall(text) if name[:1].isupper())
    like = {
        name: SequenceMatcher(None, fold(name), fold(word)).ratio()
        for name, times in counted.items()
        if times >= SURE and fold(name)[:1] == fold(word)[:1]
    }
    best = max(like, key=lambda name: (like[name], counted[name], name), default="")
    return best if best and like[best] >= ALIKE else ""
