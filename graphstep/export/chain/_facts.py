"""The chain rule at one step, as numbers: what goes in, comes out, adds up, is sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from graphstep._jaxcompat import short_type
from graphstep.analysis import norm_of
from graphstep.export.chain._amounts import (
    Amount,
    CotangentSum,
    Facts,
    Norm,
    SumTerm,
    amount_of,
    cancelling,
    element_of,
    is_array,
    ratio,
    stats_instead,
    with_element,
)
from graphstep.export.chain._index import (
    Index,
    fits,
    has_local_derivative,
    leading_index,
    operand_index,
)
from graphstep.export.chain._labels import label_of, type_of
from graphstep.export.chain._names import (
    binder_role,
    cotangent_name,
    equation_text,
    loop_name,
    operand_name,
    rule_text,
    sender_text,
    use_text,
)
from graphstep.export.chain._rule_lines import rule_lines
from graphstep.export.chain._tangents import tangent_formula, tangent_sum
from graphstep.export.chain._why import missing_cuts
from graphstep.graph import Node, Operand, ProgramGraph
from graphstep.recording import Absence, Recording
from graphstep.stepping import BACKWARD, FORWARD, SEED, Cursor, Term

# Operands, results and receivers that are shown one by one.
_LISTED = 12


def seed_facts(cursor: Cursor) -> Facts:
    """Return the seed of each output."""
    graph = cursor.timeline.graph
    sent = [
        with_element(
            amount_of(_name(graph, t), _type(graph, t), t.value),
            t.value,
            leading_index(t.value) if is_array(t.value) else None,
        )
        for t in cursor.contributions_sent()
    ]
    return Facts(SEED, sent=tuple(sent[:_LISTED]), n_more=max(0, len(sent) - _LISTED))


def node_facts(
    recording: Recording,
    cursor: Cursor,
    node_id: str,
    out: int,
    element: Index | None,
    norm: Norm = norm_of,
    leading: Callable[[Any], Index] = leading_index,
    *,
    with_rule: bool = True,
) -> Facts:
    """Return the facts of one node, in the iteration in which the cursor sees it.

    Args:
        recording: Where the numbers come from.
        cursor: Place in the walk.
        node_id: The node that is looked at, at the cursor or not.
        out: Which of its outputs.
        element: Which element to follow, if it fits; else that of greatest |cotangent|,
            or |tangent| where those were recorded.
        norm: Returns the norm of an array and what is wrong with it, for those who
            know it already.
        leading: Returns the index of its leading element, likewise.
        with_rule: Whether the local rule is written out, too.
    """
    graph = cursor.timeline.graph
    node = graph.node(node_id)
    start = Facts(cursor.pass_, label_of(graph, node_id), equation_text(graph, node_id))
    if not node.avals:
        notes = ("It has no outputs, so nothing flows on from here.",)
        return dataclasses.replace(start, notes=notes)
    out = out if out < len(node.avals) else 0
    start = dataclasses.replace(start, type=type_of(graph, node_id, out))
    iteration = cursor.iteration_of(node_id)
    if iteration is None:
        return dataclasses.replace(start, notes=("Its loop took no turn.",))
    reader = _Reader(recording, cursor, node, out, iteration, norm, leading, with_rule)
    index = reader.followed(element)
    start = dataclasses.replace(
        start, index=index, equation=reader.equation or start.equation
    )
    if cursor.pass_ == FORWARD:
        return reader.forward(start)
    return reader.backward(start)


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    recording: Recording
    cursor: Cursor
    node: Node
    out: int
    iteration: tuple[int, ...]
    norm: Norm
    leading: Callable[[Any], Index]
    with_rule: bool

    @property
    def graph(self) -> ProgramGraph:
        return self.cursor.timeline.graph

    @property
    def cotangent(self) -> Any:
        return self.recording.cotangent(self.node.id, self.out, self.iteration)

    @property
    def derivative(self) -> Any:
        """What was recorded beside the primal, or an `Absence`."""
        if not self.recording.has_tangents:
            return self.cotangent
        return self.recording.tangent(self.node.id, self.out, self.iteration)

    def followed(self, element: Index | None) -> Index:
        """Return the element to follow."""
        shape = tuple(getattr(self.node.avals[self.out], "shape", ()))
        if element is not None and fits(element, shape):
            return element
        derivative = self.derivative
        if is_array(derivative):
            return self.leading(derivative)
        primal = self.recording.primal(self.node.id, self.out, self.iteration)
        return self.leading(primal) if is_array(primal) else ()

    @property
    def equation(self) -> str:
        """What a carry is after the first iteration; empty for any other node."""
        back = self._carried_from()
        if back is None:
            return ""
        source, turn = back
        name, origin = label_of(self.graph, self.node.id), label_of(self.graph, *source)
        loop = loop_name(self.graph.regions[self.node.region])
        role = binder_role(self.node)
        return f"{name} = {role} of {loop}, {origin} of iteration {turn}"

    # Forward -------------------------------------------------------------------------

    def forward(self, facts: Facts) -> Facts:
        """Add operands and results."""
        operands = self.node.operands
        gives = [
            self._primal(self.node.id, out, self.iteration, facts.index)
            for out in range(min(len(self.node.avals), _LISTED))
        ]
        if self.recording.has_tangents:
            facts = self._with_tangent(facts)
        return dataclasses.replace(
            facts,
            is_ahead=self.cursor.state(self.node.id) == "pending",
            takes=tuple(self._taken(o, facts.index) for o in operands[:_LISTED]),
            gives=tuple(gives),
            n_more=max(0, len(operands) - _LISTED),
        )

    def _with_tangent(self, facts: Facts) -> Facts:
        node = self.node
        found = tangent_sum(
            self.recording, node, self.out, self.iteration, facts.index, self.norm
        )
        formula = tangent_formula(self.graph, found, node)
        return dataclasses.replace(facts, tangent=found, formula=formula)

    def _taken(self, operand: Operand, index: Index) -> Amount:
        graph, node = self.graph, self.node
        if operand.source is None:
            return Amount(operand_name(graph, operand), note="literal")
        source, note = operand.source, ""
        iteration = self.cursor.iteration_of(source[0])
        if iteration is not None:
            # Seen from another node, its own iteration counts.
            iteration = (*self.iteration, *iteration[len(self.iteration) :])
            iteration = iteration[: len(graph.loops(source[0]))]
        back = self._carried_from()
        if back is not None:
            source, turn = back
            iteration = (*self.iteration[:-1], turn)
            note = f"from iteration {turn}"
        if iteration is None:
            return Amount(label_of(graph, *source), reason="Its loop took no turn.")
        shape = tuple(getattr(operand.aval, "shape", ()))
        at = operand_index(node, shape, index, self.out)
        region = graph.regions[node.region]
        if region.id == node.id and region.kind == "scan":
            note = (
                "last iteration" if self._is_carry(operand) else "stacked, this: last"
            )
        return self._primal(*source, iteration, at, note)

    def _is_carry(self, operand: Operand) -> bool:
        return f"{self.node.id}/carry{operand.key}" in self.graph

    def _carried_from(self) -> tuple[tuple[str, int], int] | None:
        """Return the result of the iteration before that a carry is, and its turn."""
        graph, node = self.graph, self.node
        region = graph.regions[node.region]
        name = node.id.rpartition("/")[2]
        if node.role != "binder" or not name.startswith("carry"):
            return None
        if not region.is_loop or not self.iteration or not self.iteration[-1]:
            return None
        number = int(name.removeprefix("carry"))
        for operand in graph.operands(region.id):
            if operand.key == number and operand.source is not None:
                return operand.source, self.iteration[-1] - 1
        return None

    def _primal(
        self,
        node: str,
        out: int,
        iteration: tuple[int, ...],
        index: Index | None,
        note: str = "",
    ) -> Amount:
        graph, recording = self.graph, self.recording
        array = recording.primal(node, out, iteration)
        stats = stats_instead(recording, array, node, out, "primal", iteration)
        name, type_ = label_of(graph, node, out), type_of(graph, node, out)
        amount = amount_of(name, type_, array, self.norm)
        return dataclasses.replace(with_element(amount, array, index, stats), note=note)

    # Backward ------------------------------------------------------------------------

    def backward(self, facts: Facts) -> Facts:
        """Add the sum over uses, and at the cursor's own step what is sent."""
        cursor, cotangent = self.cursor, self.cotangent
        found = self._sum(facts.index, cotangent)
        facts = dataclasses.replace(facts, sum=found)
        step = cursor.step
        if step.node != self.node.id or cursor.pass_ != BACKWARD:
            return facts
        terms = cursor.contributions_sent()
        sent = [self._receiver(t, facts.index, cotangent) for t in terms[:_LISTED]]
        return dataclasses.replace(
            facts,
            rule=rule_text(self.graph, self.node.id) if sent else "",
            local=rule_lines(self.graph, self.node.id)
            if sent and self.with_rule
            else None,
            sent=tuple(sent),
            n_more=max(0, len(terms) - _LISTED),
            others=tuple(self._others()),
        )

    def _others(self) -> list[Amount]:
        graph, node = self.graph, self.node
        return [
            amount_of(
                cotangent_name(label_of(graph, node.id, out)),
                short_type(node.avals[out]),
                self.recording.cotangent(node.id, out, self.iteration),
                self.norm,
            )
            for out in range(min(len(node.avals), _LISTED))
            if out != self.out
        ]

    def _sum(self, index: Index, cotangent: Any) -> CotangentSum:
        graph, node, cursor = self.graph, self.node, self.cursor
        base = CotangentSum(
            cotangent_name(label_of(graph, node.id, self.out)),
            type_of(graph, node.id, self.out),
            (self.out, len(node.avals)),
            index,
        )
        stats = stats_instead(
            self.recording, cotangent, node.id, self.out, "cotangent", self.iteration
        )
        if isinstance(cotangent, Absence) and stats is None:
            cuts = missing_cuts(self.recording, node.id, self.out)
            return dataclasses.replace(base, reason=str(cotangent), cuts=cuts)
        found = cursor.running_sum(node.id, self.out, self.iteration)
        terms = tuple(self._term(term, index) for term in found.terms)
        base = dataclasses.replace(
            base,
            terms=terms,
            pending=tuple(
                sender_text(graph, edge, self.iteration) for edge in found.pending
            ),
            total=element_of(found.total, index),
            is_complete=found.is_complete,
            cancelling=cancelling([t.amount.element for t in terms]),
        )
        if isinstance(cotangent, Absence):
            return dataclasses.replace(
                base, norm=stats.l2 if stats else None, reason=str(cotangent)
            )
        if found.is_complete:
            norm, mark = self.norm(cotangent)
            return dataclasses.replace(base, norm=norm, mark=mark)
        return base

    def _term(self, term: Term, index: Index) -> SumTerm:
        graph = self.graph
        name = (
            "the seed"
            if term.edge is None
            else sender_text(graph, term.edge, self.iteration)
        )
        amount = with_element(
            amount_of(name, _type(graph, term), term.value, self.norm),
            term.value,
            index,
        )
        return SumTerm(amount, element_of(term.total, index))

    def _receiver(self, term: Term, index: Index, cotangent: Any) -> Amount:
        graph, node = self.graph, self.node
        aval = graph.aval(*term.target)
        shape = tuple(getattr(aval, "shape", ()))
        at = operand_index(node, shape, index, self.out)
        if is_array(term.value):
            if np.ndim(term.value) != len(shape):
                # What a scan collects is sent for all of its iterations at once.
                at = None
            if at is None:
                at = self.leading(term.value)
        name, type_ = _name(graph, term), type_of(graph, *term.target)
        amount = amount_of(name, type_, term.value, self.norm)
        amount = dataclasses.replace(
            with_element(amount, term.value, at), note=self._iteration_note(term)
        )
        if not has_local_derivative(node, aval) or amount.element is None:
            return amount
        slope = ratio(amount.element, element_of(cotangent, index))
        return dataclasses.replace(amount, derivative=slope)

    def _iteration_note(self, term: Term) -> str:
        n_loops = len(self.graph.loops(term.target[0]))
        if len(term.iteration) < n_loops:
            return "all iterations"
        here = self.iteration[:n_loops]
        if n_loops and term.iteration != here:
            return f"in iteration {term.iteration[-1]}"
        return ""


def _name(graph: ProgramGraph, term: Term) -> str:
    name = label_of(graph, *term.target)
    if name == "_" or not name:
        return term.target[0] if term.edge is None else use_text(graph, term.edge)
    return name


def _type(graph: ProgramGraph, term: Term) -> str:
    return type_of(graph, *term.target)
