"""Test the names that arguments and results get from their place."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from flax import nnx

from graphstep.errors import ArgumentError
from graphstep.tracing._one_line import one_line, text_of
from graphstep.tracing._paths import argument_paths, result_paths


class Pair(NamedTuple):
    left: Any
    right: Any


@jax.tree_util.register_pytree_node_class
class Anonymous:
    """A pytree whose children have no names."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def tree_flatten(self) -> tuple[tuple[Any, ...], None]:
        return (self.value,), None

    @classmethod
    def tree_unflatten(cls, _: None, children: tuple[Any, ...]) -> Anonymous:
        return cls(*children)


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class State:
    step: Any
    params: Any


class Model:
    def __call__(self, x: Any, scale: Any) -> Any:
        return x * scale

    def method(self, inputs: Any) -> Any:
        return inputs


def simple(x: Any, params: Any) -> Any:
    return x, params


def variadic(x: Any, *args: Any, scale: Any = 1, **rest: Any) -> Any:
    return x, args, scale, rest


@pytest.mark.parametrize(
    ("fn", "args", "kwargs", "expected"),
    [
        (simple, (1, 2), {}, ["x", "params"]),
        (simple, (1, {"w1": 1, "b1": 2}), {}, ["x", "params['b1']", "params['w1']"]),
        (simple, (1,), {"params": [1, (2, None)]}, ["x", "params[0]", "params[1][0]"]),
        (simple, (Pair(1, 2), 3), {}, ["x.left", "x.right", "params"]),
        (simple, (State(1, [2]), 3), {}, ["x.step", "x.params[0]", "params"]),
        (simple, (Anonymous(1), None), {}, ["x[0]"]),
        (variadic, (1, 2, 3), {}, ["x", "args[0]", "args[1]"]),
        (variadic, (1,), {"z": 1, "scale": 2}, ["x", "scale", "z"]),
        (functools.partial(simple, 1), (2,), {}, ["params"]),
        (functools.partial(simple, params=1), (2,), {}, ["x"]),
        (Model(), (1, 2), {}, ["x", "scale"]),
        (Model().method, (1,), {}, ["inputs"]),
        (Model.method, (1, 2), {}, ["self", "inputs"]),
        (jax.jit(simple), (1, 2), {}, ["x", "params"]),
        (jax.value_and_grad(simple), (1, 2), {}, ["x", "params"]),
        (max, (1, 2), {}, ["arg0", "arg1"]),
        (simple, (1, 2, 3), {}, ["x", "params", "arg2"]),
        (lambda: 1, (), {}, []),
    ],
)
def test_argument_paths_begin_with_the_parameters_name(
    fn: Any, args: Any, kwargs: Any, expected: list[str]
) -> None:
    """Every way to pass an argument has a path a reader recognises."""
    assert argument_paths(fn, args, kwargs) == expected


def test_modules_have_attribute_paths() -> None:
    """Equinox and flax modules are named by their attributes."""
    mlp = eqx.filter(eqx.nn.MLP(2, 2, 3, 1, key=jax.random.key(0)), eqx.is_array)
    linear = nnx.Linear(2, 3, rngs=nnx.Rngs(0))

    def fn(model: Any) -> Any:
        return model

    assert argument_paths(fn, (mlp,), {})[0] == "model.layers[0].weight"
    assert all("kernel" in p or "bias" in p for p in argument_paths(fn, (linear,), {}))


def test_argument_paths_follow_jaxs_order() -> None:
    """There is a path per leaf, in the order in which JAX flattens `(args, kwargs)`."""
    args, kwargs = ({"b": 1, "a": 2}, 3), {"z": 4, "y": [5, 6]}

    paths = argument_paths(variadic, args, kwargs)

    leaves = jax.tree.leaves((args, kwargs))
    assert dict(zip(paths, leaves, strict=True)) == {
        "x['a']": 2,
        "x['b']": 1,
        "args[0]": 3,
        "y[0]": 5,
        "y[1]": 6,
        "z": 4,
    }


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (1, ["out"]),
        ((1, 2), ["out[0]", "out[1]"]),
        ({"loss": 1, "aux": (2, None)}, ["out['aux'][0]", "out['loss']"]),
        (Pair(1, [2]), ["out.left", "out.right[0]"]),
        (None, []),
        (jnp.ones(2), ["out"]),
    ],
)
def test_result_paths_begin_with_out(result: Any, expected: list[str]) -> None:
    assert result_paths(result) == expected


def test_hostile_keys_are_escaped_and_short() -> None:
    """A key cannot smuggle control characters or pages of text into a name."""
    tree = {"\x1b[31mred\n": 1, "x" * 1000: 2, "\u202egnp": 3}

    paths = result_paths(tree)

    assert paths[0] == r"out['\x1b[31mred\n']"
    assert all(path.isprintable() and len(path) <= 200 for path in paths)


def test_tree_that_cannot_be_flattened_names_its_parameter() -> None:
    with pytest.raises(ArgumentError, match=r"`params`.*Dictionary keys"):
        argument_paths(simple, (1, {1: 1, "a": 2}), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\r\n\tand tabs", "two lines and tabs"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("right\u202eleft", r"right\u202eleft"),
        ("zero\u200bwidth\x9b", r"zero\u200bwidth\x9b"),
        ("lone\udc80", r"lone\udc80"),
        ("naïve 変数", "naïve 変数"),
        ("", ""),
    ],
)
def test_one_line_escapes_what_is_not_printable(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_one_line_has_a_longest_length() -> None:
    """Text of any size, also when it grows by escaping, is cut with an ellipsis."""
    assert one_line("abc", 3) == "abc"
    assert one_line("abcd", 3) == "ab…"
    assert len(one_line("\x1b" * 10_000_000, 50)) == 50
    assert one_line(" " * 1000, 50) == "…"


def test_text_of_a_hostile_object_is_its_types_name() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise SystemError

    assert text_of(Hostile()) == "<Hostile>"
