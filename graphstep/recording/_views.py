"""Primitives that only rearrange elements, done and undone in NumPy.

Each takes `lead`, the number of leading loop axes that it must leave alone; those
that are done say which output is wanted, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

View = Callable[[np.ndarray, Any, int], np.ndarray]
OutView = Callable[[np.ndarray, Any, int, int], np.ndarray]


def _to_out_shape(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    return x.reshape(x.shape[:lead] + eqn.outvars[0].aval.shape)


def _to_in_shape(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    return x.reshape(x.shape[:lead] + eqn.invars[0].aval.shape)


def _permute(x: np.ndarray, permutation: Any, lead: int) -> np.ndarray:
    return np.transpose(x, (*range(lead), *(lead + int(i) for i in permutation)))


def _transpose(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    return _permute(x, eqn.params["permutation"], lead)


def _untranspose(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    return _permute(x, np.argsort(eqn.params["permutation"]), lead)


def _rev(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    return np.flip(x, tuple(lead + int(i) for i in eqn.params["dimensions"]))


def _broadcast(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    shape = eqn.outvars[0].aval.shape
    aligned = [1] * len(shape)
    for axis, size in zip(
        eqn.params["broadcast_dimensions"], eqn.invars[0].aval.shape, strict=True
    ):
        aligned[axis] = size
    leading = x.shape[:lead]
    return np.broadcast_to(x.reshape(leading + tuple(aligned)), leading + shape)


def _slice(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    starts, limits = eqn.params["start_indices"], eqn.params["limit_indices"]
    strides = eqn.params["strides"] or (1,) * len(starts)
    inner = tuple(slice(*part) for part in zip(starts, limits, strides, strict=True))
    return x[(slice(None),) * lead + inner]


def _split(x: np.ndarray, eqn: Any, lead: int, out: int) -> np.ndarray:
    sizes, axis = eqn.params["sizes"], lead + eqn.params["axis"]
    start = sum(sizes[:out])
    return x[(slice(None),) * axis + (slice(start, start + sizes[out]),)]


def _identity(x: np.ndarray, eqn: Any, lead: int) -> np.ndarray:
    del eqn, lead
    return x


_VIEWS: dict[str, View] = {
    "reshape": _to_out_shape,
    "squeeze": _to_out_shape,
    "expand_dims": _to_out_shape,
    "transpose": _transpose,
    "rev": _rev,
    "broadcast_in_dim": _broadcast,
    "slice": _slice,
    "stop_gradient": _identity,
    "copy": _identity,
    "copy_p": _identity,
    # The same value on every device, as one that may differ.
    "pvary": _identity,
}

# Views of several outputs.
_PARTS: dict[str, OutView] = {"split": _split}

# Views that lose and repeat nothing, so that their transpose is their inverse.
_INVERSES: dict[str, View] = {
    "reshape": _to_in_shape,
    "squeeze": _to_in_shape,
    "expand_dims": _to_in_shape,
    "transpose": _untranspose,
    "rev": _rev,
}


def is_view(eqn: Any) -> bool:
    """Return whether outputs of `eqn` only rearrange, repeat or select its operand."""
    # A reshape may also transpose, and shapes may be given as operands; both are rare.
    transposes = eqn.primitive.name == "reshape" and eqn.params.get("dimensions")
    is_known = eqn.primitive.name in _VIEWS or eqn.primitive.name in _PARTS
    return is_known and len(eqn.invars) == 1 and not transposes


def is_permutation(eqn: Any) -> bool:
    """Return whether `eqn` rearranges its operand without losing or repeating."""
    return eqn.primitive.name in _INVERSES and is_view(eqn)


def is_selection(eqn: Any) -> bool:
    """Return whether outputs of a view leave out elements of its operand."""
    return eqn.primitive.name in ("slice", "split")


def apply_view(eqn: Any, x: np.ndarray, lead: int, out: int = 0) -> np.ndarray:
    """Return an output of a view equation, `lead` leading axes left alone."""
    part = _PARTS.get(eqn.primitive.name)
    if part is not None:
        return part(x, eqn, lead, out)
    return _VIEWS[eqn.primitive.name](x, eqn, lead)


def undo_view(eqn: Any, x: np.ndarray, lead: int) -> np.ndarray:
    """Return what the transpose of a permuting view makes of a cotangent."""
    return _INVERSES[eqn.primitive.name](x, eqn, lead)
