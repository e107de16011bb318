"""Which proposals make a set: one a sentence, articles and kinds in turn, nothing asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from evals.drafting.proposals import Proposal
from evals.drafting.swapping import Swaps
from evals.questions import DRAFT
from qa.answer.origin import origin
from qa.language.words import terms

UNANSWERABLE = 0.2
"""Share of a set that the archive should not answer."""


def chosen(proposals: Sequence[Proposal], swaps: Swaps, count: int, seed: int) -> list[Proposal]:
    """At most `count` proposals, some of them turned into ones that the archive does not answer."""
    rng = Random(seed)  # noqa: S311 - a draw that can be repeated
    unanswerable = round(count * UNANSWERABLE)
    answered = _varied(proposals, count - unanswerable, rng)
    swapped: list[Proposal] = []
    for proposal in rng.sample(answered, len(answered)):
        if len(swapped) < min(unanswerable, len(answered) // 3 + 1):
            swapped += [found for found in swaps.of(proposal, rng) if not _asked(found, swapped)][:1]
    return answered + swapped


def _varied(proposals: Sequence[Proposal], count: int, rng: Random) -> list[Proposal]:
    """One a sentence, the articles in turn, of several kinds the one that there is least of."""
    left: dict[str, dict[int, list[Proposal]]] = {}
    for proposal in proposals:
        sentence = proposal.sentence
        left.setdefault(sentence.article.id, {}).setdefault(sentence.span.start, []).append(proposal)
    turns = {article: rng.sample(sorted(found), len(found)) for article, found in sorted(left.items())}
    order = rng.sample(sorted(turns), len(turns))
    taken: list[Proposal] = []
    kinds: Counter[str] = Counter()
    while len(taken) < count and any(turns.values()):
        for article in order:
            while turns[article] and len(taken) < count:
                offered = left[article][turns[article].pop()]
                fresh = [proposal for proposal in offered if not _asked(proposal, taken)]
                if fresh:
                    taken.append(min(fresh, key=lambda one: (kinds[one.kind], one.question)))
                    kinds[taken[-1].kind] += 1
                    break
    return taken


def _asked(proposal: Proposal, taken: Iterable[Proposal]) -> bool:
    """Whether one of `taken` asks the same."""
    return any(set(terms(proposal.question)) == set(terms(other.question)) for other in taken)


def row(number: int, proposal: Proposal) -> dict[str, Any]:
    """A proposal as a row of a question file, marked as a draft."""
    sentence = proposal.sentence
    drawn = {"article": sentence.article.id, "quote": sentence.article.text[sentence.span.start : sentence.span.end]}
    made: dict[str, Any] = {
        "id": f"draft-{number:03d}",
        "question": proposal.question,
        "answers": list(proposal.answers),
        "answerable": bool(proposal.answers),
        "evidence": [drawn] if proposal.answers else [],
        "kind": proposal.kind,
        "status": DRAFT,
        "told_by": origin(sentence.article),
    }
    if not proposal.answers:
        made["drawn_from"] = drawn
    return made | ({"note": proposal.note} if proposal.note else {})
