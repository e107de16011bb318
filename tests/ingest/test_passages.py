from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from qa.ingest.boilerplate import mark
from qa.ingest.passages import LONGEST_WORDS, SENTENCE_WORDS, cut, encoded_text, lexical_text, prose
from qa.types import Article

SENTENCE = "The troops moved along the river for {n} days and nobody knew where they would stop."


def sized(words: str) -> int:
    return len(words.split())


def test_passages_are_whole_sentences_that_overlap_by_one() -> None:
    text = " ".join(SENTENCE.format(n=n) for n in range(60))
    article = Article("a", text)
    passages, sentences = cut(article), prose(article)
    assert len(sentences) == 60 and len(passages) > 4
    starts, ends = {s.start for s in sentences}, {s.end for s in sentences}
    assert all(p.start in starts and p.end in ends for p in passages)
    assert all(120 <= sized(text[p.start : p.end]) <= LONGEST_WORDS for p in passages[:-1])
    for one, following in zip(passages, passages[1:], strict=False):
        shared = [s for s in sentences if following.start <= s.start and s.end <= one.end]
        assert len(shared) == 1


def test_a_sentence_without_end_is_cut_between_words() -> None:
    text = "word " * (SENTENCE_WORDS + 50)
    assert [sized(text[s.start : s.end]) for s in prose(Article("a", text))] == [150, 150, 150]


def test_boilerplate_is_in_no_searched_text() -> None:
    text = "Bridge closed\n\nIt was closed.\n\nShare this article\n\nIt will open again."
    article = Article(
        "a", text, "Bridge closed", date(2015, 5, 18), "given", "", "Wire", boilerplate=mark(text, "Bridge closed")
    )
    (passage,) = cut(article)
    assert encoded_text(article, passage) == "It was closed. It will open again."
    assert lexical_text(article, passage) == "Bridge closed Wire 18 May 2015 It was closed. It will open again."


def test_ids_are_the_same_every_time_and_change_with_the_content() -> None:
    one, same, other = (cut(Article(*what))[0].id for what in (("a", "Text."), ("a", "Text."), ("a", "Tent.")))
    assert one == same
    assert one != other
    assert cut(Article("b", "Text."))[0].id != one


def test_a_paragraph_wrapped_to_a_width_is_read_across_its_lines() -> None:
    text = (
        "The bridge over the river was closed on Sunday because of the\n"
        "flood, the mayor of the town said to reporters late in the day,\n"
        "and it will stay so."
    )
    assert [text[s.start : s.end] for s in prose(Article("a", text))] == [text]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab .!?\n\r\t\u201c\u201d\u00a0\u2028Mr'S,0-\U0001f600"), max_size=400))
def test_whatever_the_text_offsets_hold_and_nothing_of_the_prose_is_lost(text: str) -> None:
    article = Article("a", text, "Title", boilerplate=mark(text, "Title"))
    sentences, passages = prose(article), cut(article)
    for span in sentences:
        words = text[span.start : span.end]
        assert words and words == words.strip()
        assert not any(b.start < span.end and span.start < b.end for b in article.boilerplate)
    covered = {place for p in passages for place in range(p.start, p.end)}
    assert all(set(range(s.start, s.end)) <= covered for s in sentences)
    assert all(0 <= p.start < p.end <= len(text) for p in passages)
    outside = [
        c for i, c in enumerate(text) if not any(s.start <= i < s.end for s in (*sentences, *article.boilerplate))
    ]
    assert not "".join(outside).strip()
