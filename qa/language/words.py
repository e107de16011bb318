"""The words of a text that carry its meaning, folded so that equal words compare equal."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import simplemma
import Stemmer

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for
    from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if in into is
    isn't it its itself just me more most my myself no nor not of off on once only or other our ours out over own said
    same say says she should so some such than that the their theirs them themselves then there these they this those
    through to too under until up very was wasn't we were weren't what when where which while who whom whose why will
    with won't would you your yours tell many much""".split()
)
"""English function words, and the words that make a question one."""

ACRONYMS = frozenset({"IS", "US", "WHO", "IT"})
"""Acronyms that without their capitals would be function words."""
_ACRONYM = re.compile(rf"\b(?:{'|'.join(sorted(ACRONYMS))})\b")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_AMERICAN = (
    ("isation", "ization"),
    ("ise", "ize"),
    ("our", "or"),
    ("tre", "ter"),
    ("ence", "ense"),
    ("ogramme", "ogram"),
)
"""British endings and the American ones."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*(?:['’][^\W_]+)?")


def without_surrogates(text: str) -> str:
    """`text` with "?" for each lone surrogate: a broken copy and paste leaves them; no file or database takes them."""
    return text.encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """`text` without case and accents, apostrophes straightened; its length may change."""
    straight = text.replace("’", "'")
    if straight.isascii():
        return straight.lower()
    return _NOT_ASCII.sub(_without_marks, unicodedata.normalize("NFKD", straight).casefold())


def _without_marks(match: re.Match[str]) -> str:
    return "".join(char for char in match[0] if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The words of `text` in order, folded; a number keeps its separators ("2,000", "7.5"), "IS" its capitals."""
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    if not _ACRONYM.search(text) or (text.isupper() and " " in text.strip()):  # an outcry, a headline
        return [word.removesuffix("'s") for word in _WORD.findall(fold(text))]
    found = _WORD.findall(unicodedata.normalize("NFC", text))
    return [word if word in ACRONYMS else fold(word).removesuffix("'s") for word in found]


@lru_cache(maxsize=100_000)
def term(word: str) -> str:
    """What all forms of a folded word share: its lemma's stem ("fell" and "falls": "fall")."""
    if word in ACRONYMS:
        return word
    lemma = simplemma.lemmatize(word, lang="en")
    for british, american in _AMERICAN:
        changed = lemma.removesuffix(british) + american
        if lemma.endswith(british) and len(lemma) > 5 and simplemma.is_known(changed, lang="en"):
            lemma = changed
    # A stemmer object may not be shared by threads; making one costs microseconds.
    return str(Stemmer.Stemmer("english").stemWord(lemma))


def terms(text: str) -> list[str]:
    """The content words of `text` in order, as terms, stop words left out."""
    return [term(word) for word in words(text) if word not in STOP_WORDS]
