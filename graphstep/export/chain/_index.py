"""Which element of an operand one element of a result comes from, where it is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_inexact
from graphstep.export._kinds import kind_of_node
from graphstep.graph import Node

Index = tuple[int, ...]
# Elementwise to look at, but their derivative is no ratio of two real numbers.
_NO_RATIO = frozenset({"complex", "conj", "imag", "real", "stop_gradient"})


def leading_index(array: Any) -> Index:
    """Return the index of the first NaN, or else of the element greatest in size."""
    x = np.asarray(array)
    if x.ndim == 0 or not x.size or x.dtype == jax.dtypes.float0:
        return ()
    if x.dtype.kind == "f":
        # `argmax` and `argmin` take a NaN for the greatest and for the least of all.
        ends = sorted((int(np.argmax(x)), int(np.argmin(x))))
        flat = x.reshape(-1)
        first, second = (abs(float(flat[end])) for end in ends)
        place = ends[1] if second > first else ends[0]
        return tuple(int(i) for i in np.unravel_index(place, x.shape))
    magnitude = np.abs(x)
    if magnitude.dtype.kind not in "fiub":
        # JAX's small floats are of kind V.
        magnitude = magnitude.astype(np.float32)
    # `argmax` takes a NaN for the greatest of all.
    return tuple(int(i) for i in np.unravel_index(np.argmax(magnitude), x.shape))


def fits(index: Index | None, shape: tuple[int, ...]) -> bool:
    """Return whether an index selects an element of an array of that shape."""
    return (
        index is not None
        and len(index) == len(shape)
        and all(0 <= i < n for i, n in zip(index, shape, strict=True))
    )


def operand_index(
    node: Node, shape: tuple[int, ...], index: Index, out: int = 0
) -> Index | None:
    """Return the operand's element that makes one element of the result.

    Args:
        node: An equation.
        shape: Shape of the operand.
        index: Element of the result.
        out: Which output of the node.

    Returns:
        `None` if several elements make it, or if it is not known which.
    """
    result = tuple(node.avals[out].shape) if out < len(node.avals) else ()
    if not fits(index, result):
        return None
    if is_elementwise(node):
        return _stretched(shape, index, result)
    if node.role == "output" and shape == result:
        return index
    if node.eqn is None:
        return None
    rule = _RULES.get(node.primitive)
    found = None if rule is None else rule(node.eqn.params, shape, index, result)
    return found if fits(found, shape) else None


def is_elementwise(node: Node) -> bool:
    """Return whether each element of the result is made of one of each operand."""
    is_known = kind_of_node(node.role, node.primitive) == "elementwise"
    return is_known and len(node.avals) == 1


def has_local_derivative(node: Node, aval: Any) -> bool:
    """Return whether contribution over cotangent is a derivative of real numbers.

    Args:
        node: The node that sends the contribution.
        aval: Type of the operand that receives it.
    """
    if not is_elementwise(node) or node.primitive in _NO_RATIO:
        return False
    result = node.avals[0]
    return (
        tuple(aval.shape) == tuple(result.shape)
        and is_inexact(aval)
        and is_inexact(result)
        and not np.issubdtype(aval.dtype, np.complexfloating)
        and not np.issubdtype(result.dtype, np.complexfloating)
    )


def _stretched(shape: Index, index: Index, result: Index) -> Index | None:
    """Return the element of an operand whose axes of length 1 stand for any length."""
    if not shape:
        return ()
    is_known = len(shape) == len(result) and all(
        n in (1, m) for n, m in zip(shape, result, strict=True)
    )
    if not is_known:
        return None
    return tuple(i if n > 1 else 0 for i, n in zip(index, shape, strict=True))


def _reshaped(_: Any, shape: Index, index: Index, result: Index) -> Index | None:
    if 0 in result or 0 in shape:
        return None
    flat = np.ravel_multi_index(index, result) if index else 0
    return tuple(int(i) for i in np.unravel_index(flat, shape)) if shape else ()


def _broadcast(params: Any, shape: Index, index: Index, _: Index) -> Index:
    dims = params["broadcast_dimensions"]
    return tuple(index[d] if n > 1 else 0 for d, n in zip(dims, shape, strict=True))


def _transposed(params: Any, shape: Index, index: Index, _: Index) -> Index:
    found = [0] * len(shape)
    for axis, i in zip(params["permutation"], index, strict=True):
        found[axis] = i
    return tuple(found)


def _reversed(params: Any, shape: Index, index: Index, _: Index) -> Index:
    return tuple(
        n - 1 - i if axis in params["dimensions"] else i
        for axis, (i, n) in enumerate(zip(index, shape, strict=True))
    )


def _sliced(params: Any, _: Index, index: Index, __: Index) -> Index:
    starts = params["start_indices"]
    strides = params["strides"] or (1,) * len(starts)
    return tuple(
        s + i * step for s, i, step in zip(starts, index, strides, strict=True)
    )


_RULES: dict[str, Callable[[Any, Index, Index, Index], Index | None]] = {
    "broadcast_in_dim": _broadcast,
    "copy": _reshaped,
    "expand_dims": _reshaped,
    "reshape": _reshaped,
    "rev": _reversed,
    "slice": _sliced,
    "squeeze": _reshaped,
    "transpose": _transposed,
}
