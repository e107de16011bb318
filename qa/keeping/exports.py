"""Kept turns as texts that other programs read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from qa.answer.origin import origin
from qa.answer.quoting import plain
from qa.keeping.conversations import Kept, shown
from qa.keeping.references import bibtex, csl_json
from qa.language.intervals import day_in_words
from qa.language.words import without_surrogates
from qa.rows import answer_row, citation_row, moment_row
from qa.types import ABSTENTION, Answer, Article, Citation, Filters

__all__ = ["as_json", "bibtex", "csl_json", "evaluation_rows", "markdown", "plain_text"]

_EMPHASIS = re.compile(r"(?<!\\)(?:\*\*|~~)")
_KEPT_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
"""What a web address may hold as it is, beside letters and digits (RFC 3986)."""


def markdown(turns: Sequence[Kept], title: str) -> str:
    """The questions with their answers, sources and warnings; `title` as the heading."""
    blocks = [f"# {_line(title)}"] if title.strip() else []
    for turn in turns:
        blocks += _turn_blocks(turn)
    return without_surrogates("\n\n".join(blocks) + "\n")


def _turn_blocks(turn: Kept) -> Iterator[str]:
    answer = turn.answer
    yield f"## {_line(turn.asked)}"
    if answer.question.split() != turn.asked.split():
        yield f"Understood as: {_line(answer.question)}"
    yield answer.text
    if answer.citations:
        yield "**Sources**"
        cited = sorted(answer.citations, key=lambda citation: citation.number)
        yield "\n".join(f"{citation.number}. {_source(citation)}" for citation in cited)
    yield from (f"Note: {_line(warning)}" for warning in answer.warnings)
    yield _circumstances(turn)


def plain_text(turns: Sequence[Kept]) -> str:
    """The answers as a reader would paste them: their words without Markdown, then where each quote is from."""
    return without_surrogates("\n\n".join(block for turn in turns for block in _text_blocks(turn.answer)) + "\n")


def _text_blocks(answer: Answer) -> Iterator[str]:
    text = "\n".join(line.removeprefix(">").strip() for line in answer.text.split("\n"))
    said = shown(_EMPHASIS.sub("", text)).strip()
    yield re.sub(r"\n\n+(?=— )", "\n", re.sub(r"\n{3,}", "\n\n", said))
    told = " ".join(said.split())
    for citation in sorted(answer.citations, key=lambda citation: citation.number):
        article, quoted = citation.article, f"“{' '.join(citation.quote.split())}”"
        title = f"“{' '.join(article.title.split())}”" if article.title.split() else ""
        facts = ", ".join(filter(None, (origin(article), title, article.url.strip())))
        yield f"[{citation.number}] {facts}" if quoted in told else f"[{citation.number}] {quoted} — {facts}"


def _source(citation: Citation) -> str:
    """One line: the quote, where and when it stands, in which copies too, and who says it."""
    found = f"“{_line(citation.quote)}” — {_printed(citation.article)}, characters {citation.start}–{citation.end}"
    if citation.speaker:
        found += f"; according to {_line(citation.speaker)}"
    return "; the same in ".join([found, *map(_printed, citation.copies)])


def _printed(article: Article) -> str:
    """Outlet and day, author, title, address and id of an article."""
    title = f"*{_line(article.title)}*" if article.title.split() else ""
    facts = (_line(origin(article)), _line(article.author), title, _address(article.url), _line(article.id))
    return ", ".join(fact for fact in facts if fact)


def _address(url: str) -> str:
    """A link for the web, the words of any other address."""
    if not url.startswith(("http://", "https://")):
        return _line(url)
    return f"<{quote(url, safe=_KEPT_IN_ADDRESSES, errors='replace')}>"


def _circumstances(turn: Kept) -> str:
    """When the question was put, of what, and who wrote the answer."""
    told = [f"Asked on {day_in_words(turn.when.date())}, {turn.when:%H:%M} UTC"]
    told += [f"of revision {_line(turn.revision)} of the archive"] if turn.revision else []
    told += [f"of {limits}" for limits in dict.fromkeys(map(_limits, (turn.filters, turn.answer.narrowed))) if limits]
    told += [f"written by {_line(turn.answer.written_by)}"] if turn.answer.written_by else []
    return f"{', '.join(told)}."


def _limits(filters: Filters) -> str:
    """What the articles looked at have in common; empty where all were."""
    limits = [f"from {day_in_words(filters.after)} on"] if filters.after else []
    limits += [f"up to {day_in_words(filters.before)}"] if filters.before else []
    limits += [f"in {' or '.join(map(_line, filters.publishers))}"] if filters.publishers else []
    if (filters.after or filters.before) and filters.undated:
        limits += ["those of unknown day too"]
    return f"articles {', '.join(limits)}" if limits else ""


def _line(text: str) -> str:
    """`text` on one line that Markdown shows as it is."""
    return plain(" ".join(text.split()))


def as_json(turns: Sequence[Kept], title: str) -> str:
    """One JSON document: the title, and every turn as `qa ask --json` prints an answer, with all else that is kept."""
    document = {"title": title, "turns": [_turn_row(turn) for turn in turns]}
    # A lone surrogate is written as JSON escapes it.
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode() + "\n"


def _turn_row(turn: Kept) -> dict[str, Any]:
    answer = turn.answer
    return answer_row(answer, turn.asked) | {
        "id": turn.id,
        "conversation": turn.conversation,
        "place": turn.place,
        "when": turn.when.isoformat(),
        "revision": turn.revision,
        "filters": _filters_row(turn.filters),
        "narrow": turn.narrow,
        "narrowed": _filters_row(answer.narrowed),
        "citations": [
            citation_row(citation)
            | {"speaker": citation.speaker, "source": _article_row(citation.article)}
            | {"copies": [_article_row(copy) for copy in citation.copies]}
            for citation in answer.citations
        ],
        "timeline": [moment_row(moment) for moment in answer.timeline],
        "written_by": answer.written_by,
        "vote": turn.vote,
        "comment": turn.comment,
    }


def _filters_row(filters: Filters) -> dict[str, Any]:
    return {
        "after": filters.after.isoformat() if filters.after else None,
        "before": filters.before.isoformat() if filters.before else None,
        "publishers": list(filters.publishers),
        "undated": filters.undated,
    }


def _article_row(article: Article) -> dict[str, Any]:
    return {
        "article": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "basis": article.basis,
        "basis_note": article.basis_note,
        "url": article.url,
        "language": article.language,
    }


def evaluation_rows(turns: Iterable[Kept]) -> Iterator[dict[str, Any]]:
    """Rows of a question file (docs/evaluation.md), one for each turn whose vote tells the answer.

    What was voted right is its own answer; what was voted wrong has the comment for one, and no evidence.
    """
    for turn in turns:
        comment = _folded(turn.comment)
        if turn.vote > 0:
            abstained, answers = turn.answer.abstained, [] if turn.answer.abstained else _given(turn)
            cited = () if turn.answer.abstained else turn.answer.citations
        elif turn.vote < 0 and comment:
            abstained = comment.casefold().rstrip(". ") == ABSTENTION.casefold().rstrip(".")
            answers, cited = [] if abstained else [comment], ()
        else:
            continue
        if answers or abstained:
            yield {
                "id": turn.id,
                "question": _folded(turn.answer.question),
                "answers": answers,
                "answerable": not abstained,
                "evidence": [{"article": without_surrogates(c.article.id), "quote": _folded(c.quote)} for c in cited],
                "asked": turn.when.date().isoformat(),
                "kind": "feedback",
            }


def _given(turn: Kept) -> list[str]:
    """The short answer, or what is quoted where there is none."""
    given = [turn.answer.short] if turn.answer.short else [citation.quote for citation in turn.answer.citations]
    return list(dict.fromkeys(map(_folded, given)))


def _folded(text: str) -> str:
    return without_surrogates(" ".join(text.split()))
