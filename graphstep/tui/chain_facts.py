"""The chain rule at one step, as numbers: what goes in, comes out, adds up, is sent."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import numpy as np

from graphstep.graph import Node, Operand, ProgramGraph
from graphstep.recording import Absence, Recording, Stats
from graphstep.stepping import BACKWARD, FORWARD, SEED, Cursor, Term
from graphstep.tui.chain_index import (
    Index,
    fits,
    has_local_derivative,
    leading_index,
    operand_index,
)
from graphstep.tui.chain_names import (
    binder_role,
    cotangent_name,
    equation_text,
    loop_name,
    operand_name,
    rule_text,
    sender_text,
    use_text,
)
from graphstep.tui.lines import label_of, type_of
from graphstep.tui.norms import OK, norm_of

# Operands, results and receivers that are shown one by one.
_LISTED = 12
# A sum so much smaller than its terms is said to cancel.
_CANCELS = 0.1


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """One array in a line of the chain rule.

    Attributes:
        name: Whose it is.
        type: Shape and dtype, `f32[32,64]`.
        element: Its number at `index`; `None` if no element is followed there.
        index: Which element.
        norm: Norm of the finite elements; `None` where there is no array.
        mark: What is wrong with it; see `norms`.
        note: Which iteration, if it is not that of the cursor.
        reason: Why there is no array.
        derivative: Measured local derivative at the element.
    """

    name: str
    type: str = ""
    element: Any = None
    index: Index = ()
    norm: float | None = None
    mark: int = OK
    note: str = ""
    reason: str = ""
    derivative: float | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether the element is all there is."""
        return self.type.endswith("[]")


@dataclasses.dataclass(frozen=True, slots=True)
class SumTerm:
    """One contribution to a cotangent.

    Attributes:
        amount: Who sends it, and what.
        total: The sum so far at the element; `None` where nothing was added.
    """

    amount: Amount
    total: Any = None


@dataclasses.dataclass(frozen=True, slots=True)
class CotangentSum:
    """The contributions that have arrived at one value.

    Attributes:
        name: How the cotangent is written.
        type: Shape and dtype of the value.
        out: Which output of its node, and of how many.
        index: Element that is followed.
        terms: In the order of arrival.
        pending: Uses that are still to send, in that order.
        total: Sum so far at the element; `None` if nothing has arrived.
        norm: Norm of the whole cotangent, once it is complete.
        mark: What is wrong with it.
        is_complete: Whether nothing is to come.
        cancelling: |sum| over the sum of |terms| at the element, if it is small.
        reason: Why there is no cotangent.
    """

    name: str
    type: str
    out: tuple[int, int]
    index: Index = ()
    terms: tuple[SumTerm, ...] = ()
    pending: tuple[str, ...] = ()
    total: Any = None
    norm: float | None = None
    mark: int = OK
    is_complete: bool = False
    cancelling: float | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What the chain rule pane says at one step.

    Attributes:
        pass_: `forward`, `seed` or `backward`.
        name: The node's name.
        equation: Its equation.
        type: Type of the result.
        index: Element of the result that is followed.
        is_ahead: Whether the pass has not come to the node yet.
        takes: Operands, going forward.
        gives: Results, going forward.
        sum: The cotangent as a sum, going back.
        rule: Whose rule sends it on.
        sent: What each operand receives; at the seed, what each output receives.
        n_more: Operands or receivers that are not listed.
        notes: What else is to be said.
    """

    pass_: str
    name: str = ""
    equation: str = ""
    type: str = ""
    index: Index = ()
    is_ahead: bool = False
    takes: tuple[Amount, ...] = ()
    gives: tuple[Amount, ...] = ()
    sum: CotangentSum | None = None
    rule: str = ""
    sent: tuple[Amount, ...] = ()
    n_more: int = 0
    notes: tuple[str, ...] = ()


def seed_facts(cursor: Cursor) -> Facts:
    """Return the seed of each output."""
    graph = cursor.timeline.graph
    sent = [
        _amount(_name(graph, t), _type(graph, t), t.value)
        for t in cursor.contributions_sent()
    ]
    return Facts(SEED, sent=tuple(sent[:_LISTED]), n_more=max(0, len(sent) - _LISTED))


def node_facts(
    recording: Recording, cursor: Cursor, node_id: str, out: int, element: Index | None
) -> Facts:
    """Return the facts of one node, in the iteration in which the cursor sees it.

    Args:
        recording: Where the numbers come from.
        cursor: Place in the walk.
        node_id: The node that is looked at, at the cursor or not.
        out: Which of its outputs.
        element: Which element to follow, if it fits; else that of greatest |cotangent|.
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
    reader = _Reader(recording, cursor, node, out, iteration)
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

    @property
    def graph(self) -> ProgramGraph:
        return self.cursor.timeline.graph

    @property
    def cotangent(self) -> Any:
        return self.recording.cotangent(self.node.id, self.out, self.iteration)

    def followed(self, element: Index | None) -> Index:
        """Return the element to follow."""
        shape = tuple(getattr(self.node.avals[self.out], "shape", ()))
        if element is not None and fits(element, shape):
            return element
        cotangent = self.cotangent
        if _is_array(cotangent):
            return leading_index(cotangent)
        primal = self.recording.primal(self.node.id, self.out, self.iteration)
        return leading_index(primal) if _is_array(primal) else ()

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
        return dataclasses.replace(
            facts,
            is_ahead=self.cursor.state(self.node.id) == "pending",
            takes=tuple(self._taken(o, facts.index) for o in operands[:_LISTED]),
            gives=tuple(gives),
            n_more=max(0, len(operands) - _LISTED),
        )

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
        stats = _stats_of(recording, array, node, out, "primal", iteration)
        amount = _amount(label_of(graph, node, out), type_of(graph, node, out), array)
        return dataclasses.replace(_at(amount, array, index, stats), note=note)

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
            sent=tuple(sent),
            n_more=max(0, len(terms) - _LISTED),
        )

    def _sum(self, index: Index, cotangent: Any) -> CotangentSum:
        graph, node, cursor = self.graph, self.node, self.cursor
        base = CotangentSum(
            cotangent_name(label_of(graph, node.id, self.out)),
            type_of(graph, node.id, self.out).partition(" ")[0],
            (self.out, len(node.avals)),
            index,
        )
        stats = _stats_of(
            self.recording, cotangent, node.id, self.out, "cotangent", self.iteration
        )
        if isinstance(cotangent, Absence) and stats is None:
            return dataclasses.replace(base, reason=str(cotangent))
        found = cursor.running_sum(node.id, self.out, self.iteration)
        terms = tuple(self._term(term, index) for term in found.terms)
        base = dataclasses.replace(
            base,
            terms=terms,
            pending=tuple(
                sender_text(graph, edge, self.iteration) for edge in found.pending
            ),
            total=_element(found.total, index),
            is_complete=found.is_complete,
            cancelling=_cancelling([t.amount.element for t in terms]),
        )
        if isinstance(cotangent, Absence):
            return dataclasses.replace(
                base, norm=stats.l2 if stats else None, reason=str(cotangent)
            )
        if found.is_complete:
            norm, mark = norm_of(cotangent)
            return dataclasses.replace(base, norm=norm, mark=mark)
        return base

    def _term(self, term: Term, index: Index) -> SumTerm:
        graph = self.graph
        name = (
            "the seed"
            if term.edge is None
            else sender_text(graph, term.edge, self.iteration)
        )
        amount = _at(_amount(name, _type(graph, term), term.value), term.value, index)
        return SumTerm(amount, _element(term.total, index))

    def _receiver(self, term: Term, index: Index, cotangent: Any) -> Amount:
        graph, node = self.graph, self.node
        aval = graph.aval(*term.target)
        shape = tuple(getattr(aval, "shape", ()))
        at = operand_index(node, shape, index, self.out)
        if _is_array(term.value):
            if np.ndim(term.value) != len(shape):
                # What a scan collects is sent for all of its iterations at once.
                at = None
            if at is None:
                at = leading_index(term.value)
        amount = _amount(_name(graph, term), type_of(graph, *term.target), term.value)
        amount = dataclasses.replace(
            _at(amount, term.value, at), note=self._iteration_note(term)
        )
        if not has_local_derivative(node, aval) or amount.element is None:
            return amount
        ratio = _ratio(amount.element, _element(cotangent, index))
        return dataclasses.replace(amount, derivative=ratio)

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
    return type_of(graph, *term.target).partition(" ")[0]


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic)


def _element(array: Any, index: Index | None) -> Any:
    """Return one number, or `None` if there is none at that index."""
    if not _is_array(array):
        return None
    x = np.asarray(array)
    if index is None or not x.size or not fits(index, x.shape):
        return None
    return x[index].item()


def _amount(name: str, type_: str, value: Any) -> Amount:
    if isinstance(value, Absence):
        return Amount(name, type_, reason=str(value))
    if isinstance(value, jax.Array):
        return Amount(name, type_, reason="random key")
    x = np.asarray(value)
    if not x.size:
        return Amount(name, type_, reason="no elements")
    norm, mark = norm_of(x)
    return Amount(name, type_, norm=norm, mark=mark)


def _at(
    amount: Amount, array: Any, index: Index | None, stats: Stats | None = None
) -> Amount:
    """Add one element to what is said of an array; of a lone one, that one."""
    if stats is not None:
        return dataclasses.replace(amount, norm=stats.l2)
    if _is_array(array) and np.size(array) == 1:
        index = (0,) * np.ndim(array)
    element = _element(array, index)
    return dataclasses.replace(
        amount, element=element, index=() if element is None else index or ()
    )


def _stats_of(
    recording: Recording,
    array: Any,
    node: str,
    out: int,
    of: str,
    iteration: tuple[int, ...],
) -> Stats | None:
    """Return statistics of a value that was not kept, if those were."""
    if not isinstance(array, Absence) or array.kind != "not_captured":
        return None
    stats = recording.stats(node, out, of, iteration)
    return None if isinstance(stats, Absence) else stats


def _cancelling(elements: list[Any]) -> float | None:
    numbers = [abs(e) for e in elements if e is not None]
    size = math.fsum(n for n in numbers if math.isfinite(n))
    if len(numbers) < 2 or not size or not all(map(math.isfinite, numbers)):
        return None
    ratio = abs(sum(e for e in elements if e is not None)) / size
    return ratio if ratio < _CANCELS else None


def _ratio(sent: Any, cotangent: Any) -> float | None:
    if cotangent is None or not cotangent or not math.isfinite(cotangent):
        return None
    return sent / cotangent
