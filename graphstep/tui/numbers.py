"""Numbers and arrays as short text: a minus sign, four digits, no surprises."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.cells import cell_len, set_cell_size

from graphstep.export.chain import number
from graphstep.export.modes import seconds
from graphstep.recording import Stats

__all__ = [
    "BLOCKS",
    "PRINTED",
    "fit",
    "fit_end",
    "fit_right",
    "flag",
    "norm_words",
    "number",
    "rows_of_array",
    "seconds",
]

BLOCKS = "▁▂▃▄▅▆▇█"
# Elements of an array that are printed one by one.
PRINTED = 24
_WHOLE = {"N": "NaN", "I": "Inf"}


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    return set_cell_size(text, width - 1) + "…"


def fit_end(text: str, width: int) -> str:
    """Return `text` in at most `width` cells: what is too long is cut at its beginning."""
    if cell_len(text) <= width:
        return text
    return "…" + set_cell_size(text[::-1], width - 1)[::-1]


def fit_right(text: str, width: int) -> str:
    """Return `text` at the right of `width` cells."""
    return " " * max(0, width - cell_len(text)) + fit(text, min(width, cell_len(text)))


def flag(stats: Stats) -> str:
    """Return the letter of what is wrong: `N` for NaN, `I` for an infinity."""
    return "N" if stats.nan else "I" if stats.neg_inf or stats.pos_inf else ""


def norm_words(norm: float, wrong: str) -> str:
    """Return the norm of an array in few cells.

    Args:
        norm: Norm of the finite elements. Where these are none, or zeros alone, the
            norm of the whole is written: it is NaN or infinite.
        wrong: What else there is, as `flag` says it.
    """
    return f"‖·‖ {_WHOLE[wrong] if wrong and not norm else number(norm, 3)}"


def rows_of_array(array: Any, width: int) -> list[str]:
    """Return a small array line by line, wrapped at `width` cells."""
    x = np.asarray(array)
    if x.ndim == 0:
        return [number(x.item())]
    texts = [number(v.item() if hasattr(v, "item") else v, 3) for v in x.ravel()]
    cell = max(map(len, texts), default=0) + 2
    n_columns = x.shape[-1]
    per_line = max(1, min(n_columns, width // cell))
    lines: list[str] = []
    for start in range(0, len(texts), n_columns):
        row = texts[start : start + n_columns]
        lines += [
            "".join(t.rjust(cell) for t in row[i : i + per_line])
            for i in range(0, n_columns, per_line)
        ]
    return lines
