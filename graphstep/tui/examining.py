"""The actions that look at arrays and their elements."""

from __future__ import annotations

from graphstep.tui.arranging import Arranging


class ExaminingActions(Arranging):
    """The actions that look at arrays and their elements."""
