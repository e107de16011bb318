from datetime import date

import pytest

from qa.search.dialogue import dated, stand_alone
from qa.types import Turn


@pytest.mark.parametrize(
    ("before", "asked", "understood"),
    [
        ("When did Ramadi fall?", "Why?", "Why did Ramadi fall?"),
        ("When did Ramadi fall?", "And Fallujah?", "When did Fallujah fall?"),
        ("What happened in Ramadi in 2015?", "What about in 2016?", "What happened in Ramadi in 2016?"),
        ("When did Ramadi fall?", "How far is it from Baghdad?", "How far is Ramadi from Baghdad?"),
        ("Which tribe fights in Haditha?", "Who lives there?", "Who lives in Haditha?"),
        ("When did Ramadi fall?", "How many people died?", "How many people died? (Ramadi)"),
        ("When did Ramadi fall?", "What is the capital of France?", "What is the capital of France?"),
    ],
)
def test_a_follow_up_stands_alone(before: str, asked: str, understood: str) -> None:
    assert stand_alone(asked, [Turn(before)]) == understood


def test_a_pronoun_takes_the_person_that_was_the_answer() -> None:
    before = Turn("Who is the coalition's spokesman?", "**Col John Dorrian**\n\n> …")
    assert stand_alone("What did he say about Mosul?", [before]) == "What did Col John Dorrian say about Mosul?"


def understood(*asked: str | Turn) -> list[str]:
    """The questions of a conversation, each understood after those before as they were."""
    history: list[Turn] = []
    for turn in asked:
        turn = Turn(turn) if isinstance(turn, str) else turn
        history.append(Turn(stand_alone(turn.question, history), turn.answer))
    return [turn.question for turn in history]


def test_the_topic_is_carried_from_turn_to_turn() -> None:
    assert understood(
        "When did Ramadi fall?", "How many people died?", "And in Fallujah?", "Was it retaken?", "When?"
    ) == [
        "When did Ramadi fall?",
        "How many people died? (Ramadi)",
        "How many people died? (Fallujah)",
        "Was Fallujah retaken?",
        "When was Fallujah retaken?",
    ]


def test_a_new_subject_ends_the_topic() -> None:
    assert understood("When did Ramadi fall?", "Who runs the Bayji refinery?", "When was it attacked?")[1:] == [
        "Who runs the Bayji refinery?",
        "When was the Bayji refinery attacked?",
    ]


@pytest.mark.parametrize("words", ["new topic: ", "New question - ", "Something else: ", "another subject, "])
def test_the_asker_may_start_afresh(words: str) -> None:
    assert understood("When did Ramadi fall?", f"{words}why were they late?")[1] == "Why were they late?"


@pytest.mark.parametrize(
    ("before", "asked", "alone"),
    [
        ("Why did oil prices fall in 2015?", "any other reasons?", "any other reasons? (oil prices, 2015)"),
        (
            "Who shelled Kobane?",
            "Were any hospitals, schools or bakeries hit?",
            "Were any hospitals, schools or bakeries hit? (Kobane)",
        ),
        ("Who shelled Kobane?", "What happened in 2014?", "What happened in 2014? (Kobane)"),
        (
            "Who shelled Kobane?",
            "Was the sharp rise in food prices Kobane's end?",
            "Was the sharp rise in food prices Kobane's end?",
        ),
        ("Did Iraq fight in Sinjar with Iran?", "And in Kirkuk?", "Did Iraq fight in Kirkuk with Iran?"),
        (
            "Who shelled Kobane?",
            "If the shells were Turkish, who sold them?",
            "If the shells were Turkish, who sold them?",
        ),
        ("Who shelled Kobane?", "What is an example?", "What is an example? (Kobane)"),
        ("Who shelled Kobane?", "any other kobane hospitals?", "any other kobane hospitals?"),
        ("Did Nouri Kamil al-Maliki resign?", "Was Maliki charged?", "Was Nouri Kamil al-Maliki charged?"),
        ("How many died? (Ramadi)", "I meant children.", "How many died? (children)"),
        ("Why was cheap oil exported?", "How many died?", "How many died? (cheap oil)"),
        ("Who leads Hamas?", "What are its aims?", "What are Hamas' aims?"),
        ("Is the Pentagon budget plan for schools real?", "Who wrote it?", "Who wrote the Pentagon budget plan?"),
        ("Who bombed Tikrit last week?", "How many died?", "How many died? (Tikrit)"),
        ("Which farms were flooded?", "any other reasons?", "any other reasons? (farms)"),
        ("What are the effects of hunger?", "How many died?", "How many died? (effects of hunger)"),
        ("Oil fell, why?", "When did it rise?", "When did it rise? (Oil)"),
        ("Who met Kofi?", "Who lives there?", "Who lives there? (Kofi)"),
        ("Why did oil prices fall?", "How far did they fall?", "How far did they fall? (oil prices)"),
        ("Why did oil prices fall?", "what about gas prices?", "What about gas prices? (oil prices)"),
        ("Who caused the drought in Spain?", "How long will it last?", "How long will it last? (Spain, drought)"),
        ("Which law library opened in Leeds?", "How large is the library?", "How large is the law library?"),
        ("Who runs the Mosul Dam?", "How tall is the dam?", "How tall is the Mosul Dam?"),
        ("Who runs the Mosul Dam?", "What did the dam workers say?", "What did the dam workers say?"),
        ("Did Nouri al-Maliki resign?", "Was Maliki charged?", "Was Nouri al-Maliki charged?"),
        ("Did Nouri al-Maliki resign?", "When?", "When did Nouri al-Maliki resign?"),
        ("What does Iraq Body Count say?", "Did Iraq object?", "Did Iraq object?"),
        ("What does Oxfam say?", "And in Somalia?", "What does Oxfam say in Somalia?"),
        ("How many drowned in May 2015?", "What about in June 2016?", "How many drowned in June 2016?"),
        ("How many fled Sinjar last year?", "and this year?", "How many fled Sinjar this year?"),
        ("Who bombed Tikrit in May 2015?", "How many died?", "How many died? (Tikrit, May 2015)"),
        ("Who bombed Tikrit?", "I meant the second raid.", "Who bombed Tikrit? (the second raid)"),
        ("Who met John Kerry in Paris?", "Where was he born?", "Where was John Kerry born?"),
        ("Who met John Kerry in Paris?", "Who else lives there?", "Who else lives in Paris?"),
        (
            "Who met John Kerry in Paris?",
            "What was her reply to his offer?",
            "What was John Kerry's reply to his offer?",
        ),
        ("Did the Peshmerga leave Kirkuk?", "Who pays their wages?", "Who pays the Peshmerga's wages?"),
    ],
)
def test_what_is_left_out_is_filled_in(before: str, asked: str, alone: str) -> None:
    assert understood(before, asked)[1] == alone


@pytest.mark.parametrize(
    "asked",
    [
        "Is it true that Tikrit fell?",
        "Did Iraq lose its north?",
        "Did Angela Merkel say that she would come?",
        "By the way, who won the election?",
        "Tell me about almond farming.",
        "What is a cluster bomb?",
        "Is there a border crossing near Syria?",
        "election results",
    ],
)
def test_a_question_that_names_its_subject_is_left_alone(asked: str) -> None:
    assert understood("When did Ramadi fall?", asked)[1] == asked


def test_a_pronoun_takes_the_name_that_was_the_answer() -> None:
    town = Turn("Which town did the army retake in May?", "**Rutba**\n\n> …")
    assert understood(town, "How far is it from Baghdad?")[1] == "How far is Rutba from Baghdad?"
    general = Turn("Who is the coalition's spokesman?", "**the American colonel John Dorrian**\n\n> …")
    assert understood(general, "Where was he born?")[1] == "Where was John Dorrian born?"
    told = Turn("What happened in Rutba?", "**It fell to the Islamic State**\n\n> …")
    assert understood(told, "How far is it from Baghdad?")[1] == "How far is it from Baghdad? (Rutba)"


def test_a_remark_before_the_question_is_dropped() -> None:
    assert understood("When did Ramadi fall?", "Thanks. That was quick! Why?")[1] == "Why did Ramadi fall?"


@pytest.mark.parametrize(
    "asked", ["", "?", "(", "Sr", "A Sr", "No.", "And ?", "What about?", "it", "I mean", "the the"]
)
def test_nothing_is_too_odd_to_be_asked(asked: str) -> None:
    for before in ("", "Sr", "(Ramadi)", asked, "Who? (a, b) (c)"):
        assert isinstance(understood(before, asked, "Why?", "And Mosul?", "he")[1], str)


def test_a_first_question_is_left_alone() -> None:
    assert stand_alone("  Who led it? ", []) == "Who led it?"


def test_the_day_of_asking_gives_relative_words_their_days() -> None:
    assert dated("What happened last week?", date(2015, 5, 18)) == ("What happened last week (11–17 May 2015)?")
