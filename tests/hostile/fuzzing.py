"""Fuzzing by atheris, guided by coverage.

`uv run --group fuzz python -m tests.hostile.fuzzing articles|dates [OPTION…]`. Options are libFuzzer's, as
`-max_total_time=300`. It ends with a traceback, and the input in a file `crash-…`, where a reader of files raises what
it should not, or what is found in a text does not lie in it.
"""

import sys
from contextlib import suppress
from datetime import date
from io import BytesIO
from itertools import pairwise

import atheris

with atheris.instrument_imports(include=["qa"]):
    from qa.ingest.copies import bands, shingles, sources
    from qa.ingest.fields import Fields
    from qa.ingest.formats.jsonl import read_rows
    from qa.ingest.formats.plain import read_markdown, read_text
    from qa.ingest.passages import cut, encoded_text, lexical_text, prose
    from qa.ingest.readers import _article
    from qa.language.dates import expressions
    from qa.language.names import spelled, told

SEEDS = (
    b"\x00---\ntitle: Bridge closed\npublished: 2015-05-18\n---\nRAMADI // The bridge was closed on Sunday.",
    b'\x02{"id": "a", "text": "The mill (IS), known as the Old Mill, fell.", "published": "2015-05-18"}\n',
    b"\x04Skip to content\nPublished: 18 May 2015\nThe ferry runs again since last Monday, two days after the raid.",
)
WORDS = [
    *(
        "on Sunday",
        "last month",
        "two and a half years ago",
        "between 3 and 5 May 2015",
        "the 2016-17 season",
        "Q3 2015",
    ),
    *(
        "03/04/2015",
        "by the end of June",
        "yesterday",
        "the late 1990s",
        "since 2014",
        "May 31",
        "in spring",
        "29 February",
    ),
    *("---\n", '{"text": "', "\\ud800", "\ufeff", "known as", "(IS)", "Copyright 2015", "\r\n", "\x00", "\u2028"),
]


def articles(data: bytes) -> None:
    """A file's bytes to its articles, and all that is found in them."""
    found: list[tuple[str, str, Fields]] = []
    way, data = data[:1], data[1:]
    with suppress(ValueError):  # one sentence why it is refused
        if way < b"\x02":
            found.append(("a.md", *read_markdown(data)))
        elif way < b"\x04":
            for row in read_rows(BytesIO(data), way == b"\x03"):
                if len(row) == 4:
                    found.append((f"rows.jsonl#{row[1]}", *row[2:]))
        else:
            found.append(("a.txt", *read_text(data)))
    for name, text, fields in found:
        with suppress(ValueError):
            look_at(name, text, fields)


def look_at(name: str, text: str, fields: Fields) -> None:
    """What ingestion does with an article, and what must hold of it."""
    article = _article(name, text, fields)
    assert article.text == text
    inside(len(text), [(span.start, span.end) for span in article.boilerplate])
    inside(len(text), [(span.start, span.end) for span in prose(article)])
    for passage in cut(article):
        assert 0 <= passage.start < passage.end <= len(text)
        assert encoded_text(article, passage).strip()
        assert lexical_text(article, passage)
    list(told(text)), spelled(text), sources(article), bands(shingles(article))


def inside(end: int, places: list[tuple[int, int]]) -> None:
    """Stretches lie within a text, hold something, and do not overlap."""
    assert all(0 <= first < last <= end for first, last in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))


def dates(data: bytes) -> None:
    """The days of expressions in a text lie in order, and their words in the text."""
    source = atheris.FuzzedDataProvider(data)
    published = date.fromordinal(source.ConsumeIntInRange(1, date.max.toordinal()))
    first = source.PickValueInList([None, True, False])
    picked = [source.PickValueInList(WORDS) for _ in range(source.ConsumeIntInRange(0, 4))]
    text = " ".join([*picked, source.ConsumeUnicode(400)])
    for found in expressions(text, published, first):
        assert text[found.start : found.end] == found.words
        assert not (found.first and found.last) or found.first <= found.last


def main() -> None:
    """Run one of the two until libFuzzer ends it."""
    target = {"articles": articles, "dates": dates}[sys.argv.pop(1)]
    for seed in SEEDS:
        target(seed)
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
