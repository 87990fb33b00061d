"""JAX's own text, and which node stands where in it."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.errors import RecordingError
from graphstep.graph import ProgramGraph
from graphstep.tui.jaxpr_lines import pieces_of_line
from graphstep.tui.jaxpr_text import JaxprText, jaxpr_text
from tests import programs
from tests.tui.pilots import app_of, line_with, press, until, walk

# JAX prints reads and writes of mutable references with an arrow.
_REFERENCES = ("get", "swap", "addupdate")


def graph_of(name: str) -> ProgramGraph:
    program = programs.build(name)
    with program.context():
        return gs.trace(
            program.fn, *program.args, **program.options, **program.kwargs
        ).graph


def text_of(graph: ProgramGraph) -> JaxprText:
    text = jaxpr_text(graph)
    assert isinstance(text, JaxprText)
    return text


@pytest.mark.parametrize("name", programs.NAMES)
def test_every_node_is_found_in_the_text_that_jax_prints(name: str) -> None:
    """The text is JAX's, and each value stands where its first letter is bound."""
    graph = graph_of(name)
    text = text_of(graph)

    assert "\n".join(text.lines) == str(graph.trace.closed_jaxpr)
    for position, node in enumerate(graph.order):
        eqn, place = graph.columns.eqns[position], text.places[node]
        assert node in text.nodes[place.line]
        following = "\n".join(text.lines[place.line : place.line + 20])
        shown = following[place.start :]
        has_letter = bool(graph.columns.variables[position])
        letter = graph.letter(node) if has_letter else "_"
        assert letter == "_" or shown.startswith(f"{letter}:")
        if eqn is not None:
            assert eqn.primitive.name in shown or eqn.primitive.name in _REFERENCES


def test_a_jaxpr_that_is_shared_is_one_place_for_several_nodes() -> None:
    """What JAX prints once and uses twice belongs to both calls."""

    @jax.jit
    def square(x: jax.Array) -> jax.Array:
        return x * x

    graph = gs.trace(lambda x: square(x) + square(x + 1), 2.0).graph
    text = text_of(graph)

    first, second = (n for n in graph.order if graph.node(n).primitive == "mul")
    assert text.places[first] == text.places[second]
    assert text.nodes[text.places[first].line] == (first, second)


def test_a_recording_from_a_file_has_no_jaxpr(tmp_path: Path) -> None:
    """There is no program in a file, and asking for its text says so."""
    gs.record(jnp.sin, 1.0).save(tmp_path / "run.gstep")
    graph = gs.load(tmp_path / "run.gstep").graph

    with pytest.raises(RecordingError, match="from a file"):
        jaxpr_text(graph)


def test_the_pieces_of_a_line_are_the_line() -> None:
    """Colours lose no character."""
    line = "    c:f32[3,4]{V:i} = dot_general[axes=((1,), (0,))] a -1.5e-3:f32[]"

    assert "".join(text for text, _ in pieces_of_line(line)) == line


async def test_the_jaxpr_follows_the_walk_and_leads_it() -> None:
    """The current equation's line is marked; going to a line selects its equation."""

    def fn(x: jax.Array) -> jax.Array:
        return jnp.sin(x) * jnp.cos(x)

    async with walk(fn, 0.5, panes=("jaxpr",)) as pilot:
        app = app_of(pilot)
        await until(pilot, lambda: app.findings.jaxpr(app.state.graph) is not None)
        await press(pilot, "n")
        assert "= sin a" in line_with(pilot, "▶", "jaxpr")

        await press(pilot, "down")

        assert app.state.graph.node(app.state.inspected).primitive == "cos"
        assert "= cos a" in line_with(pilot, "»", "jaxpr")
