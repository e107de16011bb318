"""Findings to an answer that quotes: the short answer, the words it rests on, what else was reported."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answer.kinds import Kind, kind_of
from qa.answer.origin import origin
from qa.answer.reading import Finding
from qa.answer.shorts import SHORT_WORDS, resolved
from qa.language.words import terms
from qa.types import ABSTENTION, Answer, Citation, Hit

ANSWER_FROM = 0.4
"""Confidence below which the archive is said not to say: the best balanced accuracy of abstention on the tuning
questions of three sets (training/reader/CARD.md)."""
QUOTES = 3
"""Sentences quoted at most."""
ALSO_FROM = 0.12
"""A further sentence is quoted where it is at least this share as likely as the best one: on ClapNQ, whose answers need
several sentences, 0.92 of the answers then quote one that was chosen by hand (0.78 from 0.5)."""

ONE_ANSWER: tuple[Kind, ...] = ("when", "who", "count", "measure", "where")
"""Kinds of question to which reports that give different answers disagree."""


def quote(question: str, hits: Sequence[Hit], findings: Sequence[Finding]) -> Answer:
    """The answer that the best findings make, or an abstention.

    Args:
        question: The question as understood.
        hits: What search found, best first; kept in the answer.
        findings: What reading found in them, likeliest first.
    """
    best = findings[0].confidence if findings else 0.0
    if best < ANSWER_FROM:
        return abstention(question, hits, best)
    chosen, kind = _chosen(findings), kind_of(question)
    citations = tuple(
        Citation(number, f.hit.article, f.sentence.start, f.sentence.end, _words(f))
        for number, f in enumerate(chosen, start=1)
    )
    short, *others = (_short(kind, finding) for finding in chosen)
    first, *further = (_quoted(f, citation) for f, citation in zip(chosen, citations, strict=True))
    blocks = [f"**{plain(short)}**", first] if short else [first]
    for finding, other, quoted in zip(chosen[1:], others, further, strict=True):
        elsewhere = finding.hit.article.id != chosen[0].hit.article.id
        blocks += [_introduced(kind, short, other) if elsewhere else "Also reported:", quoted]
    return Answer("\n\n".join(blocks), short, citations, False, best, tuple(hits), question)


def abstention(question: str, hits: Sequence[Hit], confidence: float) -> Answer:
    """The answer that the archive does not say; what was found stays in `hits`."""
    return Answer(ABSTENTION, None, (), True, confidence, tuple(hits), question)


def _chosen(findings: Sequence[Finding]) -> list[Finding]:
    """The best finding and those nearly as good that say something in other words."""
    chosen: list[Finding] = []
    for finding in findings:
        good = finding.confidence >= ALSO_FROM * findings[0].confidence
        if good and _words(finding) not in {_words(other) for other in chosen}:
            chosen.append(finding)
        if len(chosen) == QUOTES:
            break
    return chosen


def _words(finding: Finding) -> str:
    return finding.hit.article.text[finding.sentence.start : finding.sentence.end]


def _short(kind: Kind, finding: Finding) -> str | None:
    article, span = finding.hit.article, finding.short
    if kind == "when" and (days := resolved(article, span)):
        return days
    words = " ".join(article.text[span.start : span.end].split())
    return words if len(words.split()) <= SHORT_WORDS else None


def _introduced(kind: Kind, short: str | None, other: str | None) -> str:
    """What a further quote is beside the first: it says the same, something else to the same point, or more."""
    if not short or not other:
        return "Also reported:"
    if set(terms(other)) <= set(terms(short)) or set(terms(short)) <= set(terms(other)):
        return "Reported alike:"
    return f"Another report has **{plain(other)}**:" if kind in ONE_ANSWER else "Also reported:"


def _quoted(finding: Finding, citation: Citation) -> str:
    """A block quote with its marker, its outlet and day, and the days that its expression of time means."""
    source = plain(origin(citation.article))
    if days := resolved(citation.article, finding.short):
        expression = " ".join(citation.article.text[finding.short.start : finding.short.end].split())
        if expression != days:
            source += f"; “{plain(expression)}” is {days}"
    return f"> “{plain(' '.join(citation.quote.split()))}” [{citation.number}]\n>\n> — {source}"


def plain(text: str) -> str:
    """`text` so that Markdown shows it as it is: nothing in it becomes a tag, a link, a list or emphasis."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&@])", r"\\\1", text)
    # Bare addresses would be made links.
    return re.sub(r"(?i)\b(https?|ftp)://", r"\1\\://", re.sub(r"(?i)\b(www)\.", r"\1\\.", escaped))
