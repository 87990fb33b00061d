"""Inputs, outputs and ways to call: pytrees, methods, constants, effects of shape."""

from __future__ import annotations

import collections
import dataclasses
import functools

import jax
import jax.numpy as jnp

from tests.programs._registry import Array, Call, normal, program

Point = collections.namedtuple("Point", ["x", "y"])  # noqa: PYI024


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Weights:
    """A dataclass that JAX knows, with one static field."""

    w: Array
    b: Array
    power: int = dataclasses.field(metadata={"static": True}, default=2)


@jax.tree_util.register_pytree_with_keys_class
class Pair:
    """A class of its own with named children."""

    def __init__(self, left: Array, right: Array) -> None:
        self.left, self.right = left, right

    def tree_flatten_with_keys(self) -> tuple:
        """Return the children with their keys."""
        key = jax.tree_util.GetAttrKey
        return ((key("left"), self.left), (key("right"), self.right)), None

    @classmethod
    def tree_unflatten(cls, _: None, children: tuple) -> Pair:
        """Return the pair of these children."""
        return cls(*children)


class Model:
    """A plain class; its method closes over its arrays."""

    def __init__(self) -> None:
        self.w = normal(3, seed=7)

    def loss(self, x: Array) -> Array:
        """Return a number that depends on the captured weights."""
        return jnp.sum(jnp.sin(self.w * x))

    def __call__(self, x: Array) -> Array:
        """Return the loss at twice `x`."""
        return self.loss(2.0 * x)


@program()
def dict_input() -> Call:
    return lambda p: p["w"] * p["b"].sum(), {"w": normal(2), "b": normal(3, seed=1)}


@program()
def nested_containers() -> Call:
    def fn(tree: dict) -> dict:
        (a, b), rest = tree["pair"], tree["rest"]
        return {"sum": a + b, "list": [x * 2.0 for x in rest], "none": None}

    return fn, {"pair": (normal(2), normal(2, seed=1)), "rest": [normal(3)], "no": None}


@program()
def namedtuple_in_and_out() -> Call:
    return lambda p: Point(p.x * p.y, p.x), Point(normal(2), normal(2, seed=1))


@program()
def dataclass_input() -> Call:
    def fn(p: Weights, x: Array) -> Weights:
        return Weights(p.w * x**p.power, p.b + x)

    return fn, Weights(normal(2), normal(2, seed=1)), normal(2, seed=2)


@program()
def registered_class() -> Call:
    return lambda p: Pair(p.left * p.right, p.left), Pair(normal(2), normal(2, seed=1))


@program()
def bound_method() -> Call:
    return Model().loss, normal(3)


@program()
def callable_object() -> Call:
    return Model(), normal(3)


@program()
def partial_with_keyword() -> Call:
    def fn(x: Array, *, scale: Array) -> Array:
        return x * scale

    return functools.partial(fn, scale=normal(3, seed=1)), normal(3)


@program(kwargs=lambda: {"scale": normal(3, seed=1), "bias": 0.5})
def keyword_arguments() -> Call:
    def fn(x: Array, *, bias: Array, scale: Array) -> Array:
        return jnp.sin(x) * scale + bias

    return fn, normal(3)


@program("no_inputs")
def no_inputs() -> Call:
    return (lambda: jnp.sin(jnp.arange(3.0)).sum(),)


@program("no_inputs")
def empty_containers() -> Call:
    return lambda a, b: (a, jnp.ones(2) * 3.0, b), (), {}


@program()
def identity() -> Call:
    return lambda x: x, normal(3)


@program()
def input_among_outputs() -> Call:
    return lambda x, y: (x, jnp.sin(x) * y, y), normal(2), normal(2, seed=1)


@program()
def same_value_twice() -> Call:
    def fn(x: Array) -> tuple[Array, Array, Array]:
        y = jnp.sin(x)
        return y, y, x

    return fn, normal(2)


@program()
def unused_inputs() -> Call:
    return lambda x, y, z: y * 2.0, normal(2), normal(3), jnp.int32(4)


@program()
def literal_output() -> Call:
    return lambda x: (x * 2.0, 3.0, 7, True), normal(2)


@program()
def constant_output() -> Call:
    table = normal(2, seed=3)
    return lambda x: (table, jnp.arange(3), jnp.zeros(2) + 1.0, x * 2.0), normal(2)


@program()
def only_constants_out() -> Call:
    return lambda x: jnp.ones(3), normal(2)


@program()
def no_outputs() -> Call:
    def fn(x: Array) -> None:
        jnp.sin(x)

    return fn, normal(2)


@program()
def dead_code() -> Call:
    def fn(x: Array) -> Array:
        y = jnp.sin(x)
        jnp.exp(y)
        return y * x

    return fn, normal(2)


@program()
def numpy_inputs() -> Call:
    import numpy as np

    return lambda x, n: x * n, np.ones(3, np.float32), np.int32(2)


@program()
def scalar_outputs_and_vectors() -> Call:
    return lambda x: {"mean": x.mean(), "all": x * 2.0}, normal(3)


@program()
def hundred_inputs() -> Call:
    def fn(xs: list[Array]) -> Array:
        total = xs[0]
        for x in xs[1:]:
            total = total + x * 0.5
        return total

    return fn, [jnp.float32(i) for i in range(100)]


@program()
def hundred_equations() -> Call:
    def fn(x: Array) -> Array:
        for i in range(50):
            x = x * 0.99 + 0.01 * i
        return x

    return fn, jnp.float32(0.5)
