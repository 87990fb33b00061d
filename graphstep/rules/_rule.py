"""A local rule: what a primitive computes, its JVP, its VJP, in executable formulas."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from graphstep.rules._formula import evaluate, symbols_in

# Structures of a Jacobian, from the emptiest to the fullest.
ZERO = "zero"
IDENTITY = "identity"
DIAGONAL = "diagonal"
PERMUTATION = "permutation"
SELECTION = "selection"
BROADCAST = "broadcast"
SUM = "sum"
BLOCK = "block diagonal"
TRIANGULAR = "triangular"
KRONECKER = "Kronecker"
DENSE = "dense"


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


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """The local rule of one equation.

    Formulas are written in the symbols of `operands` and `results`; `ẋ` is the tangent
    of `x`, `ȳ` the cotangent of `y`.

    Attributes:
        operands: Symbols of the operands.
        results: Symbols of the results.
        value: Formula of each result.
        jvp: Formula of each result's tangent.
        vjp: Formula of what each operand receives; `None` where it has no derivative.
        structure: Structure of the Jacobian with respect to each operand.
        cost: Formula of the operations that the value takes.
        reason: Why the derivative is this, in one sentence.
        source: Where the formula is written down.
        given: Parameters that the formulas use, by symbol.
        where: Auxiliary symbols and their formulas, each using those before it.
    """

    operands: tuple[str, ...]
    results: tuple[str, ...]
    value: tuple[str, ...]
    jvp: tuple[str, ...]
    vjp: tuple[str | None, ...]
    structure: tuple[str, ...]
    cost: str
    reason: str
    source: str
    given: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    where: tuple[tuple[str, str], ...] = ()

    @property
    def residuals(self) -> tuple[str, ...]:
        """Primals that the VJP needs, in the order of operands and results."""
        needed = {
            symbol for formula in self.vjp if formula for symbol in self._in(formula)
        }
        return tuple(s for s in (*self.operands, *self.results) if s in needed)

    def _in(self, formula: str) -> set[str]:
        """Return the symbols in a formula, seen through the auxiliary ones."""
        found, definitions = set(symbols_in(formula)), dict(self.where)
        for symbol in list(found):
            if symbol in definitions:
                found |= self._in(definitions[symbol])
        return found

    def results_at(self, primals: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the results, given the operands by symbol."""
        return tuple(self._at(formula, primals) for formula in self.value)

    def tangents_at(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the results' tangents, given primals and the operands' tangents."""
        return tuple(self._at(formula, values) for formula in self.jvp)

    def contributions_at(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what each operand receives, given primals and cotangents."""
        return tuple(f if f is None else self._at(f, values) for f in self.vjp)

    def _at(self, formula: str, values: Mapping[str, Any]) -> Any:
        known = {**self.given, **values}
        wanted = self._in(formula)
        for symbol, definition in self.where:
            if symbol in wanted:
                known[symbol] = evaluate(definition, known)
        return evaluate(formula, known)


RuleMaker = Callable[[Equation], Rule | None]


def tangent_of(symbol: str) -> str:
    """Return the symbol of a tangent: `ẋ`."""
    return unicodedata.normalize("NFC", f"{symbol}\N{COMBINING DOT ABOVE}")


def cotangent_of(symbol: str) -> str:
    """Return the symbol of a cotangent: `x̄`."""
    return unicodedata.normalize("NFC", f"{symbol}\N{COMBINING MACRON}")
