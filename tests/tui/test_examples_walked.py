"""On a walk by keys through any program, the panels show what was recorded."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from graphstep.recording import Absence
from graphstep.stepping import BACKWARD, FORWARD, Cursor
from graphstep.tui.lines import COMPLETE, CURRENT, DONE, PENDING
from graphstep.tui.outline import Outline
from graphstep.tui.timeline_bar import TimelineBar
from tests import programs
from tests.tui.pilots import EXAMPLES, app_of, example, press, screen_text, walk

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
    "same_value_twice",
    "scan_nested",
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


def check_marks(pilot: Pilot[int]) -> None:
    """Each line of the outline is marked as its node is at this step."""
    app, outline = app_of(pilot), app_of(pilot).pane("outline")
    assert isinstance(outline, Outline)
    rows, cursor, graph = outline.rows, app.state.cursor, app.state.graph
    assert rows is not None
    assert cursor is not None
    if cursor.pass_ not in (FORWARD, BACKWARD):
        return
    for y, line in enumerate(screen_text(pilot, "outline").splitlines()[2:-1]):
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


def check(pilot: Pilot[int]) -> str:
    """Compare what is shown of a step with the recording; return what is shown."""
    app = app_of(pilot)
    cursor, recording = app.state.cursor, app.recording
    assert cursor is not None
    assert recording is not None
    title = screen_text(pilot).splitlines()[0]
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
    check_marks(pilot)
    return f"{title}\n{chain}"


async def check_walk(pilot: Pilot[int]) -> None:
    """Walk by keys, then by the mouse, and compare at every stop."""
    app = app_of(pilot)
    check(pilot)
    for key in KEYS:
        before = app.state.cursor
        await press(pilot, key)
        if key in MOVES:
            assert app.state.cursor.index == MOVES[key](before).index, key
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
    async with walk(fn, *args, size=(160, 60), panes=("outline", "chain")) as pilot:
        await check_walk(pilot)


@pytest.mark.parametrize("name", ZOO)
async def test_programs_show_what_was_recorded(name: str) -> None:
    """The same of programs that are hard in one way each."""
    program = programs.build(name)
    with program.context():
        async with walk(
            program.fn,
            *program.args,
            size=(160, 60),
            panes=("outline", "chain"),
            **program.options,
            **program.kwargs,
        ) as pilot:
            await check_walk(pilot)
