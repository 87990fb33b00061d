"""How cotangents add up: what each use sends back, and when it arrives."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from graphstep.graph import Edge, ProgramGraph, Region, Value
from graphstep.recording import Absence
from graphstep.stepping._blocks import Iteration
from graphstep.stepping._recorded import Recorded
from graphstep.stepping._timeline import BACKWARD, SEED, Key, Step, Timeline

_UNKNOWN = frozenset({"while", "no_rule", "not_captured", "effects"})


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One contribution to the cotangent of one value.

    Attributes:
        edge: The use that sends it, `(u, v, key)`; `None` for a seed.
        value: An array of the value's shape; or an `Absence`, which says why the use
            sends nothing and does not count in the sum.
        target: The value that receives it, `(node, output)`.
        iteration: The iteration of that node; shorter than its loops are when all
            iterations of the innermost one are stacked in `value`.
        total: The sum so far, this term included; `None` while there is none, and in
            what a step sends.
    """

    edge: Edge | None
    value: Any
    target: Value
    iteration: Iteration
    total: Any = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The contributions that have arrived at a value, in the order of arrival.

    Attributes:
        terms: One per use, and one for a seed.
        total: Their sum, in the value's dtype; `None` if no array has arrived, as at a
            value without uses.
        pending: The uses whose contribution is still to come.
    """

    terms: tuple[Term, ...]
    total: Any
    pending: tuple[Edge, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every use has had its turn."""
        return not self.pending

    @property
    def is_cotangent(self) -> bool:
        """Whether the total is the cotangent, up to rounding.

        Not so while uses are pending, nor when one sends what JAX cannot form (back
        through a `while`) or what was not captured.
        """
        return self.is_complete and not any(
            isinstance(term.value, Absence) and term.value.kind in _UNKNOWN
            for term in self.terms
        )


def is_array(value: Any) -> bool:
    """Return whether a recording answered with numbers, not with an `Absence`."""
    return isinstance(value, np.ndarray | np.generic)


def arrival(
    timeline: Timeline, edge: Edge, iteration: Iteration
) -> tuple[str, Iteration]:
    """Return the backward visit at which what a use sends back has arrived.

    Args:
        timeline: The walk.
        edge: The use `(u, v, key)`.
        iteration: Iteration of `u`.
    """
    graph = timeline.graph
    user, target, key = edge
    hidden = timeline.hidden_by(user) or timeline.hidden_by(target)
    if hidden is not None:
        return hidden, iteration[: len(graph.loops(hidden))]
    region = graph.region_of(target)
    if not region.is_loop or len(graph.loops(user)) == len(graph.loops(target)):
        return target, iteration
    if target != region.id:
        if not _turns_at_all(region):
            return region.id, iteration
        # A binder: its share of every iteration is in when the first one is done.
        return target, (*iteration, 0)
    carry = f"{target}/carry{key}"
    last = (region.length or 0) - 1
    if carry in graph and iteration[-1] < last:
        # What a loop carries comes back from the next iteration.
        return carry, (*iteration[:-1], iteration[-1] + 1)
    return target, iteration[:-1]


def _turns_at_all(region: Region) -> bool:
    """Return whether a region is not a scan over nothing."""
    return region.kind != "scan" or bool(region.length)


def has_arrived(
    timeline: Timeline, here: Step, edge: Edge, iteration: Iteration
) -> bool:
    """Return whether a backward pass that is `here` has had a contribution."""
    if here.pass_ != BACKWARD:
        return False
    arrives = timeline.key(*arrival(timeline, edge, iteration))
    return arrives >= timeline.key(here.node, here.iteration)


def running_sum(
    recording: Recorded,
    timeline: Timeline,
    here: Step,
    value: Value,
    iteration: Iteration,
) -> Terms:
    """Return the contributions to a value that have arrived at a backward step.

    They stand in the order in which a backward pass sends them: those of the last use
    in program order first, and those of one node by operand index.
    """
    graph = timeline.graph
    uses = list(graph.uses(*value))
    keys: dict[Edge, Key] = {
        edge: timeline.key(*arrival(timeline, edge, iteration)) for edge in uses
    }
    # Sorting is stable: the second key first, then the main one.
    uses.sort(key=lambda edge: edge[2])
    uses.sort(key=lambda edge: keys[edge], reverse=True)
    arrived = [e for e in uses if has_arrived(timeline, here, e, iteration)]
    terms = [
        Term(e, recording.contribution(e, iteration), value, iteration) for e in arrived
    ]
    terms += _seeds(recording, timeline, here, value[0])
    total: Any = None
    summed: list[Term] = []
    for term in terms:
        if is_array(term.value):
            with np.errstate(all="ignore"):
                total = term.value if total is None else total + term.value
        summed.append(dataclasses.replace(term, total=total))
    pending = tuple(edge for edge in uses if edge not in set(arrived))
    return Terms(tuple(summed), total, pending)


def _seeds(
    recording: Recorded, timeline: Timeline, here: Step, node: str
) -> list[Term]:
    graph = timeline.graph
    if here.pass_ not in (SEED, BACKWARD) or not timeline.has_steps(BACKWARD, node):
        return []
    if graph.columns.roles[graph.position(node)] != "output":
        return []
    return [Term(None, recording.cotangent(node), (node, 0), ())]


def contributions_sent(
    recording: Recorded, timeline: Timeline, here: Step
) -> tuple[Term, ...]:
    """Return what a backward step sends to its operands, in operand order.

    At the seed that is the seeds, to the outputs. At the node of a loop it is what
    enters the loop from outside: stacked for what it collects (ys), and for what it
    carries, the part of the last iteration. A binder of a loop sends this iteration's
    share: of a constant, to be summed; of an x, one slice; of a carry, to the
    iteration before. A while or a custom rule, whose inside has no cotangents, and a
    scan over nothing send to the operands of the whole. A forward step sends nothing.
    """
    graph = timeline.graph
    if here.pass_ == SEED:
        return tuple(
            seed
            for node in graph.outputs
            for seed in _seeds(recording, timeline, here, node)
        )
    if here.pass_ != BACKWARD:
        return ()
    region = graph.region_of(here.node)
    is_exit = region.id == here.node
    is_closed = region.kind == "while" or region.is_opaque or not _turns_at_all(region)
    if is_exit and is_closed:
        binders = [
            node
            for node in graph.order[region.start : region.stop]
            if graph.columns.roles[graph.position(node)] == "binder"
            and graph.region_of(node).id == region.id
        ]
        edges = [edge for node in binders for edge in _edges_into(graph, node)]
        return tuple(_sent(recording, graph, e, here.iteration) for e in edges)
    edges = _edges_into(graph, here.node)
    if is_exit and region.is_loop:
        length = region.length or 0
        return tuple(
            _sent(recording, graph, e, _into_loop(graph, e, here.iteration, length))
            for e in edges
        )
    if is_exit:
        edges = [e for e in edges if is_walked(timeline, e[0], here.iteration)]
        return tuple(_sent(recording, graph, e, here.iteration) for e in edges)
    if region.is_loop and graph.columns.roles[graph.position(here.node)] == "binder":
        return _sent_by_binder(recording, graph, here, edges)
    return tuple(_sent(recording, graph, e, here.iteration) for e in edges)


def _edges_into(graph: ProgramGraph, node: str) -> list[Edge]:
    return [
        (operand.source[0], node, operand.key)
        for operand in graph.operands(node)
        if operand.source is not None
    ]


def is_walked(timeline: Timeline, node: str, iteration: Iteration) -> bool:
    """Return whether the run came to a node in an iteration: its branch was taken."""
    position = timeline.graph.position(node)
    inside = timeline.blocks.innermost[position]
    return timeline.blocks.missing(inside, position, iteration) is None


def _into_loop(
    graph: ProgramGraph, edge: Edge, iteration: Iteration, length: int
) -> Iteration:
    is_carry = f"{edge[1]}/carry{edge[2]}" in graph
    return (*iteration, length - 1) if is_carry and length else iteration


def _sent(
    recording: Recorded, graph: ProgramGraph, edge: Edge, iteration: Iteration
) -> Term:
    value = recording.contribution(edge, iteration)
    return Term(edge, value, _target(graph, edge), iteration)


def _target(graph: ProgramGraph, edge: Edge) -> Value:
    source = next(o.source for o in graph.operands(edge[1]) if o.key == edge[2])
    assert source is not None
    return source


def _sent_by_binder(
    recording: Recorded, graph: ProgramGraph, here: Step, edges: list[Edge]
) -> tuple[Term, ...]:
    region = graph.region_of(here.node)
    *outer, turn = here.iteration
    if region.kind == "shard_map":
        return tuple(_sent(recording, graph, e, tuple(outer)) for e in edges)
    name = here.node.removeprefix(f"{region.id}/")
    if turn and name.startswith("carry"):
        result = int(name.removeprefix("carry"))
        fed_back = [e for e in _edges_into(graph, region.id) if e[2] == result]
        return tuple(_sent(recording, graph, e, (*outer, turn - 1)) for e in fed_back)
    share = recording.cotangent(here.node, 0, here.iteration)
    return tuple(Term(e, share, _target(graph, e), tuple(outer)) for e in edges)
