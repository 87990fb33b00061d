"""What can be typed after `:`."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from textual.message import Message

import graphstep as gs
from graphstep.stepping import cursor
from graphstep.tui.actions import ACTIONS
from graphstep.tui.command import Command
from graphstep.tui.commands import COMMANDS, all_words, read_command, run_command
from graphstep.tui.completing import complete
from graphstep.tui.orders import ActionAsked, ContinueAsked, TextAsked, ValuesSought
from graphstep.tui.state import UiState
from tests.tui.pilots import app_of, press, screen_text, settle, until, walk


def net(x: jax.Array, W: jax.Array) -> jax.Array:
    def body(c: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        h = jnp.tanh(c * w)
        return h, jnp.sum(h)

    last, sums = jax.lax.scan(body, x, W)
    return jnp.sum(last) + jnp.sum(sums)


X, W = jnp.arange(1.0, 4.0), jnp.array([[0.5] * 3, [2.0] * 3, [1.5] * 3])
REC = gs.record(net, X, W)
START = UiState.of(REC.graph).moved(cursor(REC))


def ran(text: str, state: UiState = START) -> UiState:
    outcome = run_command(state, text)
    assert isinstance(outcome, UiState), outcome
    return outcome


def asked(text: str, state: UiState = START) -> Message:
    outcome = run_command(state, text)
    assert isinstance(outcome, Message), outcome.notice
    return outcome


def command(text: str) -> Command:
    found, _ = read_command(text)
    assert isinstance(found, Command), found
    return found


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_is_a_command(action: object) -> None:
    """Each line of the table of keys can be typed, with dashes or underscores."""
    name = action.name
    does_it = [c for c in COMMANDS if c.action == name]

    assert does_it
    assert command(does_it[0].name) is does_it[0]
    assert command(does_it[0].name.replace("-", "_")) is does_it[0]


def test_no_word_means_two_commands() -> None:
    """Names and aliases are each of one command only."""
    words = [word.replace("_", "-") for word in all_words()]

    assert sorted(set(words)) == sorted(words)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *[("n", "next"), ("s", "into"), ("c", "continue"), ("r", "out")],
        *[("b", "break"), ("w", "where"), ("l", "list"), ("p", "print")],
        *[("u", "up"), ("d", "down"), ("h", "help"), ("q", "quit"), ("j", "goto")],
        *[("rn", "previous"), ("rs", "previous"), ("rc", "reverse-continue")],
        *[("reverse-finish", "reverse-out"), ("fin", "out"), ("until h", "advance")],
        *[("tb h", "tbreak"), ("cl 1", "delete"), ("disp h", "watch")],
        *[("dis all", "disable"), ("cond 1", "condition"), ("unw", "unwatch")],
        *[("set th x", "set theme"), ("se z 2", "set zoom"), ("10 n", "next")],
        *[("ll", "list"), ("a", "li"), ("args", "li"), ("x h", "print")],
        *[("set x = 3", "let"), ("source", "list")],
    ],
)
def test_words_of_debuggers_are_known(typed: str, name: str) -> None:
    """The letters of pdb win; any beginning that only one command has will do."""
    assert command(typed).name == name


@pytest.mark.parametrize(
    ("typed", "meant"), [("brake h", "break"), ("contniue", "continue"), ("wher", "")]
)
def test_a_wrong_word_is_told_the_nearest(typed: str, meant: str) -> None:
    """A slip of the fingers is answered with what was probably meant."""
    found, _ = read_command(typed)

    if meant:
        assert f"did you mean `{meant}`" in found
    else:
        assert isinstance(found, Command)


@pytest.mark.parametrize("typed", ["n 5", "5 n", "next 5", "5 next"])
def test_a_number_may_stand_before_or_after(typed: str) -> None:
    """Both `n 5` and `5 n` are five steps."""
    assert ran(typed).cursor.index == 5


def test_a_count_for_an_action_is_passed_on() -> None:
    """An action is done so many times."""
    assert asked("3 into") == ActionAsked("into", 3)
    assert "not a number" in ran("into far").notice


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("seek 7", 6),
        ("seek forward 1", 0),
        ("seek seed 1", REC.cursor().to_pass("seed").index),
        ("seek backward 1", REC.cursor().to_pass("backward").index),
        ("seek 100%", REC.cursor().last().index),
    ],
)
def test_seek_goes_to_a_step(typed: str, index: int) -> None:
    """Steps are numbered from 1, as the title shows them."""
    assert ran(typed).cursor.index == index


def test_seek_knows_the_ends() -> None:
    """A step that is not there is refused, with how many there are."""
    said = ran("seek 100000").notice

    assert str(REC.cursor().timeline.length) in said


@pytest.mark.parametrize("of", ["primal", "cotangent"])
def test_print_shows_the_numbers_of_the_recording(of: str) -> None:
    """`print` gives the elements in the iteration that the cursor sees."""
    state = ran("goto h @ 1")
    node = state.cursor.step.node
    read = REC.primal if of == "primal" else REC.cotangent
    expected = read(node, 0, (1,))

    said = ran(f"print {of} h[1:]", state).notice
    shown = said.split("= [", 1)[1].split("]", 1)[0].replace("−", "-").split(", ")
    np.testing.assert_allclose([float(s) for s in shown], expected[1:], rtol=1e-5)


def test_print_without_a_value_prints_what_is_inspected() -> None:
    """`p` alone is the inspected value."""
    said = ran("p").notice

    assert said.startswith("x = [1, 2, 3]")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("p h[7]", "of shape [3] has no `[7]`"),
        ("p nosuch", "There is no node"),
        ("p cotangent W[x]", "has no"),
    ],
)
def test_print_says_what_is_not_there(typed: str, said: str) -> None:
    """An index or a name that is not there is one line."""
    assert said in ran(typed).notice


def test_a_window_shows_all_elements_and_statistics() -> None:
    """`pt -s` prints what the recording's statistics say."""
    shown = asked("pt -s W")

    assert isinstance(shown, TextAsked)
    stats = REC.stats("in1")
    assert any(f"elements  {stats.size}" in line for line in shown.lines)
    assert sum(line.count("1.5") for line in shown.lines) >= 3


def test_operands_and_users_become_hits() -> None:
    """`li` and `lo` find the neighbours of a node in the graph."""
    graph = REC.graph
    node = next(n for n in graph.order if graph.node(n).primitive == "mul")

    assert set(ran(f"li {node}").hits) == {
        o.source[0] for o in graph.operands(node) if o.source is not None
    }
    assert set(ran(f"lo {node}").hits) == {edge[1] for edge in graph.uses(node)}
    assert set(ran(f"lo -r {node}").hits) == graph.descendants(node) - {node}


def test_lt_filters_by_name_and_primitive() -> None:
    """The options of tfdbg narrow one another."""
    found = ran("lt -t tanh").hits

    assert [REC.graph.node(n).primitive for n in found] == ["tanh"]
    assert ran("lt -t tanh -n nothing").hits == ()
    assert isinstance(asked("lt -f nan"), ValuesSought)


def test_where_names_iteration_and_loop() -> None:
    """`where` goes from the node outwards."""
    said = ran("where", ran("goto h @ 2")).notice

    assert "iteration 2" in said
    assert "scan" in said
    assert "test_commands.py:" in said


def test_up_selects_the_region_around_and_down_comes_back() -> None:
    """As frames of a debugger: outwards, then in again to the cursor."""
    state = ran("goto h @ 1")
    outer = ran("up", state)

    assert outer.selected_region.kind == "scan"
    assert ran("down", outer).inspected == state.cursor.step.node


def test_breakpoints_are_numbered_for_good() -> None:
    """Numbers stay when others go, and a condition can be changed."""
    state = ran("break tanh")
    state = ran("break nan", state)
    state = ran("delete 1", state)
    assert [each.number for each in state.breaks.items] == [2]

    state = ran("condition 2 norm > 3", state)
    assert state.breakpoints[0].condition == "norm > 3"
    state = ran("disable all", state)
    assert state.breakpoints == ()
    assert ran("enable 2", state).breakpoints != ()
    assert "Expected `all` or numbers" in ran("delete 1", state).notice


def test_advance_and_run_look_past_breakpoints() -> None:
    """`until` and `run -f` stop at what they are told alone."""
    (made,) = asked("until tanh").breakpoints
    assert made.query == "tanh"
    (made,) = asked("run -f norm > 3").breakpoints

    assert made.condition == "norm > 3"
    assert isinstance(asked("advance :1" if False else "advance h"), ContinueAsked)


def test_a_watch_may_follow_an_element() -> None:
    """`watch h[2]` follows one element, counted from the end too."""
    state = ran("watch cotangent h[-1]")
    (watch,) = state.watches

    assert "watching h[2]" in state.notice
    assert watch.element == (2,)
    assert watch.of == "cotangent"
    assert "has no element" in ran("watch h[9]").notice
    assert ran("unwatch all", ran("watch h")).watches == ()


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        (":", "reverse-c", "reverse-continue"),
        (":", "goto ta", "tanh"),
        (":", "break re", "reduce_sum"),
        (":", "set th", "theme"),
        (":", "set theme gr", "graphstep-dark"),
        (":", "set direction ", "down"),
        (":", "delete ", "all"),
        (":", "ps test_c", "test_commands.py"),
        ("/", "ta", "tanh"),
    ],
)
def test_completion_offers_what_is_there(kind: str, typed: str, expected: str) -> None:
    """Commands, names, files and words complete what is typed."""
    start, words = complete(START, kind, typed)

    assert expected in words
    prefix = typed[start:].lower()
    assert all(word.lower().startswith(prefix) for word in words)


def test_zoom_and_direction_change_the_drawing() -> None:
    """`set` reaches what the keys reach."""
    assert ran("set zoom 0").drawing.zoom == 0
    assert ran("set direction right").drawing.direction == "right"
    assert "Expected" in ran("set zoom 9").notice


async def test_an_empty_line_repeats_the_last_command() -> None:
    """`:n 3` and then `:` and Enter are six steps."""
    async with walk(net, X, W) as pilot:
        await press(pilot, "colon", *"n 3", "enter")
        await press(pilot, "colon", "enter")

        assert app_of(pilot).state.cursor.index == 6


async def test_up_recalls_by_how_the_line_begins() -> None:
    """The newest line with that beginning comes first."""
    async with walk(net, X, W) as pilot:
        for line in ("next 2", "pass backward", "next 1"):
            await press(pilot, "colon", *line, "enter")
        await press(pilot, "colon", "p", "up")
        prompt = app_of(pilot).screen.query_one("#prompt")
        assert prompt.value == "pass backward"
        await press(pilot, "down")

        assert prompt.value == "p"


async def test_tab_completes_and_shows_what_there_is() -> None:
    """One candidate is taken at once; of several the list is shown, and they take turns."""
    async with walk(net, X, W) as pilot:
        await press(pilot, "colon", *"goto ta", "tab")
        prompt = app_of(pilot).screen.query_one("#prompt")
        assert prompt.value == "goto tanh"
        await press(pilot, *["backspace"] * len("goto tanh"), *"rev", "tab")
        first = prompt.value
        assert "reverse-continue" in screen_text(pilot)
        await press(pilot, "tab")

        assert prompt.value != first
        assert prompt.value.startswith("rev")
        assert app_of(pilot).focused is prompt


async def test_a_count_that_reaches_the_end_stops_there() -> None:
    """An action is not done again where it changes nothing."""
    async with walk(net, X, W) as pilot:
        app = app_of(pilot)
        await press(pilot, "colon", *"over 9999", "enter")
        await until(pilot, lambda: app.state.cursor.at_end)
        await settle(pilot)

        assert app.state.cursor.at_end


async def test_typing_does_not_run_keys() -> None:
    """Letters typed into the prompt are text, whatever they do elsewhere."""
    async with walk(net, X, W) as pilot:
        before = dataclasses.replace(app_of(pilot).state)
        await press(pilot, "colon", *"nnGqB")

        assert app_of(pilot).state.cursor is before.cursor
        assert app_of(pilot).state.breaks == before.breaks
        assert app_of(pilot).is_running
