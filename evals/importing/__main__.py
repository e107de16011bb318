"""Turn a public question set into an archive with questions.

`python -m evals.importing FORMAT SOURCE... --out DIR` reads the files of a set as its authors distribute them and
writes DIR/corpus/articles.jsonl, a row an article, and DIR/questions.jsonl. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from evals.importing.conversations import read_mtrag
from evals.importing.made import Made
from evals.importing.news import read_multihop_rag, read_realtimeqa
from evals.importing.reading import read_clapnq, read_squad, read_timeqa
from evals.importing.retrieval import read_beir
from evals.importing.table import read_csv
from evals.questions import read_questions
from qa.errors import DatelineError

FORMATS: dict[str, Callable[[Sequence[Path], Made], None]] = {
    "squad": read_squad,
    "multihop-rag": read_multihop_rag,
    "beir": read_beir,
    "clapnq": read_clapnq,
    "realtimeqa": read_realtimeqa,
    "mtrag": read_mtrag,
    "timeqa": read_timeqa,
    "csv": read_csv,
}
LICENCES = {
    "squad": "SQuAD is under CC BY-SA 4.0.",
    "multihop-rag": "MultiHop-RAG is under ODC-BY; the articles are their publishers'.",
    "clapnq": "CLAP-NQ is under Apache 2.0; its passages are of Wikipedia (CC BY-SA).",
    "realtimeqa": "RealTime QA states no licence; the articles are their publishers'.",
    "mtrag": "MTRAG is under Apache 2.0.",
    "timeqa": "TimeQA's licence file is BSD 3-Clause; its pages are of Wikipedia (CC BY-SA).",
}
"""As the authors state it; to check it is the user's part."""
LISTED = 20
"""Refused records that are listed one by one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the set was written, 1 with one sentence where it could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.importing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("format", choices=sorted(FORMATS), help="whose form the files have")
    parser.add_argument("sources", type=Path, nargs="+", metavar="SOURCE", help="files or folders of the set")
    parser.add_argument("--out", type=Path, required=True, help="the folder for corpus/ and questions.jsonl")
    parser.add_argument("--split", default="", help="of a BEIR folder: which qrels [test]")
    options = parser.parse_args(arguments)
    read = partial(read_beir, split=options.split) if options.format == "beir" else FORMATS[options.format]
    made = Made()
    try:
        read(options.sources, made)
        made.write(options.out)
        read_questions(options.out / "questions.jsonl")  # what was written can be asked
    except (DatelineError, OSError) as error:
        tell(made)
        print(error, file=sys.stderr)
        return 1
    tell(made)
    print(f"{len(made.articles)} articles and {len(made.questions)} questions in {options.out}")
    if licence := LICENCES.get(options.format):
        print(licence)
    return 0


def tell(made: Made) -> None:
    """What was refused or left out, on standard error."""
    for refused in made.refused[:LISTED]:
        print(f"Not read: {refused}", file=sys.stderr)
    if made.refused:
        print(f"{len(made.refused)} records were not read.", file=sys.stderr)
    for reason, count in sorted(made.left_out.items()):
        print(f"{count} questions were left out: {reason}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
