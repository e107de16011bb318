"""How well the check of written sentences tells what sources say: `python -m evals.support --shared ../shared [--fit]`.

Claims that sources say: WiCE's (Kamoi et al. 2023, https://arxiv.org/abs/2303.01432) against the passages of their
page with the sentences marked as evidence and the nearest ones, six in all; sentences of OneStopQA's articles in
simpler words against the full ones; sentences of the sample archive and, for the report only, of RealTime QA's
articles, as they are, shortened, and two joined. The others: WiCE's other labels, and all with something invented.
Half, drawn by a hash of claim or article, is for fitting (--fit prints constants and its table), half for the report.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import fmean
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from evals.sets import pages, rows
from qa.answer.facts import names
from qa.answer.support import CONSTANT, WEIGHTS, Checker
from qa.index.work import Encodes
from qa.ingest.files import sources
from qa.ingest.passages import cut, encoded_text, prose
from qa.ingest.readers import read
from qa.language.intervals import MONTHS
from qa.models.encoder import Encoder
from qa.types import Article, Hit, Passage

ROOT = Path(__file__).parents[1]
SEED, PASSAGES, WEB_PAGES = 5, 6, 150
NAMES = "Hannover Oslo Kessler Nairobi Petrov Lima Watanabe Cardiff Ivanova Mbeki Siemens Toyota Chile Vietnam".split()
CLAUSES = (
    "and the mayor resigned the next morning",
    "which cost the city some 40 million euros",
    "after a dispute with the army",
    "although most residents were against it",
    "making it the largest of its kind in Europe",
    "which led to protests across the country",
    "because of a lack of funding",
    "and it later won a prize",
)
PAIRS = """rose fell|increased decreased|more fewer|before after|won lost|first last|higher lower|largest smallest|
north south|east west|northern southern|opened closed|started ended|began ended|bought sold|up down|allowed banned|
supported opposed|joined left|old new|men women|father mother|son daughter|husband wife|best worst|early late|
most least|accepted rejected|high low|better worse|above below"""
_DATE = re.compile(rf"\b(?:19|20)\d\d\b|\b(?:{'|'.join(MONTHS)})\b")
_NUMBER = re.compile(r"(?<![\w.,–-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w–-])")
_VERB = re.compile(r"\b(?:was|were|is|are|has|have|had|will|would|can|could)\b(?! not)")
_NOT = re.compile(r"\b(was|were|is|are|has|have|had|will|would|could|did|does|do) not\b")


@dataclass(frozen=True)
class Claim:
    """A claim, what it is held against, and of which kind it is."""

    family: str
    kind: str
    text: str
    sources: tuple[Hit, ...]
    half: str
    """"tune" or "report"."""
    good: bool
    """Whether the sources say it."""
    question: str = ""


class Remembering:
    """An encoder that encodes each text once: the same sources serve many claims."""

    def __init__(self, encoder: Encodes) -> None:
        self.name, self._encoder, self._known = encoder.name, encoder, dict[str, NDArray[np.float32]]()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder's own."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new) if new else (), strict=True))
        return np.array([self._known[text] for text in texts])


def half(key: str) -> str:
    """Which half a claim or article belongs to."""
    return "tune" if hashlib.blake2b(key.encode(), digest_size=2).digest()[0] % 2 else "report"


def _day(text: str) -> date | None:
    found = re.match(r"(\d{4})[-/](\d\d)[-/](\d\d)", text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _hits(article: Article, first: Sequence[Passage], claim: str, encoder: Encodes) -> tuple[Hit, ...]:
    """`first` and the passages nearest to the claim."""
    found = cut(article)
    near = encoder.encode([encoded_text(article, p) for p in found]) @ encoder.encode([claim])[0]
    order = [*first, *(found[place] for place in np.argsort(-near) if found[place] not in first)]
    return tuple(Hit(passage, article, 1.0) for passage in order[:PASSAGES])


def wice(shared: Path, encoder: Encodes) -> Iterator[Claim]:
    """The claims of WiCE."""
    for number, row in enumerate(rows(shared / "data/verification/wice_claim_dev.jsonl.gz")):
        meta, lines, starts = {}, list[str](), list[int]()
        for line in row["evidence"]:
            key, _, value = line.removeprefix("(meta data) ").partition(": ")
            starts.append(-1 if line.startswith("(meta data) ") else sum(len(told) + 1 for told in lines))
            meta.update({key: value} if starts[-1] < 0 else {})
            lines += [line] if starts[-1] >= 0 else []
        day = _day(meta.get("PUBLISHED DATETIME", ""))
        article = Article(f"wice-{number}", "\n".join(lines), meta.get("TITLE", ""), day)
        marked = [starts[place] for place in row["supporting_sentences"][0]] if row["label"] != "not_supported" else []
        gold = [p for p in cut(article) if any(p.start <= start < p.end for start in marked)]
        if cut(article):
            hits, good = _hits(article, gold, row["claim"], encoder), row["label"] == "supported"
            kind, title = row["label"].replace("_", " "), row["meta"]["claim_title"]
            yield Claim("WiCE", kind, row["claim"], hits, half(row["claim"]), good, title)


def simpler(shared: Path, encoder: Encodes) -> Iterator[Claim]:
    """Sentences of OneStopQA's articles at the two lower levels of English."""
    for told in pages(shared / "data/news_onestopqa/onestopqa_shared.json.gz"):
        full = Article(told["title"], "\n\n".join(p["Adv"]["context"] for p in told["paragraphs"]), told["title"])
        for paragraph, level in ((p, level) for p in told["paragraphs"] for level in ("Int", "Ele")):
            own = paragraph["Adv"]["context"]
            start = full.text.index(own)
            same = [p for p in cut(full) if p.start < start + len(own) and start < p.end]
            simple = Article("", paragraph[level]["context"])
            for text in (simple.text[s.start : s.end] for s in prose(simple)):
                if text not in own and len(text) >= 25:
                    hits = _hits(full, same[:3], text, encoder)
                    kind = {"Int": "in simpler words", "Ele": "in the simplest words"}[level]
                    yield Claim("OneStopQA", kind, text, hits, half(full.title), True)


def own(family: str, articles: Sequence[Article], random_: random.Random, each: int) -> Iterator[Claim]:
    """Sentences of articles against their own passage and others of the article."""
    for article in articles:
        passages = cut(article)
        for passage in random_.sample(passages, min(len(passages), each)):
            others = [other for other in passages if other is not passage]
            hits = tuple(Hit(p, article, 1.0) for p in (passage, *random_.sample(others, min(2, len(others)))))
            spans = [s for s in prose(article) if passage.start <= s.start and s.end <= passage.end]
            told = [" ".join(article.text[s.start : s.end].split()) for s in spans]
            told = [text for text in told if 40 < len(text) < 400 and text.endswith((".", "”", '"'))]
            if not told:
                continue
            claim = Claim(
                family, "as it is", told[0], hits, half(article.id) if family == "archive" else "report", True
            )
            yield claim
            if ", " in claim.text[20:-15]:
                yield replace(claim, kind="shortened", text=claim.text[: claim.text.rindex(", ")] + ".")
            if len(told) > 1:
                yield replace(claim, kind="two joined", text=f"{claim.text.rstrip('.')}, and {told[1]}")


def invented(claim: Claim, others: Sequence[Claim], random_: random.Random) -> Iterator[Claim]:
    """The same claim with something in it that its sources do not say."""
    text, told, changed = claim.text, " ".join(hit.text for hit in claim.sources), dict[str, str]()
    if found := [m for m in _NUMBER.finditer(text) if not _DATE.fullmatch(m[0])]:
        one = random_.choice(found)
        wrong = str(int(float(one[0].replace(",", "")) * random_.choice([0.6, 1.3, 1.5, 2])) + 2)
        changed["number"] = text[: one.start()] + wrong + text[one.end() :]
        if others_ := [n for n in _NUMBER.findall(told) if n not in text]:
            changed["number of the source"] = text[: one.start()] + random_.choice(others_) + text[one.end() :]
    if found := list(_DATE.finditer(text)):
        one = random_.choice(found)
        wrong = str(int(one[0]) + random_.choice([-3, -1, 2, 4])) if one[0].isdigit() else ""
        wrong = wrong or MONTHS[(MONTHS.index(one[0]) + random_.randrange(1, 12)) % 12]
        changed["date"] = text[: one.start()] + wrong + text[one.end() :]
    if named := [name for _, name in names(text) if len(name) > 3]:
        one_name = random_.choice(named)
        changed["name"] = text.replace(one_name, random_.choice(NAMES), 1)
        if strange := [name for _, name in names(told) if len(name) > 3 and name not in text]:
            changed["name of the source"] = text.replace(one_name, random_.choice(strange), 1)
        first, last = named[0], named[-1]
        if first not in last and last not in first and len(text.partition(first)[2].partition(last)[0].split()) > 1:
            changed["roles"] = text.replace(first, "\0").replace(last, first).replace("\0", last)
    if verb := _VERB.search(text):
        changed["a not added"] = f"{text[: verb.end()]} not{text[verb.end() :]}"
    changed["a not dropped"] = _NOT.sub(r"\1", text, count=1)
    pairs = [pair.split() for pair in PAIRS.replace("\n", "").split("|")]
    turned = [re.sub(rf"\b{a}\b", b, text, count=1) for pair in pairs for a, b in (pair, pair[::-1])]
    changed["opposite"] = random_.choice([t for t in turned if t != text] or [text])
    changed["clause"] = f"{text.rstrip('.')}, {random_.choice(CLAUSES)}."
    other = random_.choice(others)
    changed["other article"] = other.text if other.sources[0].article.id != claim.sources[0].article.id else text
    yield from (replace(claim, kind=f"invented: {k}", text=t, good=False) for k, t in changed.items() if t != text)


def claims(shared: Path, encoder: Encodes) -> list[Claim]:
    """All claims, invented ones with them."""
    random_ = random.Random(SEED)  # noqa: S311 - a fixed draw is wanted
    archive = [a for source in sources(ROOT / "corpus") for a in read(source, {}) if isinstance(a, Article)]
    every = rows(shared / "data/news_realtimeqa/realtimeqa_docs_shared.jsonl.gz")
    long = [row for row in every if len(row["text"]) > 2000]
    web = [
        Article(r["doc_id"], r["text"], r["title"], _day(r["publish_date"] or ""))
        for r in random_.sample(long, WEB_PAGES)
    ]
    groups = [list(wice(shared, encoder)), random_.sample(list(simpler(shared, encoder)), 400)]
    groups += [list(own("archive", archive, random_, 6)), list(own("RealTime QA", web, random_, 1))]
    found = [claim for group in groups for claim in group]
    for group in groups:
        good = [claim for claim in group if claim.good and claim.kind not in ("shortened", "two joined")]
        for claim in good:
            found += invented(claim, [other for other in good if other.half == claim.half], random_)
    return found


def fit(every: Sequence[Claim], encoder: Encodes) -> None:
    """Print weights of a logistic curve; in each family the good claims count as much as all others."""
    found = [Checker(c.sources, encoder, c.question).features(c.text, range(len(c.sources)))[0] for c in every]
    matrix = np.array([[*(features[name] for name in WEIGHTS), 1.0] for features in found])
    right, kinds = np.array([c.good for c in every]), [(c.family, c.kind if not c.good else "") for c in every]
    each = {kind: {"WiCE": 1.0, "OneStopQA": 1.0}.get(kind[0], 0.2) * 300 / kinds.count(kind) for kind in kinds}
    for family, kind in each:
        labels = [k for f, k in each if f == family and k and not k.startswith("invented")]
        made = [k for f, k in each if f == family and k.startswith("invented")]
        if kind:
            each[family, kind] *= (0.5 if labels else 1) / len(made) if kind in made else 0.5 / len(labels)
    weight, theta = np.array([each[kind] for kind in kinds]), np.zeros(matrix.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-matrix @ theta))
        hessian = (matrix * (weight * chance * (1 - chance))[:, None]).T @ matrix + 0.5 * np.eye(len(theta))
        theta += np.linalg.solve(hessian, matrix.T @ (weight * (right - chance)) - 0.5 * theta)
    print({name: round(float(w), 2) for name, w in zip([*WEIGHTS, "constant"], theta, strict=True)})
    print("now", WEIGHTS, CONSTANT)


def area(good: Sequence[float], bad: Sequence[float]) -> float:
    """The chance that a good claim scores higher than a bad one (AUROC)."""
    return fmean((g > b) + 0.5 * (g == b) for g in good for b in bad)


def table(every: Sequence[Claim], encoder: Encodes) -> None:
    """Print the shares of verdicts by kind, and AUROC by family."""
    found = [(c, Checker(c.sources, encoder, c.question).support(c.text, range(len(c.sources)))) for c in every]
    print("| claims | | number | supported | partly | unsupported |\n|---|---|---|---|---|---|")
    for family, kind in sorted({(c.family, c.kind) for c in every}):
        part = [s.verdict for c, s in found if (c.family, c.kind) == (family, kind)]
        shares = [f"{fmean(v == verdict for v in part):.2f}" for verdict in ("supported", "partly", "unsupported")]
        print(f"| {family} | {kind} | {len(part)} | {' | '.join(shares)} |")
    for family in sorted({c.family for c in every}):
        good = [s.score for c, s in found if c.family == family and c.good]
        made = [s.score for c, s in found if c.family == family and c.kind.startswith("invented")]
        print(f"\n{family}: AUROC of the score against invented claims {area(good, made):.3f}", end="")
        if real := [s.score for c, s in found if c.family == family and c.kind == "not supported"]:
            print(f", against not supported {area(good, real):.3f}", end="")
    print()


def main() -> None:
    """Print the table of the half for reporting, or constants and table of the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--fit", action="store_true", help="fit the constants on the other half and show its table")
    options = parser.parse_args()
    encoder = Remembering(Encoder())
    every = [c for c in claims(options.shared, encoder) if c.half == ("tune" if options.fit else "report")]
    if options.fit:
        fit(every, encoder)
    table(every, encoder)
    spent, bare = list[float](), Encoder()
    for claim in every[:50]:
        checker = Checker(claim.sources, bare)
        checker.support("The weather.", range(len(claim.sources)))
        started = perf_counter()
        checker.support(claim.text, range(len(claim.sources)))
        spent.append(1000 * (perf_counter() - started))
    print(f"\nA claim against {PASSAGES} passages that were read: {fmean(spent):.1f} ms")


if __name__ == "__main__":
    main()
