"""The actions that arrange the panels, and those that move about in one."""

from __future__ import annotations

import dataclasses

from graphstep.tui.arrangement import GRAPH, PANES, Arrangement, with_border_at
from graphstep.tui.background import BackgroundWork
from graphstep.tui.messages import BorderDragged, PaneFocused
from graphstep.tui.pane import Motion, Pane
from graphstep.tui.panes_box import PanesBox
from graphstep.tui.prompt import Prompt


class Arranging(BackgroundWork):
    """Which panels are shown, how large, and which one has the keys."""

    @property
    def panes_box(self) -> PanesBox:
        """What holds the panels."""
        return self.screen_stack[0].query_one(PanesBox)

    def pane(self, pane_id: str) -> Pane:
        """Return a panel, visible or not."""
        return self.panes_box.query_one(f"#{pane_id}", Pane)

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what a panel lacks is."""
        is_lacking = any(pane.has_more_to_show for pane in self.panes_box.visible_panes)
        return is_lacking or super().has_more_to_show

    @property
    def awaits_drawing(self) -> bool:
        """Whether the first drawing is still to come, which nothing should delay."""
        graph, is_tiny = self.pane(GRAPH), self.screen_stack[0].has_class("-tiny")
        return graph.display and graph.awaits_drawing and not is_tiny

    def rearrange(self, arrangement: Arrangement) -> None:
        """Show other panels, or the same elsewhere."""
        self.change(dataclasses.replace(self.state, arrangement=arrangement))

    def focus_pane(self, pane_id: str) -> None:
        """Give the keys to a panel, which is then visible."""
        self.change(self.state.focused(pane_id))

    def on_pane_focused(self, message: PaneFocused) -> None:
        """Keep in mind who has the keys."""
        if message.pane != self.state.focus:
            self.change(self.state.focused(message.pane))

    def on_border_dragged(self, message: BorderDragged) -> None:
        """Move a border, and what is on both of its sides."""
        state, box = self.state, self.panes_box
        is_upright = message.border in ("left", "right")
        to = message.to - (box.region.x if is_upright else box.region.y)
        arrangement = with_border_at(
            state.arrangement,
            box.places_in(box.size),
            state.focus,
            message.pane,
            message.border,
            to,
        )
        if arrangement != state.arrangement:
            self.rearrange(arrangement)

    # Actions -------------------------------------------------------------------------

    def toggle_pane(self, pane_id: str) -> None:
        """Show a panel and give it the keys, or hide the one that has them."""
        state = self.state
        is_hiding = state.focus == pane_id and pane_id != GRAPH
        if is_hiding and pane_id in state.arrangement.shown:
            self.change(
                dataclasses.replace(
                    state.focused(GRAPH), arrangement=state.arrangement.toggled(pane_id)
                )
            )
        elif pane_id in (*state.arrangement.shown, GRAPH):
            self.focus_pane(pane_id)
        else:
            self.change(
                dataclasses.replace(
                    state.focused(pane_id),
                    arrangement=state.arrangement.toggled(pane_id),
                )
            )

    def action_pane_graph(self) -> None:
        """Give the keys to the graph."""
        self.toggle_pane("graph")

    def action_pane_inspector(self) -> None:
        """Show or hide the inspector."""
        self.toggle_pane("inspector")

    def action_pane_chain(self) -> None:
        """Show or hide the chain rule."""
        self.toggle_pane("chain")

    def action_pane_source(self) -> None:
        """Show or hide the source."""
        self.toggle_pane("source")

    def action_pane_outline(self) -> None:
        """Show or hide the outline."""
        self.toggle_pane("outline")

    def action_pane_array(self) -> None:
        """Show or hide the array."""
        self.toggle_pane("array")

    def action_pane_jaxpr(self) -> None:
        """Show or hide the jaxpr."""
        self.toggle_pane("jaxpr")

    def action_pane_stops(self) -> None:
        """Show or hide breakpoints and watches."""
        self.toggle_pane("stops")

    def action_pane_runs(self) -> None:
        """Show or hide the recordings."""
        self.toggle_pane("runs")

    def action_pane_card(self) -> None:
        """Show or hide the card of the local Jacobian."""
        self.toggle_pane("card")

    def _cycle_pane(self, by: int) -> None:
        if isinstance(self.focused, Prompt):
            self.focused.complete(by)
            return
        offered = [
            p
            for p in PANES
            if p in (GRAPH, self.state.focus, *self.state.arrangement.shown)
        ]
        here = offered.index(self.state.focus)
        self.focus_pane(offered[(here + by) % len(offered)])

    def action_switch_panel(self) -> None:
        """Give the keys to the next panel."""
        self._cycle_pane(1)

    def action_previous_panel(self) -> None:
        """Give the keys to the panel before."""
        self._cycle_pane(-1)

    def action_maximise(self) -> None:
        """Give all the room to one panel, or share it again."""
        arrangement = self.state.arrangement
        self.rearrange(
            dataclasses.replace(arrangement, is_maximised=not arrangement.is_maximised)
        )

    def action_wider(self) -> None:
        """Give the graph more room."""
        self.rearrange(self.state.arrangement.wider(1))

    def action_narrower(self) -> None:
        """Give the graph less room."""
        self.rearrange(self.state.arrangement.wider(-1))

    def action_higher(self) -> None:
        """Make this panel higher."""
        self.rearrange(self.state.arrangement.higher(self.state.beside, 1))

    def action_lower(self) -> None:
        """Make this panel lower."""
        self.rearrange(self.state.arrangement.higher(self.state.beside, -1))

    # Motions -------------------------------------------------------------------------

    def _move_in_pane(self, motion: Motion) -> None:
        self.pane(self.state.focus).move(motion)

    def action_up(self) -> None:
        """Go up in this panel."""
        self._move_in_pane("up")

    def action_down(self) -> None:
        """Go down in this panel."""
        self._move_in_pane("down")

    def action_left(self) -> None:
        """Go to the left in this panel."""
        self._move_in_pane("left")

    def action_right(self) -> None:
        """Go to the right in this panel."""
        self._move_in_pane("right")

    def action_page_up(self) -> None:
        """Go a page up."""
        self._move_in_pane("page_up")

    def action_page_down(self) -> None:
        """Go a page down."""
        self._move_in_pane("page_down")

    def action_top(self) -> None:
        """Go to the top."""
        self._move_in_pane("top")

    def action_bottom(self) -> None:
        """Go to the bottom."""
        self._move_in_pane("bottom")
