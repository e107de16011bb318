"""Fits what the features of a candidate count, and the chance of being right: run in the project's own environment.

`python -m training.reader.calibrate --sets DIR --indexes DIR --out FILE`, with DIR as evals.sets left it. Candidates of
the tuning questions are put in order by a weighted sum; the weights maximise the probability of the right ones in a
softmax over all candidates of a question and "nothing". Each answerable question is also asked with the articles that
answer it taken away. A logistic regression over the same features of the best candidate then gives the chance of its
being right, and the threshold of answering is the one with the best balanced accuracy of abstention, averaged over the
sets that have unanswerable questions of their own. Prints the constants of qa/answer and the reliability, and writes
them to FILE.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.metrics import by_tenths, contains, forms, overlaps
from evals.questions import Question, read_questions
from qa.answer.reading import WEIGHTS, candidates
from qa.archive import RETRIEVED, Archive
from qa.search.dialogue import stand_alone
from qa.search.hybrid import search
from qa.search.reranking import rerank
from qa.types import Filters, Hit, Turn

ROOT = Path(__file__).parents[2]
NAMES = tuple(name for name in WEIGHTS if name != "time")
"""Of the features; whether the time fits was weighed on TimeQA by hand."""
SETS = ("squad2", "clapnq", "nq", "onestopqa", "written")
"""Those whose licence allows a model fitted on them to be shipped."""
AT_MOST = 400
"""Questions of one set, so that none outweighs the others."""
STEPS, RATE, DECAY = 2000, 0.05, 1e-3
NOTHING = np.eye(len(NAMES) + 1)[-1:]
OWN = ROOT / "evals/questions/corpus.jsonl"
Vector = NDArray[np.float64]


@dataclass
class Asked:
    """A question's candidates."""

    set: str
    answerable: bool
    as_put: bool
    """Whether nothing was taken away."""
    features: NDArray[np.float64]
    """(candidates, features)"""
    right: NDArray[np.bool_]
    """(candidates,)"""


def asked(name: str, archive: Archive, questions: list[Question]) -> Iterator[Asked]:
    """Each question as it is, and each answerable one without the articles that answer it."""
    for question in questions:
        text = stand_alone(question.question, [Turn(earlier) for earlier in question.history])
        hits = search(archive._index, archive._encoder, text, Filters(), 2 * RETRIEVED)  # noqa: SLF001
        gold = {e.article for e in question.evidence}
        yield _asked(name, archive, question, text, hits, as_put=True)
        if gold:
            rest = [hit for hit in hits if hit.article.id not in gold]
            yield _asked(name, archive, question, text, rest, as_put=False)


def _asked(name: str, archive: Archive, question: Question, text: str, hits: list[Hit], as_put: bool) -> Asked:
    hits, readings = rerank(text, hits[:RETRIEVED], archive._reader)  # noqa: SLF001
    found = list(candidates(text, hits, readings))
    features = np.array([[c.features[n] for n in NAMES] for c in found]).reshape(-1, len(NAMES))
    right = np.array(
        [_right(question, c.hit, c.sentence.start, c.sentence.end, c.read.start, c.read.end) for c in found]
    )
    answerable = question.answerable and as_put
    return Asked(name, answerable, as_put, features, right.astype(bool) & answerable)


def _right(question: Question, hit: Hit, start: int, end: int, first: int, last: int) -> bool:
    """Whether the sentence is the evidence, or the words read are the answer, in an article that answers."""
    article, words = hit.article, hit.article.text[first:last]
    cited = {"article": article.id, "quote": article.text[start:end]}
    answered = any(contains(words, form) for answer in question.answers for form in forms(answer))
    return any(
        overlaps(cited, evidence.article, evidence.quote) or (answered and evidence.article == article.id)
        for evidence in question.evidence
    )


def order_weights(every: list[Asked]) -> Vector:
    """What each feature counts when candidates are put in order, by gradient ascent (Adam)."""
    known = [a for a in every if a.right.any() or not a.answerable]
    # All candidates in one matrix, each question's followed by "nothing", whose only feature is the last.
    rows = np.vstack([np.vstack([np.c_[a.features, np.zeros(len(a.features))], NOTHING]) for a in known])
    right = np.concatenate([np.r_[a.right, not a.right.any()] for a in known])
    lengths = [len(a.features) + 1 for a in known]
    starts = np.r_[0, np.cumsum(lengths)[:-1]]
    theta, first, second = (np.zeros(len(NAMES) + 1) for _ in range(3))
    for step in range(1, STEPS + 1):
        scores = rows @ theta
        chance = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
        chance /= np.repeat(np.add.reduceat(chance, starts), lengths)
        wanted = right * chance
        wanted /= np.repeat(np.add.reduceat(wanted, starts), lengths)
        gradient = rows.T @ (wanted - chance) / len(known) - DECAY * theta
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        theta += RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
    return theta[:-1]


def logistic(rows: Vector, right: NDArray[np.bool_]) -> Vector:
    """Weights of the chance of being right, the constant last, by Newton's method."""
    rows, theta = np.c_[rows, np.ones(len(rows))], np.zeros(rows.shape[1] + 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-rows @ theta))
        hessian = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.eye(len(theta))
        theta += np.linalg.solve(hessian, rows.T @ (right - chance) - theta)
    return theta


def threshold(confidence: Vector, every: list[Asked]) -> tuple[float, dict[str, float]]:
    """The confidence to answer from, and the balanced accuracy of abstention there by set.

    Over the questions as they were put, of the sets that have both kinds.
    """
    answerable, as_put = np.array([a.answerable for a in every]), np.array([a.as_put for a in every])
    sets = np.array([a.set for a in every])
    both = [name for name in sorted(set(sets)) if not answerable[as_put & (sets == name)].all()]

    def accuracies(at: float) -> dict[str, float]:
        found = {}
        for name in both:
            can, cannot = (confidence[as_put & (sets == name) & (answerable == wanted)] for wanted in (True, False))
            found[name] = float(((can >= at).mean() + (cannot < at).mean()) / 2)
        return found

    best = max(np.arange(0.05, 0.95, 0.05), key=lambda at: float(np.mean(list(accuracies(at).values()))))
    return float(best), accuracies(best)


def fitted(every: list[Asked]) -> dict[str, object]:
    """The constants, and how good they are on what they were fitted on."""
    weights = order_weights(every)
    best = [int((a.features @ weights).argmax()) for a in every]
    rows = np.array([a.features[place] for a, place in zip(every, best, strict=True)])
    right = np.array([bool(a.right[place]) for a, place in zip(every, best, strict=True)])
    chance = logistic(rows, right)
    confidence = 1 / (1 + np.exp(-(rows @ chance[:-1] + chance[-1])))
    answer_from, balanced = threshold(confidence, every)
    sets = np.array([a.set if a.answerable else "" for a in every])
    return {
        "weights": {name: round(float(w), 2) for name, w in zip(NAMES, weights, strict=True)},
        "chance": {name: round(float(w), 2) for name, w in zip([*NAMES, "constant"], chance, strict=True)},
        "answer_from": round(answer_from, 2),
        "balanced_accuracy": {name: round(float(value), 3) for name, value in balanced.items()},
        "right_first": {name: round(float(right[sets == name].mean()), 3) for name in sorted(set(sets) - {""})},
        "reliability": [
            (round(mean, 3), round(share, 3), count)
            for mean, share, count in by_tenths(zip(confidence.tolist(), right.tolist(), strict=True))
        ],
    }


def main() -> None:
    """Fit on the tuning questions and print what to put into qa/answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, required=True, help="where the indexes of the sets are kept")
    parser.add_argument("--out", type=Path, required=True, help="what was printed, as JSON")
    options = parser.parse_args()
    places = [(name, options.sets / name / "corpus", options.sets / name / "tune.jsonl") for name in SETS]
    every: list[Asked] = []
    for name, corpus, path in [("own", ROOT / "corpus", OWN), *places]:
        with Archive(corpus, options.indexes / name) as archive:
            archive.sync()
            questions = read_questions(path)
            every += asked(name, archive, questions[:: max(1, len(questions) // AT_MOST)])
        print(name, len(every), flush=True)
    found = fitted([a for a in every if len(a.features)])
    options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
