"""All there is to say about one node or region, as lines of text."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from graphstep.errors import NotCapturedError
from graphstep.graph import Node, Region
from graphstep.stepping import SEED
from graphstep.tracing import one_line, source_line
from graphstep.tui.inspection_values import ValueWriter, values_of
from graphstep.tui.leaf_path import short_path
from graphstep.tui.lines import (
    label_of,
    operation_of,
    region_title,
    trips_of,
    type_of,
)
from graphstep.tui.paper import Paper
from graphstep.tui.values import Of, value_key
from graphstep.tui.view import View

Part = tuple[str, Style]
# Outputs, operands and users of one node that are shown one by one.
_OUTPUTS, _OPERANDS, _USERS = 12, 12, 12
_FRAMES = 8
# Cells of a border that a title leaves, and those that a name gets at least.
_BESIDE_TITLE, _LEAST_NAME = 4, 8
_PRIMITIVES = 8


class Inspection:
    """Writes what the inspector shows of one state.

    Args:
        view: What is shown.
        width: Cells in a line.
        height: Lines that are in sight.

    Attributes:
        outputs: Which output each line chooses that does so when it is clicked.
    """

    def __init__(self, view: View, width: int, height: int = 12) -> None:
        self.height = height
        self.view = view
        self.state = view.state
        self.palette = view.palette
        self.paper = Paper(view.palette, width)
        self.outputs: dict[int, int] = {}

    def title(self) -> str:
        """Return the panel's title: name, primitive, type."""
        state = self.state
        node = state.inspected
        if self._shows_seed:
            return "seed"
        if node is not None:
            what = (
                f" · {operation_of(state.graph, node)} · {type_of(state.graph, node)}"
            )
            room = self.paper.width - cell_len(what) - _BESIDE_TITLE
            return (
                short_path(label_of(state.graph, node), max(room, _LEAST_NAME)) + what
            )
        region = state.selected_region
        return "inspector" if region is None else region_title(region)

    def write(self) -> Sequence[Text]:
        """Return the lines."""
        state = self.state
        region = state.selected_region
        node = state.inspected
        if self._shows_seed:
            self._seed()
        elif node is not None:
            self._node(node)
        is_walking = state.follows and state.cursor is not None
        if region is not None and (not is_walking or node is None):
            self._region(region)
        return self.paper.lines

    @property
    def _shows_seed(self) -> bool:
        cursor = self.state.cursor
        return self.state.follows and cursor is not None and cursor.pass_ == SEED

    # Nodes ---------------------------------------------------------------------------

    def _node(self, node: str) -> None:
        found = self.state.graph.node(node)
        out = self._out(found)
        self.paper.facts(
            self._id(found, out),
            self._iteration(node),
            self._sharding(found, out),
            self._place(node),
            indent=0,
        )
        self._source(node)
        if len(found.avals) > 1:
            self._outputs(found, out)
        if found.avals:
            self._values(node, out)
        self._neighbours(found, out)
        self._origin(node)

    def _out(self, node: Node) -> int:
        out = self.state.examined.out
        return (
            out if node.id == self.state.examined.node and out < len(node.avals) else 0
        )

    def _id(self, node: Node, out: int) -> list[Part]:
        graph, palette = self.state.graph, self.palette
        parts: list[Part] = [("id ", palette.faint), (node.id, palette.text)]
        letter = graph.letter(node.id, out) if node.avals else ""
        if letter not in (
            "",
            "_",
            node.id,
            graph.label(node.id, out) if letter else "",
        ):
            parts += [("  jaxpr ", palette.faint), (letter, palette.text)]
        return parts

    def _sharding(self, node: Node, out: int) -> list[Part]:
        """Return what an array's type says beyond shape and dtype."""
        if not node.avals:
            return []
        aval, palette = node.avals[out], self.palette
        parts: list[Part] = []
        if getattr(aval, "weak_type", False):
            parts.append(("weakly typed", palette.dim))
        spec: Any = getattr(getattr(aval, "sharding", None), "spec", None)
        if spec is not None and any(axis is not None for axis in spec):
            words = one_line(str(spec).removeprefix("PartitionSpec"), 60)
            parts.append((f"sharded {words}", palette.text))
        space = str(getattr(aval, "memory_space", "")).rpartition(".")[2].lower()
        if space and space not in ("device", "any", "none"):
            parts.append((f"in {one_line(space, 20)} memory", palette.dim))
        return [
            each
            for n, part in enumerate(parts)
            for each in ((("  ", palette.dim), part) if n else (part,))
        ]

    def _iteration(self, node: str) -> list[Part]:
        cursor, values, palette = self.state.cursor, self.view.values, self.palette
        loops = self.state.graph.loops(node)
        if cursor is None or values is None or not loops:
            return []
        turns = cursor.iteration_of(node)
        if turns is None:
            return [("its loop took no turn", palette.dim)]
        parts: list[Part] = []
        for depth, loop in enumerate(loops):
            if self.state.graph.regions[loop].kind == "shard_map":
                parts += [
                    ("device ", palette.faint),
                    (f"{turns[depth]} ", palette.text),
                ]
                continue
            try:
                trips = values.recording.trips(loop, turns[:depth])
            except NotCapturedError:
                return [("how often its loop ran was not captured", palette.dim)]
            parts += [
                ("iteration " if not parts else "  iteration ", palette.faint),
                (f"{turns[depth]}/{trips}", palette.text),
            ]
        return parts

    def _place(self, node: str) -> list[Part]:
        source, palette = self.state.graph.source(node), self.palette
        if source is None:
            return []
        name = one_line(PurePath(source.file).name, 60)
        return [
            (f"{name}:{source.line}", palette.text),
            (" in ", palette.faint),
            (one_line(source.function, 60), palette.dim),
        ]

    def _source(self, node: str) -> None:
        source = self.state.graph.source(node)
        text = source_line(source) if source is not None else ""
        if text:
            self.paper.line(("  " + one_line(text.strip(), 200), self.palette.bright))

    def _outputs(self, node: Node, out: int) -> None:
        """List the outputs; the values of one of them follow."""
        graph, palette = self.state.graph, self.palette
        self.paper.heading("outputs", "← → choose")
        first = max(0, min(out - _OUTPUTS // 2, len(node.avals) - _OUTPUTS))
        last = min(first + _OUTPUTS, len(node.avals))
        for each in range(first, last):
            is_here = each == out
            self.outputs[len(self.paper.lines)] = each
            self.paper.line(
                (" ▸ " if is_here else "   ", palette.bright),
                (f"{each}  ", palette.faint),
                (
                    label_of(graph, node.id, each),
                    palette.bright if is_here else palette.text,
                ),
                (f"  {type_of(graph, node.id, each).split(' ×')[0]}", palette.dim),
            )
        if last - first < len(node.avals):
            more = len(node.avals) - (last - first)
            self.paper.line((f"   and {more} more", palette.dim))

    def _values(self, node: str, out: int) -> None:
        cursor, values = self.state.cursor, self.view.values
        if cursor is None or values is None:
            return
        writer = ValueWriter(self.view, self.paper, self.height)
        for of in values_of(self.view):
            key = value_key(cursor, of, node, out)
            if key is None:
                self.paper.heading(of)
                self.paper.line((" its loop took no turn", self.palette.dim))
                return
            writer.write(key)

    # Where it comes from and goes to ---------------------------------------------------

    def _neighbours(self, node: Node, out: int) -> None:
        graph, palette = self.state.graph, self.palette
        operands = node.operands
        uses = graph.uses(node.id, out) if node.avals else ()
        if not operands and not uses:
            return
        self.paper.heading("operands and users")
        for operand in operands[:_OPERANDS]:
            if operand.source is None:
                name = one_line(str(operand.literal), 20)
                kind = "literal"
            else:
                name = label_of(graph, *operand.source)
                kind = type_of(graph, *operand.source).split(" ×")[0]
            self.paper.line(
                (f" {operand.key} ← ", palette.faint),
                (f"{name}  ", palette.text),
                (kind, palette.dim),
            )
        self._more(len(operands) - _OPERANDS)
        for _, user, key in uses[:_USERS]:
            target = graph.node(user)
            name = label_of(graph, user)
            primitive = "" if target.role == "output" else operation_of(graph, user)
            which = f", operand {key}" if len(target.operands) > 1 else ""
            self.paper.line(
                ("   → ", palette.faint),
                (f"{name}  ", palette.text),
                (f"{primitive}{which}".removeprefix(", "), palette.dim),
            )
        self._more(len(uses) - _USERS)

    def _more(self, n: int) -> None:
        if n > 0:
            self.paper.line((f"   and {n} more", self.palette.dim))

    def _origin(self, node: str) -> None:
        """Write the scopes around a node, and the calls that led to it."""
        graph, palette = self.state.graph, self.palette
        inside = graph.columns.regions[graph.position(node)]
        around = [
            one_line(region.name, 40)
            for region in graph.regions.ancestors(inside)[1:]
            if region.id != node
        ]
        source = graph.source(node)
        frames = () if source is None else source.frames[1:]
        if not around and not frames:
            return
        self.paper.heading("made in")
        if around:
            self.paper.paragraph(" ▸ ".join(around), palette.text)
        # Outermost first, as a traceback has them.
        shown = [*reversed(frames[:_FRAMES])]
        if len(frames) > _FRAMES:
            self.paper.line((f" … {len(frames) - _FRAMES} calls around", palette.dim))
        for frame in shown:
            name = one_line(PurePath(frame.file).name, 60)
            self.paper.line(
                (f" {name}:{frame.line}", palette.text),
                (" in ", palette.faint),
                (one_line(frame.function, 60), palette.dim),
            )

    # The seed ------------------------------------------------------------------------

    def _seed(self) -> None:
        self.paper.paragraph(
            "The backward pass starts here, with a cotangent for every output."
        )
        values, cursor = self.view.values, self.state.cursor
        if values is None or cursor is None:
            return
        if values.recording.seed_is_default:
            self.paper.paragraph("It is one everywhere, the default.", self.palette.dim)
        writer = ValueWriter(self.view, self.paper, self.height)
        of: Of = "cotangent"
        for node in self.state.graph.outputs[:_OUTPUTS]:
            name, kind = (
                label_of(self.state.graph, node),
                type_of(self.state.graph, node),
            )
            self.paper.line((f"{name} · {kind}", self.palette.bright))
            key = value_key(cursor, of, node)
            if key is not None:
                writer.write(key)
        self._more(len(self.state.graph.outputs) - _OUTPUTS)

    # Regions -------------------------------------------------------------------------

    def _region(self, region: Region) -> None:
        paper, palette = self.paper, self.palette
        paper.heading(f"region {one_line(region.id, 40)}", region.kind)
        trips = trips_of(self.state.cursor, self.view.values, region)
        paper.line((f" {region_title(region, trips)}", palette.bright))
        if region.is_opaque:
            paper.paragraph("JAX differentiates it by its own rule.", palette.dim)
        eqns = self.state.graph.columns.eqns[region.start : region.stop]
        counts = collections.Counter(e.primitive.name for e in eqns if e is not None)
        n_eqns, n_regions = sum(counts.values()), len(region.children)
        inside = f", {n_regions} regions directly inside" if n_regions > 1 else ""
        inside = ", a region inside" if n_regions == 1 else inside
        noun = "equation" if n_eqns == 1 else "equations"
        paper.line((f" {n_eqns} {noun}{inside}", palette.text))
        if region.kind in ("scan", "while") and trips is not None:
            noun = "iteration" if trips == 1 else "iterations"
            paper.line((f" {trips} {noun}", palette.text))
        if region.branches is not None:
            paper.line(
                (f" {region.branches} branches{self._taken(region)}", palette.text)
            )
        for name, count in counts.most_common(_PRIMITIVES):
            paper.line(
                (f" {count:6} ", palette.dim), (one_line(name, 40), palette.text)
            )
        self._more(len(counts) - _PRIMITIVES)

    def _taken(self, region: Region) -> str:
        cursor, values = self.state.cursor, self.view.values
        if cursor is None or values is None or region.kind != "cond":
            return ""
        outer = cursor.iteration_of(region.id)
        if outer is None:
            return ""
        try:
            return f", branch {values.recording.branch(region.id, outer)} was taken"
        except NotCapturedError:
            return ", which was taken was not captured"
