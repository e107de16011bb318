"""Files made to do harm, each kind written on the spot, with what should become of it.

Where a kind is like a hole that was found in a program of this field, its CVE is named: it is what prompted the guard.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.ingest.test_readers import docx, pdf

READ = ""
BODY = "The reservoir above Dorn was drained on Monday, the water board said."
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Kind:
    """A kind of hostile file."""

    name: str
    write: Callable[[Path], object]
    """Puts it into a folder of its own."""
    reason: str
    """A pattern of the reason why it is refused; empty where it is read, at least in part."""
    slow: bool = False
    """Whether it takes more than a second to make or to read."""


KINDS: list[Kind] = []


def kind(file: str, reason: str, content: bytes | str | Callable[[], bytes], slow: bool = False) -> None:
    """Add a kind that is one file; its name is that of the file."""

    def write(folder: Path) -> None:
        made = content() if callable(content) else content
        (folder / file).write_bytes(made.encode() if isinstance(made, str) else made)

    KINDS.append(Kind(file, write, reason, slow))


def placed(name: str, reason: str) -> Callable[[Callable[[Path], object]], None]:
    """Add a kind that is written by the function."""
    return lambda write: KINDS.append(Kind(name, write, reason))


# Word documents: zip files of XML.

XML = b'<?xml version="1.0"?>'
WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
GOOD_DOCX = docx([BODY])


def changed_docx(document: bytes | None, more: dict[str, bytes] | None = None) -> bytes:
    """A good document with another document.xml (None: without one), and more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD_DOCX)) as good, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in good.namelist():
            if name != "word/document.xml":
                made.writestr(name, good.read(name))
            elif document is not None:
                made.writestr(name, document)
        for name, content in (more or {}).items():
            made.writestr(name, content)
    return out.getvalue()


def paragraph(text: bytes) -> bytes:
    return WORD + b"<w:p><w:r><w:t>" + text + b"</w:t></w:r></w:p></w:body></w:document>"


def zip_of_zeros(size: int, claimed: int | None = None) -> bytes:
    """A zip file whose document.xml is that many zeros, and says that it is as large as `claimed`."""
    chunk, packer = bytes(10 * MEGABYTE), zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(chunk) + packer.flush(zlib.Z_FULL_FLUSH)
    times, check = size // len(chunk), 0
    for _ in range(times):
        check = zlib.crc32(chunk, check)
    body, name = piece * times + b"\x03\x00", b"word/document.xml"
    shown = size if claimed is None else claimed
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, check, len(body), shown, len(name), 0)
    local = b"PK\3\4" + head + name + body
    central = b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def overlapping() -> bytes:
    """A zip file with two hundred entries that share one piece of data."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * MEGABYTE)
    data = made.getvalue()
    start = data.index(b"PK\1\2")
    entry = data[start : data.index(b"PK\5\6")]
    return data[:start] + entry * 200 + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 200, 200, len(entry) * 200, start, 0)


LAUGHS = b"<!DOCTYPE l [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
kind("bomb.docx", "expands to 1,100,000,000 bytes", lambda: zip_of_zeros(1_100 * MEGABYTE), slow=True)
kind("lying-bomb.docx", "no Word document", lambda: zip_of_zeros(200 * MEGABYTE, 1_000))
kind("nested.docx", "no Word document", lambda: changed_docx(None, {"a.zip": changed_docx(None, {"b.zip": GOOD_DOCX})}))
kind("overlapping.docx", "expands to 200,000,000 bytes", overlapping)  # CVE-2024-0450, CPython's zipfile
kind("entities.docx", "no Word document|no text", lambda: changed_docx(XML + LAUGHS + b"]>" + paragraph(b"&a9;")))
kind(  # CVE-2016-5851, python-docx
    "external-entity.docx",
    "no Word document|no text",
    lambda: changed_docx(XML + b"<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>" + paragraph(b"&x;")),
)
kind("deep.docx", "no Word document|no text", lambda: changed_docx(WORD + b"<w:p>" * 100_000))
kind(
    "large-xml.docx", "too much memory|no Word document", lambda: changed_docx(WORD + b"<w:p/>" * 15_000_000), slow=True
)
kind("no-document.docx", "no Word document", lambda: changed_docx(None))
kind("parent-names.docx", READ, lambda: changed_docx(paragraph(BODY.encode()), {"../../escape.txt": b"out"}))
kind("many-parts.docx", READ, lambda: changed_docx(paragraph(BODY.encode()), {f"a{n}": b"" for n in range(5_000)}))
kind(
    "locked.docx",
    "no Word document",
    lambda: re.sub(rb"(PK(?:\x01\x02..|\x03\x04)..)\0\0", b"\\1\1\0", GOOD_DOCX, flags=re.DOTALL),
)
for part in (1, 2, 3):
    kind(f"cut-{part}.docx", "no Word document", lambda part=part: GOOD_DOCX[: len(GOOD_DOCX) * part // 4])
kind("cut-end.docx", "no Word document", GOOD_DOCX[:-1])

# PDF.

GOOD_PDF = pdf(BODY)


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    writer.append(PdfReader(io.BytesIO(GOOD_PDF)))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def of_stream(stream: bytes, filters: bytes, more: bytes = b"") -> bytes:
    """A page whose content is the stream."""
    out = GOOD_PDF[: GOOD_PDF.index(b"4 0 obj")]
    out += (
        b"4 0 obj<</Length %d/Filter %s%s>>stream\n" % (len(stream), filters, more) + stream + b"\nendstream endobj\n"
    )
    return out + GOOD_PDF[GOOD_PDF.index(b"5 0 obj") :]


def packed(times: int, layers: int) -> bytes:
    made = b" " * times
    for _ in range(layers):
        made = zlib.compress(made, 9)
    return made


def swapped(old: bytes, new: bytes) -> Callable[[], bytes]:
    assert old in GOOD_PDF, old
    return lambda: GOOD_PDF.replace(old, new)


FORM = (
    b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0 R>>>>/Length 5>>stream\n/X Do\nendstream"
)
ANY = "no PDF|cannot be read|no text|longer than 10 seconds|too much memory|breaks the program"
kind("locked.pdf", "locked with a password", locked_pdf)
kind("page-loop.pdf", ANY, swapped(b"/Kids[3 0 R]", b"/Kids[2 0 R]"))
kind("page-count.pdf", READ, swapped(b"/Count 1", b"/Count 999999999"))
kind("many-pages.pdf", "100,000 pages", swapped(b"/Kids[3 0 R]", b"/Kids[" + b"3 0 R " * 100_000 + b"]"), slow=True)
kind("deep-array.pdf", ANY, swapped(b"/MediaBox[0 0 612 792]", b"/MediaBox" + b"[" * 100_000))
kind("deep-dictionary.pdf", ANY, swapped(b"/Type/Catalog", b"/A<<" * 20_000 + b"/Type/Catalog"))
kind("bad-xref.pdf", READ, swapped(b"startxref\n", b"startxref\n99999999"))
kind("no-root.pdf", READ, swapped(b"/Size 7/Root 1 0 R", b"/Size 999999999"))  # CVE-2026-22690, pypdf
kind(  # pypdf's pull request 3655: /Prev in a circle
    "xref-loop.pdf", READ, lambda: GOOD_PDF.replace(b"/Root", b"/Prev %d/Root" % GOOD_PDF.index(b"xref\n0"))
)
kind("flate-bomb.pdf", ANY, lambda: of_stream(packed(300 * MEGABYTE, 1), b"/FlateDecode"), slow=True)  # CVE-2025-55197
kind("flate-layers.pdf", ANY, lambda: of_stream(packed(300 * MEGABYTE, 2), b"[/FlateDecode/FlateDecode]"), slow=True)
kind(
    "lzw-bomb.pdf", ANY, lambda: of_stream(b"\x80\x0b\x60\x50" * 2 * MEGABYTE, b"/LZWDecode"), slow=True
)  # CVE-2025-62708
kind(  # CVE-2025-62707, pypdf
    "inline-image.pdf", ANY, lambda: of_stream(zlib.compress(b"BI /W 1 /H 1 /F /DCT ID \xff\xd8\xff"), b"/FlateDecode")
)
kind(  # the numbers of a predictor make a row of gigabytes
    "predictor.pdf",
    ANY,
    lambda: of_stream(packed(1_000, 1), b"/FlateDecode", b"/DecodeParms<</Predictor 15/Columns 2000000000>>"),
)
kind(
    "form-loop.pdf",
    ANY + "|^$",
    lambda: (
        of_stream(zlib.compress(b"/X Do"), b"/FlateDecode").replace(b"/Font<<", b"/XObject<</X 7 0 R>>/Font<<")
        + b"\n7 0 obj"
        + FORM
        + b" endobj"
    ),
)
kind("slow.pdf", ANY, lambda: of_stream(packed_words(), b"/FlateDecode"), slow=True)
kind("length-lie.pdf", ANY, swapped(b"/Length ", b"/Length 99999999"))
kind("nul.pdf", ANY, b"%PDF-1.7\n" + bytes(MEGABYTE))
kind("digits.pdf", ANY, swapped(b"612 792", b"6" * MEGABYTE))
for part in (1, 2, 3):
    kind(f"cut-{part}.pdf", ANY + "|^$", lambda part=part: GOOD_PDF[: len(GOOD_PDF) * part // 4])


def packed_words() -> bytes:
    return zlib.compress(b"BT /F1 12 Tf " + b"(a) Tj 1 0 0 1 7 7 Tm " * 1_000_000 + b"ET", 1)


# Web pages.


def page(body: str, head: str = "") -> str:
    return f"<html><head><title>Dorn</title>{head}</head><body><article><p>{BODY}</p>{body}</article></body></html>"


PAGE = f"No article text|{ANY}"
kind("deep-10000.html", PAGE + "|^$", lambda: page("<div>" * 10_000 + BODY))
kind("deep-500000.html", PAGE + "|^$", lambda: page("<b><i>" * 250_000 + BODY), slow=True)
kind("tables.html", PAGE + "|^$", lambda: page("<table><tr><td>" * 20_000 + BODY), slow=True)
kind("attribute.html", PAGE + "|^$", lambda: page(f"<p title='{'x' * 20 * MEGABYTE}'>{BODY}</p>"), slow=True)
kind(
    "attributes.html",
    PAGE + "|^$",
    lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(200_000))}>{BODY}</p>"),
    slow=True,
)
kind("line.html", PAGE + "|^$|at most", lambda: page("word " * 8 * MEGABYTE), slow=True)
kind("too-large.html", "at most 50,000,000 are read", lambda: page("word " * 11 * MEGABYTE), slow=True)
kind("entities.html", PAGE + "|^$", lambda: LAUGHS.decode() + "]>" + page("&a9;"))
kind("charset-none.html", READ, lambda: page(BODY * 5, '<meta charset="no-such-thing">'))
kind("charset-punycode.html", READ, lambda: page(BODY * 14_000, '<meta charset="punycode">'), slow=True)
kind("charset-undefined.html", READ, lambda: page(BODY * 5, '<meta charset="undefined">'))
kind("charset-utf-7.html", PAGE + "|^$", lambda: page("+ADw-script+AD4-" + BODY * 5, '<meta charset="utf-7">'))
kind("nul.html", "NUL", lambda: page("\0" * 100))
kind("unclosed.html", PAGE + "|^$", lambda: "<" * MEGABYTE + page(BODY), slow=True)
kind("comment.html", PAGE + "|^$", lambda: "<!--" * 200_000 + page(BODY))
kind("meta.html", PAGE + "|^$", lambda: page(BODY * 5, "<meta " * 50_000), slow=True)
kind("dates.html", PAGE + "|^$", lambda: page("<p>2015-05-18 " * 100_000), slow=True)
kind(
    "json-ld.html", PAGE + "|^$", lambda: page(BODY * 5, f'<script type="application/ld+json">{"[" * 100_000}</script>')
)
kind("xml.html", PAGE + "|^$", '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>')

# Rows of JSON.


def row(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"


GOOD_ROW = row(id="good", text=BODY)
kind(
    "deep.jsonl", "within each other", GOOD_ROW + b'{"text": ' + b"[" * 10_000 + b"\n"
)  # CVE-2025-5302, LlamaIndex's JSONReader
kind("deep-1000000.jsonl", "within each other|breaks", GOOD_ROW + b'{"text": ' + b'{"a":' * 1_000_000 + b"\n")
kind(
    "integer.jsonl", "digits", GOOD_ROW + b'{"text": "a", "id": ' + b"9" * MEGABYTE + b"}\n"
)  # CVE-2020-10735, CPython
kind("nan.jsonl", "no day", GOOD_ROW + b'{"text": "a", "published": NaN}\n')
kind("twice.jsonl", READ, b'{"text": "One.", "text": "' + BODY.encode() + b'"}\n')
kind("half-text.jsonl", "half a character", GOOD_ROW + b'{"text": "\\ud800"}\n')
kind("half-id.jsonl", "cannot be shown", GOOD_ROW + b'{"text": "a", "id": "\\udfff"}\n')
kind("half-title.jsonl", READ, b'{"text": "' + BODY.encode() + b'", "title": "\\ud83d", "publisher": "\\udc00"}\n')
kind("line-100MB.jsonl", "longer than", lambda: GOOD_ROW + b'{"text": "' + b"x" * 100 * MEGABYTE + b'"}\n', slow=True)
kind("bad-rows.jsonl", "1,000 rows in succession", lambda: GOOD_ROW + b"x\n" * 10 * MEGABYTE)
kind("every-other.jsonl", "And 1,000 more", lambda: GOOD_ROW + b'x\n{"text": "a b"}\n' * 2_000, slow=True)
kind("memory.jsonl", "too much memory", lambda: GOOD_ROW + b'{"a": [' + b"[]," * 6 * MEGABYTE + b"[]]}\n", slow=True)
kind("parent-id.jsonl", READ, row(id="../../escape", text=BODY))
kind("escape-id.jsonl", "cannot be shown", GOOD_ROW + row(id="\x1b[2J", text=BODY))
kind("long-id.jsonl", "at most 500", GOOD_ROW + row(id="x" * MEGABYTE, text=BODY))
kind("long-title.jsonl", "title has 1,000,000", GOOD_ROW + row(title="x" * MEGABYTE, text=BODY))
kind("long-date.jsonl", "is no day", GOOD_ROW + row(published="x" * MEGABYTE, text=BODY))
kind("long-text.jsonl", "at most 1,000,000", lambda: GOOD_ROW + row(text="word " * 500_000))
kind("utf-16.jsonl", "no UTF-8|no JSON", (GOOD_ROW.decode() * 2).encode("utf-16"))
kind("bom.jsonl", READ, b"\xef\xbb\xbf" + GOOD_ROW)
kind("broken.jsonl", "no UTF-8", GOOD_ROW + b'{"text": "\xff\xfe"}\n')
kind("no-text.jsonl", "no JSON object", GOOD_ROW + row(text=["a"]) + row(text=None) + b"7\nnull\n")
kind(
    "bomb-blank.jsonl.gz",
    "100 times|longer than 10",
    lambda: gzip.compress(GOOD_ROW) + gzip.compress(b"\n" * 9 * MEGABYTE) * 100,
    slow=True,
)
kind("bomb-line.jsonl.gz", "100 times|longer than", lambda: gzip.compress(GOOD_ROW + b" " * 300 * MEGABYTE), slow=True)
kind("bomb-rows.jsonl.gz", "100 times", lambda: gzip.compress(GOOD_ROW + row(text="a " * 490_000) * 60), slow=True)
kind("cut.jsonl.gz", "breaks off", lambda: gzip.compress(GOOD_ROW * 2 + os.urandom(9_000).hex().encode())[:-2_000])
kind("none.jsonl.gz", "no gzip", GOOD_ROW)
kind("nested.jsonl.gz", "no UTF-8|no JSON", gzip.compress(gzip.compress(GOOD_ROW)))
kind("tail.jsonl.gz", "no gzip", gzip.compress(GOOD_ROW) + b"tail")
kind("empty.jsonl.gz", "^$", b"")

# Plain text, and files of other kinds than their names say.

kind("line-100MB.txt", "at most 4,000,004", lambda: b"x" * 100 * MEGABYTE, slow=True)
kind("long.txt", "at most 1,000,000", lambda: b"word " * 500_000)
kind("word.txt", READ, lambda: b"x" * 990_000, slow=True)
kind("lines.txt", READ, lambda: BODY + "\n" * 990_000, slow=True)
kind("broken-utf-8.txt", READ, 2 * f"{BODY}\n".encode() + b" \xc3\x28 \xf0\x28\x8c\xbc")
kind("no-encoding.txt", "no windows-1252", BODY.encode() + b" \x81\x8d")
kind("utf-16.txt", READ, BODY.encode("utf-16"))
kind("utf-16-no-mark.txt", "NUL", BODY.encode("utf-16-le"))
kind("utf-16-half.txt", "no utf-16", b"\xff\xfe\x00\xd8" + BODY.encode("utf-16-le"))
kind("nul.txt", "NUL", BODY.encode() + b"\0")
kind("directions.txt", READ, f"{BODY}\n\u202e{BODY}\u202c \u2066\u200b\u200d\ufeff\u00ad \u061c{BODY}")
kind("zero-width.txt", "boilerplate|^$", "\u200b" * 1_000)
kind("combining.txt", READ, f"{BODY}\n{BODY} a" + "\u0301" * 100_000)
kind("pdf.txt", "no windows-1252|NUL|^$", GOOD_PDF + b"\x81")
kind("png.pdf", "no PDF|cannot be read", b"\x89PNG\r\n\x1a\n" + bytes(1_000))
kind("html.docx", "no Word document", page(BODY))
kind("docx.html", "NUL", GOOD_DOCX)
kind("gzip.jsonl", "no UTF-8", gzip.compress(GOOD_ROW))
kind("pickle.txt", "NUL|no windows|^$", b"\x80\x04\x95\x0a\x00\x8cposix\x8csystem\x93\x8ctrue\x85R.")

# Front matter.

kind("alias.md", "from elsewhere in it", f"---\na: &a [x]\nb: *a\n---\n{BODY}")
kind(
    "merge.md", "from elsewhere in it", f"---\na: &a {{k: v}}\nb: &b {{<<: [*a, *a]}}\nc: {{<<: [*b, *b]}}\n---\n{BODY}"
)
kind("deep.md", "RecursionError", f"---\ntitle: {'[' * 9_000}\n---\n{BODY}", slow=True)
kind(
    "object.md", "front matter", f"---\na: !!python/object/apply:os.system ['true']\n---\n{BODY}"
)  # CVE-2017-18342, PyYAML
kind("front.md", "at most 20,000", f"---\ntitle: {'x' * 30_000}\n---\n{BODY}")
kind("numbers.md", READ, f"---\na: {'1:' * 9_000}1\n---\n{BODY}")
kind("open.md", READ, f"---\ntitle: {BODY}\n" * 100)

# What lies in the folder.


def named(folder: Path, name: str | bytes) -> None:
    Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name)))).write_text(BODY, encoding="utf-8")


@placed("link-outside", "outside the folder")  # CVE-2025-3046, LlamaIndex's ObsidianReader
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to("/etc/hostname")


@placed("link-round", "symbolic links")
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder / "b.txt")
    (folder / "b.txt").symlink_to(folder / "a.txt")


@placed("link-zero", "outside the folder")
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to("/dev/zero")


@placed("link-nowhere", "No such file")
def _(folder: Path) -> None:
    (folder / "a.txt").symlink_to(folder / "gone.txt")


@placed("link-folder", "link to a folder")
def _(folder: Path) -> None:
    (folder / "etc").symlink_to("/etc")


@placed("pipe", "no file")
def _(folder: Path) -> None:
    os.mkfifo(folder / "a.txt")
    os.mkfifo(folder / "a.jsonl")


@placed("socket", "no file")
def _(folder: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)  # a socket's path has 108 bytes at most
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("a.txt")
    os.chdir(here)
    os.close(here)


@placed("folder-named-file", READ)
def _(folder: Path) -> None:
    (folder / "a.txt").mkdir()
    named(folder / "a.txt", "b.txt")


placed("name-line", READ)(lambda folder: named(folder, "a\nb.txt"))
placed("name-long", READ)(lambda folder: named(folder, "x" * 251 + ".txt"))
placed("name-bytes", READ)(lambda folder: named(folder, b"caf\xe9\xff.txt"))
placed("name-control", READ)(lambda folder: named(folder, "\x1b[2J\x07\u202egpj.txt"))
placed("name-case", READ)(lambda folder: [named(folder, name) for name in ("a.txt", "A.txt", "a.TXT")])
placed("name-backslash", READ)(lambda folder: named(folder, "a..\\..\\b.txt"))


@placed("name-of-row", "cannot be told from that of a row")
def _(folder: Path) -> None:
    (folder / "a.jsonl").write_bytes(row(id="1.txt", text=BODY))
    named(folder, "a.jsonl#1.txt")
