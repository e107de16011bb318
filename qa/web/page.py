"""The page: a conversation, and beside it the source that a marker opens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.answer.quoting import plain
from qa.archive import Archive
from qa.errors import DatelineError
from qa.types import Delta, Draft, Finished, Found, Turn
from qa.web.render import answer_markdown, article_html, header_html, markdown_html, welcome_markdown

# Gradio calls home unless it is told not to before it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr  # noqa: E402

STATIC = Path(__file__).parent / "static"
EXAMPLES = ".examples"
"""A file of the corpus folder with questions that the page offers, one a line."""
EXAMPLES_SHOWN = 5
HISTORY = 20
"""Earlier turns that a follow-up can lean on."""
SOURCE_EMPTY = """
<section role="region" aria-label="Source" tabindex="-1">
  <nav aria-label="Source">
    <button type="button" data-do="close" class="back">← Back</button>
    <span class="place" aria-live="polite"></span>
    <button type="button" data-do="previous" aria-label="Previous source" title="Previous source  [">‹</button>
    <button type="button" data-do="next" aria-label="Next source" title="Next source  ]">›</button>
    <button type="button" data-do="close" aria-label="Close source" title="Close  Esc" class="close">×</button>
  </nav>
  <article></article>
</section>
"""

Messages = list[dict[str, str]]
Turns = list[tuple[str, str]]


def page(archive: Archive) -> gr.Blocks:
    """The chat over `archive`, not served yet."""
    statistics, written_by = archive.statistics(), archive.written_by
    top = header_html(archive.corpus.resolve().name, statistics, archive.refused(), written_by)
    with gr.Blocks(title="Dateline", fill_height=True, analytics_enabled=False) as blocks:
        gr.HTML(top, elem_id="top")
        turns = gr.State([])
        with gr.Row(elem_id="main"):
            with gr.Column(elem_id="talk"):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label="Conversation",
                    show_label=False,
                    placeholder=welcome_markdown(statistics, written_by),
                    examples=[{"text": question} for question in _examples(archive.corpus)],
                    buttons=["copy"],
                    allow_tags=False,
                    latex_delimiters=[],
                    layout="panel",
                    feedback_options=None,
                )
                widen = gr.Button("Search all articles instead", elem_id="widen", size="sm", visible=False)
                with gr.Row(elem_id="ask"):
                    box = gr.Textbox(
                        label="Question",
                        show_label=False,
                        placeholder="Ask about these articles…",
                        autofocus=True,
                        lines=1,
                        max_lines=6,
                        scale=1,
                        elem_id="box",
                    )
                    send = gr.Button("Ask", elem_id="send", variant="primary", scale=0)
            gr.HTML(
                SOURCE_EMPTY,
                elem_id="source",
                js_on_load=(STATIC / "page.js").read_text(encoding="utf-8"),
                server_functions=[_opener(archive)],
            )
        _wire(archive, chat, box, send, widen, turns)
    found: gr.Blocks = blocks
    return found


def _wire(
    archive: Archive, chat: gr.Chatbot, box: gr.Textbox, send: gr.Button, widen: gr.Button, turns: gr.State
) -> None:
    """What happens on Enter, on the buttons and on an example."""

    def put(question: str, messages: Messages) -> tuple[str, Messages, Any]:
        """The question joins the conversation and leaves the box; an empty one stays where it is."""
        if not question.strip():
            return question, messages, gr.skip()
        return "", [*messages, {"role": "user", "content": plain(" ".join(question.split()))}], gr.update(visible=False)

    def answered(question: str, messages: Messages, before: Turns) -> Iterator[tuple[Messages, Turns, Any]]:
        if not question.strip():
            yield messages, before, gr.skip()
            return
        for text, after, narrowed in _answered(archive, question, before):
            shown = gr.update(visible=True) if narrowed else gr.skip()
            yield [*messages, {"role": "assistant", "content": text}], after, shown

    def widened(question: str, messages: Messages, before: Turns) -> Iterator[tuple[Messages, Turns, Any]]:
        """The last question again, over all articles; its answer stands in the place of the narrower one."""
        for text, after, _ in _answered(archive, question, before[:-1], narrow=False):
            yield [*messages[:-1], {"role": "assistant", "content": text}], after, gr.update(visible=False)

    asked = gr.State("")
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    for event in (box.submit, send.click):
        event(lambda question: question, box, asked, queue=False, **quiet).then(
            put, [box, chat], [box, chat, widen], queue=False, **quiet
        ).then(answered, [asked, chat, turns], [chat, turns, widen], **quiet)
    widen.click(widened, [asked, chat, turns], [chat, turns, widen], **quiet)
    chat.clear(lambda: ([], gr.update(visible=False)), None, [turns, widen], queue=False, **quiet)
    chat.example_select(_example_text, None, asked, queue=False, **quiet).then(
        put, [asked, chat], [box, chat, widen], queue=False, **quiet
    ).then(answered, [asked, chat, turns], [chat, turns, widen], **quiet)


def _example_text(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _answered(archive: Archive, question: str, before: Turns, narrow: bool = True) -> Iterator[tuple[str, Turns, bool]]:
    """The answer as it grows, the turns with it once it is whole, and whether the question's own days narrowed it."""
    history = [Turn(*turn) for turn in before[-HISTORY:]]
    text = ""
    yield '<p class="aside">Searching…</p>', before, False
    try:
        for event in archive.stream(question, history, narrow=narrow):
            if isinstance(event, Found):
                yield f'<p class="aside">Reading {len(event.hits)} passages…</p>', before, False
            elif isinstance(event, Draft):
                yield f'{text} <span class="draft">{markdown_html(event.text)}</span>', before, False
            elif isinstance(event, Delta):
                text += event.text
                yield text, before, False
            elif isinstance(event, Finished):
                answer = event.answer
                after = [*before, (answer.question, answer.text)]
                yield answer_markdown(answer, question.strip()), after, bool(answer.narrowed)
    except DatelineError as error:
        yield f'<p class="error">{markdown_html(str(error))}</p>', before, False


def _opener(archive: Archive) -> Any:  # noqa: ANN401 - Gradio reads its name and calls it
    def article(asked: dict[str, Any]) -> str:
        """The source pane's inside, for {article, spans: [[start, end], …], active}, as the browser sends it."""
        try:
            found = archive.article(str(asked["article"]))
            spans = [(int(start), int(end)) for start, end in asked["spans"]]
            active = int(asked["active"])
        except (KeyError, TypeError, ValueError):
            return "<p>This link is broken.</p>"
        if found is None:
            return "<p>This article is no longer in the archive.</p>"
        return article_html(found, spans, active)

    return article


def _examples(corpus: Path) -> list[str]:
    try:
        lines = (corpus / EXAMPLES).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [line.strip() for line in lines if line.strip()][:EXAMPLES_SHOWN]
