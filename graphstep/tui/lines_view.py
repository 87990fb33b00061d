"""A scrolling panel of lines whose number can change without a new layout."""

from __future__ import annotations

from typing import cast

from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from graphstep.tui.scroll_bar import QuickScrollBar


class LinesView(ScrollView):
    """Draws only visible lines; subclasses say how many there are."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The bar at its right side; it is made when it is first asked for."""
        if self._vertical_scrollbar is None:
            bar = QuickScrollBar(
                name="vertical", thickness=self.scrollbar_size_vertical
            )
            bar.display = False
            self._vertical_scrollbar = bar
            # As Textual does for its own bar, which has no other way either.
            self.app._start_widget(self, bar)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return self._vertical_scrollbar

    def set_length(self, n_lines: int) -> None:
        """Say how many lines there are."""
        self.set_extent(Size(self.scrollable_content_region.width, n_lines))

    def set_extent(self, size: Size) -> None:
        """Say how many lines there are, and how long the longest is."""
        before, room = self.virtual_size, self.scrollable_content_region.height
        if size == before:
            return
        # Setting `virtual_size` itself would lay the whole screen out again, and then
        # paint it twice: 20 ms for every step (Textual 8.2).
        self.set_reactive(cast(Reactive[Size], Widget.virtual_size), size)
        # Scroll bars of what fits are blank, however much shorter it became.
        if size.width != before.width or max(size.height, before.height) > room:
            self._scroll_update(size)
