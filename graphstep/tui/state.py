"""The state of the application: frozen, and every change a new one."""

from __future__ import annotations

import dataclasses

from graphstep.export import legible_expansion
from graphstep.graph import ROOT_ID, ProgramGraph, Region
from graphstep.layout import groups
from graphstep.lessons import Quiz
from graphstep.stepping import Breakpoint, Cursor
from graphstep.tui.arrangement import GRAPH, Arrangement
from graphstep.tui.breaks import Breaks
from graphstep.tui.drawing_state import Drawing
from graphstep.tui.examined import Examined
from graphstep.tui.found import Found
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.reading_state import Reading
from graphstep.tui.rows import Rows
from graphstep.tui.runs_state import Runs
from graphstep.tui.watch import Watch


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class UiState:
    """Everything that the panels show.

    Attributes:
        graph: The program.
        rows: Lines of the outline.
        open: Regions whose inside is shown.
        selected: Code of the selected line; see `Rows`.
        follows: Whether the selection goes with the cursor.
        cursor: Place in the walk, once there is a recording.
        came_from: Where the cursor was before it was moved.
        breaks: Breakpoints.
        found: Nodes and regions that were found.
        notice: One line to the person.
        is_alarming: Whether the notice is a problem.
        arrangement: Which panels are shown, and how large.
        focus: The panel that has the keys.
        beside: The panel other than the graph that had them last.
        drawing: How the graph is drawn.
        examined: Which output, element and slice of the inspected value is looked at.
        reading: Which source line, frame and filter was chosen.
        watches: Values that are shown at every step.
        stop_line: The selected line of breakpoints and watches.
        runs: The recordings made so far.
        lesson: Where somebody is in a lesson, if one is open.
        quiz: The quiz that is on, or that has just ended.
    """

    graph: ProgramGraph
    rows: Rows
    open: frozenset[str] = frozenset()
    selected: int = 0
    follows: bool = True
    cursor: Cursor | None = None
    came_from: Cursor | None = None
    breaks: Breaks = dataclasses.field(default_factory=Breaks)
    found: Found = dataclasses.field(default_factory=Found)
    notice: str = ""
    is_alarming: bool = False
    arrangement: Arrangement = dataclasses.field(default_factory=Arrangement)
    focus: str = GRAPH
    beside: str = "inspector"
    drawing: Drawing = dataclasses.field(default_factory=Drawing)
    examined: Examined = dataclasses.field(default_factory=Examined)
    reading: Reading = dataclasses.field(default_factory=Reading)
    watches: tuple[Watch, ...] = ()
    stop_line: int = 0
    runs: Runs = dataclasses.field(default_factory=Runs)
    lesson: LessonState | None = None
    quiz: Quiz | None = None

    @classmethod
    def of(cls, graph: ProgramGraph) -> UiState:
        """Return the state before anything was recorded: open is what stays legible."""
        open_ = legible_expansion(graph) - {ROOT_ID}
        rows = Rows(graph, open_)
        return cls(graph, rows, open_, rows.code(0) if len(rows) else 0)

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """Where to stop: the breakpoints that are on."""
        return self.breaks.enabled

    @property
    def hits(self) -> tuple[str, ...]:
        """What was found, in program order."""
        return self.found.items

    @property
    def why_no_walk(self) -> str:
        """Why there is no cursor, for as long as there is none."""
        if self.runs.current and not len(self.graph):
            return "this program takes, computes and returns nothing: it has no steps"
        return "this needs values: not recorded yet"

    @property
    def cursor_position(self) -> int | None:
        """Position of the node that the cursor is at; the outputs stand for the seed."""
        if self.cursor is None:
            return None
        node = self.cursor.step.node
        return self.graph.position(node) if node else len(self.graph) - 1

    @property
    def cursor_row(self) -> int | None:
        """The line that shows where the cursor is."""
        position = self.cursor_position
        return None if position is None else self.rows.row_at(position)

    @property
    def selected_row(self) -> int:
        """The selected line."""
        return self.rows.row_of(self.selected) or 0

    @property
    def selected_region(self) -> Region | None:
        """The region whose heading is selected."""
        return self.rows.region_of_code(self.selected)

    @property
    def selected_node(self) -> str | None:
        """The selected node; of a heading, the region's own node if it has one."""
        if self.selected >= 0:
            return self.graph.order[self.selected] if len(self.graph) else None
        region = self.selected_region
        return region.id if region is not None and region.id in self.graph else None

    @property
    def inspected(self) -> str | None:
        """The node to look at: the cursor's while it is followed, else the selected."""
        if self.follows and self.cursor is not None and self.cursor.step.node:
            return self.cursor.step.node
        return self.selected_node

    def differs_in_open_alone(self, other: UiState) -> bool:
        """Return whether other regions are open in another state, and all else equal."""
        return self.open != other.open and all(
            mine is its or (isinstance(mine, int | str) and mine == its)
            for mine, its in (
                (getattr(self, name), getattr(other, name)) for name in _NOT_OPEN
            )
        )

    # Changes -----------------------------------------------------------------------

    def say(self, notice: str, *, is_alarming: bool = False) -> UiState:
        """Put one line before the person."""
        return dataclasses.replace(self, notice=notice, is_alarming=is_alarming)

    def begun(self, cursor: Cursor) -> UiState:
        """Put the cursor at the start; whoever looked around stays where they are."""
        follows = self.selected_row == 0
        return dataclasses.replace(self, follows=follows).moved(cursor)

    def moved(self, cursor: Cursor) -> UiState:
        """Put the cursor there; regions that it enters open."""
        before = set() if self.cursor is None else _around(self.cursor)
        entered = _around(cursor) - before
        state = dataclasses.replace(
            self, cursor=cursor, came_from=self.cursor, notice="", is_alarming=False
        )
        if entered - self.open:
            state = state.with_open(self.open | entered)
        return state.followed() if self.follows else state

    def with_graph(self, graph: ProgramGraph) -> UiState:
        """Show the graph of the same program with other arguments differentiated."""
        rows = Rows(graph, self.open)
        return dataclasses.replace(self, graph=graph, rows=rows)

    def followed(self) -> UiState:
        """Select the line of the cursor, and keep doing so."""
        row = self.cursor_row
        selected = self.selected if row is None else self.rows.code(row)
        return dataclasses.replace(self, selected=selected, follows=True)

    def with_open(self, open_: frozenset[str]) -> UiState:
        """Show the inside of these regions; what is hidden then is not selected."""
        rows = Rows(self.graph, open_)
        state = dataclasses.replace(self, rows=rows, open=open_)
        if not len(rows) or rows.row_of(self.selected) is not None:
            return state
        region = self.selected_region
        position = self.selected if region is None else region.start
        row = rows.row_at(position)
        return dataclasses.replace(state, selected=rows.code(row))

    def select_row(self, row: int) -> UiState:
        """Select a line; on the cursor's own line, follow the cursor again."""
        if not len(self.rows):
            return self
        row = min(max(row, 0), len(self.rows) - 1)
        return dataclasses.replace(
            self,
            selected=self.rows.code(row),
            follows=self.cursor is None or row == self.cursor_row,
        )

    def select_region(self, region: str) -> UiState:
        """Select the heading of a region, and open the regions around it."""
        needed = {r.id for r in self.graph.regions.ancestors(region)[1:-1]}
        state = self if needed <= self.open else self.with_open(self.open | needed)
        return state.select_row(
            state.rows.row_of(state.rows.code_of_region(region)) or 0
        )

    def focused(self, pane: str) -> UiState:
        """Give the keys to a panel."""
        beside = self.beside if pane == GRAPH else pane
        return dataclasses.replace(self, focus=pane, beside=beside)

    def select_node(self, node: str) -> UiState:
        """Select a node and open the regions around it."""
        needed = _regions_around(self.graph, node)
        state = self if needed <= self.open else self.with_open(self.open | needed)
        return state.select_row(state.rows.row_at(self.graph.position(node)))

    def folded(self) -> UiState:
        """Close the selected region, or else select the heading of the one around."""
        region = self.selected_region
        if region is not None and region.id in self.open:
            return self.toggled()
        around = self.rows.around(self.selected_row)
        if not around:
            return self
        heading = self.rows.row_of(self.rows.code_of_region(around[-1].id))
        return self if heading is None else self.select_row(heading)

    def unfolded(self) -> UiState:
        """Open the selected region."""
        region = self.selected_region
        is_closed = region is not None and region.id not in self.open
        return self.toggled() if is_closed else self

    def select_item(self, item: str) -> UiState:
        """Select what has that id in the drawing; of a group, the first leaf.

        The id of a loop is that of its region while it is closed, and of the node
        where it is left while it is open.
        """
        if item in self.graph.regions and (
            item not in self.graph or item not in self.open
        ):
            return self.select_region(item)
        if item not in self.graph:
            start = next(each.start for each in groups(self.graph) if each.id == item)
            item = self.graph.order[start]
        return self.select_node(item)

    def toggled_item(self, item: str) -> UiState:
        """Open or close a region or group of the drawing."""
        if item in self.graph.regions:
            return self.with_open(self.open ^ {item})
        if any(group.id == item for group in groups(self.graph)):
            open_groups = self.drawing.open_groups ^ {item}
            drawing = dataclasses.replace(self.drawing, open_groups=open_groups)
            return dataclasses.replace(self, drawing=drawing)
        return self

    def toggled(self) -> UiState:
        """Open or close the selected region."""
        region = self.selected_region
        if region is None:
            return self
        state = self.with_open(self.open ^ {region.id})
        return dataclasses.replace(state, selected=state.rows.code_of_region(region.id))


# What does not follow from which regions are open.
_NOT_OPEN = tuple(
    field.name
    for field in dataclasses.fields(UiState)
    if field.name not in ("open", "rows")
)


def _around(cursor: Cursor) -> set[str]:
    node = cursor.step.node
    return set(_regions_around(cursor.timeline.graph, node)) if node else set()


def _regions_around(graph: ProgramGraph, node: str) -> frozenset[str]:
    """Return the regions to be open for a node to be seen.

    A region's own node, where it is left, can be seen in its heading too.
    """
    inside = graph.columns.regions[graph.position(node)]
    chain = graph.regions.ancestors(inside)[1:]
    return frozenset(region.id for region in chain if region.id != node)
