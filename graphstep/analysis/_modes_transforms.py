"""How large a function becomes under each of JAX's transformations."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable

from graphstep._jaxcompat import Jaxpr, all_jaxprs
from graphstep.errors import GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.tracing import TRANSFORMS, Trace, one_line, transformed

_FEW = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """A function under one transformation, before and after.

    Attributes:
        name: The transformation; `""` for the function itself.
        equations: How many equations it has, those inside of others included.
        change: Which primitives became more or fewer: `+5 mul, −1 sin`.
        problem: Why JAX does not allow it; then there is nothing else.
    """

    name: str
    equations: int = 0
    change: str = ""
    problem: str = ""


def sizes(
    graph: ProgramGraph, progress: Callable[[str], object] = lambda _: None
) -> tuple[Size, ...]:
    """Return the size of a function, and of the same under each transformation.

    Each is what `transformed` traces, and what the graph shows.
    """
    before = _counts(graph.trace)
    found = [Size("", sum(before.values()), "")]
    for name in TRANSFORMS:
        progress(name)
        try:
            after = _counts(transformed(graph.trace, name))
        except GraphstepError as error:
            found.append(Size(name, problem=one_line(str(error), 200)))
            continue
        found.append(Size(name, sum(after.values()), _change(before, after)))
    return tuple(found)


def _counts(trace: Trace) -> collections.Counter[str]:
    jaxpr: Jaxpr = trace.closed_jaxpr.jaxpr
    return collections.Counter(
        eqn.primitive.name for inner in all_jaxprs(jaxpr) for eqn in inner.eqns
    )


def _change(before: collections.Counter[str], after: collections.Counter[str]) -> str:
    differing = {
        name: after[name] - before[name]
        for name in sorted(before.keys() | after.keys())
        if after[name] != before[name]
    }
    order = sorted(differing, key=lambda name: (-abs(differing[name]), name))
    shown = [f"{differing[n]:+d} {n}".replace("-", "−", 1) for n in order[:_FEW]]
    rest = [f"{len(order) - _FEW} more"] if len(order) > _FEW else []
    return ", ".join([*shown, *rest]) or "the same equations"
