"""The conversation: what is shown as a question is put, answered, stopped, changed, taken back and found again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from qa.answer.quoting import plain
from qa.archive import QUESTION_CHARACTERS, Archive
from qa.errors import DatelineError, KeepingError
from qa.keeping.conversations import Conversations, Kept
from qa.network.rates import Rates
from qa.search.dialogue import HISTORY
from qa.types import ABSTENTION, Answer, Delta, Draft, Filters, Finished, Found, Hit, Turn
from qa.web.render import answer_markdown, how_found, markdown_html
from qa.web.texts import Texts

SHOWN = 20
"""Turns on the page at first, and how many more at a time: with 300 a frame takes 170 ms, with 20 less than 16."""
_KEPT = re.compile(r'class="permalink" href="[^"]*\?a=([\w-]+)"')
"""How an answer on the page says under which id it is kept."""

Messages = list[dict[str, Any]]


class Asked(BaseModel):
    """What the browser says with a question: where it stands, what it looks at. What cannot be read counts as unset."""

    question: str = ""
    conversation: str = ""
    answer: str = ""
    """The id of an answer that is shown alone, from its link."""
    after: date | None = None
    before: date | None = None
    outlets: list[str] = Field(default=[], max_length=200)
    narrow: bool = True
    """Whether the question's own days narrow the search."""
    shown: int = Field(default=SHOWN, ge=1, le=10_000)

    @property
    def filters(self) -> Filters:
        """What is searched."""
        return Filters(self.after, self.before, tuple(self.outlets))

    @classmethod
    def of(cls, sent: str) -> Asked:
        """What the browser sent, or nothing asked."""
        try:
            return cls.model_validate_json(sent or "{}")
        except ValidationError:
            return cls()


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversations over one archive, in one language of the page. Safe to be used by several threads."""

    archive: Archive
    kept: Conversations
    rates: Rates
    texts: Texts

    def put(self, question: str, messages: Messages, shown: int = SHOWN) -> Messages:
        """The end of the conversation with the question in it, `shown` turns in all."""
        earlier = messages[-2 * (shown - 1) :] if shown > 1 else []
        return [*earlier, {"role": "user", "content": plain(" ".join(question[: QUESTION_CHARACTERS + 1].split()))}]

    def answered(
        self, asked: Asked, messages: Messages, owner: str, address: str
    ) -> Iterator[tuple[Messages, dict[str, Any]]]:
        """The conversation as its last question is answered, and what the browser should know of it.

        Args:
            asked: The question and what is searched.
            messages: The conversation, the question last.
            owner: Whose conversation it is.
            address: Where the question comes from.
        """

        def shown(text: str, **known: object) -> tuple[Messages, dict[str, Any]]:
            return [*messages, {"role": "assistant", "content": text}], known

        if wait := self.rates.wait(owner, address):
            yield shown(f'<p class="error">{self.texts("too_many", n=wait)}</p>', conversation=asked.conversation)
            return
        written = ""
        try:
            passages = f"{self.archive.statistics().passages:,}"
            yield shown(f'<p class="aside">{self.texts("searching", n=passages)}</p>')
            history = [Turn(turn.answer.question, turn.answer.text) for turn in self._turns(owner, asked, HISTORY)]
            with closing(self.archive.stream(asked.question, history, None, asked.filters, asked.narrow)) as events:
                for event in events:
                    if isinstance(event, Found):
                        yield shown(f'<p class="aside">{self.texts("reading", n=len(event.hits))}</p>')
                    elif isinstance(event, Draft):
                        yield shown(f'{written} <span class="draft">{markdown_html(event.text)}</span>')
                    elif isinstance(event, Delta):
                        written += event.text
                        if self.archive.written_by:
                            yield shown(written)
                    elif isinstance(event, Finished):
                        turn = self._keep(owner, asked, event.answer)
                        earlier = max(0, turn.place - len(_ids(messages)))
                        yield shown(self._rendered(turn), conversation=turn.conversation, turn=turn.id, earlier=earlier)
        except DatelineError as error:
            yield shown(f'<p class="error">{markdown_html(str(error))}</p>', conversation=asked.conversation)

    def stopped(self, asked: Asked, messages: Messages, owner: str) -> tuple[Messages, dict[str, Any]]:
        """The conversation whose last answer its reader stopped: what was written so far is kept as no answer."""
        if not messages or not asked.question or _KEPT.search(_text(messages[-1])):
            return messages, {"conversation": asked.conversation}
        written = _text(messages.pop()) if messages[-1]["role"] == "assistant" else ""
        written = "" if written.startswith("<p") else written.partition('<span class="draft">')[0].strip()
        told = (self.texts("stopped"),)
        turn = self._keep(owner, asked, Answer(written, None, (), True, 0.0, (), asked.question, warnings=told))
        shown = {"role": "assistant", "content": self._rendered(turn)}
        return [*messages, shown], {"conversation": turn.conversation, "turn": turn.id}

    def _keep(self, owner: str, asked: Asked, answer: Answer) -> Kept:
        """The turn as it is kept; one without an id, with a line that says why, where it cannot be."""
        revision = self.archive.revision()
        try:
            return self.kept.add(
                owner, asked.conversation or None, asked.question, answer, asked.filters, asked.narrow, revision
            )
        except KeepingError as error:
            answer = replace(answer, warnings=(*answer.warnings, str(error)))
            return Kept(
                id="",
                conversation=asked.conversation,
                place=0,
                asked=asked.question,
                answer=answer,
                filters=asked.filters,
                narrow=asked.narrow,
                revision=revision,
                when=datetime.now(UTC),
            )

    def _turns(self, owner: str, asked: Asked, last: int) -> list[Kept]:
        return self.kept.turns(owner, asked.conversation, last) if asked.conversation else []

    def _rendered(self, turn: Kept) -> str:
        answer = turn.answer
        if answer.text == ABSTENTION:
            answer = replace(answer, hits=tuple(self._with_text(hit) for hit in answer.hits))
        found = how_found(answer, turn.revision, turn.when, self.texts) if answer.hits else ""
        return answer_markdown(answer, turn.asked, self.texts, turn.id, found, turn.filters)

    def _with_text(self, hit: Hit) -> Hit:
        """The hit with its article's text, which is not kept with an answer."""
        article = None if hit.article.text else self.archive.article(hit.article.id)
        return replace(hit, article=article) if article else hit

    def _pair(self, turn: Kept) -> Messages:
        answer = {"role": "assistant", "content": self._rendered(turn)}
        return [*self.put(turn.asked, []), answer]

    def restored(self, asked: Asked, owner: str) -> tuple[Messages, dict[str, Any]]:
        """A kept conversation as the page shows it again, or the one answer that a link names."""
        if asked.answer:
            turn = self.kept.kept(asked.answer)
            if turn is None:
                return [{"role": "assistant", "content": f'<p class="error">{self.texts("shared_none")}</p>'}], {}
            told = self.texts("shared", when=f"{turn.when:%Y-%m-%d}", n=markdown_html(turn.revision))
            changed = f" {self.texts('shared_changed')}" if turn.revision != self.archive.revision() else ""
            question, answer = self._pair(turn)
            answer["content"] = f'<p class="aside">{told}{changed}</p>\n\n{answer["content"]}'
            return [question, answer], {"answer": turn.id}
        turns = self._turns(owner, asked, asked.shown)
        messages = [message for turn in turns for message in self._pair(turn)]
        votes = {turn.id: turn.vote for turn in turns if turn.vote}
        known = {"conversation": asked.conversation if turns else "", "earlier": turns[0].place if turns else 0}
        return messages, {**known, "votes": votes, "asked": asked.conversation}

    def back_to(self, asked: Asked, messages: Messages, place: int, owner: str) -> tuple[str, Messages]:
        """The question of the message at `place` and the conversation before it; what follows is no longer kept."""
        place = _question_at(messages, place)
        question = _shown(messages[place])
        ids = _ids(messages)
        turns = self._turns(owner, asked, len(ids))  # those on the page
        kept_before = len(_ids(messages[:place]))
        if turns:
            if kept_before < len(turns):
                question = turns[kept_before].asked
            self.kept.keep_until(owner, asked.conversation, turns[0].place + kept_before)
        return question, messages[:place]


def _question_at(messages: Messages, place: int) -> int:
    """Where the question of the exchange stands that the message at `place` belongs to."""
    while place > 0 and messages[place]["role"] != "user":
        place -= 1
    return place


def _ids(messages: Sequence[dict[str, Any]]) -> list[str]:
    """Under which ids the answers among the messages are kept."""
    return [found[1] for message in messages if (found := _KEPT.search(_text(message)))]


def _shown(message: dict[str, Any]) -> str:
    """What a message says, without what Markdown needed."""
    return re.sub(r"\\(\W)", r"\1", _text(message))


def _text(message: dict[str, Any]) -> str:
    """The text of a message, which Gradio gives back as a string or as a list of parts."""
    content = message["content"]
    parts = content if isinstance(content, list) else [content]
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts)
