"""Questions for which of two events was first, and when each was is what has to be asked."""

from __future__ import annotations

import re

import simplemma

from qa.answer.sides import EVENT, FIGHT, Pair, is_name, is_thing

_NOUNS = {
    "fall": "did {} fall",
    "collapse": "did {} collapse",
    "death": "did {} die",
    "resignation": "did {} resign",
    "start": "did {} start",
    "end": "did {} end",
    "loss": "was {} lost",
    "capture": "was {} captured",
    "seizure": "was {} seized",
    "liberation": "was {} liberated",
    "retaking": "was {} retaken",
    "recapture": "was {} retaken",
}
_HAPPENED = ("came", "happened", "occurred", "took place", "come", "happen", "occur", "take place", "was", "were")
_ORDER = r"(?:first|last|earlier|later|sooner|earliest|latest)"
_DID = r"(?P<did>(?:was|were|got) [a-z]+|took place|[a-z]+)"
_WHICH = r"^(?:which|what|who)(?: [a-z]+){0,3}?"
_FIRST = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WHICH} {_DID} {_ORDER}[,:; –—-]+(?P<one>.+?),? or (?P<other>.+)$",
        rf"^which of (?P<one>.+?) (?:and|or) (?P<other>.+?) {_DID} {_ORDER}$",
        rf"{_WHICH} did (?P<who>.+?) (?P<verb>[a-z]+) {_ORDER}[,:; –—-]+(?P<one>.+?),? or (?P<other>.+)$",
        rf"^(?P<aux>did|was|were) (?P<one>.+?) or (?P<other>.+?) (?P<did>take place|[a-z]+) {_ORDER}$",
    )
]
_ONCE = r"fall|collapse|surrender|begin|start|end|die|resign|open|close|happen|come|take place|occur"
"""What happens once, so that "Did it, before…?" asks for the order of two days."""
_PARTICIPLE = r"[a-z]+(?:ed|en)|lost|won|born|built|shot"
_ORDERED = re.compile(
    rf"^(?:did (?P<one>.+?) (?P<did>{_ONCE})|(?:was|were) (?P<it>.+?)(?: (?P<done>{_PARTICIPLE}))?)"
    r"(?P<rest> (?:to|by) .+?)? (?:before or after|after or before|before|after) (?P<other>.+)$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(rf"^(?P<one>.+?) (?P<did>did|was|were|(?:was|were) (?:{_PARTICIPLE})|fell|began|[a-z]+ed)$")


def first(asked: str) -> list[Pair]:
    """The two events of a question for their order, with when each was; empty where it asks for something else."""
    for pattern in _FIRST:
        if (match := pattern.match(asked)) and is_thing(match["one"]) and is_thing(match["other"]):
            said = match.groupdict()
            both = match["one"], match["other"]
            if said.get("who"):
                return [(thing, f"when did {said['who']} {said['verb']} {thing}") for thing in both]
            did = f"{said['aux']} {said['did']}" if said.get("aux") else said["did"]
            return [(thing, _when(thing, did)) for thing in both]
    return _ordered(asked)


def _ordered(asked: str) -> list[Pair]:
    """The same for "Did Ramadi fall before Mosul was retaken?"."""
    match = _ORDERED.match(asked)
    if not match:
        return []
    one, other, rest = match["one"] or match["it"], match["other"], match["rest"] or ""
    did = f"did {match['did']}" if match["did"] else f"was {match['done']}" if match["done"] else "was"
    clause = _CLAUSE.match(other)
    other, then = (clause["one"], clause["did"]) if clause else (other, did)
    then = did if then in ("did", "was", "were") else then
    if not clause and not is_name(other):
        then = "was"
    if not (is_thing(one) and is_thing(other)) or (did == "was" and is_name(one)):
        return []
    return [(one, _when(one, did) + rest), (other, _when(other, then))]


def _when(thing: str, did: str) -> str:
    """The question for the day on which a thing "fell", "was retaken", "did fall", or "came"."""
    verb = did.lower().removeprefix("did ")
    if verb in _HAPPENED:
        if noun := EVENT.match(thing):
            return "when " + _NOUNS[noun["noun"]].format(noun["of"])
        return f"when did {thing} start" if FIGHT.search(thing) else f"when was {thing}"
    if passive := re.match(r"^(was|were|got) (\w+)$", verb):
        return f"when {'were' if passive[1] == 'were' else 'was'} {thing} {passive[2]}"
    base = verb if did.lower().startswith("did ") else simplemma.lemmatize(verb, lang="en")
    return f"when did {thing} {base}" if base != verb or did != verb else f"when was it that {thing} {verb}"
