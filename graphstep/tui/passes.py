"""What the panels ask of a cursor about the passes."""

from __future__ import annotations

from typing import Final

from graphstep.stepping import Cursor

FORWARD: Final = "forward"
SEED: Final = "seed"
BACKWARD: Final = "backward"


def goes_back(cursor: Cursor, node: str) -> bool:
    """Return whether the backward pass has a cotangent for a node."""
    return cursor.timeline.has_backward and cursor.has_cotangent(node)


def is_complete(cursor: Cursor, node: str) -> bool:
    """Return whether a node's cotangents are complete by now."""
    return cursor.pass_ != FORWARD and cursor.has_complete_cotangent(node)
