"""The source panel: it follows the walk, and lines lead to equations."""

from __future__ import annotations

import linecache
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from textual.pilot import Pilot
from textual.strip import Strip

import graphstep as gs
from graphstep.tracing import source_text
from graphstep.tui.app import StepApp
from graphstep.tui.source_file import SourceFile, shown
from graphstep.tui.source_highlight import Highlighter
from graphstep.tui.source_lines import source_lines
from graphstep.tui.source_page import LineLook, SourcePage
from graphstep.tui.source_place import frame_of, frames_of, line_of
from tests.tui.pilots import (
    app_of,
    line_with,
    press,
    screen_text,
    settle,
    show,
    until,
    walk,
)


def scaled(x: jax.Array) -> jax.Array:
    return jnp.tanh(x) * 2.0


def loss(x: jax.Array) -> jax.Array:
    y = scaled(x)
    z = jnp.log(y - 10.0)
    return jnp.sum(z)


FILE = __file__
TANH = loss.__code__.co_firstlineno - 3
LOG = loss.__code__.co_firstlineno + 2
X = jnp.arange(3.0)


async def known(pilot: Pilot[int]) -> None:
    """Wait until lines and health are known, and shown."""
    app = app_of(pilot)
    app.mark_stale()
    await settle(pilot)
    findings, graph = app.findings, app.state.graph
    await until(pilot, lambda: findings.lines(graph) is not None)
    recording = app._values.recording
    await until(pilot, lambda: findings.health(recording) is not None)
    await settle(pilot)


async def to(pilot: Pilot[int], primitive: str) -> None:
    """Walk to the first equation of a primitive."""
    app = app_of(pilot)
    while app.state.graph.node(app.state.cursor.step.node).primitive != primitive:
        await press(pilot, "n")


async def test_the_line_of_the_current_equation_is_marked() -> None:
    """Each step marks the line that made its equation."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        assert "return jnp.tanh(x)" in line_with(pilot, "▶", "source")
        await to(pilot, "log")
        assert "z = jnp.log" in line_with(pilot, "▶", "source")
        assert line_with(pilot, f"{Path(FILE).name}:{LOG}", "source")


@pytest.mark.parametrize("size", [(120, 40), (200, 60)])
async def test_what_follows_the_first_line_is_in_sight(size: tuple[int, int]) -> None:
    """A file opens with its line in the upper half, if there is enough below."""
    async with walk(loss, X, size=size) as pilot:
        source = app_of(pilot).pane("source")
        rows = screen_text(pilot, "source").splitlines()
        (row,) = (i for i, line in enumerate(rows) if "▶" in line)

        assert row < source.region.height // 2


async def test_the_expression_is_underlined() -> None:
    """What made the equation is underlined, character for character."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")

        frame = frame_of(app_of(pilot).state)
        pane = app_of(pilot).pane("source")
        strips = [pane.render_line(y) for y in range(pane.size.height)]
        underlined = "".join(
            segment.text
            for strip in strips
            for segment in strip
            if segment.style is not None and segment.style.underline
        )
        expected = linecache.getline(FILE, TANH)[frame.column : frame.end_column]
        assert underlined == expected == "jnp.tanh(x)"


async def test_the_equations_of_the_line_are_listed() -> None:
    """Below the source stands what was made on the selected line."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        await known(pilot)

        nodes = source_lines(app_of(pilot).state.graph).nodes(FILE, TANH)
        text = screen_text(pilot, "source")
        assert f"{len(nodes)} equations on line {TANH}" in text
        below = text[text.index("equations on line") :]
        assert all(f" {name} " in below for name in ("tanh", "mul"))


async def test_a_line_leads_to_its_equations() -> None:
    """Going to a line marks its equations as found; Enter goes from one to the next."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        await known(pilot)
        app, by = app_of(pilot), LOG - TANH
        await press(pilot, *["down"] * by)
        nodes = source_lines(app.state.graph).nodes(FILE, LOG)

        assert line_of(app.state) == (FILE, LOG)
        assert app.state.hits == nodes
        assert app.state.graph.node(app.state.cursor.step.node).primitive == "tanh"
        await press(pilot, "enter")
        assert app.state.inspected == nodes[0]
        await press(pilot, "enter")
        assert app.state.inspected == nodes[1]


async def test_left_and_right_go_through_the_calls() -> None:
    """The call that led to an equation is one key away, and back."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        app = app_of(pilot)
        frames = frames_of(app.state.graph, app.state.inspected)
        await press(pilot, "left")

        assert frame_of(app.state) == frames[1]
        assert "y = scaled(x)" in line_with(pilot, "▶", "source")
        await press(pilot, "left")
        assert "no call around" in screen_text(pilot)
        await press(pilot, "right")
        assert "return jnp.tanh(x)" in line_with(pilot, "▶", "source")


async def test_a_breakpoint_on_a_line_stops_there() -> None:
    """B sets a breakpoint at the line, which is marked, and c stops at it."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        await known(pilot)
        app = app_of(pilot)
        await press(pilot, *["down"] * (LOG - TANH), "B")

        (made,) = app.state.breakpoints
        assert made.line == f"{FILE}:{LOG}"
        assert "z = jnp.log" in line_with(pilot, "■", "source")
        await press(pilot, "c")
        nodes = source_lines(app.state.graph).nodes(FILE, LOG)
        await until(pilot, lambda: app.state.cursor.step.node == nodes[0])
        await press(pilot, "B")
        assert app.state.breakpoints == ()


async def test_lines_that_made_nan_have_a_letter() -> None:
    """A line whose recorded values hold NaN is marked wherever the walk is."""
    async with walk(loss, X, panes=("source",)) as pilot:
        await to(pilot, "tanh")
        await known(pilot)

        line = line_with(pilot, "z = jnp.log", "source")
        assert f"N {LOG} " in " ".join(line.split())
        sound = line_with(pilot, "return jnp.tanh(x)", "source")
        assert not bool(jnp.isnan(jax.grad(loss)(X)).any())
        assert f"N {TANH} " not in " ".join(sound.split())


async def test_a_saved_recording_without_the_code_says_so(tmp_path: Path) -> None:
    """Where the file is gone, its name and line are what is left."""
    code = tmp_path / "model.py"
    code.write_text("import jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x)\n")
    module: dict[str, object] = {}
    exec(compile(code.read_text(), str(code), "exec"), module)  # noqa: S102
    gs.record(module["f"], 1.0).save(tmp_path / "run.gstep")
    code.unlink()
    linecache.clearcache()
    rec = gs.load(tmp_path / "run.gstep")
    app = StepApp(rec.graph, recording=rec)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await show(pilot, "source")
        await press(pilot, "n")

        assert "model.py is not there" in screen_text(pilot, "source")
        assert "line 3 of model.py" in screen_text(pilot, "source")


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    """Text that cannot have made the code that ran is shown with a warning."""
    code = tmp_path / "changed.py"
    text = "import jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x)\n"
    module: dict[str, object] = {}
    exec(compile(text, str(code), "exec"), module)  # noqa: S102
    code.write_text("\n\n\n" + text)
    graph = gs.trace(module["f"], 1.0).graph
    location = graph.source("0")

    found = source_text(str(code), location.line, location)

    assert "changed" in found.problem
    assert len(found.lines) == 6


@pytest.mark.parametrize(
    ("name", "said"),
    [("<stdin>", "typed at a prompt"), ("<generated>", "made at run time")],
)
def test_code_without_a_file_says_why(name: str, said: str) -> None:
    """What was typed or generated has no text, and the reason is one line."""
    found = source_text(name, 1, None)

    assert found.lines == ()
    assert said in found.problem


def test_lines_of_source_are_safe_to_show() -> None:
    """Tabs become spaces, escape sequences text, and columns keep their meaning."""
    assert shown("\tx\ty") == "    x   y"
    assert "\x1b" not in shown("a\x1b[31mred")
    text = source_text("nowhere.py", 1, None)
    assert len(SourceFile("nowhere.py", text)) == 0


def test_colours_lose_no_character() -> None:
    """However a big file is cut, each line's pieces are the line."""
    lines = Path(jax.__file__).read_text().splitlines()
    lines += ['x = """', "def not_code():", '"""', "", "\tz = 1  # comment"]
    highlighter = Highlighter(lines)

    for number in range(0, len(lines), 7):
        highlighter.read_around(number)
    for number in range(len(lines)):
        pieces = highlighter.pieces(number)
        assert "".join(text for text, _ in pieces) == lines[number]


async def test_a_step_writes_only_the_lines_that_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line that is current now, the one that was, and one that comes into sight."""
    written: list[int] = []
    write = SourcePage.source_line

    def noted(self: SourcePage, look: LineLook) -> Strip:
        written.append(look.number)
        return write(self, look)

    monkeypatch.setattr(SourcePage, "source_line", noted)
    async with walk(loss, X, panes=("source",)) as pilot:
        await known(pilot)
        await to(pilot, "log")
        written.clear()
        await to(pilot, "reduce_sum")

        assert LOG + 1 in written
        assert len(written) <= 3
        assert "return jnp.sum(z)" in line_with(pilot, "▶", "source")
