"""Evaluate a rule's formulas and compare them with what JAX computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import bind
from graphstep.rules._rule import (
    UNDEFINED,
    Rule,
    cotangent_of,
    is_differentiable,
    tangent_of,
)

# What is compiled runs once, on a few numbers.
_QUICK = {"xla_backend_optimization_level": 0}


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """Largest differences between a rule and JAX, relative to the largest number.

    Attributes:
        value: Of the results.
        jvp: Of their tangents.
        vjp: Of what the operands receive.
    """

    value: float
    jvp: float
    vjp: float

    @property
    def largest(self) -> float:
        """The largest of all differences."""
        return max(self.value, self.jvp, self.vjp)


def checked(
    rule: Rule, eqn: Any, primals: Sequence[Any], rng: np.random.Generator
) -> Check:
    """Compare a rule with `jax.jvp` and `jax.vjp` of its equation.

    Args:
        rule: The rule.
        eqn: Its equation.
        primals: A value for each operand.
        rng: Source of the tangents and cotangents.
    """
    # An operand may have no derivative in JAX, or only in theory.
    active = [
        i
        for i, (value, structure) in enumerate(
            zip(primals, rule.structure, strict=True)
        )
        if structure is not UNDEFINED and is_differentiable(value)
    ]
    given = [_random(rng, primals[i]) for i in active]
    sought = [
        k for k, aval in enumerate(rule.equation.out_avals) if is_differentiable(aval)
    ]
    sent = [_random(rng, rule.equation.out_avals[k]) for k in sought]

    def results(*values: Any) -> tuple[list[Any], list[Any]]:
        operands = list(primals)
        for i, value in zip(active, values, strict=True):
            operands[i] = value
        outs = bind(eqn, operands)
        return [outs[k] for k in sought], outs

    def both(values: list[Any], tangents: list[Any], cotangents: list[Any]) -> Any:
        _, moved, outs = jax.jvp(results, values, tangents, has_aux=True)
        received = jax.vjp(results, *values, has_aux=True)[1](cotangents)
        return outs, moved, received

    values = [primals[i] for i in active]
    outs, moved, received = jax.device_get(
        jax.jit(both, compiler_options=_QUICK)(values, given, sent)
    )
    known = _symbols(rule, primals, outs)
    known |= {
        tangent_of(rule.operands[i]): t for i, t in zip(active, given, strict=True)
    }
    known |= {
        cotangent_of(rule.results[k]): c for k, c in zip(sought, sent, strict=True)
    }
    tangents, contributions = rule.tangents_at(known), rule.contributions_at(known)
    values = [
        out if value is None else value
        for value, out in zip(rule.results_at(known), outs, strict=True)
    ]
    return Check(
        _difference(values, outs),
        _difference([tangents[k] for k in sought], moved),
        _difference([contributions[i] for i in active], received),
    )


def _symbols(rule: Rule, primals: Sequence[Any], outs: Sequence[Any]) -> dict[str, Any]:
    """Return primals by symbol, no less precise than float64."""
    values = zip((*rule.operands, *rule.results), (*primals, *outs), strict=True)
    return {symbol: _precise(value) for symbol, value in values}


def _precise(value: Any) -> Any:
    if not is_differentiable(value):
        # A truth value is a number here; a key is left alone.
        return np.asarray(value) + 0 if _is_numpy(value) else value
    return np.asarray(value).astype(np.result_type(_plain(value), np.float64))


def _plain(value: Any) -> Any:
    """Return a type of NumPy's own for that of a value."""
    return value.dtype if value.dtype.kind in "fc" else np.dtype(np.float32)


def _is_numpy(value: Any) -> bool:
    return isinstance(getattr(value, "dtype", None), np.dtype)


def _random(rng: np.random.Generator, like: Any) -> Any:
    value = rng.normal(size=like.shape)
    if like.dtype.kind == "c":
        value = value + 1j * rng.normal(size=like.shape)
    return np.asarray(value).astype(like.dtype)


def _difference(mine: Sequence[Any], theirs: Sequence[Any]) -> float:
    """Return the largest difference; what a formula leaves out counts as zero."""
    largest = 0.0
    for formula, truth in zip(mine, theirs, strict=True):
        if not _is_numpy(truth):
            continue
        a = np.asarray(0.0 if formula is None else formula)
        b = _precise(truth)
        if a.shape != b.shape and formula is not None:
            return float("inf")
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        with np.errstate(all="ignore"):
            apart = np.where(same, 0.0, np.abs(a - b))
        scale = max(1.0, np.max(np.abs(b), initial=0.0, where=np.isfinite(b)))
        largest = max(largest, float(np.max(apart, initial=0.0)) / scale)
    return largest
