"""All panels, in the order of their keys."""

from __future__ import annotations

from graphstep.tui.array_pane import ArrayPane
from graphstep.tui.canvas import Canvas
from graphstep.tui.card_pane import CardPane
from graphstep.tui.chain_pane import ChainPane
from graphstep.tui.inspector import Inspector
from graphstep.tui.jaxpr_pane import JaxprPane
from graphstep.tui.lesson_pane import LessonPane
from graphstep.tui.outline import Outline
from graphstep.tui.pane import Pane
from graphstep.tui.runs_pane import RunsPane
from graphstep.tui.source_pane import SourcePane
from graphstep.tui.stops_pane import StopsPane


def all_panes() -> tuple[Pane, ...]:
    """Return a new widget for every panel."""
    return (
        Canvas(),
        LessonPane(),
        Inspector(),
        ChainPane(),
        SourcePane(),
        Outline(),
        ArrayPane(),
        JaxprPane(),
        StopsPane(),
        RunsPane(),
        CardPane(),
    )
