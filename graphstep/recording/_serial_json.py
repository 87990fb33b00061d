"""The atoms of a saved recording as JSON: numbers, parameters, literals.

Functions come in pairs, `json_from_…` and `…_from_json`. Reading trusts nothing: what
is not as it was written raises `Malformed`.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import ClosedJaxpr, Jaxpr, open_jaxpr
from graphstep.recording._saved import SavedJaxpr, SavedMesh, SavedText, SavedVar
from graphstep.recording._serial_arrays import bytes_of, dtype_name, storage_of

_LONGEST_TEXT = 500
# A printout that shows an address says something else in every run.
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_OUR_OWN = re.compile(r"(?:jax|jaxlib|numpy|graphstep)(?:\.|$)")
_MISSING = object()

# JAX's own classes that parameters are made of: named constants, and named tuples.
_ENUMS = {
    kind.__name__: kind
    for kind in (
        jax.lax.DotAlgorithmPreset,
        jax.lax.FftType,
        jax.lax.GatherScatterMode,
        jax.lax.Precision,
        jax.lax.RoundingMethod,
    )
}
_RECORDS = {
    kind.__name__: kind
    for kind in (
        jax.lax.ConvDimensionNumbers,
        jax.lax.GatherDimensionNumbers,
        jax.lax.ScatterDimensionNumbers,
    )
}
# Of a parameter that is one of these, or that is left out, less is known than JAX knows.
_INEXACT = ("text", "jaxpr", "mesh")


class Malformed(ValueError):  # noqa: N818
    """A document says something that no writer of ours says."""


def whole(value: Any, low: int = 0, high: float = math.inf) -> int:
    """Return an int from `low` up to, but not including, `high`."""
    if type(value) is not int or not low <= value < high:
        raise Malformed(f"{_shown(value)} stands where a number is expected")
    return value


def text(value: Any) -> str:
    """Return a string."""
    if type(value) is not str:
        raise Malformed(f"{_shown(value)} stands where a text is expected")
    return value


def flag(value: Any) -> bool:
    """Return a truth value."""
    if type(value) is not bool:
        raise Malformed(f"{_shown(value)} stands where true or false is expected")
    return value


def items(value: Any, length: int | None = None) -> list[Any]:
    """Return a list, of that length if one is given."""
    if type(value) is not list or length not in (None, len(value)):
        raise Malformed(f"{_shown(value)} stands where a list is expected")
    return value


def field(value: Any, name: str) -> Any:
    """Return a field of an object."""
    found = value.get(name, _MISSING) if type(value) is dict else _MISSING
    if found is _MISSING:
        raise Malformed(f"there is no `{name}`")
    return found


def one(value: Any) -> tuple[str, Any]:
    """Return the only field of an object, its name first."""
    if type(value) is not dict or len(value) != 1:
        raise Malformed(f"{_shown(value)} stands where one field is expected")
    return next(iter(value.items()))


def _shown(value: Any) -> str:
    kind = type(value)
    return (
        f"`{value}`"[:40] if kind in (int, float, bool, str) else f"a {kind.__name__}"
    )


def json_from_float(value: float) -> float | str:
    """Return a float as JSON, which has no infinities."""
    return float(value) if math.isfinite(value) else str(float(value))


def float_from_json(value: Any) -> float:
    """Return a float."""
    if type(value) in (float, int) or value in ("inf", "-inf", "nan"):
        return float(value)
    raise Malformed(f"{_shown(value)} stands where a number is expected")


def shape_from_json(value: Any) -> tuple[int, ...]:
    """Return a shape."""
    return tuple(whole(n, high=2**62) for n in items(value))


def dtype_from_json(value: Any) -> np.dtype:
    """Return a dtype that is not one of keys."""
    storage = storage_of(text(value))
    if storage is None:
        raise Malformed(f"this JAX has no dtype `{value[:40]}`")
    return storage.dtype


# Parameters of equations -----------------------------------------------------------


def json_from_params(
    params: Mapping[str, Any], number: Callable[[Any], int]
) -> dict[str, Any]:
    """Return the parameters that are data; functions and the like are left out.

    Args:
        params: Parameters of an equation.
        number: Gives the number under which an aval is stored.
    """
    found = {name: _json_from_param(value, number) for name, value in params.items()}
    return {name: value for name, value in found.items() if value is not _MISSING}


def _json_from_param(value: Any, number: Callable[[Any], int]) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) in (float, np.float64):
        return {"float": json_from_float(value)}
    if type(value) in (tuple, list, set, frozenset):
        parts = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        inner = [_json_from_param(part, number) for part in parts]
        kind = "set" if isinstance(value, set | frozenset) else type(value).__name__
        return _MISSING if _MISSING in inner else {kind: inner}
    name = type(value).__name__
    if type(value) is _ENUMS.get(name):
        return {"enum": [name, value.name]}
    if type(value) is _RECORDS.get(name):
        inner = [_json_from_param(part, number) for part in value]
        return _MISSING if _MISSING in inner else {"record": [name, inner]}
    if isinstance(value, np.integer | np.bool):
        return value.item()
    if isinstance(value, np.dtype):
        name = dtype_name(value)
        return _MISSING if storage_of(name) is None else {"dtype": name}
    if isinstance(value, jax.sharding.Mesh | jax.sharding.AbstractMesh | SavedMesh):
        return {"mesh": [[str(name), int(n)] for name, n in value.shape.items()]}
    if isinstance(value, Jaxpr | ClosedJaxpr | SavedJaxpr):
        inner, _ = open_jaxpr(value)  # pyright: ignore[reportArgumentType]
        both = (inner.invars, inner.outvars)
        return {"jaxpr": [[number(v.aval) for v in vars_] for vars_ in both]}
    return _json_from_printout(value)


def _json_from_printout(value: Any) -> Any:
    # A user's object may print anything, at any cost, so only known ones are asked.
    if callable(value) or not _OUR_OWN.match(type(value).__module__):
        return _MISSING
    printout = str(value)[:_LONGEST_TEXT]
    return _MISSING if _ADDRESS.search(printout) else {"text": printout}


def is_exact(params: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    """Return whether `written` is all there is to `params`."""
    pending: list[Any] = list(written.values())
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if any(kind in value for kind in _INEXACT):
                return False
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return params.keys() == written.keys()


def params_from_json(value: Any, avals: list[Any]) -> dict[str, Any]:
    """Return the parameters of an equation."""
    if type(value) is not dict:
        raise Malformed(f"{_shown(value)} stands where parameters are expected")
    return {name: _param_from_json(param, avals) for name, param in value.items()}


def _param_from_json(value: Any, avals: list[Any]) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    kind, inner = one(value)
    if kind in _SEQUENCES:
        return _SEQUENCES[kind](_param_from_json(part, avals) for part in items(inner))
    if kind not in _PARAMS:
        raise Malformed(f"`{kind[:40]}` is no kind of parameter")
    return _PARAMS[kind](inner, avals)


def _mesh(value: Any, _: list[Any]) -> SavedMesh:
    axes = [items(axis, 2) for axis in items(value)]
    return SavedMesh(tuple((text(name), whole(n, 1, 2**31)) for name, n in axes))


def _jaxpr(value: Any, avals: list[Any]) -> SavedJaxpr:
    sides = [
        tuple(SavedVar(avals[whole(i, high=len(avals))]) for i in items(side))
        for side in items(value, 2)
    ]
    return SavedJaxpr(*sides)


def _enum(value: Any, _: list[Any]) -> Any:
    name, member = items(value, 2)
    members = getattr(_ENUMS.get(text(name)), "__members__", {})
    if text(member) not in members:
        raise Malformed(f"this JAX has no {name[:40]}.{member[:40]}")
    return members[member]


def _record(value: Any, avals: list[Any]) -> Any:
    name, parts = items(value, 2)
    if text(name) not in _RECORDS:
        raise Malformed(f"this JAX has no {name[:40]}")
    return _RECORDS[name](*(_param_from_json(part, avals) for part in items(parts)))


_SEQUENCES: dict[str, Callable[..., Any]] = {
    "tuple": tuple,
    "list": list,
    "set": frozenset,
}
_PARAMS: dict[str, Callable[[Any, list[Any]], Any]] = {
    "float": lambda value, _: float_from_json(value),
    "dtype": lambda value, _: dtype_from_json(value),
    "text": lambda value, _: SavedText(text(value)),
    "mesh": _mesh,
    "jaxpr": _jaxpr,
    "enum": _enum,
    "record": _record,
}


# Literals --------------------------------------------------------------------------


def json_from_literal(value: Any) -> dict[str, Any]:
    """Return the value of a literal, bit by bit."""
    if isinstance(value, bool):
        return {"bool": bool(value)}
    if isinstance(value, int) and not isinstance(value, np.generic):
        return {"int": int(value)}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return {"float": json_from_float(value)}
    if isinstance(value, complex) and not isinstance(value, np.generic):
        return {"complex": [json_from_float(x) for x in (value.real, value.imag)]}
    array = np.asarray(value)
    data = base64.b64encode(bytes_of(array)).decode("ascii")
    return {"array": [dtype_name(array.dtype), list(array.shape), data]}


def literal_from_json(value: Any) -> Any:
    """Return the value of a literal; arrays without axes are NumPy scalars."""
    kind, inner = one(value)
    if kind == "bool":
        return flag(inner)
    if kind == "int":
        return whole(inner, -(2**64), 2**64)
    if kind == "float":
        return float_from_json(inner)
    if kind == "complex":
        return complex(*(float_from_json(part) for part in items(inner, 2)))
    if kind != "array":
        raise Malformed(f"`{kind[:40]}` is no kind of literal")
    name, axes, data = items(inner, 3)
    dtype, shape = dtype_from_json(name), shape_from_json(axes)
    raw = base64.b64decode(text(data), validate=True)
    if len(raw) != math.prod(shape) * dtype.itemsize:
        raise Malformed("a literal does not fill its shape")
    if not raw:
        return np.zeros(shape, dtype)
    return np.frombuffer(raw, np.uint8).view(dtype).reshape(shape)[()]
