"""Every action does the same by its key, by the mouse and by its command."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import functools
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

import graphstep as gs
from graphstep.lessons import LessonRun, Progress, lesson_named, lesson_run
from graphstep.recording import Recording
from graphstep.tui.actions import ACTIONS, BY_NAME
from graphstep.tui.app import StepApp
from graphstep.tui.canvas import Canvas
from graphstep.tui.commands_actions import command_of
from graphstep.tui.footer import KeyBar
from graphstep.tui.help_screen import HelpScreen, HelpSheet
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.orders import ActionAsked
from graphstep.tui.prompt import Prompt
from graphstep.tui.source_pane import SourcePane
from graphstep.tui.state import UiState
from tests.tui.pilots import app_of, press, screen_text, settle, until

WAYS = ("key", "mouse", "command")
# How long things took is another number each time.
_TIME = re.compile(r"\d+(\.\d+)? ?(ms|s|µs|min)\b")


def program(x: jax.Array, w: jax.Array) -> jax.Array:
    y = x
    for _ in range(20):
        y = y + 1.0
    end, turns = jax.lax.scan(lambda c, each: (c * each, c + each), y, w)
    return jnp.sum(end * x) + jnp.sum(turns)


X = jnp.arange(12.0).reshape(2, 2, 3)
# The last iteration makes NaN.
W = jnp.array([2.0, 1.0, 3.0, jnp.nan])


LARGE = jnp.linspace(-2.0, 3.0, 6_000)
# Bytes: too few for large arrays.
FEW = 64


def large(x: jax.Array) -> jax.Array:
    return jnp.sum(jnp.square(x) * x)


@functools.cache
def traced(*, is_large: bool) -> tuple[gs.Trace, Recording]:
    trace = gs.trace(large, LARGE) if is_large else gs.trace(program, X, W)
    return trace, trace.record(budget=FEW if is_large else None)


@functools.cache
def lesson() -> LessonRun:
    return lesson_run(lesson_named("least_squares"), gs.trace)


def recorded(*, is_large: bool) -> tuple[gs.Trace, Recording]:
    """Return what is walked through; of the large program no arrays were kept."""
    trace, recording = traced(is_large=is_large)
    # What is fetched stays with a recording.
    return trace, trace.record(budget=FEW) if is_large else recording


@dataclasses.dataclass(frozen=True)
class Case:
    """How an action is tried out.

    Attributes:
        start: What is done first, so that there is something to do: keys, and commands
            after a colon.
        typed: What the action then asks for.
        command: What is typed for it after `:`, if that is not the action's own name.
        is_fresh: Whether it changes more than the state, so that each way needs an
            application of its own.
        only_says: Why it changes nothing but the line that is said.
        says_otherwise: Why not each way says the same.
        is_large: Whether the program is the one whose arrays were not kept.
        has_lesson: Whether it is tried out in a lesson.
    """

    start: tuple[str, ...] = (":goto 20/0 @ 1",)
    typed: str = ""
    command: str = ""
    is_fresh: bool = False
    only_says: str = ""
    says_otherwise: str = ""
    is_large: bool = False
    has_lesson: bool = False


STOPS = (":break 3", ":break 20/0", ":goto 10", "8")
ARRAY = (":goto in0", "6")
SECOND = (":let w[3] = 1",)
# Those that find something to do in the middle of the loop are not listed.
CASES: Mapping[str, Case] = {
    "into": Case((":goto 19",)),
    "over": Case((":goto 19",)),
    "reverse_over": Case((":goto 21",)),
    "continue": Case((":break 21", ":goto 20/0 @ 1")),
    "reverse_continue": Case((":break 3", ":goto 20/0 @ 1")),
    "run_to": Case((":goto 10", "J")),
    "switch_stop": Case(STOPS),
    "remove_stop": Case(STOPS),
    "search": Case(typed="mul", command="find mul"),
    "next_hit": Case((":find add",)),
    "previous_hit": Case((":find add", ".")),
    "ask_iteration": Case(typed="iter 3", command="iter 3"),
    "jump": Case((":goto in0",)),
    "jump_back": Case((":goto in0", "apostrophe"), is_fresh=True),
    "open_all": Case((":goto 10", "E")),
    "close_all": Case((":goto 10", "e")),
    "zoom_out": Case(("plus",)),
    "fit": Case(("plus", "plus")),
    "select_up": Case((":goto 21",)),
    "select_left": Case((":goto 20/1 @ 1",)),
    "array": Case((":goto in0",)),
    "array_what": Case(ARRAY),
    "array_format": Case(ARRAY),
    "array_slice": Case(ARRAY, typed="slice [1]", command="slice [1]"),
    "array_element": Case(ARRAY, typed="element 1, 0, 2", command="element 1, 0, 2"),
    "array_greatest": Case(ARRAY),
    "array_least": Case(ARRAY),
    "array_bad": Case((":goto in1", "6")),
    "array_plane_after": Case(ARRAY),
    "array_plane_before": Case((*ARRAY, ":array-plane-after")),
    "next_output": Case((":goto 20",)),
    "copy_numpy": Case(ARRAY),
    "copy_python": Case(ARRAY),
    "fetch": Case(
        (":goto 0", "2"),
        is_large=True,
        is_fresh=True,
        says_otherwise="only what takes a while is spoken of",
    ),
    "filter": Case(("5",)),
    "messages": Case((":find add",)),
    "edit_input": Case(typed="w[0] = 5", command="let w[0] = 5", is_fresh=True),
    "edit_seed": Case(typed="2.0", command="seed 2.0", is_fresh=True),
    "edit_tangents": Case(
        typed="x[0, 1, 2]", command="tangents x[0, 1, 2]", is_fresh=True
    ),
    "why": Case((":goto in0",)),
    "edit_argnums": Case(typed="1", command="argnums 1", is_fresh=True),
    "again": Case(is_fresh=True),
    "compare": Case((*SECOND, "~"), is_fresh=True),
    "previous_run": Case(SECOND, is_fresh=True),
    "next_run": Case((*SECOND, "ctrl+left"), is_fresh=True),
    "drop_run": Case((*SECOND, "9", "up"), is_fresh=True),
    "modes": Case(says_otherwise="only what takes a while is spoken of"),
    "programs": Case(says_otherwise="only what takes a while is spoken of"),
    "transform": Case(
        typed="transform jit",
        command="transform jit",
        only_says="another program takes its place only where somebody opens it",
    ),
    "suspend_process": Case(only_says="the shell gets the terminal, if there is one"),
    "up": Case((":goto 10", "5")),
    "down": Case((":goto 10", "5")),
    "left": Case((":goto 20/carry0", "5", "up")),
    "right": Case((":goto 10", "E", ":goto 20", "5", "left")),
    "page_up": Case((":goto 20/0 @ 1", "5")),
    "page_down": Case((":goto 0", "5")),
    "top": Case((":goto 10", "5")),
    "bottom": Case((":goto 10", "5")),
    "open_close": Case((":goto 20/carry0", "5", "up")),
    "where": Case((":goto 10", "J"), says_otherwise="as in pdb, where the cursor is"),
    "leave": Case(command="quit", is_fresh=True),
    "pane_graph": Case(("4",)),
    "wider": Case((">", "<")),
    "lesson_next": Case(()),
    "lesson_previous": Case(("r",)),
    "lesson_answer": Case((), typed="answer 2", command="answer 2"),
    "lesson_hint": Case(()),
    "lesson_solution": Case(()),
    "lesson_here": Case(("n", "n")),
    "pane_lesson": Case(("1",)),
    "quiz": Case((":goto 3",), is_fresh=True),
    "glossary": Case(()),
}


async def do(pilot: Pilot[int], *steps: str) -> None:
    """Press keys, and type what begins with a colon as a command."""
    for step in steps:
        if step.startswith(":") and len(step) > 1:
            await press(pilot, "colon")
            pilot.app.query_one(Prompt).value = step[1:]
            await press(pilot, "enter")
        else:
            await press(pilot, step)
        await rest(pilot)


async def rest(pilot: Pilot[int]) -> None:
    """Wait for a recording too."""
    app = app_of(pilot)
    await until(pilot, lambda: app._exit or not app.is_recording)
    await settle(pilot)


async def by_mouse(pilot: Pilot[int], name: str) -> None:
    """Click the action's word at the bottom, or else its line in help."""
    if not await _click_word(pilot, name):
        assert await _click_word(pilot, "help")
        await settle(pilot)
        await _click_line(pilot, name)
    await rest(pilot)


async def _click_word(pilot: Pilot[int], name: str) -> bool:
    for start, _, action in pilot.app.query_one(KeyBar)._spans:
        if action == name:
            await pilot.click(KeyBar, offset=(start + 1, 0))
            return True
    return False


async def _click_line(pilot: Pilot[int], name: str) -> None:
    assert isinstance(pilot.app.screen, HelpScreen)
    shown = pilot.app.screen.query_one(HelpSheet)
    for number, column in enumerate(shown._sheet.columns):
        for y, line in enumerate(column):
            if isinstance(line.message, ActionAsked) and line.message.name == name:
                shown.scroll_to(y=y, animate=False, immediate=True)
                await settle(pilot)
                at = number * shown._sheet.width + 3, y - int(shown.scroll_offset.y)
                await pilot.click(shown, offset=at)
                return
    raise AssertionError(name)


def canvas_of(app: StepApp) -> Canvas:
    canvas = app.pane("graph")
    assert isinstance(canvas, Canvas)
    return canvas


def facts(app: StepApp) -> dict[str, Any]:
    """Return everything that an action may change, what is on the screen included."""
    fields = {field.name for field in dataclasses.fields(UiState)}
    found: dict[str, Any] = {
        name: getattr(app.state, name)
        for name in fields - {"rows", "cursor", "came_from", "runs"}
    }
    canvas, prompt = canvas_of(app), app.screen_stack[0].query_one(Prompt)
    runs, cursor, before = app.state.runs, app.state.cursor, app.state.came_from
    # A program that is differentiated otherwise has a graph of its own.
    found["graph"] = str(app.state.graph)
    found["notice"] = _TIME.sub("TIME", app.state.notice)
    found["cursor"] = None if cursor is None else cursor.index
    found["came_from"] = None if before is None else before.index
    found["runs"] = (
        [(run.number, run.what, run.base, run.output) for run in runs.items],
        (runs.current, runs.compared, runs.chosen),
    )
    found["screen"] = type(app.screen).__name__
    found["prompt"] = prompt.is_open and (prompt.kind, prompt.value)
    found["fetched"] = app.recording is not None and len(app.recording.zoomed)
    found["minimap"], found["scroll"] = canvas.has_minimap, canvas.scroll_offset
    found["theme"], found["clipboard"] = app.theme, app.clipboard
    found["exit"] = (app._exit, app.return_value)
    return found


def place_source(app: StepApp) -> None:
    """Scroll the source as when it is first seen: else from where it was before."""
    source = app.pane("source")
    assert isinstance(source, SourcePane)
    source._seen = None
    source.on_resize()


def shown_by(pilot: Pilot[int]) -> str:
    text = screen_text(pilot)
    if _TIME.search(app_of(pilot).state.notice):
        # The notice leaves room for more keys, or for fewer.
        text = text.rsplit("\n", 1)[0]
    # So does the time in the title, to other facts.
    text = re.sub(r"recorded in .*(?=[▶◆◀])", "", text)
    return re.sub(r"[ ─]+", " ", _TIME.sub("TIME", text))


Outcome = tuple[dict[str, Any], str]


@contextlib.asynccontextmanager
async def opened(case: Case) -> AsyncIterator[Pilot[int]]:
    if case.has_lesson:
        run = lesson()
        app = StepApp(
            run.recording.graph,
            trace=run.trace,
            recording=run.recording,
            lesson=LessonState.begun(run, Progress()),
        )
    else:
        trace, recording = recorded(is_large=case.is_large)
        app = StepApp(recording.graph, trace=trace, recording=recording)
    async with app.run_test(size=(100, 30)) as pilot:
        app.hear("something that the program printed\n")
        await settle(pilot)
        yield pilot


async def begin(pilot: Pilot[int], case: Case) -> UiState:
    """Go to where the action is tried out, and see what matters in the middle."""
    app = app_of(pilot)
    await do(pilot, *case.start)
    app.change(app.state.say(""))
    await settle(pilot)
    canvas_of(app).bring_into_sight(is_centred=True)
    await settle(pilot)
    return app.state


async def outcome(pilot: Pilot[int], name: str, way: str) -> Outcome:
    """Do an action in one way, and return everything that is there then."""
    app, action, case = app_of(pilot), BY_NAME[name], CASES.get(name, Case())
    if way == "command":
        await do(pilot, f":{case.command or command_of(action).name}")
    elif way == "key" and action.keys:
        await do(pilot, action.keys[0])
    else:
        await by_mouse(pilot, name)
    if case.typed and way != "command":
        app.screen.query(Input).first().value = case.typed
        await do(pilot, "enter")
    if not app._exit and len(app.screen_stack) == 1:
        place_source(app)
        await rest(pilot)
    return facts(app), "" if app._exit else shown_by(pilot)


async def back_to(pilot: Pilot[int], state: UiState, before: dict[str, Any]) -> None:
    """Bring back everything as it was before an action."""
    app = app_of(pilot)
    while len(app.screen_stack) > 1:
        app.pop_screen()
        await settle(pilot)
    if app.screen.query_one(Prompt).is_open:
        await press(pilot, "escape")
    canvas = canvas_of(app)
    canvas.has_minimap = before["minimap"]
    app.theme = before["theme"]
    app._clipboard = before["clipboard"]
    app._trail.clear()
    app.change(state)
    await settle(pilot)
    if canvas.scroll_offset != before["scroll"]:
        canvas.scroll_to(*before["scroll"], animate=False, immediate=True)
        await settle(pilot)


async def fresh_outcomes(name: str) -> tuple[dict[str, Any], list[Outcome]]:
    """Return what is there before an action, and after it in each of the ways."""
    case, before, found = CASES[name], dict[str, Any](), list[Outcome]()
    for way in WAYS:
        async with opened(case) as fresh:
            await begin(fresh, case)
            before = before or facts(app_of(fresh))
            assert facts(app_of(fresh)) == before
            found.append(await outcome(fresh, name, way))
    return before, found


async def outcomes(
    pilot: Pilot[int], name: str, state: UiState
) -> tuple[dict[str, Any], list[Outcome]]:
    """Return the same for one that is tried out three times from the same state."""
    before, found = facts(app_of(pilot)), list[Outcome]()
    for way in WAYS:
        found.append(await outcome(pilot, name, way))
        await back_to(pilot, state, before)
        assert facts(app_of(pilot)) == before, (name, way)
    return before, found


def complaints(name: str, before: dict[str, Any], found: list[Outcome]) -> list[str]:
    """Return what is wrong with an action: that it does nothing, or not the same."""
    case = CASES.get(name, Case())
    (after, shown), *others = found
    said = {"notice", "is_alarming"}
    changed = {fact for fact in before if before[fact] != after[fact]} - said
    wrong: list[str] = []
    if bool(changed) == bool(case.only_says):
        wrong.append(f"{name} changes {sorted(changed)}, says {after['notice']!r}")
    for way, (then, also) in zip(WAYS[1:], others, strict=True):
        ignored = said if case.says_otherwise else set[str]()
        differing = {f for f in after if then[f] != after[f]} - ignored
        wrong += [
            f"{name} by {way}: {f} {then[f]!r}, not {after[f]!r}" for f in differing
        ]
        # While it is recorded the panels are lower, for as long as that takes: some
        # scroll then, and do not scroll back.
        is_comparable = not ignored and before["runs"] == after["runs"]
        if also != shown and is_comparable:
            lines = difflib.unified_diff(shown.splitlines(), also.splitlines(), n=0)
            wrong.append(f"{name} by {way} shows otherwise:\n" + "\n".join(lines))
    return wrong


GROUPS = {
    group: [action.name for action in ACTIONS if action.group == group]
    for group in dict.fromkeys(action.group for action in ACTIONS)
}


@pytest.mark.parametrize("group", GROUPS)
async def test_key_mouse_and_command_do_the_same(
    group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one state each way leads to the same other state, and to the same picture."""
    monkeypatch.setattr(App, "action_suspend_process", _say_suspended)
    wrong: list[str] = []
    starts: dict[tuple[str, ...], list[str]] = {}
    for name in GROUPS[group]:
        case = CASES.get(name, Case())
        if case.is_fresh:
            wrong += complaints(name, *await fresh_outcomes(name))
        else:
            starts.setdefault(case.start, []).append(name)
    async with opened(Case(has_lesson=group == "Lesson")) as pilot:
        first, origin = app_of(pilot).state, facts(app_of(pilot))
        for start, names in starts.items():
            state = await begin(pilot, Case(start))
            for name in names:
                wrong += complaints(name, *await outcomes(pilot, name, state))
            await back_to(pilot, first, origin)

    assert not wrong, "\n".join(wrong)


def _say_suspended(app: App[int]) -> None:
    assert isinstance(app, StepApp)
    app.change(app.state.say("suspended"))


def test_only_actions_have_cases() -> None:
    """What is said of an action that is none would go unnoticed."""
    assert set(CASES) <= set(BY_NAME)
