"""The jaxpr as JAX prints it, with the current equation marked."""

from __future__ import annotations

from graphstep.tui.pane import TextPane


class JaxprPane(TextPane):
    """The jaxpr as JAX prints it, with the current equation marked."""

    pane_id = "jaxpr"
    heading = "jaxpr"
