"""The elements of the inspected value: a slice of them as numbers or as a heat map."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class ArrayPane(TextPane):
    """The elements of the inspected value: a slice of them as numbers or as a heat map."""

    pane_id = "array"
    heading = "array"
