"""Paint a layout as plain text, the way a terminal would show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from graphstep.graph import ProgramGraph
from graphstep.layout import Layout

# By the sum of NORTH, EAST, SOUTH and WEST.
LINES = " ╵╶╰╷│╭├╴╯─┴╮┤┬┼"
BORDERS = {"─": 10, "│": 5, "╭": 6, "╮": 12, "╰": 3, "╯": 9}
_BITS = {char: bits for bits, char in enumerate(LINES)} | BORDERS


def paint(
    layout: Layout, texts: Mapping[str, str] | Callable[[str], str], arrow: str = "▼"
) -> str:
    """Return the drawing; `texts` gives the lines inside each box."""
    text_of = texts if callable(texts) else texts.__getitem__
    grid = [[" "] * layout.width for _ in range(layout.height)]

    def write(x: int, y: int, text: str) -> None:
        for i, char in enumerate(text):
            grid[y][x + i] = char

    def border(x: int, y: int, width: int, height: int) -> None:
        write(x, y, "╭" + "─" * (width - 2) + "╮")
        for row in range(y + 1, y + height - 1):
            grid[row][x] = grid[row][x + width - 1] = "│"
        write(x, y + height - 1, "╰" + "─" * (width - 2) + "╯")

    titles: list[tuple[int, int, str]] = []
    for frame in layout.frames.values():
        border(frame.x, frame.y, frame.width, frame.height)
        titles.append((frame.title_x, frame.y, frame.id[: frame.title_width - 2]))
    for box in layout.boxes.values():
        if box.width >= 3 and box.height >= 3:
            border(box.x, box.y, box.width, box.height)
            for i, line in enumerate(text_of(box.id).split("\n")[: box.height - 2]):
                write(
                    box.x + 1,
                    box.y + 1 + i,
                    line[: box.width - 2].center(box.width - 2),
                )
        else:
            write(box.x, box.y, text_of(box.id)[: box.width].center(box.width))
    for stub in layout.stubs:
        label = f"←{stub.label}" if stub.side == "to" else f"→{stub.label}"
        write(stub.x, stub.y, label[: stub.width].center(stub.width))
    for y in range(layout.height):
        for cell in layout.row(y).cells:
            if cell.is_arrow:
                grid[y][cell.x] = arrow
            elif cell.is_crossing:
                grid[y][cell.x] = "─"
            else:
                under = grid[y][cell.x]
                grid[y][cell.x] = LINES[cell.bits | _BITS.get(under, 0)]
    for x, y, title in titles:
        write(x, y, f" {title} ")
    return "\n".join("".join(row).rstrip() for row in grid) + "\n"


def labels(graph: ProgramGraph) -> Callable[[str], str]:
    """Return what a box says: name and primitive of a node, else the region's name."""

    def text(item: str) -> str:
        if item in graph:
            node = graph.node(item)
            name = graph.label(item) if node.avals else item
            if node.role != "eqn":
                return f"{name}\n{node.role}"
            return f"{name} {node.primitive}\n{node.avals[0].str_short() if node.avals else ''}"
        region = graph.regions.get(item)
        if region is not None:
            return f"{region.name}\n{region.size} ops"
        return item

    return text
