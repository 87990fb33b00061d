"""The top line: what runs, what it gave, how well that is known, where we are."""

from __future__ import annotations

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from graphstep.graph import ProgramGraph
from graphstep.recording import Recording, Verification
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.lines import type_of
from graphstep.tui.numbers import fit, number, seconds
from graphstep.tui.palette import Palette
from graphstep.tui.passes import FORWARD, SEED
from graphstep.tui.text_bar import TextBar
from graphstep.tui.view import View

_PRODUCT = "graphstep"
_ARROWS = {"forward": "▶", "seed": "◆", "backward": "◀"}


class TitleBar(TextBar):
    """One line, whose parts give way from the right when there is no room."""

    def show(self, view: View) -> None:
        """Write the line anew."""
        text = title_text(
            view.graph, view.recording, view.cursor, view.palette, self.size.width
        )
        self.write(text)


def title_text(
    graph: ProgramGraph,
    recording: Recording | None,
    cursor: Cursor | None,
    palette: Palette,
    width: int,
) -> Text:
    """Return the line in `width` cells."""
    place = Text(" ")
    if cursor is not None:
        style = palette.bright + palette.pass_(cursor.pass_)
        place.append(f"{_ARROWS[cursor.pass_]} {position_text(cursor)} ", style)
    room = max(0, width - place.cell_len)
    line = Text(no_wrap=True)
    name = one_line(graph.trace.fn_name, 80)
    if cell_len(name) + len(_PRODUCT) + 4 <= room:
        line.append(f" {_PRODUCT} ", palette.dim)
    line.append(f" {name}", palette.bright)
    if recording is not None:
        output = _output_text(graph, recording)
        if output and line.cell_len + cell_len(output) + 2 <= room:
            line.append(f"  {output}", palette.text)
        gap = "   "
        for part in filter(None, _facts(recording)):
            if line.cell_len + cell_len(gap + part) <= room:
                line.append(f"{gap}{part}", palette.dim)
                gap = " · "
    if line.cell_len > room:
        line = Text(fit(line.plain, room), palette.bright)
    line.append(" " * (room - line.cell_len))
    return line + place


def _facts(recording: Recording) -> tuple[str, ...]:
    """Return what is known of a recording, what matters most first."""
    times = dict(recording.timings)
    run = times.get("run")
    whole = f"recorded in {seconds(sum(times.values()))}"
    return (
        f"{whole} (run {seconds(run)})" if run and len(times) > 1 else whole,
        verification_text(recording.verification),
        "statistics only" if recording.mode == "summary" else "",
        "forward only" if not recording.has_cotangents else "",
    )


def position_text(cursor: Cursor) -> str:
    """Return `backward 31/52`; steps are counted from 1 within their pass."""
    timeline = cursor.timeline
    if cursor.pass_ == SEED:
        return "seed"
    if cursor.pass_ == FORWARD:
        return f"forward {cursor.index + 1}/{timeline.forward_length}"
    done = cursor.index - timeline.forward_length
    return f"backward {done}/{timeline.backward_length}"


def verification_text(verification: Verification | None) -> str:
    """Return how outputs and in-cotangents compare with the compiled function's."""
    if verification is None:
        return "not verified"
    parts: list[str] = []
    for what, noun in (("output", "outputs"), ("in_cotangent", "cotangents")):
        worst = verification.worst_of(what)
        if worst is None:
            continue
        if worst.ulp == 0:
            parts.append(f"{noun} =")
        elif worst.ulp <= 64:
            parts.append(f"{noun} ≤ {worst.ulp:g} ulp")
        else:
            parts.append(f"{noun} {worst.norm_relative:.0e}")
    return ", ".join(parts)


def _output_text(graph: ProgramGraph, recording: Recording) -> str:
    """Return `f32[] = 2.3026`, of several outputs how many."""
    if len(graph.outputs) != 1:
        return f"{len(graph.outputs)} outputs" if graph.outputs else "no outputs"
    (node,) = graph.outputs
    array = recording.primal(node)
    kind = type_of(graph, node)
    if not isinstance(array, np.ndarray | np.generic) or not array.size:
        return kind
    if array.size == 1:
        return f"{kind} = {number(np.asarray(array).reshape(-1)[0].item(), 6)}"
    return kind
