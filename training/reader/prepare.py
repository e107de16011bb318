"""Licensed question sets to training examples: `python -m training.reader.prepare --shared ../shared --out DIR`.

Writes train.jsonl, tune.jsonl and report.jsonl, a row an example: question, title, context, start, end, answerable,
spanned, source. `start` and `end` are character offsets, null where the context holds no answer; `spanned` is false
where the set says whether the context answers but not with which words. An article or page belongs to one part, the
same for all sets.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

SEED = 1729
TRAIN, TUNE = 70, 85
"""Of a hundred titles, those below the first number train, those below the second tune, the rest report."""
NEGATIVES = 1
"""Passages a question that look right and are not."""
PAIRS_STEP = 2
"""Of the pairs without marked words every second is taken, so that two passes take an hour on two cores."""
LOOKED_AT = 5
"""The negative is drawn from as many of the best-ranked passages without the answer."""

Example = dict[str, Any]


def part(title: str) -> str:
    """Which of "train", "tune" and "report" a page belongs to, by its title."""
    place = int(blake2b(title.encode(), digest_size=8).hexdigest(), 16) % 100
    return "train" if place < TRAIN else "tune" if place < TUNE else "report"


def rows(path: Path) -> Iterator[Any]:
    """The objects of a JSONL file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def example(source: str, question: str, title: str, context: str, start: int | None, end: int | None) -> Example:
    """An example whose answer is marked, or known not to be there."""
    return {
        "question": question,
        "title": title,
        "context": context,
        "start": start,
        "end": end,
        "answerable": start is not None,
        "spanned": True,
        "source": source,
    }


def squad(folder: Path) -> Iterator[Example]:
    """SQuAD 1.1 and 2.0 (CC BY-SA 4.0); a question of both is taken once."""
    seen: set[str] = set()
    for name in ("squad_v2.0_dev_shared.json.gz", "squad_v1.1_dev_shared.json.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as file:
            articles = json.load(file)["data"]
        for article in articles:
            title = article["title"].replace("_", " ")
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    if qa["id"] in seen:
                        continue
                    seen.add(qa["id"])
                    answers = [] if qa.get("is_impossible") else qa["answers"]
                    start = answers[0]["answer_start"] if answers else None
                    end = start + len(answers[0]["text"]) if answers else None
                    yield example("squad", qa["question"], title, paragraph["context"], start, end)


def natural_questions(folder: Path) -> Iterator[Example]:
    """NQ-open with its gold passage (MIT; CC BY-SA 3.0) and QED (CC BY-SA 3.0)."""
    for row in rows(folder / "nq_open_oracle_shared.jsonl.gz"):
        places = [(row["text"].find(answer), answer) for answer in row["answers"]]
        if found := sorted((place, answer) for place, answer in places if place >= 0):
            start, answer = found[0]
            yield example("nq", row["question"], row["title"], row["text"], start, start + len(answer))
    for row in rows(folder / "qed_dev.jsonl.gz"):
        for answer in row["answers"][0][:1]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            if row["context"][start:end] == answer["text"]:
                yield example("qed", row["question"], row["title"], row["context"], start, end)


def timeqa(folder: Path, random_: random.Random) -> Iterator[Example]:
    """TimeQA (BSD 3-Clause): the paragraph that answers, and another of the same page that does not."""
    pages = {row["doc_id"]: row["paras"] for row in rows(folder / "timeqa_docs_shared.jsonl.gz")}
    for row in rows(folder / "timeqa_questions_shared.jsonl"):
        paragraphs = pages[row["doc_id"]]
        title = paragraphs[0]
        right = {answer["para"] for answer in row["answers"]}
        for answer in row["answers"][:1]:
            context, start, end = paragraphs[answer["para"]], answer["from"], answer["end"]
            if context[start:end] == answer["answer"] and len(context.split()) < 250:
                yield example("timeqa", row["question"], title, context, start, end)
        wrong = [p for i, p in enumerate(paragraphs) if i not in right and 30 < len(p.split()) < 250]
        if wrong:
            yield example("timeqa", row["question"], title, random_.choice(wrong), None, None)


def clapnq(folder: Path) -> Iterator[Example]:
    """ClapNQ (Apache 2.0): whether the passage answers; no words are marked."""
    for name, answerable in (("answerable", True), ("unanswerable", False)):
        for row in rows(folder / f"clapnq_dev_{name}_shared.jsonl.gz"):
            passage = row["passages"][0]
            found = example("clapnq", row["input"], passage["title"], passage["text"], None, None)
            yield found | {"answerable": answerable, "spanned": not answerable}


def pairs(folder: Path) -> Iterator[Example]:
    """Questions of SQuAD 1.1's training part with the sentence that answers (CC BY-SA 4.0); no words are marked."""
    for row in rows(folder / "squad_v1.1_train_subset_pairs.jsonl.gz"):
        found = example("pairs", row["question"], "", row["sentence"], None, None)
        yield found | {"answerable": True, "spanned": False}


def negatives(examples: list[Example], random_: random.Random) -> Iterator[Example]:
    """For each question that is answered, passages of the same part that BM25 ranks high and that lack the answer."""
    import bm25s

    texts = {e["context"]: e["title"] for e in examples}
    contexts = sorted(texts)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(contexts, stopwords="en", show_progress=False), show_progress=False)
    asked = [e for e in examples if e["answerable"]]
    queries = bm25s.tokenize([e["question"] for e in asked], stopwords="en", show_progress=False)
    ranked, _ = index.retrieve(queries, k=min(20, len(contexts)), show_progress=False)
    for positive, places in zip(asked, ranked, strict=True):
        answer = positive["context"][positive["start"] : positive["end"]].lower() if positive["spanned"] else None
        wrong = [
            contexts[place]
            for place in places
            if contexts[place] != positive["context"] and (answer is None or answer not in contexts[place].lower())
        ][:LOOKED_AT]
        for context in random_.sample(wrong, min(NEGATIVES, len(wrong))):
            yield example(positive["source"] + "-negative", positive["question"], texts[context], context, None, None)


def gathered(shared: Path) -> dict[str, list[Example]]:
    """The examples of each part, negatives with them."""
    random_, data = random.Random(SEED), shared / "data"  # noqa: S311 - a fixed draw is wanted
    sets: list[Iterable[Example]] = [
        squad(data / "squad"),
        natural_questions(data / "nq"),
        timeqa(data / "timeqa", random_),
        clapnq(data / "nq"),
    ]
    parts: dict[str, list[Example]] = {"train": [], "tune": [], "report": []}
    for found in sets:
        for e in found:
            parts[part(e["title"])].append(e)
    for examples in parts.values():
        examples.extend(list(negatives(examples, random_)))
    loose = list(pairs(data / "squad"))[::PAIRS_STEP]
    parts["train"] += loose + list(negatives(loose, random_))
    return parts


def main() -> None:
    """Write the three files and print how many examples of each source they hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, examples in gathered(options.shared).items():
        with (options.out / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(e, ensure_ascii=False) + "\n" for e in examples)
        counts: dict[str, int] = {}
        for e in examples:
            counts[e["source"]] = counts.get(e["source"], 0) + 1
        print(name, len(examples), counts)


if __name__ == "__main__":
    main()
