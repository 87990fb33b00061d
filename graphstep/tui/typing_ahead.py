"""Keys that come before the line that they are typed into is there wait for it."""

from __future__ import annotations

import time
from typing import Any

from textual import events
from textual.widgets import Input

from graphstep.tui.arranging import Arranging
from graphstep.tui.prompt import Prompt

# The actions after which a person types.
_ASKING = frozenset(
    (
        "search",
        "command",
        "filter",
        "array_slice",
        "array_element",
        "ask_iteration",
        "edit_input",
        "edit_seed",
        "edit_argnums",
        "lesson_answer",
        "help",
    )
)
_LEAVING = ("enter", "escape", "ctrl+c")
# Seconds: between two looks whether the line is there, and how long it is waited for.
_LOOK, _PATIENCE = 0.005, 2.0


class TypingAhead(Arranging):
    """Holds keys back while the line for typing opens or closes.

    Textual hands a key over before the one ahead of it has had its effect. On a busy
    machine, over a slow connection or from a script, `/mul` would find nothing and do
    what `m`, `u` and `l` do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: list[events.Key] | None = None
        self._is_opening = False
        self._patient_until = 0.0

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; keys that wait are."""
        return self._held is not None or super().has_more_to_show

    async def on_event(self, event: events.Event) -> None:
        """Keep keys that come too early."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._held is not None:
            self._held.append(event)
        elif isinstance(self.focused, Prompt):
            await super().on_event(event)
            if event.key in _LEAVING:
                self._hold_keys(is_opening=False)
        elif len(self.screen_stack) == 1 and self._is_asking(event.key):
            await self._check_bindings(event.key)
            self._hold_keys(is_opening=True)
        else:
            await super().on_event(event)

    def _is_asking(self, key: str) -> bool:
        return any(key in a.keys for a in self.actions if a.name in _ASKING)

    def _hold_keys(self, *, is_opening: bool) -> None:
        self._held, self._is_opening = [], is_opening
        self._patient_until = time.monotonic() + _PATIENCE
        # After what the action has posted.
        self.call_later(self._release_keys)

    def _release_keys(self) -> None:
        prompt = self.screen_stack[0].query_one(Prompt)
        is_there = isinstance(self.focused, Input)
        is_coming = prompt.is_open or len(self.screen_stack) > 1
        is_waiting = is_coming and not is_there if self._is_opening else is_there
        if is_waiting and time.monotonic() < self._patient_until:
            self.set_timer(_LOOK, self._release_keys)
            return
        held, self._held = self._held or [], None
        for event in held:
            self.post_message(event)
