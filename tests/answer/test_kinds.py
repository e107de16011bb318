import pytest

from qa.answer.kinds import kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did Ramadi fall?", "when"),
        ("On what day was the town retaken?", "when"),
        ("Since what year has it stood?", "when"),
        ("Since when has it stood?", "when"),
        ("Ramadi fell when?", "when"),
        ("And when did it fall?", "when"),
        ("In the war of 2003, when did it fall?", "when"),
        ("What happens when the army leaves?", "other"),
        ("When it rains, what becomes of the road?", "other"),
        ("How many advisers were sent?", "count"),
        ("How far is Ramadi from Baghdad?", "measure"),
        ("How long did the battle last?", "measure"),
        ("Who leads the militia?", "who"),
        ("Whose offer was refused?", "who"),
        ("Where did the troops set out?", "where"),
        ("In which province is Rawa?", "where"),
        ("Why did the army withdraw?", "why"),
        ("What does Labayk ya Hussein mean?", "meaning"),
        ("Which towns are the targets?", "other"),
        ("Which three towns are the targets?", "list"),
        ("What are the 4 demands?", "list"),
        ("Who are the two commanders?", "list"),
        ("Where do those who fled live?", "where"),
        ("How many towns fell when the army left?", "count"),
        ("Who said why the army left?", "who"),
        ("", "other"),
    ],
)
def test_kind_of(question: str, kind: str) -> None:
    assert kind_of(question) == kind
