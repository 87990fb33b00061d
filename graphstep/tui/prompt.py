"""The line for searching and for commands."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.timer import Timer
from textual.widgets import Input, Static

from graphstep.tracing import one_line
from graphstep.tui.completing import Completion
from graphstep.tui.history import History
from graphstep.tui.messages import Entered
from graphstep.tui.orders import Typed
from graphstep.tui.reading_state import FILTER

_HINTS = {
    FILTER: "tanh · f32[32,64] · a regular expression; Esc shows all lines",
    "/": "h · tanh · f32[*,512] · model.py:12 · norm > 1e3 · a regular expression",
    ":": "next 10 · break h if nan · print h[3,:] · watch h · goto 12/3 · help",
}
# Seconds of rest in typing after which a search is made.
_REST = 0.06


class Candidates(Static):
    """One line of words that could be typed next; a click takes one."""

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id=id)
        self._spans: list[tuple[int, int, int]] = []

    def show_words(self, words: tuple[str, ...], chosen: int | None) -> None:
        """Write as many words as fit, from the chosen one on."""
        self.set_class(bool(words), "-open")
        self._spans = []
        width = max(8, self.size.width or self.app.size.width) - 2
        first = chosen or 0
        line, room = Text(no_wrap=True), width
        for number in range(first, len(words)):
            word = one_line(words[number], 40)
            if cell_len(word) + 2 > room:
                line.append("…")
                break
            start = width - room
            self._spans.append((start, start + cell_len(word), number))
            line.append(word, "reverse" if number == chosen else "")
            line.append("  ")
            room -= cell_len(word) + 2
        self.update(line, layout=False)

    def on_click(self, event: events.Click) -> None:
        """Take the word under the pointer."""
        offset = event.get_content_offset(self)
        for start, end, number in self._spans:
            if offset is not None and start <= offset.x < end:
                self.screen.query_one(Prompt).take(number)


class Prompt(Input):
    """An input line that is there only while it is needed."""

    kind = "/"

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id=id, select_on_focus=False)
        self.histories = {kind: History() for kind in _HINTS}
        self._complete: Callable[[str, str], Completion] | None = None
        self._words: Completion = Completion(0, ())
        self._chosen: int | None = None
        # What was typed before a completion or a line of history took its place.
        self._typed = ""
        self._at: int | None = None
        self._is_filling = False
        self._rest: Timer | None = None

    @property
    def is_open(self) -> bool:
        """Whether a person is typing."""
        return self.has_class("-open")

    @property
    def is_resting(self) -> bool:
        """Whether what was typed last is still to be told."""
        return self._rest is not None

    def open(self, kind: str, text: str = "") -> None:
        """Ask for a search (`/`) or a command (`:`), with something typed already."""
        self.kind = kind
        self.border_title = kind
        self.placeholder = _HINTS[kind]
        self._at, self._typed = None, text
        self.value = text
        self.cursor_position = len(text)
        self.say("")
        self.add_class("-open")
        self.focus()
        self._offer()

    def close(self) -> None:
        """Go away."""
        self.remove_class("-open")
        self._candidates.show_words((), None)

    def say(self, words: str) -> None:
        """Write a remark into the border."""
        self.border_subtitle = one_line(words, 200).replace("[", r"\[")

    def completes_by(self, complete: Callable[[str, str], Completion]) -> None:
        """Ask this what could stand where a person is typing."""
        self._complete = complete

    @property
    def _candidates(self) -> Candidates:
        return self.screen.query_one(Candidates)

    # Typing --------------------------------------------------------------------------

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what could follow, and search once the person rests."""
        event.stop()
        if self._is_filling:
            self._is_filling = False
        else:
            self._typed, self._at = event.value, None
            self._offer()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._tell)

    def _tell(self) -> None:
        self._rest = None
        if self.is_open:
            self.post_message(Typed(self.kind, self.value))

    def _offer(self) -> None:
        self._chosen = None
        at_end = self.cursor_position >= len(self.value)
        self._words = Completion(0, ())
        if self._complete is not None and self.value and at_end and self.is_open:
            self._words = self._complete(self.kind, self.value)
        self._candidates.show_words(self._words.words, None)

    def _fill(self, text: str) -> None:
        if text != self.value:
            self._is_filling = True
            self.value = text
        self.cursor_position = len(text)

    def take(self, number: int) -> None:
        """Put a candidate in the place of the last word."""
        start, words = self._words
        self._fill(self._typed[:start] + words[number])
        self._typed = self.value
        self.focus()
        self._offer()

    def complete(self, by: int) -> None:
        """Go to the next candidate, or to the one before."""
        start, words = self._words
        if not words:
            self._offer()
            start, words = self._words
        if not words:
            return
        if len(words) == 1:
            self.take(0)
            return
        first = 0 if by > 0 else len(words) - 1
        number = first if self._chosen is None else (self._chosen + by) % len(words)
        self._chosen = number
        self._fill(self._typed[:start] + words[number])
        self._candidates.show_words(words, number)

    def _recall(self, *, is_older: bool) -> None:
        history = self.histories[self.kind]
        look = history.older if is_older else history.newer
        self._at = look(self._typed, self._at)
        text = self._typed if self._at is None else history.lines[self._at]
        self._fill(text)

    def on_key(self, event: events.Key) -> None:
        """Complete, recall, or give up."""
        is_emptier = event.key == "backspace" and not self.value
        if is_emptier or event.key in ("escape", "ctrl+c"):
            self.post_message(Entered(self.kind, "", is_given_up=True))
        elif event.key in ("up", "down"):
            self._recall(is_older=event.key == "up")
        elif event.key in ("tab", "shift+tab"):
            self.complete(1 if event.key == "tab" else -1)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the line over."""
        event.stop()
        line = event.value.strip()
        if line:
            self.histories[self.kind] = self.histories[self.kind].add(line)
        self.post_message(Entered(self.kind, line))
