"""A table of a lesson as rows of text; one of its columns may be drawn as bars."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstep.export.chain import number
from graphstep.lessons._lesson import Table
from graphstep.lessons._lesson_run import LessonRun

_BAR = "█"
_BARS = 12


def table_rows(run: LessonRun, table: Table) -> list[list[str]]:
    """Return the headings, and then one row of cells after the other.

    Raises:
        LessonFailureError: If a column cannot be computed.
    """
    columns: list[list[str]] = []
    for (heading, _), values in zip(table.columns, run.table(table), strict=True):
        columns.append([heading, *map(_cell, values)])
        if heading == table.bars:
            columns.append(["", *_bars(values)])
    return [list(row) for row in zip(*columns, strict=True)]


def _cell(value: Any) -> str:
    return str(value) if isinstance(value, str) else number(value)


def _bars(values: np.ndarray) -> list[str]:
    """Return bars as long as the logarithms, from the least to the greatest."""
    with np.errstate(divide="ignore"):
        logs = np.log10(np.abs(np.asarray(values, float)))
    known = logs[np.isfinite(logs)]
    low = known.min(initial=0.0) if not known.size else known.min()
    span = (known.max() - low if known.size else 0.0) or 1.0
    return [
        _BAR * (1 + round((log - low) / span * (_BARS - 1))) if np.isfinite(log) else ""
        for log in logs
    ]
