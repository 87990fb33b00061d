"""The line below: the whole walk from the first input to the last in-cotangent."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from graphstep.recording import Recording
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.lines import label_of
from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette
from graphstep.tui.passes import SEED
from graphstep.tui.view import View

_SEED = "┊seed┊"


class TimelineBar(Static):
    """Two lines: the bar, and where the cursor is in words."""

    def show(self, view: View) -> None:
        """Write both lines anew."""
        cursor, recording, palette = view.cursor, view.recording, view.palette
        self.set_class(cursor is None, "-absent")
        if cursor is None or recording is None:
            return
        width = max(20, self.size.width)
        text = bar_text(cursor, palette, width - 2)
        text.append("\n")
        text.append_text(place_text(cursor, recording, palette, width - 2))
        self.update(text, layout=False)


def bar_text(cursor: Cursor, palette: Palette, width: int) -> Text:
    """Return the walk as a bar of `width` cells, the passes in proportion."""
    timeline = cursor.timeline
    bar = Text(no_wrap=True)
    if not timeline.has_backward:
        _stretch(bar, palette, "forward", width, cursor.index, timeline.forward_length)
        return bar
    room = width - len(_SEED)
    n_forward, n_backward = timeline.forward_length, timeline.backward_length
    first = min(max(room * n_forward // max(1, n_forward + n_backward), 8), room - 8)
    here = cursor.index
    _stretch(bar, palette, "forward", first, here, n_forward)
    is_seed = cursor.pass_ == SEED
    style = palette.bright + palette.backward if is_seed else palette.dim
    bar.append(_SEED, style)
    _stretch(bar, palette, "backward", room - first, here - n_forward - 1, n_backward)
    return bar


def _stretch(
    bar: Text, palette: Palette, pass_: str, width: int, here: int, length: int
) -> None:
    """Draw one pass; `here` is the step in it, outside of its range if elsewhere."""
    name = f" {pass_} "
    start = max(1, (width - len(name)) // 2)
    is_inside = 0 <= here < length
    done = width if here >= length else 0
    if is_inside:
        done = here * (width - 1) // max(1, length - 1)
    for i in range(width):
        if is_inside and i == done:
            bar.append("●", palette.bright)
        elif start <= i < start + len(name) and width > len(name) + 4:
            bar.append(name[i - start], palette.dim)
        elif i < done:
            bar.append("━", palette.pass_(pass_))
        else:
            bar.append("─", palette.faint)


def place_text(
    cursor: Cursor, recording: Recording, palette: Palette, width: int
) -> Text:
    """Return where the cursor is: the node, and the iteration of each loop around."""
    step, graph = cursor.step, cursor.timeline.graph
    line = Text(no_wrap=True)
    if not step.node:
        line.append("seed", palette.backward)
        line.append(fit("  the cotangent of the outputs", width - 4), palette.dim)
        return line
    for depth, loop in enumerate(graph.loops(step.node)):
        region = graph.regions[loop]
        if region.kind == "shard_map":
            continue
        trips = recording.trips(loop, step.iteration[:depth])
        name = (
            region.kind
            if region.name == region.kind
            else f"{region.kind} {region.name}"
        )
        line.append(f"{one_line(name, 40)} ", palette.dim)
        line.append(f"iteration {step.iteration[depth]}/{trips}", palette.text)
        line.append("   ")
    node = graph.node(step.node)
    words = f"{label_of(graph, step.node)} · {node.primitive} · {step.node}"
    room = max(0, width - line.cell_len)
    line.append(fit(one_line(words, 200), min(room, len(words))), palette.text)
    return line
