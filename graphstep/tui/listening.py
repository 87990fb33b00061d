"""What the program prints while the interface has the terminal: kept and shown."""

from __future__ import annotations

import collections
import threading

from textual import events

from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line
from graphstep.tui.arranging import Arranging
from graphstep.tui.messages import Printed
from graphstep.tui.orders import TextAsked

PRINTED = "printed: "
_KEPT_LINES = 2000
# A line without an end is cut, so that a stream of such cannot fill the memory.
_LONGEST = 2000


class ListeningActions(Arranging):
    """Lines that the program printed, such as those of `jax.debug.print`.

    Attributes:
        printed: The last of them, oldest first.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        self.printed: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
        self._unfinished = ""
        self._waiting: list[str] = []
        self._waiting_lock = threading.Lock()

    def listen(self) -> None:
        """Take over what Python code prints."""
        self.begin_capture_print(self)

    def hear(self, text: str) -> None:
        """Take text from any thread; many pieces make one message."""
        with self._waiting_lock:
            is_first = not self._waiting
            self._waiting.append(text)
        if is_first:
            self.post_message(Printed())

    def on_print(self, event: events.Print) -> None:
        """Keep what was printed."""
        event.stop()
        self._keep(event.text)

    def on_printed(self, _: Printed) -> None:
        """Keep what came through the descriptors."""
        with self._waiting_lock:
            text, self._waiting = "".join(self._waiting), []
        self._keep(text)

    def _keep(self, text: str) -> None:
        *lines, self._unfinished = (self._unfinished + text).split("\n")
        if len(self._unfinished) > _LONGEST:
            lines, self._unfinished = [*lines, self._unfinished], ""
        shown = [one_line(line.rstrip("\r"), _LONGEST) for line in lines]
        self.printed.extend(shown)
        told = [line for line in shown if line.strip()]
        if told:
            self.change(self.state.say(f"{PRINTED}{told[-1]}   (Ctrl-O shows all)"))

    def action_messages(self) -> None:
        """Show in full what was said at the bottom, the last first."""
        if not self.notices:
            self.change(self.state.say("nothing was said yet"))
            return
        lines = tuple(reversed(self.notices))
        self.post_message(TextAsked("messages, the last first", lines))

    def action_output(self) -> None:
        """Show everything that the program printed."""
        if not self.printed:
            self.change(self.state.say("the program has printed nothing"))
            return
        self.post_message(TextAsked("what the program printed", tuple(self.printed)))
