"""The actions that look around without moving the cursor, and the prompt."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual.message import Message

from graphstep.graph import ProgramGraph
from graphstep.tui import finding
from graphstep.tui.arranging import Arranging
from graphstep.tui.background import Task
from graphstep.tui.commands import run_command
from graphstep.tui.completing import Completion, complete, usage_of
from graphstep.tui.found import Found
from graphstep.tui.help_screen import HelpScreen
from graphstep.tui.messages import Entered, FilterChosen, ItemChosen, RowChosen
from graphstep.tui.orders import (
    ActionAsked,
    HelpAsked,
    PromptAsked,
    TextAsked,
    ThemeAsked,
    Typed,
    ValuesFound,
    ValuesSought,
)
from graphstep.tui.prompt import Prompt
from graphstep.tui.reading_state import FILTER
from graphstep.tui.search import prepare
from graphstep.tui.search_values import look_at_values
from graphstep.tui.state import UiState
from graphstep.tui.text_screen import TextScreen

# A count that was mistyped should not keep a person waiting.
_MOST_TIMES = 10_000
# From so many nodes on, what searches rest on takes longer to make than a frame.
_LARGE = 1_000


class LookingActions(Arranging):
    """Selecting, folding, searching, commands, help."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_command = ""
        self._found_before = Found()
        self._prepared: ProgramGraph | None = None

    def action_open_close(self) -> None:
        """Do what Enter does in this panel, or open or close the selected region."""
        if not self.pane(self.state.focus).enter():
            self.change(self.state.toggled())

    def action_where(self) -> None:
        """Select the cursor again."""
        self.change(self.state.followed())

    def on_row_chosen(self, message: RowChosen) -> None:
        """Select a line of the outline, and open or close it."""
        state = self.state.select_row(message.row)
        if message.folding == "fold":
            state = state.folded()
        elif message.folding == "unfold":
            state = state.unfolded()
        elif message.folding == "toggle":
            state = state.toggled()
        self.change(state)

    def on_item_chosen(self, message: ItemChosen) -> None:
        """Select what was chosen in the drawing, and open or close it."""
        state = self.state.select_item(message.item)
        self.change(state.toggled_item(message.item) if message.toggles else state)

    # Help ----------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show every key."""
        self.on_help_asked(HelpAsked())

    def on_help_asked(self, message: HelpAsked) -> None:
        """Show every key and command, and do the one that is chosen."""
        can_walk = self.state.cursor is not None
        screen = HelpScreen(
            self.palette, message.topic, self.actions, can_walk=can_walk
        )
        self.push_screen(screen, self._do_chosen)

    def _do_chosen(self, chosen: Message | None) -> None:
        if chosen is not None:
            self.post_message(chosen)

    async def on_action_asked(self, message: ActionAsked) -> None:
        """Do an action, so many times or until it changes nothing any more."""
        for _ in range(min(message.times, _MOST_TIMES)):
            before = self.state
            if not await self.run_action(message.name):
                self.change(self.state.say("this needs a recording", is_alarming=True))
                return
            if self.state is before or len(self.screen_stack) > 1:
                return

    def on_text_asked(self, message: TextAsked) -> None:
        """Show lines in a window."""
        self.push_screen(TextScreen(message.title, message.lines))

    def on_theme_asked(self, message: ThemeAsked) -> None:
        """Go over to another theme."""
        self.theme = message.name

    # Prompt --------------------------------------------------------------------------

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what is found of a search typed is."""
        prompt = self.screen_stack[0].query_one(Prompt)
        return prompt.is_resting or super().has_more_to_show

    def ask(self, kind: str, text: str = "") -> None:
        """Open the prompt, with something typed already."""
        prompt = self.screen_stack[0].query_one(Prompt)
        prompt.completes_by(self._completed)
        self._found_before = self.state.found
        self._prepare_search()
        prompt.open(kind, text)

    @property
    def _can_search(self) -> bool:
        """Whether a search is a matter of milliseconds."""
        graph = self.state.graph
        return len(graph) < _LARGE or self._prepared is graph

    def _prepare_search(self) -> None:
        graph = self.state.graph
        if self._can_search:
            return

        def work() -> None:
            prepare(graph)
            self.call_later(self._have_prepared, graph)

        self.run_worker(work, thread=True, group="index", exclusive=True)

    def _have_prepared(self, graph: ProgramGraph) -> None:
        self._prepared = graph
        prompt = self.screen_stack[0].query_one(Prompt)
        if prompt.is_open:
            self.on_typed(Typed(prompt.kind, prompt.value))

    def _completed(self, kind: str, typed: str) -> Completion:
        if not self._can_search and (kind == "/" or " " in typed):
            return Completion(0, ())
        return complete(self.state, kind, typed)

    def on_prompt_asked(self, message: PromptAsked) -> None:
        """Open the prompt."""
        self.ask(message.kind, message.text)

    def action_search(self) -> None:
        """Ask what to find."""
        self.ask("/")

    def action_command(self) -> None:
        """Ask for a command."""
        self.ask(":")

    def action_next_hit(self) -> None:
        """Go to the next thing found."""
        self.change(finding.next_hit(self.state, 1))

    def action_previous_hit(self) -> None:
        """Go to the previous thing found."""
        self.change(finding.next_hit(self.state, -1))

    def on_typed(self, message: Typed) -> None:
        """Mark what is found so far, or say how the command is written."""
        prompt = self.screen_stack[0].query_one(Prompt)
        if not prompt.is_open:
            return
        if message.kind == FILTER:
            self.post_message(FilterChosen(message.text.strip()))
            return
        if message.kind == ":":
            prompt.say(usage_of(message.text))
            return
        if not self._can_search:
            prompt.say("reading the program …")
            return
        state, words = finding.preview(self.state, message.text)
        prompt.say(words)
        self.change(state)

    def on_entered(self, message: Entered) -> None:
        """Do what was typed."""
        self.screen_stack[0].query_one(Prompt).close()
        self.pane(self.state.focus).focus()
        if message.kind == FILTER:
            self.post_message(FilterChosen(message.text))
        elif message.is_given_up:
            found = self._found_before
            if self.state.found is not found:
                self.change(dataclasses.replace(self.state, found=found))
        elif message.kind == "/":
            if message.text:
                self._follow(finding.search(self.state, message.text))
            elif self._found_before.items:
                # As in vi: the same search again.
                state = dataclasses.replace(self.state, found=self._found_before)
                self.change(finding.next_hit(state, 1))
        else:
            # As in pdb: an empty line repeats the last command.
            self._last_command = message.text or self._last_command
            if self._last_command:
                self._follow(run_command(self.state, self._last_command))

    def _follow(self, outcome: UiState | Message) -> None:
        if isinstance(outcome, UiState):
            self.change(outcome)
        else:
            self.post_message(outcome)

    # Searching through values --------------------------------------------------------

    def on_values_sought(self, message: ValuesSought) -> None:
        """Look at the values in a thread."""
        cursor = self.state.cursor
        if cursor is None:
            return

        def look(task: Task) -> Message:
            def is_done(n_looked: int) -> bool:
                task.progress = f"{n_looked} of {len(message.nodes)}"
                return task.is_cancelled

            seen = look_at_values(cursor, message.nodes, message.condition, is_done)
            found = Found(message.query, tuple(seen.notes), seen.notes)
            return ValuesFound(found, seen.n_nodes, seen.n_unseen)

        self.work_apart("looking at values …", look)

    def on_values_found(self, message: ValuesFound) -> None:
        """Go to the first of what was found, and say what was not looked at."""
        remark = ""
        if message.n_unseen:
            nodes = "1 node" if message.n_unseen == 1 else f"{message.n_unseen} nodes"
            remark = f"; values of {nodes} were not captured"
        if message.found.items:
            self.change(finding.with_found(self.state, message.found, remark))
            return
        nodes = "1 node" if message.n_nodes == 1 else f"{message.n_nodes} nodes"
        said = f"`{message.found.query}` is so nowhere in {nodes}{remark}"
        state = dataclasses.replace(self.state, found=message.found)
        self.change(state.say(said, is_alarming=bool(message.n_unseen)))
