"""Findings to an answer that quotes: the short answer, the words it rests on, what else was reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from qa.answer.kinds import Kind, kind_of
from qa.answer.origin import day_of, origin
from qa.answer.reading import Finding
from qa.answer.shorts import ROUGHLY, SHORT_WORDS, names_time, resolved
from qa.ingest.copies import sources
from qa.language.intervals import day_in_words
from qa.language.speech import hearsay, speaker
from qa.language.words import terms
from qa.settings import ANSWER_FROM, QUOTES
from qa.types import ABSTENTION, Answer, Article, Citation, Hit, Span

ALSO_FROM = 0.12
"""A further sentence is quoted where it is at least this share as likely as the best one: on ClapNQ, whose answers need
several sentences, 0.92 of the answers then quote one that was chosen by hand (0.78 from 0.5)."""
LIKELY = 0.4
"""From this share of the best one's confidence on, another report is said to have it otherwise, another count is of the
same thing, and another figure stands beside the best one in the short answer; a measure in the same unit, told in like
words, is shown in any case."""
LOOKED_AT, NEAR_CHARACTERS = 8, 50
"""Findings looked through for other figures, and how far from a figure the words stand that say of what it is."""
NEAR = 0.9
"""Findings of at least this share of the best one's confidence are as good: the newest of them stands first where the
newest is asked for."""

MARKER = re.compile(r"(?<!\\)\[(\d+)\]")
"""Of a citation in `Answer.text`; brackets of an article's own are escaped by `plain`."""
ONE_ANSWER: tuple[Kind, ...] = ("when", "who", "count", "measure", "where")
"""Kinds of question to which reports that give different answers disagree."""
_CORRECTS = re.compile(
    r"\b(?:corrections?|corrected|clarification|mis-?stated|that was wrong|was (?:given )?wrongly|in error|"
    r"an earlier (?:version|report|article|story))\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:report|article|story|version)\b.*\b(?:gave|said|stated|put|had|reported)\b", re.IGNORECASE)
_MORE = re.compile(r" (?:more|additional|extra|further)\b")

Copies = Callable[[Article], Sequence[Article]]
"""The other articles that print the same copy."""


def quote(
    question: str,
    hits: Sequence[Hit],
    findings: Sequence[Finding],
    copies: Copies = lambda _: (),
    as_of: date | None = None,
    quotes: int = QUOTES,
    answer_from: float = ANSWER_FROM,
) -> Answer:
    """The answer that the best findings make, or an abstention.

    Args:
        question: The question as understood.
        hits: What search found, best first; kept in the answer.
        findings: What reading found in them, likeliest first.
        copies: Where the other prints of an article are known.
        as_of: The day as of which it is asked how things stand, so that of two answers the newest by then is meant.
        quotes: How many sentences are quoted at most.
        answer_from: Confidence below which the archive is said not to say.
    """
    best = findings[0].confidence if findings else 0.0
    if best < answer_from:
        return abstention(question, hits, best)
    kind = kind_of(question)
    findings = _known_by(as_of, findings) if as_of else findings
    findings = _corrected(findings) if kind in ("count", "measure") else findings
    if figures := _figures(kind, question, findings):
        standing = [f for f in figures if f.confidence >= LIKELY * best and not _retracted(f)] or figures[:1]
        chosen = [*_newest_first(standing), *(finding for finding in figures if finding not in standing)][:quotes]
    elif as_of:
        near = [finding for finding in findings if finding.confidence >= NEAR * best]
        chosen = _chosen([*_newest_first(near), *findings], quotes)
    else:
        chosen = _chosen(findings, quotes)
    shorts = [_short(kind, finding) for finding in chosen]
    short = shorts[0]
    if figures and not as_of:
        short = _each([(f, told) for f, told in zip(chosen, shorts, strict=True) if f in standing]) or short
    citations = tuple(cited(number, f.hit.article, f.sentence, copies) for number, f in enumerate(chosen, start=1))
    quoted_all = [_quoted(finding, citation) for finding, citation in zip(chosen, citations, strict=True)]
    blocks = [*_heading(kind, chosen[0], short, as_of is not None), quoted_all[0]]
    for finding, other, quoted in zip(chosen[1:], shorts[1:], quoted_all[1:], strict=True):
        beside = finding in figures or _retracted(finding)
        if finding.hit.article.id == chosen[0].hit.article.id and not beside:
            blocks += ["Also reported:", quoted]
        else:
            rivals = kind in ONE_ANSWER and (beside or finding.confidence >= LIKELY * best)
            blocks += [_introduced(rivals, chosen[0], shorts[0], finding, other, as_of is not None), quoted]
    return Answer("\n\n".join(blocks), short, citations, False, best, tuple(hits), question)


def _heading(kind: Kind, first: Finding, short: str | None, newest_first: bool) -> list[str]:
    """The short answer, as of when where that matters, and whether it is only hearsay; nothing where there is none."""
    if not short:
        return []
    as_of = f" as of {plain(day_of(first.hit.article))}" if newest_first and kind in ONE_ANSWER else ""
    doubt = " (reported, not confirmed)" if hearsay(first.hit.article.text, first.sentence) else ""
    return [f"**{plain(short)}**{as_of if first.hit.article.published else ''}{doubt}"]


def abstention(question: str, hits: Sequence[Hit], confidence: float) -> Answer:
    """The answer that the archive does not say; what was found stays in `hits`."""
    return Answer(ABSTENTION, None, (), True, confidence, tuple(hits), question)


def _chosen(findings: Sequence[Finding], quotes: int) -> list[Finding]:
    """The best finding and those nearly as good that say something in other words, not only in another print."""
    chosen: list[Finding] = []
    for finding in findings:
        good = finding.confidence >= ALSO_FROM * findings[0].confidence
        if good and not any(_same(finding, other) for other in chosen):
            chosen.append(finding)
        if len(chosen) == quotes:
            break
    return chosen


def _same(one: Finding, other: Finding) -> bool:
    """Whether two findings are the same words, or the same sentence of one copy as two outlets print it."""
    if _words(one) == _words(other):
        return True
    story = one.hit.article.story
    return bool(story) and story == other.hit.article.story and set(terms(_words(one))) == set(terms(_words(other)))


def _words(finding: Finding) -> str:
    return finding.hit.article.text[finding.sentence.start : finding.sentence.end]


def _short(kind: Kind, finding: Finding) -> str | None:
    article, span = finding.hit.article, finding.short
    if kind == "when" and (days := resolved(article, span)):
        return days
    words = " ".join(article.text[span.start : span.end].split())
    if kind == "when" and words[:1].isupper() and not names_time(article, finding.sentence):
        return None  # a name is no time
    return words if len(words.split()) <= SHORT_WORDS else None


def _figures(kind: Kind, question: str, findings: Sequence[Finding]) -> list[Finding]:
    """The best finding and those that give another figure of the same thing, told in like words; else nothing."""
    best = findings[0]
    if kind not in ("count", "measure") or not _number(best):
        return []
    found = {_number(best): best}
    for finding in findings[1:LOOKED_AT]:
        if _number(finding) and _unit(finding) == _unit(best) and _of_the_same(question, best, finding):
            found.setdefault(_number(finding), finding)
    return list(found.values()) if len(found) > 1 else []


def _of_the_same(question: str, best: Finding, other: Finding) -> bool:
    """Whether two figures are of one thing: a word of the question follows both, or, for counts, several stand near."""
    asked = set(terms(question))
    told, named = set(terms(_words(other))), _names(question) & set(terms(_words(best)))
    elsewhere = _names(_words(other)) - _names(question) - set(terms(_words(best)))
    # "Al Qaim lies 330 kilometres from Baghdad" is not of Ramadi; "the town, 100 kilometres from Baghdad" may be.
    if named and (not named & told or (elsewhere and not named <= told)):
        return False
    if _unit(best):
        return bool(asked & _after(best) & _after(other))
    near = set(terms(_words(other)[: other.short.end - other.sentence.start][-NEAR_CHARACTERS:])) | _after(other)
    if other.hit.article.id == best.hit.article.id or other.confidence < LIKELY * best.confidence:
        return False
    return len(asked & near) > 1 and not _MORE.match(other.hit.article.text, other.short.end)


def _names(text: str) -> set[str]:
    """The terms of words with a capital, the first aside."""
    return {term for name in re.findall(r"(?<=\s)[A-Z][\w’'-]*", text) for term in terms(name)}


def _after(finding: Finding) -> set[str]:
    """The terms that follow a short answer in its sentence."""
    text, start = finding.hit.article.text, finding.short.end
    return set(terms(text[start : min(finding.sentence.end, start + NEAR_CHARACTERS)]))


def _number(finding: Finding) -> str:
    """The number of a short answer, empty where it has none or several."""
    found = _numbers(finding.hit.article.text[finding.short.start : finding.short.end])
    return found[0] if len(found) == 1 else ""


def _numbers(words: str) -> list[str]:
    return [number.strip(",.").replace(",", "") for number in re.findall(r"\d[\d,.]*", words)]


def _unit(finding: Finding) -> list[str]:
    """The terms of a short answer beside its number."""
    words = finding.hit.article.text[finding.short.start : finding.short.end]
    return terms(re.sub(rf"\d[\d,.]*|\b(?:{ROUGHLY})\b", "", words))


def _known_by(day: date, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings with those published after `day` last, where one that is likely enough was known by then."""
    known = [f for f in findings if (f.hit.article.published or date.min) <= day]
    if not known or known[0].confidence < LIKELY * findings[0].confidence:
        return findings
    later = [replace(f, confidence=0.0) for f in findings if f not in known]
    return [replace(known[0], confidence=findings[0].confidence), *known[1:], *later]


def _newest_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.hit.article.published or date.min, reverse=True)


def _each(told: Sequence[tuple[Finding, str | None]]) -> str | None:
    """Every figure with its day, as in "490 (7 January 2017) or 450 (5 January 2017)"; None for one or too many."""
    figures = []
    for finding, short in told:
        day = finding.hit.article.published
        figures.append(f"{short} ({day_in_words(day)})" if day else f"{short}")
    words = " or ".join(figures)
    return words if len(told) > 1 and len(words.split()) <= SHORT_WORDS else None


def _corrects(article: Article) -> bool:
    """Whether the article says that it corrects an earlier report."""
    return bool(_CORRECTS.search(article.title) or _CORRECTS.search(article.text))


def _retracted(finding: Finding) -> bool:
    """Whether a correction quotes the figure as the one that was wrong."""
    return _corrects(finding.hit.article) and bool(_EARLIER.search(_words(finding)))


def _corrected(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings without a figure that a correction calls wrong, where another is likely enough to stand first.

    The sentence that calls it wrong stands second.
    """
    wrong = {number: finding for finding in findings if _retracted(finding) for number in _numbers(_words(finding))}
    best = findings[0].confidence
    sound = [finding for finding in findings if _number(finding) not in wrong]
    if _number(findings[0]) not in wrong or not sound or sound[0].confidence < LIKELY * best or not _number(sound[0]):
        return findings
    told = replace(wrong[_number(findings[0])], confidence=LIKELY * best)
    return [replace(sound[0], confidence=best), told, *sound[1:]]


def _introduced(
    rivals: bool, first: Finding, short: str | None, finding: Finding, other: str | None, newest_first: bool
) -> str:
    """What a further quote is beside the first: it says the same, something else to the same point, or more.

    Only of `rivals` can it be said that one of them has it otherwise.
    """
    one, two = first.hit.article, finding.hit.article
    if not short or not other:
        return "Also reported:"
    if set(terms(other)) <= set(terms(short)) or set(terms(short)) <= set(terms(other)):
        one_source = sources(one) & sources(two) or (one.story and one.story == two.story)
        return "From the same source:" if one_source else "Reported alike:"
    if not rivals:
        return "Also reported:"
    if _retracted(finding) or (_corrects(one) and (two.published or date.max) <= (one.published or date.min)):
        return f"An earlier report, since corrected, had **{plain(other)}**:"
    if newest_first and one.published and two.published and two.published < one.published:
        return f"As of {plain(day_of(two))} it was **{plain(other)}**:"
    return f"{'The same article also' if one.id == two.id else 'Another report'} has **{plain(other)}**:"


def cited(number: int, article: Article, sentence: Span, copies: Copies) -> Citation:
    """The citation of a sentence, with the other articles that print it and who says it."""
    quoted = article.text[sentence.start : sentence.end]
    words = " ".join(quoted.split())
    prints = tuple(other for other in copies(article) if words in " ".join(other.text.split()))
    return Citation(number, article, sentence.start, sentence.end, quoted, prints, speaker(article.text, sentence))


def _quoted(finding: Finding, citation: Citation) -> str:
    """A block quote with its marker, outlets and day, who says it, and the days that its expression of time means."""
    told_by = plain(source(citation))
    if days := resolved(citation.article, finding.short):
        expression = " ".join(citation.article.text[finding.short.start : finding.short.end].split())
        if expression != days:
            told_by += f"; “{plain(expression)}” is {days}"
    return f"> “{plain(' '.join(citation.quote.split()))}” [{citation.number}]\n>\n> — {told_by}"


def source(citation: Citation) -> str:
    """The outlets that print a citation with their days, and who says it."""
    words = origin(citation.article)
    if citation.copies:
        words += f"; the same in {' and '.join(origin(article) for article in citation.copies)}"
    return f"{words}; according to {citation.speaker}" if citation.speaker else words


def plain(text: str) -> str:
    """`text` so that Markdown shows it as it is: nothing in it becomes a tag, a link, a list or emphasis."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~&@])", r"\\\1", text)
    # Bare addresses would be made links.
    return re.sub(r"(?i)\b(https?|ftp)://", r"\1\\://", re.sub(r"(?i)\b(www)\.", r"\1\\.", escaped))
