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

    def worst(self, other: Check) -> Check:
        """Return the larger differences of two checks."""
        return Check(
            max(self.value, other.value),
            max(self.jvp, other.jvp),
            max(self.vjp, other.vjp),
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A rule, its equation, and the numbers at which they are compared.

    Attributes:
        rule: The rule.
        eqn: Its equation.
        primals: A value for each operand.
        tangents: A tangent for each operand that has a derivative.
        cotangents: A cotangent for each result that has one.
    """

    rule: Rule
    eqn: Any
    primals: Sequence[Any]
    tangents: Sequence[Any]
    cotangents: Sequence[Any]

    @property
    def active(self) -> list[int]:
        """Operands that have a derivative in JAX, and not only in theory."""
        pairs = zip(self.primals, self.rule.structure, strict=True)
        return [
            i
            for i, (value, structure) in enumerate(pairs)
            if structure is not UNDEFINED and is_differentiable(value)
        ]

    @property
    def sought(self) -> list[int]:
        """Results that have a derivative."""
        avals = self.rule.equation.out_avals
        return [k for k, aval in enumerate(avals) if is_differentiable(aval)]

    def by_jax(self, primals: Any, tangents: Any, cotangents: Any) -> Any:
        """Return results, tangents and contributions as JAX computes them."""
        values = [primals[i] for i in self.active]

        def results(*values: Any) -> tuple[list[Any], list[Any]]:
            operands = list(primals)
            for i, value in zip(self.active, values, strict=True):
                operands[i] = value
            outs = bind(self.eqn, operands)
            return [outs[k] for k in self.sought], outs

        _, moved, outs = jax.jvp(results, values, tangents, has_aux=True)
        received = jax.vjp(results, *values, has_aux=True)[1](cotangents)
        return outs, moved, received

    def compared(self, outs: Any, moved: Any, received: Any) -> Check:
        """Compare what the formulas give with what JAX computed."""
        rule = self.rule
        known = _symbols(rule, self.primals, outs)
        for i, tangent in zip(self.active, self.tangents, strict=True):
            known[tangent_of(rule.operands[i])] = _precise(tangent)
        for k, cotangent in zip(self.sought, self.cotangents, strict=True):
            known[cotangent_of(rule.results[k])] = _precise(cotangent)
        tangents, sent = rule.tangents_at(known), rule.contributions_at(known)
        values = [
            out if value is None else value
            for value, out in zip(rule.results_at(known), outs, strict=True)
        ]
        return Check(
            _difference(values, outs),
            _difference([tangents[k] for k in self.sought], moved),
            _difference([sent[i] for i in self.active], received),
        )


def case_of(
    rule: Rule, eqn: Any, primals: Sequence[Any], rng: np.random.Generator
) -> Case:
    """Return a comparison along random tangents and cotangents."""
    case = Case(rule, eqn, primals, (), ())
    tangents = [_random(rng, primals[i]) for i in case.active]
    avals = rule.equation.out_avals
    cotangents = [_random(rng, avals[k]) for k in case.sought]
    return dataclasses.replace(case, tangents=tangents, cotangents=cotangents)


def checked(cases: Sequence[Case]) -> list[Check]:
    """Compare rules with `jax.jvp` and `jax.vjp` of their equations.

    All of them are one program, because compiling takes nearly all of the time.
    """

    def all_by_jax(given: Any) -> Any:
        return [case.by_jax(*each) for case, each in zip(cases, given, strict=True)]

    given = [(list(case.primals), case.tangents, case.cotangents) for case in cases]
    program = jax.jit(all_by_jax, compiler_options=_QUICK)
    found = jax.device_get(program(given))
    return [case.compared(*each) for case, each in zip(cases, found, strict=True)]


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
        largest = max(largest, float(np.max(apart, initial=0.0) / scale))
    return largest
