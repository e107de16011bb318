"""Questions in parts: what is split, what is left whole, and how the answers are put together."""

from dataclasses import replace
from datetime import date

import pytest

from qa.answer.parts import UNDECIDED, together
from qa.answer.splitting import Parts, split
from qa.types import ABSTENTION, Answer, Article, Citation, Filters, Hit, Passage

RAMADI, FALLUJAH, MOSUL = "Ramadi", "Fallujah", "Mosul"
BOTH = (RAMADI, FALLUJAH)


@pytest.mark.parametrize(
    ("question", "labels", "questions"),
    [
        ("Compare Ramadi and Fallujah", BOTH, ("What happened to Ramadi?", "What happened to Fallujah?")),
        (
            "Please compare Ramadi with Fallujah in 2016.",
            BOTH,
            ("What happened to Ramadi in 2016?", "What happened to Fallujah in 2016?"),
        ),
        (
            "Compare the number of advisers in Ramadi and Mosul",
            (RAMADI, MOSUL),
            ("How many advisers were in Ramadi?", "How many advisers were in Mosul?"),
        ),
        (
            "Compare Ramadi and Mosul on the number of advisers",
            (RAMADI, MOSUL),
            ("How many advisers were in Ramadi?", "How many advisers were in Mosul?"),
        ),
        (
            "Compare Ramadi and Hit on the number of dead",
            (RAMADI, "Hit"),
            ("How many people died in Ramadi?", "How many people died in Hit?"),
        ),
        (
            "Compare how Ramadi and Fallujah were retaken",
            BOTH,
            ("How was Ramadi retaken?", "How was Fallujah retaken?"),
        ),
        (
            "Compare how many people died in Ramadi and Fallujah",
            BOTH,
            ("How many people died in Ramadi?", "How many people died in Fallujah?"),
        ),
        (
            "Compare the number of people who fled Hit, Ramadi and Fallujah",
            ("Hit", *BOTH),
            ("How many people fled Hit?", "How many people fled Ramadi?", "How many people fled Fallujah?"),
        ),
        (
            "Compare the fall of Ramadi with that of Fallujah",
            ("the fall of Ramadi", "the fall of Fallujah"),
            ("What happened in the fall of Ramadi?", "What happened in the fall of Fallujah?"),
        ),
        (
            "How do the battles for Ramadi and Fallujah differ?",
            BOTH,
            ("What happened in the battle for Ramadi?", "What happened in the battle for Fallujah?"),
        ),
        (
            "How do Ramadi and Fallujah compare in population?",
            BOTH,
            ("What was the population of Ramadi?", "What was the population of Fallujah?"),
        ),
        ("What is the difference between Daesh and ISIL?", ("Daesh", "ISIL"), ("What is Daesh?", "What is ISIL?")),
    ],
)
def test_sides_of_a_comparison(question: str, labels: tuple[str, ...], questions: tuple[str, ...]) -> None:
    assert split(question) == Parts("compare", labels, questions, (Filters(),) * len(labels))


@pytest.mark.parametrize(
    ("question", "labels", "questions"),
    [
        ("Which fell first, Ramadi or Fallujah?", BOTH, ("When did Ramadi fall?", "When did Fallujah fall?")),
        ("Which city fell last: Ramadi or Fallujah", BOTH, ("When did Ramadi fall?", "When did Fallujah fall?")),
        (
            "Which of Ramadi and Fallujah was retaken later?",
            BOTH,
            ("When was Ramadi retaken?", "When was Fallujah retaken?"),
        ),
        ("Was Ramadi or Fallujah retaken first?", BOTH, ("When was Ramadi retaken?", "When was Fallujah retaken?")),
        (
            "Who resigned first, Maliki or Abadi?",
            ("Maliki", "Abadi"),
            ("When did Maliki resign?", "When did Abadi resign?"),
        ),
        (
            "Which town did the army retake first, Anah or Rawa?",
            ("Anah", "Rawa"),
            ("When did the army retake Anah?", "When did the army retake Rawa?"),
        ),
        (
            "Which came first, the fall of Ramadi or the battle for Mosul?",
            ("the fall of Ramadi", "the battle for Mosul"),
            ("When did Ramadi fall?", "When did the battle for Mosul start?"),
        ),
        (
            "Did Ramadi fall before Mosul was retaken?",
            (RAMADI, MOSUL),
            ("When did Ramadi fall?", "When was Mosul retaken?"),
        ),
        (
            "Did Ramadi fall before the battle for Mosul?",
            (RAMADI, "the battle for Mosul"),
            ("When did Ramadi fall?", "When did the battle for Mosul start?"),
        ),
        ("Did Ramadi fall after Fallujah did?", BOTH, ("When did Ramadi fall?", "When did Fallujah fall?")),
        ("Was Ramadi retaken before Fallujah?", BOTH, ("When was Ramadi retaken?", "When was Fallujah retaken?")),
        (
            "Was the fall of Ramadi before or after the battle for Mosul?",
            ("the fall of Ramadi", "the battle for Mosul"),
            ("When did Ramadi fall?", "When did the battle for Mosul start?"),
        ),
    ],
)
def test_which_came_first(question: str, labels: tuple[str, ...], questions: tuple[str, ...]) -> None:
    assert split(question) == Parts("first", labels, questions, (Filters(),) * 2)


MAY, JANUARY = Filters(date(2015, 5, 1), date(2015, 5, 31)), Filters(date(2017, 1, 1), date(2017, 1, 31))
IN_RAMADI = ("What happened in Ramadi in May 2015?", "What happened in Ramadi in January 2017?")


@pytest.mark.parametrize(
    ("question", "questions"),
    [
        (
            "What changed between May 2015 and January 2017?",
            ("What happened in May 2015?", "What happened in January 2017?"),
        ),
        ("What changed between May 2015 and January 2017 in Ramadi?", IN_RAMADI),
        ("What has changed in Ramadi between May 2015 and January 2017?", IN_RAMADI),
        ("How did Ramadi change from May 2015 to January 2017?", IN_RAMADI),
        ("Compare the situation in Ramadi in May 2015 and January 2017", IN_RAMADI),
        (
            "How did the number of advisers in Mosul change between May 2015 and January 2017?",
            ("How many advisers were in Mosul?",) * 2,
        ),
    ],
)
def test_what_changed_between_two_times(question: str, questions: tuple[str, ...]) -> None:
    assert split(question) == Parts("between", ("May 2015", "January 2017"), questions, (MAY, JANUARY))


def test_a_time_takes_its_year_from_the_other() -> None:
    parts = split("What changed in Ramadi between 3 May and 10 June 2015?")
    assert parts and parts.labels == ("3 May 2015", "10 June 2015")
    assert parts.questions[0] == "What happened in Ramadi on 3 May 2015?"
    assert parts.filters == tuple(Filters(day, day) for day in (date(2015, 5, 3), date(2015, 6, 10)))


@pytest.mark.parametrize(
    ("question", "questions"),
    [
        ("When did Ramadi fall and when was it retaken?", ("When did Ramadi fall?", "When was Ramadi retaken?")),
        ("When did Ramadi fall, and when was it captured?", ("When did Ramadi fall?", "When was Ramadi captured?")),
        ("When did Ramadi fall? And why?", ("When did Ramadi fall?", "Why did Ramadi fall?")),
        ("When and why did Ramadi fall?", ("When did Ramadi fall?", "Why did Ramadi fall?")),
        (
            "When did Ramadi fall to Islamic State and who retook it?",
            ("When did Ramadi fall to Islamic State?", "Who retook Ramadi?"),
        ),
        (
            "When did Islamic State take Ramadi and who retook it?",
            ("When did Islamic State take Ramadi?", "Who retook Ramadi?"),
        ),
        ("Who took Ramadi and why did the army leave Hit?", ("Who took Ramadi?", "Why did the army leave Hit?")),
        ("Who is Allen and what did he say about arms?", ("Who is Allen?", "What did Allen say about arms?")),
        ("When did Ramadi fall and when did Hit?", ("When did Ramadi fall?", "When did Hit fall?")),
        (
            "How many people died in Ramadi and how many in Hit?",
            ("How many people died in Ramadi?", "How many people died in Hit?"),
        ),
        (
            "How many soldiers were killed in Hit and how many wounded?",
            ("How many soldiers were killed in Hit?", "How many soldiers were wounded in Hit?"),
        ),
        (
            "When did the battle for Fallujah start, how long did it last and what was it called?",
            (
                "When did the battle for Fallujah start?",
                "How long did the battle for Fallujah last?",
                "What was the battle for Fallujah called?",
            ),
        ),
    ],
)
def test_several_questions_in_one(question: str, questions: tuple[str, ...]) -> None:
    assert split(question) == Parts("several", questions, questions, (Filters(),) * len(questions))


@pytest.mark.parametrize(
    "question",
    [
        "Who was killed between Ramadi and Fallujah?",
        "What is the distance between Ramadi and Fallujah?",
        "What is the time difference between Baghdad and London?",
        "What were the differences between Baghdad and Erbil over oil?",
        "How many soldiers and police died?",
        "How many people died between May and July 2014?",
        "What happened between May 2015 and January 2017?",
        "What changed between the army and the militias?",
        "What changed in Ramadi after May 2015?",
        "What did Smith and Jones say?",
        "How did Abadi and Allen meet?",
        "When did Ramadi and Fallujah fall?",
        "What do Kerry and Fabius want from Abadi?",
        "Who compared Ramadi and Fallujah?",
        "Compare the two offensives",
        "Compare the army and the police",
        "Who knows when and where Ramadi fell?",
        "Who explained why Ramadi fell and why nobody helped?",
        "Who said that Ramadi fell and that Mosul would be next?",
        "What did Allen say about Tikrit and who would lead?",
        "Which Iraqi city and which Syrian town fell in 2014?",
        "What is the name of the town that fell in 2014 and which was retaken last?",
        "When it rains, what happens in Ramadi?",
        'Who wrote "Who We Are and How We Got Here"?',
        "What does “When We Were Young and What We Lost” tell?",
        "Who commanded the operation and what did he say?",
        "Which town fell in 2014 and when was it retaken?",
        "How many people fled Hit and how long did it take?",
        "Who was killed and who survived the bombing at Basra?",
        "Did Abadi give a speech in Ramadi and who paid for that?",
        "What happened and why?",
        "What did Kerry announce and when?",
        "Who won the first battle of Ramadi or Fallujah?",
        "Which side lost more soldiers, the army or the police?",
        "Who replaced Maliki, Abadi or Allawi?",
        "Which came first?",
        "Did anyone resign after the fall of Mosul?",
        "Did civilians leave before the attack on Ramadi?",
        "Did Ramadi fall before June 2015?",
        "Did Abadi visit Ramadi after Kerry left?",
        "Did Kerry say whether Ramadi fell before Mosul?",
        "Was anyone arrested before or after the bombing?",
        "Was Ramadi or Fallujah attacked?",
        "Timeline of the battle for Ramadi",
        "Compare Ramadi and Ramadi",
        "What changed between May 2015 and January 2017 in " + "the north of " * 25 + "Ramadi?",
        "What changed between the raid of May 2015 and January 2017?",
        "Was Ramadi before Fallujah?",
        'Where was "Ramadi Fell" shown and when was it made?',
        "Where did the general who left Ramadi go and when did he resign?",
        "Why did Abadi leave Ramadi and how Baghdad helped?",
        "Who took Ramadi and what did that cost Iraq?",
        "Which unit took Ramadi and when was it formed?",
        "Why Fallujah and not Mosul?",
        "Compare Ramadi and Fallujah, " + "and tell me all of it, " * 20,
        "?",
    ],
)
def test_one_part_stays_whole(question: str) -> None:
    assert split(question) is None


def told(words: str, name: str = "a", title: str = "") -> Article:
    return Article(name, words, title, date(2015, 5, 18), "given", publisher="Ledger")


def said(short: str | None, *quotes: tuple[str, str], confidence: float = 0.8, title: str = "") -> Answer:
    """An answer as quoting makes it: of (article, words), one citation each."""
    citations = tuple(
        Citation(number, told(words, name, title), 0, len(words), words)
        for number, (name, words) in enumerate(quotes, start=1)
    )
    blocks = [f"**{short}**"] if short else []
    for citation in citations:
        blocks += ["Also reported:"] if citation.number > 1 else []
        blocks.append(f"> “{citation.quote}” [{citation.number}]\n>\n> — Ledger, 18 May 2015")
    hits = tuple(Hit(Passage(f"{c.article.id}{c.quote}", c.article.id, 0, c.end), c.article, 0.5) for c in citations)
    return Answer("\n\n".join(blocks), short, citations, False, confidence, hits, "?")


SILENT = Answer(ABSTENTION, None, (), True, 0.3, said(None, ("z", "Rain fell.")).hits, "?")


def parts_of(question: str) -> Parts:
    parts = split(question)
    assert parts
    return parts


DEAD = "Compare how many people died in Ramadi and Fallujah"


def test_each_part_stands_under_its_label_with_numbers_of_its_own() -> None:
    one = said("500", ("a", "In Ramadi 500 died."), ("b", "Ramadi mourns."))
    other = said("300", ("c", "In Fallujah 300 died."), confidence=0.6)
    answer = together(DEAD, parts_of(DEAD), [one, other])
    assert answer.text == (
        "**Ramadi** — **500**\n\n> “In Ramadi 500 died.” [1]\n>\n> — Ledger, 18 May 2015\n\n"
        "Also reported:\n\n> “Ramadi mourns.” [2]\n>\n> — Ledger, 18 May 2015\n\n"
        "**Fallujah** — **300**\n\n> “In Fallujah 300 died.” [3]\n>\n> — Ledger, 18 May 2015"
    )
    assert [(c.number, c.article.id) for c in answer.citations] == [(1, "a"), (2, "b"), (3, "c")]
    assert (answer.short, answer.abstained, answer.question) == ("Ramadi: 500; Fallujah: 300", False, DEAD)
    assert answer.confidence == 0.6


def test_the_same_words_are_cited_once() -> None:
    shared = ("a", "Ramadi lost 500, Fallujah 300.")
    one, other = said("500", shared), said("300", ("b", "Fallujah mourns."), shared)
    answer = together(DEAD, parts_of(DEAD), [one, other])
    assert [(c.number, c.article.id) for c in answer.citations] == [(1, "a"), (2, "b")]
    assert "**Fallujah** — **300**\n\n> “Fallujah mourns.” [2]" in answer.text and "300.” [1]" in answer.text
    assert [hit.article.id for hit in answer.hits] == ["a", "b"]


def test_only_markers_of_citations_are_renumbered() -> None:
    one = said("500", ("a", "In Ramadi 500 died."))
    other = replace(
        said("300", ("c", "In Fallujah 300 died.")),
        text="**300**\n\n> “In Fallujah 300 died \\[1\\] or \\\\\\[1\\] \\[1] [7].” [1]\n>\n> C:\\\\[1] \\\\\\[1]",
    )
    answer = together(DEAD, parts_of(DEAD), [one, other])
    assert "> “In Fallujah 300 died \\[1\\] or \\\\\\[1\\] \\[1] [7].” [2]\n>\n> C:\\\\[2] \\\\\\[1]" in answer.text


def test_a_part_that_abstains_says_so_in_its_place() -> None:
    answer = together(DEAD, parts_of(DEAD), [SILENT, said("300", ("c", "In Fallujah 300 died."))])
    assert answer.text.startswith(f"**Ramadi** — {ABSTENTION}\n\n**Fallujah** — **300**")
    assert (answer.abstained, answer.short, answer.confidence) == (False, None, 0.8)
    assert [hit.article.id for hit in answer.hits] == ["z", "c"]


def test_where_all_parts_abstain_so_does_the_answer() -> None:
    answer = together(DEAD, parts_of(DEAD), [SILENT, replace(SILENT, confidence=0.1)])
    assert (answer.text, answer.short, answer.citations, answer.abstained) == (ABSTENTION, None, (), True)
    assert (answer.confidence, answer.hits) == (0.3, SILENT.hits)


def test_what_is_told_of_the_other_side_is_no_evidence() -> None:
    of_ramadi = ("a", "The centre of Ramadi was retaken in December.")
    one, other = said("December", of_ramadi), said("December", of_ramadi, ("b", "Falluja was freed in June."))
    asked = "Compare how Ramadi and Fallujah were retaken"
    answer = together(asked, parts_of(asked), [one, other])
    assert answer.text.endswith("**Fallujah**\n\n> “Falluja was freed in June.” [2]\n>\n> — Ledger, 18 May 2015")
    assert answer.short is None and [c.article.id for c in answer.citations] == ["a", "b"]
    nothing = together(asked, parts_of(asked), [one, said("December", of_ramadi)])
    assert nothing.text.endswith(f"**Fallujah** — {ABSTENTION}")


FELL = "Which fell first, Ramadi or Fallujah?"
IN_MAY = said("Sunday 17 May 2015", ("a", "Ramadi fell on Sunday 17 May 2015."))
IN_2014 = said("January 2014", ("b", "Falluja was lost in January 2014."), confidence=0.7)


@pytest.mark.parametrize(
    ("question", "short", "opening"),
    [
        (FELL, FALLUJAH, "**Fallujah** came first (January 2014), before Ramadi (Sunday 17 May 2015)."),
        (
            "Which of Ramadi and Fallujah fell later?",
            RAMADI,
            "**Ramadi** came later (Sunday 17 May 2015), after Fallujah (January 2014).",
        ),
        (
            "Did Ramadi or Fallujah fall last?",
            RAMADI,
            "**Ramadi** came later (Sunday 17 May 2015), after Fallujah (January 2014).",
        ),
        (
            "Did Ramadi fall before Fallujah?",
            "No",
            "**No**: Ramadi (Sunday 17 May 2015) came after Fallujah (January 2014).",
        ),
        (
            "Did Ramadi fall after Fallujah fell?",
            "Yes",
            "**Yes**: Ramadi (Sunday 17 May 2015) came after Fallujah (January 2014).",
        ),
        (
            "Did Ramadi fall before or after Fallujah?",
            "After",
            "**After**: Ramadi (Sunday 17 May 2015) came after Fallujah (January 2014).",
        ),
    ],
)
def test_the_days_decide_which_came_first(question: str, short: str, opening: str) -> None:
    answer = together(question, parts_of(question), [IN_MAY, IN_2014])
    assert answer.short == short
    assert answer.text.startswith(f"{opening}\n\n**Ramadi** — **Sunday 17 May 2015**")
    assert "[1]" in answer.text and "[2]" in answer.text and answer.confidence == 0.7


@pytest.mark.parametrize(
    "other",
    [
        said("2015", ("b", "Fallujah fell in 2015.")),
        said("Sunday 17 May 2015", ("b", "Fallujah fell that day, too.")),
        said("at dawn", ("b", "Fallujah fell at dawn.")),
        said("recent days", ("b", "Fallujah fell in recent days.")),
        SILENT,
    ],
)
def test_days_that_meet_or_lack_decide_nothing(other: Answer) -> None:
    answer = together(FELL, parts_of(FELL), [IN_MAY, other])
    assert answer.short is None and answer.text.startswith(f"{UNDECIDED}\n\n**Ramadi** — **Sunday 17 May 2015**")
    assert "\n\n**Fallujah** — " in answer.text and not answer.abstained


def test_a_sentence_tells_the_day_where_there_is_no_short_answer() -> None:
    lost = said(None, ("b", "Fallujah was lost in January 2014."))
    assert together(FELL, parts_of(FELL), [IN_MAY, lost]).short == FALLUJAH
    lately = said(None, ("c", "Fallujah fell in recent days."))
    early = said("January 2014", ("a", "Ramadi fell in January 2014."))
    assert together(FELL, parts_of(FELL), [early, lately]).short is None


def test_only_what_names_a_side_tells_its_day() -> None:
    follow = ("b", "Hit followed in April 2016.")
    answer = together(FELL, parts_of(FELL), [IN_MAY, said("April 2016", follow, title="The battle for Fallujah")])
    assert answer.short is None and answer.text.endswith(f"**Fallujah** — {ABSTENTION}")
    lost = ("c", "Fallujah was lost in January 2014.")
    answer = together(FELL, parts_of(FELL), [IN_MAY, said("April 2016", follow, lost)])
    assert answer.short == FALLUJAH and [c.article.id for c in answer.citations] == ["a", "c"]
    under_its_headline = said("April 2014", ("b", "The city fell in April 2014."), title="Fallujah falls")
    assert together(FELL, parts_of(FELL), [IN_MAY, under_its_headline]).short == FALLUJAH


def test_a_question_as_label_leaves_the_first_bold_words_to_the_answer() -> None:
    asked = "When did Ramadi fall and when was it retaken?"
    retaken = said("December 2015", ("b", "It was retaken in December 2015."))
    answer = together(asked, parts_of(asked), [IN_MAY, retaken])
    assert answer.text.startswith("*When did Ramadi fall?* — **Sunday 17 May 2015**\n\n> ")
    assert "\n\n*When was Ramadi retaken?* — **December 2015**\n\n> " in answer.text
    assert answer.short == "When did Ramadi fall: Sunday 17 May 2015; When was Ramadi retaken: December 2015"


def test_what_is_too_long_together_has_no_short_answer() -> None:
    long = " ".join(["word"] * 8)
    answers = [said(long, ("a", "Of Ramadi.")), said(long, ("b", "Of Fallujah."))]
    assert together(DEAD, parts_of(DEAD), answers).short is None


def test_warnings_and_what_was_looked_at_are_kept() -> None:
    since = Filters(after=date(2016, 1, 1), undated=True)
    one = replace(said("5", ("a", "Ramadi: 5.")), warnings=("Old.", "Odd."), narrowed=since)
    other = replace(said("6", ("b", "Fallujah: 6.")), warnings=("Odd.",), narrowed=since)
    answer = together(DEAD, parts_of(DEAD), [one, other])
    assert (answer.warnings, answer.narrowed) == (("Old.", "Odd."), since)
    assert not together(DEAD, parts_of(DEAD), [one, replace(other, narrowed=Filters())]).narrowed


def test_a_label_is_shown_not_obeyed() -> None:
    parts = Parts("compare", ("Ramadi*", "[1](x)"), ("A?", "B?"), (Filters(),) * 2)
    answer = together("?", parts, [said("5", ("a", "Ramadi: 5.")), SILENT])
    assert "**Ramadi\\*** — **5**" in answer.text and "**\\[1\\](x)** — " in answer.text
