"""Which sentences of the hits answer the question, by shared words, meaning and the kind of answer asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer.kinds import Kind, kind_of
from qa.answer.shorts import short_answer
from qa.ingest.passages import prose
from qa.language.words import STOP_WORDS, terms, words
from qa.models.encoder import Encoder
from qa.types import Hit, Span

PASSAGES_READ = 8
"""Hits whose sentences are weighed; a right passage below the eighth was never the one answered from."""
SENTENCES_ENCODED = 16
"""Sentences whose cosine is taken, those with most of the question's words: an answer's time goes to encoding."""
COVERAGE, MEANING, RANK, KIND = 0.45, 0.40, 0.05, 0.10
"""Shares of a sentence's score: the question's words, cosine, the hit's own score, an answer of the kind asked."""
HEADLINE, NEIGHBOUR, PASSAGE = 0.9, 0.6, 0.4
"""What a word of the question counts where the sentence lacks it but these have it: news prose drops what the
headline has said."""
STEEPNESS, MIDDLE = 14.0, 0.66
"""The logistic curve from score to the chance of being right."""


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
    texts = [places[key][0].article.text[places[key][1].start : places[key][1].end] for _, key in covered]
    vectors = encoder.encode([question, *texts])
    findings = [
        _finding(question, kind, coverage, *places[key], float(cosine))
        for (coverage, key), cosine in zip(covered, vectors[1:] @ vectors[0], strict=True)
    ]
    return sorted(findings, key=lambda f: (-f.confidence, f.hit.article.id, f.sentence.start))


def _sentences(hit: Hit) -> list[Span]:
    """The sentences of the passage, boilerplate left out."""
    return [s for s in prose(hit.article) if hit.passage.start <= s.start and s.end <= hit.passage.end]


def _weights(question: str) -> dict[str, float]:
    """What each term of the question counts: names and numbers twice."""
    found: dict[str, float] = {}
    for place, word in enumerate(re.findall(r"[^\s?!,;:\"“”()]+", question)):
        telling = any(char.isdigit() for char in word) or (place > 0 and word[:1].isupper())
        for term in terms(word):
            found[term] = max(found.get(term, 0.0), 2.0 if telling else 1.0)
    return found


def _finding(question: str, kind: Kind, coverage: float, hit: Hit, sentence: Span, cosine: float) -> Finding:
    short = short_answer(kind, question, hit.article, sentence)
    fits = 1.0 if short or kind in ("why", "meaning", "other") else 0.0
    score = COVERAGE * coverage + MEANING * cosine + RANK * hit.score + KIND * fits
    return Finding(hit, sentence, short, 1 / (1 + math.exp(-STEEPNESS * (score - MIDDLE))))


def _coverage(weights: dict[str, float], hit: Hit, sentence: Span) -> float:
    """Share of the question's weight that the sentence has, or, for less, its surroundings."""
    article, total, sum_ = hit.article, sum(weights.values()), 0.0
    own = set(terms(article.text[sentence.start : sentence.end]))
    near = set(terms(article.text[max(hit.passage.start, sentence.start - 300) : sentence.start]))
    headline, passage = set(terms(article.title)), set(terms(hit.text))
    for term, weight in weights.items():
        places = ((own, 1.0), (headline, HEADLINE), (near, NEIGHBOUR), (passage, PASSAGE))
        sum_ += weight * next((share for place, share in places if term in place), 0.0)
    return sum_ / total


def asks_nothing(question: str) -> bool:
    """Whether `question` holds no word that could be looked for."""
    return all(word in STOP_WORDS for word in words(question))
