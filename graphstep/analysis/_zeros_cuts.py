"""Places at which dependence is cut, and how they are put."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

import numpy as np

from graphstep._jaxcompat import Literal, is_inexact
from graphstep.analysis import _zeros_words as words
from graphstep.analysis._zeros_words import Kind
from graphstep.graph import Edge, ProgramGraph, Value
from graphstep.recording import Absence, Recording
from graphstep.tracing import SourceLocation

Source = tuple[int, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """One place at which dependence is cut.

    Attributes:
        kind: A word for it, such as `stop_gradient` or `saturated`.
        is_structural: Whether it would be cut whatever the numbers.
        node: The node that cuts, or whose value goes no further.
        value: The value, `(node, output)`, that is cut off there.
        edges: The uses that are cut there, `(u, v, key)`; none where a value is not
            used or its uses cancel.
        message: What the node does, in words that follow its name; or a sentence.
        n_cut: How many elements of the operand are cut, over all iterations; of what
            is cut structurally, all that were asked about.
        size: How many elements the operand has.
        low: Least of the elements of `value` that are cut by their numbers; NaN if
            there are none, or if they are complex.
        high: Greatest of these.
        location: Where in the user's code.
    """

    kind: str
    is_structural: bool
    node: str
    value: Value
    edges: tuple[Edge, ...]
    message: str
    n_cut: int
    size: int
    low: float
    high: float
    location: SourceLocation | None


class Cuts:
    """Collects cuts, one for each node and kind."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.graph: ProgramGraph = recording.graph
        self._found: dict[tuple[int, str], Cut] = {}
        self._masks: dict[tuple[int, str], dict[Edge | None, np.ndarray]] = {}

    def add(
        self,
        kind: Kind,
        position: int,
        source: Source,
        edge: Edge | None,
        mask: np.ndarray,
        *,
        is_structural: bool = False,
        message: str = "",
    ) -> None:
        """Add what is cut at a node; what is known already is counted once.

        Args:
            kind: What happens.
            position: The node.
            source: The value that is cut off.
            edge: The use that is cut; `None` for all of them.
            mask: Which elements of the value.
            is_structural: Whether it would be so whatever the numbers.
            message: By default that of the kind.
        """
        key = (position, kind.name)
        masks = self._masks.setdefault(key, {})
        masks[edge] = mask | masks[edge] if edge in masks else mask
        node = self.graph.order[position]
        known = self._found.get(key)
        value = (
            (self.graph.order[source[0]], source[1]) if known is None else known.value
        )
        low, high = math.nan, math.nan
        if not is_structural and edge is not None:
            low, high = self._range(source, masks[edge])
            if known is not None:
                low, high = np.fmin(low, known.low), np.fmax(high, known.high)
        self._found[key] = Cut(
            kind.name,
            is_structural,
            node,
            value,
            tuple(each for each in masks if each is not None),
            message or kind.words,
            sum(int(each.sum()) for each in masks.values()),
            sum(each.size for each in masks.values()),
            float(low),
            float(high),
            self.graph.source(node),
        )

    def _range(self, source: Source, mask: np.ndarray) -> tuple[float, float]:
        """Return the least and the greatest of the elements that are marked."""
        primal = self.recording.primal(self.graph.order[source[0]], source[1])
        if isinstance(primal, Absence) or np.shape(primal) != mask.shape:
            return math.nan, math.nan
        part = np.asarray(primal)[mask]
        if not part.size or part.dtype.kind == "c":
            return math.nan, math.nan
        part = part.astype(np.float64)
        return float(part.min()), float(part.max())

    def all(self) -> tuple[Cut, ...]:
        """Return them in program order."""
        return tuple(self._found[key] for key in sorted(self._found))


def structural_kind(graph: ProgramGraph, position: int) -> Kind:
    """Return why an equation has the derivative zero whatever the numbers."""
    eqn = graph.columns.eqns[position]
    if eqn is None:
        return words.ZERO_RULE
    name = eqn.primitive.name
    if name in words.STRUCTURAL:
        return words.STRUCTURAL[name]
    if not any(is_inexact(aval) for aval in graph.columns.avals[position]):
        is_cast = name == "convert_element_type"
        return words.CAST if is_cast else words.INTEGER_RESULT
    return words.ZERO_RULE


def cut_of_absence(
    recording: Recording,
    source: Source,
    position: int,
    edge: Edge | None,
    absence: Absence,
) -> Cut:
    """Return the cut at a use that sends nothing, for the reason the recording has."""
    cuts = Cuts(recording)
    aval = recording.graph.columns.avals[source[0]][source[1]]
    mask = np.ones(getattr(aval, "shape", ()), bool)
    add_absence(cuts, position, source, edge, mask, absence)
    return cuts.all()[0]


def add_absence(
    cuts: Cuts,
    position: int,
    source: Source,
    edge: Edge | None,
    mask: np.ndarray,
    absence: Absence,
) -> None:
    """Add what a use that sends nothing says of itself."""
    graph = cuts.graph
    columns = graph.columns
    kind, message = Kind(absence.kind, ""), absence.message
    is_structural = absence.kind not in ("not_taken", "not_captured")
    if columns.roles[position] == "output":
        kind = Kind("not_seeded", "")
    elif absence.kind in ("stop_gradient", "integer"):
        kind, message = structural_kind(graph, position), ""
    elif absence.kind == "not_taken":
        kind, message = words.BRANCH, ""
    cuts.add(
        kind,
        position,
        source,
        edge,
        mask,
        is_structural=is_structural,
        message=message,
    )


def upstream_cuts(recording: Recording, source: Source) -> tuple[Cut, ...]:
    """Return the uses before a value at which it was cut off from every argument."""
    graph, live = recording.graph, recording.reasons.live
    columns = graph.columns
    feedback: dict[int, list[Source]] = {}
    for position, out, carry in columns.feedback:
        feedback.setdefault(carry, []).append((position, out))
    cuts = Cuts(recording)
    pending, seen = [source[0]], {source[0]}
    while pending:
        position = pending.pop()
        operands = list(columns.operands[position])
        before: Iterable[Source] = [
            s for _, s in operands if not isinstance(s, Literal)
        ]
        for key, used in operands:
            if isinstance(used, Literal) or used not in live.active:
                continue
            edge = (graph.order[used[0]], graph.order[position], key)
            shape = columns.avals[used[0]][used[1]].shape
            kind = structural_kind(graph, position)
            mask = np.ones(shape, bool)
            cuts.add(kind, position, used, edge, mask, is_structural=True)
        for used in (*before, *feedback.get(position, ())):
            if used not in live.active and used[0] not in seen:
                seen.add(used[0])
                pending.append(used[0])
    return cuts.all()
