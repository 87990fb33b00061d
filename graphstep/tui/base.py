"""The part of the application that holds the state and shows it once per frame."""

from __future__ import annotations

from textual.app import App

from graphstep.graph import ProgramGraph
from graphstep.tui.palette import Palette, palette
from graphstep.tui.state import UiState


class StatefulApp(App[int]):
    """An application with one frozen state.

    Args:
        graph: The program.

    Attributes:
        state: What is shown.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__()
        self.state = UiState.of(graph)
        self._is_stale = False

    @property
    def palette(self) -> Palette:
        """The styles that suit the theme."""
        return palette(is_dark=self.current_theme.dark)

    @property
    def is_stale(self) -> bool:
        """Whether the state is still to be shown."""
        return self._is_stale

    def change(self, state: UiState) -> None:
        """Go over to another state; it is shown when nothing else is waiting."""
        self.state = state
        self.mark_stale()

    def mark_stale(self) -> None:
        """Have the panels write anew what they show."""
        # Keys that are held down change the state many times for one frame.
        if not self._is_stale:
            self._is_stale = True
            self.call_later(self._show_once)

    def _show_once(self) -> None:
        self._is_stale = False
        self.show()

    def show(self) -> None:
        """Hand the state to the panels."""
        raise NotImplementedError
