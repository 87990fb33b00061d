"""On a walk by keys through any program, the panels show what was recorded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from graphstep.layout import Box, groups
from graphstep.recording import Absence, Recording
from graphstep.stepping import BACKWARD, FORWARD, Cursor
from graphstep.tui.app import StepApp
from graphstep.tui.canvas import Canvas
from graphstep.tui.lines import COMPLETE, CURRENT, DONE, PENDING
from graphstep.tui.outline import Outline
from graphstep.tui.timeline_bar import TimelineBar
from tests import programs
from tests.tui.pilots import EXAMPLES, app_of, example, press, walk

# The function of each example, if it is not `loss`.
FUNCTIONS = {
    "hessian_vector_product": "hvp",
    "logdet": "logdet",
    "newton_while": "error",
}
# Through loops, over them and out of them, to the seed, on and back.
KEYS = ("n", "n", "s", "n", "]", "n", "[", "o", "N", "p", "b", "n", "n", "N", "n", "P")
MOVES = {
    "n": Cursor.next,
    "p": Cursor.previous,
    "N": Cursor.over,
    "P": Cursor.reverse_over,
    "s": Cursor.into,
    "o": Cursor.out,
    "b": lambda cursor: cursor.to_pass("seed"),
}
ZOO = (
    "cond_of_scan",
    "custom_jvp_in_jit",
    "named_scopes",
    "remat_in_jit_in_remat",
    "same_value_twice",
    "scan_nested",
    "scan_of_jit_and_cond",
    "switch_three",
    "while_of_stopped_values",
)
_NUMBER = re.compile(r"[−+-]?(?:\d+\.?\d*(?:e[−+-]?\d+)?|NaN|∞|Inf)", re.IGNORECASE)
_MARKS = {"done": DONE, "current": CURRENT, "pending": PENDING}


def target(name: str) -> tuple[Any, tuple[Any, ...]]:
    module = example(name)
    args = module.example_args
    function = getattr(module, FUNCTIONS.get(name, "loss"))
    return function, args() if callable(args) else args


def numbers_in(text: str) -> np.ndarray:
    words = (
        word.replace("−", "-").replace("∞", "inf") for word in _NUMBER.findall(text)
    )
    return np.array([abs(float(word)) for word in words])


def shows(text: str, array: Any) -> bool:
    """Return whether a scalar, or the norm of an array, is among the numbers of a text."""
    size = abs(np.asarray(array, np.complex128)).ravel()
    if not np.isfinite(size).all():
        return bool(re.search(r"NaN|Inf|∞|\bN\b|\bI\b", text))
    wanted = math.sqrt(float(size @ size))
    return bool(np.isclose(numbers_in(text), wanted, rtol=6e-3, atol=1e-12).any())


def is_real(value: Any) -> bool:
    return (
        isinstance(value, np.ndarray | np.generic)
        and value.dtype.kind in "fc"
        and value.size > 0
    )


def crop(strips: list[Strip], place: Region) -> list[str]:
    """Return the lines of a part of the screen."""
    return [s.crop(place.x, place.right).text for s in strips[place.y : place.bottom]]


def check_marks(pilot: Pilot[int], strips: list[Strip]) -> None:
    """Each line of the outline is marked as its node is at this step."""
    app, outline = app_of(pilot), app_of(pilot).pane("outline")
    assert isinstance(outline, Outline)
    rows, cursor, graph = outline.rows, app.state.cursor, app.state.graph
    assert rows is not None
    assert cursor is not None
    if cursor.pass_ not in (FORWARD, BACKWARD):
        return
    for y, line in enumerate(crop(strips, outline.region)[2:-1]):
        row = y + int(outline.scroll_offset.y)
        code = rows.code(row) if row < len(rows) else -1
        marks = line[1:6]
        if code < 0 or not cursor.timeline.has_steps(cursor.pass_, graph.order[code]):
            continue
        node = graph.order[code]
        # The backward pass leaves out what has no cotangent.
        if cursor.pass_ == FORWARD or cursor.has_cotangent(node):
            assert _MARKS[cursor.state(node)] in marks, (node, line)
        is_complete = cursor.has_complete_cotangent(node)
        assert (COMPLETE in marks) == is_complete, (node, line)


def walked(cursor: Cursor, nodes: Iterable[str]) -> list[str]:
    """Return those of some nodes that this pass of the walk comes to."""
    return [
        node
        for node in nodes
        if cursor.timeline.has_steps(cursor.pass_, node)
        and (cursor.pass_ == FORWARD or cursor.has_cotangent(node))
    ]


def trouble(recording: Recording, cursor: Cursor, node: str) -> str:
    """Return `N` or `I` if what is known of a node by now holds NaN or an infinity."""
    known: list[Any] = []
    iteration = cursor.iteration_of(node)
    if iteration is not None and recording.graph.node(node).avals:
        if cursor.pass_ != FORWARD or cursor.state(node) != "pending":
            known.append(recording.primal(node, 0, iteration))
        if cursor.has_complete_cotangent(node):
            known.append(recording.cotangent(node, 0, iteration))
    letter = ""
    for value in filter(is_real, known):
        if not np.isfinite(value).all():
            letter = "N" if np.isnan(value).any() else "I"
    return letter


def check_box(app: StepApp, box: Box, cells: list[str]) -> None:
    """One box says what its node or region is, and is marked as that is at this step."""
    cursor, graph, recording = app.state.cursor, app.state.graph, app.recording
    assert cursor is not None
    assert recording is not None
    mark, words, below = cells[1][2], cells[1][4:-1].strip(), cells[2][4:-1].strip()
    said = (box, cells)
    if box.kind == "node":
        node = graph.node(box.id)
        nodes = [box.id]
        kind, _, rest = words.rpartition("  ")
        if node.role == "eqn" and (kind or not words.endswith("…")):
            assert node.primitive.startswith(rest.rstrip("…")), said
        types = [aval.str_short(short_dtypes=True) for aval in node.avals]
        if len(set(types)) > 1:
            assert below == f"{len(types)} values", said
        elif types:
            shown, _, place = below.split(" ×")[0].partition(" ")
            assert types[0].startswith(shown.rstrip("…")), said
            # A value that a region is handed says as which one.
            assert box.id.rsplit("/")[-1].startswith(place.rstrip("…")), said
        is_complete = cursor.has_complete_cotangent(box.id)
        assert (COMPLETE in cells[0]) == is_complete, said
        letter = trouble(recording, cursor, box.id)
        assert ("N" in cells[0], "I" in cells[0]) == (letter == "N", letter == "I")
    else:
        group = {group.id: group for group in groups(graph)}.get(box.id)
        inside = graph.regions[box.id] if group is None else group
        nodes = graph.order[inside.start : inside.stop]
        number = int(below.split()[0])
        assert number == inside.size, said
    states = {cursor.state(node) for node in walked(cursor, nodes)}
    is_current = cursor.step.node in nodes
    assert (cells[0][0] == "╔") == is_current, said
    if is_current:
        assert mark == CURRENT, said
    elif len(states) == 1:
        assert mark == _MARKS[states.pop()], said


def check_boxes(pilot: Pilot[int], strips: list[Strip]) -> int:
    """Check the boxes of the graph that are wholly seen; return how many."""
    app = app_of(pilot)
    canvas, cursor = app.pane("graph"), app.state.cursor
    assert isinstance(canvas, Canvas)
    assert canvas.drawn is not None
    assert cursor is not None
    if cursor.pass_ not in (FORWARD, BACKWARD):
        return 0
    place, layout = canvas.scrollable_content_region, canvas.drawn
    blank = max(0, (place.width - layout.width) // 2)
    left, top = (int(each) for each in canvas.scroll_offset)
    left -= blank
    rows = crop(strips, place)
    frame = (left, top, left + place.width - 1, top + place.height - 1)
    n_checked = 0
    for box in layout.boxes_in(*frame)[1]:
        x, y = box.x - left, box.y - top
        is_whole = x >= 0 and y >= 0 and y + box.height <= place.height
        if is_whole and x + box.width <= place.width:
            cells = [row[x : x + box.width] for row in rows[y : y + box.height]]
            check_box(app, box, cells)
            n_checked += 1
    return n_checked


def check(pilot: Pilot[int]) -> str:
    """Compare what is shown of a step with the recording; return what is shown."""
    app = app_of(pilot)
    cursor, recording = app.state.cursor, app.recording
    assert cursor is not None
    assert recording is not None
    strips = pilot.app.screen._compositor.render_strips()
    title = strips[0].text
    chain = app.pane("chain").plain
    timeline, step = cursor.timeline, cursor.step
    if cursor.pass_ == FORWARD:
        assert f"forward {cursor.index + 1}/{timeline.forward_length}" in title
    elif cursor.pass_ == BACKWARD:
        at = cursor.index - timeline.forward_length
        assert f"backward {at}/{timeline.backward_length}" in title
    if step.node:
        iteration = cursor.iteration_of(step.node)
        if cursor.pass_ == FORWARD:
            primal = recording.primal(step.node, 0, iteration)
            if is_real(primal):
                assert shows(chain, primal), (step, primal, chain)
        else:
            terms = cursor.running_sum(step.node)
            for term in terms.terms:
                for value in (term.value, term.total):
                    if is_real(value):
                        assert shows(chain, value), (step, value, chain)
            cotangent = recording.cotangent(step.node, 0, iteration)
            if is_real(cotangent) and cursor.has_complete_cotangent(step.node, 0):
                assert shows(chain, cotangent), (step, cotangent, chain)
            if isinstance(cotangent, Absence) and cotangent.kind != "not_captured":
                assert not cursor.has_complete_cotangent(step.node, 0)
    check_marks(pilot, strips)
    n_boxes = check_boxes(pilot, strips)
    if step.node and cursor.pass_ in (FORWARD, BACKWARD):
        # What the cursor is at is in sight.
        assert n_boxes > 0
    return f"{title}\n{chain}"


def is_in_one_group(canvas: Canvas, one: Cursor, other: Cursor) -> bool:
    """Return whether two steps are at leaves that are drawn as one box."""
    assert canvas.drawn is not None
    nodes = one.step.node, other.step.node
    boxes = {canvas.drawn.shown(node) for node in nodes if node}
    return all(nodes) and boxes < set(canvas.layouts.labels.groups)


async def check_walk(pilot: Pilot[int]) -> None:
    """Walk by keys, then by the mouse, and compare at every stop."""
    app = app_of(pilot)
    canvas = app.pane("graph")
    assert isinstance(canvas, Canvas)
    # It would hide boxes.
    canvas.has_minimap = False
    canvas.refresh()
    await press(pilot)
    check(pilot)
    for key in KEYS:
        before = app.state.cursor
        expected = MOVES[key](before) if key in MOVES else None
        while key == "N" and is_in_one_group(canvas, before, expected):
            expected = expected.over()
        await press(pilot, key)
        if expected is not None:
            assert app.state.cursor.index == expected.index, key
        check(pilot)
    if not app.state.cursor.at_end and not app.state.cursor.at_start:
        here = check(pilot)
        await press(pilot, "n", "p")
        assert check(pilot) == here
        await press(pilot, "p", "n")
        assert check(pilot) == here
    bar = pilot.app.query_one(TimelineBar)
    x = bar.scale.cell_of(min(5, len(app.state.cursor.timeline) - 1))
    index = bar.scale.index_at(x)
    await pilot.click(TimelineBar, offset=(x + 1, 1))
    await press(pilot)
    assert app.state.cursor.index == index
    sought = check(pilot)
    await press(pilot, "g", *"n" * index)
    assert check(pilot) == sought


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
async def test_examples_show_what_was_recorded(name: str) -> None:
    """Values, sums and marks are the recording's, wherever keys and mouse lead."""
    fn, args = target(name)
    async with walk(fn, *args, size=(190, 60), panes=("outline", "chain")) as pilot:
        await check_walk(pilot)


@pytest.mark.parametrize("name", ZOO)
async def test_programs_show_what_was_recorded(name: str) -> None:
    """The same of programs that are hard in one way each."""
    program = programs.build(name)
    with program.context():
        async with walk(
            program.fn,
            *program.args,
            size=(190, 60),
            panes=("outline", "chain"),
            **program.options,
            **program.kwargs,
        ) as pilot:
            await check_walk(pilot)
