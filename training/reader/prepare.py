"""Licensed question sets to training examples: `python -m training.reader.prepare --shared ../shared --out DIR`.

Writes train.jsonl, tune.jsonl and report.jsonl, a row an example: question, title, context, spans, source. `spans` are
the [start, end) character offsets of the places where the answer stands, all of them where a set does not say which one
was meant, and none where the context does not answer. An article or page belongs to one part, the same for all sets.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from evals.sets import WRITTEN, pages, part, rows

SEED = 1729
LOOKED_AT = 5
"""A negative is drawn from as many of the best-ranked passages without the answer."""
CUT = 0.5
"""Of the answered questions, the share that also comes with its passage less the sentences that answer."""
SWAPPED = 0.8
"""Of the answered questions, the share that is also asked about something else, where that can be done."""
PAIRS_NEGATIVES = 0.25
"""Of the questions on passages of pairs, the share that also comes with another passage; as many come with theirs less
the sentences that answer."""
PASSAGE_WORDS = 110
"""Words that the sentences of neighbouring pairs come to, at least, when they make up a passage again."""
MARKED = Path(__file__).with_name("marked.jsonl")
"""For each of these passages, as offsets, the words that answer its questions; and further questions, made for it."""
PAIRS_SHA256 = "b33c05b03707082b4b0125fd78fa84585b089532787233e0209abc1af73d4ca2"
"""Of the pairs, unzipped: the offsets hold for no others."""

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
"""Not at the start of a sentence, where any word has a capital."""
_YEAR, _NUMBER = re.compile(r"\b[12]\d{3}\b"), re.compile(r"\b(?!\d{4}\b)\d[\d,.]*\b")
_OPPOSITES = [("first", "last"), ("largest", "smallest"), ("highest", "lowest"), ("most", "least"), ("more", "fewer")]
_OPPOSITES += [("before", "after"), ("north", "south"), ("east", "west"), ("increase", "decrease")]
_OPPOSITES += [(other, one) for one, other in _OPPOSITES]
Example = dict[str, Any]


def example(source: str, question: str, title: str, context: str, spans: list[tuple[int, int]]) -> Example:
    """An example whose answer is marked, or known not to be there."""
    return {"question": question, "title": title, "context": context, "spans": spans, "source": source}


def places(answer: str, context: str) -> list[tuple[int, int]]:
    """Where the words of `answer` stand in `context`, not inside other words."""
    return [m.span() for m in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", context)] if answer else []


def squad(folder: Path) -> Iterator[Example]:
    """SQuAD 1.1 and 2.0 (CC BY-SA 4.0); a question of both is taken once."""
    seen: set[str] = set()
    for name in ("squad_v2.0_dev_shared.json.gz", "squad_v1.1_dev_shared.json.gz"):
        for article in pages(folder / name):
            title = article["title"].replace("_", " ")
            for paragraph in article["paragraphs"]:
                for qa in paragraph["qas"]:
                    if qa["id"] in seen:
                        continue
                    seen.add(qa["id"])
                    context, answers = paragraph["context"], [] if qa.get("is_impossible") else qa["answers"]
                    spans = places(answers[0]["text"], context) if answers else []
                    if spans or not answers:
                        yield example("squad", qa["question"], title, context, spans)


def written() -> Iterator[Example]:
    """Passages of news and questions written for this training; some of them only look answerable."""
    for row in rows(WRITTEN):
        for question, answer in [*row["answered"], *row["quizzed"]]:
            yield example("written", question, row["title"], row["text"], places(answer, row["text"])[:1])
        for question in row["unanswered"]:
            yield example("written", question, row["title"], row["text"], [])


def natural_questions(folder: Path) -> Iterator[Example]:
    """NQ-open with its gold passage (MIT; CC BY-SA 3.0) and QED (CC BY-SA 3.0)."""
    for row in rows(folder / "nq_open_oracle_shared.jsonl.gz"):
        if spans := [span for answer in row["answers"] for span in places(answer, row["text"])]:
            yield example("nq", row["question"], row["title"], row["text"], spans)
    for row in rows(folder / "qed_dev.jsonl.gz"):
        for answer in row["answers"][0][:1]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            if row["context"][start:end] == answer["text"]:
                yield example("qed", row["question"], row["title"], row["context"], [(start, end)])


def timeqa(folder: Path, random_: random.Random) -> Iterator[Example]:
    """TimeQA (BSD 3-Clause): the paragraph that answers, and another of the same page that does not."""
    documents = {row["doc_id"]: row["paras"] for row in rows(folder / "timeqa_docs_shared.jsonl.gz")}
    for row in rows(folder / "timeqa_questions_shared.jsonl"):
        paragraphs = documents[row["doc_id"]]
        title = paragraphs[0]
        right = {answer["para"] for answer in row["answers"]}
        for answer in row["answers"][:1]:
            context, start, end = paragraphs[answer["para"]], answer["from"], answer["end"]
            if context[start:end] == answer["answer"] and len(context.split()) < 250:
                yield example("timeqa", row["question"], title, context, [(start, end)])
        wrong = [p for i, p in enumerate(paragraphs) if i not in right and 30 < len(p.split()) < 250]
        if wrong:
            yield example("timeqa", row["question"], title, random_.choice(wrong), [])


def pairs(folder: Path) -> Iterator[Example]:
    """Questions of SQuAD 1.1's training part with the sentence that answers (CC BY-SA 4.0), and those of MARKED.

    Raises:
        ValueError: The pairs are not those that MARKED was made for.
    """
    path = folder / "squad_v1.1_train_subset_pairs.jsonl.gz"
    if hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() != PAIRS_SHA256:
        raise ValueError(f"{path} is not what {MARKED.name} was made for.")
    asked = list(rows(path))
    for context, told in zip(passages([prose(row["sentence"]) for row in asked]), rows(MARKED), strict=True):
        for number, start, end in told["answers"]:
            yield example("pairs", asked[number]["question"], "", context, [(start, end)])
        for question, start, end in told["asked"]:
            yield example("pairs", question, "", context, [(start, end)])
        for question in told["seeming"]:
            yield example("pairs", question, "", context, [])


def passages(sentences: Iterable[str]) -> list[str]:
    """Passages of PASSAGE_WORDS or more; the pairs stand in the order of the articles, a sentence once a question."""
    found: list[list[str]] = [[]]
    for sentence in dict.fromkeys(sentences):
        if sum(len(one.split()) for one in found[-1]) >= PASSAGE_WORDS:
            found.append([])
        found[-1].append(sentence)
    return [" ".join(passage) for passage in found]


def prose(tokens: str) -> str:
    """A sentence of separate tokens as it would be written."""
    for token, written in (("-lrb- ", "("), (" -rrb-", ")"), ("`` ", '"'), (" ''", '"'), (" n't", "n't")):
        tokens = tokens.replace(token, written)
    return re.sub(r" ([.,;:?!%]|'s\b|')", r"\1", tokens)


def cut(positive: Example) -> Example | None:
    """The same question over its passage less the sentences that answer; None where too little is left."""
    from sentencex import segment

    spans, kept, place = positive["spans"], [], 0
    for sentence in segment("en", positive["context"]):
        place = positive["context"].find(sentence, place)
        if not any(start < place + len(sentence) and end > place for start, end in spans):
            kept.append(sentence.strip())
        place += len(sentence)
    if not spans or sum(len(sentence.split()) for sentence in kept) < 25:
        return None
    return example(positive["source"] + "-cut", positive["question"], positive["title"], " ".join(kept), [])


def swapped(positive: Example, random_: random.Random) -> Example | None:
    """The same passage asked about something else: a name, number or direction of the question is another.

    The commonest ways in which the unanswerable questions of SQuAD 2.0 were made (Rajpurkar et al. 2018,
    https://arxiv.org/abs/1806.03822, table 1). None where the question has nothing to swap.
    """
    question, context = positive["question"], positive["context"]
    answers = {context[start:end] for start, end in positive["spans"]}
    for pattern in (_NAME, _YEAR, _NUMBER):
        asked = list(pattern.finditer(question))
        known = sorted({m[0] for m in pattern.finditer(context)} - {m[0] for m in asked})
        known = [name for name in known if not any(name in answer or answer in name for answer in answers)]
        if asked and known:
            old, new = random_.choice(asked), random_.choice(known)
            found = question[: old.start()] + new + question[old.end() :]
            return example(positive["source"] + "-swapped", found, positive["title"], context, [])
    for one, other in _OPPOSITES:
        if re.search(rf"\b{one}\b", question):
            found = re.sub(rf"\b{one}\b", other, question)
            return example(positive["source"] + "-swapped", found, positive["title"], context, [])
    return None


def negatives(asked: list[Example], among: list[Example], random_: random.Random) -> Iterator[Example]:
    """For each question asked, a passage of the same part that BM25 ranks high and that lacks the answer."""
    import bm25s

    texts = {e["context"]: e["title"] for e in among}
    contexts = sorted(texts)
    index = bm25s.BM25()
    index.index(bm25s.tokenize(contexts, stopwords="en", show_progress=False), show_progress=False)
    queries = bm25s.tokenize([e["question"] for e in asked], stopwords="en", show_progress=False)
    ranked, _ = index.retrieve(queries, k=min(20, len(contexts)), show_progress=False)
    for positive, order in zip(asked, ranked, strict=True):
        start, end = positive["spans"][0]
        answer = positive["context"][start:end].lower()
        wrong = [contexts[place] for place in order if answer not in contexts[place].lower()][:LOOKED_AT]
        if wrong:
            context = random_.choice(wrong)
            yield example(positive["source"] + "-negative", positive["question"], texts[context], context, [])


def gathered(shared: Path) -> dict[str, list[Example]]:
    """The examples of each part, negatives with them."""
    random_, data = random.Random(SEED), shared / "data"  # noqa: S311 - a fixed draw is wanted
    sets: list[Iterable[Example]] = [
        squad(data / "squad"),
        written(),
        natural_questions(data / "nq"),
        timeqa(data / "timeqa", random_),
    ]
    parts: dict[str, list[Example]] = {"train": [], "tune": [], "report": []}
    for found in sets:
        for e in found:
            parts[part(e["title"])].append(e)
    for examples in parts.values():
        asked = [e for e in examples if e["spans"]]
        less = [cut(e) for e in random_.sample(asked, int(CUT * len(asked)))]
        alike = [e for e in asked if e["source"] != "written"]  # which has questions of its own that look answerable
        other = [swapped(e, random_) for e in random_.sample(alike, int(SWAPPED * len(alike)))]
        examples.extend([*negatives(asked, examples, random_), *filter(None, [*less, *other])])
    loose = list(pairs(data / "squad"))
    asked = [e for e in loose if e["spans"]]
    some = int(PAIRS_NEGATIVES * len(asked))
    less = [cut(e) for e in random_.sample(asked, some)]
    parts["train"] += [*loose, *negatives(random_.sample(asked, some), loose, random_), *filter(None, less)]
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
