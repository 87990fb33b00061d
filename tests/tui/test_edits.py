"""Edits are read without evaluating code, and checked against the types."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.errors import EditError
from graphstep.tui.edit_argnums import argument_names, read_argnums
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.edit_seed import read_seed

X = jnp.arange(6.0).reshape(2, 3)
PARAMS = {"w": jnp.ones((2, 2)), "n": jnp.array([1, 2])}


def fn(x: jax.Array, params: dict[str, jax.Array], key: jax.Array) -> Any:
    noise = jax.random.normal(key, (2,))
    return jnp.sum(x) * params["w"] @ noise, jnp.sum(params["n"])


TRACE = gs.trace(fn, X, PARAMS, jax.random.key(0))
RECIPE = Recipe(TRACE, {})


def edited(text: str) -> dict[str, Any]:
    leaves = RECIPE.with_inputs(text).arrays
    return dict(zip(TRACE.program.in_names, leaves, strict=True))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("x = 0.5", "x", np.full((2, 3), 0.5)),
        ("x[1, :] = 0", "x", [[0, 1, 2], [0, 0, 0]]),
        ("x[:, [0, 2]] *= -2", "x", [[0, 1, -4], [-6, 4, -10]]),
        ("x[...] = [1, 2, 1 / 4]", "x", [[1, 2, 0.25]] * 2),
        ("x[-1, ::2] = nan", "x", [[0, 1, 2], [np.nan, 4, np.nan]]),
        ("params['w'][0, 1] += 0.5", "params['w']", [[1, 1.5], [1, 1]]),
        ('params["n"] = (3, 2**4)', "params['n']", [3, 16]),
        ("x = 1; x[0, 0] = -inf", "x", [[-np.inf, 1, 1], [1, 1, 1]]),
    ],
)
def test_an_edit_does_what_numpy_would(text: str, name: str, expected: Any) -> None:
    """Assignments and subscripts mean what they mean in NumPy."""
    found = edited(text)

    np.testing.assert_array_equal(np.asarray(found[name]), expected)
    untouched = [n for n in found if n != name]
    before = dict(zip(TRACE.program.in_names, RECIPE.arrays, strict=True))
    assert all(found[n] is before[n] for n in untouched)


def test_a_random_key_is_made_of_an_integer() -> None:
    """`key = 7` is `jax.random.key(7)`."""
    found = edited("key = 7")["key"]

    assert jnp.array_equal(
        jax.random.key_data(found), jax.random.key_data(jax.random.key(7))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [1, 2]", r"shape \[2\], but `x` has \[2,3\]"),
        ("x[2] = 0", "out of bounds"),
        ("x = 1j", "takes real numbers"),
        ("params['n'] = 0.5", "takes integers"),
        ("params['n'] = 2**40", "from -2147483648"),
        ("params['n'] /= 2", "takes integers"),
        ("y = 1", "There is no input `y`. There are: x, params"),
        ("x", "changes nothing"),
        ("x = [[1, 2], [3]]", "not of equal lengths"),
        ("x = y * 2", "`y` is not a number"),
        ("x = open('file')", "is not a number"),
        ("x = 9**9**9**9", "too large"),
        ("x = 1 / 0", "division by zero"),
        ("x[0.5] = 1", "is not an index"),
        ("x =", "is not an edit"),
        ("x = " + "(" * 5000, "is not an edit"),
        ("key[0] = 1", "is a random key"),
        ("key = -1", "is a random key"),
    ],
)
def test_a_wrong_edit_says_what_is_wrong(text: str, said: str) -> None:
    """Each mistake is one line."""
    with pytest.raises(EditError, match=said) as caught:
        edited(text)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("weak", [False, True])
def test_an_edit_does_not_compile_again(weak: bool) -> None:
    """Nothing is lowered or compiled for inputs of the same types."""
    x = jnp.asarray(2.0) if weak else jnp.ones(3)
    recipe = Recipe(gs.trace(lambda x: jnp.sum(jnp.sin(x) * x), x), {})
    stages: list[str] = []
    recipe.record(lambda *_: True)

    recording = recipe.with_inputs("x = 0.5").record(lambda s, _: stages.append(s))

    assert {"lower", "compile"}.isdisjoint(stages)
    assert "run" in stages
    expected = jnp.sum(jnp.sin(0.5) * jnp.full(x.shape, 0.5))
    np.testing.assert_allclose(recording.outputs, expected, rtol=1e-6)


def test_seeds_are_ones_one_hot_or_literal() -> None:
    """Each form gives the cotangent that it says."""
    program = TRACE.program

    assert read_seed("ones", program, None) is None
    one_hot = read_seed("out[0][1]", program, None)
    np.testing.assert_array_equal(one_hot[0], [0, 1])
    literal = read_seed("[2, -1]", program, None)
    np.testing.assert_array_equal(literal[0], [2, -1])
    changed = read_seed("out[0][0] = 5", program, None)
    np.testing.assert_array_equal(changed[0], [5, 1])
    with pytest.raises(EditError, match="neither `ones` nor a place"):
        read_seed("twos", program, None)
    with pytest.raises(EditError, match="shape"):
        read_seed("[1, 2, 3]", program, None)


def test_argnums_are_positions_or_names() -> None:
    """One is an int, several are a tuple, `all` is the default."""
    names = argument_names(TRACE.program)

    assert names == ("x", "params", "key")
    assert read_argnums("all", names) is None
    assert read_argnums("1", names) == 1
    assert read_argnums("x, params", names) == (0, 1)
    with pytest.raises(EditError, match="There is no argument `3`"):
        read_argnums("3", names)


def test_other_argnums_differentiate_the_same_program() -> None:
    """The function is not traced again, and the cotangents are those of `jax.grad`."""
    recipe = Recipe(gs.trace(lambda x, y: x * y, 2.0, 3.0, argnums=0), {})

    changed = recipe.with_argnums(1)
    recording = changed.record(lambda *_: True)

    assert changed.program.closed_jaxpr is recipe.program.closed_jaxpr
    assert float(recording.in_cotangents) == 2.0
