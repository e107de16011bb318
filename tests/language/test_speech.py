"""Who says what a sentence tells."""

import pytest

from qa.language.sentences import sentences
from qa.language.speech import hearsay, speaker


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("“It has begun,” said Lt Gen Qassem Mohammedi, who leads the army.", "Lt Gen Qassem Mohammedi"),
        ("“It has begun,” Gen Mohammedi said.", "Gen Mohammedi"),
        ("Col John Dorrian, the coalition’s spokesman, said on Wednesday that it had.", None),
        ("They lost a town, a military source told the BBC.", "a military source"),
        ("According to a top commander, two thirds are retaken.", "a top commander"),
        ("But militia commanders said on Monday that it had fallen.", "militia commanders"),
        ("It was lost, the Observatory for Human Rights said.", "Observatory for Human Rights"),
        ("“We linked it,” Mr Fabius was quoted as saying by Reuters.", "Mr Fabius"),
    ],
)
def test_the_speaker_is_named_as_the_text_names_him(sentence: str, who: str | None) -> None:
    found = speaker(sentence, sentences(sentence)[0])
    assert found == (who or "Col John Dorrian, the coalition’s spokesman")


def test_he_is_the_one_who_spoke_before() -> None:
    text = "Gen Mohammedi said it had begun. It rained. He said it would last."
    assert [speaker(text, s) for s in sentences(text)] == ["Gen Mohammedi", None, "Gen Mohammedi"]
    text = "Gen Mohammedi said it had begun. The commander said it would last."
    assert [speaker(text, s) for s in sentences(text)] == ["Gen Mohammedi", "Gen Mohammedi"]
    alone = "He said it would last."
    assert speaker(alone, sentences(alone)[0]) is None


@pytest.mark.parametrize(
    "sentence", ["The town fell.", "On Sunday it announced Monday.", "They announced Sunday that it fell."]
)
def test_nobody_speaks_where_nobody_does(sentence: str) -> None:
    assert speaker(sentence, sentences(sentence)[0]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They will reportedly attack.", True),
        ("He is believed to hide there.", True),
        ("At least 500 died. The figure could not be checked.", True),
        ("At least 500 died. They were buried.", False),
        ("He believed it.", False),
    ],
)
def test_hearsay_is_what_the_text_itself_doubts(text: str, expected: bool) -> None:
    assert hearsay(text, sentences(text)[0]) is expected
