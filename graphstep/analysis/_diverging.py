"""Find where devices of a shard_map may wait for each other in vain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphstep._jaxcompat import (
    JaxprEqn,
    collective_axes,
    structure,
    transposed_axes,
    varying_axes_of_type,
)
from graphstep.graph import ProgramGraph, Region

# XLA's CPU backend has all devices meet in it, along whichever axis it goes.
_MEETS_ALL = "ppermute"


class _Meeting(NamedTuple):
    """Where devices wait for each other; equal ones come together.

    Attributes:
        primitive: Of the equation.
        axes: Along which they wait.
        types: Of the operands.
        trips: Lengths of the scans around it.
        depends_on: Ids of the inner conds and whiles around it.
    """

    primitive: str
    axes: frozenset[str]
    types: tuple[str, ...]
    trips: tuple[int | None, ...]
    depends_on: tuple[str, ...]


def diverging_collectives(graph: ProgramGraph) -> tuple[str, ...]:
    """Return the conds and whiles in which devices may wait for each other for ever.

    Inside a shard_map, the predicate of a cond or a while may differ from device to
    device. A collective then waits for devices that took another branch, or that turned
    fewer times, and XLA hangs or aborts the process. JAX brings collectives into the
    backward pass of a branch by itself: the cotangent of a value that is the same on
    all devices is a sum over them.

    A cond is left out if the devices meet as often, in the same order and for the same
    in every branch. Whether a predicate that may differ does differ is known only when
    the program runs, so what is returned need not fail. A shard_map with
    `check_vma=False` does not say what may differ, and nothing is returned of it.

    Returns:
        Ids of regions, in program order; none of a graph that was read from a file.
    """
    return tuple(
        region.id
        for region in graph.regions.values()
        if region.eqn is not None and _diverges(graph, region, region.eqn)
    )


def _diverges(graph: ProgramGraph, region: Region, eqn: JaxprEqn) -> bool:
    if region.kind == "while":
        varying = _axes_of_turns(eqn)
        return any(_reach(graph, region, varying, is_backward=False))
    if region.kind != "cond":
        return False
    varying = varying_axes_of_type(eqn.invars[0].aval)
    branches = [graph.regions[child] for child in region.children]
    return any(
        len({_reach(graph, b, varying, is_backward=is_backward) for b in branches}) > 1
        for is_backward in (False, True)
    )


def _axes_of_turns(eqn: JaxprEqn) -> frozenset[str]:
    """Return the axes over which the number of turns of a while may differ."""
    shape = structure(eqn)
    assert shape is not None
    (predicate,) = shape.bodies[0].jaxpr.outvars
    return varying_axes_of_type(predicate.aval)


def _reach(
    graph: ProgramGraph, region: Region, varying: frozenset[str], *, is_backward: bool
) -> tuple[_Meeting, ...]:
    """Return where devices meet in a region that may not all reach it."""
    if not varying:
        return ()
    columns = graph.columns
    found: list[_Meeting] = []
    for position in range(region.start, region.stop):
        eqn = columns.eqns[position]
        if eqn is None:
            continue
        if is_backward and (position, 0) not in graph.activity.active:
            continue
        axes = (transposed_axes if is_backward else collective_axes)(eqn)
        if axes & varying or (axes and eqn.primitive.name == _MEETS_ALL):
            inner = _between(graph, region, graph.regions[columns.regions[position]])
            found.append(_meeting(eqn, axes, inner))
    return tuple(found)


def _between(graph: ProgramGraph, outer: Region, inner: Region) -> list[Region]:
    """Return the regions around `inner`, and itself, that are inside `outer`."""
    around = graph.regions.ancestors(inner.id)
    return [region for region in around if region.depth > outer.depth]


def _meeting(eqn: JaxprEqn, axes: frozenset[str], inner: Sequence[Region]) -> _Meeting:
    return _Meeting(
        eqn.primitive.name,
        axes,
        tuple(str(operand.aval) for operand in eqn.invars),
        tuple(region.length for region in inner if region.kind == "scan"),
        tuple(region.id for region in inner if region.kind in {"cond", "while"}),
    )
