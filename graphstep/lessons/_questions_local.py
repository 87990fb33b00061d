"""One equation with the numbers it had: what makes one element, and its derivative."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep._jaxcompat import bind, is_inexact
from graphstep.export.chain import has_local_derivative, operand_index
from graphstep.graph import Node
from graphstep.recording import Recording

Index = tuple[int, ...]
# Which part of an array is needed: an element, or a line of them.
Part = tuple[int | slice, ...]

# Elements of all operands together that are computed with; elements that are listed.
_MOST, LISTED = 4096, 4
# What a person can work out with a calculator, and differentiate.
_UNARY = (
    *("neg", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "logistic"),
    *("sqrt", "rsqrt", "square", "integer_pow", "log1p", "expm1", "abs"),
)
_BINARY = ("add", "add_any", "sub", "mul", "div", "max", "min")
_SMOOTH = frozenset({*_UNARY, *_BINARY, "select_n"})
# Those without a derivative to speak of, or with one that is hard to remember.
_ROUGH = frozenset(
    {"sign", "floor", "ceil", "round", "pow", "exp2", "cbrt"}
    | {"gt", "ge", "lt", "le", "eq", "ne", "and", "or", "not"}
)
_REDUCED = frozenset({"reduce_sum", "reduce_max", "reduce_min", "reduce_prod"})


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Local:
    """An equation and the arrays that it took and gave.

    Attributes:
        node: The equation's node.
        iteration: One index per loop around it.
        operands: What it took.
        result: What it gave.
    """

    node: Node
    iteration: tuple[int, ...]
    operands: tuple[np.ndarray, ...]
    result: np.ndarray

    def run(self, operands: tuple[np.ndarray, ...]) -> np.ndarray:
        """Return what JAX gives for other operands."""
        with jax.enable_x64(self.is_wide):
            return np.asarray(bind(self.node.eqn, [*map(jnp.asarray, operands)])[0])

    def pulled(
        self, key: int, operands: tuple[np.ndarray, ...], cotangent: np.ndarray
    ) -> np.ndarray:
        """Return what JAX sends to an operand."""

        def result(x: Any) -> Any:
            given = [*map(jnp.asarray, operands)]
            return bind(self.node.eqn, [*given[:key], x, *given[key + 1 :]])[0]

        with jax.enable_x64(self.is_wide):
            _, vjp = jax.vjp(result, jnp.asarray(operands[key]))
            return np.asarray(vjp(jnp.asarray(cotangent))[0])

    @property
    def is_wide(self) -> bool:
        """Whether 64-bit types occur, which JAX has to be told."""
        return any(x.dtype.itemsize == 8 for x in (*self.operands, self.result))

    # Going forward -------------------------------------------------------------------

    def parts(self, index: Index) -> tuple[Part, ...] | None:
        """Return which part of each operand makes one element of the result.

        Returns:
            `None` if that is no sum a person could do, or not known.
        """
        name = self.node.primitive
        if name in _SMOOTH | _ROUGH:
            return self._elements(index)
        if name in _REDUCED:
            axes, rest = self.node.eqn.params["axes"], iter(index)
            x = self.operands[0]
            part = tuple(
                slice(None) if axis in axes else next(rest) for axis in range(x.ndim)
            )
            return (part,) if x[part].size <= LISTED else None
        return self._parts_of_product(index) if name == "dot_general" else None

    def _elements(self, index: Index) -> tuple[Index, ...] | None:
        """Return which element of each operand makes one of an elementwise result."""
        found = [operand_index(self.node, x.shape, index, 0) for x in self.operands]
        known = tuple(each for each in found if each is not None)
        return known if len(known) == len(found) else None

    @property
    def _contracted(self) -> tuple[int, int] | None:
        """Which axis of both factors a plain product sums over."""
        (left, right), batch = self.node.eqn.params["dimension_numbers"]
        is_plain = len(left) == len(right) == 1 and not any(batch)
        if not is_plain or any(x.ndim > 2 for x in self.operands):
            return None
        return int(left[0]), int(right[0])

    def _parts_of_product(self, index: Index) -> tuple[Part, ...] | None:
        axes, rest = self._contracted, iter(index)
        if axes is None or self.operands[0].shape[axes[0]] > LISTED:
            return None
        return tuple(
            tuple(slice(None) if a == axis else next(rest) for a in range(x.ndim))
            for axis, x in zip(axes, self.operands, strict=True)
        )

    # Going back ----------------------------------------------------------------------

    def parts_back(self, key: int, index: Index) -> tuple[Part, dict[int, Part]] | None:
        """Return what makes one element of what an operand receives.

        Returns:
            Which part of the result's cotangent, and of which operands which part.
            `None` if that is no sum a person could do, or not known.
        """
        name = self.node.primitive
        if name == "reduce_sum":
            axes = self.node.eqn.params["axes"]
            return tuple(i for a, i in enumerate(index) if a not in axes), {}
        if name == "broadcast_in_dim":
            return self._copies(index)
        if name == "dot_general":
            return self._parts_of_factor(key, index)
        is_smooth = name in _SMOOTH and has_local_derivative(
            self.node, self.node.operands[key].aval
        )
        parts = self._elements(index) if is_smooth else None
        if parts is None or self._has_kink(parts):
            return None
        return index, dict(enumerate(parts))

    def _has_kink(self, parts: tuple[Index, ...]) -> bool:
        """Return whether the derivative is a matter of convention there."""
        here = [float(x[at]) for x, at in zip(self.operands, parts, strict=True)]
        match self.node.primitive:
            case "max" | "min":
                return here[0] == here[1]
            case "abs":
                return here[0] == 0
            case _:
                return False

    def _copies(self, index: Index) -> tuple[Part, dict[int, Part]] | None:
        kept = self.node.eqn.params["broadcast_dimensions"]
        x, y = self.operands[0], self.result
        at = {axis: i for axis, i, n in zip(kept, index, x.shape, strict=True) if n > 1}
        part = tuple(at.get(axis, slice(None)) for axis in range(y.ndim))
        return (part, {}) if y[part].size <= LISTED else None

    def _parts_of_factor(
        self, key: int, index: Index
    ) -> tuple[Part, dict[int, Part]] | None:
        axes, other = self._contracted, 1 - key
        if axes is None:
            return None
        free = [i for a, i in enumerate(index) if a != axes[key]]
        summed = index[axes[key]]
        y = self.operands[other]
        part: Part = tuple(
            summed if a == axes[other] else slice(None) for a in range(y.ndim)
        )
        lines: list[int | slice] = [slice(None)] * (y.ndim - 1)
        mine: list[int | slice] = list(free)
        whole = tuple(mine + lines if key == 0 else lines + mine)
        return (whole, {other: part}) if y[part].size <= LISTED else None


def local_of(
    recording: Recording, node_id: str, iteration: tuple[int, ...]
) -> Local | None:
    """Return an equation with its numbers, if they are there, real and few."""
    graph = recording.graph
    node = graph.node(node_id)
    is_plain = node.role == "eqn" and graph.regions[node.region].id != node_id
    around = graph.regions.ancestors(node.region)
    # Alone, one device's share of an equation would not know of the others.
    if any(region.kind == "shard_map" for region in around):
        return None
    if not is_plain or len(node.avals) != 1 or not hasattr(node.eqn.primitive, "bind"):
        return None
    avals = [operand.aval for operand in node.operands] + [node.avals[0]]
    if not all(_is_real(aval) for aval in avals) or sum(map(_size, avals)) > _MOST:
        return None
    values = [recording.primal(node_id, 0, iteration)]
    for operand in node.operands:
        if operand.source is None:
            values.append(np.asarray(operand.literal, operand.aval.dtype))
        else:
            turns = iteration[: len(graph.loops(operand.source[0]))]
            values.append(recording.primal(*operand.source, turns))
    if not all(isinstance(value, np.ndarray | np.generic) for value in values):
        return None
    result, *operands = map(np.asarray, values)
    return Local(node, iteration, tuple(operands), result)


def rounded(array: np.ndarray) -> np.ndarray:
    """Return the numbers that a person is shown: six digits of each."""
    if not is_inexact(array):
        return array
    wide = array.astype(np.float64)
    shown = [float(f"{x:.6g}") for x in wide.ravel()]
    return np.array(shown).reshape(array.shape).astype(array.dtype)


def _is_real(aval: Any) -> bool:
    dtype = getattr(aval, "dtype", None)
    return dtype is not None and (
        jnp.issubdtype(dtype, jnp.floating)
        or jnp.issubdtype(dtype, jnp.integer)
        or jnp.issubdtype(dtype, jnp.bool_)
    )


def _size(aval: Any) -> int:
    return math.prod(aval.shape)
