"""Turn a line of styled text into cells."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip


def line_strip(line: Text, width: int, base: Style, console: Console) -> Strip:
    """Return one line of text as so many cells.

    Text that was written piece by piece, as nearly all here is, takes a third of the
    time that Rich takes for text whose styles may lie over each other (Rich 15).

    Args:
        line: The text.
        width: Cells; what is longer is cut, what is shorter filled.
        base: Style under everything.
        console: Where names of styles are looked up.
    """
    segments = _in_order(line, base)
    if segments is None:
        strip = Strip(line.render(console)).apply_style(base)
        return strip.adjust_cell_length(width, base)
    length = cell_len(line.plain)
    if length < width:
        segments.append(Segment(" " * (width - length), base))
    strip = Strip(segments, max(length, width))
    return strip.crop(0, width) if length > width else strip


def _in_order(line: Text, base: Style) -> list[Segment] | None:
    """Return the pieces of a text, or `None` if some style lies over another one."""
    under, plain, at = line.style, line.plain, 0
    if isinstance(under, str):
        if under:
            return None
        under = base
    else:
        under = base + under
    segments: list[Segment] = []
    for start, end, style in line.spans:
        if start < at or isinstance(style, str):
            return None
        if start > at:
            segments.append(Segment(plain[at:start], under))
        if end > start:
            segments.append(Segment(plain[start:end], under + style))
        at = end
    if at < len(plain):
        segments.append(Segment(plain[at:], under))
    return segments
