"""The actions of the source, the jaxpr and the outline, and of the looks."""

from __future__ import annotations

import dataclasses
from typing import Any

from graphstep.recording import Recording
from graphstep.tracing import one_line
from graphstep.tui import source_place, threads
from graphstep.tui.arranging import Arranging
from graphstep.tui.completing import Completion
from graphstep.tui.findings import Findings, Question
from graphstep.tui.health import Health
from graphstep.tui.messages import (
    EquationChosen,
    FilterChosen,
    FoundOut,
    FrameChosen,
    LineChosen,
    MatchChosen,
)
from graphstep.tui.palette import SIXTEEN, THEMES
from graphstep.tui.prompt import Prompt
from graphstep.tui.reading_state import FILTER


class ReadingActions(Arranging):
    """The actions of the source, the jaxpr and the outline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = Findings(lambda: self.call_later(self.find_wanted))

    # What is worked out in the background ---------------------------------------------

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what was asked is."""
        return self.findings.n_open > 0 or super().has_more_to_show

    def find_wanted(self) -> None:
        """Begin to work out what the panels have asked for, once a drawing is seen."""
        # What was asked before the person left is heard after the screens are gone.
        if not self.screen_stack or self.holds_back:
            return
        for question in self.findings.take_wanted():
            # The threads of Textual's workers are waited for when the application ends.
            threads.begin("graphstep-reading", self._find, question)

    def _find(self, question: Question) -> None:
        try:
            answer = question.answer(lambda: not self.is_running)
        except Exception as error:  # noqa: BLE001 -- nothing is swallowed in a thread.
            answer = one_line(f"{type(error).__name__}: {error}")
        self.post_message(FoundOut(question, answer))

    def on_found_out(self, message: FoundOut) -> None:
        """Keep what was found out and show it."""
        self.findings.keep(message.question, message.answer)
        self.mark_stale()
        if isinstance(message.answer, Health):
            self._say_of_nan(message.question.subject, message.answer)

    def _say_of_nan(self, recording: Recording, health: Health) -> None:
        """Say that there is NaN, and how to go where it comes from."""
        cursor = self.state.cursor
        is_looked_at = cursor is not None and cursor.recording is recording
        if is_looked_at and not self.state.notice and health.n_with_nan:
            (key,) = (a.shown for a in self.actions if a.name == "first_bad")
            said = f"NaN at {health.n_with_nan} nodes: {key} goes to the first"
            if health.n_with_nan == 1:
                said = f"NaN at 1 node: {key} goes there"
            self.change(self.state.say(said, is_alarming=True))

    # Source ---------------------------------------------------------------------------

    def on_line_chosen(self, message: LineChosen) -> None:
        """Select a line of the source, and perhaps its equation."""
        state, lines = self.state, self.findings.lines(self.state.graph)
        state = source_place.with_line(state, message.file, message.line, lines)
        if message.goes:
            state = source_place.with_equation(state, lines)
        self.change(state)

    def on_equation_chosen(self, message: EquationChosen) -> None:
        """Select an equation of the selected line."""
        self.change(source_place.with_node(self.state, message.node))

    def on_frame_chosen(self, message: FrameChosen) -> None:
        """Look at the call around, or at the one inside."""
        self.change(source_place.with_frame(self.state, message.by))

    # Outline --------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Ask what the lines of the outline must contain."""
        if self.state.focus != "outline":
            self.focus_pane("outline")
        prompt = self.screen_stack[0].query_one(Prompt)
        prompt.completes_by(lambda _kind, _typed: Completion(0, ()))
        prompt.open(FILTER, self.state.reading.text)

    def on_filter_chosen(self, message: FilterChosen) -> None:
        """Show those lines of the outline that contain a text."""
        reading = dataclasses.replace(self.state.reading, text=message.text)
        self.change(dataclasses.replace(self.state, reading=reading))

    def on_match_chosen(self, message: MatchChosen) -> None:
        """Select a node or a heading, and open what is around it."""
        state, code = self.state, message.code
        region = state.rows.region_of_code(code)
        if region is not None:
            self.change(state.select_region(region.id))
        else:
            self.change(state.select_node(state.graph.order[code]))

    # Looks ----------------------------------------------------------------------------

    def adapt_theme(self) -> None:
        """Use the colours that a terminal has which knows only sixteen of them."""
        if self.console.color_system == "standard":
            self.theme = SIXTEEN.name

    def action_theme(self) -> None:
        """Go over to the next theme."""
        names = [theme.name for theme in THEMES]
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.change(self.state.say(f"theme {self.theme}"))
