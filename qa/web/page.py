"""The page: the conversation, beside it what is kept and the source that a marker opens; search, library, settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from qa.network.callers import address_of
from qa.types import Statistics
from qa.web.access import owner_of
from qa.web.render import welcome_markdown
from qa.web.talk import Asked, Messages, Talk
from qa.web.texts import Texts
from qa.web.views import about_html, filters_html, header_html, search_html, side_html, source_html, state_of

# Gradio calls home unless it is told not to before it is imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr  # noqa: E402

STATIC = Path(__file__).parent / "static"
OWN = "/own/page.js"
SCRIPT = f"(await import('{OWN}'))"
"""The page's script; a module is loaded once, however often it is asked for."""
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def page(talk: Talk, other: Texts, questions: Sequence[str] = (), login: bool = False) -> gr.Blocks:
    """The chat, not served yet.

    Args:
        talk: The conversations, in the page's language.
        other: The words of the other language that the page offers.
        questions: Offered before the first one is asked.
        login: Whether readers log in.
    """
    archive, texts = talk.archive, talk.texts
    statistics = archive.statistics()
    about = about_html(archive.name, statistics, archive.refused(), texts, archive.written_by)
    top = header_html(about, state_of(archive), texts, other, login)
    with gr.Blocks(title="Dateline", fill_height=True, analytics_enabled=False) as blocks:
        gr.HTML(top, elem_id="top")
        with gr.Row(elem_id="main"):
            gr.HTML(side_html(texts), elem_id="side")
            with gr.Column(elem_id="talk"):
                _talk(talk, statistics, questions)
            gr.HTML(search_html(statistics, texts), elem_id="view")
            gr.HTML(source_html(texts), elem_id="source", js_on_load=f"import('{OWN}').then((own) => own.begin())")
    found: gr.Blocks = blocks
    return found


def _talk(talk: Talk, statistics: Statistics, questions: Sequence[str]) -> None:
    """The column of the conversation, and what happens in it."""
    texts = talk.texts
    earlier = gr.Button(texts("earlier"), elem_id="earlier", size="sm")
    chat = gr.Chatbot(
        elem_id="chat",
        label=texts("conversation"),
        show_label=False,
        placeholder=welcome_markdown(statistics, texts, talk.archive.written_by),
        examples=[{"text": question} for question in questions],
        buttons=[],
        autoscroll=False,  # the page's script holds the last question in view
        allow_tags=False,
        latex_delimiters=[],
        layout="panel",
        feedback_options=None,
        editable="user",
        rtl=False,
    )
    gr.HTML(filters_html(statistics, texts), elem_id="filters")
    with gr.Row(elem_id="ask"):
        box = gr.Textbox(
            label=texts("question"),
            show_label=False,
            placeholder=texts("ask_placeholder"),
            autofocus=True,
            lines=1,
            max_lines=6,
            scale=1,
            elem_id="box",
        )
        send = gr.Button(texts("ask"), elem_id="send", variant="primary", scale=0)
        stop = gr.Button(texts("stop"), elem_id="stop", scale=0)
    hidden: dict[str, Any] = {"visible": "hidden"}
    _Wiring(talk, chat, box, gr.Textbox(**hidden), gr.JSON(**hidden), gr.State(Asked())).wire(
        send, stop, earlier, gr.Button(elem_id="restore", **hidden), gr.Button(elem_id="widen", **hidden)
    )


class _Wiring:
    """What happens on Enter, on the buttons, on an example, and when the page is opened.

    The browser hands over where it stands (`sent`, an `Asked` as JSON) with each event, and is told what to remember
    (`told`): the conversation's id and the answer's.
    """

    def __init__(
        self, talk: Talk, chat: gr.Chatbot, box: gr.Textbox, sent: gr.Textbox, told: gr.JSON, asked: gr.State
    ) -> None:
        self.talk, self.chat, self.box, self.sent, self.told, self.asked = talk, chat, box, sent, told, asked

    def wire(self, send: gr.Button, stop: gr.Button, earlier: gr.Button, restore: gr.Button, widen: gr.Button) -> None:
        """Tie the events to what they do."""
        chat, box, sent = self.chat, self.box, self.sent
        asking = f"async (question, messages) => [question, messages, {SCRIPT}.asking(question)]"
        again = f"async (messages) => [messages, {SCRIPT}.again()]"
        changed = f"async (messages) => [messages, {SCRIPT}.changed()]"
        at = f"async (messages) => [messages, {SCRIPT}.context()]"
        started = [
            event(self._put, [box, chat, sent], [chat, self.asked], js=asking, queue=False, **_QUIET)
            for event in (box.submit, send.click)
        ]
        for event, handler, js in (
            (chat.example_select, self._example, again),
            (chat.retry, self._retry, again),
            (chat.edit, self._edit, changed),
            (widen.click, self._widen, again),
        ):
            started.append(event(handler, [chat, sent], [chat, self.asked], js=js, queue=False, **_QUIET))
        answers = [event.then(self._answer, [self.asked, chat], [chat, self.told], **_QUIET) for event in started]
        for answer in answers:
            answer.then(None, self.told, None, js=f"async (told) => {SCRIPT}.answered(told)", **_QUIET)
        halted = stop.click(
            self._stopped, [chat, self.asked], [chat, self.told], cancels=answers, queue=False, **_QUIET
        )
        halted.then(None, self.told, None, js=f"async (told) => {SCRIPT}.answered(told)", **_QUIET)
        chat.undo(self._undo, [chat, sent], [box, chat, self.told], js=at, queue=False, **_QUIET).then(
            None, self.told, None, js=f"async (told) => {SCRIPT}.undone(told)", **_QUIET
        )
        opened = f"async () => [{SCRIPT}.context()]"
        more = f"async () => [{SCRIPT}.earlier()]"
        for event, js in ((restore.click, opened), (earlier.click, more)):
            event(self._restore, sent, [chat, self.told], js=js, queue=False, **_QUIET).then(
                None, self.told, None, js=f"async (told) => {SCRIPT}.restored(told)", **_QUIET
            )

    def _put(self, question: str, messages: Messages, sent: str) -> tuple[Messages, Asked]:
        """The question joins the conversation; an empty one does not."""
        if not question.strip():
            return messages, Asked()
        return self._begun(question, messages, Asked.of(sent))

    def _begun(self, question: str, messages: Messages, asked: Asked) -> tuple[Messages, Asked]:
        if asked.answer:  # a question after an answer that was opened by its link begins a conversation of one's own
            messages = []
        return (
            self.talk.put(question, messages, asked.shown),
            asked.model_copy(update={"question": question.strip(), "answer": ""}),
        )

    def _example(self, messages: Messages, sent: str, event: gr.SelectData) -> tuple[Messages, Asked]:
        return self._begun(str(event.value["text"]), messages, Asked.of(sent))

    def _again(self, messages: Messages, place: int, asked: Asked, request: gr.Request, question: str = "") -> Any:  # noqa: ANN401
        """The question at `place` is put anew, or another in its place."""
        before, messages = self.talk.back_to(asked, messages, place, owner_of(request))
        return self._begun(question or before, messages, asked)

    def _retry(self, messages: Messages, sent: str, event: gr.RetryData, request: gr.Request) -> Any:  # noqa: ANN401
        return self._again(messages, _place(event), Asked.of(sent), request)

    def _edit(self, messages: Messages, sent: str, event: gr.EditData, request: gr.Request) -> Any:  # noqa: ANN401
        if not str(event.value).strip():
            return gr.skip(), Asked()
        return self._again(messages, _place(event), Asked.of(sent), request, str(event.value))

    def _widen(self, messages: Messages, sent: str, request: gr.Request) -> Any:  # noqa: ANN401
        """The last question again, over all articles."""
        asked = Asked.of(sent).model_copy(update={"narrow": False})
        return self._again(messages, len(messages) - 1, asked, request)

    def _undo(self, messages: Messages, sent: str, event: gr.UndoData, request: gr.Request) -> Any:  # noqa: ANN401
        """The last question goes back into the box."""
        asked = Asked.of(sent)
        question, messages = self.talk.back_to(asked, messages, _place(event), owner_of(request))
        return question, messages, self.talk.restored(asked, owner_of(request))[1]

    def _answer(self, asked: Asked, messages: Messages, request: gr.Request) -> Iterator[Any]:
        if not asked.question:
            yield gr.skip(), gr.skip()
            return
        assert request.request is not None  # noqa: S101 - for the type checker: it came by the network
        yield from self.talk.answered(asked, messages, owner_of(request), address_of(request.request))

    def _stopped(self, messages: Messages, asked: Asked, request: gr.Request) -> tuple[Messages, dict[str, Any]]:
        return self.talk.stopped(asked, messages, owner_of(request))

    def _restore(self, sent: str, request: gr.Request) -> tuple[Any, dict[str, Any]]:
        messages, told = self.talk.restored(Asked.of(sent), owner_of(request))
        archive = self.talk.archive
        welcome = welcome_markdown(archive.statistics(), self.talk.texts, archive.written_by)
        return gr.update(value=messages, placeholder=welcome), told


def _place(event: gr.EventData) -> int:
    """Which message an event is about."""
    index = event.index
    return int(index[0] if isinstance(index, (list, tuple)) else index)
