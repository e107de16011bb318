"""What stands in a page but is not the article: the headline again, navigation, notices, a lead told twice.

Whole lines only, and only lines that nobody would write in a story: prose that is marked is lost to every answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.ingest.dating import only_dates
from qa.language.words import words
from qa.types import Span

HEADLINE_CHARACTERS = 200
"""A longer first line is a paragraph."""
FURNITURE_CHARACTERS = 400
"""A longer line is a paragraph of a story, whatever it says of cookies or copyright."""
LEAD_WORDS = 8
"""A repeated line of fewer words may be a refrain or a crosshead."""
LEADS = 6
"""How many of the first lines are compared: a standfirst is repeated at once or not at all."""

# Each is a whole line.
_NAVIGATION = (
    r"skip to (?:main )?(?:content|navigation)",
    r"print(?:er)?[ -]friendly(?: version)?|print this (?:page|article)",
    r"leave a (?:comment|reply)|post a comment|(?:view (?:all )?)?comments|\d+ (?:comments?|shares?)",
    r"(?:post|site|page) navigation|(?:back|return) to (?:the )?top",
    r"share(?: this)?(?: (?:article|story|page|on|via)\b.*)?|copy link|(?:click to )?(?:e-?mail|tweet|print|save)",
    r"facebook|twitter|whatsapp|pinterest|reddit|linkedin|instagram|telegram|youtube",
    r"subscribe|log ?in|sign (?:in|up)|menu|search|home|next|previous|advertisement|advert|loading|close",
    r"(?:« )?(?:previous|next) (?:post|article|story)\b.*",
    r"related (?:articles?|stories|posts|topics|content|news)(?:\W.*)?",
    r"(?:read (?:more|also|next|full story)|see also|more on this story|most (?:read|popular))(?:\W.*)?",
    r"(?:tags?|filed under|categories|topics|keywords) ?:.*",
    r"(?:story|article) continues (?:below|after)\b.*|continue reading(?:\W.*)?|listen to (?:this )?article\b.*",
    r"[|»«›‹•·\-–—=*_# ]+",
)
# A notice speaks to whoever reads it, in the first person or in orders, or stands where no prose does. The words alone
# (cookies, newsletters, terms of service) are news too; words after a quotation mark are what somebody said.
_UNQUOTED = r'[^"“]*'
_KEYED = r".*\b(?:newsletter|updates|inbox|alerts|briefing)\b.*"
_TERMS, _PRIVACY = r"terms (?:of (?:use|service)|and conditions)", r"(?:privacy|cookie) (?:policy|notice|settings)"
_NAME = r"(?-i:[^\Wa-z_])\S*"
_NOTICE = (
    rf"{_UNQUOTED}\b(?:we|(?:this|our) (?:web)?site)(?: and our \w+)?(?: may| also)? uses? (?:\w+ ){{0,2}}cookies\b.*",
    rf"{_UNQUOTED}\bour (?:use of cookies|cookie (?:policy|notice))\b.*",
    r"(?:please )?(?:accept|enable|manage|reject)(?: all| your| the use of)? cookies?\b.*",
    r"by (?:continuing|clicking|using|browsing|signing up|subscribing)\b.*\byou (?:agree|accept|consent)\b.*",
    rf"{_UNQUOTED}\bour {_TERMS}\b.*\b{_PRIVACY}\b.*|(?:(?:{_TERMS}|{_PRIVACY})\W*(?:and )?)+",
    rf"©.*|copyright (?:©|\(c\)|(?!act\b)(?:{_NAME} ){{0,4}}(?:19|20)\d\d\b).*|\(c\) (?:19|20)\d\d\b.*",
    r"(?:.*[^\s\"“] ?)?\b(?-i:All [Rr]ights [Rr]eserved|ALL RIGHTS RESERVED)(?:\W*|[.,;] .*)",
    rf".*(?<![\"“‘'])\b(?-i:S)(?:ign up|ubscribe)\b{_KEYED}",
    rf"{_UNQUOTED}\b(?:(?:sign up|subscribe) (?:for|to) (?:our|my)|click here to (?:sign up|subscribe)\b){_KEYED}",
    rf"{_UNQUOTED}\b(?-i:For|To|Get)\b[^.]*, (?:sign up|subscribe)\b{_KEYED}",
    rf"{_UNQUOTED}\byou can (?:also )?(?:sign up|subscribe)\b.*\b(?:newsletter|your inbox)\b.*",
    rf"{_UNQUOTED}\b(?:to learn more about republishing|please fill out this form)\b.*",
    rf"(?:reporting|editing|additional reporting|writing|compiled|edited) by {_NAME}"
    rf"(?: (?:{_NAME}|and|in|with|for|from|of|the|by|additional|reporting|editing|writing|de|van|von|der|bin|al-\S+))*",
    r".{2,60} contributed to this (?:report|story|article)\.?",
    r"[*•\-–] ?(?:agence france-presse|afp|reuters|ap|associated press)",
    r"follow (?:us|me|.{2,40}) on (?:facebook|twitter|x|instagram|telegram)\b.*",
    r"this (?:article|story) (?:was )?(?:originally |first )?(?:appeared|published) (?:on|in|at|by) .{2,80}",
)
_IS_NAVIGATION, _IS_NOTICE = (re.compile("|".join(lines), re.IGNORECASE) for lines in (_NAVIGATION, _NOTICE))
_DATELINE = re.compile(r"^[^.!?]{0,80}?(?://|[–—-])\s+")


def headline(text: str) -> str:
    """The first line that is not navigation, where it looks like a headline; else empty."""
    for line in _lines(text):
        words_ = text[line.start : line.end]
        if not _reason(words_):
            heading = words_.lstrip("#").strip()
            ends_as_prose = heading.endswith((".", ":", ";", ",")) and not heading.endswith(("...", ".S."))
            return "" if len(heading) > HEADLINE_CHARACTERS or ends_as_prose else " ".join(heading.split())
    return ""


def mark(text: str, title: str) -> tuple[Span, ...]:
    """The boilerplate of an article, as spans of whole lines, in order.

    Args:
        text: The article's text.
        title: Its headline; lines that only say it again are marked.
    """
    heading = words(title)
    reasons = {line: _reason(text[line.start : line.end]) for line in _lines(text)}
    leads = _repeated(text, [line for line, reason in reasons.items() if not reason][: LEADS * 2])
    for line, reason in reasons.items():
        # Comparing words is dear; a line twice as long as the headline does not only say it again.
        may_be_title = heading and not reason and line.end - line.start <= 2 * len(title)
        if may_be_title and words(text[line.start : line.end]) == heading:
            reasons[line] = "title"
        elif line in leads:
            reasons[line] = "repeat"
    return tuple(Span(line.start, line.end, reason) for line, reason in reasons.items() if reason)


def _lines(text: str) -> Iterator[Span]:
    """Lines that hold more than white space, without the white space around them."""
    for match in re.finditer(r"\S(?:[^\n]*\S)?", text):
        yield Span(match.start(), match.end())


def _reason(line: str) -> str:
    if len(line) > FURNITURE_CHARACTERS:
        return ""
    content = " ".join(line.split())
    if _IS_NAVIGATION.fullmatch(content):
        return "navigation"
    return "notice" if _IS_NOTICE.fullmatch(content) or only_dates(content) else ""


def _repeated(text: str, prose: list[Span]) -> set[Span]:
    """Of the first lines, those that a later one says again, perhaps after a dateline: the first of each two."""
    told = [words(text[line.start : line.end]) for line in prose]
    bare = [_bare(text[line.start : line.end], told_) for line, told_ in zip(prose, told, strict=True)]
    return {
        line
        for place, line in enumerate(prose[:LEADS])
        if len(told[place]) >= LEAD_WORDS
        and any(told[place] in (told[later], bare[later]) for later in range(place + 1, len(prose)))
    }


def _bare(line: str, told: list[str]) -> list[str]:
    """The line's words without its dateline, those of the whole line where it has none."""
    dateline = _DATELINE.match(line)
    return words(line[dateline.end() :]) if dateline else told
