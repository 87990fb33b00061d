"""Small programs and exactly how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax import lax

import graphstep as gs
from graphstep.layout import Direction, groups, lay_out
from tests.layout.painting import labels, paint
from tests.layout.views import labelled

_X = jnp.ones(3)


def drawing(
    fn: Callable[..., Any],
    *args: Any,
    opened: Iterable[str] | None = None,
    direction: Direction = "down",
    **options: Any,
) -> str:
    graph = gs.trace(fn, *args).graph
    regions = graph.regions if opened is None else opened
    layout = lay_out(graph, regions, labelled(graph), direction=direction, **options)
    arrow = "▼" if direction == "down" else "▶"
    return "\n" + paint(layout, labels(graph), arrow)


def test_a_chain_has_one_row_between_its_boxes() -> None:
    def chain(x: jax.Array) -> jax.Array:
        return lax.sin(lax.exp(x))

    assert (
        drawing(chain, _X)
        == """
  ╭─────╮
  │  x  │
  │input│
  ╰──┬──╯
     │
╭────▼─────╮
│  b exp   │
│float32[3]│
╰────┬─────╯
     │
╭────▼─────╮
│  c sin   │
│float32[3]│
╰────┬─────╯
     │
  ╭──▼───╮
  │ out  │
  │output│
  ╰──────╯
"""
    )


def test_each_use_of_a_value_has_an_end_of_its_own() -> None:
    def square(x: jax.Array) -> jax.Array:
        return lax.mul(x, x)

    assert (
        drawing(square, _X)
        == """
  ╭─────╮
  │  x  │
  │input│
  ╰──┬──╯
     ├──╮
╭────▼──▼──╮
│  b mul   │
│float32[3]│
╰────┬─────╯
     │
  ╭──▼───╮
  │ out  │
  │output│
  ╰──────╯
"""
    )


def test_a_residual_connection_passes_beside_what_it_skips() -> None:
    def residual(x: jax.Array) -> jax.Array:
        return lax.add(x, lax.sin(lax.exp(x)))

    assert (
        drawing(residual, _X)
        == """
     ╭─────╮
     │  x  │
     │input│
     ╰──┬──╯
 ╭──────┤
 │ ╭────▼─────╮
 │ │  b exp   │
 │ │float32[3]│
 │ ╰────┬─────╯
 │      │
 │ ╭────▼─────╮
 │ │  c sin   │
 │ │float32[3]│
 │ ╰────┬─────╯
 │      │
╭▼──────▼──╮
│  d add   │
│float32[3]│
╰────┬─────╯
     │
  ╭──▼───╮
  │ out  │
  │output│
  ╰──────╯
"""
    )


def test_an_open_region_is_a_frame_with_lines_through_its_border() -> None:
    @jax.jit
    def layer(x: jax.Array, y: jax.Array) -> jax.Array:
        return lax.exp(lax.mul(x, y))

    def framed(x: jax.Array) -> jax.Array:
        return lax.neg(layer(x, lax.sin(x)))

    assert (
        drawing(framed, _X)
        == """
  ╭─────╮
  │  x  │
  │input│
  ╰──┬──╯
     ├──────╮
     │ ╭────▼─────╮
     │ │  b sin   │
     │ │float32[3]│
     │ ╰──┬───────╯
     │    │
╭────┼────┼ 1 ────────╮
│    │    │           │
│ ╭──▼────▼──╮        │
│ │  d mul   │        │
│ │float32[3]│        │
│ ╰────┬─────╯        │
│      │              │
│ ╭────▼─────╮        │
│ │  c exp   │        │
│ │float32[3]│        │
│ ╰────┬─────╯        │
│      │              │
╰──────┼──────────────╯
       │
  ╭────▼─────╮
  │  e neg   │
  │float32[3]│
  ╰────┬─────╯
       │
    ╭──▼───╮
    │ out  │
    │output│
    ╰──────╯
"""
    )


def test_data_flows_to_the_right_too() -> None:
    def residual(x: jax.Array) -> jax.Array:
        return lax.add(x, lax.sin(x))

    assert (
        drawing(residual, _X, direction="right")
        == """
        ╭──────────────╮
        │              │ ╭──────────╮   ╭──────╮
╭─────╮ │ ╭──────────╮ ╰─▶  c add   ├───▶ out  │
│  x  ├─┴─▶  b sin   ├───▶float32[3]│   │output│
│input│   │float32[3]│   ╰──────────╯   ╰──────╯
╰─────╯   ╰──────────╯
"""
    )


def test_an_edge_across_many_ranks_is_a_pair_of_stubs() -> None:
    def long(x: jax.Array) -> jax.Array:
        return lax.add(lax.cos(lax.sin(lax.exp(x))), x)

    assert (
        drawing(long, _X, long_edge=3)
        == """
  ╭─────╮
  │  x  │
  │input│
  ╰──┬──╯
     ├─────────╮
╭────▼─────╮   →e
│  b exp   │
│float32[3]│
╰────┬─────╯
     │
╭────▼─────╮
│  c sin   │
│float32[3]│
╰────┬─────╯
     │
╭────▼─────╮
│  d cos   │
│float32[3]│
╰────┬─────╯   ←x
     │    ╭────╯
  ╭──▼────▼──╮
  │  e add   │
  │float32[3]│
  ╰────┬─────╯
       │
    ╭──▼───╮
    │ out  │
    │output│
    ╰──────╯
"""
    )


@pytest.mark.parametrize("is_open", [False, True])
def test_inputs_are_grouped_by_pytree(*, is_open: bool) -> None:
    def dense(params: dict[str, jax.Array], x: jax.Array) -> jax.Array:
        return lax.add(lax.mul(params["w"], x), params["b"])

    graph = gs.trace(dense, {"w": _X, "b": _X}, _X).graph
    opened = [group.id for group in groups(graph)] if is_open else []
    layout = lay_out(graph, opened, labelled(graph))

    expected = _OPEN if is_open else _CLOSED
    assert "\n" + paint(layout, labels(graph)) == expected


_CLOSED = """
                 ╭─────╮
╭─────────────╮  │  x  │
│inputs:params│  │input│
╰───┬─────┬───╯  ╰──┬──╯
    │   ╭───────────╯
    │   │ ╰───╮
 ╭──▼───▼───╮ │
 │  d mul   │ │
 │float32[3]│ │
 ╰────┬─────╯ │
      │    ╭──╯
   ╭──▼────▼──╮
   │  e add   │
   │float32[3]│
   ╰────┬─────╯
        │
     ╭──▼───╮
     │ out  │
     │output│
     ╰──────╯
"""
_OPEN = """
╭ inputs:params ───────────────╮
│ ╭───────────╮  ╭───────────╮ │
│ │params['b']│  │params['w']│ │
│ │   input   │  │   input   │ │  ╭─────╮
│ ╰─────┬─────╯  ╰─────┬─────╯ │  │  x  │
│       │              │       │  │input│
╰───────┼──────────────┼───────╯  ╰──┬──╯
        │              ╰────────╮    │
        │                    ╭──▼────▼──╮
        │                    │  d mul   │
        │                    │float32[3]│
        │                    ╰────┬─────╯
        │    ╭────────────────────╯
     ╭──▼────▼──╮
     │  e add   │
     │float32[3]│
     ╰────┬─────╯
          │
       ╭──▼───╮
       │ out  │
       │output│
       ╰──────╯
"""
