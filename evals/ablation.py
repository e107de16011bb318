"""What each part of search adds, on the public sets: `python -m evals.ablation --sets DIR --indexes DIR`.

DIR of --sets is as evals.sets left it. Prints a Markdown table of the report questions: the right article among the
first, the first five, and nDCG@10, for search by words without and with the headline, by meaning, by both fused, and
with the first hits read and put in order.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from evals.questions import Question, read_questions
from evals.retrieving import by_article
from qa.archive import RETRIEVED, Archive
from qa.index.index import Index
from qa.search.fusion import fuse
from qa.search.hybrid import CANDIDATES, search
from qa.search.reranking import rerank
from qa.types import Filters

ALL = Filters()
STAGES = ("words, no headline", "words", "meaning", "fused", "fused, read")


class Blank:
    """An encoder to which all texts mean the same: for an index that is searched by words alone."""

    name = "blank"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, 2), all alike."""
        return np.full((len(texts), 2), 0.5**0.5, dtype=np.float32)


def untitled(corpus: Path, folder: Path) -> Index:
    """An index of the set's articles without their headlines."""
    (folder / "corpus").mkdir()
    with (corpus / "articles.jsonl").open(encoding="utf-8") as source:
        rows = [json.loads(line) for line in source]
    with (folder / "corpus/articles.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row | {"title": "-"}) + "\n" for row in rows)
    index = Index(folder / "index", Blank())
    index.sync(folder / "corpus")
    return index


def stages(archive: Archive, bare: Index, question: str) -> dict[str, list[str]]:
    """Article ids in order, by stage."""
    index, encoder = archive._index, archive._encoder  # noqa: SLF001
    lexical = index.lexical(question, CANDIDATES, ALL)
    dense = index.dense(encoder.encode([question])[0], CANDIDATES, ALL)
    hits = search(index, encoder, question, ALL, RETRIEVED)
    again, _ = rerank(question, hits, archive._reader)  # noqa: SLF001
    ranked = [bare.lexical(question, CANDIDATES, ALL), lexical, dense, fuse(lexical, dense)]
    places = [bare.passages([key for key, _ in ranked[0]])]
    places += [index.passages([key for key, _ in ranking]) for ranking in ranked[1:]]
    found = [[place[key][1].id for key, _ in ranking] for ranking, place in zip(ranked, places, strict=True)]
    return dict(zip(STAGES, [*found, [hit.article.id for hit in again]], strict=True))


def measured(archive: Archive, corpus: Path, questions: list[Question]) -> dict[str, dict[str, float]]:
    """The measures of retrieval by article, by stage."""
    rows: dict[str, dict[str, Any]] = {stage: {} for stage in STAGES}
    with tempfile.TemporaryDirectory() as folder:
        bare = untitled(corpus, Path(folder))
        for question in tqdm([q for q in questions if q.evidence], desc=corpus.parent.name, unit=""):
            for stage, articles in stages(archive, bare, question.question).items():
                rows[stage][question.id] = {"passages": [{"article": article} for article in articles]}
        bare.close()
    by_stage = {stage: by_article(questions, rows[stage]) for stage in STAGES}
    return {stage: {name: fmean(m.values()) for name, m in found.items()} for stage, found in by_stage.items()}


def main() -> None:
    """Print a table, a line a set and stage."""
    parser = argparse.ArgumentParser(description="What each part of search adds.")
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--indexes", type=Path, required=True, help="where the indexes of the sets are kept")
    parser.add_argument("--only", nargs="*", help="names of sets [all]")
    options = parser.parse_args()
    print("| set | search | hit@1 | hit@5 | nDCG@10 |\n|---|---|---|---|---|")
    for name in options.only or sorted(path.name for path in options.sets.iterdir()):
        corpus = options.sets / name / "corpus"
        with Archive(corpus, options.indexes / name) as archive:
            archive.sync()
            found = measured(archive, corpus, read_questions(options.sets / name / "report.jsonl"))
        for stage, m in found.items():
            figures = (m["article_hit@1"], m["article_hit@5"], m["article_ndcg@10"])
            print(f"| {name} | {stage} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |", flush=True)


if __name__ == "__main__":
    main()
