"""The sides of a comparison, each with the question that is asked of it."""

from __future__ import annotations

import re

Pair = tuple[str, str]
"""What a side is, and its question, without a capital and the question mark."""

WORD = r"(?:(?:al|el|as|ash|ar)-)?[A-Z][\w’'-]*"
NAME = rf"{WORD}(?: (?:(?:al|el|bin|ibn|de|van|von) )?{WORD})*"
_NAME = re.compile(rf"(?:the )?{NAME}")
_LIST = re.compile(
    rf"(?:the )?{NAME}(?:, (?:the )?{NAME})*,? (?:and|with|to|from|versus|vs\.?|against) (?:the )?{NAME}"
)
_JOIN = re.compile(r",? (?:and|with|to|from|versus|vs\.?|against) |, ")
_THINGS = (r",? and ", r",? with ", r",? (?:versus|vs\.?|against) ", r",? (?:to|from) ")
LONGEST = 8
"""Words of the longest thing that is one side."""

FIGHT = re.compile(r"\b(?:battle|war|offensive|campaign|operation|siege|assault|attack|uprising|talks|conference)s?\b")
EVENT = re.compile(
    r"^the (?P<noun>fall|collapse|death|resignation|start|end|loss|capture|seizure|liberation|retaking|recapture) "
    r"of (?P<of>.+)$"
)
_ASPECT = r"(?: (?P<by>on|over|in terms of|with regard to|regarding|by|as to|when it comes to|in) (?P<aspect>.+))?"
_COMPARED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:compare(?: and contrast)?|contrast) (?P<pair>.+)$",
        rf"^how (?:do|does|did) (?P<pair>.+? and .+?) (?:differ|compare){_ASPECT}$",
        r"^how (?:do|does|did|is|are|was|were) (?P<pair>.+? (?:differ|compared?|different) (?:from|with|to) .+)$",
        r"^what(?:'s|’s| is| are| was) (?:the )?(?:main |key |biggest |major )?differences?(?: in (?P<of>.+?))? "
        r"(?P<between>between) (?P<pair>.+? and .+?)(?: (?P<by>in|in terms of|with regard to) (?P<aspect>.+))?$",
    )
]
_DIFFERS = re.compile(r" (?:differ|compared?|different)(?= (?:from|with|to) )")
_TAIL = re.compile(rf"^{_ASPECT}$")
_ASKING = re.compile(
    r"^(?P<word>how(?: (?P<much>many|much|far|long|often))?|why|when|where|what|who|which)\b(?P<rest>.*)$", re.I
)
_AUX = re.compile(r"^ ?(?P<aux>is|are|was|were|has|have|had|did|will|would|can|could)\b(?P<rest>.*)$")
_SINGLE = {"are": "is", "were": "was", "have": "has"}
_NUMBER = re.compile(
    r"^(?:the )?numbers? of (?P<of>[\w-]+(?: [\w-]+)??)(?: (?:who|that)(?: (?:was|were))?)?"
    r"(?: (?P<did>fled|died|left|[a-z]+ed|lost|[a-z]+en))?(?P<where> (?:in|at|from|of|for|to|near)\b.*| [A-Z].*)?$"
)
_DONE = {"dead": "died", "deaths": "died", "killed": "killed", "wounded": "wounded", "displaced": "displaced"}
_ACTIVE = ("fled", "died", "left", "escaped", "returned", "lost", "survived", "arrived")


def is_name(words: str) -> bool:
    """Whether `words` are a name and nothing more."""
    return bool(_NAME.fullmatch(words))


def is_thing(words: str) -> bool:
    """Whether `words` can be one side: a name, or "the …" or somebody's something with a name in it."""
    named = re.match(rf"(?:the |{NAME}[’'])", words) and re.search(r"(?<![\w’'-])[A-Z]", words)
    one = not re.search(r"[,;:?]|\b(?:and|or|what|who|which|that|how|why)\b", words)
    if re.search(r"['’]s?$", words):
        return False
    return is_name(words) or bool(named and one and len(words.split()) <= LONGEST)


def how_many(thing: str) -> str:
    """The question for "the number of advisers in Mosul": "How many advisers were in Mosul"; empty for other things."""
    match = _NUMBER.match(thing)
    if not match:
        return ""
    of, did, where = match["of"], match["did"], match["where"] or ""
    of, did = ("people", _DONE.get(of, did)) if of in _DONE else (of, did)
    return (
        f"How many {of} {did if did in _ACTIVE else f'were {did}' if did else 'were' if where else 'were there'}{where}"
    )


def compared(asked: str) -> list[Pair]:
    """The sides of a question that compares, empty where it does not."""
    for pattern in _COMPARED:
        if match := pattern.match(asked):
            said = match.groupdict()
            pair = _DIFFERS.sub("", match["pair"])
            aspect = said.get("aspect") or ""
            tail = f" {said['by']} {aspect}" if aspect else ""
            tail += f" as to {said['of']}" if said.get("of") else ""
            if found := _sides(pair + tail):
                bare = "what is" if said.get("between") else "what happened to"
                return [(label, asked.replace("what happened to", bare)) for label, asked in found]
    return []


def _sides(words: str) -> list[Pair]:
    """The sides of "the battles of Ramadi and Fallujah", "Ramadi and Fallujah on X", "how Ramadi and Hit fell"."""
    names = list(_LIST.finditer(words))
    if len(names) == 1 and not re.search(r"\band\b", words[: names[0].start()]):
        before, after = words[: names[0].start()], words[names[0].end() :]
        labels = [label.strip() for label in _JOIN.split(names[0][0])]
        asked = [_of_name(before.strip(), label, after) for label in labels]
        if all(asked):
            return list(zip(labels, asked, strict=True))
    for join in _THINGS:
        sides = re.split(join, words)
        if len(sides) == 2:
            one, (other, tail) = sides[0], _with_tail(sides[1])
            if re.match(r"^that (?:of|in|for) ", other):  # "the fall of Ramadi with that of Hit"
                other = re.sub(r"(?<= )(?:of|in|for) .*$", "", one) + other.removeprefix("that ")
            if is_thing(one) and is_thing(other):
                return [(one, _of_thing(one, tail)), (other, _of_thing(other, tail))]
    return []


def _with_tail(words: str) -> tuple[str, str]:
    """A side and the aspect that follows it."""
    match = re.match(r"^(?P<side>.+?)(?P<tail> (?:on|over|in terms of|with regard to|regarding|by|as to) .+)$", words)
    return (match["side"], match["tail"]) if match else (words, "")


def _of_name(before: str, name: str, after: str) -> str:
    """The question of one name between the words before and after the list of names; empty where none is clear."""
    if asking := _ASKING.match(before):
        return _asked(asking, name, after)
    if not before:
        return _of_thing(name, after) if not after or _TAIL.match(after) else ""
    unclear = len(before.split()) > LONGEST or re.search(r"\b(?:that|which|whose)\b", before) or not _TAIL.match(after)
    if not before.startswith(("the ", "number")) or unclear:
        return ""
    before = re.sub(r"^(the [\w-]+?)s (of|for|in|at|on|against)$", r"\1 \2", before) if FIGHT.search(before) else before
    return _of_thing(f"{before} {name}", after)


def _asked(asking: re.Match[str], name: str, after: str) -> str:
    """The question of a name in the place of all: of "how", "Ramadi" and "were retaken", "how was Ramadi retaken"."""
    word, rest = asking["word"], asking["rest"].strip()
    auxiliary = _AUX.match(after)
    if not rest and auxiliary:
        aux = auxiliary["aux"]
        return f"{word} {_SINGLE.get(aux, aux)} {name}{auxiliary['rest']}"
    if asking["much"] or word in ("who", "which"):
        return f"{word} {rest} {name}{after}"
    return f"{word} was it that {f'{rest} {name}'.strip()}{after}" if rest or after else ""


def _of_thing(thing: str, tail: str) -> str:
    """The question of a side, on the aspect in the tail where there is one."""
    match = _TAIL.match(tail)
    by, aspect = (match["by"], match["aspect"]) if match and match["aspect"] else ("", "")
    if count := how_many(thing):
        return f"{count}{tail}"
    if not aspect:
        if FIGHT.search(thing) or EVENT.match(thing):
            return f"what happened in {thing}"
        if re.fullmatch(NAME, thing):
            return f"what happened to {thing}"
        return f"what {'were' if re.match(r'^the [a-z]+s (?:of|in|at) ', thing) else 'is'} {thing}"
    if asking := _ASKING.match(aspect):
        rest = re.sub(r"^ (?:they|it|he|she|each)\b", "", asking["rest"])
        return _asked(re.match(_ASKING, asking["word"]) or asking, thing, rest)
    if count := how_many(aspect):
        return f"{count.removesuffix(' there')} in {thing}"
    if by in ("in", "by") and re.match(r"[A-Z\d]", aspect):  # a place, a time
        return f"what happened to {thing}{tail}"
    if by in ("on", "over", "regarding") and re.match(rf"(?:the )?{NAME}$", aspect):
        return f"what did {thing} say about {aspect}"
    of_what = re.sub(r"^(?:the|their|its) ", "", aspect)
    return f"what {'were' if of_what.endswith('s') else 'was'} the {of_what} of {thing}"
