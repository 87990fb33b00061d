"""What the boxes of the graph say at each zoom, and how large that makes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from rich.cells import cell_len

from graphstep.export import kind_of_node
from graphstep.graph import ProgramGraph
from graphstep.layout import Group, groups
from graphstep.tracing import one_line
from graphstep.tui.lines import label_of, region_title, type_of

_WIDEST = 30
# A region's own mark: closed, and open.
CLOSED, OPEN = "⊞", "⊟"
_VALUE_WIDTH = 14


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

    def measure(
        self, zoom: int, open_: frozenset[str]
    ) -> Callable[[str], tuple[int, int]]:
        """Return what tells the size of each box, border included."""
        if zoom == 0:
            return lambda _: (1, 1)

        def size(item: str) -> tuple[int, int]:
            text = self.text(item, zoom, is_open=item in open_)
            width = max(cell_len(line) for line in text.lines)
            if zoom == 1:
                # A mark before it, a letter after it.
                return min(width, _WIDEST) + 4, 1
            extra = 0 if zoom == 2 or text.kind == "region" else 2
            if extra:
                width = max(width, _VALUE_WIDTH)
            return min(width, _WIDEST) + 6, len(text.lines) + 2 + extra

        return size

    def _write(self, item: str, zoom: int, *, is_open: bool) -> BoxText:
        graph = self.graph
        group = self.groups.get(item)
        if group is not None:
            kind = {"inputs": "input", "consts": "const"}.get(group.role, "output")
            name = f"{CLOSED} {one_line(group.label, 60)}"
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
        node = graph.node(item)
        kind = kind_of_node(node.role, node.primitive)
        name = label_of(graph, item)
        primitive = one_line(node.primitive, 40)
        if node.role != "eqn":
            # What it is called says more than that it is an input.
            lines = (name, type_of(graph, item))
        else:
            is_named = bool(node.avals) and graph.name(item) is not None
            head = f"{name}  {primitive}" if is_named else primitive
            lines = (head, type_of(graph, item) if node.avals else "no result")
        if zoom == 1:
            lines = (name if node.role != "eqn" else primitive,)
        return BoxText(lines, kind)
