"""From an equation to its rule."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jax

from graphstep._jaxcompat import structure
from graphstep.rules._arithmetic import ARITHMETIC
from graphstep.rules._functions import FUNCTIONS_OF_ELEMENTS
from graphstep.rules._indexing import INDEXING
from graphstep.rules._library import HOMES, LIBRARY
from graphstep.rules._matrices import MATRICES
from graphstep.rules._products import PRODUCTS
from graphstep.rules._reductions import REDUCTIONS
from graphstep.rules._rule import Equation, Rule, RuleMaker
from graphstep.rules._views import VIEWS

PRIMITIVES: dict[str, RuleMaker] = {
    **ARITHMETIC,
    **FUNCTIONS_OF_ELEMENTS,
    **VIEWS,
    **INDEXING,
    **REDUCTIONS,
    **PRODUCTS,
    **MATRICES,
}
RULES: dict[str, RuleMaker] = {**PRIMITIVES, **LIBRARY}


def rule_of(eqn: Any) -> Rule | None:
    """Return the rule of an equation, or `None` if the table has none for it.

    A call of a function of JAX's library may have a rule as a whole.

    Args:
        eqn: An equation of a jaxpr.
    """
    maker = RULES.get(name_of(eqn))
    if maker is None:
        return None
    avals_in = tuple(v.aval for v in eqn.invars)
    avals_out = tuple(v.aval for v in eqn.outvars)
    return maker(Equation(eqn.primitive.name, eqn.params, avals_in, avals_out))


def name_of(eqn: Any) -> str:
    """Return the name of an equation's entry: its primitive, or the function it calls."""
    found = structure(eqn)
    if found is None or found.kind != "call":
        return eqn.primitive.name
    info = getattr(found.bodies[0].jaxpr, "debug_info", None)
    name, _, place = str(getattr(info, "func_src_info", "")).partition(" at ")
    home = place.rpartition(":")[0]
    # A function of the user's may have the same name.
    if not home.startswith(_jax_folder()):
        return eqn.primitive.name
    own = Path(home).relative_to(_jax_folder()).as_posix()
    return HOMES.get((own, name)) or eqn.primitive.name


@functools.cache
def _jax_folder() -> str:
    return str(Path(jax.__file__).parent)
