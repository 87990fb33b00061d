"""Where to draw what is seen of a program: boxes, frames and lines on integer cells."""

from __future__ import annotations

from graphstep.layout._cache import LayoutCache
from graphstep.layout._composing import Placed
from graphstep.layout._groups import Group, groups
from graphstep.layout._laying_out import lay_out
from graphstep.layout._layout import Layout
from graphstep.layout._piece import Piece
from graphstep.layout._plan import Plan
from graphstep.layout._shapes import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Box,
    Direction,
    End,
    Frame,
    LineCell,
    Row,
    Stub,
    Trunk,
)

__all__ = [
    "EAST",
    "NORTH",
    "SOUTH",
    "WEST",
    "Box",
    "Direction",
    "End",
    "Frame",
    "Group",
    "Layout",
    "LayoutCache",
    "LineCell",
    "Piece",
    "Placed",
    "Plan",
    "Row",
    "Stub",
    "Trunk",
    "groups",
    "lay_out",
]
