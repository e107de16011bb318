"""Questions made from a sentence by rule: who said it, who is named, how many, how far, when, what a word means.

Each rule takes a sentence and yields what it can ask of it. All proposals are then held to the same: the question can be
understood by itself, and every answer, a resolved day apart, stands in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evals.drafting.clauses import AUXILIARIES, PRESENT, Clause, base, clauses
from evals.drafting.names import NAME, NO_NAMES, ROLES, SAYS, TITLE, Names, bare, names_in
from evals.drafting.proposals import Proposal, Sentence, dated, stands_alone
from qa.answer.figures import figures
from qa.answer.shorts import times
from qa.language.dates import Expression
from qa.language.intervals import MONTHS, WEEKDAYS, day_in_words
from qa.language.names import ACRONYM, told
from qa.types import Span

LONGEST_QUESTION = 28
"""Words; a longer question is a sentence turned round, which nobody asks."""
FEWEST = 5
QUOTED_WORDS = 10
"""A shorter quote that names nothing may be anybody's."""
_DAY = r"(?: (?:late |early )?(?:on )?\w+day(?: \w+)?)?"
_WHO = rf"(?:{TITLE} )?(?:[A-Z][\w’']+ )?{NAME}"
_SAID_THAT = re.compile(
    rf"^(?P<who>[^,“”\"]{{3,90}}?(?:, [^,“”\"]{{3,70}},)?) (?:also )?(?P<verb>{SAYS})(?: (?:reporters|AFP|[A-Z]\w+))?{_DAY} that "
    r"(?P<claim>.+)$"
)
_CLAIM_SAID = re.compile(
    rf"^(?P<claim>.+), (?P<who>[^,“”\"]{{3,90}}) (?:said|says){_DAY}$|^(?P<claim2>.+), said (?P<who2>[^,“”\"]+).*$"
)
_ACCORDING = re.compile(r"^According to (?P<who>[^,]+), (?P<claim>.+)$|^(?P<claim2>.+), according to (?P<who2>[^,]+)$")
_PLAIN_SAID = re.compile(rf"^(?P<who>[^,“”\"]{{3,90}}?) (?:said|says){_DAY} (?P<claim>(?:the|a|an|[A-Z])\b.+)$")
_QUOTED = re.compile(
    rf"^[“\"](?P<said>[^“”\"]{{15,160}}?)[,.]?[”\"],? (?:said (?P<who>{_WHO})|(?P<who2>{_WHO}) (?:said|told|was quoted))"
    rf"|^[“\"](?P<said3>[^“”\"]{{15,160}}?)[,.]?[”\"],? (?:said|says) (?P<who3>one of [^,]+, {_WHO})"
)
_WHO_DOES = re.compile(
    rf"(?:^|, |[a-z] )(?P<who>{_WHO}), who (?P<does>(?!as )(?:\w+s|is|was|had|has|led|headed) [^,]{{4,80}})(?:,|$)"
)
_NAMED = re.compile(
    rf"(?:^|[ ,“\"])(?P<who>{_WHO}), (?P<role>(?:(?:the|an?|head|chief|spokesman|spokeswoman|leader|director) )[^,“”\"]{{3,80}}"
    rf"|[^,“”\"]{{0,50}}[’']s [^,“”\"]{{3,60}})(?:,|$)"
)
_ROLE_NAMED = re.compile(
    rf"(?:^|[,;] |and )(?P<role>(?:[Tt]he )?[^,“”\"]{{0,60}}\b{ROLES}(?: (?:of|for) [^,“”\"]{{3,50}})?), (?P<who>{NAME})(?:,|$)"
)
_OFFICE = re.compile(
    rf"\b(?P<role>Vice-President|(?:[A-Z][\w-]+ )+(?:Minister|Secretary of State|President|{ROLES})|[A-Z][\w-]+ (?:\w+ )?{ROLES}) (?P<who>[A-Z]\w+ (?:al-)?{NAME})"
)
_MEANS = re.compile(
    r"[“\"](?P<word>[^“”\"]{3,40})[”\"],? (?:\(|which means |meaning )[“\"](?P<means>[^“”\"()]{3,60}?)[,.]?[”\"]"
)
_WHAT = re.compile(rf"(?:^|(?<!,) |, )(?P<name>{NAME}), (?P<what>(?:an?|the) [^,“”\"]{{8,80}})(?:, |$)")
_LOCATED = re.compile(
    rf"(?P<name>(?:[Tt]he (?:\w+ ){{1,3}}of )?{NAME}),? (?:located|situated|some|about) (?P<number>[\d,.]+) (?P<unit>\w+)(?: \([^)]*\))? (?P<rest>[^,]{{4,60}})"
)
_THERE = re.compile(
    r"^[“\"]?[Tt]here (?P<verb>are|were|have been) (?P<number>(?:\w+ ){0,3}?[\d,.]+) (?P<noun>[^,]+?)(?: (?P<rest>(?:in|on|at|since) [^,]+))?(?:,|$)"
)
_QUANTITY = (
    r"(?:(?:about|around|some|nearly|almost|at least|more than|over|up to|as many as|fewer than|less than|hundreds of|"
    r"tens of|dozens of|a total of) )*"
)
_NUMBER = (
    r"(?:[$£€]?\d[\d,]*(?:\.\d+)?(?: (?:million|billion|thousand|hundred))?|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?: (?:hundred|thousand|million|billion))?)"
)
_AMOUNT = re.compile(rf"^(?P<amount>{_QUANTITY}{_NUMBER})(?: (?P<noun>.+))?$", re.IGNORECASE)
_SHARE = re.compile(
    rf"^(?P<amount>{_QUANTITY}(?:{_NUMBER}[ -](?:thirds|quarters|fifths|per ?cent)|{_NUMBER} ?%|half)) of (?P<noun>.+)$",
    re.IGNORECASE,
)
_IN = re.compile(rf"In (?P<name>{NAME})")
_UNITS = re.compile(
    r"^(?P<unit>(?:square |cubic )?(?:kilomet(?:re|er)s?|miles?|met(?:re|er)s?|tonn?es|feet|hectares|acres|pounds|dollars|euros|degrees))"
    r"(?!\w)(?: \([^)]*\))? ?(?P<rest>.*)$"
)
_PREPOSITION = re.compile(
    r" (?:in|to|from|on|at|with|by|for|near|since|during|over|into|around|under|through|as|that|who|which|of the time)\b.*$"
)
_EVENT = {"", "was", "were", "has", "have", "had"}
_FACT = {"", "was", "were", "is", "are", "has", "have", "had"}
_BAD_SUBJECT = re.compile(
    rf"^(?:while|when|despite|if|because|although|since|once|with|during|from|of|even|yet|so|in|on|at|for|by|as|and|but|there|within|still|this time|he|she|it|they|what|who|all|some|most|many|that|nobody|no|none|few|another)\b|"
    rf"\b(?:also|never|alone|only|\w+ly|{SAYS}|who|which|that)\b|[“”\"():]|//",
    re.IGNORECASE,
)
_BAD_REST = re.compile(
    r"\b(?:not|never|it|them|him|still|also|so far|reportedly|no longer|yet)\b|[“”\"]|//|\bof (?=on |in |$)"
)
_WHEN_SAID = {
    "said",
    "told",
    "added",
    "says",
    "warned",
    "claimed",
    "admitted",
    "estimated",
    "reported",
    "suggested",
    "insisted",
    "confirmed",
}
_AFTER_A_TIME = r"(?:to|in|at|on|for|with|by|from|near|after|before|when|as|and|but|into|over|under|of|against|that|who|during|about|outside|between|because|to|amid)"
_TELLS = r"(?:said|says|told|added|warned|claimed|admitted|estimated|reported|confirmed|according to [^,]+)"
_VAGUE_WHAT = re.compile(
    r"\b(?:first|second|other|others|last|one|two|three|them|it|he|she|his|her|their|name|number|home|group[’']s|and (?:then )?(?:the|an?))\b"
)
_SITES = re.compile(
    r"\b(?:town|city|village|suburb|capital|country|province|state|region|island|area|district|county|port|river|valley|mountain|"
    r"prison|church|school|hospital|building|park|base|camp|site|place|street|neighbou?rhood|community|facility|stronghold)\b"
)
_SOMEBODY = re.compile(
    r"(?:\b(?:star|superstar|ally|advisor|Democrat|Republican|fellow|chef|man|woman|lawyer|attorney|teacher|scholar|student|pilot|"
    r"athlete|celebrity|victim|friend|mother|father|guard|aide|expert|historian|critic|politician|physician|musician|native|advocate|cofounder|resident|survivor|champion)|"
    r"[a-z]{3}(?:ologist|ician|ist|eer|ator|ounder|writer|player|keeper|worker|maker|singer|holder|fighter|owner|dancer|runner|skater))s?$"
)
_PEOPLE = rf"(?:{ROLES}|officials?|residents?|witness(?:es)?|police|lawyers?|doctors?|researchers?|scientists?)"
Rule = Callable[[Sentence, Names], Iterator[Proposal]]


def propose(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """What can be asked of a sentence."""
    for rule in RULES:
        for found in rule(sentence, names):
            question = found.question[0].upper() + found.question[1:]
            if not FEWEST - 2 <= len(question.split()) <= LONGEST_QUESTION or question.count("“") != question.count(
                "”"
            ):
                continue
            if all(answer.strip() for answer in found.answers) and found.answers:
                note = sentence.note if sentence.note.rpartition(" for ")[2] in question else ""
                yield Proposal(question, found.answers, found.kind, sentence, note)


def _said(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who said that X?"""
    text = sentence.text.rstrip(".")
    if match := _QUOTED.match(text):
        said = match["said"] or match["said3"]
        who = match["who"] or match["who2"] or match["who3"].rpartition(", ")[2]
        if len(said.split()) >= QUOTED_WORDS or names_in(f"- {said}"):
            yield _by(f"Who said: “{said}”?", who, sentence, names)
    for pattern in (_SAID_THAT, _ACCORDING, _CLAIM_SAID, _PLAIN_SAID):
        if match := pattern.match(text):
            groups = match.groupdict()
            who, claim = (groups.get(name) or groups.get(f"{name}2") or "" for name in ("who", "claim"))
            verb = groups.get("verb") or "said"
            verb = verb if verb not in ("told", "added", "says") else "said"
            claim = re.split(r",? (?:and|but) that |, (?:but|and) |, (?=\w+ing )", claim)[0].rstrip(",")
            told = dated(sentence, claim) if any(clauses(claim)) else None
            if told and not re.search(r"[“”\"]|\bthe (?:group|militants|tribe)\b", told) and stands_alone(told):
                yield _by(f"Who {verb} that {names.inside(told)}?", who, sentence, names)
            return


def _by(question: str, who: str, sentence: Sentence, names: Names) -> Proposal:
    """The question answered with who is named in `who`; nothing where nobody is."""
    who = re.sub(r"^(?:But|And|Separately,|Speaking to \w+,) | (?:had|has|have)(?: already)?$", "", who.strip(" ,"))
    parts = [part for part in who.split(", ") if part]
    if named := next((part for part in parts if names.is_person(part)), ""):
        return Proposal(question, _forms(named), "speaker", sentence)
    source = parts[0] if parts else ""
    if not re.search(rf"(?<!^)\b{NAME}", source) or re.match(r"(?:[Hh]e|[Ii]ts?|[Tt]hey|in|on|at|that)\b", source):
        return Proposal(question, (), "speaker", sentence)
    if not re.search(rf"\b{_PEOPLE}\b", source.lower()):
        question = re.sub(r"^Who \w+ that", "Which source says that", question)
    return Proposal(question, (source,), "speaker", sentence)


def _forms(who: str) -> tuple[str, ...]:
    """A person's name with and without the title."""
    return tuple(dict.fromkeys(form for form in (who, bare(who)) if form))


def _person(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who does X? Who is X?"""
    text = sentence.text.rstrip(".")
    for match in _WHO_DOES.finditer(text):
        does = dated(sentence, match["does"])
        if names.is_person(match["who"]) and does and stands_alone(f"Who {does}"):
            yield Proposal(f"Who {does}?", _forms(match["who"]), "person", sentence)
    for pattern in (_NAMED, _ROLE_NAMED, _OFFICE):
        for match in pattern.finditer(text):
            who, role = bare(match["who"]), match["role"].strip()
            role = re.sub(rf"^(?:(?:{'|'.join((*WEEKDAYS, *MONTHS))}|And|But|Separately) )+", "", role)
            if _is_statement(role) and (tail := re.search(r"\b(?:the|an?) [^,]*$", role)):
                role = tail[0]
            if text[: match.start("role")].endswith("of "):
                continue
            known = names.is_person(who) and " " in who and not _is_statement(role) and not _UNCLEAR_ROLE.search(role)
            if known and re.search(rf"\b{ROLES}\b", role.lower()) and not names.is_person(role):
                plain = re.sub(r"^(?:[Tt]he|an?) ", "", role)
                yield Proposal(f"Who is {who}?", tuple(dict.fromkeys((role, plain))), "person", sentence)


def _meaning(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """What does X mean? What does X stand for? What is X?"""
    text = sentence.text.rstrip(".")
    for match in _MEANS.finditer(text):
        yield Proposal(f"What does “{match['word']}” mean?", (match["means"],), "definition", sentence)
    for long, short in told(text):
        initials = "".join(part[0] for part in re.split(r"[ -]", long) if part[:1].isupper())
        if ACRONYM.fullmatch(short) and long in text and initials == short.upper():
            yield Proposal(f"What does {short} stand for?", (long,), "definition", sentence)
    for match in _WHAT.finditer(text):
        before, name, what = text[: match.start("name")], match["name"], match["what"]
        first = name.removeprefix("The ").split(" ")[0]
        known = before.strip() or " " in name or names.upper[name.lower()]
        listed = before.rstrip().endswith((",", "and")) or re.search(r"\b(?:including|like|such as)\b[^,]*$", before)
        if (
            not known
            or first in NO_NAMES
            or listed
            or _VAGUE_WHAT.search(what)
            or _is_statement(what)
            or names_only(what)
        ):
            continue
        if " " not in name and (text[match.end() :].lstrip().startswith("sa") or before.endswith("said ")):
            continue
        answers = tuple(dict.fromkeys((what, re.sub(r"^(?:an?|the) ", "", what))))
        if _SOMEBODY.search(re.split(r" (?:of|at|for|in|on|with|who|that|which|to|from) ", what)[0]):
            if " " in bare(name) and not re.search(rf"\b{ROLES}\b", what):
                yield Proposal(f"Who is {bare(name)}?", answers, "person", sentence)
        elif names.is_place(name) and not _SITES.search(what):
            continue
        elif not names.is_person(name) and not re.search(rf"\b{ROLES}\b", what):
            the = "the " if before.endswith("the ") else ""
            yield Proposal(f"What is {the}{names.inside(name)}?", answers, "definition", sentence)


def _is_statement(words: str) -> bool:
    """Whether the words tell something, rather than name it: "a military source said"."""
    named = re.split(r" (?:that|which|who|whose) ", words)[0]
    return bool(re.search(rf"\b(?:{SAYS}|{'|'.join(sorted(AUXILIARIES))})\b", named)) or any(clauses(named))


def names_only(words: str) -> bool:
    """Whether nothing is said but names: "the United States"."""
    return not re.sub(rf"\b(?:{NAME}|the|an?|of)\b", "", words).strip()


def _figure(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """How many X did Y? How far is X?"""
    text = _unattributed(sentence.text)
    if match := _THERE.match(text):
        number, noun = match["number"], match["noun"]
        been = "have there been" if match["verb"] == "have been" else f"{match['verb']} there"
        yield from _counted(f"How many {noun} {been} {match['rest'] or ''}", number, sentence)
    if (match := _LOCATED.search(text)) and _UNITS.match(match["unit"]):
        yield from _counted(
            f"How many {match['unit']} {match['rest']} is {names.inside(match['name'])}", match["number"], sentence
        )
    for clause in clauses(text):
        rest = clause.rest.split(", ")[0]
        if clause.auxiliary not in _FACT:
            continue
        counted = _without_that(clause.subject)
        if (match := _SHARE.match(counted)) and not _BAD_REST.search(rest):
            yield from _counted(f"What share of {match['noun']} {clause.told(rest)}", match["amount"], sentence)
            continue
        if (match := _AMOUNT.match(counted)) and match["noun"] and not _BAD_REST.search(rest):
            yield from _counted(f"How many {match['noun']} {clause.told(rest)}", match["amount"], sentence)
            continue
        if _BAD_SUBJECT.search(clause.subject) or _BAD_REST.search(rest):
            continue
        verb, _, after = rest.partition(" ") if clause.auxiliary else ("", "", rest)
        if verb and base(verb) == verb:
            continue
        if (match := _AMOUNT.match(after)) and match["noun"]:
            amount, noun, late = match["amount"], match["noun"], ""
            if unit := _UNITS.match(noun):
                noun = f"{unit['unit']} {unit['rest']}".strip()
            elif cut := _PREPOSITION.search(noun):
                noun, late = noun[: cut.start()], cut[0].strip()
            if list(figures(f"{noun} {late}".replace(" in ", " since "))) and " and " in f"{noun} {late}":
                continue
            if (
                list(figures(noun))
                or re.search(rf" and (?:{'|'.join(AUXILIARIES)})\b", noun)
                or re.match(r"(?:more than|per cent|percent|%|of )", noun)
            ):
                continue
            place = f" in {where['name']}" if (where := _IN.fullmatch(clause.opening)) else ""
            turned = clause.asked(f"How many {noun}", f"{verb} {late}{place}".strip())
            yield from _counted(_small_subject(turned, clause, names), amount, sentence)


def _counted(question: str, amount: str, sentence: Sentence) -> Iterator[Proposal]:
    question = " ".join(question.split())
    whole = dated(sentence, question)
    amount = amount.strip()
    if amount[-1] in "$£€" or re.search(r"[$£€]", amount):
        return
    bare_number = re.sub(rf"^{_QUANTITY}", "", amount, flags=re.IGNORECASE)
    if whole and stands_alone(whole) and list(figures(bare_number.replace("third", ""))):
        yield Proposal(f"{whole}?", tuple(dict.fromkeys((amount, bare_number))), "number", sentence)


def _date(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """When did X happen?"""
    found = [
        e
        for e in times(sentence.article, sentence.span)
        if e.first and e.last and e.granularity in ("day", "month", "year")
    ]
    text = _unattributed(sentence.text)
    if re.search(r"\b(?:announced|declared)\b", sentence.text):
        text = sentence.text.rstrip(".")
    for clause in clauses(text):
        if _BAD_SUBJECT.search(clause.subject) or clause.auxiliary not in _EVENT or clause.verb in _WHEN_SAID:
            continue
        for expression in found:
            rest = _timed(clause.rest, expression)
            opened = next((part for part in clause.opening.split(", ") if _without(part, expression) == ""), None)
            if (
                (rest is None and opened is None)
                or clause.verb in PRESENT
                or re.search(
                    rf"\b{_TELLS}(?: \w+)?(?: (?:late|early))?(?: on| in)? {re.escape(expression.words)}", text
                )
            ):
                continue
            rest = (clause.rest if rest is None else rest).split(", ")[0].removeprefix("already ").strip()
            if not rest and not clause.verb:
                continue
            happened = clause.auxiliary not in ("was", "were") or base(rest.split(" ")[0]) != rest.split(" ")[0]
            turned = clause.asked("When", rest) if happened else ""
            if not turned:
                continue
            whole = dated(sentence, _small_subject(turned, clause, names))
            if (
                whole
                and not _BAD_REST.search(rest)
                and not re.search(
                    r"\b(?:on|in|to|since|by|of|and|just|early|late|only|through|until|before|after|with|for|at|over|starting|beginning|from|even|about|more|less|than|shortly|the|an?)$",
                    whole,
                )
                and stands_alone(whole)
            ):
                yield Proposal(f"{whole}?", _days(expression), "date", sentence)


def _who_did(sentence: Sentence, names: Names) -> Iterator[Proposal]:
    """Who did X?"""
    for clause in clauses(_unattributed(sentence.text)):
        rest = clause.rest.split(", ")[0]
        if (
            not names.is_person(clause.subject)
            or clause.verb in _WHEN_SAID
            or _BAD_REST.search(rest)
            or len(rest.split()) < 3
        ):
            continue
        if (
            clause.auxiliary not in ("", "was", "were", "had")
            or re.search(rf"\b{SAYS}\b", clause.told(""))
            and " that" not in rest
        ):
            continue
        whole = dated(sentence, f"Who {clause.told(rest)}")
        if whole and stands_alone(whole):
            yield Proposal(f"{whole}?", _forms(clause.subject), "person", sentence)


def _small_subject(question: str, clause: Clause, names: Names) -> str:
    return question.replace(clause.subject, names.inside(clause.subject), 1)


def _without_that(subject: str) -> str:
    return re.sub(r"^(?:that|and|But) ", "", subject)


def _unattributed(text: str) -> str:
    """The sentence without who says so."""
    text = text.rstrip(".")
    for pattern in (_SAID_THAT, _ACCORDING, _CLAIM_SAID, _PLAIN_SAID):
        if match := pattern.match(text):
            groups = match.groupdict()
            return groups.get("claim") or groups.get("claim2") or text
    return text


def _timed(rest: str, expression: Expression) -> str | None:
    """What is left of the first part of `rest` where the expression is in it, or stands alone between commas."""
    parts = rest.split(", ")
    alone = any(_without(part, expression) == "" for part in parts[1:])
    return parts[0] if alone else _without(parts[0], expression)


def _without(text: str, expression: Expression) -> str | None:
    """The text less the expression and the words that belong to it; None where it is not in it."""
    where = rf"(?:^|,? )(?:(?:late|early|at dawn|at noon|earlier|shortly) )?(?:on |in |by |from |of |since |during )?{re.escape(expression.words)}"
    found = re.search(where + r"(?: (?:morning|evening|night|afternoon))?(?![\w’'-])", text)
    if found and expression.granularity != "day" and not expression.relative and not re.match(r",? ?in ", found[0]):
        return None  # "a 1965 dress"
    if found and re.match(rf" (?!{_AFTER_A_TIME}\b)[a-z]", text[found.end() :]):
        return None  # "the April 15th anniversary"
    if not found or re.match(r"(?:,? )?(?:by|from|of|since) ", found[0]):
        return None
    return (text[: found.start()] + text[found.end() :]).strip()


def _days(expression: Expression) -> tuple[str, ...]:
    first = expression.first
    assert first and expression.last  # noqa: S101 - only resolved ones are asked for
    if expression.granularity == "day":
        named = day_in_words(first)
    elif expression.granularity == "month":
        named = f"{MONTHS[first.month - 1]} {first.year}"
    else:
        named = str(first.year)
    stated = () if expression.relative and not re.search(r"\d", expression.words) else (expression.words,)
    return tuple(dict.fromkeys((named, *stated)))


_UNCLEAR_ROLE = re.compile(r"\b(?:he|his|her|its|their|who|one of|another|me|group[’']s)\b", re.IGNORECASE)
RULES: tuple[Rule, ...] = (_person, _meaning, _figure, _date, _said, _who_did)


def usable(sentence: Span, text: str) -> bool:
    """Whether a sentence is one that questions are made of."""
    words = text[sentence.start : sentence.end].split()
    whole = " ".join(words)
    several = re.search(
        r"[a-z0-9][.!][”\"]? [A-Z“\"]",
        re.sub(r"\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sen|Rep|Gov|St|Jan|Feb|Aug|Sept|Oct|Nov|Dec|vs|v|No)\.", "", whole),
    )
    if several or not (whole[0].isalnum() or whole[0] in '“"'):
        return False
    return 5 <= len(words) <= 60 and whole[-1] in '.”"' and "?" not in whole and "…" not in whole and "..." not in whole
