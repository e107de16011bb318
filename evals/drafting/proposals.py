"""A question proposed from one sentence, and whether it can be understood without that sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.drafting.names import NAME, names_in
from qa.answer.shorts import times
from qa.language.intervals import show
from qa.types import Article, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article."""

    article: Article
    span: Span
    text: str
    """Its words, less a dateline, on one line."""
    note: str = ""
    """What was put in place of what, where "the city" was named."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question with its answers, drawn from a sentence."""

    question: str
    answers: tuple[str, ...]
    """The best form first; empty for one that the archive does not answer."""
    kind: str
    sentence: Sentence
    note: str = ""
    """What a person should know to judge it."""


_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|his|her|its|their|him|them|hers|theirs|himself|itself|themselves)\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:this|these|those|here|there|now|today|then|so far|such|both|former|latter|I|we|our|us|you|your|my|others|"
    r"another|each|the (?:same|two|three|four|first|second|third|last|other|rest|one|latest|whole)(?! \w+ (?:of|"
    r"in) [A-Z]))\b"
)
_THINGS = (
    r"(?:city|town|village|group|province|operation|offensive|battle|area|areas|country|region|capital|company|"
    r"assault|advance|"
    r"campaign|report|figure|figures|number|tribe|ministry|command|source|official|officials|valley|move|attack|"
    r"place|name|"
    r"river|border|frontier|centre|center|north|south|east|west|war|police|plan|deal|agreement|law|case|court|"
    r"film|show|game|"
    r"team|event|crisis|meeting|election|government|surroundings|complex|camp|district|families|sides|forces|"
    r"ground|world|"
    r"charge|alliance|tension|conflict|way|insurgency|militants|extremists|jihadists|group[’']s|party|man|woman|"
    r"men|women|"
    r"road|bank|public|cases|victims|rankings|residents)"
)
_FOLLOWS = (
    r"(?:of|in|at|on|for|to|from|by|with|and|or|was|were|is|are|has|have|had|do|does|did|that|who|which|after|"
    r"before|since|"
    r"until|will|would|near|against|outside|around|between|over|under|into|\w+ed)"
)
_OF_A_NAME = rf"(?! (?:of|in|at|on|for|near|against|outside|around|with|from|between|to) (?:[\w’'-]+ ){{0,4}}?{NAME})"
_VAGUE = re.compile(
    rf"\b(?:the|an?) (?:[a-z][\w-]* )?{_THINGS}\b(?=\W*$|[,.;?]| {_FOLLOWS}\b){_OF_A_NAME}"
    rf"|\b(?:did|does|do|was|were|is|are|has|have|had|will) (?:the|an?) (?:[a-z][\w-]* )?{_THINGS}\b{_OF_A_NAME}"
)
"""Things told of without saying which: "the city", "the operation", unless a name follows that says so."""


def stands_alone(question: str) -> bool:
    """Whether a question can be understood without the article: it names something, and points at nothing."""
    inner = question[0].lower() + question[1:]
    named = names_in(inner)
    if not named:
        return False
    pronoun = _PRONOUN.search(inner)
    if pronoun and pronoun.start() < named[0].start():
        return False
    return not _POINTING.search(inner) and not _VAGUE.search(inner)


def dated(sentence: Sentence, text: str) -> str | None:
    """`text`, which stands in the sentence, with its times told as days; None where one cannot be.

    "on Sunday" means nothing in a question; "on Sunday 17 May 2015" does.
    """
    for expression in sorted(times(sentence.article, sentence.span), key=lambda e: -e.start):
        if expression.words not in text or not expression.relative:
            continue
        if not (expression.first and expression.last) or expression.granularity == "vague":
            return None
        days = show(expression.first, expression.last)
        # "late last year" cannot be told as a day with the word before it left as it is.
        put = re.sub(rf"(?<!\w){re.escape(expression.words)}(?!\w)", days, text, count=1)
        if put == text or not re.search(rf"\b(?:on|in|since|by|until|from) {re.escape(days)}", put):
            return None
        text = put
    return text
