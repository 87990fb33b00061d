"""The characters that graphs are drawn with: borders, lines, where these meet, heads."""

from __future__ import annotations

from graphstep.layout import EAST, NORTH, SOUTH, WEST, Direction

# Corners and sides: upper left, across, upper right, down, lower left, lower right.
ROUND, SQUARE, DOUBLE, HEAVY, DOTTED = "╭─╮│╰╯", "┌─┐│└┘", "╔═╗║╚╝", "┏━┓┃┗┛", "╭┄╮┊╰╯"
# By the sum of NORTH, EAST, SOUTH and WEST.
LINES = " ╵╶╰╷│╭├╴╯─┴╮┤┬┼"
_ALONG = (EAST | SOUTH, EAST | WEST, SOUTH | WEST, NORTH | SOUTH, NORTH | EAST, NORTH | WEST)  # fmt: skip
# The directions in which a character goes on; only thin ones join with lines.
BITS = {char: bits for bits, char in enumerate(LINES)} | {
    char: bits
    for border in (ROUND, SQUARE, DOTTED)
    for char, bits in zip(border, _ALONG, strict=True)
}
# Where a line meets a border that is not thin.
_JOINTS = {
    (DOUBLE[1], NORTH): "╧", (DOUBLE[1], SOUTH): "╤",
    (DOUBLE[3], EAST): "╟", (DOUBLE[3], WEST): "╢",
    (HEAVY[1], NORTH): "┷", (HEAVY[1], SOUTH): "┯",
    (HEAVY[3], EAST): "┠", (HEAVY[3], WEST): "┨",
}  # fmt: skip
_SIDES = {
    border[side]: bits
    for border in (DOUBLE, HEAVY)
    for side, bits in ((1, EAST | WEST), (3, NORTH | SOUTH))
}
# Heads of lines: with the data, and against it.
HEADS: dict[Direction, str] = {"down": "▼", "right": "▶"}
SHAFTS: dict[Direction, str] = {"down": "│", "right": "─"}
HEADS_BACK: dict[Direction, str] = {"down": "▲", "right": "◀"}
DOTS = {"current": "◉", "selected": "◎", "closed": "▣", "node": "●"}


def joint(under: str, bits: int) -> str | None:
    """Return what is drawn where a line comes to a border that is not thin.

    Args:
        under: The character of the border.
        bits: The directions in which the line goes.
    """
    return _JOINTS.get((under, bits & ~_SIDES.get(under, 0)))
