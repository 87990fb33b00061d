"""The modes of differentiation in words: tables, bars and curves of characters."""

from __future__ import annotations

from graphstep.export.modes._columns import aligned
from graphstep.export.modes._curve import PLAIN, Marks, curve
from graphstep.export.modes._rows import (
    RESIDUAL_TITLES,
    TITLES,
    Bar,
    Row,
    bars,
    line_of,
    residual_cells,
    residuals_text,
    rows,
    unknown,
    what,
)
from graphstep.export.modes._side_by_side import (
    SIZE_TITLES,
    heading,
    side_by_side,
    size_cells,
)
from graphstep.export.modes._units import (
    bytes_text,
    count_text,
    factor_text,
    seconds,
)

__all__ = [
    "PLAIN",
    "RESIDUAL_TITLES",
    "SIZE_TITLES",
    "TITLES",
    "Bar",
    "Marks",
    "Row",
    "aligned",
    "bars",
    "bytes_text",
    "count_text",
    "curve",
    "factor_text",
    "heading",
    "line_of",
    "residual_cells",
    "residuals_text",
    "rows",
    "seconds",
    "side_by_side",
    "size_cells",
    "unknown",
    "what",
]
