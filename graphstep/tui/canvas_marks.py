"""How the walk marks what is drawn: borders, brightness, letters, lit lines."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from rich.color import Color, ColorType, blend_rgb
from rich.style import Style

from graphstep.graph import Value
from graphstep.layout import Layout
from graphstep.tui.breaks import nodes_of
from graphstep.tui.canvas_glyphs import DOTTED, DOUBLE, HEAVY, ROUND, SQUARE
from graphstep.tui.canvas_readings import Reading, Readings
from graphstep.tui.canvas_spotlight import bright_positions, lit_trunks
from graphstep.tui.canvas_text import BoxText, Labels
from graphstep.tui.lines import (
    BREAK_OFF,
    CHANGED,
    COMPLETE,
    CURRENT,
    DONE,
    PENDING,
    STOP,
)
from graphstep.tui.passes import BACKWARD, FORWARD, SEED, goes_back, is_complete
from graphstep.tui.state import UiState
from graphstep.tui.strips import Strips
from graphstep.tui.values import value_key
from graphstep.tui.view import View

_NOT_BACK = "·"
# How far the hue of what is still to come goes towards that of lines.
_MUTED = 0.6


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How one box looks in one frame.

    Attributes:
        border: Six characters; see `canvas_glyphs`.
        border_style: Style of these.
        style: Style of its text.
        mark: Where the walk is: one of the outline's marks, or a blank.
        mark_style: Style of the mark.
        flags: Marks at its right: a breakpoint, a complete cotangent, N or I.
        values: Primal and cotangent, at the zoom that shows them.
    """

    border: str
    border_style: Style
    style: Style
    mark: str
    mark_style: Style
    flags: tuple[tuple[str, Style], ...]
    values: tuple[Reading, ...] = ()


class Marks:
    """What one state has to say of every box and line; asked for what is visible.

    Args:
        view: The state, its values, the styles.
        layout: Where things are.
        labels: What the boxes say.
        hovered: The value under the pointer.
        zoom: The zoom of the layout.
        strips: Where the strips of arrays come from.
    """

    def __init__(
        self,
        view: View,
        layout: Layout,
        labels: Labels,
        hovered: Value | None,
        zoom: int,
        strips: Strips | None = None,
    ) -> None:
        self.view, self.layout, self.labels, self.zoom = view, layout, labels, zoom
        state = view.state
        self.current = _shown(layout, _cursor_node(state))
        selected = selected_item(state)
        # What is followed is marked as the cursor, not as selected too.
        is_cursor = state.follows and state.cursor is not None
        self.selected = None if is_cursor else _shown(layout, selected)
        self.hovered = hovered
        self._readings = Readings(view, layout, zoom, strips)
        self._hits = {layout.shown(node) for node in state.hits} if state.hits else ()
        self._stops = _stops(state, layout)
        self._bright = bright_positions(state)
        self._lit = lit_trunks(state, layout, hovered)
        self._looks: dict[str, Look] = {}
        self._trunk_styles: dict[int, Style] = {}

    # Boxes and frames ------------------------------------------------------------------

    def look(self, item: str, text: BoxText) -> Look:
        """Return how a box looks."""
        found = self._looks.get(item)
        if found is None:
            found = self._looks[item] = self._look(item, text)
        return found

    def _look(self, item: str, text: BoxText) -> Look:
        palette, cursor = self.view.palette, self.view.cursor
        start, stop = self._stretch(item, text)
        walk = self._walk(item, start, stop)
        hue = palette.text if text.kind == "region" else palette.kind(text.kind)
        style, border_style = hue, hue
        border = SQUARE if text.is_closed else ROUND
        if text.is_closed:
            style += _BOLD
        mark, mark_style = " ", palette.faint
        if cursor is not None:
            mark = walk
            mark_style = palette.pass_(cursor.pass_) if walk == DONE else palette.faint
            if walk == PENDING:
                style = border_style = muted(hue, palette.faint)
            elif walk == _NOT_BACK:
                style, border_style, border = palette.dim, palette.faint, DOTTED
        if item == self.selected:
            border, border_style = HEAVY, palette.bright
        if item == self.current and cursor is not None:
            accent = palette.bright + palette.pass_(cursor.pass_)
            border, border_style, style = DOUBLE, accent, palette.bright
            mark, mark_style = CURRENT, accent
        if not self._is_bright(start, stop) and item not in (
            self.selected,
            self.current,
        ):
            style = border_style = mark_style = palette.faint
        if item in self._hits:
            style += palette.hit
        shorts, letter = self._readings.of_box(item, text, (start, stop), walk)
        return Look(
            border,
            border_style,
            style,
            mark,
            mark_style,
            self._flags(item, start, stop, letter),
            shorts,
        )

    def frame_style(self, item: str) -> tuple[str, Style, Style]:
        """Return the border of a frame, its style and that of its title."""
        palette, region = self.view.palette, self.view.graph.regions
        if item == self.selected:
            return HEAVY, palette.bright, palette.bright
        is_control = item in region and (
            region[item].kind not in ("scope", "call") or region[item].is_opaque
        )
        kind = "rule" if is_control and region[item].is_opaque else "control"
        title = palette.kind(kind) if is_control else palette.dim
        return (SQUARE if is_control else ROUND), palette.faint, title

    def _stretch(self, item: str, text: BoxText) -> tuple[int, int]:
        """Return the positions of what a box stands for."""
        graph = self.view.graph
        if not text.is_closed:
            position = graph.position(item)
            return position, position + 1
        group = self.labels.groups.get(item)
        found = graph.regions[item] if group is None else group
        return found.start, found.stop

    def _walk(self, item: str, start: int, stop: int) -> str:
        cursor, here = self.view.cursor, self.view.state.cursor_position
        if cursor is None or here is None or cursor.pass_ == SEED:
            return PENDING
        if item == self.current:
            return CURRENT
        graph = self.view.graph
        if (
            cursor.pass_ == BACKWARD
            and stop - start == 1
            and not goes_back(cursor, graph.order[start])
        ):
            return _NOT_BACK
        if stop - start == 1:
            state = cursor.state(graph.order[start])
            return {"done": DONE, "current": CURRENT}.get(state, PENDING)
        is_before = here >= stop
        return DONE if is_before == (cursor.pass_ == FORWARD) else PENDING

    def _flags(
        self, item: str, start: int, stop: int, letter: str
    ) -> tuple[tuple[str, Style], ...]:
        palette, cursor = self.view.palette, self.view.cursor
        flags: list[tuple[str, Style]] = []
        if letter:
            flags.append((letter, palette.trouble))
        is_on = self._stops.get(item)
        if is_on is not None:
            mark, style = (STOP, palette.trouble) if is_on else (BREAK_OFF, palette.dim)
            flags.append((mark, style))
        node = self.view.graph.order[start] if stop - start == 1 else None
        if cursor is not None and node is not None and is_complete(cursor, node):
            flags.append((COMPLETE, palette.backward))
        if node is not None and self._is_changed(node):
            flags.append((CHANGED, palette.bright))
        return tuple(flags)

    def _is_changed(self, node: str) -> bool:
        """Return whether a value is not that of the recording compared with."""
        cursor = self.view.cursor
        has_values = bool(self.view.graph.node(node).avals)
        if cursor is None or self.view.comparison is None or not has_values:
            return False
        # Where a change leads to can be seen before the walk comes there.
        return self.view.changed(value_key(cursor, "primal", node)) is not None or (
            is_complete(cursor, node)
            and self.view.changed(value_key(cursor, "cotangent", node)) is not None
        )

    # What is dimmed ----------------------------------------------------------------------

    def _is_bright(self, start: int, stop: int) -> bool:
        bright = self._bright
        if bright is None:
            return True
        return int(np.searchsorted(bright, start)) < int(np.searchsorted(bright, stop))

    # Lines -----------------------------------------------------------------------------

    def trunk_style(self, index: int) -> Style:
        """Return the style of a line."""
        found = self._trunk_styles.get(index)
        if found is None:
            found = self._trunk_styles[index] = self._trunk_style(index)
        return found

    def sender_at(self, y: int) -> str:
        """Return the id of the current equation if heads in a row may point back."""
        cursor, box = self.view.cursor, self.layout.boxes.get(self.current or "")
        if cursor is None or box is None or cursor.pass_ != BACKWARD:
            return ""
        return box.id if box.y - 1 <= y < box.y + box.height else ""

    def sends_back(self, index: int, x: int, y: int) -> bool:
        """Return whether a cotangent leaves the current equation along a line's head.

        Args:
            index: The line.
            x: Column of the head.
            y: Row of the head, on the border of the box that uses the value or before it.
        """
        cursor, box = self.view.cursor, self.layout.boxes.get(self.current or "")
        if cursor is None or box is None or cursor.pass_ != BACKWARD:
            return False
        # A box without a border has the heads right before it.
        is_down = self.view.state.drawing.direction == "down"
        before = 0 if self.zoom > 1 else 1
        top, left = box.y - before * is_down, box.x - before * (not is_down)
        is_here = left <= x < box.x + box.width and top <= y < box.y + box.height
        return is_here and cursor.has_cotangent(*self.layout.value_of(index))

    def _trunk_style(self, index: int) -> Style:
        palette, cursor = self.view.palette, self.view.cursor
        value = self.layout.value_of(index)
        if index in self._lit:
            accent = palette.forward if cursor is None else palette.pass_(cursor.pass_)
            return palette.bright + accent
        position = self.view.graph.position(value[0])
        if not self._is_bright(position, position + 1):
            return palette.faint
        if cursor is None:
            return palette.dim
        if cursor.pass_ == BACKWARD and is_complete(cursor, value[0]):
            return palette.backward
        if cursor.pass_ == FORWARD and cursor.state(value[0]) == "pending":
            return palette.faint
        return palette.dim


_BOLD = Style(bold=True)


@functools.lru_cache(256)
def muted(hue: Style, faint: Style) -> Style:
    """Return a hue half way to what is hardly seen; itself where colours are few."""
    if hue.color is None or faint.color is None:
        return faint
    if ColorType.TRUECOLOR not in (hue.color.type, faint.color.type):
        return faint
    pair = hue.color.get_truecolor(), faint.color.get_truecolor()
    mixed = blend_rgb(*pair, cross_fade=_MUTED)
    return Style(color=Color.from_triplet(mixed))


def selected_item(state: UiState) -> str | None:
    """Return the id of the node or region that is selected."""
    region = state.selected_region
    return state.selected_node if region is None else region.id


def _cursor_node(state: UiState) -> str | None:
    position = state.cursor_position
    return None if position is None else state.graph.order[position]


def _shown(layout: Layout, item: str | None) -> str | None:
    return None if item is None else layout.shown(item) or None


def _stops(state: UiState, layout: Layout) -> dict[str, bool]:
    """Return what has a breakpoint, and whether one that is on."""
    found: dict[str, bool] = {}
    for each in state.breaks.items:
        for place in nodes_of(state.graph, each.breakpoint):
            shown = layout.shown(place)
            found[shown] = found.get(shown, False) or each.is_enabled
    return found
