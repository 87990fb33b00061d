"""What lines pass through when they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip
from textual.widget import Widget


def needed_filters(widget: Widget) -> Sequence[LineFilter]:
    """Return the filters of lines whose colours are all red, green and blue.

    To look for those that are the terminal's own takes as long as to write the lines.
    """
    return [
        each
        for each in widget.app.get_line_filters()
        if not isinstance(each, ANSIToTruecolor)
    ]


def filtered(strip: Strip, widget: Widget) -> Strip:
    """Return a line of such a widget as it is drawn."""
    for line_filter in needed_filters(widget):
        strip = strip.apply_filter(line_filter, widget.background_colors[1])
    return strip
