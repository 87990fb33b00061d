"""The bottom line: the keys that matter most here, or one line to the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual import events

from graphstep.tui import (
    keys_find,
    keys_graph,
    keys_lessons,
    keys_loops,
    keys_quiz,
    keys_runs,
    keys_source,
    keys_stops,
    keys_values,
)
from graphstep.tui.action import Action
from graphstep.tui.arrangement import GRAPH
from graphstep.tui.numbers import fit
from graphstep.tui.orders import ActionAsked
from graphstep.tui.palette import Palette
from graphstep.tui.text_bar import TextBar
from graphstep.tui.view import View

# Ranks up to here stand in the line whatever has the keys.
_ALWAYS = 4
_GAP = 2
# A notice goes first; the keys take what it leaves.
_GAP_AFTER_NOTICE = 4
_LAST = 1_000
# The same at the graph, where one walks.
_ALWAYS_WALKING = 8
# Of a lesson's own actions.
_ALWAYS_READING = 2
# The actions of a panel, which go before all others while it has the keys.
_OF_PANE: dict[str, tuple[Action, ...]] = {
    "graph": keys_graph.ACTIONS,
    "lesson": (*keys_lessons.ACTIONS, *keys_quiz.ACTIONS),
    "inspector": keys_values.ACTIONS,
    "chain": keys_values.ACTIONS,
    "array": keys_values.ACTIONS,
    "source": keys_stops.ACTIONS,
    "outline": tuple(a for a in keys_source.ACTIONS if a.name == "filter"),
    "jaxpr": keys_find.ACTIONS,
    "stops": keys_stops.ACTIONS,
    "runs": keys_runs.ACTIONS,
    "card": keys_values.ACTIONS,
}


class KeyBar(TextBar):
    """As many keys as fit; a click on one does what it does."""

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id)
        self._spans: list[tuple[int, int, str]] = []

    def show(self, view: View) -> None:
        """Write the line anew."""
        state, palette = view.state, view.palette
        # Its own width is not known before the first frame.
        width = max(10, self.app.size.width - 2)
        self._spans = []
        line, end = Text(no_wrap=True), 0
        chosen: Sequence[Action] = ()
        if state.notice:
            style = palette.trouble if state.is_alarming else palette.bright
            end = cell_len(state.notice) + _GAP_AFTER_NOTICE
            if end - _GAP_AFTER_NOTICE > width:
                # What is cut can be read in a window.
                chosen = [a for a in view.actions if a.name == "messages"]
                end = width - sum(_cells(action) for action in chosen)
            line.append(fit(state.notice, min(end, width) - 1) + " ", style)
        chosen = chosen or bar_actions(view, width - end)
        for action in chosen:
            cells = _cells(action)
            self._spans.append((end, end + cells - _GAP, action.name))
            end += cells
        self.write(line.append_text(keys_text(palette, chosen)))

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the pointer does."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for start, end, name in self._spans:
            if start <= offset.x < end:
                self.post_message(ActionAsked(name))


def bar_actions(view: View, width: int) -> Sequence[Action]:
    """Return the actions whose keys fit, in the order of the table."""
    useful = [a for a in view.actions if view.cursor is not None or not a.needs_walk]
    lesson = _names(keys_lessons.ACTIONS)
    if view.state.lesson is None and view.state.quiz is None:
        useful = [a for a in useful if a.name not in lesson]
    in_loop = view.cursor is not None and bool(view.cursor.step.iteration)
    here = _names(_OF_PANE.get(view.state.focus, ()))
    loops = _names(keys_loops.ACTIONS) if in_loop else set[str]()
    if _has_nan(view):
        loops.add("first_bad")

    always = _ALWAYS_WALKING if view.state.focus == GRAPH else _ALWAYS

    def urgency(action: Action) -> tuple[int, int]:
        if 0 < action.rank <= _ALWAYS_READING and action.name in lesson:
            return -1, action.rank
        if 0 < action.rank <= always:
            return 0, action.rank
        rank = action.rank or _LAST
        if action.name in here:
            return 1, rank
        return 2 if action.name in loops else 3, rank

    offered = [
        a for a in useful if a.shown and (a.rank or a.name in here or a.name in loops)
    ]
    chosen: set[str] = set()
    for action in sorted(offered, key=urgency):
        if _cells(action) <= width:
            chosen.add(action.name)
            width -= _cells(action)
    return [action for action in useful if action.name in chosen]


def _has_nan(view: View) -> bool:
    recording = view.recording
    health = None if recording is None else view.findings.health(recording)
    return health is not None and health.n_with_nan > 0


def keys_text(palette: Palette, actions: Iterable[Action]) -> Text:
    """Return keys and what they do."""
    line = Text(no_wrap=True)
    for action in actions:
        line.append(action.shown, palette.bright)
        line.append(f" {action.short}{' ' * _GAP}", palette.dim)
    return line


def _cells(action: Action) -> int:
    return cell_len(f"{action.shown} {action.short}") + _GAP


def _names(actions: Iterable[Action]) -> set[str]:
    return {action.name for action in actions}
