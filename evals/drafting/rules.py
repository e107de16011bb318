"""Questions made from a sentence by rule.

Each rule takes a sentence and yields what it can ask of it: a question that can be understood by itself, with answers
that, a resolved day apart, stand in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evals.drafting.counting import ask_figure
from evals.drafting.happening import ask_when, ask_who_did
from evals.drafting.names import Names
from evals.drafting.naming import ask_meaning, ask_what, ask_who
from evals.drafting.proposals import Proposal, Sentence
from evals.drafting.telling import ask_speaker

FEWEST, LONGEST = 3, 28
"""Words of a question; a longer one is a sentence turned round, which nobody asks."""
SENTENCE_WORDS = range(5, 61)
RULES: tuple[Callable[[Sentence, Names], Iterator[Proposal]], ...] = (
    ask_who,
    ask_meaning,
    ask_what,
    ask_figure,
    ask_when,
    ask_speaker,
    ask_who_did,
)
_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sen|Rep|Gov|St|Jan|Feb|Aug|Sept|Oct|Nov|Dec|vs|v|No|Jr|[A-Z])\."
)
_NEXT_SENTENCE = re.compile(r"[a-z0-9][.!][”\"]? [A-Z“\"]")
_LEFT_OUT = re.compile(r"[?…]|\.\.\.")


def propose(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """What can be asked of a sentence."""
    for rule in RULES:
        for found in rule(sentence, names):
            question = found.question[0].upper() + found.question[1:]
            balanced = question.count("“") == question.count("”")
            if balanced and FEWEST <= len(question.split()) <= LONGEST and all(a.strip() for a in found.answers):
                note = sentence.note if sentence.note.rpartition(" for ")[2] in question else ""
                yield Proposal(question, found.answers, found.kind, sentence, note)


def usable(text: str) -> bool:
    """Whether a sentence, on one line, is one that questions are made of."""
    if len(text.split()) not in SENTENCE_WORDS:
        return False
    whole = text[-1] in '.”"' and (text[0].isalnum() or text[0] in '“"')
    return whole and not _LEFT_OUT.search(text) and not _NEXT_SENTENCE.search(_ABBREVIATION.sub("", text))
