"""Hypothesis strategies of random JAX programs, as plain data that can be called.

A program works on three-vectors with entries between -1 and 1, which every operation
maps to such vectors again: numbers stay tame however deep the nesting, and a handful
of shapes keeps compilation short. Between its vector operands and its vector result
an operation may pass through any shape and dtype.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st
from jax import lax

Array = jax.Array
SIZE = 3

_MATRIX = np.array([[0.3, -0.4, 0.2], [0.1, 0.5, -0.3], [-0.6, 0.2, 0.1]], np.float32)


@jax.custom_jvp
def bent(x: Array) -> Array:
    """A sine whose derivative is a rule of its own."""
    return jnp.sin(x)


bent.defjvps(lambda t, _, x: 0.5 * t * jnp.cos(x))


@jax.custom_vjp
def damped(x: Array, y: Array) -> Array:
    """A product whose cotangents are halved."""
    return x * y


damped.defvjp(
    lambda x, y: (x * y, (x, y)), lambda r, g: (0.5 * g * r[1], 0.5 * g * r[0])
)


def _mixed(x: Array) -> Array:
    steps = jnp.floor(x * 2.7 + 0.33).astype(jnp.int32) % 3
    return x * (steps.astype(x.dtype) - 1.0)


def _low(x: Array) -> Array:
    return (x.astype(jnp.bfloat16) * jnp.bfloat16(0.5)).astype(x.dtype)


def _while(x: Array) -> Array:
    start = lax.stop_gradient(jnp.abs(x).max()) + 0.1
    trips = lax.while_loop(
        lambda s: s[1] < 1.0, lambda s: (s[0] + 1, s[1] * 2.0), (jnp.int32(0), start)
    )[0]
    return x / (1.0 + trips)


UNARY: dict[str, Callable[[Array], Array]] = {
    "sin": jnp.sin,
    "tanh": lambda x: jnp.tanh(2.0 * x),
    "logistic": jax.nn.sigmoid,
    "square": lambda x: x * x,
    "exp": lambda x: jnp.exp(x - 1.0),
    "neg": jnp.negative,
    "mean": lambda x: jnp.broadcast_to(x.mean(), x.shape),
    "max": lambda x: x * jnp.max(x),
    "cumsum": lambda x: jnp.cumsum(x) / SIZE,
    "reverse": lambda x: x[::-1],
    "gather": lambda x: x[jnp.array([2, 0, 2])],
    "scatter": lambda x: x.at[jnp.array([0, 0])].set(x[1:] * 0.5),
    "matvec": lambda x: _MATRIX @ x,
    "reshape": lambda x: (x[None, :] * jnp.ones((2, 1))).T.reshape(6)[1:4] * 0.9,
    "sort": jnp.sort,
    "where": lambda x: jnp.where(x > 0.123, x, -0.5 * x),
    "int": _mixed,
    "bf16": _low,
    "stop": lambda x: lax.stop_gradient(x) * 0.7,
    "softmax": jax.nn.softmax,
    "custom_jvp": bent,
    "while": _while,
    "literal": lambda x: jnp.full_like(x, 0.25),
    "relu": jax.nn.relu,
}

BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "add": lambda x, y: 0.5 * (x + y),
    "sub": lambda x, y: 0.5 * x - 0.5 * y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / (1.0 + y * y),
    "dot": lambda x, y: x * jnp.dot(x, y) / SIZE,
    "outer": lambda x, y: jnp.outer(x, y).sum(0) / SIZE,
    "maximum": lambda x, y: jnp.maximum(x, 0.9 * y + 0.0371),
    "concatenate": lambda x, y: jnp.concatenate([x[:1], y[1:]]),
    "custom_vjp": damped,
}

BLOCKS = ("jit", "remat", "scan", "reverse_scan", "cond", "switch", "vmap", "grad")
_BRANCHING = ("cond", "switch")


@dataclasses.dataclass(frozen=True)
class Step:
    """One statement: an operation, or a block, on earlier values.

    Attributes:
        kind: A name in `UNARY` or `BINARY`, or one of `BLOCKS`.
        operands: Indices of earlier values, taken modulo how many there are.
        body: Statements of a block, which see the operands only.
        other: Statements of the second branch of a cond or switch.
    """

    kind: str
    operands: tuple[int, int]
    body: tuple[Step, ...] = ()
    other: tuple[Step, ...] = ()


@dataclasses.dataclass(frozen=True, repr=False)
class RandomProgram:
    """A function of some vectors, made of statements; call it.

    Attributes:
        n_inputs: Number of arguments.
        steps: The statements.
        results: Indices of the values returned, taken modulo how many there are.
        dtype: Of the arguments.
        seed: Of the example arguments.
    """

    n_inputs: int
    steps: tuple[Step, ...]
    results: tuple[int, ...]
    dtype: str = "float32"
    seed: int = 0

    def __call__(self, *args: Array) -> tuple[Array, ...]:
        """Return the results at these vectors."""
        values = run_steps(self.steps, args)
        return tuple(values[i % len(values)] for i in self.results)

    @property
    def args(self) -> tuple[Array, ...]:
        """Example arguments, no entry near a kink."""
        rng = np.random.default_rng(self.seed)
        rows = rng.uniform(-0.95, 0.95, size=(self.n_inputs, SIZE))
        return tuple(jnp.asarray(row, self.dtype) for row in rows)

    def __repr__(self) -> str:
        names = [f"v{i}" for i in range(self.n_inputs)]
        lines = [f"def program({', '.join(names)}):  # {self.dtype}, seed {self.seed}"]
        lines += _lines(self.steps, self.n_inputs, "    ")
        count = self.n_inputs + len(self.steps)
        lines.append(f"    return {', '.join(f'v{i % count}' for i in self.results)}")
        return "\n".join(lines)


def _lines(steps: Sequence[Step], known: int, indent: str) -> list[str]:
    lines: list[str] = []
    for i, step in enumerate(steps):
        count = known + i
        a, b = (f"v{k % count}" for k in step.operands)
        operands = a if step.kind in UNARY else f"{a}, {b}"
        lines.append(f"{indent}v{count} = {step.kind}({operands})")
        for body in filter(None, (step.body, step.other)):
            lines.append(f"{indent}  of (v0, v1):")
            lines += _lines(body, 2, indent + "    ")
    return lines


def run_steps(steps: Sequence[Step], values: Sequence[Array]) -> list[Array]:
    """Return `values` and, after them, what each statement gives."""
    every = list(values)
    for step in steps:
        x, y = (every[i % len(every)] for i in step.operands)
        every.append(_run_step(step, x, y).astype(every[0].dtype))
    return every


def _run_step(step: Step, x: Array, y: Array) -> Array:
    if step.kind in UNARY:
        return UNARY[step.kind](x)
    if step.kind in BINARY:
        return BINARY[step.kind](x, y)

    def body(x: Array, y: Array) -> Array:
        return run_steps(step.body, (x, y))[-1]

    def other(x: Array, y: Array) -> Array:
        return run_steps(step.other, (x, y))[-1]

    return _block(step.kind, body, other, x, y)


def _block(
    kind: str, body: Callable[..., Array], other: Callable[..., Array], x: Any, y: Any
) -> Array:
    if kind == "jit":
        shared = jax.jit(body)
        return shared(shared(x, y), y)
    if kind == "remat":
        return jax.checkpoint(body)(x, y)
    if kind in ("scan", "reverse_scan"):

        def step(carry: Array, row: Array) -> tuple[Array, Array]:
            carry = body(carry, row * y)
            return carry, carry * 0.5

        last, rows = lax.scan(
            step, x, jnp.stack([x, y]), reverse=kind == "reverse_scan"
        )
        return 0.5 * last + 0.5 * rows[0]
    if kind == "cond":
        return lax.cond(x.sum() > 0.0371, body, other, x, y)
    if kind == "switch":
        index = (jnp.abs(y[0]) * 2.9).astype(jnp.int32)
        return lax.switch(index, [body, other, lambda x, y: x], x, y)
    if kind == "vmap":
        rows = jax.vmap(body, in_axes=(0, None))(jnp.stack([x, y]), y)
        return rows.mean(0)
    if kind == "grad":
        return jnp.tanh(jax.grad(lambda x: body(x, y).sum())(x))
    raise ValueError(kind)


_operands = st.tuples(st.integers(0, 5), st.integers(0, 5))


def _simple_steps(kinds: Sequence[str]) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.sampled_from(kinds), _operands)


def _steps(
    depth: int, size: int, kinds: Sequence[str], blocks: Sequence[str]
) -> st.SearchStrategy[tuple[Step, ...]]:
    step = _simple_steps(kinds)
    if depth:
        inner = _steps(depth - 1, 2, kinds, blocks)
        plain = [kind for kind in blocks if kind not in _BRANCHING]
        branching = [kind for kind in blocks if kind in _BRANCHING]
        step = st.one_of(
            step,
            st.builds(Step, st.sampled_from(plain), _operands, inner),
            st.builds(Step, st.sampled_from(branching), _operands, inner, inner),
        )
    return st.lists(step, min_size=1, max_size=size).map(tuple)


# Kinks and cuts, where a finite difference is not a derivative.
_NOT_SMOOTH = {"stop", "custom_jvp", "custom_vjp", "while", "int", "bf16", "where"}
_NOT_SMOOTH |= {"max", "maximum", "relu", "sort"}


@st.composite
def programs(
    draw: st.DrawFn,
    *,
    depth: int = 2,
    size: int = 4,
    is_smooth: bool = False,
    dtypes: Sequence[str] = ("float32", "float32", "float32", "bfloat16"),
) -> RandomProgram:
    """Draw a program.

    Args:
        draw: Hypothesis' own.
        depth: How deep blocks nest.
        size: How many statements the program has at most.
        is_smooth: Whether to leave out what has kinks, cuts or rules of its own.
        dtypes: Of the arguments.
    """
    kinds = [k for k in (*UNARY, *BINARY) if not (is_smooth and k in _NOT_SMOOTH)]
    blocks = [k for k in BLOCKS if not (is_smooth and k == "switch")]
    return RandomProgram(
        n_inputs=draw(st.integers(1, 3)),
        steps=draw(_steps(depth, size, kinds, blocks)),
        results=tuple(draw(st.lists(st.integers(0, 7), min_size=1, max_size=2))),
        dtype=draw(st.sampled_from(dtypes)),
        seed=draw(st.integers(0, 3)),
    )
