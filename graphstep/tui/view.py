"""What a panel is handed to show: one state, its values and the styles."""

from __future__ import annotations

import dataclasses

from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.stepping import Cursor
from graphstep.tui.action import Action
from graphstep.tui.actions import ACTIONS
from graphstep.tui.findings import Findings
from graphstep.tui.palette import Palette
from graphstep.tui.runs_compare import Change, Comparison
from graphstep.tui.state import UiState
from graphstep.tui.values import ValueKey, Values


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """Everything that a panel needs for one frame.

    Attributes:
        state: What is shown.
        values: The values of the recording that is looked at, once there is one.
        palette: Styles.
        comparison: With another recording, if one was chosen.
        findings: What is worked out in the background.
        actions: The table of actions, with the person's own keys.
        is_ascii: Whether all that is drawn becomes ASCII.
    """

    state: UiState
    values: Values | None
    palette: Palette
    comparison: Comparison | None = None
    findings: Findings = dataclasses.field(default_factory=Findings)
    actions: tuple[Action, ...] = ACTIONS
    is_ascii: bool = False

    @property
    def graph(self) -> ProgramGraph:
        """The program."""
        return self.state.graph

    @property
    def cursor(self) -> Cursor | None:
        """Place in the walk, once there is a recording."""
        return self.state.cursor

    @property
    def recording(self) -> Recording | None:
        """The recording that is looked at, once there is one."""
        return None if self.values is None else self.values.recording

    def changed(self, key: ValueKey | None) -> Change | None:
        """Return how a value differs from that of the recording compared with.

        Returns:
            `None` if it does not, if nothing is compared, or not yet.
        """
        if self.comparison is None or key is None:
            return None
        return self.comparison.change(key)
