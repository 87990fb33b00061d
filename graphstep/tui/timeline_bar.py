"""The lines below: the whole walk from the first input to the last in-cotangent."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections.abc import Collection, Iterable

from rich.style import Style
from rich.text import Text
from textual import work
from textual.message import Message

from graphstep.errors import GraphstepError
from graphstep.export.chain import loop_name
from graphstep.recording import Recording
from graphstep.stepping import Breakpoint, Cursor
from graphstep.tracing import one_line
from graphstep.tui.drag_bar import DragBar
from graphstep.tui.lines import label_of, operation_of
from graphstep.tui.loop_place import loop_place
from graphstep.tui.messages import SeekAsked, StepsAsked
from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette
from graphstep.tui.passes import BACKWARD, FORWARD, SEED
from graphstep.tui.timeline_scale import SEED_WORD, Scale, Stretch
from graphstep.tui.timeline_track import Known, track_of
from graphstep.tui.view import View

_LEAST_HIGH = 30
_STOP, _HERE = "■", "●"
# Visits of breakpoints that are marked.
_MARKED = 2000


class TimelineBar(DragBar):
    """Norms along the walk, the bar with the cursor and breakpoints, and words."""

    @dataclasses.dataclass
    class Tracked(Message):
        """The norms along the walk are known.

        Attributes:
            unwanted: Is set when others are wanted instead.
            cells: One text per pass.
        """

        unwanted: threading.Event
        cells: tuple[str, ...]

    def __init__(self, id: str) -> None:  # noqa: A002 -- as every widget calls it.
        super().__init__(id)
        self._cursor: Cursor | None = None
        self.view: View | None = None
        self._known: Known = {}
        self._recording: Recording | None = None
        self._track_key: tuple[int, int] = (0, 0)
        self._track: tuple[str, ...] = ()
        self._stop_key: object = None
        self._stops: frozenset[int] = frozenset()
        self._unwanted = threading.Event()
        self._is_tracking = False
        # Whether something else has the processor first.
        self._is_held = True

    @property
    def has_more_to_show(self) -> bool:
        """Whether the norms along the walk are still to come."""
        return self._is_tracking

    @property
    def scale(self) -> Scale | None:
        """Which cell each step has."""
        if self._cursor is None:
            return None
        return Scale.of(self._cursor.timeline, self._width)

    @property
    def _width(self) -> int:
        return max(20, self.app.size.width - 2)

    def show(self, view: View) -> None:
        """Write all lines anew."""
        self.view = view
        cursor, recording, palette = view.cursor, view.recording, view.palette
        self._cursor = cursor
        self.set_class(cursor is None, "-absent")
        if cursor is None or recording is None:
            return
        is_high = self.app.size.height >= _LEAST_HIGH
        if self.styles.height is None or self.styles.height.value != 2 + is_high:
            self.styles.height = 2 + is_high
        scale = Scale.of(cursor.timeline, self._width)
        self._ask_for_track(recording, cursor, scale)
        stops = self._stopping_cells(cursor, view.state.breakpoints, scale)
        text = Text(no_wrap=True)
        if is_high:
            text.append_text(track_text(self._track, scale, cursor, palette))
            text.append("\n")
        under = () if is_high else self._track
        text.append_text(bar_text(cursor, palette, scale, stops, under))
        text.append("\n")
        place = loop_place(view.state)
        text.append_text(
            place_text(
                cursor,
                palette,
                self._width,
                names_loops=place is None or place.shown != cursor.step.node,
            )
        )
        self.write(text)

    # Norms ---------------------------------------------------------------------------

    def hold_back(self, *, is_held: bool) -> None:
        """Leave the processor to something else, or begin with what was held back."""
        self._is_held = is_held
        if not is_held and self.view is not None:
            self.show(self.view)

    def _ask_for_track(
        self, recording: Recording, cursor: Cursor, scale: Scale
    ) -> None:
        n_zoomed = len(recording.zoomed)
        key = (n_zoomed, self._width)
        if self._is_held or (recording is self._recording and key == self._track_key):
            return
        if recording is not self._recording or n_zoomed != self._track_key[0]:
            self._known = {}
        self._recording, self._track_key, self._track = recording, key, ()
        self._unwanted.set()
        self._unwanted = threading.Event()
        self._is_tracking = True
        self._find_track(recording, cursor, scale, self._unwanted)

    @work(thread=True, group="timeline")
    def _find_track(
        self,
        recording: Recording,
        cursor: Cursor,
        scale: Scale,
        unwanted: threading.Event,
    ) -> None:
        cells = track_of(recording, cursor, scale, self._known, unwanted.is_set)
        if cells is not None:
            self.post_message(self.Tracked(unwanted, cells))

    def on_timeline_bar_tracked(self, message: Tracked) -> None:
        """Show the norms."""
        message.stop()
        if not message.unwanted.is_set():
            self._track, self._is_tracking = message.cells, False
            if self.view is not None:
                self.show(self.view)

    def on_unmount(self) -> None:
        """Let the thread end."""
        self._unwanted.set()

    # Breakpoints ---------------------------------------------------------------------

    def _stopping_cells(
        self, cursor: Cursor, breakpoints: tuple[Breakpoint, ...], scale: Scale
    ) -> frozenset[int]:
        key = (cursor.timeline, breakpoints, scale)
        if key != self._stop_key:
            self._stop_key = key
            self._stops = frozenset(
                scale.cell_of(index)
                for each in breakpoints
                for index in _visits(cursor, each)
            )
        return self._stops

    # The mouse -----------------------------------------------------------------------

    def seek(self, x: int) -> None:
        """Go to the step at a column."""
        scale = self.scale
        if scale is not None:
            self.post_message(SeekAsked(scale.index_at(x - 1)))

    def go_on(self, by: int) -> None:
        """Go a step on, or back."""
        self.post_message(StepsAsked(by))


def _visits(cursor: Cursor, breakpoint_: Breakpoint) -> tuple[int, ...]:
    """Return the steps at which a breakpoint may stop."""
    timeline = cursor.timeline
    if all(
        getattr(breakpoint_, name) is None
        for name in ("node", "primitive", "name", "line", "query")
    ):
        # A condition alone is tested everywhere.
        return ()
    passes = (FORWARD, BACKWARD) if timeline.has_backward else (FORWARD,)
    if breakpoint_.pass_ is not None:
        passes = tuple(p for p in passes if p == breakpoint_.pass_)
    try:
        nodes = breakpoint_.nodes(timeline.graph)
    except GraphstepError:
        # It was set for another program.
        return ()
    return tuple(
        index for pass_ in passes for index in timeline.visits(pass_, nodes, _MARKED)
    )


def track_text(
    track: tuple[str, ...], scale: Scale, cursor: Cursor, palette: Palette
) -> Text:
    """Return the norms along the walk, each pass in its own colour."""
    line = Text(no_wrap=True)
    cells = track or tuple(" " * s.width for s in scale.stretches)
    here = scale.cell_of(cursor.index)
    for number, (stretch, blocks) in enumerate(
        zip(scale.stretches, cells, strict=True)
    ):
        if number:
            line.append(" " * len(SEED_WORD))
        done = palette.pass_(stretch.pass_)
        chars: list[tuple[str, Style]] = []
        for x, block in enumerate(blocks, stretch.x):
            style = done if x < here else palette.faint
            if block in "NI":
                style = palette.trouble
            elif x == here:
                style = palette.bright
            chars.append((block, style))
        _append(line, chars)
    return line


def _append(line: Text, chars: Iterable[tuple[str, Style]]) -> None:
    """Append characters, those of one style that stand together as one piece."""
    # A piece for every character would cost a third of a step to draw.
    for _, run in itertools.groupby(chars, key=lambda char: id(char[1])):
        pieces = list(run)
        line.append("".join(char for char, _ in pieces), pieces[0][1])


def bar_text(
    cursor: Cursor,
    palette: Palette,
    scale: Scale,
    stops: Collection[int] = (),
    track: tuple[str, ...] = (),
) -> Text:
    """Return the walk as a bar, the passes in proportion.

    Args:
        cursor: Place in the walk.
        palette: Styles.
        scale: Which cell each step has.
        stops: Cells of breakpoints.
        track: Norms to be drawn in the place of the lines.
    """
    bar = Text(no_wrap=True)
    here = scale.cell_of(cursor.index)
    for number, stretch in enumerate(scale.stretches):
        if number:
            is_seed = cursor.pass_ == SEED
            style = palette.bright + palette.backward if is_seed else palette.dim
            bar.append(SEED_WORD, style)
        blocks = track[number] if track else ""
        _stretch(bar, palette, stretch, here, cursor, stops, blocks)
    return bar


def _stretch(
    bar: Text,
    palette: Palette,
    stretch: Stretch,
    here: int,
    cursor: Cursor,
    stops: Collection[int],
    blocks: str,
) -> None:
    name = "" if blocks else f" {_pass_name(cursor, stretch)} "
    start = max(1, (stretch.width - len(name)) // 2)
    at = here - stretch.x
    if start <= at < start + len(name):
        # The cursor pushes the name on, or stands behind it where the bar ends.
        start = at + 1 if at + 1 + len(name) < stretch.width else at - len(name)
    if stretch.width <= len(name) + 4 or start < 0:
        name = ""
    done = palette.pass_(stretch.pass_)
    chars: list[tuple[str, Style]] = []
    for i in range(stretch.width):
        x = stretch.x + i
        is_done = x < here
        line = done if is_done else palette.faint
        if x == here and cursor.pass_ == stretch.pass_:
            chars.append((_HERE, palette.bright))
        elif x in stops:
            chars.append((_STOP, palette.trouble))
        elif start <= i < start + len(name):
            chars.append((name[i - start], palette.dim))
        elif blocks:
            chars.append((blocks[i], palette.trouble if blocks[i] in "NI" else line))
        else:
            chars.append(("━" if is_done else "─", line))
    _append(bar, chars)


def _pass_name(cursor: Cursor, stretch: Stretch) -> str:
    """Return `forward`, or that tangents flow in that pass too."""
    recording = cursor.recording
    is_jvp = isinstance(recording, Recording) and recording.has_tangents
    return f"{stretch.pass_} with tangents (JVP)" if is_jvp else stretch.pass_


def place_text(
    cursor: Cursor, palette: Palette, width: int, *, names_loops: bool = True
) -> Text:
    """Return where the cursor is: the node, and the iteration of each loop around."""
    step, graph = cursor.step, cursor.timeline.graph
    line = Text(no_wrap=True)
    if not step.node:
        line.append("seed", palette.backward)
        line.append(fit("  the cotangent of the outputs", width - 4), palette.dim)
        return line
    loops = graph.loops(step.node) if names_loops else ()
    for depth, loop in enumerate(loops):
        region = graph.regions[loop]
        if region.kind == "shard_map":
            continue
        trips = cursor.timeline.n_turns(loop, step.iteration[:depth])
        line.append(f"{loop_name(region)} ", palette.dim)
        line.append(f"iteration {step.iteration[depth]}/{trips}", palette.text)
        line.append("   ")
    what = operation_of(graph, step.node)
    words = f"{label_of(graph, step.node)} · {what} · {step.node}"
    room = max(0, width - line.cell_len)
    line.append(fit(one_line(words, 200), min(room, len(words))), palette.text)
    return line
