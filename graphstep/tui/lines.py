"""One line of the outline: marks, box lines, label, primitive, type, values."""

from __future__ import annotations

import dataclasses

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep._jaxcompat import short_type
from graphstep.export import kind_of_node
from graphstep.graph import ProgramGraph, Region
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette
from graphstep.tui.passes import BACKWARD, FORWARD, SEED, goes_back, is_complete
from graphstep.tui.state import UiState
from graphstep.tui.values import Of, Short, Values, value_key

DONE, CURRENT, PENDING = "●", "▶", "○"
COMPLETE, STOP, SELECTED = "◆", "■", "»"
_GUTTER = 4
_NAMELESS = ("input", "const", "output", "binder")
_UNREAD = Short("…")


@dataclasses.dataclass(frozen=True, slots=True)
class Columns:
    """How wide each part of a line is, in cells.

    Attributes:
        label: Box lines and the value's name.
        primitive: What computes it.
        type: Shape and dtype.
        value: Each column of values.
        of: What these show.
    """

    label: int
    primitive: int
    type: int
    value: int
    of: tuple[Of, ...]

    @classmethod
    def of_width(cls, width: int, pass_: str | None) -> Columns:
        """Share `width` cells out; what matters least goes first."""
        of: tuple[Of, ...] = ()
        if pass_ is not None:
            main: Of = "primal" if pass_ == FORWARD else "cotangent"
            of = ("primal", "cotangent") if width >= 84 else (main,)
        value = 14 if width >= 60 else 12
        room = width - _GUTTER - len(of) * (value + 2)
        primitive = min(18, max(10, room // 3)) if room >= 26 else 0
        type_ = min(15, max(9, room // 4)) if room >= 36 else 0
        return cls(max(6, room - primitive - type_), primitive, type_, value, of)


@dataclasses.dataclass(frozen=True, slots=True)
class LineMaker:
    """Makes the lines of one frame.

    Attributes:
        state: What is shown.
        values: Where values come from, once there are any.
        palette: Styles.
        width: Cells in a line.
    """

    state: UiState
    values: Values | None
    palette: Palette
    width: int

    @property
    def columns(self) -> Columns:
        """How the width is shared."""
        cursor = self.state.cursor
        return Columns.of_width(self.width, None if cursor is None else cursor.pass_)

    def heading(self) -> Strip:
        """Return the line above the first one."""
        columns, style = self.columns, self.palette.faint
        texts = [" " * _GUTTER, fit("value", columns.label)]
        if columns.primitive:
            texts.append(fit("primitive", columns.primitive))
        if columns.type:
            texts.append(fit("type", columns.type))
        texts += [fit_right(of, columns.value) + "  " for of in columns.of]
        return self._strip([Segment(text, style) for text in texts], Style())

    def line(self, row: int) -> Strip:
        """Return one line."""
        state = self.state
        region = state.rows.region(row)
        segments = self._gutter(row, region)
        guides = _shortened(state.rows.guides(row), self.columns.label - 8)
        segments.append(Segment(guides, self.palette.faint))
        if region is None:
            segments += self._node(state.graph.order[state.rows.code(row)], len(guides))
        else:
            segments += self._heading_of(region, len(guides))
        background = Style()
        if row == state.selected_row:
            background = self.palette.selected_line
        if row == state.cursor_row:
            background = self.palette.cursor_line
        return self._strip(segments, background)

    def _strip(self, segments: list[Segment], background: Style) -> Strip:
        strip = Strip(segments).adjust_cell_length(self.width)
        return strip.apply_style(background) if background else strip

    # Marks -------------------------------------------------------------------------

    def _gutter(self, row: int, region: Region | None) -> list[Segment]:
        state, palette = self.state, self.palette
        node = _node_of(state, row, region)
        broken = any(
            b.node == (node or (region and region.id)) for b in state.breakpoints
        )
        segments = [Segment(STOP if broken else " ", palette.trouble)]
        if state.cursor is None:
            mark = SELECTED if row == state.selected_row else " "
            return [*segments, Segment(f"{mark}  ", palette.bright)]
        walk = _walk_state(state, row, region)
        style = {
            DONE: palette.pass_(state.cursor.pass_),
            CURRENT: palette.bright + palette.pass_(state.cursor.pass_),
        }.get(walk, palette.faint)
        if walk != CURRENT and row == state.selected_row and not state.follows:
            walk = SELECTED
            style = palette.bright
        complete = node is not None and is_complete(state.cursor, node)
        return [
            *segments,
            Segment(walk, style),
            Segment(COMPLETE if complete else " ", palette.backward),
            Segment(" "),
        ]

    def _brightness(self, walk: str) -> Style:
        if walk == PENDING:
            return self.palette.dim
        return self.palette.bright if walk == CURRENT else self.palette.text

    # Nodes -------------------------------------------------------------------------

    def _node(self, node: str, indent: int) -> list[Segment]:
        state, palette, columns = self.state, self.palette, self.columns
        graph = state.graph
        position = graph.position(node)
        role, eqn = graph.columns.roles[position], graph.columns.eqns[position]
        primitive = eqn.primitive.name if eqn is not None else role
        walk = _walk_state(state, state.rows.row_at(position), None)
        style = self._brightness(walk) if state.cursor else palette.text
        if node in state.hits:
            style += palette.hit
        label = fit(label_of(graph, node), columns.label - indent - 1)
        segments = [Segment(label, style), Segment(" ")]
        if columns.primitive:
            hue = palette.kind(kind_of_node(role, primitive))
            if walk == PENDING and state.cursor:
                hue = palette.dim
            text = _call_text(graph, node, primitive, role)
            segments.append(Segment(fit(text, columns.primitive - 1) + " ", hue))
        if columns.type:
            segments.append(
                Segment(fit(type_of(graph, node), columns.type - 1) + " ", palette.dim)
            )
        return segments + self._values(node, is_pending=walk == PENDING)

    def _values(self, node: str, *, is_pending: bool) -> list[Segment]:
        cursor, values, columns = self.state.cursor, self.values, self.columns
        if cursor is None or values is None or not self.state.graph.node(node).avals:
            return []
        segments: list[Segment] = []
        for of in columns.of:
            is_back = of == "cotangent"
            if is_back:
                is_due = cursor.pass_ != FORWARD and (
                    is_complete(cursor, node) or not goes_back(cursor, node)
                )
            else:
                is_due = cursor.pass_ != FORWARD or not is_pending
            key = value_key(cursor, of, node) if is_due else None
            short = Short("") if key is None else values.short(key) or _UNREAD
            segments += self._value(short, columns.value)
        return segments

    def _value(self, short: Short, width: int) -> list[Segment]:
        palette = self.palette
        style = palette.faint if short.is_absent else palette.text
        if short.flag:
            style = palette.trouble
        return [
            Segment(fit_right(short.text, width), style),
            Segment(f" {short.flag}".ljust(2), palette.trouble),
        ]

    # Regions -----------------------------------------------------------------------

    def _heading_of(self, region: Region, indent: int) -> list[Segment]:
        state, palette, columns = self.state, self.palette, self.columns
        is_open = region.id in state.rows.shown
        box = ("╭─" if region.size else "") + "[-] " if is_open else "[+] "
        value: list[Segment] = []
        if not is_open and region.id in state.graph:
            walk = _walk_state(state, -1, region)
            value = self._values(region.id, is_pending=walk == PENDING)
        room = self.width - _GUTTER - indent - len(box)
        room -= len(columns.of) * (columns.value + 2)
        title = region_title(region, trips_of(state.cursor, self.values, region))
        noun = "node" if region.size == 1 else "nodes"
        size = f" · {region.size} {noun}"
        style = palette.kind("rule" if region.is_opaque else "control") + Style(
            bold=True
        )
        if region.kind in ("scope", "call") and not region.is_opaque:
            style = palette.text + Style(bold=True)
        if state.cursor and _walk_state(state, -1, region) == PENDING:
            style = palette.dim
        text = fit(title, min(room, len(title)) if room > 0 else 0)
        rest = fit(size, max(0, room - len(text)))
        return [
            Segment(box, palette.dim),
            Segment(text, style),
            Segment(rest, palette.faint),
            *value,
        ]


def label_of(graph: ProgramGraph, node: str, out: int | None = None) -> str:
    """Return what people call a node, or one of its outputs; one safe line."""
    n_out = len(graph.node(node).avals)
    if not n_out:
        return node
    if out is not None or n_out == 1:
        return one_line(graph.label(node, out or 0), 80)
    shown = [graph.label(node, each) for each in range(min(n_out, 4))]
    return one_line(", ".join(shown) + (", …" if n_out > len(shown) else ""), 80)


def type_of(graph: ProgramGraph, node: str, out: int = 0) -> str:
    """Return `f32[32,64]`, or `()` for a node without outputs."""
    avals = graph.node(node).avals
    if not avals:
        return "()"
    more = f" ×{len(avals)}" if len(avals) > 1 and out == 0 else ""
    return one_line(short_type(avals[out]), 60) + more


def region_title(region: Region, trips: int | None = None) -> str:
    """Return a region's kind, name and how often it runs."""
    words = [region.primitive if region.kind == "call" else region.kind]
    if region.name not in words:
        words.append(one_line(region.name, 60))
    times = region.length if trips is None else trips
    if times is not None:
        words.append(f"×{times}")
    return " ".join(words)


def trips_of(
    cursor: Cursor | None, values: Values | None, region: Region
) -> int | None:
    """Return how many turns a loop took, where the cursor sees it."""
    if region.kind not in ("scan", "while") or cursor is None or values is None:
        return region.length
    outer = cursor.iteration_of(region.id)
    return None if outer is None else values.recording.trips(region.id, outer)


def _node_of(state: UiState, row: int, region: Region | None) -> str | None:
    if region is None:
        return state.graph.order[state.rows.code(row)]
    is_closed = region.id not in state.rows.shown
    return region.id if is_closed and region.id in state.graph else None


def _walk_state(state: UiState, row: int, region: Region | None) -> str:
    cursor, here = state.cursor, state.cursor_position
    if cursor is None or here is None:
        return PENDING
    if row >= 0 and row == state.cursor_row:
        return CURRENT
    if region is not None:
        first, last = region.start, region.stop
    else:
        first = state.rows.code(row)
        last = first + 1
    if cursor.pass_ == SEED:
        return PENDING
    is_node_back = cursor.pass_ == BACKWARD and region is None
    if is_node_back and not goes_back(cursor, state.graph.order[first]):
        return "·"
    if first <= here < last:
        return DONE if region is not None else CURRENT
    return DONE if (here >= last) == (cursor.pass_ == FORWARD) else PENDING


def _call_text(graph: ProgramGraph, node: str, primitive: str, role: str) -> str:
    if role in _NAMELESS:
        return node.rpartition("/")[2]
    region = graph.columns.regions[graph.position(node)]
    return f"end of {primitive}" if region == node else primitive


def _shortened(guides: str, room: int) -> str:
    """Return deep box lines cut at their left."""
    if len(guides) <= max(room, 2):
        return guides
    return "…" + guides[len(guides) - max(room, 2) + 1 :]
