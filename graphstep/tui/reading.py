"""The actions of the source, the jaxpr and the outline."""

from __future__ import annotations

from graphstep.tui.arranging import Arranging


class ReadingActions(Arranging):
    """The actions of the source, the jaxpr and the outline."""
