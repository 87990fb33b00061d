"""The action that says why a gradient is zero or missing."""

from __future__ import annotations

import dataclasses

from graphstep.analysis import OK, Why, why
from graphstep.export.chain import cut_text, label_of, node_facts, why_lines
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD, Cursor
from graphstep.tracing import one_line
from graphstep.tui.background import BackgroundWork, Task
from graphstep.tui.found import Found
from graphstep.tui.orders import TextAsked
from graphstep.tui.runs_recording import RecordingActions
from graphstep.tui.stopping import searched_for_bad
from graphstep.tui.why_orders import WhyAsked, WhyFound


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
        recording, cursor = self.recording, self.state.cursor
        if recording is None or cursor is None:
            return

        def work(task: Task) -> WhyFound:
            found = why(recording, message.node, message.out)
            first = _first_bad(recording, cursor, task) if found.bad else ()
            return WhyFound(found, first)

        self.work_apart("looking where the gradient is cut", work)

    def on_why_found(self, message: WhyFound) -> None:
        """Show the reasons, and mark where they are: `.` and `,` go from one to the next."""
        found, graph = message.why, self.state.graph
        lines = [*why_lines(graph, found), *message.first]
        name = label_of(graph, *found.value)
        if found.cuts:
            notes = {cut.node: cut_text(graph, cut) for cut in found.cuts}
            hits = Found(f"why {name}", tuple(notes), notes)
            state = dataclasses.replace(self.state, found=hits)
            self.change(state.say("the places are marked: . goes to the next, , back"))
            lines += ["", "The places are marked in the graph: . goes to the next."]
        self.post_message(TextAsked(_title(name, found), tuple(lines)))


def _title(name: str, found: Why) -> str:
    if found.state == "missing":
        return f"why has {name} no gradient?"
    if found.bad:
        what = "NaN" if found.n_nan else "infinite"
        return f"why is the gradient of {name} {what}?"
    if found.n_zero:
        return f"why is the gradient of {name} zero?"
    return f"the gradient of {name}"


def _first_bad(recording: Recording, cursor: Cursor, task: Task) -> tuple[str, ...]:
    """Say where NaN or an infinity came up first, and whose rule made it."""
    search = searched_for_bad(cursor, task)
    if search.hit is None:
        return ()
    lines = ["", f"The first in the run, where F8 goes: {one_line(search.hit.reason)}"]
    first, step = search.cursor, search.cursor.step
    if step.pass_ == BACKWARD and step.node and search.bad is not None:
        facts = node_facts(recording, first, step.node, *search.bad)
        terms = () if facts.sum is None else facts.sum.terms
        senders = [term.amount.name for term in terms if term.amount.mark != OK]
        if senders:
            what = "which had received finite numbers alone"
            lines.append(f"It was sent by {', '.join(senders)}, {what}.")
    return tuple(lines)
