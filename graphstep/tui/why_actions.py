"""The action that says why a gradient is zero or missing."""

from __future__ import annotations

import dataclasses
import textwrap

from graphstep.analysis import why
from graphstep.export.chain import cut_text, label_of, why_lines
from graphstep.tui.background import BackgroundWork, Task
from graphstep.tui.found import Found
from graphstep.tui.orders import TextAsked
from graphstep.tui.runs_recording import RecordingActions
from graphstep.tui.why_orders import WhyAsked, WhyFound

_WIDTH = 96


class WhyActions(RecordingActions, BackgroundWork):
    """Asking where dependence is cut."""

    def action_why(self) -> None:
        """Say why the cotangent of the inspected value is zero or missing."""
        node = self.state.inspected
        if node is None or not self.state.graph.node(node).avals:
            said = "select a value to ask why its gradient is zero"
            self.change(self.state.say(said, is_alarming=True))
            return
        self.on_why_asked(WhyAsked(node, self.state.examined.out))

    def on_why_asked(self, message: WhyAsked) -> None:
        """Look for the cuts in a thread: equations are run again one by one."""
        recording = self.recording
        if recording is None:
            return

        def work(_: Task) -> WhyFound:
            return WhyFound(why(recording, message.node, message.out))

        self.work_apart("looking where the gradient is cut", work)

    def on_why_found(self, message: WhyFound) -> None:
        """Show the reasons, and mark where they are: `.` and `,` go from one to the next."""
        found, graph = message.why, self.state.graph
        lines: list[str] = []
        for line in why_lines(graph, found):
            indent = " " * (len(line) - len(line.lstrip()))
            lines += textwrap.wrap(line, _WIDTH, subsequent_indent=indent) or [""]
        name = label_of(graph, *found.value)
        if found.cuts:
            notes = {cut.node: cut_text(graph, cut) for cut in found.cuts}
            hits = Found(f"why {name}", tuple(notes), notes)
            state = dataclasses.replace(self.state, found=hits)
            self.change(state.say("the places are marked: . goes to the next, , back"))
            lines += ["", "The places are marked in the graph: . goes to the next."]
        title = f"why is the gradient of {name} zero?"
        if found.state == "missing":
            title = f"why has {name} no gradient?"
        self.post_message(TextAsked(title, tuple(lines)))
