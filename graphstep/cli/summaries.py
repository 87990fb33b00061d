"""A recorded array in a few words: its elements if they are few, else statistics."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import jax
import numpy as np

from graphstep.recording import Absence, Recording, Stats

Of = Literal["primal", "cotangent"]
# Phrases, the most important one first; as many are shown as there is room for.
Form = tuple[str, ...]

# Arrays up to this size are written out.
_SPELLED_OUT = 6
_DIGITS = (4, 3, 2, 1)
_WORDS = {
    "custom_rule": "custom rule",
    "effects": "not recorded",
    "no_rule": "no rule",
    "not_captured": "not captured",
    "not_differentiated": "not asked for",
    "not_taken": "not taken",
    "stop_gradient": "stopped",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """What there is to say about one value.

    Attributes:
        forms: Ways to say it, each shorter than the one before.
        trouble: Whether there is a NaN or an infinity; every form begins with that.
        absence: Why there is no array, or `None`.
    """

    forms: tuple[Form, ...]
    trouble: bool = False
    absence: Absence | None = None


def summarize(rec: Recording, node: str, out: int, of: Of) -> Summary:
    """Return the summary of a value or its cotangent, over all iterations."""
    found = rec.stats(node, out, of)
    if isinstance(found, Absence):
        keys = rec.primal(node, out) if of == "primal" else None
        if isinstance(keys, jax.Array):
            return Summary(((_key_text(keys),),))
        word = _WORDS.get(found.kind, found.kind)
        return Summary(((f"({word})",),), absence=found)
    forms = list(_statistics(rec.graph.aval(node, out), found, of))
    if 0 < found.size <= _SPELLED_OUT:
        array = rec.primal(node, out) if of == "primal" else rec.cotangent(node, out)
        if not isinstance(array, Absence):
            forms.insert(0, (elements_text(array),))
    if found.is_finite:
        return Summary(tuple(forms))
    long, short = trouble_of(found), trouble_of(found, counted=False)
    if found.size == 1:
        forms, long = [], short
    troubled = [(long, *form) for form in forms]
    return Summary((*troubled, (long,), (short,)), trouble=True)


def trouble_of(stats: Stats, *, counted: bool = True) -> str:
    """Return `3 NaN, 1 Inf of 640`, or without the numbers `NaN, Inf`."""
    n_inf = stats.neg_inf + stats.pos_inf
    found = [(n, word) for n, word in ((stats.nan, "NaN"), (n_inf, "Inf")) if n]
    if not counted:
        return ", ".join(word for _, word in found)
    return f"{', '.join(f'{n} {word}' for n, word in found)} of {stats.size}"


def _statistics(aval: Any, stats: Stats, of: Of) -> tuple[Form, ...]:
    n_finite = stats.negative + stats.zero + stats.positive
    if not stats.size:
        return (("empty",),)
    if not n_finite:
        return ((),)
    if aval.dtype == np.bool_:
        every = {0: "all False", stats.size: "all True"}
        return ((every.get(stats.positive, f"{stats.positive} of {stats.size} True"),),)
    return tuple(_with_digits(stats, of, digits) for digits in _DIGITS)


def _with_digits(stats: Stats, of: Of, digits: int) -> Form:
    if stats.min == stats.max:
        every = "all" if stats.is_finite else "others"
        return (f"{every} {number_text(stats.min, digits)}",)
    low, high = number_text(stats.min, digits), number_text(stats.max, digits)
    norm = f"norm {number_text(stats.l2, digits)}"
    mean = f"mean {number_text(stats.mean, digits)}"
    reach = f"{low} to {high}"
    return (reach, mean, norm) if of == "primal" else (norm, reach, mean)


def elements_text(array: Any) -> str:
    """Return all elements, nested in brackets as the array is."""
    if np.ndim(array) == 0:
        return number_text(np.asarray(array)[()])
    return f"[{', '.join(elements_text(row) for row in array)}]"


def number_text(number: Any, digits: int = 4) -> str:
    """Return a number with a few digits; integers and booleans as they are."""
    if isinstance(number, bool | np.bool_):
        return str(bool(number))
    if np.iscomplexobj(number):
        return f"{complex(number):.{digits}g}"
    if isinstance(number, int | np.integer):
        return str(int(number))
    # Also JAX's small floats, which NumPy cannot format.
    return f"{float(number):.{digits}g}"


def _key_text(keys: jax.Array) -> str:
    return "key" if keys.size == 1 else f"{keys.size} keys"
