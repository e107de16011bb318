"""The answers to the parts of a question, made one answer with each part's evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, zip_longest

from qa.answer.quoting import abstention, plain
from qa.answer.shorts import SHORT_WORDS, times
from qa.answer.splitting import Parts
from qa.language.dates import Expression, expressions
from qa.language.intervals import show
from qa.language.names import SPELLED, alike, sound
from qa.language.words import terms
from qa.types import ABSTENTION, Answer, Citation, Filters, Hit, Span

Days = tuple[date, date]
UNDECIDED = "The reports do not tell which came first."
_MARKER = re.compile(r"(?P<escaped>\\.)|\[(?P<number>\d+)\]", re.DOTALL)
_ORDER = re.compile(r"\b(?:first|earlier|earliest|sooner|(?P<later>last|later|latest))\b", re.IGNORECASE)
_ENDS_ON_ORDER = re.compile(rf"{_ORDER.pattern}\W*$", re.IGNORECASE)
_YES_OR_NO = re.compile(r"^\W*(?:(?:so|and|but) )?(?:did|was|were)\b.*\b(?P<side>before|after)\b", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:before or after|after or before)\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<![\w’'])(?:al-)?([A-Z]\w+)")
_REFERS = re.compile(
    r"\b[Tt]he (?:city|town|village|capital|place|district|camp|base|battle|offensive|operation|campaign|war|siege|"
    r"assault|attack|fight|election|vote|talks|minister|general|president)\b(?! (?:of|for) |['’])"
    r"|^(?:It|He|She|They|This) "
)
"""Words that stand for what the headline names."""


def together(question: str, parts: Parts, answers: Sequence[Answer]) -> Answer:
    """One answer of those to the parts: each under its label, with citations numbered through.

    It is as sure as the least sure of the parts that answer, and abstains only where all do. For "first", the days that
    the parts' reports give decide, where they do not overlap.

    Args:
        question: The whole question.
        parts: What it falls into.
        answers: To `parts.questions`, in that order.
    """
    hits = _merged(answers)
    found = [_own(parts, place, answer) for place, answer in enumerate(answers)]
    telling = [answer for answer in found if not answer.abstained]
    if not telling:
        return abstention(question, hits, max((answer.confidence for answer in answers), default=0.0))
    citations, numbered = _numbered(found)
    short, opening = _short(parts, found), ""
    if parts.kind == "first":
        short, opening = _decided(question, parts, found)
    blocks = [opening] if opening else []
    blocks += [_block(parts, label, text) for label, text in zip(parts.labels, numbered, strict=True)]
    alike = all(answer.narrowed == answers[0].narrowed for answer in answers)
    return Answer(
        "\n\n".join(blocks),
        short,
        citations,
        False,
        min(answer.confidence for answer in telling),
        hits,
        question,
        narrowed=answers[0].narrowed if alike else Filters(),
        warnings=tuple(dict.fromkeys(warning for answer in answers for warning in answer.warnings)),
    )


def _merged(answers: Sequence[Answer]) -> tuple[Hit, ...]:
    """All hits, best first, each once: scores are of one question only, so the parts take turns."""
    once: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*(answer.hits for answer in answers))):
        if hit:
            once.setdefault(hit.passage.id, hit)
    return tuple(once.values())


def _numbered(answers: Sequence[Answer]) -> tuple[tuple[Citation, ...], list[str]]:
    """The citations of all answers numbered through, the same words once, and the texts with those markers."""
    known: dict[tuple[str, int, int], Citation] = {}
    texts = []
    for answer in answers:
        new: dict[int, int] = {}
        for citation in answer.citations:
            words = citation.article.id, citation.start, citation.end
            new[citation.number] = known.setdefault(words, replace(citation, number=len(known) + 1)).number

        def marker(match: re.Match[str], new: dict[int, int] = new) -> str:
            number = match["number"]
            return f"[{new[int(number)]}]" if number and int(number) in new else match[0]

        texts.append(_MARKER.sub(marker, answer.text))
    return tuple(known.values()), texts


def _block(parts: Parts, label: str, text: str) -> str:
    """A part under its label. A question as label is not bold: the first bold words of an answer are its short one."""
    label = plain(label[:1].upper() + label[1:])
    shown = f"*{label}*" if parts.kind == "several" else f"**{label}**"
    return f"{shown} — {text}" if text == ABSTENTION or text.startswith("**") else f"{shown}\n\n{text}"


def _short(parts: Parts, answers: Sequence[Answer]) -> str | None:
    """The short answers of all parts in one; None where a part has none, or they are too long together."""
    if not all(answer.short for answer in answers):
        return None
    words = "; ".join(
        f"{label.rstrip('?')}: {answer.short}" for label, answer in zip(parts.labels, answers, strict=True)
    )
    return words if len(words.split()) <= SHORT_WORDS else None


def _own(parts: Parts, place: int, answer: Answer) -> Answer:
    """The answer less what is told of something else; where its first words are, no short answer is left."""
    if answer.abstained or not answer.citations or parts.kind not in ("first", "compare") or answer.timeline:
        return answer
    others = [label for other, label in enumerate(parts.labels) if other != place]
    kept = [c for c in answer.citations if _is_of(c, parts.labels[place], others, strictly=parts.kind == "first")]
    if len(kept) == len(answer.citations):
        return answer
    blocks = _blocks_with(answer.text.split("\n\n"), [f"[{citation.number}]" for citation in kept])
    if not kept or not blocks:
        return abstention(answer.question, answer.hits, answer.confidence)
    first_told = answer.citations[0] in kept
    heading = [] if not first_told or answer.text.startswith(">") else answer.text.split("\n\n")[:1]
    short = answer.short if first_told else None
    return replace(answer, text="\n\n".join(heading + blocks), short=short, citations=tuple(kept))


def _blocks_with(blocks: Sequence[str], markers: Sequence[str]) -> list[str]:
    """The quotes that have one of the markers, each after what leads it in, the first without."""
    found: list[str] = []
    for lead, block in zip(["", *blocks], blocks, strict=False):
        if block.startswith(">") and any(marker in block for marker in markers):
            found += [lead, block] if found and not lead.startswith(">") else [block]
    return found


def _is_of(citation: Citation, label: str, others: Sequence[str], strictly: bool) -> bool:
    """Whether a citation is of what `label` names and not of another part.

    Args:
        citation: A sentence.
        label: The part that it answers.
        others: The labels of the other parts.
        strictly: Whether it has to name it, or be under its headline and call it "the city".
    """
    if _named(label, citation.quote):
        return True
    if any(_named(other, citation.quote) == 1 for other in others):
        return False
    return not strictly or bool(_named(label, citation.article.title) and _REFERS.search(citation.quote))


def _named(label: str, text: str) -> float:
    """The share of a label's names that `text` has, in any spelling; of its words where it has no name."""
    names, told = _CAPITALISED.findall(label), _CAPITALISED.findall(text)
    if not names:
        own = set(terms(label))
        return len(own & set(terms(text))) / len(own) if own else 1.0
    return sum(any(_same(name, word) for word in told) for name in names) / len(names)


def _same(one: str, other: str) -> bool:
    if terms(one) and terms(one) == terms(other):
        return True
    return min(len(one), len(other)) >= SPELLED and sound(one) == sound(other) and alike(one, other)


def _decided(question: str, parts: Parts, answers: Sequence[Answer]) -> tuple[str | None, str]:
    """The short answer and the sentence that opens the whole one: which was first, or that the reports do not tell."""
    known = [days for answer in answers if (days := _days(answer))]
    if len(known) < len(answers) or len(known) != 2:
        return None, UNDECIDED
    (one, days), (other, other_days) = zip(parts.labels, known, strict=True)
    if not (days[1] < other_days[0] or other_days[1] < days[0]):
        return None, UNDECIDED
    was_before = days[1] < other_days[0]
    yes_or_no = _YES_OR_NO.match(question)
    order = _ENDS_ON_ORDER.search(question) or _ORDER.search(question)
    if yes_or_no and not _ENDS_ON_ORDER.search(question):
        short = "Yes" if was_before == (yes_or_no["side"].lower() == "before") else "No"
        if _EITHER.search(question):
            short = "Before" if was_before else "After"
        side = "before" if was_before else "after"
        return short, f"**{short}**: {plain(one)} ({show(*days)}) came {side} {plain(other)} ({show(*other_days)})."
    later = bool(order and order["later"])
    if was_before == later:
        one, days, other, other_days = other, other_days, one, days
    came, side = ("came later", "after") if later else ("came first", "before")
    label = plain(one[:1].upper() + one[1:])
    return one, f"**{label}** {came} ({show(*days)}), {side} {plain(other)} ({show(*other_days)})."


def _days(answer: Answer) -> Days | None:
    """The first and the last day that an answer gives: its short one's, else a sentence's that names one time."""
    if answer.abstained:
        return None
    if answer.short:
        return _hull(expressions(answer.short, None))
    return next(_told(answer.citations), None)


def _told(citations: Sequence[Citation]) -> Iterator[Days]:
    for citation in citations:
        found = times(citation.article, Span(citation.start, citation.end))
        if len(found) == 1 and (days := _hull(found)):
            yield days


def _hull(found: Sequence[Expression]) -> Days | None:
    """From the first to the last day of all; None where there is none, or one is open or vague."""
    days = [(e.first, e.last) for e in found if e.first and e.last and e.granularity != "vague"]
    if not days or len(days) < len(found):
        return None
    return min(first for first, _ in days), max(last for _, last in days)
