"""The part of the screen that holds the panels, each where the arrangement says."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Container
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.widget import Widget

from graphstep.tui.arrangement import Arrangement, Place, places
from graphstep.tui.pane import Pane


class PanesLayout(Layout):
    """Puts every panel where the box says."""

    name = "panes"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> list[WidgetPlacement]:
        """Return the cells of all visible panels."""
        assert isinstance(parent, PanesBox)
        found = parent.places_in(size)
        return [
            WidgetPlacement(Region(*found[child.id]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if child.id in found
        ]


class PanesBox(Container):
    """Holds all panels, and shows some of them.

    Args:
        panes: All panels.
    """

    # Nothing is drawn between the panels.
    BLANK = True

    def __init__(self, panes: Iterable[Pane]) -> None:
        self._all = tuple(panes)
        super().__init__(*self._all, id="panes")
        self._wanted = (Arrangement(), "graph", "inspector")

    @property
    def layout(self) -> Layout:
        """The arithmetic of `arrangement`, whatever the style sheet says."""
        return _LAYOUT

    def places_in(self, size: Size) -> dict[str, Place]:
        """Return the cells of the visible panels in a box of that size."""
        return places(*self._wanted, size.width, size.height)

    @property
    def visible_panes(self) -> tuple[Pane, ...]:
        """The panels that are on the screen."""
        return tuple(pane for pane in self._all if pane.display)

    def rearrange(self, arrangement: Arrangement, focus: str, beside: str) -> None:
        """Show other panels, or the same elsewhere."""
        wanted = (arrangement, focus, beside)
        if wanted != self._wanted:
            self._wanted = wanted
            self.hide_others()
            # Textual forgets where children are when their number changes, not when
            # the box itself wants them elsewhere (8.2).
            self._clear_arrangement_cache()
            self.refresh(layout=True)

    def on_resize(self) -> None:
        """There may be room for more panels, or for fewer."""
        self.hide_others()

    def hide_others(self) -> None:
        """Take panels off the screen that have no place there."""
        found = self.places_in(self.size)
        for pane in self._all:
            pane.display = pane.id in found


_LAYOUT = PanesLayout()
