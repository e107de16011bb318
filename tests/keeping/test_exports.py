"""Exports: each is read back by a program of its kind, whatever stands in the articles."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pybtex.database import Entry, parse_string

from evals.questions import Evidence, Question, read_questions
from qa.answer.origin import origin
from qa.keeping.conversations import Kept
from qa.keeping.exports import as_json, bibtex, csl_json, evaluation_rows, markdown, plain_text
from qa.rows import answer_row
from qa.types import ABSTENTION, Answer, Article, Citation, Filters, Moment, Usage

FALL = Article(
    "fall.md", "", "City falls", date(2015, 5, 18), "given", "", "Ledger", "Jo Adler", "https://ledger.example/7", "en"
)
COPY = Article("copy.md", "", "The city has fallen", date(2015, 5, 19), "stated", publisher="Post")
DOUBT = Article("a/b.md", "", " ", date(2016, 1, 2), "inferred", "by its neighbours", "", " ", "file:///b")
UNDATED = Article("c.jsonl#1", "", "Über Zürich", publisher="الخبر", author="Harbour Wire")
SAID = Citation(1, FALL, 4, 31, "It fell on\nSunday.", (COPY,), "the mayor")
ANSWER = Answer("**Sunday** [1] [2]", "Sunday", (SAID, Citation(2, DOUBT, 0, 7, "It did.")), False, 0.5, (), "When?")
WHEN = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
HOSTILE = [
    "two\n\nlines", "# heading", "1. one", "- item", "<script>alert(1)</script>", "<!-- x", "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)", "[1]: https://evil.example", "https://evil.example", "<https://evil.example>",
    "*a* _b_ **c** ~~d~~", "`code` ```", "| a | b |", "&lt;b&gt; &amp;", "back\\", "\\", "{", "}", "}{", "\\textbf{x}",
    '"a" and "b"', "100% & $5 #1 ~x ^y_z", "@article{x, title={y}}", "% x", "a\u2028b", "a\x85b", "\ud800", "\0",
    "“x” – ‘y’", "```\nx", "    code", "سقطت المدينة", "x} , title = {y",
]  # fmt: skip


def kept(answer: Answer = ANSWER, asked: str = "When?", **fields: object) -> Kept:
    known = {"id": "t1", "conversation": "c1", "place": 0, "filters": Filters(), "revision": "12", "when": WHEN}
    return Kept(asked=asked, answer=answer, **known | fields)  # type: ignore[arg-type]


def citing(*articles: Article) -> Kept:
    cited = tuple(Citation(n, article, 0, 1, f"Quote {n}.") for n, article in enumerate(articles, start=1))
    return kept(replace(ANSWER, citations=cited))


def named(words: str) -> Kept:
    """A turn with `words` in every place that an article, a reader or a model fills."""
    article = Article(words, "", words, date(2015, 5, 18), "inferred", words, words, words, words)
    cited = Citation(1, article, 0, 9, words, (article,), words)
    answer = replace(ANSWER, citations=(cited,), question=f"{words}?", warnings=(words,), written_by=words)
    return kept(
        answer, words, id="t2", filters=Filters(publishers=(words,)), revision=words, vote=-1, comment=words, place=1
    )


def sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def line(text: str) -> str:
    return sound(" ".join(text.split()))


# Markdown.


def test_the_markdown_of_a_conversation() -> None:
    written = replace(ANSWER, warnings=("One file was not read.",), written_by="model-1")
    first = kept(written, "And when?", filters=Filters(date(2015, 1, 1)))
    second = kept(Answer(ABSTENTION, None, (), True, 0.0, (), "Who?"), " Who? ", revision="")
    assert markdown([first, second], "The fall") == (
        "# The fall\n\n"
        "## And when?\n\n"
        "Understood as: When?\n\n"
        "**Sunday** [1] [2]\n\n"
        "**Sources**\n\n"
        "1. “It fell on Sunday.” — Ledger, 18 May 2015, Jo Adler, *City falls*, <https://ledger.example/7>, fall.md, "
        "characters 4–31; according to the mayor; the same in Post, 19 May 2015 (stated in the text), "
        "*The city has fallen*, copy.md\n"
        "2. “It did.” — unknown outlet, 2 January 2016 (inferred: by its neighbours), file:///b, a/b.md, "
        "characters 0–7\n\n"
        "Note: One file was not read.\n\n"
        "Asked on 3 February 2020, 04:05 UTC, of revision 12 of the archive, of articles from 1 January 2015 on, "
        "written by model-1.\n\n"
        "## Who?\n\n"
        f"{ABSTENTION}\n\n"
        "Asked on 3 February 2020, 04:05 UTC.\n"
    )
    assert markdown([], "") == "\n" and markdown([], " ") == "\n"


@pytest.mark.parametrize(
    ("filters", "narrowed", "told"),
    [
        (Filters(), Filters(undated=True), ""),
        (Filters(date(2015, 1, 1), date(2015, 2, 1)), Filters(), "from 1 January 2015 on, up to 1 February 2015"),
        (Filters(publishers=("A", "B*")), Filters(), "in A or B\\*"),
        (Filters(before=date(2015, 2, 1), undated=True), Filters(), "up to 1 February 2015, those of unknown day too"),
        (Filters(), Filters(date(2015, 1, 1)), "from 1 January 2015 on"),
        (Filters(date(2015, 1, 1)), Filters(date(2015, 1, 1)), "from 1 January 2015 on"),
        (Filters(date(2014, 1, 1)), Filters(date(2015, 1, 1)),
         "from 1 January 2014 on, of articles from 1 January 2015 on"),
    ],
)  # fmt: skip
def test_what_was_looked_at_is_told(filters: Filters, narrowed: Filters, told: str) -> None:
    end = markdown([kept(replace(ANSWER, narrowed=narrowed), filters=filters, revision="")], "").splitlines()[-1]
    assert end == f"Asked on 3 February 2020, 04:05 UTC{f', of articles {told}' if told else ''}."


def test_sources_stand_in_the_order_of_their_numbers() -> None:
    mixed = replace(ANSWER, citations=ANSWER.citations[::-1])
    assert markdown([kept(mixed)], "") == markdown([kept()], "")


def inner(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from inner(token.children or [])


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_in_an_article_acts_on_the_markdown(words: str) -> None:
    text = markdown([kept(), named(words)], words)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    kinds = [token.type for token in tokens if token.level == 0 and token.nesting >= 0]
    turn = ["heading_open", "inline", "paragraph_open", "inline", "paragraph_open", "inline", "ordered_list_open"]
    blocks = [kind for kind in kinds if kind != "inline"]
    first, second = (
        [k for k in turn if k != "inline"],
        ["heading_open"] + ["paragraph_open"] * 3 + ["ordered_list_open"],
    )
    assert blocks == ["heading_open", *first, "paragraph_open", *second, "paragraph_open", "paragraph_open"]
    everything = list(inner(tokens))
    links = [str(token.attrs["href"]) for token in everything if token.type == "link_open"]
    given = ["https://ledger.example/7", *(["https://evil.example"] * 2 if words.startswith("https") else [])]
    assert links == given
    assert {token.type for token in everything} & {
        "html_inline",
        "html_block",
        "image",
        "code_inline",
        "fence",
    } == set()
    shown = "".join(token.content for token in everything if token.type in ("text", "text_special"))
    least = 13 - 2 * words.startswith("https")
    assert shown.count(line(words).replace("\0", "\ufffd")) >= least
    assert text == sound(text)


def test_an_address_of_the_web_is_a_link_whatever_stands_in_it() -> None:
    address = "https://a.example/x y>z<_*[1](2)\\?q=1&r=%20é\ud800"
    text = markdown([citing(replace(FALL, url=address))], "")
    assert "<https://a.example/x%20y%3Ez%3C_*[1](2)%5C?q=1&r=%20%C3%A9?>" in text
    links = [t.attrs["href"] for t in inner(MarkdownIt("commonmark").parse(text)) if t.type == "link_open"]
    assert len(links) == 1
    assert "<javascript" not in markdown([citing(replace(FALL, url="javascript:alert(1)"))], "")


# JSON.


def test_json_has_everything() -> None:
    turn = kept(
        replace(
            ANSWER,
            narrowed=Filters(date(2015, 1, 1), None, ("Post",), True),
            timeline=(Moment(date(2015, 5, 17), date(2015, 5, 17), "on Sunday", SAID),),
            usage=Usage(1, 2, 0.5),
            written_by="model",
        ),
        "And when?",
        filters=Filters(None, date(2015, 2, 1), ("Ledger",)),
        narrow=False,
        vote=-1,
        comment="No.",
    )
    text = as_json([turn, kept()], "الخبر")
    assert '"الخبر"' in text
    document = json.loads(text)
    assert document["title"] == "الخبر" and len(document["turns"]) == 2
    row, contract = document["turns"][0], answer_row(turn.answer, "And when?")
    changed = {"id", "narrowed", "citations"}
    assert {key: row[key] for key in contract if key not in changed} == {
        key: contract[key] for key in contract if key not in changed
    }
    assert {key: row[key] for key in row.keys() - contract.keys() | changed - {"citations"}} == {
        "id": "t1",
        "conversation": "c1",
        "place": 0,
        "when": "2020-02-03T04:05:06+00:00",
        "revision": "12",
        "filters": {"after": None, "before": "2015-02-01", "publishers": ["Ledger"], "undated": False},
        "narrow": False,
        "narrowed": {"after": "2015-01-01", "before": None, "publishers": ["Post"], "undated": True},
        "timeline": [
            {
                "first": "2015-05-17",
                "last": "2015-05-17",
                "words": "on Sunday",
                "citation": {"number": 1, "article": "fall.md", "start": 4, "end": 31, "quote": "It fell on\nSunday."},
            }
        ],
        "written_by": "model",
        "vote": -1,
        "comment": "No.",
    }
    cited = row["citations"][0]
    assert contract["citations"][0].items() <= cited.items()
    assert cited["speaker"] == "the mayor"
    assert cited["source"] == {
        "article": "fall.md",
        "title": "City falls",
        "publisher": "Ledger",
        "author": "Jo Adler",
        "published": "2015-05-18",
        "basis": "given",
        "basis_note": "",
        "url": "https://ledger.example/7",
        "language": "en",
    }
    assert [copy["article"] for copy in cited["copies"]] == ["copy.md"]
    assert row["citations"][1]["source"]["basis_note"] == "by its neighbours"


@pytest.mark.parametrize("words", HOSTILE)
def test_any_text_stands_in_json(words: str) -> None:
    text = as_json([named(words)], words)
    assert text == sound(text)
    document = json.loads(text)
    assert (document["title"], document["turns"][0]["citations"][0]["source"]["title"]) == (words, words)
    item = json.loads(csl_json([named(words)]))[0]
    folded = " ".join(words.split())
    assert (item["title"], item["container-title"], item["author"]) == (folded, folded, [{"literal": folded}])
    assert (item["URL"], item["archive_location"]) == (words.strip(), words)
    assert csl_json([named(words)]) == sound(csl_json([named(words)]))


# References.


def test_csl_json_has_each_article_once() -> None:
    turns = [kept(), citing(FALL, UNDATED), kept()]
    assert json.loads(csl_json(turns)) == [
        {
            "id": "ledger-2015-city-0dea4d88",
            "type": "article-newspaper",
            "title": "City falls",
            "container-title": "Ledger",
            "author": [{"literal": "Jo Adler"}],
            "issued": {"date-parts": [[2015, 5, 18]]},
            "URL": "https://ledger.example/7",
            "language": "en",
            "archive_location": "fall.md",
            "note": "“It fell on Sunday.”\n“Quote 1.”",
        },
        {
            "id": "article-2016-dba35c5e",
            "type": "article-newspaper",
            "issued": {"date-parts": [[2016, 1, 2]]},
            "URL": "file:///b",
            "archive_location": "a/b.md",
            "note": "2 January 2016 (inferred: by its neighbours)\n“It did.”",
        },
        {
            "id": "harbourwire-undated-uber-27dd3372",
            "type": "article-newspaper",
            "title": "Über Zürich",
            "container-title": "الخبر",
            "author": [{"literal": "Harbour Wire"}],
            "archive_location": "c.jsonl#1",
            "note": "“Quote 2.”",
        },
    ]
    assert csl_json([]) == "[]\n"


def test_what_is_known_of_an_article_last_counts() -> None:
    later = replace(FALL, title="City has fallen", published=date(2015, 5, 17))
    items = json.loads(csl_json([citing(FALL), citing(later)]))
    assert [(item["title"], item["issued"]["date-parts"]) for item in items] == [("City has fallen", [[2015, 5, 17]])]


def entries(text: str) -> dict[str, Entry]:
    # The parser puts the months' names in the places of their macros.
    return dict(parse_string(text, "bibtex").entries.items())


def shown(latex: str) -> str:
    """What LaTeX prints."""
    named = {
        "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
        "textasciicircum": "^",
    }  # fmt: skip
    return re.sub(r"\{\\([a-z]+)\}|\\([$%&#_])", lambda match: named[match[1]] if match[1] else match[2], latex)


def test_bibtex_has_each_article_once() -> None:
    found = entries(bibtex([kept(), citing(FALL, UNDATED), kept()]))
    assert list(found) == ["ledger-2015-city-0dea4d88", "article-2016-dba35c5e", "harbourwire-undated-uber-27dd3372"]
    assert [dict(entry.fields) for entry in found.values()] == [
        {
            "title": "{City falls}",
            "journal": "Ledger",
            "year": "2015",
            "month": "May",
            "day": "18",
            "date": "2015-05-18",
            "url": "https://ledger.example/7",
        },
        {
            "year": "2016",
            "month": "January",
            "day": "2",
            "date": "2016-01-02",
            "url": "file:///b",
            "note": "2 January 2016 (inferred: by its neighbours)",
        },
        {"title": "{Über Zürich}", "journal": "الخبر"},
    ]
    assert {entry.type for entry in found.values()} == {"article"}
    people = [[str(person) for person in entry.persons.get("author", [])] for entry in found.values()]
    assert people == [["Adler, Jo"], [], ["{Harbour Wire}"]]
    assert bibtex([]) == ""
    assert "month = may," in bibtex([kept()])  # a macro, not text


@pytest.mark.parametrize("words", HOSTILE)
def test_any_text_stands_in_bibtex(words: str) -> None:
    text = bibtex([citing(FALL), named(words), citing(COPY)])
    assert text == sound(text)
    found = list(entries(text).values())
    assert len(found) == 3 and found[2].fields["title"] == "{The city has fallen}" and "note" not in found[2].fields
    fields, expected = found[1].fields, line(words)
    assert shown(fields["title"]) == f"{{{expected}}}"
    assert [shown(fields[name]) for name in ("journal", "url")] == [expected, expected]
    assert shown(fields["note"]) == f"18 May 2015 (inferred: {expected})"
    assert [shown(str(person)) for person in found[1].persons["author"]] == [f"{{{expected}}}"]


def test_what_latex_acts_on_is_escaped() -> None:
    (entry,) = entries(bibtex([citing(replace(FALL, title="\\ {} 100% & $5 #1 ~x ^y_z"))])).values()
    braces = r"{\textbackslash} {\textbraceleft}{\textbraceright}"
    assert entry.fields["title"] == rf"{{{braces} 100\% \& \$5 \#1 {{\textasciitilde}}x {{\textasciicircum}}y\_z}}"


texts = st.text(st.characters(), max_size=30)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.builds(Article, texts, st.just(""), texts, publisher=texts, author=texts, url=texts), max_size=4))
def test_any_articles_make_references_that_can_be_read(articles: list[Article]) -> None:
    turns = [citing(*articles)]
    names = {article.id for article in articles}
    found = entries(bibtex(turns))
    items = json.loads(csl_json(turns))
    assert list(found) == [item["id"] for item in items] and len(found) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", key) for key in found)
    latest = {article.id: article for article in articles}
    for article, entry, item in zip(latest.values(), found.values(), items, strict=True):
        assert shown(entry.fields.get("title", "{}")) == f"{{{line(article.title)}}}"
        assert item.get("title", "") == " ".join(article.title.split())
        told = ", ".join(shown(str(person)) for person in entry.persons.get("author", []))
        assert set(re.findall(r"\w+", told)) <= set(re.findall(r"\w+", line(article.author)))
    assert markdown(turns, "") == sound(markdown(turns, ""))


def test_a_key_stays_whatever_is_cited_beside_it() -> None:
    twins = [replace(FALL, id=f"{number}.md") for number in range(3)]
    alone = [next(iter(entries(bibtex([citing(twin)])))) for twin in twins]
    together = list(entries(bibtex([citing(*reversed(twins))])))
    assert len(set(alone)) == 3 and together == alone[::-1]
    long = next(iter(entries(bibtex([citing(replace(FALL, publisher="x" * 99, title="The – of " + "y" * 99))]))))
    assert long.startswith(f"{'x' * 24}-2015-{'y' * 24}-")
    by_author = next(iter(entries(bibtex([citing(replace(FALL, publisher="?", title="سقطت"))]))))
    assert by_author == "joadler-2015-0dea4d88"


@pytest.mark.parametrize(
    ("author", "persons"),
    [
        ("Jo Adler", ["Adler, Jo"]),
        ("By Jo Adler", ["Adler, Jo"]),
        ("J. R. Adler", ["Adler, J. R."]),
        ("J.R. Adler-Stone", ["Adler-Stone, J.R."]),
        ("Mary O’Neil", ["O’Neil, Mary"]),
        ("Jo Adler and Bo Cole", ["Adler, Jo", "Cole, Bo"]),
        ("JO ADLER AND BO COLE", ["ADLER, JO", "COLE, BO"]),
        ("Jo Adler, Bo Cole and Di Egan", ["Adler, Jo", "Cole, Bo", "Egan, Di"]),
        ("Jo Adler, Bo Cole, and Di Egan", ["Adler, Jo", "Cole, Bo", "Egan, Di"]),
        ("Ruby Adler", ["Adler, Ruby"]),
        ("Ada María de la Cruz", ["de la Cruz, Ada María"]),
        ("Jo Adler; Bo Cole", ["Adler, Jo", "Cole, Bo"]),
        ("Ada de la Cruz", ["de la Cruz, Ada"]),
        ("محمد علي", ["علي, محمد"]),
        ("the editors", ["{the editors}"]),
        ("Associated Press", ["{Associated Press}"]),
        ("Harbour Wire", ["{Harbour Wire}"]),
        ("Ledger House", ["{Ledger House}"]),  # the outlet itself
        ("Reuters", ["{Reuters}"]),
        ("Adler", ["{Adler}"]),
        ("Adler, Jo", ["{Adler, Jo}"]),
        ("Jo Adler, Reuters", ["{Jo Adler, Reuters}"]),
        ("Jo Adler Jr", ["{Jo Adler Jr}"]),
        ("And Jo Adler", ["{And Jo Adler}"]),
        ("Jo and Bo Adler", ["{Jo and Bo Adler}"]),
        ("Smith & Sons", [r"{Smith \& Sons}"]),
        ("Jo Adler in Paris", ["{Jo Adler in Paris}"]),
        ("Jo Adler 2", ["{Jo Adler 2}"]),
        ("Jo Adler2", ["{Jo Adler2}"]),
        ("One Two Three Four Five Six", ["{One Two Three Four Five Six}"]),
        ("Ada de", ["{Ada de}"]),
        ("a {b", [r"{a {\textbraceleft}b}"]),
    ],
)
def test_authors_are_persons_or_stay_whole(author: str, persons: list[str]) -> None:
    article = replace(FALL, author=author, publisher="LEDGER HOUSE")
    (entry,) = entries(bibtex([citing(article)])).values()
    assert [str(person) for person in entry.persons["author"]] == persons


# Questions for the evaluation.


def read_back(turns: list[Kept], folder: Path) -> list[Question]:
    rows = list(evaluation_rows(turns))
    read = []
    for plainly in (True, False):
        path = folder / f"feedback-{plainly}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=plainly) + "\n" for row in rows), encoding="utf-8")
        read.append(read_questions(path))
    assert read[0] == read[1]
    return read[0]


def test_votes_become_questions(tmp_path: Path) -> None:
    abstained = Answer(ABSTENTION, None, (), True, 0.1, (), "Who?")
    nearly = replace(ANSWER, abstained=True)
    long = replace(ANSWER, short=None, citations=(*ANSWER.citations, replace(SAID, number=3)))
    turns = [
        kept(id="right", asked="And when?", vote=1, comment="Good."),
        kept(long, id="long", vote=1),
        kept(abstained, id="nothing", vote=1),
        kept(nearly, id="nearly", vote=1),
        kept(id="wrong", vote=-1, comment=" Monday\n18 May "),
        kept(id="unknowable", vote=-1, comment="the ARCHIVE does not\nsay"),
        kept(id="unknowable2", vote=-1, comment=ABSTENTION),
        kept(abstained, id="told", vote=-1, comment="Baker"),
        kept(id="only wrong", vote=-1),
        kept(id="blank", vote=-1, comment=" \n"),
        kept(id="no vote", comment="Monday"),
        kept(replace(ANSWER, short=None, citations=()), id="tells nothing", vote=1),
    ]
    evidence = (Evidence("fall.md", "It fell on Sunday."), Evidence("a/b.md", "It did."))
    day = date(2020, 2, 3)

    def question(name: str, words: str, *answers: str, evidence: tuple[Evidence, ...] = ()) -> Question:
        return Question(name, words, answers, bool(answers), evidence, (), day, "feedback")

    assert read_back(turns, tmp_path) == [
        question("right", "When?", "Sunday", evidence=evidence),
        question("long", "When?", "It fell on Sunday.", "It did.", evidence=(*evidence, evidence[0])),
        question("nothing", "Who?"),
        question("nearly", "When?"),
        question("wrong", "When?", "Monday 18 May"),
        question("unknowable", "When?"),
        question("unknowable2", "When?"),
        question("told", "Who?", "Baker"),
    ]
    assert list(evaluation_rows([])) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_any_text_stands_in_a_question_file(words: str, tmp_path: Path) -> None:
    right = replace(named(words), vote=1, id="right")
    cited = replace(right.answer.citations[0], article=replace(FALL, id=" ".join(words.split())))
    right = replace(right, answer=replace(right.answer, short=words, citations=(cited,)))
    wrong, found = read_back([named(words), right], tmp_path)
    assert (wrong.answers, wrong.question) == ((line(words),), line(f"{words}?"))
    assert (found.answers, found.evidence) == ((line(words),), (Evidence(line(words), line(words)),))


def test_a_copy_reads_as_text_and_names_each_source_once() -> None:
    quote = Citation(1, FALL, 0, 9, "It fell on *Sunday*.")
    other = Citation(2, UNDATED, 0, 9, "It was held.")
    text = "**Sunday**\n\n> “It fell on \\*Sunday\\*.” [1]\n>\n> — Ledger\n\nAlso ~~struck~~ [2]"
    copied = plain_text([kept(replace(ANSWER, text=text, citations=(other, quote)))])
    assert copied == (
        "Sunday\n\n“It fell on *Sunday*.” [1]\n— Ledger\n\nAlso struck [2]\n\n"
        f"[1] {origin(FALL)}, “City falls”, https://ledger.example/7\n\n"
        f"[2] “It was held.” — {origin(UNDATED)}, “Über Zürich”\n"
    )
