"""The iterations of the loop around the cursor, between the panels and the timeline."""

from __future__ import annotations

import dataclasses

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import work
from textual.message import Message

from graphstep.export.chain import cotangent_name, tangent_name
from graphstep.recording import Recording
from graphstep.stepping import Cursor
from graphstep.tui.drag_bar import DragBar
from graphstep.tui.lines import label_of
from graphstep.tui.loop_norms import (
    Track,
    TrackKey,
    first_bad,
    n_looked_at,
    norm_at,
    track_key,
    track_of,
)
from graphstep.tui.loop_place import LoopPlace, loop_place, place_words
from graphstep.tui.loop_plot import Axis, plot_of
from graphstep.tui.messages import IterationAsked
from graphstep.tui.numbers import fit, fit_right, number
from graphstep.tui.palette import Palette
from graphstep.tui.passes import BACKWARD
from graphstep.tui.spelling import spelled_out
from graphstep.tui.values import SMALL, Of
from graphstep.tui.view import View

_KEPT = 64
_LEAST_HIGH, _HIGH = 30, 44
_SPAN = 22
_HINTS = "[ ] step   { } first/last   i go to   I first bad"


class LoopBar(DragBar):
    """Which iteration of how many, and how the norms change along them."""

    # Above it are words.
    first_line = 1

    @dataclasses.dataclass
    class Measured(Message):
        """The norms along a loop are known."""

        recording: Recording
        key: TrackKey
        track: Track

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id)
        self.view: View | None = None
        self.place: LoopPlace | None = None
        self._recording: Recording | None = None
        self._tracks: dict[TrackKey, Track] = {}
        self._wanted: set[TrackKey] = set()
        self._label = 0

    @property
    def has_more_to_show(self) -> bool:
        """Whether norms are still being measured."""
        return bool(self._wanted)

    def show(self, view: View) -> None:
        """Show another state."""
        self.view = view
        if view.recording is not self._recording:
            self._recording = view.recording
            self._tracks.clear()
        place = loop_place(view.state) if view.recording is not None else None
        self.place = place
        self.set_class(place is None, "-absent")
        if place is None or view.cursor is None:
            return
        high = self.app.size.height
        rows = 1 if high < _LEAST_HIGH else 2 if high < _HIGH else 4
        if self.styles.height is None or self.styles.height.value != rows + 1:
            self.styles.height = rows + 1
        width = max(20, self.app.size.width - 2)
        self.write(self._text(view, place, rows, width))

    def track(self, of: Of) -> Track | None:
        """Return the norms that are shown, if they are known."""
        view, place = self.view, self.place
        if view is None or place is None or view.recording is None:
            return None
        n_outs = len(view.graph.node(place.shown).avals)
        out = view.state.examined.out
        key = track_key(place, of, out if out < n_outs else 0)
        return self._track(view.recording, view.state.cursor, key)

    def _track(
        self, recording: Recording, cursor: Cursor | None, key: TrackKey
    ) -> Track | None:
        if key not in self._tracks:
            if cursor is None:
                return None
            if n_looked_at(recording, key) > SMALL:
                if key not in self._wanted:
                    self._wanted.add(key)
                    self._measure(recording, cursor, key)
                return None
            self._keep(key, track_of(recording, cursor, key))
        return self._tracks[key]

    @work(thread=True, group="loop")
    def _measure(self, recording: Recording, cursor: Cursor, key: TrackKey) -> None:
        self.post_message(
            self.Measured(recording, key, track_of(recording, cursor, key))
        )

    def on_loop_bar_measured(self, message: Measured) -> None:
        """Show norms that were computed elsewhere."""
        self._wanted.discard(message.key)
        if message.recording is self._recording:
            self._keep(message.key, message.track)
        # Those of another recording may be wanted in the same place by now.
        if self.view is not None:
            self.show(self.view)

    def _keep(self, key: TrackKey, track: Track) -> None:
        self._tracks[key] = track
        if len(self._tracks) > _KEPT:
            del self._tracks[next(iter(self._tracks))]

    # Lines -----------------------------------------------------------------------------

    def _text(self, view: View, place: LoopPlace, rows: int, width: int) -> Text:
        palette, graph = view.palette, view.graph
        n_outs = len(graph.node(place.shown).avals)
        out = view.state.examined.out if view.state.examined.out < n_outs else 0
        name = label_of(graph, place.shown, out) if n_outs else place.shown
        recording = view.recording
        is_tangent = recording is not None and recording.has_tangents
        names: dict[Of, str] = {
            "primal": f"‖{name}‖",
            "tangent": f"‖{tangent_name(name)}‖",
            "cotangent": f"‖{cotangent_name(name)}‖",
        }
        if view.is_ascii:
            names = {of: spelled_out(words) for of, words in names.items()}
        both: tuple[Of, ...] = ("primal", "tangent" if is_tangent else "cotangent")
        tracks: dict[Of, Track | None] = {
            of: self.track(of) if n_outs else None for of in both
        }
        is_back = view.cursor is not None and view.cursor.pass_ == BACKWARD
        shown = both
        if rows == 1:
            shown = ("cotangent",) if is_back else ("primal",)
        text = _first_line(palette, place, names, tracks, width)
        label = min(max(cell_len(names[of]) for of in shown), 16)
        for of in shown:
            style = palette.pass_("backward" if of == "cotangent" else "forward")
            for line in _plot_lines(
                palette,
                style,
                (fit(names[of], label), tracks[of]),
                place,
                max(1, rows // len(shown)),
                _plot_width(width, label),
            ):
                text.append("\n")
                text.append_text(line)
        self._label = label
        return text

    # Scrubbing -------------------------------------------------------------------------

    def seek(self, x: int) -> None:
        """Go to the iteration at a column."""
        if self.place is None:
            return
        width = max(20, self.app.size.width - 2)
        axis = Axis(self.place.n_turns, _plot_width(width, self._label))
        turn = axis.turn_at(x - 1 - self._label - 1)
        self.post_message(IterationAsked(turn))

    def go_on(self, by: int) -> None:
        """Go to the next iteration, or to the one before."""
        if self.place is not None:
            turn = self.place.turn + by
            if 0 <= turn < self.place.n_turns:
                self.post_message(IterationAsked(turn))


def _plot_width(width: int, label: int) -> int:
    return max(4, width - label - 1 - _SPAN - 1)


def _first_line(
    palette: Palette,
    place: LoopPlace,
    names: dict[Of, str],
    tracks: dict[Of, Track | None],
    width: int,
) -> Text:
    line = Text(no_wrap=True)
    words = place_words(place)
    for number_, (name, turn) in enumerate(words):
        is_last = number_ == len(words) - 1
        line.append(f"{fit(name, min(cell_len(name), 24))} ", palette.dim)
        line.append("iteration " if is_last else "", palette.dim)
        line.append(turn, palette.bright if is_last else palette.text)
        line.append("   " if is_last else " ▸ ", palette.faint)
    parts: list[tuple[str, Style]] = []
    for of, track in tracks.items():
        if track is None:
            continue
        here = norm_at(track, place.turn)
        if here is not None:
            style = palette.pass_("backward" if of == "cotangent" else "forward")
            parts.append((f"{names[of]} {number(here, 3)}   ", style))
    for of, track in tracks.items():
        found = None if track is None else first_bad(track, of)
        if found is not None:
            style = palette.trouble if found.is_fatal else palette.text
            what = f"first {names[of]} {found.what}"
            parts.append((f"{what} at {found.turn}   ", style))
    parts.append((_HINTS, palette.faint))
    for part, style in parts:
        if line.cell_len + cell_len(part.rstrip()) <= width:
            line.append(part, style)
    if line.cell_len > width:
        line.truncate(width)
    return line


def _plot_lines(
    palette: Palette,
    style: Style,
    named: tuple[str, Track | None],
    place: LoopPlace,
    n_rows: int,
    width: int,
) -> list[Text]:
    """Draw one track, the iteration of the walk in reverse."""
    label, track = named
    if track is None or track.reason:
        words = "measuring …" if track is None else f"none: {track.reason}"
        blank = [Text(" ") for _ in range(n_rows - 1)]
        line = Text(no_wrap=True)
        line.append(label, palette.text)
        line.append(" ", palette.dim)
        room = width + _SPAN
        line.append(fit(words, min(room, cell_len(words))), palette.dim)
        return [*blank, line]
    axis = Axis(place.n_turns, width)
    plot = plot_of(track, axis, n_rows)
    start = axis.column_of(place.turn) * axis.cell
    lines: list[Text] = []
    for number_, row in enumerate(plot.rows):
        is_lowest = number_ == len(plot.rows) - 1
        line = Text(no_wrap=True)
        line.append(label if is_lowest else " " * cell_len(label), palette.text)
        line.append(" ", palette.dim)
        for x, cell in enumerate(row):
            glyph = palette.trouble if cell in "NI" else style
            is_here = start <= x < start + axis.cell
            line.append(cell, glyph + Style(reverse=True) if is_here else glyph)
        line.append(" " * (width - axis.cells))
        if is_lowest:
            sampled = f" 1 of {track.stride}" if track.stride > 1 else ""
            span = plot.span + sampled
            line.append(f" {fit_right(span, min(_SPAN, cell_len(span)))}", palette.dim)
        lines.append(line)
    return lines
