"""Judgements about recorded values: what is healthy and what is not."""

from __future__ import annotations

from graphstep.analysis._diverging import diverging_collectives
from graphstep.analysis._health import STATISTICS, WORDS, Condition
from graphstep.analysis._norms import (
    INF,
    NAN,
    OK,
    UNKEPT,
    UNWALKED,
    norm_of,
    norms_of_rows,
)

__all__ = [
    "INF",
    "NAN",
    "OK",
    "STATISTICS",
    "UNKEPT",
    "UNWALKED",
    "WORDS",
    "Condition",
    "diverging_collectives",
    "norm_of",
    "norms_of_rows",
]
