"""What the questions of a conversation are about: the names, the persons among them, and the noun phrases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import simplemma

from qa.language.dates import expressions
from qa.language.intervals import MONTHS, WEEKDAYS
from qa.language.words import STOP_WORDS, fold, term, terms
from qa.types import Turn

_TITLES = r"(?:Dr|Mr|Mrs|Ms|Gen|Col|Sgt|Lt|Maj|Capt|Sen|Rep|Gov|Prof|St)\."
_PART = rf"(?:{_TITLES}|(?:[A-Z]\.)+|(?:(?:al|el|ul|as|ash|ibn)-)?[A-Z][\w'’-]*)"
_NAME = re.compile(rf"(?<![\w'’-]){_PART}(?:(?: (?:al|el|bin|of|of the|de|la|von|van))? {_PART})*(?: \d{{1,3}}\b)?")
_TAIL = re.compile(r"['’]s?$|(?<=\w{2})(?<!\bal)(?<!\bel)-[a-z].*$")
_OPENS = re.compile(r"(?:^|[.?!:]\s+)$")
_AFTER_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|into|around|outside|inside|across|the|of)(?: the)? $", re.IGNORECASE
)
_WHERE = re.compile(r"\b(?:in|at|from|near|into|around|outside|inside|across)(?: the)? $", re.IGNORECASE)
_NOUN_COMES = re.compile(r"(?<!do )(?<!did )(?<!does )\b(?:the|an?|this|that) $", re.IGNORECASE)
_BODIES = re.compile(
    r"\b(?:Army|Brigade|City|Command|Company|Council|Court|Department|District|Division|Force|Forces|Front|Government|"
    r"Group|Hall|House|League|Ministry|Nations|Office|Party|Police|Province|State|States|Street|Union|University|War)\b"
)
_SHORT_ANSWER = re.compile(r"\*\*(?P<short>[^*]+)\*\*")
_WHICH = re.compile(r"(?:which|what|who)\b", re.IGNORECASE)
_WHO = re.compile(r"who\b", re.IGNORECASE)
_RUN = re.compile(r"[^\W\d_][\w'’-]*|[^\w\s]+|\d\S*")
_TRAILING = re.compile(r"(?: ?\b(?:of|[a-z]{3,}ed))+$")
_BRACKET = re.compile(r" \((?P<topic>[^()]+)\)$")
_VERBS = frozenset(
    term(verb)
    for verb in """add affect agree arrive ask attack become begin believe bring build buy call cause change come
    create decide deserve describe die differ end enter explain fall fight find follow form get give go happen help hold
    improve join kill know learn leave let like list live look lose make mean meet move name need offer open own pay
    play provide purchase put reach receive recommend release report represent see sell send show sign speak start stay
    stop take talk tell think try turn use visit want win wonder work write""".split()
)
"""Verbs that questions are asked with; a noun phrase ends at one."""
_VAGUE = frozenset(
    term(word)
    for word in """available bad best better big biggest century certain common current day decade different difference
    early easy example exact famous few first good great hi hour important interesting key kind large largest last late
    lot main major month most new next number okay old per popular possible recent recently role same second short
    similar sort sure thanks thing time today type various way week well year yes""".split()
)
"""Words that name no subject: a noun phrase has none of them."""
LONGEST_PHRASE = 4
"""Words of a noun phrase at most: a longer run of content words holds a verb that the list lacks. 6 found as much on
the tuning halves of evals.followups; 2 found less on CAsT 2021, 0.623 for 0.627."""
FULL_NAME = 3
"""Words of a person's name at most."""
FEW_NAMES = 2
"""Names carried over at most. 4 found as much on the tuning halves of evals.followups and read worse; 1 found less on
CAsT 2021, 0.621 for 0.627, and more on the 24 turns of MTRAG."""


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name where a question says it."""

    words: str
    start: int
    end: int
    person: int
    """2 where it looks like a person's full name, 1 where it may be a surname, else 0."""


def names(text: str) -> list[Name]:
    """The capitalised names of a question in order, words that are capitals by position left out."""
    return list(_names(text))


def _names(text: str) -> Iterator[Name]:
    for match in _NAME.finditer(text):
        start, words = match.start(), match[0]
        first, _, rest = words.partition(" ")
        while words and _no_name(first, bool(_OPENS.search(text[:start])), bool(rest)):
            start, words = start + len(first) + 1, rest
            first, _, rest = words.partition(" ")
        words = _TAIL.sub("", words)
        if words and any(map(str.isupper, words)):
            yield Name(words, start, start + len(words), _person(words, text[:start]))


def _no_name(word: str, opens: bool, goes_on: bool) -> bool:
    """Whether a capitalised word is no name: a function word, a month, or an everyday word that opens a sentence."""
    plain = fold(_TAIL.sub("", word)).rstrip(".")
    if plain.partition("'")[0] == "i" or word in MONTHS or word in WEEKDAYS:
        return True
    if not opens or word.isupper():
        return False
    return plain in STOP_WORDS or term(plain) in _VERBS | _VAGUE or (not goes_on and simplemma.is_known(plain, "en"))


def _person(words: str, before: str) -> int:
    if _AFTER_PLACE.search(before) or _BODIES.search(words) or words.isupper() or words[-1].isdigit():
        return 0
    return 2 if " " in words and " of " not in words else 1


def phrases(text: str) -> list[str]:
    """The noun phrases of a question, in order: what stands between function words, verbs and vague words."""
    runs: list[list[str]] = [[]]
    for word in _RUN.findall(text):
        plain = fold(word)
        joins = plain == "of" and bool(runs[-1])
        empty = plain.partition("'")[0] in STOP_WORDS or term(plain) in _VERBS | _VAGUE
        if joins or (word[0].isalpha() and not empty):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    trimmed = (_TRAILING.sub("", " ".join(run[:LONGEST_PHRASE])) for run in runs)
    return [words for words in trimmed if words]


def phrase(history: Sequence[Turn]) -> list[str]:
    """The noun phrase of the latest question whose words the conversation repeats most, if it has one."""
    counts = Counter(word for turn in history for word in terms(turn.question))
    found = phrases(history[-1].question)
    return sorted(found, key=lambda words: -sum(counts[word] for word in terms(words)))[:1]


def person(history: Sequence[Turn]) -> str:
    """Who was spoken of last: the answer to "who", else the likeliest person of the latest question that has one."""
    lone = ""
    for turn in reversed(history):
        told = names(_short(turn)) if _WHO.match(turn.question) else []
        if found := told or [name for name in names(turn.question) if name.person]:
            best = max(found, key=lambda name: name.person)
            if told or best.person == 2:
                return best.words
            lone = lone or best.words
    return lone


def thing(history: Sequence[Turn], persons: bool) -> str:
    """The name spoken of last, with its article; empty where a question without a name came after it.

    Args:
        history: Earlier turns, oldest first.
        persons: Whether it may be a person's full name.
    """
    question = history[-1].question
    short = _short(history[-1])
    if _WHICH.match(question) and [name.words for name in names(short)] == [short]:
        return short
    found = [name for name in names(question) if persons or name.person < 2]
    found = [name for name in found if not _WHERE.search(question[: name.start])]
    return whole(min(found, key=lambda name: name.person == 2), question) if found else ""


def _short(turn: Turn) -> str:
    """The short answer that was given to a turn's question; empty where there was none."""
    match = _SHORT_ANSWER.search(turn.answer)
    return match["short"].strip(" .,") if match else ""


def where(history: Sequence[Turn]) -> str:
    """The place spoken of last, "in" before it; empty where none was."""
    for turn in reversed(history):
        found = [name for name in names(turn.question) if name.person < 2]
        places = [name for name in found if _WHERE.search(turn.question[: name.start])]
        if places:
            return f"in {whole(places[-1], turn.question)}"
    return ""


def whole(name: Name, text: str) -> str:
    """A name as a question says it: "the" before it, the nouns that it qualifies after it ("the Ramadi offensive")."""
    words = name.words
    if _NOUN_COMES.search(text[: name.start]) and (after := re.match(r"(?: [a-z][\w-]*)+", text[name.end :])):
        first = next(iter(phrases(after[0])), "")
        if first and after[0].startswith(f" {first}"):
            words += f" {first}"
    return _with_article(words, text)


def _with_article(words: str, text: str) -> str:
    return f"the {words}" if f" the {words}".lower() in text.lower() else words


def topic(history: Sequence[Turn]) -> list[str]:
    """What the latest question was about: its names and what it was given in brackets, else its noun phrase."""
    question = history[-1].question
    own, bracket = body(question), _BRACKET.search(question)
    found = [whole(name, own).removeprefix("the ") for name in names(own)]
    found += [part for part in bracket["topic"].split(", ") if not expressions(part, None)] if bracket else []
    if not bracket and all(_WHERE.search(own[: name.start]) for name in names(own)):  # where, but not yet what
        return found[:FEW_NAMES] + [words for words in phrase(history) if words.islower() or not found]
    return list(dict.fromkeys(found))[:FEW_NAMES]


def days(question: str) -> list[str]:
    """The expressions of time in a question that mean the same days whenever it is asked."""
    return [found.words for found in expressions(question, None) if not found.relative]


def full(name: str, history: Sequence[Turn]) -> str:
    """The full name of a person of whom a question gives the surname or the first name."""
    for turn in reversed(history):
        for known in names(turn.question):
            first, last = (parts := known.words.removesuffix(" Sr").removesuffix(" Jr").split())[0], parts[-1]
            # The first word of "Iraq Body Count" is no first name: its last word is an everyday one.
            called = {last, last.rpartition("-")[2], "" if simplemma.is_known(fold(last), "en") else first}
            if known.person == 2 and len(parts) <= FULL_NAME and name in called:
                return known.words
    return name


def longer(noun: str, history: Sequence[Turn]) -> str:
    """What "the city" is short for: the latest name or noun phrase of several words that ends so; else empty."""
    for turn in reversed(history):
        found = [whole(name, turn.question) for name in names(turn.question)]
        for words in found + [f"the {words}" for words in phrases(turn.question) if words[0].islower()]:
            if " " in words.removeprefix("the ") and fold(words.rpartition(" ")[2]) == fold(noun):
                return words
    return ""


def subjects(text: str) -> set[str]:
    """The content words of a question as terms, vague words and the verbs that questions are asked with left out."""
    return {word for word in terms(text) if word not in _VERBS | _VAGUE and not word.isdigit()}


def body(question: str) -> str:
    """A question without the topic that it was given in brackets."""
    return _BRACKET.sub("", question)


def with_more(question: str, more: str) -> str:
    """A question with words added at its end, before what it was given in brackets."""
    own = body(question)
    return f"{own.rstrip('?')} {more}?{question[len(own) :]}"
