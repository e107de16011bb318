"""Propose questions on an archive, for a person to accept, edit or drop.

`python -m evals.drafting --corpus DIR --out FILE.jsonl` draws them from the sentences of the articles. Where a language
model is configured (QA_MODEL, OPENAI_BASE_URL, OPENAI_API_KEY) the model proposes them, and each must stand
in its article
word for word. Drafts are not asked before they are accepted: `qa eval review FILE.jsonl`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from evals.drafting.archive import articles_of, named, sentences_of
from evals.drafting.asking import asked
from evals.drafting.choosing import UNANSWERABLE, chosen, row
from evals.drafting.names import Names
from evals.drafting.proposals import Proposal, Sentence
from evals.drafting.rules import propose
from evals.drafting.swapping import Swaps
from evals.importing.rows import write_rows
from qa.errors import DatelineError, EvaluationError, WritingError
from qa.settings import Settings
from qa.types import Article

COUNT, SEED = 50, 1729


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when drafts were written, 1 with one sentence where there are none."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.drafting", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True, help="the folder of articles")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl", help="a new file for the drafts")
    parser.add_argument("--count", type=int, default=COUNT, help="how many at most [%(default)s]")
    parser.add_argument("--seed", type=int, default=SEED, help="of what is drawn [%(default)s]")
    options = parser.parse_args(arguments)
    try:
        if options.out.exists():
            raise EvaluationError(f"{options.out} is there already: name a new file, so that no decision is lost.")
        articles, refused = articles_of(options.corpus)
        for one in refused:
            print(f"Not read: {one}", file=sys.stderr)
        drafts = drafted(articles, Settings.load(), options.count, options.seed)
        if not drafts:
            raise EvaluationError(f"No question could be drawn from {options.corpus}.")
        write_rows(options.out, (row(number, draft) for number, draft in enumerate(drafts, start=1)))
    except (DatelineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    kinds = Counter(draft.kind for draft in drafts)
    print(
        f"{len(drafts)} drafts in {options.out}: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()) + "."
    )
    if len(drafts) < options.count:
        print(f"The archive gives no more than these {len(drafts)} of {options.count}.", file=sys.stderr)
    print(f"Look through them with: qa eval review {options.out}")
    return 0


def drafted(articles: Sequence[Article], settings: Settings, count: int, seed: int) -> list[Proposal]:
    """The drafts, by the configured model where there is one; what it lacks is made up by rule."""
    told = [list(sentences_of(article)) for article in articles]
    names = Names.of(sentence.text for sentences in told for sentence in sentences)
    swaps = Swaps([sentence for sentences in told for sentence in sentences], names)
    if settings.writes:
        refused: list[str] = []
        try:
            wanted = count - round(count * UNANSWERABLE)
            found = list(asked(articles, settings, wanted, seed, refused))
        except WritingError as error:
            print(f"{error} The questions are drawn by rule.", file=sys.stderr)
        else:
            for reason in refused:
                print(f"Not used: {reason}", file=sys.stderr)
            print(f"{len(refused)} proposals of the model were not used.", file=sys.stderr)
            return chosen(found, swaps, count, seed)
    found = [proposal for sentences in told for one in _named(sentences, names) for proposal in propose(one, names)]
    return chosen(found, swaps, count, seed)


def _named(sentences: Sequence[Sentence], names: Names) -> list[Sentence]:
    before = ["", *(sentence.text for sentence in sentences)]
    return [named(sentence, text, names) for sentence, text in zip(sentences, before, strict=False)]


if __name__ == "__main__":
    sys.exit(main())
