"""The part of the application that keeps what a person has set and arranged."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual.timer import Timer

from graphstep.tracing import one_line
from graphstep.tui.actions import ACTIONS
from graphstep.tui.arranging import Arranging
from graphstep.tui.first_zoom import first_zoom
from graphstep.tui.key_names import with_keys
from graphstep.tui.messages import Noticed, RecordingMade
from graphstep.tui.palette import SIXTEEN, THEMES
from graphstep.tui.prompt import Prompt
from graphstep.tui.settings import CONFIG, Remembered, Settings, write_remembered

# Seconds of rest after which a change is written.
_REST = 2.0


class RememberingActions(Arranging):
    """Settings of a person.

    Args:
        settings: What was read; by default nothing, and nothing is kept.

    Attributes:
        settings: What the person has set.
        actions: The table of actions, with the person's own keys.
    """

    def __init__(
        self, *args: Any, settings: Settings | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings or Settings()
        self.actions, problems = with_keys(ACTIONS, self.settings.keys)
        own = self.own_keys
        self.set_keymap(
            {a.name: ",".join(a.keys) for a in self.actions if a.name in own}
        )
        self._problems = [
            *self.settings.problems,
            *(f"{CONFIG}: {problem}" for problem in problems),
        ]
        self._written: Remembered | None = None
        self._latest: Remembered | None = None
        self._first_theme = ""
        self._has_sixteen = False
        self._is_kept = self.settings.folder is not None
        self._resting: Timer | None = None

    @property
    def own_keys(self) -> frozenset[str]:
        """The actions whose keys are not those of the table."""
        pairs = zip(self.actions, ACTIONS, strict=True)
        return frozenset(mine.name for mine, usual in pairs if mine != usual)

    def apply_settings(self) -> None:
        """Arrange and draw as the person wants it, and say what could not be read."""
        settings, state = self.settings, self.state
        remembered = settings.remembered
        drawing = state.drawing
        if settings.direction is not None:
            drawing = dataclasses.replace(drawing, direction=settings.direction)
        arrangement = remembered.arrangement or state.arrangement
        beside = state.beside
        if arrangement.shown and beside not in arrangement.shown:
            beside = arrangement.shown[0]
        state = dataclasses.replace(
            state, drawing=drawing, arrangement=arrangement, beside=beside
        )
        zoom = settings.zoom
        if zoom is None:
            zoom = first_zoom(state, *self.size)
        drawing = dataclasses.replace(drawing, zoom=zoom)
        state = dataclasses.replace(state, drawing=drawing)
        if remembered.histories:
            self.query_one(Prompt).histories.update(remembered.histories)
        # By now it is that of sixteen colours where the terminal knows no more.
        self._has_sixteen = self.theme == SIXTEEN.name
        found = remembered.theme_of_sixteen if self._has_sixteen else remembered.theme
        self._choose_theme(settings.theme or found)
        self._first_theme = self.theme
        self.change(state)
        self._say_problems()
        self._written = self._to_remember()

    def _say_problems(self) -> None:
        if self._problems:
            said = one_line("; ".join(self._problems), 400)
            self.change(self.state.say(said, is_alarming=True))

    def on_recording_made(self, message: RecordingMade) -> None:
        """Say once more what could not be read, now that nothing else is said."""
        self.call_later(self._say_problems)
        self.call_later(self._problems.clear)

    def _choose_theme(self, wanted: str | None) -> None:
        names = [theme.name for theme in THEMES]
        found = [name for name in names if wanted in (name, name.split("-")[-1])]
        if found:
            self.theme = found[0]
        elif wanted is not None and wanted == self.settings.theme:
            shown = one_line(wanted, 40)
            known = ", ".join(names)
            self._problems.append(f"{CONFIG}: no theme is called `{shown}`: {known}")

    # Keeping ---------------------------------------------------------------------------

    def _to_remember(self) -> Remembered:
        arrangement = dataclasses.replace(self.state.arrangement, is_maximised=False)
        prompt = self.screen_stack[0].query_one(Prompt)
        found = self.settings.remembered
        themes = [found.theme, found.theme_of_sixteen]
        # A theme that nobody chose should be found anew in another terminal.
        if self.theme != self._first_theme:
            themes[self._has_sixteen] = self.theme
        return Remembered(arrangement, dict(prompt.histories), *themes)

    def keep_soon(self) -> None:
        """Write what is to be remembered, once the person rests."""
        if not self._is_kept:
            return
        self._latest = self._to_remember()
        if self._latest != self._written and self._resting is None:
            self._resting = self.set_timer(_REST, self._keep_now)

    def _keep_now(self) -> None:
        self._resting = None
        # Waiting for a disk may take longer than a frame.
        self.run_worker(self._keep_apart, thread=True, group="settings")

    def _keep_apart(self) -> None:
        problem = self.keep_settings()
        if problem:
            self.post_message(Noticed(problem, is_alarming=True))

    def keep_settings(self) -> str:
        """Write what is to be remembered, if it has changed; return why it cannot be."""
        folder, latest = self.settings.folder, self._latest
        if not self._is_kept or folder is None or latest in (None, self._written):
            return ""
        self._written = latest
        problem = write_remembered(folder, latest or Remembered())
        # A folder that cannot be written to is spoken of once.
        self._is_kept = not problem
        return problem
