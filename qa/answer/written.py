"""What a model writes to an answer: each sentence checked, tied to the words it rests on, or struck."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from qa.answer.markers import Sentence, Unfinished, whole_sentences
from qa.answer.quoting import Copies, abstention, cited, plain
from qa.answer.support import Checker, Support
from qa.errors import WritingError
from qa.index.work import Encodes
from qa.language.words import terms
from qa.settings import ANSWER_FROM
from qa.types import ABSTENTION, Answer, Citation, Delta, Draft, Finished, Hit, Span

SUPPORTED_SHARE = 0.5
"""Of a written answer's sentences: where fewer are supported, the articles' own words are given instead."""
LOOKED_AT = 3
"""Sources looked through for the one that says a sentence which names none: those that share most terms with it."""
EXCERPT_CHARACTERS = 120
PARTLY = " *(only partly in the sources)*"
STRUCK = " *(not in the sources)*"
_SAYS_NOT = re.compile(
    rf"\W*{re.escape(ABSTENTION.rstrip('.'))}|"
    r"\b(?:passages?|sources?|articles?|archive)\b[^.]{0,40}\b(?:do|does|did) not (?:say|mention|contain|state|tell|"
    r"answer|provide|specify|give|include|name)\b|\bno (?:passage|source|article)s?\b|"
    r"\bnot (?:mentioned|stated|specified|given|found) in the (?:passages?|sources?|articles?)\b",
    re.IGNORECASE,
)


@dataclass
class _Text:
    """The answer as it grows."""

    sources: Sequence[Hit]
    copies: Copies
    checker: Checker
    citations: dict[tuple[str, int, int], Citation] = field(default_factory=dict)
    """By article and offsets, in the order of their numbers."""
    warnings: list[str] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    text: str = ""

    def add(self, sentence: Sentence) -> str:
        """The sentence as it is shown, markers, mark and all; what it rests on joins the citations."""
        numbers = self._known(sentence)
        found, numbers = self._supported(sentence.text, numbers)
        self.verdicts.append(found.verdict)
        shown = plain(sentence.text)
        if found.verdict == "unsupported":
            self.warnings.append(f"No source says: “{_excerpt(sentence.text)}”.")
            shown = f"~~{shown}~~{STRUCK}"
        else:
            shown += "".join(f" [{number}]" for number in self._cited(numbers, found.sentences))
        if found.verdict == "partly":
            lacking = f" ({', '.join(found.missing)} is not in them)" if found.missing else ""
            self.warnings.append(f"The sources say only part of: “{_excerpt(sentence.text)}”{lacking}.")
            shown += PARTLY
        piece = ("\n\n" if sentence.opens else " ") * bool(self.text) + shown
        self.text += piece
        return piece

    def _known(self, sentence: Sentence) -> list[int]:
        """Places of the sources that the sentence names; numbers of none are told."""
        invented = [number for number in sentence.numbers if not 1 <= number <= len(self.sources)]
        if invented:
            told = ", ".join(str(number) for number in invented)
            self.warnings.append(f"The model named source {told}, which it was not given.")
        return [number - 1 for number in sentence.numbers if 1 <= number <= len(self.sources)]

    def _supported(self, claim: str, places: list[int]) -> tuple[Support, list[int]]:
        """What the named sources say to the claim; where it names none, what the one does that says it best."""
        if places:
            return self.checker.support(claim, places), places
        asked = set(terms(claim))
        shared = [len(asked.intersection(terms(source.text))) for source in self.sources]
        near = sorted(range(len(shared)), key=lambda place: -shared[place])[:LOOKED_AT]
        each = {place: self.checker.support(claim, [place]) for place in near}
        best = max(near, key=lambda place: (each[place].score, -place))
        return each[best], [best]

    def _cited(self, places: Sequence[int], spans: Sequence[Span | None]) -> list[int]:
        """The numbers of the citations of these sentences, those cited before by their old number."""
        numbers = []
        for place, span in zip(places, spans, strict=True):
            if span is None:
                continue
            article = self.sources[place].article
            words = article.id, span.start, span.end
            if words not in self.citations:
                self.citations[words] = cited(len(self.citations) + 1, article, span, self.copies)
            numbers.append(self.citations[words].number)
        return sorted(set(numbers))


def written(
    pieces: Iterable[str],
    writer: Callable[[], str],
    sources: Sequence[Hit],
    quoted: Answer,
    encoder: Encodes,
    copies: Copies,
    answer_from: float = ANSWER_FROM,
) -> Iterator[Draft | Delta | Finished]:
    """The answer as a model writes it, ended by `Finished`.

    Args:
        pieces: The model's words as they come.
        writer: Its name, known once it was asked.
        sources: The passages it was given, in the order of their numbers.
        quoted: The answer that quotes; given where nothing comes of the written one, and the source of `short`.
        encoder: The one that the check of meaning asks.
        copies: Where the other prints of an article are known.
        answer_from: Confidence below which the archive is said not to say: what the model says is above it, or below.
    """
    text = _Text(sources, copies, Checker(sources, encoder, quoted.question))
    try:
        for found in whole_sentences(pieces):
            says_not = bool(_SAYS_NOT.search(found.text))
            if isinstance(found, Unfinished):
                if text.verdicts or not says_not:  # nothing is shown that the next words may turn into an abstention
                    yield Draft(found.text)
            elif not says_not:
                yield Delta(text.add(found))
            elif text.verdicts:
                text.warnings.append(f"The model adds: “{_excerpt(found.text)}”.")
            else:
                none = abstention(quoted.question, quoted.hits, min(quoted.confidence, answer_from / 2))
                yield Finished(replace(none, narrowed=quoted.narrowed, warnings=quoted.warnings))
                return
    except WritingError as error:
        yield Finished(_instead(quoted, str(error)))
        return
    kept = sum(verdict != "unsupported" for verdict in text.verdicts)
    if not text.citations or kept < SUPPORTED_SHARE * len(text.verdicts):
        yield Finished(_instead(quoted, "What the model wrote is not in the sources."))
        return
    yield Finished(_answer(text, writer(), quoted, answer_from))


def _answer(text: _Text, writer: str, quoted: Answer, answer_from: float) -> Answer:
    """The written answer; `short` is the quoted one's where both say it."""
    said = " ".join(re.findall(r"\w+", text.text.casefold()))
    short = quoted.short if quoted.short and " ".join(re.findall(r"\w+", quoted.short.casefold())) in said else None
    return replace(
        quoted,
        text=text.text,
        short=short,
        citations=tuple(text.citations.values()),
        abstained=False,
        confidence=max(quoted.confidence, answer_from),
        timeline=(),
        written_by=writer,
        warnings=(*quoted.warnings, *text.warnings),
    )


def _instead(quoted: Answer, why: str) -> Answer:
    """The answer that quotes, with the reason."""
    told = "The archive was searched without it." if quoted.abstained else "The articles' own words are given instead."
    return replace(quoted, warnings=(*quoted.warnings, f"{why} {told}"))


def _excerpt(words: str) -> str:
    words = words.rstrip(".")
    return words if len(words) <= EXCERPT_CHARACTERS else words[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
