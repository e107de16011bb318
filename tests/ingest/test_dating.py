"""Days that no metadata gives."""

from datetime import date

import pytest

from qa.ingest.dating import dated
from qa.ingest.fields import Fields

PICTURED = (
    "A soldier on the bridge, January 5, 2017. A. Name / Reuters\n\n"
    "The bridge was taken on Thursday, a day after the town was.\n\nOn Wednesday it rained."
)


@pytest.mark.parametrize(
    ("name", "text", "url", "day", "basis", "note"),
    [
        ("a.txt", "Published: 5 January 2017\n\nIt rained.", "", date(2017, 1, 5), "stated", "“5 January 2017”"),
        ("a.txt", "BAGHDAD, Jan. 5, 2017 — It rained.", "", date(2017, 1, 5), "stated", "“Jan. 5, 2017”"),
        ("a.txt", "It rained.", "https://x.org/2017/01/05/rain", date(2017, 1, 5), "inferred", "address"),
        ("2017-01-05-rain.txt", "It rained.", "", date(2017, 1, 5), "inferred", "file name"),
        ("20170105.txt", "It rained.", "", date(2017, 1, 5), "inferred", "file name"),
        ("a.txt", PICTURED, "", date(2017, 1, 5), "inferred", "a picture is dated 5 January 2017"),
    ],
)
def test_a_day_comes_with_its_basis_and_the_reason(
    name: str, text: str, url: str, day: date, basis: str, note: str
) -> None:
    found = dated(name, text, Fields(url=url))
    assert (found.published, found.basis, found.url) == (day, basis, url)
    assert note in found.basis_note


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "It rained on 5 January 2017, the day of the flood, and the town was empty for a long time."),
        ("a.txt", "May 6, 1997\n\nThe match was lost."),
        ("2017-13-05.txt", "It rained."),
        ("1720170105.txt", "It rained."),
        ("a.txt", PICTURED + "\n\nIt is the worst flood since that of February 2017."),
        ("a.txt", PICTURED.replace("Reuters", "Reuters file photo")),
        ("a.txt", PICTURED.replace("Wednesday", "Monday and Saturday")),
        ("a.txt", "A soldier. (AP Photo)\n\nIt was taken on Thursday, after Wednesday."),
    ],
)
def test_what_only_may_be_the_day_is_not_taken_for_it(name: str, text: str) -> None:
    assert dated(name, text, Fields()) == Fields()


def test_the_day_its_file_was_made_is_the_last_clue() -> None:
    made = Fields(made=date(2024, 1, 10))
    for name, text, day, basis in (
        ("a.pdf", "Published: 5 January 2017", date(2017, 1, 5), "stated"),
        ("2017-01-05.pdf", "It rained.", date(2017, 1, 5), "inferred"),
        ("a.pdf", "It rained.", date(2024, 1, 10), "inferred"),
    ):
        found = dated(name, text, made)
        assert (found.published, found.basis) == (day, basis)


def test_what_metadata_gives_stands() -> None:
    given = Fields(published=date(2016, 1, 1), basis="given")
    assert dated("2017-01-05.txt", PICTURED, given) == given
