"""The hits read are put in the order of how well they answer; nothing is lost."""

from collections.abc import Sequence

import numpy as np

from qa.language.names import Name
from qa.models.reader import Reader, Reading
from qa.search.reranking import READ, rerank
from qa.types import Article, Hit, Passage


class Knows(Reader):
    """Finds a passage relevant where it holds the question; keeps what it was given."""

    def read(self, questions: Sequence[str], passages: Sequence[tuple[str, str]]) -> list[Reading]:
        self.given, self.asked = list(passages), list(questions)
        logits = [9.0 if question in text else -9.0 for question, (_, text) in zip(questions, passages, strict=True)]
        word = np.array([[0, 6]], dtype=np.int64)
        return [Reading(x, word, np.array([x], np.float32), np.array([x], np.float32), 0.0) for x in logits]


def hits(count: int) -> list[Hit]:
    articles = [Article(f"a{n}", f"Report {n} came in.", title=f"Title {n}") for n in range(count)]
    return [Hit(Passage(a.id, a.id, 0, len(a.text)), a, 1 - n / count) for n, a in enumerate(articles)]


def test_what_answers_comes_first_and_readings_follow_their_hits() -> None:
    reader = Knows()
    found, readings = rerank("Report 2", hits(5), reader)
    assert found[0].article.id == "a2" and readings[0].relevance > 0
    assert [hit.article.id for hit in found[1:]] == ["a0", "a1", "a3", "a4"]
    assert reader.given[2] == ("Title 2", "Report 2 came in.")


def test_only_the_first_are_read_and_the_others_follow() -> None:
    reader = Knows()
    found, readings = rerank("Report 99", hits(READ + 3), reader)
    assert len(reader.given) == len(readings) == READ
    assert [hit.article.id for hit in found[READ:]] == [f"a{n}" for n in range(READ, READ + 3)]
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_each_passage_is_read_with_the_question_in_its_own_words() -> None:
    reader = Knows()
    rerank("Dossier 2", hits(3), reader, [Name(0, 7, ("Paper", "Report"))])
    assert reader.asked == ["Report 2", "Report 2", "Report 2"]


def test_nothing_found_is_nothing_read() -> None:
    assert rerank("Report", [], Reader()) == ([], [])
