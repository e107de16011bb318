"""Values to what the page shows. Everything that comes from an article, a file name or a question is escaped here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from html import escape
from urllib.parse import quote

from qa.answer.origin import day_of, origin
from qa.answer.quoting import MARKER, plain
from qa.answer.shorts import times
from qa.language.intervals import day_in_words, show
from qa.search.period import in_words
from qa.types import Answer, Article, Citation, Filters, Hit, Moment, Span, Statistics
from qa.web.texts import Texts

NEAREST = 3
"""Passages offered where the archive does not say."""
HOW_FOUND = 5
"""Passages listed under how an answer was found."""
EXCERPT_CHARACTERS = 180
SPANS = 50
"""More quotes of one article are not marked at once."""
_DIFFER = re.compile(r"(?:Another report|The same article also|An earlier report, since corrected,) ha[sd] \*\*")
"""How `qa.answer.quoting` introduces a report that says otherwise."""


def answer_markdown(
    answer: Answer, asked: str, texts: Texts, turn: str = "", found: str = "", filters: Filters | None = None
) -> str:
    """The answer for the chat: its Markdown with every marker a link to its source, and what can be done with it below.

    Args:
        answer: The whole answer.
        asked: The question as it was put.
        texts: The page's words.
        turn: Under which id it is kept; without one it can be neither linked to nor voted on.
        found: How it was found, in HTML, as `how_found` tells.
        filters: What the question was put with.
    """
    citations = {citation.number: citation for citation in answer.citations}

    def link(match: re.Match[str]) -> str:
        citation = citations.get(int(match[1]))
        return _marker(citation, texts) if citation else match[0]

    parts = [f'<p class="aside">{_only(filters, texts)}</p>'] if filters else []
    parts += [_understood(answer.question, texts)] if answer.question != " ".join(asked.split()) else []
    if answer.timeline:
        parts.append(_plot(answer.timeline))
    parts.append(MARKER.sub(link, answer.text))
    if answer.abstained and answer.hits:
        nearest = "".join(
            f"<li>{_offer(hit, excerpt=True)}</li>" for hit in _of_different_articles(answer.hits)[:NEAREST]
        )
        parts.append(
            f'<div class="nearest"><p>{texts("nearest")}</p><ul>{nearest}</ul><p>{texts("try_else")}</p></div>'
        )
    if looked_at := in_words(answer.narrowed):
        what = texts("looked_at", what=markdown_html(looked_at))
        parts.append(f'<p class="aside">{what} <a class="widen" href="#widen">{texts("look_at_all")}</a></p>')
    parts += [f'<p class="aside">{markdown_html(warning)}</p>' for warning in answer.warnings]
    if answer.citations and not answer.timeline:
        parts.append(f'<p class="aside reports">{_reports(answer, texts)}</p>')
    return "\n\n".join([*parts, found, _actions(turn, texts) if turn else ""]).strip()


def _understood(question: str, texts: Texts) -> str:
    """How a follow-up was read, with a link that puts it into the question box to be changed."""
    words = texts("understood", question=markdown_html(question))
    link = f'<a class="edit" href="#ask:{quote(question, safe="")}">{texts("change")}</a>'
    return f'<p class="aside understood">{words} {link}</p>'


def _reports(answer: Answer, texts: Texts) -> str:
    """How many independent reports an answer rests on, how many copies of them, and whether they differ."""
    cited = [citation.article for citation in answer.citations]
    copies = {other.id for citation in answer.citations for other in citation.copies} - {a.id for a in cited}
    facts = [texts.count("reports", len({article.story or article.id for article in cited}))]
    facts += [texts.count("copies", len(copies))] if copies else []
    facts += [texts("differ")] if _DIFFER.search(answer.text) else []
    timeline = f'<a class="edit" href="#timeline:{quote(answer.question, safe="")}">{texts("timeline")}</a>'
    return " · ".join([*facts, timeline])


def how_found(answer: Answer, revision: str, when: datetime, texts: Texts) -> str:
    """Under a fold: what was searched and found, how long it took, who wrote the answer, and how sure it is."""
    read, seconds = f"{len(answer.hits):,}", f"{answer.seconds.total:.2f}"
    facts = [texts("how_searched", read=read, seconds=seconds)]
    written = texts("how_written", model=markdown_html(answer.written_by)) if answer.written_by else texts("how_quoted")
    facts += [written, texts("how_confidence", n=round(100 * answer.confidence))]
    facts += [texts("how_revision", n=markdown_html(revision), when=f"{when:%Y-%m-%d %H:%M}")]
    told = "".join(f"<li>{fact}</li>" for fact in facts)
    listed = "".join(f"<li>{_offer(hit)}</li>" for hit in _of_different_articles(answer.hits)[:HOW_FOUND])
    return f'<details class="how"><summary>{texts("how_found")}</summary><ul>{told}</ul><ol>{listed}</ol></details>'


def _only(filters: Filters, texts: Texts) -> str:
    """What alone was searched, as the reader's filters say: the chips may since say otherwise."""
    facts = [_days(filters)] if filters.after or filters.before else []
    return texts("filtered", what=markdown_html(" · ".join([*facts, *filters.publishers])))


def _days(filters: Filters) -> str:
    """The days of a filter: a whole month or year by its name."""
    first, last = filters.after, filters.before
    if first and last and first <= last:
        return show(first, last)
    return " – ".join(day_in_words(day) if day else "…" for day in (first, last))


def _actions(turn: str, texts: Texts) -> str:
    """What can be done with a kept answer. The page's script finds its id in the link."""
    exports = "".join(
        f'<a href="/api/answer/{turn}?form={form}">{name}</a>'
        for form, name in (("markdown", "Markdown"), ("json", "JSON"), ("csl", "CSL-JSON"), ("bibtex", "BibTeX"))
    )
    return (
        f'<div class="acts"><button type="button" class="up">✓ {texts("right")}</button>'
        f'<button type="button" class="down">✗ {texts("wrong")}</button>'
        f'<button type="button" class="copy">{texts("copy")}</button>'
        f'<a class="permalink" href="{texts.path}?a={turn}">{texts("link")}</a>'
        f'<details class="menu"><summary>{texts("export")}</summary><div>{exports}</div></details></div>'
    )


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
    edges = "".join(f"<span>{escape(show(day, day))}</span>" for day in dict.fromkeys((first, last)))
    return f'<div class="timeline" aria-hidden="true"><div class="axis">{"".join(dots)}</div><p>{edges}</p></div>'


def timeline_html(question: str, moments: Sequence[Moment], texts: Texts) -> str:
    """The events of a question for the source pane: drawn, and as a list whose items open their sources."""
    items = "".join(
        f"<li><strong>{escape(show(m.first, m.last))}</strong> <q>{escape(' '.join(m.citation.quote.split()))}</q> "
        f"{_marker(m.citation, texts)} <span>{escape(origin(m.citation.article))}</span></li>"
        for m in moments
    )
    body = f'{_plot(moments)}<ol class="events">{items}</ol>' if moments else f"<p>{texts('found_none')}</p>"
    return f'<h2>{texts("timeline")}</h2><p class="facts">{escape(question)}</p>{body}'


def markdown_html(text: str) -> str:
    """`text` for a piece of HTML inside Markdown: neither language finds anything to act on in it."""
    return escape(" ".join(text.split()))


def _marker(citation: Citation, texts: Texts) -> str:
    target = address(citation.article.id, citation.start, citation.end, citation.quote)
    return f'<a class="cite" href="{target}"><span class="unseen">{texts("source")} </span>{citation.number}</a>'


def _offer(hit: Hit, excerpt: bool = False) -> str:
    """A passage by headline, outlet and day, with its first words on request."""
    target = address(hit.article.id, hit.passage.start, hit.passage.end, hit.text)
    link = f'<a class="cite offer" href="{target}">{markdown_html(hit.article.title or hit.article.id)}</a>'
    told = f"{link} <span>{markdown_html(origin(hit.article))}</span>"
    return f"{told}<br><span>{markdown_html(shortened(hit.text))}</span>" if excerpt else told


def shortened(text: str) -> str:
    """The first words of `text`."""
    words = " ".join(text.split())
    return words[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …" if len(words) > EXCERPT_CHARACTERS else words


def _of_different_articles(hits: Sequence[Hit]) -> list[Hit]:
    first = {hit.article.id: hit for hit in reversed(hits)}
    return [hit for hit in hits if first[hit.article.id] is hit]


def address(article_id: str, start: int, end: int, words: str = "") -> str:
    """The link to words of an article; from 0 to 0 to the article alone.

    It names them in full, so that no state of the visitor is needed to open it, and has a digest of them, so that it is
    noticed where the article has changed since.
    """
    told = f":{digest(words)}" if words else ""
    return f"#source:{quote(article_id, safe='')}:{start}:{end}{told}"


def digest(words: str) -> str:
    """Eight characters that other words do not have."""
    return blake2b(words.encode("utf-8", "replace"), digest_size=4).hexdigest()


def article_html(
    article: Article, spans: Sequence[tuple[int, int, str]], active: int, texts: Texts, copies: Sequence[Article] = ()
) -> str:
    """The article for the source pane, the words at `spans` marked, those of `spans[active]` as the ones looked at.

    Args:
        article: What is shown, whole; its boilerplate is dimmed.
        spans: Offsets and the digest of the words, or ""; what lies outside the text or has other words is left out.
        active: Place in `spans`.
        texts: The page's words.
        copies: The other articles that print the same.
    """
    valid = [
        Span(start, end, "active" if place == active else "")
        for place, (start, end, known) in enumerate(spans)
        if 0 <= start < end <= len(article.text) and known in ("", digest(article.text[start:end]))
    ]
    lost = 0 <= active < len(spans) and not any(span.reason for span in valid)
    changed = f'<p class="changed" role="alert">{texts("article_changed")}</p>' if lost else ""
    link = f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{texts("original")}</a>'
    facts = [
        escape(article.publisher or texts("unknown_outlet")),
        escape(article.author),
        escape(f"{article.published:%a} {day_of(article)}" if article.published else day_of(article)),
        link if article.url.startswith(("http://", "https://")) else "",
    ]
    others = "".join(
        f'<li><a class="cite offer" href="{address(c.id, 0, 0)}">{escape(origin(c))}</a></li>' for c in copies
    )
    also = f'<p class="facts">{texts("also_printed")}</p><ul class="facts">{others}</ul>' if copies else ""
    marked = _marked(article, valid[:SPANS])
    return (
        f'<header><h2 dir="auto">{escape(article.title)}</h2>'
        f'<p class="facts">{" · ".join(fact for fact in facts if fact)}</p></header>{changed}{also}'
        f'<div class="text" dir="auto" lang="{escape(article.language or "en")}">{marked}</div>'
        f'<p class="file">{escape(article.id)}</p>'
    )


def _marked(article: Article, quotes: Sequence[Span]) -> str:
    """The text as HTML: quotes in <mark>, boilerplate in a dimmed span; where both meet, the quote wins."""
    days = _days_meant(article, quotes)
    edges = {0, len(article.text)}
    for span in (*quotes, *article.boilerplate):
        edges |= {span.start, span.end}
    places = sorted(edges)
    pieces, named = [], False
    for start, end in zip(places, places[1:], strict=False):
        words = escape(article.text[start:end])
        inside = [span for span in quotes if span.start <= start and end <= span.end]
        dim = any(span.start <= start and end <= span.end for span in article.boilerplate)
        if inside:
            looked_at = any(span.reason == "active" for span in inside)
            name = "" if named or not looked_at else " id=quote"
            named = named or looked_at
            words = _with_days(article.text, start, end, days)
            words = f"<mark{name}{' class=active' if looked_at else ''}>{words}</mark>"
        elif dim:
            words = f'<span class="dim">{words}</span>'
        pieces.append(words)
    return "".join(pieces)


def _with_days(text: str, start: int, end: int, days: Mapping[int, str]) -> str:
    """The words with the days that they mean, which the style sheet shows: they are no part of the text."""
    places = [start, *sorted(place for place in days if start < place <= end)]
    told = [f'<span class="meant" data-days="[{escape(days[place])}]"></span>' for place in places[1:]]
    pieces = [escape(text[one:other]) for one, other in zip(places, [*places[1:], end], strict=True)]
    return "".join(piece + meant for piece, meant in zip(pieces, [*told, ""], strict=True))


def _days_meant(article: Article, quotes: Sequence[Span]) -> dict[int, str]:
    """The days that expressions in the quotes mean, by where these end; those that name the year need none."""
    return {
        e.end: show(e.first, e.last)
        for span in quotes
        for e in times(article, span)
        if e.first and e.last and e.granularity != "vague" and e.end <= span.end
        if str(e.first.year) not in article.text[e.start : e.end]
    }


def preview_html(article: Article, start: int, end: int, texts: Texts) -> str:
    """What a marker leads to, in short."""
    words = " ".join(article.text[start:end].split())
    told = f"{article.publisher or texts('unknown_outlet')} · {day_of(article)}"
    title, quoted = escape(article.title), escape(words)
    return f'<p dir="auto"><strong>{title}</strong></p><p>{escape(told)}</p><q dir="auto">{quoted}</q>'


def welcome_markdown(statistics: Statistics, texts: Texts, written_by: str = "") -> str:
    """What an empty conversation shows."""
    if not statistics.articles:
        return f"## {texts('welcome_none')}\n\n{texts('welcome_none_how')}"
    outlets = ", ".join(plain(name) for name in list(statistics.publishers)[:4])
    more = texts("welcome_more") if len(statistics.publishers) > 4 else ""
    named = texts("welcome_from", names=f"{outlets}{more}") if outlets else ""
    by = texts("welcome_written", model=plain(written_by), named=named) if written_by else ""
    how = by or texts("welcome_quotes", named=named)
    return f"## {texts.count('welcome', statistics.articles)}\n\n{how} {texts('welcome_how')}"
