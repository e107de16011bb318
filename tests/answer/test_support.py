"""What sources say to a sentence that a model wrote."""

from collections.abc import Sequence
from datetime import date
from time import perf_counter

import pytest

from qa.answer.support import Checker, Support
from qa.ingest.passages import cut
from qa.models.encoder import Encoder
from qa.types import Article, Hit, Passage, Span

MONDAY = date(2015, 5, 18)
TOWN = (
    "The river town of Velden was flooded on Sunday after three days of rain. "
    "Some 500 people had to leave their homes, the mayor, Vera Orlova, said. "
    "The old bridge did not collapse, although water stood up to its arches. "
    "Soldiers brought sandbags from Harbin. "
    "Orlova criticised the governor for sending help too late."
)
BOATS = (
    "Fishermen rescued 40 pupils from the roof of a school in Velden. "
    "Two of the pupils were taken to hospital. "
    "The school will stay closed until June."
)
ENCODER = Encoder()


def hit(text: str, title: str = "", publisher: str = "Harbour Wire", published: date | None = MONDAY) -> Hit:
    article = Article(f"{title or text[:20]}.md", text, title, published, publisher=publisher, author="Ida Lind")
    return Hit(Passage("p", article.id, 0, len(text)), article, 1.0)


def support(claim: str, sources: Sequence[Hit], question: str = "") -> Support:
    return Checker(sources, ENCODER, question).support(claim, range(len(sources)))


def checked(claim: str, *texts: str, question: str = "") -> Support:
    return support(claim, [hit(text) for text in texts or (TOWN, BOATS)], question)


@pytest.mark.parametrize(
    "claim",
    [
        "The river town of Velden was flooded on Sunday after three days of rain.",
        "Velden was flooded after three days of rain.",
        "Velden was flooded on 17 May 2015.",
        "About 500 people had to leave their homes in Velden.",
        "Five hundred people were forced to leave their homes, according to mayor Vera Orlova.",
        "The old bridge did not collapse.",
        "Orlova criticised the governor.",
        "The governor was criticised by Orlova for sending help too late.",
        "Fishermen rescued 40 pupils from the roof of a school.",
        "Two pupils were taken to hospital.",
    ],
)
def test_what_a_source_says_is_supported(claim: str) -> None:
    found = checked(claim)
    assert (found.verdict, found.missing) == ("supported", ())


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Some 700 people had to leave their homes in Velden.", ("700",)),
        ("The river town of Lauben was flooded on Sunday after three days of rain.", ("Lauben",)),
        ("The mayor, Vera Petrova, said that 500 people had to leave their homes.", ("Petrova",)),
        ("Velden was flooded on 12 May 2015 after three days of rain.", ("12 May 2015",)),
        ("Velden was flooded on Wednesday after three days of rain.", ("Wednesday",)),
        ("Fishermen rescued 45 pupils from the roof of a school in Oslo.", ("45", "Oslo")),
    ],
)
def test_an_invented_fact_is_told_and_never_supported(claim: str, missing: tuple[str, ...]) -> None:
    found = checked(claim)
    assert found.missing == missing
    assert found.verdict != "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The old bridge collapsed.",
        "The old bridge did collapse, although water stood up to its arches.",
        "The river town of Velden was not flooded on Sunday.",
        "The mayor said that nobody had to leave their homes.",
        "Soldiers never brought sandbags from Harbin.",
        "Velden was flooded before three days of rain.",
        "The school will stay open until June.",
    ],
)
def test_a_denial_or_the_opposite_is_not_supported(claim: str) -> None:
    assert checked(claim).verdict != "supported"


def test_roles_that_were_swapped_are_not_supported() -> None:
    told = "Karlsson beat Moreau in the final of the tournament in Lima."
    assert checked("Karlsson beat Moreau in the final.", told).verdict == "supported"
    assert checked("Moreau was beaten by Karlsson in the final.", told).verdict == "supported"
    assert checked("Moreau beat Karlsson in the final.", told).verdict != "supported"
    assert checked("Karlsson was beaten by Moreau in the final.", told).verdict != "supported"


def test_a_number_of_another_thing_is_not_supported() -> None:
    told = "Fire destroyed 60 houses and killed 12 people in the village."
    assert checked("Fire destroyed 60 houses in the village.", told).verdict == "supported"
    assert checked("Fire killed 60 people in the village.", told).verdict != "supported"


def test_a_clause_that_is_invented_is_not_supported() -> None:
    claim = "The river town of Velden was flooded on Sunday after three days of rain"
    assert checked(f"{claim}, and the parliament dissolved itself over a tax scandal.").verdict != "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The central bank raised interest rates to curb inflation.",
        "Scientists discovered a new planet.",
        "The football club sold its best striker.",
        "I cannot help with that.",
    ],
)
def test_another_subject_is_unsupported(claim: str) -> None:
    found = checked(claim)
    assert found.verdict == "unsupported"


def test_sentences_and_sources_may_say_it_together() -> None:
    claim = "After three days of rain Velden was flooded, and fishermen rescued 40 pupils from the roof of a school."
    assert checked(claim).verdict == "supported"
    assert checked(claim, TOWN).verdict != "supported"
    joined = "Some 500 people had to leave their homes, and soldiers brought sandbags from Harbin."
    assert checked(joined, TOWN).verdict == "supported"


def test_three_sentences_may_say_it_between_them() -> None:
    claim = "Velden was flooded, soldiers brought sandbags from Harbin, and fishermen rescued 40 pupils."
    features, missing = Checker([hit(TOWN), hit(BOATS)], ENCODER).features(claim, [0, 1])
    assert (features["lost"], missing) == (0, ())
    assert checked(claim).verdict == "supported"


def test_outlet_author_headline_and_day_count_as_told() -> None:
    source = hit("The town was flooded after three days of rain.", "Velden under water")
    for claim in (
        "Harbour Wire reported on 18 May 2015 that the town of Velden was flooded after three days of rain.",
        "According to Ida Lind, Velden was flooded after three days of rain.",
    ):
        assert support(claim, [source]).missing == ()
    assert support("The BBC reported that the town was flooded.", [source]).missing == ("BBC",)


def test_names_of_the_question_count_where_the_article_has_them() -> None:
    text = f"{TOWN}\n\nShe will not stand again."
    start = text.index("She will")
    article = Article("a.md", text, published=MONDAY)
    source = Hit(Passage("p", "a.md", start, len(text)), article, 1.0)
    claim = "Orlova will not stand again."
    assert support(claim, [source]).missing == ("Orlova",)
    assert support(claim, [source], "Will Vera Orlova stand again?").missing == ()
    other = Hit(source.passage, Article("b.md", text.replace("Orlova", "Petrova"), published=MONDAY), 1.0)
    assert support(claim, [other], "Will Vera Orlova stand again?").missing == ("Orlova",)


def test_the_sentence_that_says_it_is_found_in_each_source() -> None:
    sources = [hit(TOWN), hit(BOATS), hit("Interest rates will rise again next year, the central bank said.")]
    found = support("Fishermen rescued 40 pupils from the roof of a school in Velden.", sources)
    span = found.sentences[1]
    assert span
    assert BOATS[span.start : span.end] == "Fishermen rescued 40 pupils from the roof of a school in Velden."
    assert found.sentences[2] is None


def test_offsets_are_those_of_the_article() -> None:
    text = f"Weather report. Nobody knew.\n\n{TOWN}"
    article = Article("a.md", text, published=MONDAY)
    passage = Passage("p", "a.md", text.index("The river"), len(text))
    found = support("Some 500 people had to leave their homes.", [Hit(passage, article, 1.0)])
    (span,) = found.sentences
    assert isinstance(span, Span)
    assert text[span.start : span.end] == "Some 500 people had to leave their homes, the mayor, Vera Orlova, said."


def test_only_the_sources_named_are_asked() -> None:
    checker = Checker([hit(TOWN), hit(BOATS)], ENCODER)
    claim = "Fishermen rescued 40 pupils from the roof of a school."
    assert checker.support(claim, [1]).verdict == "supported"
    assert checker.support(claim, [0]).verdict != "supported"
    assert len(checker.support(claim, [1]).sentences) == 1
    assert checker.support(claim, [0, 1]) == support(claim, [hit(TOWN), hit(BOATS)])


@pytest.mark.parametrize("claim", ["", "  ", "...", "!?", "Here is what they said:", "🙂🙂"])
def test_a_claim_without_content_is_supported_and_rests_on_nothing(claim: str) -> None:
    found = checked(claim)
    assert (found.verdict, found.score, found.missing) == ("supported", 1.0, ())
    assert found.sentences == (None, None)


def test_without_sources_nothing_is_supported() -> None:
    found = support("Velden was flooded.", [])
    assert (found.verdict, found.score, found.sentences) == ("unsupported", 0.0, ())
    assert found.missing == ("Velden",)


@pytest.mark.parametrize(
    "claim", ["הנהר עלה על גדותיו", "Velden 🌊 was flooded 🌧️.", "\u202eVelden was flooded", "\0", "洪水"]
)
def test_odd_writing_is_checked_without_an_error(claim: str) -> None:
    found = checked(claim)
    assert 0 <= found.score <= 1
    assert len(found.sentences) == 2


def test_a_source_without_a_sentence_says_nothing() -> None:
    assert checked("Velden was flooded.", " ").verdict == "unsupported"


def test_a_very_long_claim_takes_bounded_time() -> None:
    checker = Checker([hit(TOWN), hit(BOATS)], ENCODER)
    for claim in (
        "Velden was flooded on Sunday, and 500 people left. " * 400,
        "A1" * 10_000,
        "May 3 " * 3_400,
        "(" * 20_000,
    ):
        started = perf_counter()
        checker.support(claim[:20_000], [0, 1])
        assert perf_counter() - started < 3


def test_the_same_claim_has_the_same_verdict_from_passages_in_any_order() -> None:
    claim, sources = "Velden was flooded after three days of rain.", [hit(TOWN), hit(BOATS)]
    one, other = support(claim, sources), support(claim, sources[::-1])
    assert (one.verdict, round(one.score, 4)) == (other.verdict, round(other.score, 4))
    assert one.sentences == other.sentences[::-1]


def test_a_passage_that_begins_amid_an_article_is_read_from_there() -> None:
    text = " ".join(
        f"Sentence number {n} tells of the harbour, its ships and their captains in some detail." for n in range(60)
    )
    article = Article("long.md", text, published=MONDAY)
    passages = cut(article)
    found = support("Captains and ships of the harbour are told of.", [Hit(passages[1], article, 1.0)])
    (span,) = found.sentences
    assert span
    assert passages[1].start <= span.start < span.end <= passages[1].end
