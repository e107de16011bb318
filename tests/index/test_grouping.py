"""Articles that print the same copy are grouped; distinct reports are not."""

import random
from datetime import date
from pathlib import Path

import pytest

from qa.index.index import Index
from qa.ingest.copies import BANDS, bands, same_copy, shingles, sources
from qa.types import Article
from tests.conftest import Corpus, WordCounts, article

WORDS = [f"{a}{b}" for a in "river bridge flood mill town army mayor road".split() for b in "ing ed er s".split()]


def report(seed: int, count: int = 120) -> str:
    """A report of random words, in sentences."""
    drawn = random.Random(seed).choices(WORDS, k=count)  # noqa: S311 - the same every time
    return " ".join(" ".join(drawn[place : place + 12]).capitalize() + "." for place in range(0, count, 12))


def stories(index: Index) -> dict[str, str]:
    return {found.id: found.story for found in index.articles()}


def test_prints_of_one_copy_are_one_story_and_removal_ends_it(
    tmp_path: Path, corpus: Corpus, encoder: WordCounts
) -> None:
    files = {
        "a.md": article("Flood", report(1)),
        "b.md": article(
            "Flood hits town", report(1)[:-200] + "Editing by a hand of ours, and more to come.", publisher="Post"
        ),
        "c.md": article("Fire", report(2)),
    }
    root = corpus(files)
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "a.md", "c.md": ""}
    assert [other.id for other in index.copies(next(index.articles()))] == ["b.md"]
    (root / "b.md").write_text(article("Quake", report(3)), encoding="utf-8")
    index.sync(root)
    assert set(stories(index).values()) == {""}
    (root / "d.md").write_text(article("Flood again", report(1)), encoding="utf-8")
    index.sync(root)
    assert stories(index)["d.md"] == stories(index)["a.md"] == "a.md"
    (root / "d.md").unlink()
    index.sync(root)
    assert set(stories(index).values()) == {""}
    index.close()


def test_stories_that_meet_become_one(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> None:
    one, two = report(1, 96), report(2, 96)
    root = corpus(
        {"a.md": article("A", one), "b.md": article("B", one), "c.md": article("C", two), "d.md": article("D", two)}
    )
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "a.md", "c.md": "c.md", "d.md": "c.md"}
    (root / "e.md").write_text(article("E", f"{one} {two}"), encoding="utf-8")
    index.sync(root)
    assert set(stories(index).values()) == {"a.md"}
    index.close()


def test_a_story_takes_in_what_meets_one_of_its_articles(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> None:
    one, two = report(1, 96), report(2, 96)
    root = corpus({"b.md": article("B", one), "c.md": article("C", f"{one} {two}")})
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    (root / "a.md").write_text(article("A", two), encoding="utf-8")
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "a.md", "c.md": "a.md"}
    index.close()


def test_an_edited_article_takes_no_story_with_it(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> None:
    """A story is named after its first article, which may become part of another."""
    one, two = report(1), report(2)
    texts = {"a.md": one, "b.md": one, "c.md": one, "d.md": two}
    root = corpus({name: article(name, text) for name, text in texts.items()})
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "a.md", "c.md": "a.md", "d.md": ""}
    (root / "a.md").write_text(article("a.md", two), encoding="utf-8")
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "b.md", "c.md": "b.md", "d.md": "a.md"}
    index.close()


def test_stories_part_where_what_joined_them_is_gone(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> None:
    one, two = report(1, 96), report(2, 96)
    texts = {"a.md": one, "b.md": one, "c.md": two, "d.md": two, "e.md": f"{one} {two}"}
    root = corpus({name: article(name, text) for name, text in texts.items()})
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    assert set(stories(index).values()) == {"a.md"}
    (root / "e.md").unlink()
    index.sync(root)
    assert stories(index) == {"a.md": "a.md", "b.md": "a.md", "c.md": "c.md", "d.md": "c.md"}
    index.close()


def test_prints_are_met_whichever_of_them_go(tmp_path: Path, corpus: Corpus, encoder: WordCounts) -> None:
    root = corpus({f"{name}.md": article(name, report(1)) for name in "bcd"})
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    (root / "b.md").unlink()
    (root / "a.md").write_text(article("a", report(1)), encoding="utf-8")
    index.sync(root)
    assert stories(index) == dict.fromkeys(("a.md", "c.md", "d.md"), "a.md")
    index.close()


def test_a_page_printed_many_times_over_is_compared_once_a_time(
    tmp_path: Path, corpus: Corpus, encoder: WordCounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a crawl saves where a page could not be read; 200 took 9 s."""
    compared = []
    monkeypatch.setattr("qa.index.copies.same_copy", lambda *two: compared.append(two) or same_copy(*two))
    root = corpus({f"{number:02}.md": article(f"Page {number}", report(1)) for number in range(40)})
    index = Index(tmp_path / "index", encoder)
    index.sync(root)
    assert set(stories(index).values()) == {"00.md"} and len(compared) == 39
    rows = list(index._store._rows("SELECT article FROM bands WHERE band >= 0"))
    assert rows == [("00.md",)] * BANDS
    index.close()


def test_a_short_text_in_a_long_one_is_the_same_copy_and_a_shared_sentence_is_not() -> None:
    day = date(2015, 5, 18)
    long, short, other, shared = (
        Article(name, text, published=day)
        for name, text in zip(
            "abcd", (report(1), report(1)[:500], report(2), f"{report(1)[:200]} {report(3)}"), strict=True
        )
    )
    assert same_copy(long, short) and not same_copy(long, other)
    assert shingles(shared) & shingles(long) and not same_copy(shared, long)
    assert bands(shingles(Article("a", "Too short to tell."))) == []
    assert not same_copy(Article("a", "Too short to tell."), Article("b", "Too short to tell."))


def test_what_comes_every_week_in_much_the_same_words_is_no_copy() -> None:
    one = Article("a", report(1), published=date(2015, 5, 18))
    changed = f"{report(1)[:640]} {report(2)[:120]}"
    assert same_copy(one, Article("b", changed, published=date(2015, 5, 19)))
    assert not same_copy(one, Article("b", changed, published=date(2015, 6, 18)))
    assert not same_copy(one, Article("b", changed))
    assert same_copy(one, Article("b", report(1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell.\n\nAFP contributed to this report.", {"ledger", "agence france-presse"}),
        ("BAGHDAD (Reuters) — It fell.", {"ledger", "reuters"}),
        ("It fell.\n\n* Agence France-Presse", {"ledger", "agence france-presse"}),
        ("It fell, a soldier (left) said.", {"ledger"}),
    ],
)
def test_whom_a_report_comes_from(text: str, expected: set[str]) -> None:
    assert sources(Article("a", text, publisher="Ledger")) == expected
