import pytest

from qa.ingest.boilerplate import headline, mark


def marked(text: str, title: str = "") -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.reason) for span in mark(text, title)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Print Friendly", "navigation"),
        ("Skip to main content", "navigation"),
        ("Leave a Comment", "navigation"),
        ("Post navigation", "navigation"),
        ("Back to the top", "navigation"),
        ("Share this article", "navigation"),
        ("Read more: the long way round", "navigation"),
        ("* * *", "navigation"),
        ("We use cookies to improve your experience on our website.", "notice"),
        ("Sign up for our newsletter and get it all in your inbox.", "notice"),
        ("Editing by\u00a0A. Name", "notice"),
        ("Harbour Wire contributed to this report.", "notice"),
        ("\u00a9 Harbour Wire. All rights reserved.", "notice"),
    ],
)
def test_furniture_is_marked(line: str, reason: str) -> None:
    assert marked(f"A first line of prose.\n\n  {line} \n\nMore prose.") == [(line, reason)]


@pytest.mark.parametrize(
    "line",
    [
        "The bakery sold cookies to soldiers at the gate.",
        "He asked readers to share the story of the flood with their children.",
        "Next, the army moved on Rawa.",
        "Copyright was what the two publishers fought over in court.",
        "She will post a comment on the new law tomorrow, her office said.",
        "Home is where the front line used to be.",
    ],
)
def test_prose_is_not(line: str) -> None:
    assert marked(f"A first line of prose.\n{line}\nMore prose.") == []


def test_a_headline_is_marked_wherever_it_stands_again() -> None:
    text = "Bridge closed\nA picture of it.\n\n Bridge closed\n\nIt was closed."
    assert marked(text, "Bridge closed") == [("Bridge closed", "title"), ("Bridge closed", "title")]


def test_of_a_lead_told_twice_the_first_is_marked() -> None:
    lead = "The old bridge over the river was closed on Sunday."
    assert marked(f"{lead}\n\nBASRA, Iraq (Wire) \u2013 {lead}\n\nMore.") == [(lead, "repeat")]
    assert marked(f"{lead}\n\nMore.\n\nEven more.") == []


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Skip to main content\n\nBridge closed\n\nText.", "Bridge closed"),
        ("# Bridge closed\n\nText.", "Bridge closed"),
        ("The bridge was closed on Sunday.\n\nText.", ""),
        ("Iraq intensifies offensive against I.S.\n\nText.", "Iraq intensifies offensive against I.S."),
        ("", ""),
    ],
)
def test_headline(text: str, title: str) -> None:
    assert headline(text) == title
