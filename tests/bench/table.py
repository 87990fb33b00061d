"""Lay out what was measured as one table, and name the worst case."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from tests.bench.budgets import ROWS, Figure, Row
from tests.bench.measure import Measured

_MARK = " !"


@dataclasses.dataclass(frozen=True)
class Load:
    """How much of one budget is used.

    Attributes:
        label: What is measured.
        where: Of which model, or empty.
        value: What was measured.
        limit: The budget.
        share: Over 1, the budget is missed.
    """

    label: str
    where: str
    value: float
    limit: float
    share: float

    @property
    def is_missed(self) -> bool:
        """Whether the budget is missed."""
        return self.share > 1

    def __str__(self) -> str:
        of = f" of {self.where}" if self.where else ""
        return f"{self.label}{of}: {self.value:.4g}, budget {self.limit:.4g}"


def loads(measured: Iterable[Measured], figures: Iterable[Figure]) -> list[Load]:
    """Return every budget with what is used of it, the worst first."""
    found = [Load(f.label, "", f.value, f.limit, f.load) for f in figures]
    for model in measured:
        for row in ROWS:
            value, limit = row.value(model), row.limit(model)
            if value is not None and limit is not None:
                found.append(Load(row.label, model.model, value, limit, value / limit))
    return sorted(found, key=lambda load: -load.share)


def table(measured: Sequence[Measured], figures: Sequence[Figure]) -> str:
    """Return the table: a column per model, then the figures of no model."""
    lines: list[str] = []
    if measured:
        lines += _grid([["", *(m.model for m in measured), "budget"], *_rows(measured)])
        lines.append("")
    if figures:
        lines += _grid([["", "measured", "budget"], *map(_figure, figures)])
        lines.append("")
    lines.append(
        f"`{_MARK.strip()}` marks a missed budget. {_worst(measured, figures)}"
    )
    return "\n".join(lines)


def _rows(measured: Sequence[Measured]) -> list[list[str]]:
    return [[row.label, *(_cell(row, m) for m in measured), row.budget] for row in ROWS]


def _cell(row: Row, measured: Measured) -> str:
    value, limit = row.value(measured), row.limit(measured)
    if value is None:
        return "-  "
    is_missed = limit is not None and value > limit
    return format(value, row.style) + (_MARK if is_missed else "  ")


def _figure(figure: Figure) -> list[str]:
    sign = "≥" if figure.is_floor else "≤"
    mark = _MARK if figure.load > 1 else "  "
    value = f"{figure.value:,.3g}" if figure.value < 1000 else f"{figure.value:,.0f}"
    return [
        figure.label,
        value + mark,
        f"{sign} {figure.limit:,g} {figure.unit}".strip(),
    ]


def _grid(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    last = len(widths) - 1
    lines = [
        "  ".join(
            text.ljust(width) if i in (0, last) else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [lines[0], "-" * (sum(widths) + 2 * last), *lines[1:]]


def _worst(measured: Iterable[Measured], figures: Iterable[Figure]) -> str:
    every = loads(measured, figures)
    if not every:
        return "Nothing was measured."
    worst, missed = every[0], sum(load.is_missed for load in every)
    verdict = f"{missed} of {len(every)} budgets are missed" if missed else (
        f"All {len(every)} budgets are kept"
    )  # fmt: skip
    return f"{verdict}. Worst case: {worst} ({worst.share:.0%} of it)."
