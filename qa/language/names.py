"""Names that mean the same: told so by a text, listed, or spelled nearly alike."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files

import simplemma

from qa.language.words import STOP_WORDS, fold, term, words

ACRONYM = re.compile(r"[A-Z][A-Za-z]{0,3}[A-Z]")
LONGEST_NAME = 8
"""Words of the longest name looked for in a question."""
ALIKE = 0.75
"""Share of letters that two spellings of one name have in common, at least (difflib's ratio)."""
SPELLED = 4
"""A shorter word has no other spelling that could be told from another name."""

# Bounded, since a text may be made to be read for ever.
_WORD = r"(?:[A-Z][\w’'.-]{0,40}|al-[A-Z][\w’'-]{0,40})"
_NAME = rf"{_WORD}(?:(?: (?:of|and|the|for|al|el)){{0,2}} {_WORD}){{0,{LONGEST_NAME - 1}}}"
_IN_BRACKETS = re.compile(
    rf"(?P<one>{_NAME}(?: [a-z]+)?)(?:’s|'s)? ?"
    rf"[(\[](?:the |or |also |known as |an? )*[“\"]?(?P<other>{_NAME})[”\"]?[)\]]"
)
_KNOWN_AS = re.compile(
    rf"(?P<one>{_NAME}),? (?:(?:which is |also |better |formerly |previously |sometimes )*(?:known|referred to) as|"
    rf"formerly|also called) (?:the )?[“\"]?(?P<other>{_NAME})"
)
_STANDS_FOR = re.compile(
    rf"(?P<one>{_WORD})[”\"]?[^.;]{{0,80}}? (?:acronym|abbreviation|name|term|initials) (?:for|of) (?:the )?"
    rf"(?P<other>{_NAME})"
)
# A name is looked for only where these are: trying every capitalised word took a quarter of a sync's reading.
_BRACKET, _HINT_KNOWN_AS = re.compile(r"[(\[]"), re.compile(r"(?:known|referred to) as|formerly|also called")
_HINT_STANDS_FOR = re.compile(r" (?:acronym|abbreviation|name|term|initials) (?:for|of) ")
_ARTICLES = ("the", "al", "el")
_NO_NAME = re.compile(r"^(?:AP|AFP|Reuters|EPA|Photo|Getty|File|The|A|In|On|He|She|It|This|But|And|Mr|Mrs)\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a question that has others."""

    start: int
    end: int
    others: tuple[str, ...]
    """What else the archive may call it."""


@lru_cache(maxsize=100_000)
def key(name: str) -> str:
    """What all ways to write a name share: an acronym its capitals, any other the terms or sounds of its words."""
    plain = name.replace(".", "")
    if ACRONYM.fullmatch(plain):
        return plain.upper()
    return " ".join(term(word) if english(word) else sound(word) for word in words(name) if word not in _ARTICLES)


def told(text: str) -> Iterator[tuple[str, str]]:
    """The pairs of names that `text` says are of one thing: "Islamic State (IS)", "X, also known as Y"."""
    for match in _within_lines(_IN_BRACKETS, _BRACKET, text):
        one, other = _clean(match["one"]), _clean(match["other"])
        if acronym := _spelled_out(one, other) or _spelled_out(other, one):
            yield acronym
        elif not (ACRONYM.fullmatch(one) or ACRONYM.fullmatch(other)) and _is_name(one) and _is_name(other):
            # "Ramadi (Anbar)" is a place in another: of two names for one thing, one has two words at least.
            if min(len(one.split()), len(other.split())) > 1:
                yield one, other
    stands_for = _STANDS_FOR.finditer(text) if _HINT_STANDS_FOR.search(text) else ()
    for match in (*_within_lines(_KNOWN_AS, _HINT_KNOWN_AS, text), *stands_for):
        if _is_name(match["one"]) and _is_name(match["other"]) and len(match["one"] + match["other"]) > 7:
            yield _clean(match["one"]), _clean(match["other"])


def _within_lines(pattern: re.Pattern[str], hint: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of `pattern`, none of which goes over a line's end, in the lines that have the hint."""
    for line in text.split("\n"):
        if hint.search(line):
            yield from pattern.finditer(line)


def _clean(name: str) -> str:
    return re.sub(r"^The |(?:['’]s?|\.)$", "", name.strip())


def _is_name(words_: str) -> bool:
    return not _NO_NAME.match(words_) and not any(char.isdigit() for char in words_)


def _spelled_out(long: str, acronym: str) -> tuple[str, str] | None:
    """The end of `long` whose initials `acronym` is, and the acronym."""
    if not ACRONYM.fullmatch(acronym):
        return None
    parts = long.split()
    for start in range(len(parts) - 1, -1, -1):
        initials = "".join(part[0] for part in re.split(r"[ -]", " ".join(parts[start:])) if part[:1].isupper())
        if initials == acronym.upper() and len(parts) - start > 1:
            return " ".join(parts[start:]), acronym
    return None


def listed(text: str) -> list[list[str]]:
    """The rows of a list of names, those of a row meaning the same.

    Raises:
        ValueError: It is no table of comma-separated values; the message is one sentence.
    """
    try:
        rows = csv.reader(text.splitlines(), strict=True)
        return [[name.strip() for name in row if name.strip()] for row in rows if len(row) > 1]
    except csv.Error as error:
        raise ValueError(f"It cannot be read as a table of comma-separated values ({error}).") from None


@cache
def general() -> list[list[str]]:
    """The list of names that comes with Dateline."""
    return listed((files("qa.language") / "data" / "aliases.csv").read_text(encoding="utf-8"))


def spelled(text: str) -> set[str]:
    """The words of `text` that may be spelled otherwise elsewhere: names that are no English words."""
    return {word for word in re.findall(r"\b[A-Z][^\W\d_]{3,}\b", text) if not english(fold(word))}


@lru_cache(maxsize=100_000)
def english(word: str) -> bool:
    """Whether a folded word is one of the language's own, and so alone no sign of a name."""
    return word in STOP_WORDS or bool(simplemma.is_known(word, lang="en"))


_SOUNDS = [("q", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ph", "f"), ("kh", "k"), ("gh", "g"), ("dh", "d")]


def sound(word: str) -> str:
    """What spellings of one name share: the first letter, the consonants, and whether it ends in a vowel."""
    folded = fold(word)
    for written, heard in _SOUNDS:
        folded = folded.replace(written, heard)
    folded = re.sub(r"(.)\1+", r"\1", folded)
    folded = re.sub(r"(?<=[aeiou])h$", "", folded)
    return folded[:1] + re.sub(r"[aeiouy]", "", folded[1:]) + (folded[-1:] if folded[-1:] in "aeiouy" else "")


def alike(one: str, other: str) -> bool:
    """Whether two words of the same sound are near enough to be one name."""
    return SequenceMatcher(None, fold(one), fold(other)).ratio() >= ALIKE


def in_words_of(text: str, question: str, names: Sequence[Name]) -> str:
    """`question` with each name that `text` lacks put as `text` has it."""
    if not names:
        return question
    own = words(text)
    held, spoken = set(own), f" {' '.join(own)} "
    for name in sorted(names, key=lambda n: -n.start):
        if set(words(question[name.start : name.end])) <= held:
            continue
        for other in name.others:
            if f" {' '.join(words(other))} " in spoken:
                question = question[: name.start] + other + question[name.end :]
                break
    return question
