"""The public API, on a corpus of its own and on the sample archive."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import qa
from qa.errors import ArchiveIndexError, CorpusError, QuestionError
from qa.settings import Settings
from qa.types import ABSTENTION, Delta, Finished, Found, Seconds
from qa.web.examples import examples
from tests.conftest import ROOT, Corpus, article


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Archive]:
    with qa.open(ROOT / "corpus", index=tmp_path_factory.mktemp("index")) as archive:
        yield archive


@contextmanager
def answering_from(archive: qa.Archive, confidence: float) -> Iterator[None]:
    """For the block, what is less sure than that is not said."""
    before = archive.settings
    archive.configure(Settings(answer_from=confidence))
    try:
        yield
    finally:
        archive.configure(before)


def test_the_sample_archive_is_read_whole(sample: qa.Archive) -> None:
    assert sample.refused() == ()
    assert sample.statistics().articles >= 12


def test_when_did_ramadi_fall(sample: qa.Archive) -> None:
    answer = sample.ask("When did Ramadi fall?")
    assert not answer.abstained and answer.short == "Sunday 17 May 2015"
    first = answer.citations[0]
    assert first.number == 1 and "on Sunday" in first.quote
    assert first.article.published == date(2015, 5, 18)
    assert answer.text.startswith("**Sunday 17 May 2015**") and "[1]" in answer.text
    assert answer.hits and answer.seconds.total > 0


def test_a_sentence_that_lacks_the_name_answers_too(tmp_path: Path) -> None:
    """In the real article the city's name has been lost from the sentence; the headline has it."""
    real = ROOT.parent / "shared" / "articles"
    if not real.is_dir():
        pytest.skip("the real articles are not here")
    with qa.open(real, index=tmp_path) as archive:
        answer = archive.ask("When did Ramadi fall?")
    assert answer.short == "Sunday 17 May 2015"
    assert "Ramadi" not in answer.citations[0].quote and "on Sunday" in answer.citations[0].quote


def test_every_citation_is_verbatim(sample: qa.Archive) -> None:
    questions = [
        "When did Ramadi fall?",
        "How many people fled Hit?",
        "What does Labayk ya Hussein mean?",
        "Who is Allen?",
    ]
    cited = [c for question in questions for c in sample.ask(question).citations]
    assert len(cited) >= 4
    for citation in cited:
        assert citation.article.text[citation.start : citation.end] == citation.quote


def test_what_the_archive_does_not_say(sample: qa.Archive) -> None:
    answer = sample.ask("Who won the football World Cup in 2014?")
    assert (answer.abstained, answer.text, answer.short, answer.citations) == (True, ABSTENTION, None, ())
    assert answer.hits


def test_a_follow_up(sample: qa.Archive) -> None:
    first = sample.ask("When did Ramadi fall?")
    answer = sample.ask("How far is it from Baghdad?", history=[qa.Turn(first.question, first.text)])
    assert answer.question == "How far is Ramadi from Baghdad?"
    assert "kilometres" in (answer.short or "")


def test_a_stream_tells_the_same_as_ask(sample: qa.Archive) -> None:
    events = list(sample.stream("When did Ramadi fall?"))
    assert isinstance(events[0], Found) and isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert "".join(e.text for e in events if isinstance(e, Delta)) == answer.text
    again = sample.ask("When did Ramadi fall?")
    assert (again.text, again.citations, again.hits) == (answer.text, answer.citations, answer.hits)
    assert answer.seconds != Seconds()


def test_many_threads_get_the_answers_of_one(sample: qa.Archive) -> None:
    questions = [
        "When did Ramadi fall?",
        "How many people fled Hit?",
        "Who won the cup?",
        "How far is Anah from Syria?",
    ]
    alone = {question: sample.ask(question).text for question in questions}
    with ThreadPoolExecutor(16) as pool:
        asked = questions * 16
        together = list(pool.map(lambda question: sample.ask(question).text, asked))
    assert together == [alone[question] for question in asked]


def test_filters_narrow_search_and_answers(sample: qa.Archive) -> None:
    filters = qa.Filters(after=date(2017, 1, 1), publishers=["Northern Ledger"])
    hits = sample.search("advisers in Mosul", limit=5, filters=filters)
    assert hits and all(filters.admits(hit.article) for hit in hits)
    assert all(hit.text in hit.article.text for hit in hits)
    answer = sample.ask("When did Ramadi fall?", filters=qa.Filters(before=date(2014, 12, 31)))
    assert all(c.article.published <= date(2014, 12, 31) for c in answer.citations if c.article.published)


@pytest.mark.parametrize("question", ["", "  \n", "a" * 4001])
def test_no_question_and_too_long_a_question(sample: qa.Archive, question: str) -> None:
    with pytest.raises(QuestionError):
        sample.ask(question)


@pytest.mark.parametrize(
    "question", ["?", "the", "\u202e\u0000 \ufffd", "\U0001f600", "a\ud800", "' OR 1=1; --", "**[1](x)**"]
)
def test_odd_questions_get_an_answer(sample: qa.Archive, question: str) -> None:
    assert sample.ask(question).text


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="There is no folder"):
        qa.open(tmp_path / "nothing")


def test_an_empty_folder_abstains(corpus: Corpus, tmp_path: Path) -> None:
    with qa.open(corpus(), index=tmp_path / "index") as archive:
        assert archive.ask("When did Ramadi fall?").abstained
        assert archive.search("Ramadi") == []


def test_who_holds_a_town_depends_on_the_day_of_asking(corpus: Corpus, tmp_path: Path) -> None:
    folder = corpus(
        {
            "a.md": "---\npublished: 2015-05-18\n---\nIslamic State fighters seized Ramadi on Sunday, officials said.",
            "b.md": "---\npublished: 2017-01-05\n---\nIraqi forces retook Ramadi last year.",
        }
    )
    with qa.open(folder, index=tmp_path / "index") as archive:
        june, today = archive.ask("Who controls Ramadi?", asked=date(2015, 6, 1)), archive.ask("Who controls Ramadi?")
    assert (june.short, june.citations[0].article.id) == ("Islamic State fighters", "a.md")
    assert (today.short, today.citations[0].article.id) == ("Iraqi forces", "b.md")
    assert today.text.startswith("**Iraqi forces** as of 5 January 2017")


def test_what_only_a_form_makes_sure_enough_is_not_said_where_more_is_asked_for(corpus: Corpus, tmp_path: Path) -> None:
    told = "Iraqi forces retook Velm last year. Ada Brack, the mayor of Velm, said more."
    folder = corpus({"a.md": f"---\npublished: 2017-01-05\n---\n{told}"})
    with qa.open(folder, index=tmp_path / "index") as archive:
        asked = "Who controls Velm?", "Who is Ada Brack?"
        assert [archive.ask(question).short for question in asked] == ["Iraqi forces", "the mayor of Velm"]
        with answering_from(archive, 0.99):
            assert all(archive.ask(question).abstained for question in asked)


def test_a_relative_day_in_an_article_of_unknown_date_stays_relative(corpus: Corpus, tmp_path: Path) -> None:
    root = corpus({"a.txt": "The old bridge at Basra collapsed on Sunday after the flood."})
    with qa.open(root, index=tmp_path / "index") as archive:
        answer = archive.ask("When did the old bridge at Basra collapse?")
    assert answer.short == "Sunday" and "day unknown" in answer.text


def test_markdown_in_an_article_is_shown_not_obeyed(corpus: Corpus, tmp_path: Path) -> None:
    hostile = "The bridge at Basra collapsed [2](http://evil.example) <img src=x> *now* on Sunday."
    with qa.open(corpus({"a.md": article("Bridge", hostile)}), index=tmp_path / "index") as archive:
        answer = archive.ask("When did the bridge at Basra collapse?")
    assert "\\[2\\](http\\://evil.example) \\<img src=x\\> \\*now\\*" in answer.text
    assert answer.citations[0].quote == hostile


def test_the_default_index_is_outside_the_corpus_and_named_after_it(corpus: Corpus) -> None:
    from qa.archive import index_folder

    folder = index_folder(corpus())
    assert folder.name.startswith("articles-") and not folder.is_relative_to(corpus())


@pytest.mark.parametrize("name", ["idx", ".index"])
def test_an_index_may_lie_in_a_folder_of_the_corpus(corpus: Corpus, name: str) -> None:
    folder = corpus({"a.md": article("Bridge", "The bridge was closed on Sunday.")})
    with qa.open(folder, index=folder / name) as archive:
        archive.sync()
        assert archive.statistics().articles == 1 and archive.refused() == ()


def test_an_index_may_not_lie_among_the_articles(corpus: Corpus) -> None:
    folder = corpus({"sub/a.md": article("Bridge", "The bridge was closed on Sunday.")})
    with pytest.raises(ArchiveIndexError, match="give it a folder of its own"):
        qa.open(folder, index=folder / "sub" / "..")
    assert [path.name for path in folder.iterdir()] == ["sub"]


def test_the_days_a_question_names_narrow_the_search_and_are_told(sample: qa.Archive) -> None:
    answer = sample.ask("Which town did the army take in 2017?")
    assert answer.narrowed.after == date(2017, 1, 1)
    assert all(hit.article.published and hit.article.published.year == 2017 for hit in answer.hits)
    wide = sample.ask("Which town did the army take in 2017?", narrow=False)
    assert not wide.narrowed and min(h.article.published for h in wide.hits if h.article.published).year < 2017


def test_an_event_of_the_archive_is_a_day_too(sample: qa.Archive) -> None:
    answer = sample.ask("Who defended Haditha after Ramadi fell?")
    assert answer.narrowed.after == date(2015, 5, 17)
    with answering_from(sample, 1):
        assert not sample.ask("Who defended Haditha after Ramadi fell?").narrowed  # no day is sure enough


def test_where_this_week_s_articles_do_not_answer_all_are_searched(sample: qa.Archive) -> None:
    answer = sample.ask("How far is Anah from Syria this week?", asked=date(2017, 12, 12))
    assert not answer.abstained and not answer.narrowed
    unlike = "Who won the World Cup last year?"
    assert not sample.ask(unlike, asked=date(2018, 1, 5)).narrowed
    with answering_from(sample, 0):  # whatever that year's say is sure enough
        assert sample.ask(unlike, asked=date(2018, 1, 5)).narrowed
    assert sample.ask("How many people died in Ramadi in 2017?").narrowed


def test_copies_are_one_source_with_both_outlets(sample: qa.Archive) -> None:
    answer = sample.ask("How far is Ramadi from Baghdad?")
    (citation,) = answer.citations
    outlets = {citation.article.publisher, *(other.publisher for other in citation.copies)}
    assert outlets == {"Harbour Wire", "Northern Ledger"}


def test_a_name_spelled_otherwise_is_found(sample: qa.Archive) -> None:
    answer = sample.ask("From which town did the troops set out for Aanah in January 2017?")
    assert any("aanah" in hit.text.lower() for hit in answer.hits)
    assert {"Anah", "Aanah"} & {w for hit in sample.search("Annah retaken") for w in hit.text.replace(",", "").split()}


def test_a_timeline_is_in_order_and_answers_what_happened(sample: qa.Archive) -> None:
    moments = sample.timeline("battle for Ramadi", limit=8)
    assert 3 < len(moments) <= 8
    assert [m.first for m in moments] == sorted(m.first for m in moments)
    assert date(2015, 5, 17) in {m.first for m in moments}
    answer = sample.ask("Timeline of the battle for Ramadi")
    assert answer.timeline and not answer.abstained and "[1]" in answer.text
    happened = sample.ask("What happened in Fallujah in 2016?")
    assert happened.timeline and all(m.last >= date(2016, 1, 1) for m in happened.timeline)
    assert sample.ask("Timeline of Atlantis").abstained


def test_what_was_before_an_event_may_be_told_only_after_it(sample: qa.Archive) -> None:
    answer = sample.ask("How many people died in the three days before Ramadi fell?")
    assert answer.short == "At least 500" and answer.narrowed.before is None


def test_a_name_spelled_wrongly_is_understood_and_told(sample: qa.Archive) -> None:
    answer = sample.ask("When did Ramdi fall?")
    assert (answer.short, answer.question) == ("Sunday 17 May 2015", "When did Ramadi fall?")
    assert answer.warnings == ("The archive has no “Ramdi”: the nearest name it has is “Ramadi”.",)
    assert sample.ask("When did Ramadi fall?").warnings == ()


def test_who_somebody_is_and_who_has_no_such_role(sample: qa.Archive) -> None:
    assert sample.ask("Who is Ahmed al-Assadi?").short == "the spokesman of the militias"
    assert sample.ask("Who is the governor of Anbar?").abstained  # only somebody who speaks for him is named


def test_of_a_figure_and_its_correction_the_corrected_one_is_told(sample: qa.Archive) -> None:
    answer = sample.ask("How many advisers are in Mosul?")
    assert answer.short == "about 450" and "since corrected, had **490**" in answer.text


def test_what_was_spoken_of_before_does_not_hide_an_answer(sample: qa.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []
    quoted = sample._quoted

    def only_alone(question: str, *rest: object) -> qa.Answer:
        put.append(question)
        answer = quoted("When did Ramadi fall?", None, qa.Filters(), True)
        return replace(answer, abstained="(" in question, question=question)

    monkeypatch.setattr(sample, "_quoted", only_alone)
    history = [qa.Turn("What happened in Fallujah?", "…")]
    assert sample.ask("Which towns were retaken?", history).question == "Which towns were retaken?"
    assert put == ["Which towns were retaken? (Fallujah)", "Which towns were retaken?"]


def test_what_the_page_of_the_sample_offers_is_answered(sample: qa.Archive) -> None:
    offered = examples(sample)
    assert len(offered) == 5 and not [question for question in offered if sample.ask(question).abstained]
