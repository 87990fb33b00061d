"""The elements of the inspected value: a slice of them as numbers or as a heat map."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from rich.segment import Segment
from textual import events
from textual.strip import Strip

from graphstep.export.modes import seconds
from graphstep.recording import Absence
from graphstep.tui.array_field import (
    Field,
    Missing,
    field_of,
    title_of_value,
)
from graphstep.tui.array_grid import Spot
from graphstep.tui.array_heat import PLAIN_SHADES, SHADES, Hues
from graphstep.tui.array_look import Look, reals
from graphstep.tui.array_motion import brought, index_after
from graphstep.tui.array_page import Page, Zone, page_of
from graphstep.tui.array_sheet import Sheet
from graphstep.tui.messages import ElementChosen, ElementMoved, FetchAsked
from graphstep.tui.orders import ActionAsked
from graphstep.tui.palette import SIXTEEN
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.paper import Paper
from graphstep.tui.values import SMALL, Of
from graphstep.tui.view import View
from graphstep.tui.zooming import seconds_to_zoom

_WHEEL = 3


class ArrayPane(Pane):
    """The elements of the inspected value: a slice of them as numbers or as a heat map."""

    pane_id = "array"
    heading = "array"

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._spot = Spot(0, 0, 0)
        self._top = 0
        self._left = 0
        self._lines: list[Strip] = []
        self._zones: tuple[Zone, ...] = ()
        self._missing: Missing | None = None
        # What the widest text and the extremes were found of.
        self._of: tuple[Any, ...] = ()
        self._widest = 0
        self._spans: dict[tuple[Any, ...], tuple[float, float]] = {}

    @property
    def plain(self) -> str:
        """What is written, without styles."""
        return "\n".join(line.text.rstrip() for line in self._lines)

    @property
    def sheet(self) -> Sheet | None:
        """How the elements are laid out, if there are any."""
        return self._sheet

    # Showing -------------------------------------------------------------------------

    def show(self, view: View) -> None:
        """Show the elements in a state."""
        self.view = view
        title = title_of_value(view)
        found = field_of(view)
        self._missing = found if isinstance(found, Missing) else None
        if isinstance(found, Missing):
            self._sheet = None
            self._zones = ()
            self.set_heading(f"array · {title}" if title else "array")
            self._lines = self._why(view, found)
        else:
            page = self._page(view, found)
            self.set_heading(f"array · {title}", page.note)
            self._zones = page.zones
            width = self._width
            self._lines = [Strip(line).adjust_cell_length(width) for line in page.lines]
        self.repaint()

    @property
    def _width(self) -> int:
        return max(16, self.scrollable_content_region.width)

    def _why(self, view: View, missing: Missing) -> list[Strip]:
        palette = view.palette
        paper = Paper(palette, self._width)
        paper.line((f" {missing.what.split('_')[0]}", palette.dim))
        paper.paragraph(missing.reason, palette.text)
        if missing.can_zoom and view.recording is not None:
            took = seconds_to_zoom(view.recording)
            about = f", about {seconds(took)}" if took else ""
            paper.paragraph(
                f"Enter runs the program again to fetch it{about}.", palette.bright
            )
        console = self.app.console
        return [Strip(line.render(console)) for line in paper.lines]

    def _page(self, view: View, field: Field) -> Page:
        examined = view.state.examined
        size = self._width, max(1, self.scrollable_content_region.height)
        span = self._span_of(view, field)
        of = (field.what, field.key.node, field.key.out, examined.format, examined.cut)
        if of != self._of:
            self._of, self._widest = of, 0
            self._top = self._left = 0
            self._sheet = None
        absmax = None if span is None else max(abs(span[0]), abs(span[1]))
        hues = self._hues(view)
        page: Page | None = None
        for _ in range(2):
            sheet = Sheet.of(
                field,
                examined,
                size,
                widest=self._widest,
                absmax=absmax,
                is_mono=hues is None,
            )
            spot = sheet.grid.spot(self._followed(view, field)) or Spot(0, 0, 0)
            self._bring_into_sight(sheet, spot)
            page = page_of(
                sheet,
                view.palette,
                spot=spot,
                top=self._top,
                left=self._left,
                span=span,
                companions=self._companions(view, field, sheet, spot),
                hues=hues,
                shades=PLAIN_SHADES if view.is_ascii else SHADES,
            )
            if page.widest <= self._widest:
                break
            # An element in sight is wider than those that were sampled.
            self._widest = page.widest
        assert page is not None
        return page

    def _hues(self, view: View) -> Hues | None:
        """Return the colours of a heat map, if there are enough colours."""
        app = self.app
        if app.no_color or view.is_ascii or app.current_theme.name == SIXTEEN.name:
            return None
        return Hues.of(view.palette, self.background_colors[1])

    def _bring_into_sight(self, sheet: Sheet, spot: Spot) -> None:
        has_moved = self._sheet is None or spot != self._spot
        has_moved |= self._sheet is not None and (
            (sheet.n_rows, sheet.n_columns)
            != (self._sheet.n_rows, self._sheet.n_columns)
        )
        self._sheet, self._spot = sheet, spot
        if has_moved:
            self._top = brought(self._top, spot.row, sheet.n_rows)
            self._left = brought(self._left, spot.column, sheet.n_columns)
        step = sheet.rows_per_line
        last = max(0, sheet.grid.n_rows - sheet.n_rows)
        self._top = min(max(self._top, 0), -(-last // step) * step)
        self._top -= self._top % step
        last = max(0, sheet.grid.n_columns - sheet.n_columns)
        self._left = min(max(self._left, 0), last)

    def _followed(self, view: View, field: Field) -> tuple[int, ...]:
        """Return the element that is followed: chosen, or else the leading one."""
        element = view.state.examined.element
        if element is not None:
            return element
        values = view.values
        assert values is not None
        # The chain rule follows the element of greatest |cotangent|.
        for of in _followed_first(view):
            look = values.look(dataclasses.replace(field.key, of=of))
            if isinstance(look, Look) and look.leading is not None:
                return look.leading
        return (0,) * len(field.shape)

    def _span_of(self, view: View, field: Field) -> tuple[float, float] | None:
        """Return the least and the greatest of all elements, if that is known."""
        values = view.values
        assert values is not None
        if field.second is None:
            look = values.look(field.key)
            if isinstance(look, Look):
                return (
                    (look.stats.min, look.stats.max) if _has_span(look) else (0.0, 0.0)
                )
            if look is not None and field.first.size <= SMALL:
                x = reals(field.whole())
                return (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
            return None
        if field.first.size > SMALL:
            return None
        known = (values.recording, field.what, field.key, id(view.comparison))
        if known not in self._spans:
            if len(self._spans) > 64:
                self._spans.clear()
            x = reals(field.whole())
            x = x[np.isfinite(x)]
            self._spans[known] = (
                (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
            )
        return self._spans[known]

    def _companions(
        self, view: View, field: Field, sheet: Sheet, spot: Spot
    ) -> tuple[tuple[str, Any], ...]:
        """Return primal and cotangent at the element, where something else is shown."""
        values = view.values
        assert values is not None
        if sheet.grid.is_empty:
            return ()
        index = sheet.grid.index(spot)
        recording = values.recording
        others: list[Of] = ["primal"]
        if recording.has_cotangents:
            others.append("cotangent")
        if recording.has_tangents:
            others.append("tangent")
        found: list[tuple[str, Any]] = []
        for of in others:
            if of == field.what:
                continue
            array = values.array_soon(dataclasses.replace(field.key, of=of))
            if (
                isinstance(array, Absence)
                or array is None
                or np.shape(array) != field.shape
                or not isinstance(array, np.ndarray | np.generic)
            ):
                continue
            found.append((of, np.asarray(array)[index]))
        return tuple(found)

    # Moving --------------------------------------------------------------------------

    def move(self, motion: Motion) -> None:
        """Follow another element."""
        self.post_message(ElementMoved(motion))

    def enter(self) -> bool:
        """Fetch what was not kept, or follow an element and no other from now on."""
        if self._missing is not None:
            if self._missing.can_zoom:
                self.post_message(FetchAsked())
        elif self.view is not None and self.view.state.examined.element is not None:
            self.post_message(ElementChosen(None))
        elif self._sheet is not None and not self._sheet.grid.is_empty:
            self.post_message(ElementChosen(self._sheet.grid.index(self._spot)))
        return True

    def followed_index(self, element: tuple[int, ...] | None) -> tuple[int, ...] | None:
        """Return the element that is followed, if it can be seen."""
        sheet = self._sheet
        if sheet is None or sheet.grid.is_empty:
            return None
        if element is not None and sheet.grid.spot(element) is not None:
            return element
        return sheet.grid.index(self._spot)

    def index_after(
        self, element: tuple[int, ...] | None, motion: Motion | str
    ) -> tuple[int, ...] | None:
        """Return the element that a motion leads to; `plane_after` and so on too."""
        sheet = self._sheet
        here = self.followed_index(element)
        if sheet is None or here is None:
            return None
        return index_after(sheet, here, motion)

    # The mouse -----------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Follow the element that is pointed at, or do what the first line says."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            for zone in self._zones:
                if zone.start <= offset.x < zone.stop and zone.action:
                    self.post_message(ActionAsked(zone.action))
            return
        sheet = self._sheet
        found = sheet and sheet.at(offset.x, offset.y, self._top, self._left)
        if sheet is not None and found is not None:
            spot = Spot(self._spot.plane, *found)
            self.post_message(ElementChosen(sheet.grid.index(spot)))
        elif self._missing is not None and self._missing.can_zoom:
            self.post_message(FetchAsked())

    def _scroll(self, event: events.MouseEvent, rows: int, columns: int) -> None:
        event.stop()
        event.prevent_default()
        sheet = self._sheet
        if sheet is None or self.view is None:
            return
        self._top += rows * sheet.rows_per_line
        self._left += columns
        self.show(self.view)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down, with Shift to the right."""
        self._scroll(event, *((0, _WHEEL) if event.shift else (_WHEEL, 0)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up, with Shift to the left."""
        self._scroll(event, *((0, -_WHEEL) if event.shift else (-_WHEEL, 0)))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Scroll to the right."""
        self._scroll(event, 0, _WHEEL)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Scroll to the left."""
        self._scroll(event, 0, -_WHEEL)

    # Painting ------------------------------------------------------------------------

    def paint_line(self, y: int) -> Strip:
        """Write one line."""
        width = self.seen.width
        style = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(width, style)
        return Strip(
            # What has a background of its own is drawn as it is.
            s if s.style and s.style.bgcolor else Segment(s.text, style + s.style)
            for s in self._lines[y].adjust_cell_length(width)
        )


def _followed_first(view: View) -> tuple[Of, ...]:
    """Return of which value the leading element is followed, the best first."""
    recording = view.recording
    if recording is not None and recording.has_cotangents:
        return ("cotangent", "primal")
    return ("primal",)


def _has_span(look: Look) -> bool:
    return look.stats.min <= look.stats.max
