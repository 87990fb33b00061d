"""From element to element: where a motion leads, and what is brought into sight."""

from __future__ import annotations

from graphstep.tui.array_grid import Spot
from graphstep.tui.array_sheet import Sheet
from graphstep.tui.pane import Motion


def index_after(
    sheet: Sheet, here: tuple[int, ...], motion: Motion | str
) -> tuple[int, ...]:
    """Return the element that a motion leads to.

    Args:
        sheet: How the elements are laid out.
        here: The element to start from; it is in the slice.
        motion: One of the panels' motions, or `plane_after` or `plane_before`.
    """
    grid = sheet.grid
    spot = grid.spot(here)
    assert spot is not None
    page = max(1, sheet.n_rows - 1)
    rows = {"up": -1, "down": 1, "page_up": -page, "page_down": page}.get(motion, 0)
    columns = {"left": -1, "right": 1}.get(motion, 0)
    planes = {"plane_before": -1, "plane_after": 1}.get(motion, 0)
    if motion in ("top", "bottom"):
        last = Spot(grid.n_planes - 1, grid.n_rows - 1, grid.n_columns - 1)
        return grid.index(within(sheet, Spot(0, 0, 0) if motion == "top" else last))
    if columns and grid.rows is None:
        # A wrapped axis goes on in the next row.
        along = spot.row * grid.n_columns + spot.column + columns
        along = max(along, 0)
        return grid.index(within(sheet, Spot(0, *divmod(along, grid.n_columns))))
    row, plane = spot.row + rows, spot.plane + planes
    if (
        abs(rows) == 1
        and not 0 <= row < grid.n_rows
        and 0 <= plane + rows < grid.n_planes
    ):
        plane += rows
        row = 0 if rows > 0 else grid.n_rows - 1
    return grid.index(within(sheet, Spot(plane, row, spot.column + columns)))


def brought(start: int, place: int, length: int) -> int:
    """Return where to begin for a place to be seen: near by, or else in the middle."""
    if start <= place < start + length:
        return start
    if start - length // 2 <= place < start + length + length // 2:
        return place if place < start else place - length + 1
    return place - length // 2


def within(sheet: Sheet, spot: Spot) -> Spot:
    """Return the nearest element that there is."""
    grid = sheet.grid
    plane = min(max(spot.plane, 0), grid.n_planes - 1)
    row = min(max(spot.row, 0), grid.n_rows - 1)
    column = min(max(spot.column, 0), grid.n_columns - 1)
    while column and not grid.has(row, column):
        column -= 1
    return Spot(plane, row, column)
