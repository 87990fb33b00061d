"""The computational graph of a traced function."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from graphstep._jaxcompat import JaxprEqn, Literal, letters
from graphstep.errors import NodeNotFoundError
from graphstep.graph import _lookup, _slices, _view
from graphstep.graph._activity import Activity, find_activity
from graphstep.graph._collector import paused_collector
from graphstep.graph._columns import Columns, columns_from_jaxpr
from graphstep.graph._regions import Region, Regions
from graphstep.tracing import (
    SourceLocation,
    Trace,
    UserCode,
    source_location,
    user_code,
)

# One use of a value: the defining node, the using node, and the operand index there.
Edge = tuple[str, str, int]
# One value: the defining node and which of its outputs.
Value = tuple[str, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Operand:
    """What a node takes as one of its operands.

    Attributes:
        key: Operand index.
        source: The value used, `(node id, output index)`, or `None` for a literal.
        literal: The literal's value, or `None`.
        aval: Shape and dtype.
    """

    key: int
    source: Value | None
    literal: Any
    aval: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A drawn node: an equation, an input or constant leaf, a binder, an output leaf.

    Attributes:
        id: Path of the node, the same in every run.
        role: `input`, `const`, `eqn`, `binder` or `output`.
        primitive: The primitive's name, or the role when there is no equation.
        region: Id of the innermost region around it.
        avals: Shape and dtype of each output.
        eqn: JAX's own equation, or `None`.
        index: Position in program order.
        operands: What it takes, in operand order.
    """

    id: str
    role: str
    primitive: str
    region: str
    avals: tuple[Any, ...]
    eqn: Any
    index: int
    operands: tuple[Operand, ...]


class ProgramGraph:
    """The data-flow graph of a traced function: nodes, uses, regions and views.

    An edge is one use of a value, keyed by operand index, because `x * x` uses `x`
    twice and each use sends back its own cotangent. The graph is acyclic: what a
    loop carries into its next iteration is `feedback`, not an edge.

    Attributes:
        trace: The trace that this is the graph of.
        columns: The same graph as parallel lists in program order.
        regions: Every region by id.
        order: Node ids in program order, which is a topological order.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.columns: Columns
        self.regions: Regions
        self.columns, self.regions = columns_from_jaxpr(trace.closed_jaxpr)
        self.order: tuple[str, ...] = tuple(self.columns.ids)

    def __len__(self) -> int:
        return len(self.order)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self.positions

    def __repr__(self) -> str:
        name = self.trace.fn_name
        return f"<ProgramGraph {name}: {len(self)} nodes, {len(self.regions)} regions>"

    @functools.cached_property
    def positions(self) -> Mapping[str, int]:
        """Position in program order, by node id."""
        return {node_id: i for i, node_id in enumerate(self.order)}

    @functools.cached_property
    def nx(self) -> nx.MultiDiGraph[str]:
        """The flat graph, every level at once, for networkx.

        Node attributes: `role`, `primitive`, `region`, `avals`, `eqn`, `index`. Edge
        keys are operand indices; the edge attribute `out` says which output is used.
        """
        with paused_collector():
            return _view.flat_graph(self.columns)

    @functools.cached_property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the input leaves."""
        return self._with_role("input")

    @functools.cached_property
    def consts(self) -> tuple[str, ...]:
        """Ids of the captured constants, at every level."""
        return self._with_role("const")

    @functools.cached_property
    def outputs(self) -> tuple[str, ...]:
        """Ids of the output leaves."""
        return self._with_role("output")

    def _with_role(self, role: str) -> tuple[str, ...]:
        roles = self.columns.roles
        return tuple(i for i, r in zip(self.order, roles, strict=True) if r == role)

    def position(self, node_id: str) -> int:
        """Return where `node_id` stands in program order.

        Raises:
            NodeNotFoundError: If there is no such node.
        """
        try:
            return self.positions[node_id]
        except (KeyError, TypeError):
            msg = (
                f"There is no node `{node_id}` in the graph of {self.trace.fn_name}. "
                "Node ids look like `in0`, `12` or `12/3`; `graph.find(...)` looks "
                "one up by letter, name, source line or primitive."
            )
            raise NodeNotFoundError(msg) from None

    def node(self, node_id: str) -> Node:
        """Return everything about one node."""
        i = self.position(node_id)
        found = self._nodes.get(i)
        if found is None:
            found = self._nodes[i] = self._node(i)
        return found

    @functools.cached_property
    def _nodes(self) -> dict[int, Node]:
        return {}

    def _node(self, i: int) -> Node:
        columns = self.columns
        eqn = columns.eqns[i]
        return Node(
            id=self.order[i],
            role=columns.roles[i],
            primitive=eqn.primitive.name if eqn else columns.roles[i],
            region=columns.regions[i],
            avals=columns.avals[i],
            eqn=eqn,
            index=i,
            operands=self._operands(i),
        )

    def operands(self, node_id: str) -> tuple[Operand, ...]:
        """Return the operands of a node, literals included, in operand order."""
        return self.node(node_id).operands

    def _operands(self, i: int) -> tuple[Operand, ...]:
        return tuple(
            Operand(key, None, source.val, source.aval)
            if isinstance(source, Literal)
            else Operand(
                key,
                (self.order[source[0]], source[1]),
                None,
                self.columns.avals[source[0]][source[1]],
            )
            for key, source in self.columns.operands[i]
        )

    @functools.cached_property
    def _uses(self) -> dict[tuple[int, int], list[Edge]]:
        uses: dict[tuple[int, int], list[Edge]] = {}
        order = self.order
        for target, operands in enumerate(self.columns.operands):
            for key, source in operands:
                if not isinstance(source, Literal):
                    edge = (order[source[0]], order[target], key)
                    uses.setdefault(source, []).append(edge)
        return uses

    def uses(self, node_id: str, out: int = 0) -> tuple[Edge, ...]:
        """Return the edges that leave one value, in program order of their targets."""
        return tuple(self._uses.get((self.position(node_id), out), ()))

    def resolve(self, node_id: str, out: int = 0) -> Value | Literal:
        """Return the value that `node_id` names.

        A transparent call has no node of its own: its id and result index name the
        inner value that it returns.
        """
        if node_id in self.positions:
            return node_id, out
        results = self.columns.results.get(node_id)
        if results is None or not 0 <= out < len(results):
            self.position(node_id)
            msg = f"Region `{node_id}` has {len(results or ())} results, not {out + 1}."
            raise NodeNotFoundError(msg)
        source = results[out]
        return (
            source
            if isinstance(source, Literal)
            else (self.order[source[0]], source[1])
        )

    def aval(self, node_id: str, out: int = 0) -> Any:
        """Return shape and dtype of one value."""
        return self.columns.avals[self.position(node_id)][out]

    def loops(self, node_id: str) -> tuple[str, ...]:
        """Return the loops around a node, outermost first; one array axis each.

        The exit node of a loop, which has the loop's own id, stands outside it.
        """
        region = self.regions[self.columns.regions[self.position(node_id)]]
        if region.id == node_id and region.is_loop:
            return region.loops[:-1]
        return region.loops

    def feedback(self) -> tuple[tuple[str, int, str], ...]:
        """Return `(node, output, carry binder)` for each value that a loop carries."""
        order = self.order
        return tuple((order[a], out, order[b]) for a, out, b in self.columns.feedback)

    @functools.cached_property
    def activity(self) -> Activity:
        """Which values depend differentiably on a differentiated argument."""
        return find_activity(self)

    @functools.cached_property
    def _letters(self) -> dict[Any, str]:
        return letters(self.trace.closed_jaxpr)

    def letter(self, node_id: str, out: int = 0) -> str:
        """Return the letter of a value in JAX's own printout, `_` if it is unused.

        Raises:
            NodeNotFoundError: If there is no such node.
        """
        variables = self.columns.variables[self.position(node_id)]
        if out >= len(variables):
            return node_id
        return self._letters.get(variables[out], "_")

    @functools.cached_property
    def _names(self) -> dict[str, tuple[str | None, ...]]:
        return _lookup.user_names(self)

    def name(self, node_id: str, out: int = 0) -> str | None:
        """Return the name people know a value by.

        An argument's path, an output's path, or the variable that the user's source
        assigns it to; `None` if it has none.
        """
        self.position(node_id)
        names = self._names.get(node_id, ())
        return names[out] if out < len(names) else None

    def label(self, node_id: str, out: int = 0) -> str:
        """Return the name of a value, else its letter.

        A letter that is also somebody's name is followed by the node's id.
        """
        name = self.name(node_id, out)
        if name:
            return name
        letter = self.letter(node_id, out)
        return f"{letter}:{node_id}" if letter in self._taken else letter

    @functools.cached_property
    def _taken(self) -> frozenset[str]:
        return frozenset(
            name for names in self._names.values() for name in names if name
        )

    @functools.cached_property
    def user_code(self) -> UserCode:
        """Which source files are the user's own."""
        return user_code(self.trace.fn)

    @functools.cached_property
    def _locations(self) -> dict[str, SourceLocation | None]:
        return {}

    @functools.cached_property
    def _locations_of_stacks(self) -> dict[Any, SourceLocation | None]:
        return {}

    def _location(self, eqn: JaxprEqn) -> SourceLocation | None:
        # What a Python loop traces again and again has the same stack each time.
        stack, known = eqn.source_info.traceback, self._locations_of_stacks
        if stack not in known:
            known[stack] = source_location(eqn.source_info, self.user_code)
        return known[stack]

    def source(self, node_id: str) -> SourceLocation | None:
        """Return where in the user's code a node was made, if that is known.

        Inside functions that JAX compiles itself it is the place of the call.
        """
        if node_id not in self._locations:
            position = self.position(node_id)
            eqns = [self.columns.eqns[position]]
            if eqns[0] is not None:
                around = self.regions.ancestors(self.columns.regions[position])
                eqns += [region.eqn for region in reversed(around)]
            found = (self._location(eqn) for eqn in eqns if eqn is not None)
            self._locations[node_id] = next(filter(None, found), None)
        return self._locations[node_id]

    def view(
        self, expanded: str | int | Iterable[str] | None = None
    ) -> nx.MultiDiGraph[str]:
        """Return the graph seen when the regions `expanded` are open.

        Args:
            expanded: Region ids; or `"all"`; or a depth, to open that many levels of
                regions; or `None` to open only the root. A region inside a closed
                one stays hidden.

        Returns:
            A directed acyclic multigraph. A closed region is one node, its id the
            region's, with `role="region"`. Uses are never merged: each edge's
            attribute `use` is the flat edge `(u, v, key)` that it stands for.

        Raises:
            RegionNotFoundError: If an id is not that of a region.
        """
        return _view.quotient(self.columns, self.regions, expanded)

    def ancestors(self, node_id: str) -> frozenset[str]:
        """Return the nodes that `node_id` depends on."""
        return _slices.reachable(self, [node_id], backward=True) - {node_id}

    def descendants(self, node_id: str) -> frozenset[str]:
        """Return the nodes that depend on `node_id`."""
        return _slices.reachable(self, [node_id], backward=False) - {node_id}

    def between(self, first: str, last: str) -> frozenset[str]:
        """Return the nodes on any path from `first` to `last`, both included."""
        return _slices.between(self, first, last)

    def differentiable(self) -> frozenset[str]:
        """Return the part that carries gradient.

        Nodes that depend differentiably on a differentiated argument and on which a
        seeded output depends.
        """
        return _slices.differentiable(self)

    def find(self, query: str) -> tuple[str, ...]:
        """Look nodes up, in program order.

        Args:
            query: A node id, a letter, a name, a primitive, a source line
                (`file.py:12` or `:12`), or else a regular expression searched in all
                of these. The first reading that matches anything wins.

        Raises:
            NodeNotFoundError: If `query` is a malformed regular expression.
        """
        return _lookup.find(self, query)

    def region_of(self, node_id: str) -> Region:
        """Return the innermost region around a node."""
        return self.regions[self.columns.regions[self.position(node_id)]]
