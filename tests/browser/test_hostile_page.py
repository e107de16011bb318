"""Forty-eight ways to make a page run, load or send something, in every place where strangers' words are shown."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from evals.scripted import Reply, Request, serving, words
from tests.browser.conftest import answered, opened, running
from tests.conftest import article

AWAY = "http://192.0.2.1"
PAYLOADS = [
    "<script>window.harmed=1</script>",
    "<ScRiPt>window.harmed=2</sCrIpT>",
    f"<script src='{AWAY}/a.js'></script>",
    "<img src=x onerror=window.harmed=3>",
    f"<img src='{AWAY}/b.png'>",
    f"<img srcset='{AWAY}/c.png 1x'>",
    f"<picture><source srcset='{AWAY}/d.png'><img></picture>",
    f"<video src='{AWAY}/e.mp4' autoplay></video>",
    f"<audio src='{AWAY}/f.mp3' autoplay></audio>",
    f"<video poster='{AWAY}/g.png'></video>",
    f"<iframe src='{AWAY}/h'></iframe>",
    "<iframe srcdoc='<script>parent.harmed=4</script>'></iframe>",
    f"<object data='{AWAY}/i'></object>",
    f"<embed src='{AWAY}/j'>",
    "<svg onload=window.harmed=5></svg>",
    "<svg><script>window.harmed=6</script></svg>",
    f"<svg><image href='{AWAY}/k.png'/></svg>",
    f"<svg><use href='{AWAY}/l.svg#x'/></svg>",
    "<math><mtext><table><mglyph><style><img src onerror=window.harmed=7>",
    f"<link rel=stylesheet href='{AWAY}/m.css'>",
    f"<style>@import url({AWAY}/n.css); body {{ background: url({AWAY}/o.png) }}</style>",
    f"<div style='background:url({AWAY}/p.png)'>x</div>",
    f"<form action='{AWAY}/q'><button autofocus onfocus=this.click()>b</button></form>",
    f"<meta http-equiv=refresh content='0;url={AWAY}/r'>",
    f"<base href='{AWAY}/'>",
    "<a href='javascript:window.harmed=8' autofocus onfocus=this.click()>x</a>",
    "<a href='data:text/html,<script>opener.harmed=9</script>'>x</a>",
    "<details open ontoggle=window.harmed=10>x</details>",
    "<input autofocus onfocus=window.harmed=11>",
    "<marquee onstart=window.harmed=12>x</marquee>",
    "<body onload=window.harmed=13>",
    "<isindex type=image src=1 onerror=window.harmed=14>",
    "<template><script>window.harmed=15</script></template>",
    "</title><script>window.harmed=16</script>",
    "</textarea><script>window.harmed=17</script>",
    '"><script>window.harmed=18</script>',
    "' onmouseover='window.harmed=19",
    "--><script>window.harmed=20</script>",
    "]]><script>window.harmed=21</script>",
    "{{constructor.constructor('window.harmed=22')()}}",
    "${window.harmed=23}",
    f"![t]({AWAY}/s.png)",
    f"[click]({AWAY}/t)",
    f"[click][1]\n\n[1]: {AWAY}/u",
    f"<{AWAY}/v> {AWAY}/w www.example.invalid",
    "[x](javascript:window.harmed=24)",
    f"$$\\href{{{AWAY}/x}}{{y}}$$ `<script>window.harmed=25</script>`",
    "\u202e<script>window.harmed=26</script>\u2066\u200b<img src=x onerror=window.harmed=27>",
]
GROUP = 4
"""Payloads in one question."""
HARM = ":is(img, iframe, form, script, style, object, embed, video, audio, base, meta, link)"


def script(request: Request) -> Reply:
    """A model that writes what is most harmful: the payloads of the question."""
    asked = request["messages"][-1]["content"].rpartition("Question: ")[2]
    named = re.search(r"lamp(\d+)", asked)
    first = int(named[1]) if named else 0
    return Reply(words(f"{' '.join(PAYLOADS[first : first + GROUP])} The lamp burns [1]."))


@pytest.fixture(scope="module", params=["quoted", "written"])
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app whose articles mean harm by text, title, outlet, author, address and file name."""
    folder = tmp_path_factory.mktemp("app")
    articles = {".examples": "\n".join(PAYLOADS[:5])}
    for number, payload in enumerate(PAYLOADS):
        name = re.sub(r"[/\0\n]", "", payload)[:80]
        text = f"The lamp{number} of Kut was lit on Friday {payload} by its keeper, who said {payload} it burns well."
        folded = " ".join(payload.split()).replace("\\", "\\\\").replace('"', '\\"')
        articles[f"{number} {name}.md"] = article(f"Lamp{number} {folded}", text).replace(
            "publisher: Harbour Wire",
            f'publisher: "{folded}"\nauthor: "{folded}"\nurl: "javascript:window.harmed=30"',
        )
    articles["broken <img src=x onerror=window.harmed=31>.md"] = "---\ntitle: a: b\n---\nText."
    with serving(script) as server:
        settings = {"OPENAI_BASE_URL": server.url, "QA_RETRIES": "0"} if request.param == "written" else {}
        with running(folder, articles, **settings) as found:
            yield found


def test_nothing_that_strangers_wrote_runs_loads_or_sends(browser: Browser, hostile: str, outside: list[str]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = opened(context.new_page(), hostile, outside)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    for first in range(0, len(PAYLOADS), GROUP):
        answered(
            page, " ".join(f"When was the lamp{first} of Kut lit? {' '.join(PAYLOADS[first : first + GROUP])}".split())
        )
        assert page.locator(f"#chat .message-content {HARM}").evaluate_all("all => all.map(one => one.outerHTML)") == []
    page.goto(f"{hostile}/?view=search&q=lamp+of+Kut")
    found = page.locator("#results .offer")
    expect(found.first).to_be_visible()
    shown = set()
    for place in range(found.count()):
        found.nth(place).click()
        expect(page.locator("#source h2")).to_have_text(found.nth(place).inner_text())
        shown.add(page.locator("#source .file").inner_text())
    assert len(shown) == len(PAYLOADS)
    for target in ("/?view=library", "/", "/ar/?view=library"):
        page.goto(hostile + target)
        page.locator("#side .list > *").first.wait_for(state="attached")
        page.wait_for_timeout(400)
        assert page.evaluate("window.harmed") is None
    assert (asked, outside) == ([], [])
    context.close()


def test_nor_does_an_address_or_what_is_typed(page: Page, address: str, outside: list[str]) -> None:
    for payload in PAYLOADS[:12]:
        page.goto(
            f"{address}/?view=search&q={payload}&outlet={payload}&after={payload}&c={payload}#source:{payload}:0:5"
        )
        page.locator("#side .list > *").first.wait_for(state="attached")
    page.wait_for_timeout(300)
    page.goto(address)
    answered(page, "Who is the mayor?")
    page.locator("#side li").first.hover()
    page.locator("#side [data-do=rename]").first.click()
    page.get_by_role("dialog").get_by_role("textbox").fill("<img src=x onerror=window.harmed=40>")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.locator("#side a.talk").first).to_have_text("<img src=x onerror=window.harmed=40>")
    page.locator("#side [data-do=delete]").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("<img src=x")
    assert (page.evaluate("window.harmed"), outside) == (None, [])
