"""A rule with an equation's own names filled in, ready to be written."""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Callable, Sequence
from typing import Any

from graphstep.rules._folding import folded
from graphstep.rules._notation import Notation, row
from graphstep.rules._rule import Rule, cotangent_of, tangent_of
from graphstep.rules._typesetting import typeset

Namer = Callable[[str], str]


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """The formulas of a rule as they are written for one equation.

    Attributes:
        value: `y = sin(x)`, per result.
        jvp: `ẏ = cos(x) ⊙ ẋ`, per result; `None` where it has none.
        vjp: `x̄ += cos(x) ⊙ ȳ`, per operand; `None` where it has none.
        where: Auxiliary symbols that these use.
        jacobian: The Jacobian by each operand, where the structure writes one down.
        cost: How many operations the value takes.
    """

    value: tuple[Notation | None, ...]
    jvp: tuple[Notation | None, ...]
    vjp: tuple[Notation | None, ...]
    where: tuple[Notation, ...]
    jacobian: tuple[Notation | None, ...]
    cost: Notation


def written(
    rule: Rule,
    operands: Sequence[str] = (),
    results: Sequence[str] = (),
    tangent: Namer = tangent_of,
    cotangent: Namer = cotangent_of,
) -> Written:
    """Return the formulas of a rule with other names for its symbols.

    Args:
        rule: The rule.
        operands: Names of the operands; by default the rule's own symbols.
        results: Names of the results; the same.
        tangent: How the tangent of a name is written.
        cotangent: How the cotangent of a name is written.
    """
    symbols = (*rule.operands, *rule.results)
    called = dict(
        zip(
            symbols,
            (*(operands or rule.operands), *(results or rule.results)),
            strict=True,
        )
    )
    avals = (*rule.equation.in_avals, *rule.equation.out_avals)
    names, scalars = dict(called), {s for s in rule.given if _is_number(rule.given[s])}
    for symbol, aval in zip(symbols, avals, strict=True):
        family = (symbol, tangent_of(symbol), cotangent_of(symbol))
        names[family[1]], names[family[2]] = (
            tangent(called[symbol]),
            cotangent(called[symbol]),
        )
        if getattr(aval, "shape", None) == ():
            scalars.update(family)
    for symbol, value in rule.given.items():
        names[symbol] = _shown(value) or symbol

    def right(formula: str) -> Notation:
        return typeset(folded(formula, rule.given), names, scalars)

    def line(left: str, sign: str, formula: str | None) -> Notation | None:
        if formula is None:
            return None
        return row(typeset(left, names), sign, right(formula))

    return Written(
        tuple(line(s, " = ", f) for s, f in zip(rule.results, rule.value, strict=True)),
        tuple(
            line(tangent_of(s), " = ", f)
            for s, f in zip(rule.results, rule.jvp, strict=True)
        ),
        tuple(
            line(cotangent_of(s), " += ", f)
            for s, f in zip(rule.operands, rule.vjp, strict=True)
        ),
        tuple(found for s, f in rule.where if (found := line(s, " = ", f)) is not None),
        tuple(right(s.matrix) if s.matrix else None for s in rule.structure),
        right(rule.cost),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Number)


def _shown(value: Any) -> str:
    """Return a parameter as text; nothing if its symbol says more."""
    if isinstance(value, str):
        return value
    if isinstance(value, slice):
        parts = ["" if n is None else str(n) for n in (value.start, value.stop)]
        return ":".join(
            [*parts, str(value.step)] if value.step not in (None, 1) else parts
        )
    if _is_number(value):
        return f"{value:g}".replace("-", "−") if value == value.real else str(value)
    if isinstance(value, tuple | list) and value:
        parts = [_shown(each) for each in value]
        return ",".join(parts) if all(parts) else ""
    return ""
