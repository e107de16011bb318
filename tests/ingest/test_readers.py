"""Every format to articles, and every fault to a reason, while the others are read."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from qa.ingest.files import sources
from qa.ingest.metadata import read_metadata
from qa.ingest.passages import cut
from qa.ingest.readers import read
from qa.types import Article, Refused
from tests.conftest import Corpus

BODY = "The bridge was closed on Sunday. Lorries have to go round by the north.\n\nNobody was hurt, the mayor said."
PAGE = f"""<html><head><title>Bridge closed</title><meta property="og:site_name" content="Harbour Wire">
<meta property="article:published_time" content="2015-05-18T08:00:00Z"></head><body><nav>Home</nav><article>
<h1>Bridge closed</h1>
{"".join(f"<p>{p} It was said again and again in the town that day.</p>" for p in BODY.split(chr(10) * 2))}
</article></body></html>"""


def everything(root: Path) -> list[Article | Refused]:
    metadata, refused = read_metadata(root)
    return [item for source in sources(root) for item in read(source, metadata)] + list(refused)


def articles(root: Path) -> list[Article]:
    return [item for item in everything(root) if isinstance(item, Article)]


def reasons(root: Path) -> list[str]:
    return [str(item) for item in everything(root) if isinstance(item, Refused)]


def pdf(text: str, made: str = "D:20150518080000Z") -> bytes:
    """A one-page PDF made by hand."""
    stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(Bridge closed)/CreationDate(%s)>>" % made.encode(),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + tail


def docx(paragraphs: list[str], made: datetime | None = None) -> bytes:
    from docx import Document

    document = Document()
    document.core_properties.title = "Bridge closed"
    if made:
        document.core_properties.created = made
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_plain_text_is_taken_as_it_is(tmp_path: Path) -> None:
    text = "Bridge closed\r\n\r\n\u201cClosed\u201d, said the mayor\u2019s\u00a0man.  \r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (found,) = articles(tmp_path)
    assert (found.id, found.text, found.title, found.published, found.basis) == (
        "a.txt",
        text,
        "Bridge closed",
        None,
        "unknown",
    )


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    front = (
        "---\ntitle: Bridge closed\npublished: 2015-05-18\npublisher: Harbour Wire\nauthor: [A, B]\nmood: grey\n---\n"
    )
    (tmp_path / "a.md").write_text(front + BODY, encoding="utf-8")
    (found,) = articles(tmp_path)
    assert found.text == BODY
    assert (found.title, found.published, found.basis) == ("Bridge closed", date(2015, 5, 18), "given")
    assert (found.publisher, found.author) == ("Harbour Wire", "A, B")


def test_html(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (found,) = articles(tmp_path)
    assert "closed on Sunday" in found.text and "Home" not in found.text
    assert (found.title, found.publisher) == ("Bridge closed", "Harbour Wire")
    assert (found.published, found.basis) == (date(2015, 5, 18), "given")


def test_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("The bridge was closed on Sunday."))
    (found,) = articles(tmp_path)
    assert found.text == "The bridge was closed on Sunday."
    assert (found.title, found.published, found.basis) == ("Bridge closed", date(2015, 5, 18), "inferred")


@pytest.mark.parametrize("made", ["Mon May 18 12:00:00 2015", "2015-05-18"])
def test_of_a_pdf_whose_date_is_none_only_the_date_is_lost(tmp_path: Path, made: str) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("The bridge was closed on Sunday.", made))
    (found,) = articles(tmp_path)
    assert (found.title, found.published, found.basis) == ("Bridge closed", None, "unknown")


def test_docx(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx(BODY.split("\n\n"), datetime(2015, 5, 18, 8)))
    (found,) = articles(tmp_path)
    assert (found.text, found.title) == (BODY, "Bridge closed")
    assert (found.published, found.basis) == (date(2015, 5, 18), "inferred")


def test_the_tables_of_a_docx_stand_where_they_stood(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("The toll was counted.")
    table = document.add_table(rows=4, cols=3)
    for row, cells in zip(table.rows, (("Town", "Dead"), ("Hit", "45"), ("", ""), ("All towns", "")), strict=True):
        for cell, text in zip(row.cells, cells, strict=False):
            cell.text = text
    table.cell(3, 0).merge(table.cell(3, 2))
    table.cell(1, 2).merge(table.cell(2, 2)).add_table(rows=1, cols=1).cell(0, 0).text = "Some were moved."
    document.add_paragraph("It may rise.")
    document.save(str(tmp_path / "a.docx"))
    (found,) = articles(tmp_path)
    rows = "Town | Dead\nHit | 45 | Some were moved.\nAll towns"
    assert found.text == f"The toll was counted.\n\n{rows}\n\nIt may rise."


def test_what_the_library_says_of_a_docx_is_not_said_of_the_article(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("The bridge was closed on Sunday.")
    document.save(str(tmp_path / "template.docx"))
    document.core_properties.title, document.core_properties.author = "Word Document", "A. Name"
    document.save(str(tmp_path / "untitled.docx"))
    template, untitled = articles(tmp_path)
    assert (template.title, template.author, template.published) == ("template", "", None)
    assert (untitled.title, untitled.author) == ("untitled", "A. Name")


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_day_that_the_text_states_stands_over_the_one_its_file_was_made(tmp_path: Path, name: str) -> None:
    stated = "Published: 18 May 2015"
    made = pdf(f"{stated} {BODY[:32]}", "D:20240110120000Z"), docx([stated, BODY], datetime(2024, 1, 10))
    (tmp_path / name).write_bytes(made[name == "a.docx"])
    (found,) = articles(tmp_path)
    assert (found.published, found.basis) == (date(2015, 5, 18), "stated")


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    rows = [
        {"id": "x", "text": BODY, "title": "Bridge closed", "published": "2015-05-18T08:00:00", "publisher": "W"},
        {"text": "The ferry runs again."},
    ]
    data = "\n".join(json.dumps(row) for row in rows).encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    first, second = articles(tmp_path)
    assert (first.id, first.text, first.published) == (f"{name}#x", BODY, date(2015, 5, 18))
    assert (second.id, second.text) == (f"{name}#2", "The ferry runs again.")


def test_metadata_stands_over_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: Old\npublisher: Kept\n---\n{BODY}", encoding="utf-8")
    (tmp_path / "metadata.csv").write_text(
        "file,title,published,published_basis\na.md,New,2015-05-18,inferred: a Monday\n", encoding="utf-8"
    )
    (found,) = articles(tmp_path)
    assert (found.title, found.publisher) == ("New", "Kept")
    assert (found.published, found.basis, found.basis_note) == (date(2015, 5, 18), "inferred", "a Monday")


@pytest.mark.parametrize("file", ["./a.txt", "sub//b.txt", "sub/../a.txt", "sub/./b.txt"])
def test_a_file_is_found_however_metadata_writes_its_path(corpus: Corpus, file: str) -> None:
    folder = corpus({"a.txt": BODY, "sub/b.txt": BODY, "metadata.csv": f"file,title\n{file},New\n"})
    assert [one.id for one in articles(folder) if one.title == "New"] == ["a.txt" if "a.txt" in file else "sub/b.txt"]


def test_every_fault_is_listed_with_its_place_and_the_others_are_read(tmp_path: Path) -> None:
    files: dict[str, bytes] = {
        "good.txt": BODY.encode(),
        "empty.txt": b" \n",
        "nul.txt": b"a\0b",
        "front.md": b"---\ntitle: a: b\n---\nText.",
        "day.md": b"---\npublished: yesterday\n---\nText.",
        "no.pdf": b"%PDF-1.4 broken",
        "no.docx": b"PK broken",
        "photo.jpg": b"\xff\xd8",
        "blank.html": b"<html><body></body></html>",
        "rows.jsonl": b'{"text": "One."}\nnot json\n{"id": "k", "text": "Two."}\n{"id": "k", "text": "Three."}\n[]\n',
        "cut.jsonl.gz": gzip.compress(b'{"text": "One."}\n' * 2000)[:60],
        "metadata.csv": b"file,published\nmissing.txt,2015-05-18\ngood.txt,18 May\n",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = reasons(tmp_path)
    for part in (
        "empty.txt: It has no text",
        "nul.txt: It holds NUL bytes",
        "front.md: The front matter cannot be read in line 2",
        "day.md: The front matter cannot be read: The date 'yesterday'",
        "no.pdf: ",
        "no.docx: ",
        "photo.jpg: Files of this kind are not read",
        "blank.html: No article text",
        "rows.jsonl, line 2: It is no JSON",
        "rows.jsonl, line 4: The id 'k' stands in an earlier row",
        "rows.jsonl, line 5: It is no JSON object",
        "cut.jsonl.gz: The file breaks off",
        "metadata.csv, line 2: There is no file 'missing.txt'",
        "metadata.csv, line 3: The date '18 May'",
    ):
        assert any(reason.startswith(part) for reason in found), (part, found)
    assert {"good.txt", "rows.jsonl#1", "rows.jsonl#k"} <= {a.id for a in articles(tmp_path)}


def test_what_is_no_article_is_left_alone(tmp_path: Path) -> None:
    for name in ("README.md", ".examples", ".hidden/a.txt", "metadata.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("file\n", encoding="utf-8")
    assert sources(tmp_path) == []


def test_the_folder_of_the_index_holds_no_articles(corpus: Corpus) -> None:
    folder = corpus({"a.txt": BODY, "idx/writer.txt": "Process 1", "idx/lexical/meta.json": "{}", "b/idx/c.txt": BODY})
    assert [source.id for source in sources(folder, folder / "b" / ".." / "idx")] == ["a.txt", "b/idx/c.txt"]


def test_a_link_out_of_the_corpus_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "corpus"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("Secret.", encoding="utf-8")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (found,) = sources(inside)
    assert reasons(inside) == ["link.txt: It is a link to a place outside the folder of articles, which is not read."]
    with pytest.raises(ValueError, match="outside the folder"):
        found.open()


def test_a_document_that_expands_beyond_bounds_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 101_000_000)
    (tmp_path / "bomb.docx").write_bytes(file.getvalue())
    assert reasons(tmp_path) == ["bomb.docx: It expands to 101,000,000 bytes; at most 100,000,000 are read."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("Caf\u00e9 \u201copen\u201d.".encode(encoding))
    assert articles(tmp_path)[0].text == "Caf\u00e9 \u201copen\u201d."


def test_all_formats_give_passages_at_exact_offsets(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "a.docx").write_bytes(docx(BODY.split("\n\n")))
    found = articles(tmp_path)
    assert len(found) == 3
    for one in found:
        passages = cut(one)
        assert passages
        assert "closed on Sunday" in one.text[passages[0].start : passages[-1].end]


@pytest.mark.parametrize("field", ["title", "published", "author", "other"])
def test_front_matter_that_repeats_itself_is_refused_before_it_grows(corpus: Corpus, field: str) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{b}, *{b}]\n" for b, c in zip("abcdefghijklm", "bcdefghijklmn", strict=True)
    )
    folder = corpus({"bomb.md": f"---\n{bomb}{field}: *n\n---\nText.", "good.txt": "The bridge is open."})
    found = [item for source in sources(folder) for item in read(source, {})]
    assert [type(item).__name__ for item in found] == ["Refused", "Article"]
    assert str(found[0]).endswith(
        "cannot be read in line 3: it takes a value from elsewhere in it: write the value out."
    )


def test_a_parser_that_breaks_stops_no_other_file(corpus: Corpus) -> None:
    deep = "---\ntitle: " + "[" * 3000 + "]" * 3000 + "\n---\nText."
    folder = corpus({"deep.md": deep, "good.txt": "The bridge is open."})
    found = [item for source in sources(folder) for item in read(source, {})]
    assert [type(item).__name__ for item in found] == ["Refused", "Article"]
