"""Functions that move, sum and sort the elements of arrays, as formulas use them."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstep.rules._notation import Notation, Row, Script, Text, row
from graphstep.rules._words import Word, hiding, indexed


def _summed(x: Notation, axes: Notation | None = None) -> Row:
    return row(Script(Text("∑", "mo"), below=axes), " ", x)


def _size(x: Any) -> int:
    return int(np.size(x))


def _spread(y: Any, axes: Any, shape: Any) -> Any:
    return np.broadcast_to(np.expand_dims(y, axes), shape)


def _diagonal_matrix(values: Any, like: Any) -> Any:
    return np.diag(np.broadcast_to(values, np.shape(like)).ravel())


ARRAY_WORDS: dict[str, Word] = {
    "diag": Word(_diagonal_matrix, hiding("diag")),
    "size": Word(_size, is_scalar=True),
    "spread": Word(_spread, indexed("repeat")),
    "sum": Word(np.sum, _summed, is_product=True),
}
