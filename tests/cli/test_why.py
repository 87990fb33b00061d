"""`graphstep why` names the place where a gradient is cut off."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run

MODEL = """
import jax
import jax.numpy as jnp

def loss(params, x, n):
    h = jnp.tanh(50.0 * (x @ params["w"]))
    gate = jnp.maximum(h - 2.0, 0.0)
    return jnp.sum(gate) + jnp.sum(jax.lax.stop_gradient(x)) + n

example_args = (
    {"w": jnp.eye(3), "b": jnp.ones(3)}, jnp.array([[1.0, -1.0, 0.5]]), 2
)
"""


def test_the_place_is_named(run: Run) -> None:
    """Each cut is an equation, a source line, what it does and to how many elements."""
    done = run("why", "m.py:loss", "x", m=MODEL)

    assert done.status == 0
    assert "The cotangent of `x`, f32[1,3], is zero, at all 3 elements." in done.out
    assert "gate = max(" in done.out
    assert "m.py:7" in done.out
    assert "takes another operand there (3 of 3 elements); there" in done.out
    assert "stop_gradient(x)  m.py:8" in done.out
    assert "stops the gradient on purpose, whatever the numbers" in done.out


def test_an_argument_may_be_a_pytree(run: Run) -> None:
    """Its leaves are explained one after the other; without a name, all arguments."""
    leaves = run("why", "m.py:loss", "params", m=MODEL)
    every = run("why", "m.py:loss", m=MODEL)

    assert "`params['b']`" in leaves.out
    assert "`params['w']`" in leaves.out
    assert "`x`" not in leaves.out
    assert every.out.startswith(leaves.out)
    assert "`n`, i32[], has no cotangent: Integers" in every.out


def test_json_has_every_fact(run: Run) -> None:
    """What is printed can be read by a program too."""
    done = run("why", "m.py:loss", "params['b']", "--json", m=MODEL)

    (value,) = json.loads(done.out)["values"]
    (cut,) = value["cuts"]
    assert (value["name"], value["state"], value["n_zero"]) == (
        "params['b']",
        "zero",
        3,
    )
    assert value["is_structural"]
    assert (cut["kind"], cut["node"], cut["edges"]) == ("unused", "in0", [])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["nothing"], "`nothing` names no argument and no node of loss"),
        (["("], "names no node and is no regular expression"),
        (["x", "y"], "unexpected extra argument"),
        (["x", "--spec", "f32[3]"], "do not fit `loss`"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run: Run, args: list[str], said: str) -> None:
    """A wrong request ends with 2."""
    done = run("why", "m.py:loss", *args, m=MODEL)

    assert done.status == 2
    assert said in done.err
    assert done.err.count("\n") == 1
