"""The actions that move along the iterations of loops."""

from __future__ import annotations

from typing import Any

from graphstep.analysis import UNKEPT
from graphstep.tui.arranging import Arranging
from graphstep.tui.loop_bar import LoopBar
from graphstep.tui.loop_norms import EXPLODING, VANISHING, Finding, Track, first_bad
from graphstep.tui.loop_place import loop_place, to_turn
from graphstep.tui.messages import IterationAsked
from graphstep.tui.numbers import number
from graphstep.tui.passes import BACKWARD, FORWARD
from graphstep.tui.prompt import Prompt
from graphstep.tui.values import Of

# Time runs forward first.
_OF: tuple[Of, ...] = ("primal", "cotangent")


class LoopingActions(Arranging):
    """The actions that move along the iterations of loops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waits_for_norms = False

    def action_next_iteration(self) -> None:
        """Go to the next iteration."""
        self._change_iteration(1)

    def action_previous_iteration(self) -> None:
        """Go to the previous iteration."""
        self._change_iteration(-1)

    def _change_iteration(self, by: int) -> None:
        place = loop_place(self.state)
        turn = 0 if place is None else place.walked_iteration[place.depth] + by
        self.change(to_turn(self.state, turn))

    def action_first_iteration(self) -> None:
        """Go to the first iteration."""
        self.change(to_turn(self.state, 0))

    def action_last_iteration(self) -> None:
        """Go to the last iteration."""
        place = loop_place(self.state)
        self.change(to_turn(self.state, 0 if place is None else place.n_turns - 1))

    def action_ask_iteration(self) -> None:
        """Ask for the number of an iteration."""
        if loop_place(self.state) is None:
            self.change(to_turn(self.state, 0))
        else:
            self.query_one(Prompt).open(":", "iter ")

    def action_bad_iteration(self) -> None:
        """Go to the first iteration in which something is wrong."""
        if loop_place(self.state) is None:
            self.change(to_turn(self.state, 0))
            return
        bar = self.screen_stack[0].query_one(LoopBar)
        tracks: dict[Of, Track | None] = {of: bar.track(of) for of in _OF}
        self._waits_for_norms = None in tracks.values()
        if self._waits_for_norms:
            self.change(self.state.say("measuring every iteration …"))
            return
        known: dict[Of, Track] = {
            of: track for of, track in tracks.items() if track is not None
        }
        self._go_to_bad(known)

    def _go_to_bad(self, tracks: dict[Of, Track]) -> None:
        # NaN and infinities first, then in the order of time.
        for is_fatal in (True, False):
            for of in _OF:
                found = first_bad(tracks[of], of) if of in tracks else None
                if found is not None and found.is_fatal is is_fatal:
                    self._show_bad(of, found, tracks[of])
                    return
        self.change(self.state.say(_nothing_text(tracks)))

    def _show_bad(self, of: Of, finding: Finding, track: Track) -> None:
        pass_ = BACKWARD if of == "cotangent" else FORWARD
        state = to_turn(self.state, finding.turn, pass_=pass_)
        if state.is_alarming:
            self.change(state)
            return
        said = f"iteration {finding.turn} is the first whose {of} {finding.what}"
        if not finding.is_fatal:
            size = number(track.norms[finding.turn], 3)
            said = f"iteration {finding.turn} is the first whose ‖{of}‖ {finding.what}"
            said += f": {size}"
        if track.stride > 1:
            said += f", of every {track.stride}th iteration"
        self.change(state.say(said))

    def on_loop_bar_measured(self) -> None:
        """Go on to the bad iteration that was asked for."""
        if self._waits_for_norms:
            self.action_bad_iteration()

    def on_iteration_asked(self, message: IterationAsked) -> None:
        """Go where the pointer is."""
        self.change(to_turn(self.state, message.turn))


def _nothing_text(tracks: dict[Of, Track]) -> str:
    n_unseen = sum(
        int((track.marks == UNKEPT).sum())
        for track in tracks.values()
        if not track.reason
    )
    low, high = number(VANISHING), number(EXPLODING)
    said = f"no NaN, no Inf, no norm below {low} or above {high} in this loop"
    return f"{said}; {n_unseen} norms not captured" if n_unseen else said
