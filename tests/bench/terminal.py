"""Time the terminal UI on large programs: keys pressed, frames drawn, by a pilot."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
from textual import events
from textual.pilot import Pilot

import graphstep as gs
from graphstep.recording import Recording
from graphstep.tui.app import StepApp
from graphstep.tui.arrangement import GRAPH, PANES, Arrangement
from graphstep.tui.canvas import Canvas
from graphstep.tui.collecting import rare_collections
from graphstep.tui.state import UiState
from graphstep.tui.view import View
from tests.bench.budgets import Figure
from tests.bench.graphs import unrolled
from tests.bench.models import MODELS

N_EQUATIONS = 10_000
_LARGEST = "gpt12"
_SIZE = (200, 60)
# Keys of each subject, pressed one after the other.
_KEYS: Mapping[str, Sequence[str]] = {
    "step": ("n", "n", "n", "N", "n", "p", "n", "n", "P", "n"),
    "fold": ("enter", "enter"),
    "scroll": ("pagedown", "down", "down", "pageup", "ctrl+d", "ctrl+u"),
    "pan": ("l", "l", "h", "right", "left", "h"),
    "select": ("J", "J", "L", "K", "H", "J"),
}
# Keys that are there before the first of them is answered.
_HELD = 100
# Seconds between two looks whether all is done: looking costs, too.
_GLANCE = 0.02
# A shared machine is now and then half as fast as it can be. This many additions take
# so many milliseconds where nobody else is at work, which tells how fast it is now.
_ADDITIONS, _UNDISTURBED = 200_000, 7.6


@dataclasses.dataclass(frozen=True)
class Times:
    """Processor milliseconds, drawing included.

    Attributes:
        first: Until the first picture of the drawing is on the screen; of a very long
            program it is of a stretch of it.
        whole: Until all of the drawing is there.
        keys: Of each key, by subject, of the whole process, until nothing is left to be
            worked out or shown.
        own: The same, of the interface's thread: what a person waits for. The rest
            is spent in the background.
        undisturbed: The same as `keys`, and as `first` and `whole`, had the machine been
            as fast as it can be: by how long a fixed piece of work took before and after.
        held: Of keys that come all at once, each.
        frames: How many frames these took.
        memory: Megabytes that the interface came to take; 0 where the system does not
            tell.
    """

    first: float
    whole: float
    keys: Mapping[str, list[float]]
    own: Mapping[str, list[float]]
    undisturbed: Mapping[str, list[float]]
    held: float
    frames: int
    memory: float


def _canvas(pilot: Pilot[int]) -> Canvas:
    return pilot.app.screen_stack[0].query_one(Canvas)


async def _until(pilot: Pilot[int], claim: Callable[[], bool]) -> None:
    while not claim():
        await pilot.pause(0.001)


async def _seen(pilot: Pilot[int], app: StepApp) -> None:
    """Wait until there is a drawing on the screen, if not of all of the program."""
    canvas = _canvas(pilot)
    await _until(pilot, lambda: not app.is_stale and canvas.drawn is not None)


async def _drawn(pilot: Pilot[int], app: StepApp) -> None:
    """Wait for what a person waits for: the state is shown, the drawing is that of it."""
    await _until(pilot, lambda: not app.is_stale and _canvas(pilot).is_up_to_date)


async def _at_rest(pilot: Pilot[int], app: StepApp) -> None:
    """Wait for the background too, so that no key pays for the one before."""
    # A pilot's own way of waiting asks every widget, which costs as much as a step.
    await asyncio.sleep(_GLANCE)
    while app.has_more_to_show:  # noqa: ASYNC110 -- there is no event for nothing.
        await asyncio.sleep(_GLANCE)


async def _held_keys(pilot: Pilot[int], app: StepApp) -> tuple[float, int]:
    """Send many keys at once; return the milliseconds of each, and how many frames."""
    canvas, frames = _canvas(pilot), 0
    show = canvas.show

    def counted(view: View) -> None:
        nonlocal frames
        frames += 1
        show(view)

    canvas.show = counted
    began = time.process_time()
    for _ in range(_HELD):
        app.post_message(events.Key("n", "n"))
    await _at_rest(pilot, app)
    canvas.show = show
    return 1000 * (time.process_time() - began) / _HELD, frames


def _resident() -> float:
    """Return the megabytes that this process takes, or 0 if the system does not tell."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return 0.0
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6


def _slowness() -> float:
    """Return how many times as long as undisturbed the machine takes at present."""
    began, total = time.process_time(), 0
    for i in range(_ADDITIONS):
        total += i
    return 1000 * (time.process_time() - began) / _UNDISTURBED


def _near(state: UiState, position: int) -> UiState:
    """Return the state with the heading of a visible region selected."""
    rows, around = state.rows, state.rows.row_at(position)
    headings = [row for row in range(len(rows)) if rows.region(row) is not None]
    if not headings:
        return state
    return state.select_row(min(headings, key=lambda row: abs(row - around)))


async def _times(
    rec: Recording, opened: str, rounds: int, *, has_all_panels: bool
) -> Times:
    before = _resident()
    app = StepApp(rec.graph, recording=rec)
    regions = frozenset(filter(None, rec.graph.regions))
    if opened != "usual":
        app.state = app.state.with_open(regions if opened == "all" else frozenset())
    if has_all_panels:
        arrangement = Arrangement(tuple(pane for pane in PANES if pane != GRAPH))
        app.state = dataclasses.replace(app.state, arrangement=arrangement)
    keys: dict[str, list[float]] = {subject: [] for subject in _KEYS}
    own: dict[str, list[float]] = {subject: [] for subject in _KEYS}
    undisturbed: dict[str, list[float]] = {subject: [] for subject in _KEYS}
    slowness, began = _slowness(), time.process_time()
    async with app.run_test(size=_SIZE) as pilot:
        await _seen(pilot, app)
        first = 1000 * (time.process_time() - began)
        await _drawn(pilot, app)
        whole = 1000 * (time.process_time() - began)
        slowness = (slowness + _slowness()) / 2
        undisturbed["first"], undisturbed["whole"] = (
            [first / slowness],
            [whole / slowness],
        )
        for round_ in range(rounds):
            # Elsewhere in the program each time.
            middle = len(rec.graph) * (round_ + 1) // (rounds + 1)
            app.change(app.state.select_node(rec.graph.order[middle]))
            await pilot.press("t")
            await _at_rest(pilot, app)
            for subject, pressed in _KEYS.items():
                if subject == "fold":
                    app.change(_near(app.state, middle))
                    await _at_rest(pilot, app)
                for key in pressed:
                    slowness = _slowness()
                    began, own_began = time.process_time(), time.thread_time()
                    app.post_message(events.Key(key, key if len(key) == 1 else None))
                    await _at_rest(pilot, app)
                    keys[subject].append(1000 * (time.process_time() - began))
                    own[subject].append(1000 * (time.thread_time() - own_began))
                    slowness = (slowness + _slowness()) / 2
                    undisturbed[subject].append(keys[subject][-1] / slowness)
        held, frames = await _held_keys(pilot, app)
    memory = max(_resident() - before, 0.0)
    return Times(first, whole, keys, own, undisturbed, held, frames, memory)


def _late(times: Sequence[float]) -> float:
    """Return the time that 19 of 20 stay within."""
    return sorted(times)[max(0, math.ceil(0.95 * len(times)) - 1)]


def terminal_figures(
    rounds: int, model: str = _LARGEST, n: int = N_EQUATIONS
) -> list[Figure]:
    """Return how long first pictures and keys take in the terminal UI.

    In processor time of the whole process, at 200 by 60 cells: as it was measured, and
    in proportion to what an undisturbed machine takes for a fixed piece of work. For
    the median also in that of the interface's thread. The model is measured with its
    gradient, also with all panels beside it; the other program is a chain of `n`
    equations.
    """
    fn, args = MODELS[model].build()
    # What the numbers are makes no difference here, and compiling takes minutes.
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        large = gs.trace(jax.value_and_grad(fn), *args)
        of_model = large.record(verify=False)
        chain = gs.trace(unrolled(n), jnp.ones(3))
        of_chain = chain.record(verify=False)
    finally:
        jax.config.update("jax_disable_most_optimizations", False)
    figures: list[Figure] = []
    for name, rec, views in (
        (model, of_model, ("none", "usual", "usual, all panels", "all")),
        ("chain", of_chain, ("usual",)),
    ):
        for view in views:
            opened, _, panels = view.partition(", ")
            has_all = bool(panels)
            # As `graphstep.tui.app.run` does.
            with rare_collections():
                times = asyncio.run(_times(rec, opened, rounds, has_all_panels=has_all))
            of = f"{name}, {len(rec.graph):,} nodes, {view} open"
            figures.append(Figure(f"first picture of {of}", times.first, 500, "ms"))
            figures.append(Figure("  all of it", times.whole, 1000, "ms"))
            for which, limit in (("first", 500), ("whole", 1000)):
                (value,) = times.undisturbed[which]
                figures.append(Figure(f"  {which}, undisturbed", value, limit, "ms"))
            for subject, taken in times.keys.items():
                mine = statistics.median(times.own[subject])
                figures.append(Figure(f"  {subject}, its thread", mine, 30, "ms"))
                for how, each in (
                    ("", taken),
                    (", undisturbed", times.undisturbed[subject]),
                ):
                    middle, late = statistics.median(each), _late(each)
                    figures.append(
                        Figure(f"  {subject}, median{how}", middle, 30, "ms")
                    )
                    figures.append(Figure(f"  {subject}, 95 %{how}", late, 60, "ms"))
            figures += [
                Figure(f"  one of {_HELD} steps at once", times.held, 30, "ms"),
                Figure(f"  {_HELD} steps at once", times.frames, _HELD // 4, "frames"),
                Figure("  memory", times.memory, 200, "MB"),
            ]
    return figures
