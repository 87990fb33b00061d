"""The file that the current equation was written in."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class SourcePane(TextPane):
    """The file that the current equation was written in."""

    pane_id = "source"
    heading = "source"
