"""Name every equation of a program, at all levels, after the user's variables."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from graphstep._jaxcompat import Jaxpr, JaxprEqn, Literal, structure
from graphstep.tracing._assignment import Names, names_from_claims, transforms
from graphstep.tracing._claims import ClaimReader
from graphstep.tracing._ownership import UserCode


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """A jaxpr inside the program.

    Attributes:
        prefix: What its equations' ids begin with: `12/`, `12:cond/`.
        jaxpr: The jaxpr; a shared one is met once per use.
        name_stack: The transformations around it.
        results: The caller's names for its results, where there are any.
    """

    prefix: str
    jaxpr: Jaxpr
    name_stack: str
    results: Sequence[str | None]


def program_names(jaxpr: Jaxpr, user: UserCode | None = None) -> dict[str, Names]:
    """Return, per equation id, the user's variable for each output.

    Inside a transparent call a result that has no name of its own gets that of the
    variable which the caller assigns it to.

    Args:
        jaxpr: The whole program.
        user: Which files are the user's; by default all that are not installed.

    Returns:
        Names by the ids of DESIGN's graph (`12`, `12/3`, `12:1/3`), the equations of
        transparent calls among them. Equations without any name are left out.
    """
    reader = ClaimReader(user or UserCode())
    found: dict[str, Names] = {}
    known: dict[tuple[int, str], list[Names]] = {}
    pending = [_Level("", jaxpr, "", ())]
    while pending:
        level = pending.pop()
        key = (id(level.jaxpr), level.name_stack)
        if key not in known:
            known[key] = names_from_claims(level.jaxpr, level.name_stack, reader)
        # Without names for its results a level has none to hand on.
        results = zip(level.jaxpr.outvars, level.results, strict=False)
        inherited = {v: name for v, name in results if not isinstance(v, Literal)}
        for i, (eqn, own) in enumerate(zip(level.jaxpr.eqns, known[key], strict=True)):
            names = own
            if inherited:
                names = tuple(
                    name or inherited.get(var)
                    for name, var in zip(own, eqn.outvars, strict=True)
                )
            eqn_id = f"{level.prefix}{i}"
            if any(names):
                found[eqn_id] = names
            pending.extend(_inner(eqn, eqn_id, level.name_stack, names))
    return found


def _inner(eqn: JaxprEqn, eqn_id: str, name_stack: str, names: Names) -> list[_Level]:
    nested = structure(eqn)
    if nested is None:
        return []
    around = transforms(name_stack, eqn)
    results = names if nested.is_transparent and any(names) else ()
    return [
        _Level(f"{eqn_id}{body.suffix}/", body.jaxpr, around, results)
        for body in nested.bodies
    ]
