"""The top line: what runs, what it gave, how well that is known, where we are."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from graphstep.graph import ProgramGraph
from graphstep.recording import Comparison, Recording, Verification
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.lines import type_of
from graphstep.tui.numbers import fit, number, seconds
from graphstep.tui.palette import Palette
from graphstep.tui.passes import FORWARD, SEED
from graphstep.tui.text_bar import TextBar
from graphstep.tui.view import View

_PRODUCT = "graphstep"
# Beyond that, a relative difference says more.
_READABLE = 64
Length = Literal["long", "medium", "short"]
LENGTHS: tuple[Length, ...] = ("long", "medium", "short")
_ARROWS = {"forward": "▶", "seed": "◆", "backward": "◀"}


class TitleBar(TextBar):
    """One line, whose parts give way from the right when there is no room."""

    def show(self, view: View) -> None:
        """Write the line anew."""
        # Its own width is not known before the first frame.
        width = self.app.size.width
        text = title_text(view.graph, view.recording, view.cursor, view.palette, width)
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
    shown = _shown(graph, recording, room)
    for part in _PARTS:
        words = shown.get(part.name, "")
        if words:
            # Facts are set apart from what they are about, and from each other.
            gap = part.gap if line else " "
            style: Style = getattr(palette, part.style)
            line.append(gap + words, style)
    line.append(" " * (room - line.cell_len))
    return line + place


@dataclasses.dataclass(frozen=True, slots=True)
class _Part:
    """A part of the line: what is written before it, and how."""

    name: str
    gap: str
    style: str


# From the left to the right.
_PARTS = (
    _Part("product", " ", "dim"),
    _Part("name", "  ", "bright"),
    _Part("output", "  ", "text"),
    _Part("verification", "   ", "dim"),
    _Part("mode", " · ", "dim"),
    _Part("passes", " · ", "dim"),
    _Part("time", " · ", "dim"),
)
_GAP = 3


def _shown(
    graph: ProgramGraph, recording: Recording | None, room: int
) -> dict[str, str]:
    """Return the words of the parts for which there is room; none is cut but a name."""
    name = one_line(graph.trace.fn_name, 80)
    if recording is None:
        offers = [("name", name), ("product", _PRODUCT)]
        return _chosen(offers, {}, room)
    long, medium, short = (
        verification_text(recording.verification, length) for length in LENGTHS
    )
    # How well the numbers are known is said before anything but the name.
    shown = {"verification": short}
    shown["name"] = fit(name, min(cell_len(name), max(1, room - cell_len(short) - 4)))
    times = dict(recording.timings)
    run = times.get("run")
    whole = f"recorded in {seconds(sum(times.values()))}"
    detailed = f"{whole} (run {seconds(run)})" if run and len(times) > 1 else whole
    offers = [
        ("output", _output_text(graph, recording)),
        ("mode", "statistics only" if recording.mode == "summary" else ""),
        ("passes", _passes_text(recording)),
        ("verification", medium),
        ("verification", long),
        ("product", _PRODUCT),
        ("time", whole),
        ("time", detailed),
    ]
    return _chosen(offers, shown, room)


def _chosen(
    offers: list[tuple[str, str]], shown: dict[str, str], room: int
) -> dict[str, str]:
    """Add what there is room for, in the order in which it matters."""
    for part, words in offers:
        wider = shown | {part: words}
        if sum(cell_len(each) + _GAP for each in wider.values() if each) <= room:
            shown = wider
    return shown


def position_text(cursor: Cursor) -> str:
    """Return `backward 31/52`; steps are counted from 1 within their pass."""
    timeline = cursor.timeline
    if cursor.pass_ == SEED:
        return "seed"
    if cursor.pass_ == FORWARD:
        return f"forward {cursor.index + 1}/{timeline.forward_length}"
    done = cursor.index - timeline.forward_length
    return f"backward {done}/{timeline.backward_length}"


def verification_text(verification: Verification | None, length: Length) -> str:
    """Return how outputs and in-cotangents compare with the compiled function's.

    Args:
        verification: The comparison, if one was made.
        length: Whether both are spoken of, or the worse of both, or in signs.
    """
    if verification is None:
        return "not verified"
    kinds = [("outputs", "output"), ("cotangents", "in_cotangent")]
    found = {noun: verification.worst_of(what) for noun, what in kinds}
    by_noun = {noun: worst for noun, worst in found.items() if worst is not None}
    if not by_noun:
        return ""
    worst = max(by_noun.values(), key=lambda each: each.ulp)
    if length == "short":
        return _in_signs(worst)
    if length == "medium":
        return _in_words(worst, "as in JAX")
    said = {noun: _in_words(each, "") for noun, each in by_noun.items()}
    if len(set(said.values())) == 1:
        return f"{' and '.join(said)} {_in_words(worst, 'as in JAX')}"
    (outputs, first), (cotangents, second) = by_noun.items()
    words = _in_words(second, "")
    return f"{outputs} {_in_words(first, 'as in JAX')}, {cotangents} {words}"


def _in_signs(worst: Comparison) -> str:
    if worst.ulp == 0:
        return "= jax"
    if worst.ulp <= _READABLE:
        return f"= jax ≤ {worst.ulp:g} ulp"
    return f"jax ± {worst.norm_relative:.0e}"


def _in_words(worst: Comparison, like: str) -> str:
    """Return `exactly as in JAX`, or how near; an ulp is a float's last place."""
    if worst.ulp == 0:
        return f"exactly {like}".rstrip()
    if worst.ulp <= _READABLE:
        return f"{like} within {worst.ulp:g} ulp".lstrip()
    return f"{like} within {worst.norm_relative:.0e}".lstrip()


def _passes_text(recording: Recording) -> str:
    """Return which passes there are, unless it is forward and backward."""
    if recording.has_tangents:
        return "forward mode"
    return "" if recording.has_cotangents else "forward only"


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
