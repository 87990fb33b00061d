"""Judgements about recorded values: what is healthy and what is not."""

from __future__ import annotations

from graphstep.analysis._diverging import diverging_collectives
from graphstep.analysis._health import STATISTICS, WORDS, Condition

__all__ = ["STATISTICS", "WORDS", "Condition", "diverging_collectives"]
