"""The computational graph: nodes, uses, regions, views and slices of a program."""

from __future__ import annotations

from graphstep.graph._activity import Activity, activity
from graphstep.graph._collector import paused_collector
from graphstep.graph._columns import Columns
from graphstep.graph._patterns import Pattern
from graphstep.graph._program import Edge, Node, Operand, ProgramGraph, Value
from graphstep.graph._regions import ROOT_ID, Region, Regions
from graphstep.graph._view import closed_regions, open_regions

__all__ = [
    "ROOT_ID",
    "Activity",
    "Columns",
    "Edge",
    "Node",
    "Operand",
    "Pattern",
    "ProgramGraph",
    "Region",
    "Regions",
    "Value",
    "activity",
    "closed_regions",
    "open_regions",
    "paused_collector",
]
