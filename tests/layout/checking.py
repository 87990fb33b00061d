"""What must hold in every layout, told from its boxes, frames and segments alone."""

from __future__ import annotations

import itertools
from collections import defaultdict

from graphstep.graph import Edge, ProgramGraph, Value
from graphstep.layout import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Box,
    Direction,
    End,
    Frame,
    Group,
    Layout,
    Stub,
    Trunk,
    groups,
)
from tests.layout.overlaps import clashes, is_apart, is_inside

Cell = tuple[int, int]
_STEPS = {NORTH: (0, -1), EAST: (1, 0), SOUTH: (0, 1), WEST: (-1, 0)}
_BACK = {NORTH: SOUTH, SOUTH: NORTH, EAST: WEST, WEST: EAST}


def cells_of(trunk: Trunk) -> dict[Cell, int]:
    """Return the cells of a trunk with the sides on which its lines go on."""
    found: dict[Cell, int] = defaultdict(int)
    for x0, y0, x1, y1 in trunk.segments:
        assert x0 == x1 or y0 == y1
        assert x0 <= x1
        assert y0 <= y1
        found[x0, y0] |= 0
        for x in range(x0, x1):
            found[x, y0] |= EAST
            found[x + 1, y0] |= WEST
        for y in range(y0, y1):
            found[x0, y] |= SOUTH
            found[x0, y + 1] |= NORTH
    return found


class Checker:
    """Checks one layout; every method asserts one law."""

    def __init__(
        self,
        graph: ProgramGraph,
        layout: Layout,
        opened: frozenset[str],
        direction: Direction = "down",
    ) -> None:
        self.graph, self.layout = graph, layout
        self.direction = direction
        self.groups: dict[str, Group] = {group.id: group for group in groups(graph)}
        self.opened = opened | {""}
        self.cells = [cells_of(trunk) for trunk in layout.trunks]

    def check(self) -> None:
        self.everything_is_shown()
        self.shapes_do_not_overlap()
        self.frames_hold_their_children()
        self.ends_are_at_their_items()
        self.trunks_are_connected()
        self.lines_keep_apart()
        self.lines_keep_off_boxes()
        self.uses_are_drawn()
        self.rows_agree_with_segments()
        self.rectangles_find_shapes()
        self.rows_at_once_are_those_one_by_one()
        self.parts_agree_with_the_whole()

    def around(self, node: str) -> list[str]:
        """Return the blocks around a node, outermost first, root left out."""
        position = self.graph.position(node)
        regions = self.graph.regions.ancestors(self.graph.columns.regions[position])
        found = [region.id for region in regions if region.id]
        holding = [g for g in self.groups.values() if g.start <= position < g.stop]
        return found or [g.id for g in sorted(holding, key=lambda g: -g.size)]

    def seen_as(self, node: str) -> str:
        """Return the outermost closed block around a node, else the node."""
        return next((b for b in self.around(node) if b not in self.opened), node)

    def everything_is_shown(self) -> None:
        layout = self.layout
        nodes = self.graph.order
        assert set(layout.boxes) == {self.seen_as(node) for node in nodes}
        seen: set[str] = set()
        for node in nodes:
            around = self.around(node)
            closed = next(
                (i for i, b in enumerate(around) if b not in self.opened), None
            )
            seen.update(around[:closed])
            assert layout.shown(node) == self.seen_as(node)
        assert set(layout.frames) == seen

    def shapes_do_not_overlap(self) -> None:
        layout = self.layout
        assert not list(clashes([*layout.boxes.values(), *layout.stubs]))
        for box in layout.boxes.values():
            assert box.x >= 0
            assert box.y >= 0
            assert box.x + box.width <= layout.width
            assert box.y + box.height <= layout.height
        frames = list(layout.frames.values())
        for one, other in itertools.combinations(frames, 2):
            assert is_apart(one, other) or is_inside(other, one, 1)
        for frame in frames:
            for shape in (*layout.boxes.values(), *layout.stubs):
                if isinstance(shape, Box):
                    assert is_apart(shape, frame) or is_inside(shape, frame, 1)
                elif not is_apart(shape, frame):
                    assert frame.x < shape.x
                    assert shape.x + shape.width < frame.x + frame.width
                    assert frame.y < shape.y < frame.y + frame.height - 1

    def frames_hold_their_children(self) -> None:
        layout = self.layout
        for node in self.graph.order:
            around = self.around(node)
            box = layout.boxes[self.seen_as(node)]
            shown = [block for block in around if block in layout.frames]
            if box.kind != "node":
                shown = shown[: around.index(box.id)]
            for depth, block in enumerate(shown):
                assert layout.frames[block].depth == depth
                assert is_inside(box, layout.frames[block], 1)
            for block, frame in layout.frames.items():
                if block not in shown:
                    assert is_apart(box, frame)

    def is_at(self, end: End, *, is_start: bool) -> bool:
        """Whether an end lies where the item's data goes in or comes out."""
        layout = self.layout
        shapes = [layout.boxes.get(end.item), layout.frames.get(end.item)]
        along = (NORTH, SOUTH) if self.direction == "down" else (WEST, EAST)
        for shape in filter(None, shapes):
            first = (shape.x, shape.y)
            last = (shape.x + shape.width - 1, shape.y + shape.height - 1)
            i = 1 if self.direction == "down" else 0
            place = (end.x, end.y)
            margin = int(not end.toward)
            if not first[1 - i] + margin <= place[1 - i] <= last[1 - i] - margin:
                continue
            if end.toward:
                wanted = last[i] + 1 if is_start else first[i] - 1
                if place[i] == wanted and end.toward == along[not is_start]:
                    return True
                continue
            sides = {last[i] if is_start else first[i]}
            if isinstance(shape, Frame):
                sides = {first[i], last[i]}
            if place[i] in sides:
                return True
        return False

    def stub_at(self, end: End) -> Stub | None:
        dx, dy = _STEPS[end.toward] if end.toward else (0, 0)
        x, y = end.x + dx, end.y + dy
        for stub in self.layout.stubs:
            if stub.y == y and stub.x <= x < stub.x + stub.width:
                return stub
        return None

    def ends_are_at_their_items(self) -> None:
        met: set[Stub] = set()
        for trunk in self.layout.trunks:
            for end in (trunk.start, *trunk.ends):
                is_start = end is trunk.start
                stub = self.stub_at(end)
                if stub is not None:
                    met.add(stub)
                    assert stub.partner == end.item
                    assert stub.side == ("to" if is_start else "from")
                    assert not end.is_arrow
                else:
                    assert self.is_at(end, is_start=is_start), (trunk.value, end)
                assert end.uses
            # Every place of arrival is one of its own.
            places = [(end.x, end.y) for end in trunk.ends]
            assert len(set(places)) == len(places)
        assert met == set(self.layout.stubs)

    def trunks_are_connected(self) -> None:
        for trunk, cells in zip(self.layout.trunks, self.cells, strict=True):
            reached = self.reached(cells, (trunk.start.x, trunk.start.y))
            assert reached == set(cells)
            # No line ends in the open.
            ends = {(end.x, end.y) for end in (trunk.start, *trunk.ends)}
            assert ends <= reached
            for cell, bits in cells.items():
                if bits.bit_count() < 2:
                    assert cell in ends, (trunk.value, cell)

    @staticmethod
    def reached(cells: dict[Cell, int], start: Cell) -> set[Cell]:
        found, pending = {start}, [start]
        while pending:
            x, y = pending.pop()
            for bit, (dx, dy) in _STEPS.items():
                near = (x + dx, y + dy)
                if cells[x, y] & bit and near not in found:
                    assert cells[near] & _BACK[bit]
                    found.add(near)
                    pending.append(near)
        return found

    def by_cell(self) -> dict[Cell, dict[Value, int]]:
        found: dict[Cell, dict[Value, int]] = defaultdict(dict)
        for trunk, cells in zip(self.layout.trunks, self.cells, strict=True):
            for cell, bits in cells.items():
                values = found[cell]
                values[trunk.value] = values.get(trunk.value, 0) | bits
        return found

    def lines_keep_apart(self) -> None:
        """Lines of two values meet only where one passes straight over the other."""
        arrows = {
            (end.x, end.y)
            for trunk in self.layout.trunks
            for end in (trunk.start, *trunk.ends)
        }
        for cell, values in self.by_cell().items():
            if len(values) > 1:
                assert sorted(values.values()) == [NORTH | SOUTH, EAST | WEST], cell
                assert cell not in arrows

    def lines_keep_off_boxes(self) -> None:
        layout = self.layout
        for trunk, cells in zip(layout.trunks, self.cells, strict=True):
            ends = {(end.x, end.y) for end in (trunk.start, *trunk.ends)}
            for (x, y), bits in cells.items():
                assert 0 <= x < layout.width
                assert 0 <= y < layout.height
                frames, boxes = layout.boxes_in(x, y, x, y)
                if boxes:
                    assert (x, y) in ends
                for frame in frames:
                    on_side = x in (frame.x, frame.x + frame.width - 1)
                    on_cap = y in (frame.y, frame.y + frame.height - 1)
                    assert not (on_side and on_cap)
                    if on_side or on_cap:
                        assert (x, y) in ends
                        assert not bits & (NORTH | SOUTH if on_side else EAST | WEST)
        texts = {
            (x, stub.y)
            for stub in layout.stubs
            for x in range(stub.x, stub.x + stub.width)
        }
        for cells in self.cells:
            assert texts.isdisjoint(cells)

    def uses_are_drawn(self) -> None:
        layout = self.layout
        # Per value: its cells in one piece each, numbered.
        number: dict[tuple[Value, Cell], int] = {}
        merged: dict[Value, dict[Cell, int]] = defaultdict(lambda: defaultdict(int))
        for trunk, cells in zip(layout.trunks, self.cells, strict=True):
            for cell, bits in cells.items():
                merged[trunk.value][cell] |= bits
        for value, cells in merged.items():
            for i, cell in enumerate(cells):
                if (value, cell) not in number:
                    for other in self.reached(cells, cell):
                        number[value, other] = i
        leaving: dict[tuple[str, Edge], set[int]] = defaultdict(set)
        arriving: dict[tuple[str, Edge], set[int]] = defaultdict(set)
        for trunk in layout.trunks:
            for end in (trunk.start, *trunk.ends):
                piece = number[trunk.value, (end.x, end.y)]
                side = leaving if end is trunk.start else arriving
                key = end.item if self.stub_at(end) is None else "stub"
                for use in end.uses:
                    side[key, use].add(piece)
        drawn = {stub.side: set[Edge]() for stub in layout.stubs}
        for stub in layout.stubs:
            drawn[stub.side].update(stub.uses)
        for u, v, key in self.graph.nx.edges(keys=True):
            use, origin, target = (u, v, key), self.seen_as(u), self.seen_as(v)
            if origin == target:
                assert not leaving[origin, use]
                assert not arriving[target, use]
                continue
            arrived = arriving[target, use]
            assert len(arrived) == 1, use
            is_direct = arrived <= leaving[origin, use]
            if not is_direct:
                assert arrived <= leaving["stub", use], use
                assert use in drawn["from"], use
                assert use in drawn["to"], use

    def rows_agree_with_segments(self) -> None:
        layout = self.layout
        by_row: dict[int, dict[int, dict[Value, int]]] = defaultdict(dict)
        for (x, y), values in self.by_cell().items():
            by_row[y][x] = dict(values)
        arrows: set[Cell] = set()
        for trunk in layout.trunks:
            for end in (trunk.start, *trunk.ends):
                by_row[end.y][end.x][trunk.value] |= end.toward
                if end.is_arrow:
                    arrows.add((end.x, end.y))
        for y in range(layout.height):
            row = layout.row(y).cells
            assert [cell.x for cell in row] == sorted(by_row[y])
            for cell in row:
                values = by_row[y][cell.x]
                assert cell.is_crossing == (len(values) > 1)
                value = layout.trunks[cell.trunk].value
                assert cell.bits == values[value]
                assert cell.is_arrow == ((cell.x, y) in arrows)
                if cell.is_crossing:
                    assert cell.bits == EAST | WEST
                    assert values[layout.trunks[cell.under].value] == NORTH | SOUTH

    def rows_at_once_are_those_one_by_one(self) -> None:
        layout = self.layout
        for x0, y0, width, height in ((0, 0, 9, 5), (7, 30, 40, 20), (-3, -2, 90, 9)):
            rows = range(y0, y0 + height)
            found = layout.rows(rows, x0, x0 + width - 1)
            for y, row in zip(rows, found, strict=True):
                whole, window = layout.row(y), Box("", x0, y, width, 1, "node")
                assert row.cells == [c for c in whole.cells if x0 <= c.x < x0 + width]
                assert {f.id for f in row.frames} == {
                    f.id for f in layout.frames.values() if not is_apart(f, window)
                }
                assert {b.id for b in row.boxes} == {
                    b.id for b in layout.boxes.values() if not is_apart(b, window)
                }
                seen = {stub for stub in whole.stubs if not is_apart(stub, window)}
                assert seen <= set(row.stubs) <= set(whole.stubs)

    def rectangles_find_shapes(self) -> None:
        layout = self.layout
        for x0, y0, width, height in ((0, 0, 9, 5), (7, 30, 40, 20), (20, 3, 1, 90)):
            frames, boxes = layout.boxes_in(x0, y0, x0 + width - 1, y0 + height - 1)
            window = Box("", x0, y0, width, height, "node")
            assert {f.id for f in frames} == {
                f.id for f in layout.frames.values() if not is_apart(f, window)
            }
            assert len(frames) == len({frame.id for frame in frames})
            assert sorted(b.id for b in boxes) == sorted(
                b.id for b in layout.boxes.values() if not is_apart(b, window)
            )

    def parts_agree_with_the_whole(self) -> None:
        """What is asked for one by one is what there is in all."""
        layout = self.layout
        by_value: dict[Value, list[int]] = defaultdict(list)
        beside: dict[str, list[Trunk]] = defaultdict(list)
        for index, trunk in enumerate(layout.trunks):
            assert layout.trunk(index) == trunk
            assert layout.value_of(index) == trunk.value
            by_value[trunk.value].append(index)
            ends = [end for end in (trunk.start, *trunk.ends) if not self.stub_at(end)]
            for item in {end.item for end in ends}:
                beside[item].append(trunk)
        for value, indices in by_value.items():
            assert layout.indices_of(value) == tuple(indices)
        for item in (*layout.boxes, *layout.frames):
            found = layout.trunks_beside(item)
            assert len(found) == len(beside[item])
            assert set(found) == set(beside[item])
            stubs = {
                stub
                for trunk in found
                for end in (trunk.start, *trunk.ends)
                if (stub := self.stub_at(end)) is not None
            }
            assert set(layout.stubs_beside(item)) == stubs
        by_row = [stub for y in range(layout.height) for stub in layout.row(y).stubs]
        assert sorted(map(str, by_row)) == sorted(map(str, layout.stubs))
        assert layout.rectangles.tolist() == [
            [box.x, box.y, box.width, box.height] for box in layout.boxes.values()
        ]
