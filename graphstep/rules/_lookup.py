"""From an equation to its rule."""

from __future__ import annotations

from typing import Any

from graphstep.rules._arithmetic import ARITHMETIC
from graphstep.rules._functions import FUNCTIONS_OF_ELEMENTS
from graphstep.rules._indexing import INDEXING
from graphstep.rules._matrices import MATRICES
from graphstep.rules._products import PRODUCTS
from graphstep.rules._reductions import REDUCTIONS
from graphstep.rules._rule import Equation, Rule, RuleMaker
from graphstep.rules._views import VIEWS

RULES: dict[str, RuleMaker] = {
    **ARITHMETIC,
    **FUNCTIONS_OF_ELEMENTS,
    **VIEWS,
    **INDEXING,
    **REDUCTIONS,
    **PRODUCTS,
    **MATRICES,
}


def rule_of(eqn: Any) -> Rule | None:
    """Return the rule of an equation, or `None` if the table has none for it.

    Args:
        eqn: An equation of a jaxpr.
    """
    maker = RULES.get(eqn.primitive.name)
    if maker is None:
        return None
    avals_in = tuple(v.aval for v in eqn.invars)
    avals_out = tuple(v.aval for v in eqn.outvars)
    return maker(Equation(eqn.primitive.name, eqn.params, avals_in, avals_out))
