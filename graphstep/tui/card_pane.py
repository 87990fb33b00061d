"""The card of the local Jacobian of the equation that is looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.text import Text
from textual import work
from textual.message import Message

from graphstep.export.chain import Card, PathStep, cards_of, label_of, path_of
from graphstep.lessons import HIDDEN
from graphstep.recording import Recording
from graphstep.stepping import Cursor
from graphstep.tui.card_page import cards_page
from graphstep.tui.pane import TextPane
from graphstep.tui.paper import lines_of
from graphstep.tui.resting import Resting
from graphstep.tui.spelling import spelled_out
from graphstep.tui.view import View

_KEPT = 64
# Seconds without a key until an equation is executed: whoever walks does not wait.
_PAUSE = 0.25
# Which step, node, output; how often the recording was zoomed into.
_Key = tuple[int, str, int, int]
_Found = tuple[tuple[Card, ...], tuple[PathStep, ...]]


class CardPane(TextPane):
    """Structure, picture and gain of the local Jacobian of the current equation."""

    pane_id = "card"
    heading = "local Jacobian"

    @dataclasses.dataclass
    class Found(Message):
        """Cards have been worked out."""

        recording: Recording
        key: _Key
        cards: tuple[Card, ...]
        path: tuple[PathStep, ...]

    def __init__(self) -> None:
        super().__init__()
        self._recording: Recording | None = None
        self._known: dict[_Key, _Found] = {}
        self._wanted: tuple[Recording, Cursor, _Key] | None = None
        self._at_work = False
        self._resting = Resting(self, self._begin, _PAUSE)

    @property
    def has_more_to_show(self) -> bool:
        """Whether cards are still being worked out."""
        return self._wanted is not None or self._at_work or super().has_more_to_show

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return the title and the cards."""
        cursor, recording, palette = view.cursor, view.recording, view.palette
        self._wanted = None
        if cursor is None or recording is None:
            return self.heading, [Text("There are no values yet.", palette.dim)]
        quiz = view.state.quiz
        if quiz is not None and quiz.is_asking:
            return self.heading, [Text(str(HIDDEN), palette.dim)]
        if recording is not self._recording:
            self._recording = recording
            self._known.clear()
        node = view.state.inspected
        if node is None:
            words = "Select an equation to see its Jacobian."
            return self.heading, [Text(words, palette.dim)]
        key = (cursor.index, node, view.state.examined.out, len(recording.zoomed))
        title = f"{self.heading} · {label_of(view.graph, node)}"
        if key not in self._known:
            self._wanted = recording, cursor, key
            self._resting.ask()
            out = _out(cursor, node, key[2])
            known = cards_of(recording, cursor, node, out, measures=False)
            return title, lines_of(cards_page(known, (), palette, width))
        cards, path = self._known[key]
        path = spelled_out(path) if view.is_ascii else path
        return title, lines_of(cards_page(cards, path, palette, width))

    def _begin(self) -> None:
        """Work out what is shown by now, if no thread is still at work."""
        if self._wanted is not None and not self._at_work:
            self._at_work = True
            self._measure(*self._wanted)

    @work(thread=True, group="card")
    def _measure(self, recording: Recording, cursor: Cursor, key: _Key) -> None:
        _, node, out, _ = key
        out = _out(cursor, node, out)
        cards = cards_of(recording, cursor, node, out)
        path = path_of(recording, cursor, node, out)
        self.post_message(self.Found(recording, key, cards, path))

    def on_card_pane_found(self, message: Found) -> None:
        """Show what was worked out, if it is still wanted."""
        message.stop()
        self._at_work = False
        if message.recording is self._recording:
            self._known[message.key] = message.cards, message.path
            if len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]
        if self.view is not None:
            self.show(self.view)
        if not self._resting.is_waiting:
            self._begin()


def _out(cursor: Cursor, node: str, out: int) -> int:
    """Return which output is looked at; another node may have fewer."""
    return out if out < len(cursor.timeline.graph.node(node).avals) else 0
