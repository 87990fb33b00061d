"""A local rule: what a primitive computes, its JVP, its VJP, in executable formulas."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graphstep.rules._formula import evaluate, symbols_in


@dataclasses.dataclass(frozen=True, slots=True)
class Structure:
    """What the entries of a Jacobian look like.

    Attributes:
        kind: The kind in a word or two.
        matrix: The Jacobian itself as a formula, where one says more than the kind:
            rows are the result's elements, columns the operand's, both in C order.
    """

    kind: str
    matrix: str = ""

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind


# From the emptiest to the fullest.
UNDEFINED = Structure("not defined by JAX")
ZERO = Structure("zero")
IDENTITY = Structure("identity")
DIAGONAL = Structure("diagonal")
PERMUTATION = Structure("permutation")
SELECTION = Structure("selection")
BROADCAST = Structure("broadcast")
SUM = Structure("sum")
BLOCK = Structure("block diagonal")
TRIANGULAR = Structure("triangular")
KRONECKER = Structure("Kronecker")
DENSE = Structure("dense")


@dataclasses.dataclass(frozen=True, slots=True)
class Equation:
    """What a rule may depend on.

    Attributes:
        primitive: The primitive's name.
        params: Its parameters.
        in_avals: Shape and dtype of each operand.
        out_avals: Shape and dtype of each result.
    """

    primitive: str
    params: Mapping[str, Any]
    in_avals: tuple[Any, ...]
    out_avals: tuple[Any, ...]

    @property
    def is_complex(self) -> bool:
        """Whether any operand or result is complex."""
        return any(is_complex(aval) for aval in (*self.in_avals, *self.out_avals))


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """The local rule of one equation.

    Formulas are written in the symbols of `operands` and `results`; `ẋ` is the tangent
    of `x`, `ȳ` the cotangent of `y`. Like JAX, a VJP multiplies by the transpose of the
    Jacobian and conjugates nothing.

    Attributes:
        equation: What it is the rule of.
        operands: Symbols of the operands.
        results: Symbols of the results.
        value: Formula of each result; `None` where it is drawn at random.
        jvp: Formula of each result's tangent; `None` where it has none.
        vjp: Formula of what each operand receives; `None` where it has no derivative.
        structure: Structure of the Jacobian with respect to each operand.
        cost: Formula of the operations that the value takes.
        reason: Why the derivative is this, in one sentence.
        source: Where the formula is written down.
        given: Parameters that the formulas use, by symbol.
        where: Auxiliary symbols and their formulas, each using those before it.
    """

    equation: Equation
    operands: tuple[str, ...]
    results: tuple[str, ...]
    value: tuple[str | None, ...]
    jvp: tuple[str | None, ...]
    vjp: tuple[str | None, ...]
    structure: tuple[Structure, ...]
    cost: str
    reason: str
    source: str
    given: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    where: tuple[tuple[str, str], ...] = ()

    @property
    def residuals(self) -> tuple[str, ...]:
        """Primals that the VJP needs, in the order of operands and results."""
        needed = {
            symbol for formula in self.vjp if formula for symbol in self.uses(formula)
        }
        return tuple(s for s in (*self.operands, *self.results) if s in needed)

    @property
    def operations(self) -> int:
        """How many operations the value takes, by the cost formula."""
        # Arrays without memory: a cost depends on sizes alone.
        avals = (*self.equation.in_avals, *self.equation.out_avals)
        arrays = {
            symbol: np.broadcast_to(0.0, getattr(aval, "shape", ()))
            for symbol, aval in zip(
                (*self.operands, *self.results), avals, strict=False
            )
        }
        return int(np.ceil(self._at(self.cost, arrays)))

    @property
    def n_bytes(self) -> int:
        """How many bytes the operands and results take."""
        avals = (*self.equation.in_avals, *self.equation.out_avals)
        return sum(_n_bytes(aval) for aval in avals)

    def uses(self, formula: str) -> set[str]:
        """Return the symbols in a formula, seen through the auxiliary ones."""
        found, definitions = set(symbols_in(formula)), dict(self.where)
        for symbol in list(found):
            if symbol in definitions:
                found |= self.uses(definitions[symbol])
        return found

    def results_at(self, primals: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the results, given the operands by symbol."""
        return tuple(self._at(formula, primals) for formula in self.value)

    def tangents_at(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the results' tangents, given primals and the operands' tangents."""
        return tuple(self._at(formula, values) for formula in self.jvp)

    def contributions_at(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what each operand receives, given primals and cotangents."""
        return tuple(self._at(formula, values) for formula in self.vjp)

    def jacobians_at(self, primals: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the Jacobian by each operand whose structure writes one down."""
        return tuple(self._at(s.matrix or None, primals) for s in self.structure)

    def _at(self, formula: str | None, values: Mapping[str, Any]) -> Any:
        if formula is None:
            return None
        known = {**self.given, **values}
        wanted = self.uses(formula)
        for symbol, definition in self.where:
            if symbol in wanted:
                known[symbol] = evaluate(definition, known)
        return evaluate(formula, known)


RuleMaker = Callable[[Equation], Rule | None]


def tangent_of(symbol: str) -> str:
    """Return the symbol of a tangent: `ẋ`."""
    return _marked(symbol, "\N{COMBINING DOT ABOVE}")


def cotangent_of(symbol: str) -> str:
    """Return the symbol of a cotangent: `x̄`."""
    return _marked(symbol, "\N{COMBINING MACRON}")


def is_complex(aval: Any) -> bool:
    """Return whether the elements of a value are complex."""
    return np.dtype(getattr(aval, "dtype", np.float64)).kind == "c"


def is_differentiable(aval: Any) -> bool:
    """Return whether the elements of a value are real or complex numbers."""
    dtype = getattr(aval, "dtype", None)
    # The small floats of machine learning have kind `V`; keys are no NumPy dtypes.
    return (
        isinstance(dtype, np.dtype) and dtype.kind in "fcV" and dtype.name != "float0"
    )


def _marked(symbol: str, mark: str) -> str:
    """Return a symbol with a mark over it, before any number that it ends in."""
    stem, number = re.fullmatch(r"(.*?)(\d*)", symbol).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return unicodedata.normalize("NFC", f"{stem}{mark}") + number


def _n_bytes(aval: Any) -> int:
    itemsize = getattr(getattr(aval, "dtype", None), "itemsize", 0)
    return int(np.prod(getattr(aval, "shape", ()), dtype=np.int64)) * itemsize
