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
        ("Copyright Harbour Wire 2015. All rights reserved. No part of it may be printed again.", "notice"),
        ("By continuing to use this site, you agree to our terms.", "notice"),
        ("Accept all cookies", "notice"),
        ("Want more? Sign up for the paper's weekly newsletter.", "notice"),
        ("A. Name is a reporter. To get more of this, subscribe to his newsletter.", "notice"),
        ("Terms of Service | Privacy Policy", "notice"),
        ("Reporting by A. Name in Dorn and B. de Name; Editing by C. Name", "notice"),
        ("Published: 4 May 2016", "notice"),
        ("Last updated on Wed 4 May 2016 at 10.32 BST", "notice"),
        ("Posted 04/05/2016, 3:04 p.m.", "notice"),
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
        "Google will phase out third-party cookies in its Chrome browser by the end of 2024, the company said.",
        "“We use cookies to pay for the paper,” its owner told the court.",
        "Facebook changed its terms of service and its privacy policy on Friday after regulators in Dublin fined it.",
        "More than two million readers subscribe to the paper's morning briefing, its editor said.",
        "Residents were told to stay indoors, sign up for emergency alerts and boil their water.",
        "The court ruled that all rights reserved to the states under the treaty remain in force.",
        "All rights reserved to the states remain in force.",
        "Copyright law of 1976 protects the pictures.",
        "(c) The committee shall meet each May.",
        "Reporting by state media was all that the town had to go on.",
        "Published on 4 May 2016, the report blamed the mayor.",
        "Date: Sunday, 8 May 2016",
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
