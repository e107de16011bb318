"""The clauses of a sentence, each as subject, verb and rest: enough grammar to turn a statement into a question.

What is not understood is passed over: a question that is not asked costs less than one that a person has to drop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import simplemma

AUXILIARIES = frozenset("was were is are has have had will would can could must should may might".split())
_IRREGULAR = dict(
    pair.split(":")
    for pair in """arose:arise became:become began:begin bore:bear bought:buy broke:break brought:bring
    built:build burnt:burn
    came:come caught:catch chose:choose cost:cost cut:cut dealt:deal drew:draw drove:drive fell:fall felt:feel
    fought:fight found:find fled:flee flew:fly forgot:forget gave:give got:get grew:grow heard:hear held:hold
    hid:hide hit:hit hurt:hurt kept:keep knew:know laid:lay led:lead left:leave lent:lend lost:lose made:make
    meant:mean met:meet overran:overrun overthrew:overthrow paid:pay put:put quit:quit ran:run retook:retake
    rode:ride rose:rise sank:sink saw:see sent:send set:set shook:shake shot:shoot shut:shut sold:sell sought:seek
    spent:spend split:split spoke:speak spread:spread stole:steal stood:stand struck:strike swept:sweep swore:swear
    taught:teach threw:throw told:tell took:take tore:tear understood:understand undertook:undertake went:go
    withdrew:withdraw won:win wore:wear wrote:write""".split()
)
PRESENT = {"lies": "lie", "stands": "stand", "sits": "sit", "covers": "cover", "holds": "hold", "measures": "measure"}
"""Verbs that tell how things stand."""
_NO_NOUN = frozenset(
    """a an the its his her their our my your this that these those some any no every each all many few more most other
    another several both of in on at to for from by with near between against into over under about around and or
    but not two three four five six seven eight nine ten newly recently heavily well so very US-led UN-backed""".split()
)
"""A word after one of these is no finite verb."""
_SUBORDINATE = re.compile(
    r",? \b(?:after|before|when|while|because|although|though|unless|until|once|whose|whom|where|since|if|as)\b "
    r"(?!(?:many|much|well|soon|the capital|part|a|an|of|then|last|late|early|\d+)\b)"
    r"|, (?:who|which|and|but|with|so|or|nor|then|saying|adding)\b ?"
    r"|,? \b(?:that|who|which)\b | [–—] |; |: "
)
_OPENING = re.compile(
    r"^(?:On \w+day|(?:Last|This) (?:week|month|year)|Yesterday|Earlier this (?:week|month|year)|"
    r"In (?:early |late )?\w+ \d{4}) (?=[a-zA-Z])"
    r"|^(?:(?:In|On|At|By|After|Before|During|Since|As|For|With|Last|Late|Early|Earlier|Meanwhile|Separately|"
    r"However|Also|"
    r"Yesterday|Then|But|And|Within|Under|Among|Days|Two|Three|This|According)\b(?: [^ ,]+){0,6}|By contrast), (?=\S)"
)
_NP = re.compile(r"^(?:the|a|an) |^[A-Z]", re.IGNORECASE)
_OF_SOMETHING = re.compile(
    r"(?<!town)(?<!city)(?<!village)(?<!hub) (?:of|in|at|from|near|by|with|against|for) (?:the )?$"
)
_LAST_NAME = re.compile(r"(?:^| )(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)$")


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement: "troops | had | cleared | a camp outside Ramadi"."""

    subject: str
    auxiliary: str
    """Empty for a verb that stands alone."""
    verb: str
    rest: str
    opening: str = ""
    """What stands before the subject: "In July, after nine months of battle"."""

    def asked(self, word: str, rest: str, inside: Callable[[str], str]) -> str:
        """The clause as a question; empty where it makes none.

        Args:
            word: What it begins with: "When", "How many strikes".
            rest: What stands in the place of the clause's own rest.
            inside: How a subject is written inside a sentence.
        """
        subject = inside(self.subject)
        if word == "When" and self.auxiliary in ("has", "have", "had"):
            return self._asked_when(subject, rest)
        if self.auxiliary:
            return _joined(word, self.auxiliary, subject, self.verb, rest)
        does = "does" if self.verb in PRESENT else "did"
        return _joined(word, does, subject, base(self.verb), rest)

    def _asked_when(self, subject: str, rest: str) -> str:
        """The perfect told as what happened: a day goes with "did" and "was", not with "has"."""
        verb, _, after = rest.partition(" ")
        if verb == "been":
            many = self.auxiliary == "have" or (self.auxiliary == "had" and subject.endswith("s"))
            return _joined("When", "were" if many else "was", subject, after)
        if base(verb) == verb and verb not in _IRREGULAR:
            return ""  # "has three children"
        return _joined("When did", subject, base(verb), after)

    def told(self, rest: str) -> str:
        """Verb and rest, as they follow the subject."""
        return _joined(self.auxiliary, self.verb, rest)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


@lru_cache(maxsize=20_000)
def base(verb: str) -> str:
    """The infinitive of a verb of a clause."""
    known = _IRREGULAR.get(verb) or PRESENT.get(verb)
    return known or (str(simplemma.lemmatize(verb, lang="en")) if verb else "")


def _is_past(word: str) -> bool:
    return word.islower() and (word in _IRREGULAR or _regular_past(word))


def _regular_past(word: str) -> bool:
    return word.endswith("ed") and "-" not in word and len(word) > 3 and base(word) != word


def clauses(sentence: str) -> Iterator[Clause]:
    """The clauses of a sentence that are understood."""
    opening = match[0] if (match := _OPENING.match(sentence)) else ""
    start, before, last = len(opening), "", ""
    for cut in [*_SUBORDINATE.finditer(sentence, start), None]:
        end = cut.start() if cut else len(sentence)
        piece = sentence[start:end].strip(" .,")
        if before.strip(" ,") == "which":
            subject = _antecedent(last) if _finite(["which", *piece.split(" ")], 1) else ""
            clause = _clause(f"{subject} {piece.split(', ')[0]}", "", len(subject.split())) if subject else None
        else:
            clause = _clause(piece, "" if before else opening.rstrip(", "))
        if clause:
            yield replace(clause, rest=clause.rest + ("" if ", " in piece else _complement(sentence, cut)))
        start, before, last = (cut.end(), cut[0], piece) if cut else (end, "", piece)


def _complement(sentence: str, cut: re.Match[str] | None) -> str:
    """What belongs to the clause before `cut` and begins with "that": "the last towns | that ISIL holds"."""
    if not cut or "," in cut[0] or cut[0].strip() not in ("that", "who", "which"):
        return ""
    return re.split(r", | [–—] |; |: |,? \b(?:after|before|when|while|because|although)\b", sentence[cut.start() :])[0]


def _antecedent(piece: str) -> str:
    """What ", which" after `piece` stands for: all of it where it has no verb, else the name at its end."""
    tokens = piece.split(" ")
    if _NP.match(piece) and not any(_finite(tokens, n) for n in range(1, len(tokens))) and "ing" not in tokens[0]:
        return piece if "," not in piece else ""
    match = _LAST_NAME.search(piece)
    return match["name"] if match and not _OF_SOMETHING.search(piece[: match.start("name")]) else ""


def _clause(text: str, opening: str, first: int = 1) -> Clause | None:
    """The one clause that `text` is; None where it is none, or more than one verb could be the finite one.

    Args:
        text: Words.
        opening: What stood before them.
        first: Words that surely belong to the subject.
    """
    tokens = text.split(" ")
    place = next((n for n in range(first, len(tokens)) if _finite(tokens, n)), 0)
    subject = re.sub(
        r" (?:also|already|formally|finally|officially|soon|then|later|now|again)$", "", " ".join(tokens[:place])
    )
    if not place or ", " in subject or place > 12 or any(_finite(tokens, n) for n in range(place + 2, len(tokens))):
        return None
    verb, rest = tokens[place], tokens[place + 1 :]
    if verb in AUXILIARIES:
        return Clause(subject, verb, "", " ".join(rest), opening)
    return Clause(subject, "", verb, " ".join(rest), opening)


def _finite(tokens: list[str], place: int) -> bool:
    """Whether the word is a finite verb, as far as the words beside it tell."""
    word, before = tokens[place].strip(',.“”"'), tokens[place - 1]
    if before.lower() in _NO_NOUN or before.endswith(","):
        return False
    if word in AUXILIARIES or word in PRESENT:
        return True
    # "the town recaptured by": a participle; so is one after a form of "be" or "have".
    follows = tokens[place + 1] if place + 1 < len(tokens) else ""
    near = {token.lower() for token in tokens[max(0, place - 3) : place]}
    return _is_past(word) and follows != "by" and not near & AUXILIARIES
