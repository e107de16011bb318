"""Which sentence answers: the reader's words, weighed with what search knows."""

from datetime import date

import numpy as np

from qa.answer.reading import candidates, read
from qa.models.reader import Reading
from qa.types import Article, Hit, Passage, Span

TEXT = "The bridge closed on Sunday. The ferry runs again. Print Friendly"
ARTICLE = Article("a", TEXT, title="Bridge closed", boilerplate=(Span(51, len(TEXT), "notice"),))


def hit(start: int = 0, end: int = 50, article: Article = ARTICLE, score: float = 1.0) -> Hit:
    return Hit(Passage(f"{article.id}{start}", article.id, start, end), article, score)


def reading(text: str, words: str, logit: float, relevance: float = 2.0) -> Reading:
    """Sure of `words`, a token of `text`; every other word is a token with logits of -9."""
    places = [(m, m + len(w)) for w in text.split() for m in [text.index(w)]]
    logits = np.array([logit if text[s:e].strip(".") == words else -9.0 for s, e in places], dtype=np.float32)
    return Reading(relevance, np.array(places, dtype=np.int64), logits, logits, 0.0)


def words(finding_text: str, span: Span) -> str:
    return finding_text[span.start : span.end]


def test_the_sentence_with_the_words_comes_first() -> None:
    first, second = read("When did the bridge close?", [hit()], [reading(TEXT[:50], "Sunday", 5.0)])
    assert words(TEXT, first.sentence) == "The bridge closed on Sunday."
    assert words(TEXT, first.short) == "Sunday"
    assert 1 > first.confidence > second.confidence > 0


def test_offsets_are_the_articles_and_boilerplate_is_no_candidate() -> None:
    found = list(candidates("What runs again?", [hit(29, len(TEXT))], [reading(TEXT[29:], "ferry", 5.0)]))
    assert [words(TEXT, c.sentence) for c in found] == ["The ferry runs again."]
    assert words(TEXT, found[0].read) == "ferry"


def test_a_sentence_of_two_passages_is_found_once_with_its_better_reading() -> None:
    hits = [hit(), hit(29, 50)]
    weak, strong = reading(TEXT[:50], "runs", 0.0), reading(TEXT[29:50], "ferry", 6.0)
    found = read("What runs again?", hits, [weak, strong])
    assert [words(TEXT, f.sentence) for f in found] == ["The ferry runs again.", "The bridge closed on Sunday."]
    assert words(TEXT, found[0].short) == "ferry"


def test_only_what_was_read_is_weighed() -> None:
    other = Article("b", TEXT)
    found = read("When did the bridge close?", [hit(), hit(article=other)], [reading(TEXT[:50], "Sunday", 5.0)])
    assert {f.hit.article.id for f in found} == {"a"}
    assert read("When?", [], []) == []


def test_what_the_reader_did_not_come_to_is_no_candidate() -> None:
    short = reading(TEXT[:28], "Sunday", 5.0)
    assert [words(TEXT, f.sentence) for f in read("When?", [hit()], [short])] == ["The bridge closed on Sunday."]


def test_the_questions_words_in_the_sentence_count() -> None:
    twins = [Article(name, f"The {what} closed on Sunday.") for name, what in (("a", "ferry"), ("b", "bridge"))]
    hits = [hit(0, len(t.text), t) for t in twins]
    same = [reading(t.text, "Sunday", 3.0) for t in twins]
    first, second = read("When did the bridge close?", hits, same)
    assert (first.hit.article.id, second.hit.article.id) == ("b", "a")


def test_words_that_cannot_be_the_amount_asked_for_are_hardly_believed() -> None:
    text = "The bridge of Ostrel is 300 metres long."
    hits = [hit(0, len(text), Article("a", text))]
    measured, counted = (
        read(question, hits, [reading(text, "300", 5.0)])[0].confidence
        for question in ("How far does the bridge of Ostrel reach?", "How many does the bridge of Ostrel reach?")
    )
    assert counted < measured / 5


def test_words_and_numbers_are_taken_whole() -> None:
    text = "Around 1,200 workers of al-Qaim left at 10:30."
    for piece, whole in (("200", "1,200"), ("1", "1,200"), ("work", "workers"), ("30", "10:30"), ("1,200", "1,200")):
        start = text.index(piece)
        places = np.array([(start, start + len(piece))], dtype=np.int64)
        sure = Reading(2.0, places, np.array([5.0], np.float32), np.array([5.0], np.float32), 0.0)
        (found,) = candidates("What?", [hit(0, len(text), Article("a", text))], [sure])
        assert words(text, found.read) == whole


def test_a_sentence_that_asks_is_no_candidate() -> None:
    text = "Which bridge closed? “Was it the old one?” The iron bridge closed."
    found = candidates("Which bridge closed?", [hit(0, len(text), Article("a", text))], [reading(text, "bridge", 5.0)])
    assert [words(text, one.sentence) for one in found] == ["The iron bridge closed."]


def test_words_that_only_say_what_was_asked_give_way_to_those_beside_them() -> None:
    text = "Korea fired a missile over Japan."
    places = np.array([(m, m + len(w)) for w in text[:-1].split() for m in [text.index(w)]], dtype=np.int64)
    logits = np.array([8.0, -9.0, -9.0, -9.0, -9.0, 2.0], dtype=np.float32)
    sure = Reading(2.0, places, logits, logits, 0.0)

    def taken(question: str) -> tuple[str, float]:
        (found,) = candidates(question, [hit(0, len(text), Article("a", text))], [sure])
        return words(text, found.read), found.features["span"]

    assert taken("Korea fired a missile over which country?") == ("Japan", 4.0)
    assert taken("Who fired a missile?") == ("Korea", 12.0)
    assert taken("Was it Korea or Japan that fired a missile?") == ("Korea", 12.0)
    assert taken("Did Korea, then Japan, fire missiles?") == ("Korea", 12.0)  # nothing else is there


def test_a_sentence_that_gives_a_reason_stands_first_for_why() -> None:
    swept = Article("a", "The flood swept away the bridge.")
    blamed = Article("b", "The mayor blamed the opening of a dam for the flood.")
    hits = [hit(0, len(one.text), one) for one in (swept, blamed)]
    readings = [reading(swept.text, "swept", 5.0), reading(blamed.text, "dam", 4.0)]
    assert [f.hit.article.id for f in read("Why did the flood come?", hits, readings)] == ["b", "a"]
    assert [f.hit.article.id for f in read("How did the flood come?", hits, readings)] == ["a", "b"]


def test_a_finer_time_within_the_best_ones_stands_first() -> None:
    month = Article("a", "The city fell to them this month.", published=date(2015, 5, 27))
    day = Article("b", "The city fell there on Sunday.", published=date(2015, 5, 18))
    other = Article("c", "The city fell there on Sunday.", published=date(2015, 6, 18))
    both = [reading(month.text, "month", 4.0), reading(day.text, "Sunday", 3.5)]
    found = read("When did the city fall?", [hit(0, 33, month), hit(0, 30, day)], both)
    assert [f.hit.article.id for f in found] == ["b", "a"]
    assert found[0].confidence == found[1].confidence
    found = read("When did the city fall?", [hit(0, 33, month), hit(0, 30, other)], both)  # in June: another time
    assert [f.hit.article.id for f in found] == ["a", "c"]
    found = read("Who took the city?", [hit(0, 33, month), hit(0, 30, day)], both)
    assert [f.hit.article.id for f in found] == ["a", "b"]


def test_for_when_a_sentence_that_says_when_stands_first() -> None:
    bare = Article("a", "The bridge of the town closed.")
    timed = Article("b", "The bridge of the town closed on Sunday.")
    both = [reading(bare.text, "town", 4.0), reading(timed.text, "Sunday", 3.5)]
    hits = [hit(0, len(bare.text), bare), hit(0, len(timed.text), timed, 0.9)]
    found = read("When did the bridge of the town close?", hits, both)
    assert [f.hit.article.id for f in found] == ["b", "a"] and found[0].confidence == found[1].confidence
    unlikely = [reading(bare.text, "town", 9.0), reading(timed.text, "Sunday", -9.0)]
    hits = [hit(0, len(bare.text), bare), hit(0, len(timed.text), timed, 0.0)]
    assert read("When did the bridge of the town close?", hits, unlikely)[0].hit.article.id == "a"


def test_a_sentence_of_the_days_asked_about_stands_before_one_of_other_days() -> None:
    text = "Ann led the club from 1998 to 2004. Bea led the club from 2005 to 2009."
    club = Article("a", text)
    tokens = [(m, m + len(w)) for w in text.split() for m in [text.index(w)]]
    logits = np.array([4.0 if text[s:e] in ("Ann", "Bea") else -9.0 for s, e in tokens], dtype=np.float32)
    even = Reading(2.0, np.array(tokens, dtype=np.int64), logits, logits, 0.0)
    for question, leader in (("Who led the club in 2001?", "Ann"), ("Who led the club in 2007?", "Bea")):
        first, second = read(question, [hit(0, len(text), club)], [even])
        assert words(text, first.short) == leader and first.confidence > second.confidence
    unknown = read("Who led the club in 1970?", [hit(0, len(text), club)], [even])[0].confidence
    assert unknown < read("Who led the club in 2001?", [hit(0, len(text), club)], [even])[0].confidence
