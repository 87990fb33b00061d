"""The card of a local Jacobian: its structure, its picture, how much it amplifies."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np

from graphstep._jaxcompat import is_inexact
from graphstep.analysis import OK, local_jacobian, norm_of, spy, structure_of
from graphstep.export.chain._amounts import is_array
from graphstep.export.chain._labels import label_of
from graphstep.export.chain._names import cotangent_name, operand_name
from graphstep.export.chain._numbers import number
from graphstep.export.chain._rule_lines import local_rule
from graphstep.graph import Node, Operand, ProgramGraph
from graphstep.recording import Absence, Recording
from graphstep.stepping import Cursor

# Operands that get a card; rows and columns of a matrix that is written out.
_CARDS, _ROWS, _COLUMNS = 4, 6, 6
# Rows and columns of the picture.
HEIGHT, WIDTH = 16, 48
# Values of a path from the output back to where the walk stands.
_PATH = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What is known of the Jacobian of one result by one operand.

    Attributes:
        name: `∂y/∂x`.
        shape: Elements of the result and of the operand.
        structure: What its entries look like, by the rule where there is one, else as
            measured.
        is_by_rule: Whether the rule says so.
        matrix: The numbers as text, if they are few.
        spy: Share of entries that are not zero, per cell of a picture; NaN where one
            is not finite.
        n_probed: Rows that were computed.
        n_filled: Entries in them that are not zero.
        gain: Norm of what the operand receives over norm of the cotangent; NaN where
            one of them is not finite.
        reason: Why there is no Jacobian.
        is_measured: Whether its numbers were asked for.
    """

    name: str
    shape: tuple[int, int] = (0, 0)
    structure: str = ""
    is_by_rule: bool = False
    matrix: tuple[tuple[str, ...], ...] = ()
    spy: tuple[tuple[float, ...], ...] = ()
    n_probed: int = 0
    n_filled: int = 0
    gain: float | None = None
    reason: str = ""
    is_measured: bool = True

    @property
    def said_by(self) -> str:
        """Who says what the structure is."""
        return "by its rule" if self.is_by_rule else "as measured here"

    @property
    def counts(self) -> str:
        """How many entries are not zero, of how many."""
        m, n = self.shape
        rows = "" if self.n_probed == m else f" in {self.n_probed} of {m} rows"
        n_entries = self.n_probed * n
        return f"{self.n_filled} of {n_entries} entries are not zero{rows}"

    @property
    def gain_words(self) -> str:
        """What becomes of a cotangent's length."""
        if not self.gain:
            return "nothing passes"
        if math.isnan(self.gain):
            return "not all of it is finite"
        if self.gain < 1:
            return "it shrinks"
        return "it keeps its length" if self.gain == 1 else "it grows"


@dataclasses.dataclass(frozen=True, slots=True)
class PathStep:
    """One value on the way of the cotangent, from an output to where the walk is.

    Attributes:
        name: Its cotangent, as it is written.
        node: Node id.
        norm: Norm of its cotangent's finite elements.
        mark: What is wrong with the others; see `norms`.
        gain: That norm over the one before it; `None` at the output, or after a zero;
            NaN where one of them leaves something out.
    """

    name: str
    node: str
    norm: float
    mark: int = OK
    gain: float | None = None


def cards_of(
    recording: Recording,
    cursor: Cursor,
    node_id: str,
    out: int = 0,
    *,
    measures: bool = True,
) -> tuple[Card, ...]:
    """Return a card for each operand of an equation that has a derivative.

    Args:
        recording: Where the numbers come from.
        cursor: Place in the walk.
        node_id: The node.
        out: Which of its outputs.
        measures: Whether the equation is executed for numbers; what is known without
            them takes no time.
    """
    graph = cursor.timeline.graph
    node = graph.node(node_id)
    iteration = cursor.iteration_of(node_id)
    region = graph.regions[node.region]
    is_region = region.id == node_id and not region.is_opaque
    if node.role != "eqn" or is_region or iteration is None or not node.avals:
        return ()
    operands = [o for o in node.operands if o.source is not None and is_inexact(o.aval)]
    if not measures:
        return tuple(_named(graph, node, out, operand) for operand in operands[:_CARDS])
    primals = [_primal(recording, graph, o, iteration) for o in node.operands]
    cotangent = recording.cotangent(node_id, out, iteration)
    return tuple(
        _card(recording, graph, node, out, operand, primals, cotangent, iteration)
        for operand in operands[:_CARDS]
    )


def _primal(
    recording: Recording,
    graph: ProgramGraph,
    operand: Operand,
    iteration: tuple[int, ...],
) -> Any:
    if operand.source is None:
        return operand.literal
    n_loops = len(graph.loops(operand.source[0]))
    return recording.primal(*operand.source, iteration[:n_loops])


def _card(
    recording: Recording,
    graph: ProgramGraph,
    node: Node,
    out: int,
    operand: Operand,
    primals: list[Any],
    cotangent: Any,
    iteration: tuple[int, ...],
) -> Card:
    gain = _gain(recording, node, operand, cotangent, iteration)
    named = _named(graph, node, out, operand)
    base = dataclasses.replace(named, gain=gain, is_measured=True)
    missing = next((p for p in primals if isinstance(p, Absence)), None)
    if missing is not None:
        return dataclasses.replace(base, reason=str(missing))
    if node.eqn is None or not hasattr(node.eqn.primitive, "bind"):
        reason = "the program is not here, only what it computed"
        return dataclasses.replace(base, reason=reason)
    if operand.key >= len(node.eqn.invars):
        # An edge from the body of a custom rule, which the rule replaces.
        return dataclasses.replace(base, reason="the custom rule replaces this edge")
    found = local_jacobian(node.eqn, primals, operand.key, out)
    if isinstance(found, str):
        return dataclasses.replace(base, reason=found)
    if not base.structure and found.is_whole:
        base = dataclasses.replace(base, structure=structure_of(found))
    m, n = base.shape
    is_small = found.is_whole and m <= _ROWS and n <= _COLUMNS
    matrix = (
        [[number(_plain(x)) for x in row] for row in found.rows] if is_small else []
    )
    picture = spy(found, HEIGHT, WIDTH)
    return dataclasses.replace(
        base,
        matrix=tuple(map(tuple, matrix)),
        spy=tuple(tuple(map(float, row)) for row in picture),
        n_probed=len(found.probed),
        n_filled=int(np.count_nonzero(found.rows)),
    )


def _named(graph: ProgramGraph, node: Node, out: int, operand: Operand) -> Card:
    """Return a card with its name, and what the rule says of it if there is one."""
    name = f"∂{label_of(graph, node.id, out)}/∂{operand_name(graph, operand)}"
    if sum(o.source == operand.source for o in node.operands) > 1:
        name += f", operand {operand.key}"
    shape = (_size(node.avals[out]), _size(operand.aval))
    rule = local_rule(node)
    if rule is None or len(node.avals) != 1:
        return Card(name, shape, is_measured=False)
    structure = str(rule.structure[operand.key])
    return Card(name, shape, structure, is_by_rule=True, is_measured=False)


def _plain(x: Any) -> Any:
    # Where nothing is, the sign of zero is that of a number times zero: no news.
    return complex(x) if np.iscomplexobj(x) else float(x) + 0.0


def _gain(
    recording: Recording,
    node: Node,
    operand: Operand,
    cotangent: Any,
    iteration: tuple[int, ...],
) -> float | None:
    """Return how much longer what the operand receives is than the cotangent."""
    if operand.source is None or not is_array(cotangent):
        return None
    edge = (operand.source[0], node.id, operand.key)
    sent = recording.contribution(edge, iteration)
    if not is_array(sent):
        return None
    return _ratio(norm_of(cotangent), norm_of(sent))


def _ratio(before: tuple[float, int], after: tuple[float, int]) -> float | None:
    """Return by how much a norm has grown, each given with what it leaves out."""
    if before[1] != OK or after[1] != OK:
        return math.nan
    return after[0] / before[0] if before[0] else None


def path_of(
    recording: Recording, cursor: Cursor, node_id: str, out: int = 0
) -> tuple[PathStep, ...]:
    """Return the way by which most of a value's cotangent came, from an output.

    From the value towards the outputs, each time along the use that sends the longest
    contribution; in loops it stays in the iteration in which the cursor sees them.

    Args:
        recording: Where the numbers come from.
        cursor: Place in the walk.
        node_id: The node whose cotangent is followed.
        out: Which of its outputs.
    """
    graph = cursor.timeline.graph
    found: list[PathStep] = []
    while len(found) < _PATH:
        iteration = cursor.iteration_of(node_id)
        if iteration is None or not graph.node(node_id).avals:
            break
        cotangent = recording.cotangent(node_id, out, iteration)
        if not is_array(cotangent):
            break
        name = cotangent_name(label_of(graph, node_id, out))
        found.append(PathStep(name, node_id, *norm_of(cotangent)))
        longest, following = -1.0, None
        for edge in graph.uses(node_id, out):
            sent = recording.contribution(edge, iteration)
            length = norm_of(sent)[0] if is_array(sent) else -1.0
            if length > longest and graph.node(edge[1]).role != "output":
                longest, following = length, edge[1]
        if following is None or following == node_id:
            break
        node_id, out = following, _out_of(recording, cursor, following)
    found.reverse()
    sizes = [(step.norm, step.mark) for step in found]
    gains = [_ratio(*pair) for pair in itertools.pairwise(sizes)]
    return tuple(
        dataclasses.replace(step, gain=gain)
        for step, gain in zip(found, [None, *gains], strict=False)
    )


def _out_of(recording: Recording, cursor: Cursor, node_id: str) -> int:
    """Return the output of a node whose cotangent is longest."""
    iteration = cursor.iteration_of(node_id)
    norms: list[float] = []
    for out in range(len(cursor.timeline.graph.node(node_id).avals)):
        cotangent = recording.cotangent(node_id, out, iteration)
        norms.append(norm_of(cotangent)[0] if is_array(cotangent) else -1.0)
    return max(range(len(norms)), key=norms.__getitem__, default=0)


def _size(aval: Any) -> int:
    return math.prod(getattr(aval, "shape", ()))
