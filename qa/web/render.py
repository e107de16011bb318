"""Values to what the page shows. Everything that comes from an article, a file name or a question is escaped here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from qa.answer.origin import day_of
from qa.answer.quoting import plain
from qa.language.intervals import show
from qa.search.period import in_words
from qa.types import Answer, Article, Citation, Hit, Moment, Refused, Span, Statistics

NEAREST = 3
"""Passages offered where the archive does not say."""
EXCERPT_CHARACTERS = 180
SPANS = 50
"""More quotes of one article are not marked at once."""
_MARKER = re.compile(r"(?<!\\)\[(\d+)\]")


def answer_markdown(answer: Answer, asked: str) -> str:
    """The answer for the chat: its Markdown with every marker a link to its source.

    Args:
        answer: The whole answer.
        asked: The question as it was put.
    """
    citations = {citation.number: citation for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        citation = citations.get(int(match[1]))
        return _marker(citation) if citation else match[0]

    parts = [_understood(answer.question)] if answer.question != asked else []
    if answer.timeline:
        parts.append(_plot(answer.timeline))
    parts.append(_MARKER.sub(link, answer.text))
    if answer.abstained and answer.hits:
        nearest = "".join(f"<li>{_offer(hit)}</li>" for hit in _of_different_articles(answer.hits))
        parts.append(f'<div class="nearest"><p>The nearest passages are in:</p><ul>{nearest}</ul></div>')
    if looked_at := in_words(answer.narrowed):
        parts.append(f'<p class="aside">Looked only at {markdown_html(looked_at)}, as the question says.</p>')
    parts += [f'<p class="aside">{markdown_html(warning)}</p>' for warning in answer.warnings]
    return "\n\n".join(parts)


def _understood(question: str) -> str:
    """How a follow-up was read, with a link that puts it into the question box to be changed."""
    words = markdown_html(question)
    link = f'<a class="edit" href="#ask:{quote(question, safe="")}">Change</a>'
    return f'<p class="aside understood">Understood as: {words} {link}</p>'


def _plot(moments: Sequence[Moment]) -> str:
    """The events along an axis of days, longer for a longer time; the list below it says the same in words."""
    first, last = min(m.first for m in moments), max(m.last for m in moments)
    length = max(1, (last - first).days)
    dots = []
    for moment in moments:
        left = 100 * (moment.first - first).days / length
        width = 100 * (moment.last - moment.first).days / length
        label = escape(f"{show(moment.first, moment.last)}: source {moment.citation.number}")
        dots.append(f'<span class="dot" title="{label}" style="left: {left:.2f}%; width: {width:.2f}%"></span>')
    edges = f"<span>{escape(show(first, first))}</span><span>{escape(show(last, last))}</span>"
    return f'<div class="timeline" aria-hidden="true"><div class="axis">{"".join(dots)}</div><p>{edges}</p></div>'


def markdown_html(text: str) -> str:
    """`text` for a piece of HTML inside Markdown: neither language finds anything to act on in it."""
    return escape(" ".join(text.split()))


def _marker(citation: Citation) -> str:
    target = address(citation.article.id, citation.start, citation.end)
    return f'<a class="cite" href="{target}"><span class="unseen">Source </span>{citation.number}</a>'


def _offer(hit: Hit) -> str:
    words = " ".join(hit.text.split())
    excerpt = words[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …" if len(words) > EXCERPT_CHARACTERS else words
    target = address(hit.article.id, hit.passage.start, hit.passage.end)
    title = markdown_html(hit.article.title)
    return f'<a class="cite offer" href="{target}">{title}</a> <span>{markdown_html(excerpt)}</span>'


def _of_different_articles(hits: Sequence[Hit]) -> list[Hit]:
    first = {hit.article.id: hit for hit in reversed(hits)}
    return [hit for hit in hits if first[hit.article.id] is hit][:NEAREST]


def address(article_id: str, start: int, end: int) -> str:
    """The link to words of an article. It names them in full, so that no state of the visitor is needed to open it."""
    return f"#source:{quote(article_id, safe='')}:{start}:{end}"


def article_html(article: Article, spans: Sequence[tuple[int, int]], active: int) -> str:
    """The article for the source pane, the words at `spans` marked, those of `spans[active]` as the ones looked at.

    Args:
        article: What is shown, whole; its boilerplate is dimmed.
        spans: Offsets; what lies outside the text is left out.
        active: Place in `spans`.
    """
    valid = [
        Span(s, e, "active" if i == active else "") for i, (s, e) in enumerate(spans) if 0 <= s < e <= len(article.text)
    ]
    link = f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">original ↗</a>'
    facts = [
        escape(article.publisher or "unknown outlet"),
        escape(article.author),
        f"{article.published:%a} {escape(day_of(article))}" if article.published else day_of(article),
        link if article.url.startswith(("http://", "https://")) else "",
    ]
    return (
        f'<h2>{escape(article.title)}</h2><p class="facts">{" · ".join(fact for fact in facts if fact)}</p>'
        f'<div class="text" lang="{escape(article.language or "en")}">{_marked(article, valid[:SPANS])}</div>'
        f'<p class="file">{escape(article.id)}</p>'
    )


def _marked(article: Article, quotes: Sequence[Span]) -> str:
    """The text as HTML: quotes in <mark>, boilerplate in a dimmed span; where both meet, the quote wins."""
    edges = {0, len(article.text)}
    for span in (*quotes, *article.boilerplate):
        edges |= {span.start, span.end}
    places = sorted(edges)
    pieces = []
    for start, end in zip(places, places[1:], strict=False):
        words = escape(article.text[start:end])
        inside = [span for span in quotes if span.start <= start and end <= span.end]
        dim = any(span.start <= start and end <= span.end for span in article.boilerplate)
        if inside:
            looked_at = any(span.reason == "active" for span in inside)
            words = f"<mark{' id=quote' if looked_at else ''}>{words}</mark>"
        elif dim:
            words = f'<span class="dim">{words}</span>'
        pieces.append(words)
    return "".join(pieces)


def header_html(name: str, statistics: Statistics, refused: Sequence[Refused], written_by: str = "") -> str:
    """The line at the top: what archive this is, who writes the answers, and what of it could not be read."""
    facts = [escape(name), f"{statistics.articles:,} article{'' if statistics.articles == 1 else 's'}"]
    if statistics.first and statistics.last:
        years = sorted({statistics.first.year, statistics.last.year})
        facts.append("–".join(str(year) for year in years))
    if written_by:
        facts.append(f"written by {escape(written_by)}, each sentence checked")
    listed = "".join(f"<li>{escape(str(item))}</li>" for item in refused)
    count = f"{len(refused):,} {'entry' if len(refused) == 1 else 'entries'} could not be read"
    folded = f"<details><summary>{count}</summary><ul>{listed}</ul></details>" if refused else ""
    return f"<header><h1>Dateline</h1><p>{' · '.join(facts)}</p>{folded}</header>"


def welcome_markdown(statistics: Statistics, written_by: str = "") -> str:
    """What an empty conversation shows."""
    if not statistics.articles:
        return (
            "### No articles yet\n\nPut articles (.txt, .md, .html, .pdf, .docx, .jsonl) into the folder and start "
            "Dateline again."
        )
    outlets = ", ".join(plain(name) for name in list(statistics.publishers)[:4])
    more = " and others" if len(statistics.publishers) > 4 else ""
    named = f" from {outlets}{more}" if outlets else ""
    how = (
        f"{plain(written_by)} writes the answers from the articles{named}; what they do not say is struck out."
        if written_by
        else f"Answers quote the articles{named} word for word, with outlet and day."
    )
    return (
        f"### Ask about {statistics.articles:,} articles\n\n{how} A number opens its source. Where the articles do "
        "not say, you are told so."
    )
