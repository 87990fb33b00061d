"""How what a program returns is named."""

from __future__ import annotations

# A value `(position, output)`, or an operand `(position, -1 - key)`.
Key = tuple[int, int]

# Stands for the trip count of a loop or the branch taken, at the exit's position.
TRIPS = -1_000_000


def use_key(position: int, operand: int) -> Key:
    """Return the key of the tap on one use."""
    return position, -1 - operand
