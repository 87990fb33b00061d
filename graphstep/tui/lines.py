"""One line of the outline: marks, box lines, label, primitive, type, values."""

from __future__ import annotations

import dataclasses
import functools

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from graphstep.errors import NotCapturedError
from graphstep.export import kind_of_node
from graphstep.export.chain import label_of, type_of
from graphstep.graph import ProgramGraph, Region
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.breaks import mark_at
from graphstep.tui.health import Health
from graphstep.tui.leaf_path import short_path
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.palette import Palette
from graphstep.tui.passes import BACKWARD, FORWARD, SEED, goes_back, is_complete
from graphstep.tui.rows import Rows
from graphstep.tui.runs_compare import Comparison
from graphstep.tui.state import UiState
from graphstep.tui.values import Of, Short, Values, value_key

DONE, CURRENT, PENDING = "●", "▶", "○"
COMPLETE, STOP, BREAK_OFF, SELECTED = "◆", "■", "□", "»"
CHANGED = "≠"
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
    def of_width(
        cls, width: int, pass_: str | None, *, has_tangents: bool = False
    ) -> Columns:
        """Share `width` cells out; what matters least goes first."""
        of: tuple[Of, ...] = ()
        if pass_ is not None:
            derivative: Of = "tangent" if has_tangents else "cotangent"
            main: Of = "primal" if pass_ == FORWARD else derivative
            of = ("primal", derivative) if width >= 84 else (main,)
        value = 14 if width >= 60 else 12
        room = width - _GUTTER - len(of) * (value + 2)
        primitive = min(18, max(10, room // 3)) if room >= 26 else 0
        type_ = min(15, max(9, room // 4)) if room >= 36 else 0
        return cls(max(6, room - primitive - type_), primitive, type_, value, of)


# Without slots, because what all lines of a frame have in common is worked out once.
@dataclasses.dataclass(frozen=True)
class LineMaker:
    """Makes the lines of one frame.

    Attributes:
        state: What is shown.
        values: Where values come from, once there are any.
        palette: Styles.
        width: Cells in a line.
        rows: Which lines there are.
        health: Which values are not finite, once that is known.
        comparison: With another recording, if one was chosen.
    """

    state: UiState
    values: Values | None
    palette: Palette
    width: int
    rows: Rows
    health: Health | None = None
    comparison: Comparison | None = None

    @functools.cached_property
    def cursor_codes(self) -> tuple[int | None, ...]:
        """Codes of the node that the cursor is at, and of the line that shows it."""
        row, state = self.state.cursor_row, self.state
        return state.cursor_position, None if row is None else state.rows.code(row)

    @functools.cached_property
    def columns(self) -> Columns:
        """How the width is shared."""
        cursor = self.state.cursor
        has_tangents = self.values is not None and self.values.recording.has_tangents
        pass_ = None if cursor is None else cursor.pass_
        return Columns.of_width(self.width, pass_, has_tangents=has_tangents)

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
        state, code = self.state, self.rows.code(row)
        region = self.rows.region_of_code(code)
        walk = self._walk_state(code, region)
        segments = self._gutter(code, region, walk)
        guides = _shortened(self.rows.guides(row), self.columns.label - 8)
        segments.append(Segment(guides, self.palette.faint))
        if region is None:
            segments += self._node(state.graph.order[code], walk, len(guides))
        else:
            segments += self._heading_of(region, walk, len(guides))
        background = Style()
        if code == state.selected:
            background = self.palette.selected_line
        if code in self.cursor_codes:
            background = self.palette.cursor_line
        return self._strip(segments, background)

    def _strip(self, segments: list[Segment], background: Style) -> Strip:
        strip = Strip(segments).adjust_cell_length(self.width)
        return strip.apply_style(background) if background else strip

    # Marks -------------------------------------------------------------------------

    def _gutter(self, code: int, region: Region | None, walk: str) -> list[Segment]:
        state, palette = self.state, self.palette
        node = self._node_of(code, region)
        place = node or (region.id if region is not None else "")
        found = mark_at(state.graph, state.breaks, place)
        stop = " " if found is None else STOP if found.is_enabled else BREAK_OFF
        segments = [Segment(stop, palette.trouble)]
        if state.cursor is None:
            mark = SELECTED if code == state.selected else " "
            return [*segments, Segment(f"{mark}  ", palette.bright)]
        style = {
            DONE: palette.pass_(state.cursor.pass_),
            CURRENT: palette.bright + palette.pass_(state.cursor.pass_),
        }.get(walk, palette.faint)
        if walk != CURRENT and code == state.selected and not state.follows:
            walk = SELECTED
            style = palette.bright
        complete = node is not None and is_complete(state.cursor, node)
        return [
            *segments,
            Segment(walk, style),
            Segment(COMPLETE if complete else " ", palette.backward),
            Segment(" "),
        ]

    def _node_of(self, code: int, region: Region | None) -> str | None:
        if region is None:
            return self.state.graph.order[code]
        is_closed = region.id not in self.rows.shown
        return region.id if is_closed and region.id in self.state.graph else None

    def _walk_state(self, code: int, region: Region | None) -> str:
        state = self.state
        cursor, here = state.cursor, state.cursor_position
        if cursor is None or here is None:
            return PENDING
        if code in self.cursor_codes:
            return CURRENT
        first, last = (
            (code, code + 1) if region is None else (region.start, region.stop)
        )
        if cursor.pass_ == SEED:
            return PENDING
        is_node_back = cursor.pass_ == BACKWARD and region is None
        if is_node_back and not goes_back(cursor, state.graph.order[first]):
            return "·"
        if first <= here < last:
            return DONE
        return DONE if (here >= last) == (cursor.pass_ == FORWARD) else PENDING

    def _brightness(self, walk: str) -> Style:
        if walk == PENDING:
            return self.palette.dim
        return self.palette.bright if walk == CURRENT else self.palette.text

    # Nodes -------------------------------------------------------------------------

    def _node(self, node: str, walk: str, indent: int) -> list[Segment]:
        state, palette, columns = self.state, self.palette, self.columns
        graph = state.graph
        position = graph.position(node)
        role, eqn = graph.columns.roles[position], graph.columns.eqns[position]
        primitive = eqn.primitive.name if eqn is not None else role
        style = self._brightness(walk) if state.cursor else palette.text
        if node in state.found.all:
            style += palette.hit
        room = columns.label - indent - 1
        label = fit(short_path(label_of(graph, node), room), room)
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
            is_changed = (
                key is not None
                and self.comparison is not None
                and self.comparison.change(key) is not None
            )
            segments += self._value(short, columns.value, is_changed=is_changed)
        return segments

    def _value(
        self, short: Short, width: int, *, is_changed: bool = False
    ) -> list[Segment]:
        palette = self.palette
        style = palette.faint if short.is_absent else palette.text
        if short.flag:
            style = palette.trouble
        return [
            Segment(fit_right(short.text, width), style),
            Segment(CHANGED if is_changed else " ", palette.bright),
            Segment(short.flag.ljust(1), palette.trouble),
        ]

    # Regions -----------------------------------------------------------------------

    def _heading_of(self, region: Region, walk: str, indent: int) -> list[Segment]:
        state, palette, columns = self.state, self.palette, self.columns
        is_open = region.id in self.rows.shown
        box = ("╭─" if region.size else "") + "[-] " if is_open else "[+] "
        value = self._values_of(region, is_open=is_open, is_pending=walk == PENDING)
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
        if state.cursor and walk == PENDING:
            style = palette.dim
        text = fit(title, min(room, len(title)) if room > 0 else 0)
        rest = fit(size, max(0, room - len(text)))
        return [
            Segment(box, palette.dim),
            Segment(text, style),
            Segment(rest, palette.faint),
            *value,
        ]

    def _values_of(
        self, region: Region, *, is_open: bool, is_pending: bool
    ) -> list[Segment]:
        """Return what a region returns, or how many values inside are not finite."""
        own: list[Segment] = []
        if not is_open and region.id in self.state.graph:
            own = self._values(region.id, is_pending=is_pending)
        segments: list[Segment] = []
        for number, of in enumerate(self.columns.of):
            bad = flag = ""
            if self.health is not None and of != "tangent":
                bad, flag = self.health.of_region(region, of)
            pair = own[2 * number : 2 * number + 2]
            if bad and not (pair and pair[1].text.strip()):
                pair = self._value(Short(bad, flag), self.columns.value)
            segments += pair or self._value(Short(""), self.columns.value)
        return segments


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
    """Return how many turns a loop took, where the cursor sees it, if that is known."""
    if region.kind not in ("scan", "while") or cursor is None or values is None:
        return region.length
    outer = cursor.iteration_of(region.id)
    if outer is None:
        return None
    try:
        return values.recording.trips(region.id, outer)
    except NotCapturedError:
        return region.length


def operation_of(graph: ProgramGraph, node: str) -> str:
    """Return a node's primitive; of what a loop or branch is handed, as what."""
    found = graph.node(node)
    if found.role == "binder":
        return node.rpartition("/")[2]
    return one_line(found.primitive, 40)


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
