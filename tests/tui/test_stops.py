"""Breakpoints that are on and off, watches with what they were."""

from __future__ import annotations

import itertools
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.stepping import Breakpoint, cursor
from graphstep.tui.breaks import Breaks, mark_at
from graphstep.tui.health import health_of
from graphstep.tui.passes import SEED
from graphstep.tui.timeline_scale import Scale
from graphstep.tui.timeline_track import track_of
from graphstep.tui.values import ValueKey, Values
from graphstep.tui.watch import Watch
from graphstep.tui.watching import before, seen, watch_label
from tests.tui.pilots import (
    app_of,
    example,
    line_with,
    press,
    screen_text,
    send,
    until,
    walk,
)


def fan(x: jax.Array) -> jax.Array:
    h = jnp.tanh(x)
    return jnp.sum(h * h) + jnp.sin(h)[0] + jnp.cos(h)[1]


def scanned(x: jax.Array) -> jax.Array:
    def body(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return c * 2.0, None

    last, _ = jax.lax.scan(body, x, None, length=3)
    return last


X = jnp.array([0.5, -1.0])
FAN = gs.record(fan, X)


def node_of(rec: gs.Recording, primitive: str) -> str:
    return next(n for n in rec.graph.order if rec.graph.node(n).primitive == primitive)


def number(text: str) -> float:
    return float(text.removeprefix("‖·‖ ").removesuffix(" so far").replace("−", "-"))


def test_what_is_off_does_not_stop() -> None:
    """Only breakpoints that are on are handed to the walk."""
    nan, tanh = Breakpoint(condition="nan"), Breakpoint.parse("tanh")
    breaks = Breaks().add(nan).add(tanh).enable((1,), is_enabled=False)

    assert breaks.enabled == (tanh,)
    assert [each.number for each in breaks.items] == [1, 2]


def test_stops_are_counted_and_temporary_ones_go() -> None:
    """A breakpoint knows how often it stopped the walk."""
    tanh = Breakpoint.parse("tanh")
    breaks = Breaks().add(tanh).add(tanh, is_temporary=True)

    (kept,) = breaks.stopped_by(tanh).items
    assert (kept.number, kept.stops) == (1, 1)


def test_marks_stand_where_a_breakpoint_can_stop() -> None:
    """By id, by name or by primitive; a condition alone marks nothing."""
    graph = FAN.graph
    tanh = node_of(FAN, "tanh")
    for text in ("tanh", "h", tanh, f"{tanh} if nan"):
        breaks = Breaks().add(Breakpoint.parse(text))

        assert [n for n in graph.order if mark_at(graph, breaks, n)] == [tanh]
    breaks = Breaks().add(Breakpoint.parse("nan"))
    assert not any(mark_at(graph, breaks, n) for n in graph.order)


@pytest.mark.parametrize("element", [None, (1,)])
def test_a_watch_shows_the_primal_of_the_pass(element: tuple[int, ...] | None) -> None:
    """In the forward pass a value is to come until the walk has been there."""
    tanh, values = node_of(FAN, "tanh"), Values(FAN)
    watch = Watch(tanh, element=element)
    start = cursor(FAN)
    assert seen(values, start, watch).text == "to come"

    here = seen(values, start.to(tanh), watch)
    array = FAN.primal(tanh)
    expected = array[element] if element else np.linalg.norm(array)
    assert number(here.text) == pytest.approx(float(expected), rel=1e-2)
    assert here.of == "primal"


def test_a_watched_cotangent_grows_term_by_term() -> None:
    """Each contribution that arrives changes it; at last it is the recording's."""
    tanh, values = node_of(FAN, "tanh"), Values(FAN)
    watch = Watch(tanh, of="cotangent", element=(0,))
    at, texts = cursor(FAN).to_pass("seed"), []
    while not at.at_end:
        old, at = at, at.next()
        changed = before(values, at, old, watch)
        if changed:
            texts.append((changed, seen(values, at, watch).text))

    total = at.running_sum(tanh).total
    assert len(texts) >= 2
    assert all(old == new for (_, old), (new, _) in itertools.pairwise(texts))
    assert number(texts[-1][1]) == pytest.approx(float(np.asarray(total)[0]), rel=1e-3)
    assert number(seen(values, at, watch).text) == pytest.approx(
        float(FAN.cotangent(tanh)[0]), rel=1e-3
    )


def test_a_watch_says_old_and_new_per_iteration() -> None:
    """In a loop the value of the iteration before is what it was."""
    rec = gs.record(scanned, 1.0)
    mul, values = node_of(rec, "mul"), Values(rec)
    first = cursor(rec).to(mul, 0, "forward")
    second = cursor(rec).to(mul, 1, "forward")

    assert before(values, second, first, Watch(mul)) == "2"
    assert seen(values, second, Watch(mul)).text == "4"


def test_a_watch_of_a_value_without_cotangent_says_why() -> None:
    """What is not there is not a number."""
    rec = gs.record(lambda x, n: x * n, 2.0, 3)
    shown = seen(Values(rec), cursor(rec).last(), Watch("in1", of="cotangent"))

    assert not shown.is_value
    assert "integer" in shown.text


async def test_the_panel_lists_and_turns_off() -> None:
    """Enter on a line turns a breakpoint off, and then the walk passes it."""
    async with walk(fan, X) as pilot:
        app = app_of(pilot)
        await press(pilot, "colon", *"break tanh", "enter", "8")
        assert "not reached" in line_with(pilot, "■  1")
        await press(pilot, "c")
        await until(pilot, lambda: app.state.cursor.step.node == node_of(FAN, "tanh"))
        await press(pilot)
        assert "stopped 1×" in line_with(pilot, "■  1")
        await press(pilot, "enter", "g", "c")
        await until(pilot, lambda: app.state.cursor.pass_ == SEED)
        await press(pilot)

        assert "off" in line_with(pilot, "□  1")
        assert app.state.notice == "no breakpoints are on; at the seed"


async def test_a_click_on_the_mark_turns_it_off_and_delete_removes() -> None:
    """The mouse does what the keys do."""
    async with walk(fan, X) as pilot:
        app = app_of(pilot)
        await press(pilot, "colon", *"break tanh", "enter", "8")
        await pilot.click("#stops", offset=(2, 1))
        await press(pilot)
        assert not app.state.breaks.items[0].is_enabled
        await press(pilot, "delete")

        assert app.state.breaks.items == ()


def test_watches_of_one_name_are_told_apart() -> None:
    """Each has its node's id then; alone, the name will do."""

    def twice(x: jax.Array) -> jax.Array:
        h = jnp.tanh(x)
        h = jnp.sin(h)
        return jnp.sum(h)

    graph = gs.trace(twice, jnp.ones(2)).graph
    first, second = (Watch(node) for node in graph.order if graph.label(node) == "h")

    assert watch_label(graph, (first,), first) == "h"
    assert watch_label(graph, (first, Watch(first.node, element=(1,))), first) == "h"
    labels = [watch_label(graph, (first, second), each) for each in (first, second)]
    assert labels == [f"h ({first.node})", f"h ({second.node})"]


async def test_w_watches_what_is_inspected() -> None:
    """`W` adds a line with the value of the recording; once more takes it away."""
    async with walk(fan, X) as pilot:
        app = app_of(pilot)
        tanh = node_of(FAN, "tanh")
        await press(pilot, "n", "W", "8")
        assert [w.node for w in app.state.watches] == [tanh]
        shown = line_with(pilot, "◦  1").split("◦  1", 1)[1]
        norm = float(np.linalg.norm(FAN.primal(tanh)))
        assert number(shown.split("‖·‖ ")[1].split()[0]) == pytest.approx(
            norm, rel=1e-2
        )
        await press(pilot, "W")

        assert app.state.watches == ()


async def test_continue_says_why_it_stopped() -> None:
    """The notice is the reason that the walk gives."""
    module = example("sqrt_where_nan")
    async with walk(module.loss, *module.example_args()) as pilot:
        app = app_of(pilot)
        await press(pilot, "colon", *"break nan", "enter", "b")
        start = app.state.cursor
        _, stop = start.continue_(app.state.breakpoints)
        await press(pilot, "c")
        await until(pilot, lambda: app.state.cursor is not start)

        assert app.state.notice == stop.reason
        await press(pilot, "C")
        await until(pilot, lambda: app.state.notice.startswith("no breakpoint stopped"))
        assert app.state.cursor.pass_ == SEED


@pytest.mark.parametrize(
    ("start", "size"), [("g", (120, 40)), ("G", (120, 40)), ("g", (80, 24))]
)
async def test_one_key_goes_to_the_first_nan_and_follows_its_element(
    start: str, size: tuple[int, int]
) -> None:
    """From anywhere; that there is one is said once it is known, at any size."""
    module = example("sqrt_where_nan")
    async with walk(module.loss, *module.example_args(), size=size) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: "NaN at 1 node: F8" in app.state.notice)
        await press(pilot, start)
        begun = app.state.cursor
        await press(pilot, "f8")
        await until(
            pilot, lambda: app.state.cursor is not begun or "1 NaN" in app.state.notice
        )
        step = app.state.cursor.step
        cotangent = app.recording.cotangent(step.node, 0, step.iteration)

        assert (step.pass_, step.node) == ("backward", "in0")
        assert np.isnan(cotangent[app.state.examined.element])
        assert "1 NaN of 3 elements" in app.state.notice


async def test_the_first_step_of_all_may_hold_the_first_infinity() -> None:
    """A search begins behind a step, but nothing is missed."""
    async with walk(fan, jnp.array([0.5, jnp.inf])) as pilot:
        app = app_of(pilot)
        await press(pilot, "G")
        await press(pilot, "f8")
        await until(pilot, lambda: app.state.cursor.at_start)

        assert app.state.examined.element == (1,)


async def test_no_nan_anywhere_is_said() -> None:
    """The cursor stays where it is."""
    async with walk(fan, X) as pilot:
        app = app_of(pilot)
        await press(pilot, "n")
        here = app.state.cursor.index
        await press(pilot, "f8")
        await until(pilot, lambda: "holds NaN or an infinity" in app.state.notice)

        assert app.state.notice.startswith("nothing that was recorded")
        assert app.state.cursor.index == here


def guarded(x: jax.Array, limit: float) -> jax.Array:
    ready = jnp.broadcast_to(jnp.array(jnp.nan) * 1.0, x.shape)
    return jnp.sum(jnp.where(x > limit, x, jax.lax.optimization_barrier(ready)))


@pytest.mark.parametrize("is_reached", [False, True])
async def test_nan_that_is_only_held_ready_alarms_nobody(is_reached: bool) -> None:
    """As in `jnp.var`: it matters once it reaches a value that depends on input."""
    limit = 2.0 if is_reached else -2.0
    async with walk(guarded, X, limit) as pilot:
        app = app_of(pilot)
        rec, said = app.recording, app.state.notice
        assert any(np.isnan(rec.primal(node)).any() for node in rec.graph.order)
        assert ("NaN at" in said) == is_reached

        await press(pilot, "f8")
        await until(pilot, lambda: app.state.notice != said)

        step = app.state.cursor.step
        assert ("holds NaN" in app.state.notice) != is_reached
        if is_reached:
            first = next(
                node
                for node in rec.graph.order
                if np.isnan(rec.primal(node)).any()
                and "input"
                in {rec.graph.node(n).role for n in rec.graph.ancestors(node)}
            )
            assert step.node == first


@pytest.mark.parametrize("is_reached", [False, True])
def test_nan_that_is_only_held_ready_is_marked_nowhere(is_reached: bool) -> None:
    """No letter on boxes, in lines and on the timeline where `F8` does not stop."""
    rec = gs.record(guarded, X, 2.0 if is_reached else -2.0)
    here, values, health = cursor(rec).first(), Values(rec), health_of(rec)

    track = track_of(rec, here, Scale.of(here.timeline, 60), {}, lambda: False)
    shorts = {
        node: values.short_at_once(ValueKey("primal", node, 0, ()))
        for node in rec.graph.order
    }

    assert track is not None
    marked = {node for node, short in shorts.items() if short.flag}
    assert bool(marked) == ("N" in "".join(track)) == is_reached
    assert marked == {
        node for i, node in enumerate(rec.graph.order) if health.letter(i)
    }
    # What they are is said all the same.
    ready = next(n for n in rec.graph.order if rec.graph.node(n).primitive == "mul")
    assert "NaN" in shorts[ready].text


async def test_what_was_not_captured_is_said() -> None:
    """In a summary without values that no stop was found is not the whole truth."""

    def printing(x: jax.Array) -> jax.Array:
        jax.debug.print("{}", x)
        return jnp.sin(x)

    async with walk(printing, 1.0) as pilot:
        app = app_of(pilot)
        await press(pilot, "colon", *"break norm > 1e9", "enter", "c")
        await until(pilot, lambda: app.state.notice.startswith("no breakpoint"))
        unseen = app.state.cursor.unseen(app.state.breakpoints[0])

        assert ("were not captured" in app.state.notice) == bool(unseen)


async def test_escape_gives_a_long_search_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """While values are looked at, keys are answered, and Escape ends the wait."""
    entered, may_go = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        entered.set()
        may_go.wait()

    monkeypatch.setattr("graphstep.tui.stopping._searched", slow)
    async with walk(fan, X) as pilot:
        app = app_of(pilot)
        send(pilot, "c")
        await until(pilot, entered.is_set)
        await until(pilot, lambda: "Esc cancels" in screen_text(pilot))
        await press(pilot, "escape")

        assert app.state.notice == "cancelled"
        assert not app.is_working
        await press(pilot, "n")
        assert app.state.cursor.index == 1
        may_go.set()
