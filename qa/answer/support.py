"""Whether sources say what a sentence claims.

Its numbers, names and days must be there, nothing in it may be denied or told of something else, and each of its
clauses must be near in words and meaning. Nothing here understands a sentence: an invented number, name or day is
nearly always flagged, who did what to whom, swapped, mostly not (`python -m evals.support`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qa.answer.facts import Facts, facts, missing, names
from qa.answer.opposing import Words, contrary, denied, disorder, elsewhere, miscounted, swapped
from qa.index.work import Encodes
from qa.ingest.passages import prose
from qa.language.intervals import day_in_words
from qa.language.words import fold, terms, words
from qa.types import Hit, Span

Verdict = Literal["supported", "partly", "unsupported"]

# Fitted by evals/support.py --fit on the tuning halves of WiCE, OneStopQA and the sample archive.
WEIGHTS = {
    "lost": -0.99, "far": -2.91, "faint": -1.29, "apart": -0.88, "name": -1.71, "number": -3.02,
    "day": -1.93, "more": -1.88, "denied": -3.37, "unsaid": -1.02, "contrary": -2.39,
    "number_elsewhere": -2.71, "name_elsewhere": -1.96, "disorder": -1.79,
}  # fmt: skip
"""What the features of a claim count for the chance that its sources say it, a logistic curve."""
CONSTANT = 1.84
SUPPORTED_FROM = 0.5
"""On the tuning halves 0.4 and 0.5 flag WiCE's supported claims alike (0.34; its unsupported ones 0.90 and 0.95), but
invented clauses 0.46 and 0.70; of sentences put in simpler words 0.10 are flagged."""
PARTLY_FROM = 0.12
"""Calls 0.05 of WiCE's supported claims unsupported, 0.57 of its unsupported ones, and 0.9 of another article's."""
TOGETHER = 3
"""Sentences that may say a claim together."""
NEAR_FROM, FAINT_FROM = 0.5, 1.1
"""Cosine, and cosine and share of terms together, from which a clause is near enough: what is below it counts."""
NEAREST_FROM = 0.3
"""Cosine of a claim and the nearest sentence below which nothing of it is told, even where its few words are there: "I
cannot help with that". Of 333 supported claims for tuning one is less near."""
TELLS_FROM = 0.3
"""A sentence with a smaller share of the claim's terms, and no nearer in meaning, is no support to open."""
CLAUSE_TERMS = 2
"""Fewer terms make no clause of their own."""
CLAIM_CHARACTERS, CLAUSES = 2_000, 12
"""Of a longer sentence only so much is checked."""
_TALK = frozenset(terms("source article passage report answer question following according show list text summary"))
"""Terms of a sentence that only leads to others: "Here is what the sources say:"."""
_CLAUSE = re.compile(
    r"(?:[,;:()]| [–—-] )\s*|\b(?:and|but|which|who|where|while|although|after|before|because|when|that|with|as)\b"
)


@dataclass(frozen=True, slots=True)
class Support:
    """What sources say to a claim."""

    verdict: Verdict
    score: float
    """0 to 1, the chance that they say it."""
    missing: tuple[str, ...]
    """Numbers, names and days of the claim that no source has, in its words."""
    sentences: tuple[Span | None, ...]
    """For each source the sentence of its passage that supports the claim best; None where none does at all."""


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """A sentence of a source."""

    span: Span
    words: Words
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What is known of a passage before a claim is looked at."""

    sentences: tuple[_Told, ...]
    about: frozenset[str]
    """Terms of headline, outlet, author and day, which its sentences leave out."""
    facts: Facts
    asked: frozenset[str]
    """Folded names of the question that the article has."""
    windows: tuple[tuple[frozenset[str], NDArray[np.float32]], ...]
    """Terms and vectors of its sentences, and of each with the next."""


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    """What is known of a claim before its sources are looked at."""

    text: str
    words: Words
    parts: tuple[frozenset[str], ...]
    """The terms of its clauses; of the whole where it has one."""
    vector: NDArray[np.float32]
    part_vectors: NDArray[np.float32]
    """Those of the parts, in their order."""


class Checker:
    """The sources of one answer, read once and asked about each of its sentences."""

    def __init__(self, sources: Sequence[Hit], encoder: Encodes, question: str = "") -> None:
        """Take `sources`, read when first asked. A name in `question` counts as told where their articles have it."""
        self._hits, self._encoder = tuple(sources), encoder
        self._asked = frozenset(fold(word) for _, name in names(question) for word in words(name))
        self._read: dict[int, _Source] = {}
        self._claim: _Claim | None = None

    def support(self, claim: str, places: Sequence[int]) -> Support:
        """What the sources at `places`, from 0, say to `claim`, a sentence without markers; all together must say it.

        A claim without content ("Here is what the sources say:") is supported, and rests on no sentence.
        """
        claim = claim[:CLAIM_CHARACTERS]
        asked = frozenset(terms(claim)) - _TALK
        if not asked:
            return Support("supported", 1.0, (), tuple(None for _ in places))
        features, lacking = self.features(claim, places)
        sources = self._sources(places)
        best = tuple(_best(asked, self._known(claim).vector, source) for source in sources)
        if not any(source.sentences for source in sources):
            return Support("unsupported", 0.0, lacking, best)
        score = 1 / (1 + math.exp(-CONSTANT - sum(weight * features[name] for name, weight in WEIGHTS.items())))
        if score < PARTLY_FROM or features["nearest"] < NEAREST_FROM:
            return Support("unsupported", score, lacking, best)
        whole = score >= SUPPORTED_FROM and not lacking and not features["conflict"]
        return Support("supported" if whole else "partly", score, lacking, best)

    def features(self, claim: str, places: Sequence[int]) -> tuple[dict[str, float], tuple[str, ...]]:
        """What the verdict is made of, by the names of WEIGHTS, with "conflict"; and what is missing."""
        sources, own = self._sources(places), self._known(claim)
        context = frozenset().union(*(source.asked for source in sources))
        lacking = missing(claim, [source.facts for source in sources], context)
        kinds = [kind for kind, _ in lacking]
        found = _nearness(own, sources)
        found |= _conflicts(own.words, sources, found.pop("undenied") > 0)
        found |= {kind: float(kind in kinds) for kind in ("name", "number", "day")}
        found["more"] = float(min(2, max(0, len(set(lacking)) - 1)))
        return found, tuple(dict.fromkeys(text for _, text in lacking))

    def _known(self, claim: str) -> _Claim:
        """What is read off a claim; kept for the next call, as each source may be asked about it alone."""
        if self._claim is None or self._claim.text != claim:
            clauses, own = _clauses(claim), Words(claim)
            vectors = self._encoder.encode([claim, *clauses])
            parts = tuple(frozenset(terms(clause)) for clause in clauses) or (own.terms,)
            self._claim = _Claim(claim, own, parts, vectors[0], vectors[1:] if clauses else vectors)
        return self._claim

    def _sources(self, places: Sequence[int]) -> list[_Source]:
        for place in places:
            if place not in self._read:
                self._read[place] = _read(self._hits[place], self._encoder, self._asked)
        return [self._read[place] for place in places]


def _read(hit: Hit, encoder: Encodes, asked: frozenset[str]) -> _Source:
    article, passage = hit.article, hit.passage
    spans = [s for s in prose(article) if s.start < passage.end and passage.start < s.end]
    texts = [article.text[span.start : span.end] for span in spans]
    vectors = encoder.encode(texts) if texts else ()
    told = tuple(_Told(s, Words(text), vector) for s, text, vector in zip(spans, texts, vectors, strict=True))
    lead = "\n".join((article.title, article.publisher, article.author))
    day = day_in_words(article.published) if article.published else ""
    about = frozenset(terms(f"{lead}\n{day}"))
    known = facts("\n".join([*texts, lead]), article.published)
    return _Source(
        told, about, known, asked.intersection(words(article.text) if asked else ()), tuple(_windows(told, about))
    )


def _windows(told: Sequence[_Told], about: frozenset[str]) -> Iterator[tuple[frozenset[str], NDArray[np.float32]]]:
    for one in told:
        yield one.words.terms | about, one.vector
    for one, other in pairwise(told):
        joined = one.vector + other.vector
        yield one.words.terms | other.words.terms | about, joined / (float(np.linalg.norm(joined)) or 1.0)


def _clauses(claim: str) -> list[str]:
    """The clauses of a claim, none where it has only one."""
    parts, held = list[str](), ""
    for part in _CLAUSE.split(claim):
        held = f"{held} {part.strip()}".strip()
        if len(terms(held)) >= CLAUSE_TERMS:
            parts, held = [*parts, held], ""
    if held and parts:
        parts[-1] += f" {held}"
    return parts[:CLAUSES] if len(parts) > 1 else []


def _best(asked: frozenset[str], vector: NDArray[np.float32], source: _Source) -> Span | None:
    """The sentence that shares most with the claim in words and meaning."""
    found = [(_share(asked, told.words.terms), float(told.vector @ vector), told.span) for told in source.sentences]
    if not found:
        return None
    share, near, span = max(found, key=lambda one: (one[0] + one[1], -one[2].start))
    return span if max(share, near) >= TELLS_FROM else None


def _share(asked: frozenset[str], held: frozenset[str]) -> float:
    return len(asked & held) / len(asked) if asked else 1.0


def _nearness(claim: _Claim, sources: Sequence[_Source]) -> dict[str, float]:
    """How much of the claim is told at all, how near its weakest clause is, and whether its words stand together."""
    own, windows = claim.words, [window for source in sources for window in source.windows]
    chosen = _together(own.terms, claim.vector, sources)
    held = frozenset().union(*(source.about for source in sources), *(told.words.terms for told in chosen))
    nears = [
        [(_share(part, told), float(near @ vector)) for told, near in windows]
        for part, vector in zip(claim.parts, claim.part_vectors, strict=True)
    ]
    nearest = [max((near for _, near in found), default=0.0) for found in nears]
    both = [max((share + near for share, near in found), default=0.0) for found in nears]
    pairs = [pair for pair in own.pairs() if pair <= held]
    joined = sum(any(pair <= told for told, _ in windows) for pair in pairs)
    return {
        "lost": (1 - _share(own.terms, held)) ** 2,
        "nearest": max((float(near @ claim.vector) for _, near in windows), default=0.0),
        "far": max(0.0, NEAR_FROM - min(nearest)),
        "faint": max(0.0, FAINT_FROM - min(both)),
        "apart": 1 - joined / len(pairs) if pairs else 1.0,
        "undenied": float(not any(told.words.denies for told in chosen)),
    }


def _conflicts(own: Words, sources: Sequence[_Source], undenied: bool) -> dict[str, float]:
    """Whether the sources deny the claim, say the opposite, or tell its names and numbers of something else."""
    told = [one.words for source in sources for one in source.sentences]
    found = {
        "denied": float(denied(own, told)),
        "unsaid": float(own.denies and undenied),
        "contrary": float(contrary(own, told)),
        "number_elsewhere": float(elsewhere(own, told, "numbers") >= 1 or miscounted(own, told)),
        "name_elsewhere": float(elsewhere(own, told, "names") >= 2),
        "disorder": disorder(own, told),
    }
    conflict = any(value for name, value in found.items() if name != "disorder") or swapped(own, told)
    return {**found, "conflict": float(conflict)}


def _together(asked: frozenset[str], vector: NDArray[np.float32], sources: Sequence[_Source]) -> list[_Told]:
    """The sentences that together have most of the claim's terms, the best of what is left each time."""
    rest, chosen = [told for source in sources for told in source.sentences], list[_Told]()
    open_ = asked.difference(*(source.about for source in sources))
    while rest and len(chosen) < TOGETHER:
        told = max(rest, key=lambda one: len(open_ & one.words.terms) + 2 * float(one.vector @ vector))
        if chosen and not open_ & told.words.terms:
            break
        rest = [one for one in rest if one is not told]
        chosen, open_ = [*chosen, told], open_ - told.words.terms
    return chosen
