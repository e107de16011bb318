"""Sets for retrieval in BEIR's form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.importing.files import records_of, table_of
from evals.importing.made import Made
from evals.importing.rows import evidence_row
from qa.errors import EvaluationError

QRELS = ("query-id", "corpus-id", "score")


def read_beir(sources: Sequence[Path], made: Made, split: str = "") -> None:
    """BEIR (Thakur et al. 2021): a folder with corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv.

    Queries are answerable and have no answers: they measure retrieval. A judgement of 0 is left out.
    """
    for folder in sources:
        for place, row in records_of(_file(folder, "corpus.jsonl"), made):
            with made.record(place):
                url = (row.get("metadata") or {}).get("url")
                made.add_article({"id": row["_id"], "title": row.get("title"), "text": row["text"], "url": url})
        judged = _judgements(folder, split, made)
        for place, row in records_of(_file(folder, "queries.jsonl"), made):
            with made.record(place):
                if key := judged.get(str(row["_id"])):
                    made.add_question(
                        {"id": str(row["_id"]), "question": row["text"], "answers": [], "answerable": True}
                        | {"evidence": [evidence_row(article, "", grade) for article, grade in key.items()]}
                    )


def _file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise EvaluationError(f"The folder {str(folder)!r} holds no {name}, as a folder of BEIR does.")


def _judgements(folder: Path, split: str, made: Made) -> dict[str, dict[str, int]]:
    """Grades by article by query."""
    found: dict[str, dict[str, int]] = {}
    for place, row in table_of(_qrels(folder, split), made, QRELS, "\t"):
        with made.record(place):
            query, article, score = (row[name] for name in QRELS)
            if article not in made.articles:
                raise ValueError(f"the corpus has no article {article!r}")
            if (grade := _grade(score)) > 0:
                found.setdefault(query, {})[article] = grade
    return found


def _grade(score: str) -> int:
    try:
        return int(score)
    except ValueError:
        raise ValueError(f"the score {score!r} is no whole number") from None


def _qrels(folder: Path, split: str) -> Path:
    """The judgements of the split named, else those of the test split, else the only ones."""
    there = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
    chosen = split or ("test" if "test" in there else there[0] if len(there) == 1 else "")
    if chosen not in there:
        listed = ", ".join(there) or "none"
        raise EvaluationError(f"Name the split of {str(folder / 'qrels')!r} with --split: there is {listed}.")
    return folder / "qrels" / f"{chosen}.tsv"
