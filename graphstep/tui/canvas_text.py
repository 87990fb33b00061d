"""What the boxes of the graph say at each zoom, and how large that makes them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from rich.cells import cell_len

from graphstep.export import kind_of_node
from graphstep.graph import ProgramGraph
from graphstep.layout import Group, groups
from graphstep.tracing import one_line
from graphstep.tui.leaf_path import short_path
from graphstep.tui.lines import label_of, operation_of, region_title, type_of

_WIDEST = 30
# Cells of a title between dots.
_NARROWEST = 12
# A region's own mark: closed, and open.
CLOSED, OPEN = "⊞", "⊟"
# Cells of a number, and of a strip with a norm.
_SCALAR_WIDTH, _ARRAY_WIDTH = 14, 25


@dataclasses.dataclass(frozen=True, slots=True)
class BoxText:
    """What a box says, whatever the walk does.

    Attributes:
        lines: One line at the zoom of primitives; else name and type.
        kind: One of `graphstep.export.KINDS`.
        is_closed: Whether more is inside.
    """

    lines: tuple[str, ...]
    kind: str
    is_closed: bool = False


class Labels:
    """The texts of a program's boxes; each is made once.

    Args:
        graph: The program.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.groups: dict[str, Group] = {group.id: group for group in groups(graph)}
        self._texts: dict[tuple[str, bool, int], BoxText] = {}
        self._types: dict[tuple[int, ...], str] = {}

    def text(self, item: str, zoom: int, *, is_open: bool = False) -> BoxText:
        """Return what the box of a node, a closed region or a closed group says.

        Args:
            item: Its id.
            zoom: One of `drawing_state.ZOOMS`.
            is_open: Whether a region of that id is open, so that its node is meant.
        """
        key = (item, is_open, zoom)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = self._write(item, zoom, is_open=is_open)
        return found

    def titles(self, item: str, trips: int | None = None) -> tuple[str, ...]:
        """Return what the frame of an open region or group may say, the longest first.

        Args:
            item: Its id.
            trips: How often a loop took a turn, if that is known better.
        """
        group = self.groups.get(item)
        if group is not None:
            path = short_path(group.label, _WIDEST)
            return f"{OPEN} {path} · {group.size} leaves", f"{OPEN} {path}"
        region = self.graph.regions[item]
        title = f"{OPEN} {region_title(region, trips)}"
        noun = "node" if region.size == 1 else "nodes"
        name = f"{OPEN} {one_line(region.name, _WIDEST)}"
        return f"{title} · {region.size} {noun}", title, name

    def title_width(self, item: str, zoom: int) -> int:
        """Return how many cells of a frame's border its title wants."""
        titles = self.titles(item)
        wanted = titles[-1] if zoom == 0 else titles[1]
        return min(cell_len(wanted), _NARROWEST if zoom == 0 else _WIDEST)

    def measure(
        self, zoom: int, open_: frozenset[str]
    ) -> Callable[[str], tuple[int, int]]:
        """Return what tells the size of each box, border included."""
        if zoom == 0:
            return lambda _: (1, 1)

        def size(item: str) -> tuple[int, int]:
            text = self.text(item, zoom, is_open=item in open_)
            width = max(map(_cells, text.lines))
            if zoom == 1:
                # A mark before it, a letter after it.
                return min(width, _WIDEST) + 4, 1
            extra = 0 if zoom == 2 or text.kind == "region" else 2
            if extra:
                width = max(width, self._value_width(item))
            return min(width, _WIDEST) + 6, len(text.lines) + 2 + extra

        return size

    def _type(self, item: str) -> str:
        """Return what `type_of` does; thousands of values have a few types."""
        columns = self.graph.columns
        key = tuple(map(id, columns.avals[self.graph.position(item)]))
        found = self._types.get(key)
        if found is None:
            found = self._types[key] = type_of(self.graph, item)
        return found

    def _value_width(self, item: str) -> int:
        avals = self.graph.node(item).avals if item in self.graph else ()
        shape = getattr(avals[0], "shape", ()) if avals else ()
        return _ARRAY_WIDTH if math.prod(shape) > 1 else _SCALAR_WIDTH

    def _write(self, item: str, zoom: int, *, is_open: bool) -> BoxText:
        graph = self.graph
        group = self.groups.get(item)
        if group is not None:
            kind = {"inputs": "input", "consts": "const"}.get(group.role, "output")
            name = f"{CLOSED} {short_path(group.label, _WIDEST - 2)}"
            size = f"{group.size} leaves" if group.size != 1 else "1 leaf"
            lines = (name,) if zoom < 2 else (name, size)
            return BoxText(lines, kind, is_closed=True)
        if item in graph.regions and (item not in graph or not is_open):
            region = graph.regions[item]
            title = f"{CLOSED} {region_title(region)}"
            size = f"{region.size} nodes" if region.size != 1 else "1 node"
            kind = "rule" if region.is_opaque else "control"
            if region.kind in ("scope", "call") and not region.is_opaque:
                kind = "region"
            lines = (title,) if zoom < 2 else (title, size)
            return BoxText(lines, kind, is_closed=True)
        # `graph.node` would also put together the operands of each of thousands.
        columns, position = graph.columns, graph.position(item)
        role, eqn = columns.roles[position], columns.eqns[position]
        primitive = one_line(role if eqn is None else eqn.primitive.name, 40)
        kind = kind_of_node(role, primitive)
        name = label_of(graph, item)
        if role != "eqn":
            # What it is called says more than that it is an input.
            name = short_path(name, _WIDEST)
            lines = (name, self._type(item))
            if role == "binder":
                lines = _of_binder(graph, item, *lines)
        else:
            has_results = bool(columns.avals[position])
            is_named = has_results and graph.name(item) is not None
            head = f"{name}  {primitive}" if is_named else primitive
            lines = (head, self._type(item) if has_results else "no result")
        if zoom == 1:
            lines = (lines[0] if role != "eqn" else primitive,)
        return BoxText(lines, kind)


def _cells(line: str) -> int:
    return len(line) if line.isascii() else cell_len(line)


def _of_binder(
    graph: ProgramGraph, item: str, name: str, type_: str
) -> tuple[str, str]:
    """Return what the box of what a loop or branch is handed says: also as what.

    There may be two of one name, such as what is carried and a constant.
    """
    what = operation_of(graph, item)
    return (name, f"{type_} {what}") if graph.name(item) else (what, type_)
