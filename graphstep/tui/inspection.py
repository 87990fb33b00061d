"""All there is to say about one node or region, as lines of text."""

from __future__ import annotations

import collections
from pathlib import PurePath
from typing import Any

import jax
import numpy as np
from rich.cells import cell_len
from rich.text import Text

from graphstep.graph import Region
from graphstep.recording import Absence, Stats
from graphstep.tracing import one_line, source_line
from graphstep.tui.chain_rule import sent_lines, sum_at
from graphstep.tui.lines import label_of, region_title, trips_of, type_of
from graphstep.tui.numbers import (
    PRINTED,
    histogram,
    index_text,
    number,
    rows_of_array,
)
from graphstep.tui.palette import Palette
from graphstep.tui.paper import Paper
from graphstep.tui.passes import BACKWARD, FORWARD, SEED
from graphstep.tui.state import UiState
from graphstep.tui.values import SMALL, Of, ValueKey, Values, value_key

# Outputs of one node that are shown one by one.
_OUTPUTS = 6
_OPERANDS = 12


class Inspection:
    """Writes what the inspector shows of one state.

    Args:
        state: What is selected.
        values: The recording's values, if there is one.
        palette: Styles.
        width: Cells in a line.
    """

    def __init__(
        self, state: UiState, values: Values | None, palette: Palette, width: int
    ) -> None:
        self.state = state
        self.values = values
        self.palette = palette
        self.paper = Paper(palette, width)

    def title(self) -> str:
        """Return the panel's title: name, primitive, type."""
        state = self.state
        node = state.inspected
        if self._shows_seed:
            return "seed"
        if node is not None:
            primitive = state.graph.node(node).primitive
            label = label_of(state.graph, node)
            return f"{label} · {one_line(primitive, 40)} · {type_of(state.graph, node)}"
        region = state.selected_region
        return "inspector" if region is None else region_title(region)

    def write(self) -> Text:
        """Return the text."""
        state = self.state
        region = state.selected_region
        node = state.inspected
        if self._shows_seed:
            self._seed()
        elif node is not None:
            self._node(node)
        is_walking = state.follows and state.cursor is not None
        if region is not None and (not is_walking or node is None):
            self._region(region)
        return self.paper.text

    @property
    def _shows_seed(self) -> bool:
        cursor = self.state.cursor
        return self.state.follows and cursor is not None and cursor.pass_ == SEED

    # Nodes ---------------------------------------------------------------------------

    def _node(self, node: str) -> None:
        graph, palette = self.state.graph, self.palette
        found = graph.node(node)
        self._facts(
            [("id ", palette.faint), (node, palette.text)],
            self._iteration_parts(node),
            self._operands(node),
            self._place(node),
        )
        self._source(node)
        cursor = self.state.cursor
        is_backward = cursor is not None and cursor.pass_ == BACKWARD
        for out in range(min(len(found.avals), _OUTPUTS)):
            if len(found.avals) > 1:
                name = label_of(graph, node, out)
                self.paper.line(
                    (
                        f"output {out}: {name} · {type_of(graph, node, out)}",
                        palette.bright,
                    )
                )
            # What the present pass is about comes first.
            if is_backward:
                self._cotangent(node, out)
            self._primal(node, out)
            if not is_backward:
                self._cotangent(node, out)
        if len(found.avals) > _OUTPUTS:
            self.paper.line((f" and {len(found.avals) - _OUTPUTS} more", palette.dim))

    def _facts(self, *facts: list[Any]) -> None:
        """Write short facts, as many to a line as fit."""
        room, line = self.paper.width, list[Any]()
        for fact in filter(None, facts):
            needed = sum(cell_len(words) for words, _ in fact) + 3
            if line and needed > room:
                self.paper.line(*line)
                room, line = self.paper.width, list[Any]()
            line += [("   ", self.palette.faint), *fact] if line else fact
            room -= needed
        self.paper.line(*line)

    def _iteration_parts(self, node: str) -> list[Any]:
        cursor, values, palette = self.state.cursor, self.values, self.palette
        loops = self.state.graph.loops(node)
        if cursor is None or values is None or not loops:
            return []
        turns = cursor.iteration_of(node)
        if turns is None:
            return [("its loop took no turn", palette.dim)]
        parts: list[Any] = []
        for depth, loop in enumerate(loops):
            if self.state.graph.regions[loop].kind == "shard_map":
                parts += [
                    ("device ", palette.faint),
                    (f"{turns[depth]} ", palette.text),
                ]
                continue
            trips = values.recording.trips(loop, turns[:depth])
            parts += [
                ("iteration " if not parts else "  iteration ", palette.faint),
                (f"{turns[depth]}/{trips}", palette.text),
            ]
        return parts

    def _place(self, node: str) -> list[Any]:
        source, palette = self.state.graph.source(node), self.palette
        if source is None:
            return []
        name = one_line(PurePath(source.file).name, 60)
        return [
            (f"{name}:{source.line}", palette.text),
            (" in ", palette.faint),
            (one_line(source.function, 60), palette.dim),
        ]

    def _source(self, node: str) -> None:
        source = self.state.graph.source(node)
        text = source_line(source) if source is not None else ""
        if text:
            self.paper.line(("  " + one_line(text, 200), self.palette.bright))

    def _operands(self, node: str) -> list[Any]:
        graph, palette = self.state.graph, self.palette
        operands = graph.node(node).operands
        names = [
            one_line(str(operand.literal), 20)
            if operand.source is None
            else label_of(graph, *operand.source)
            for operand in operands[:_OPERANDS]
        ]
        if not names:
            return []
        more = len(operands) - len(names)
        text = ", ".join(names) + (f" and {more} more" if more else "")
        return [("from ", palette.faint), (text, palette.text)]

    def _primal(self, node: str, out: int) -> None:
        cursor = self.state.cursor
        if cursor is None or self.values is None:
            return
        key = value_key(cursor, "primal", node, out)
        if key is None:
            self.paper.heading("primal")
            self.paper.line((" its loop took no turn", self.palette.dim))
            return
        self._array("primal", key)

    def _cotangent(self, node: str, out: int) -> None:
        cursor = self.state.cursor
        if cursor is None or self.values is None or not cursor.timeline.has_backward:
            return
        key = value_key(cursor, "cotangent", node, out)
        if key is not None and self._array("cotangent", key):
            self._sum(key)
        if out == 0:
            self._sent(node)

    def _array(self, of: Of, key: ValueKey) -> bool:
        """Write one value; return whether there is an array."""
        assert self.values is not None
        assert self.state.cursor is not None
        paper, palette = self.paper, self.palette
        self.paper.heading(of, self._note(of, key))
        array = self.values.array(key)
        if isinstance(array, Absence) and array.kind != "not_captured":
            paper.paragraph(f"none: {array}", palette.dim)
            return False
        stats = self.values.stats(key)
        if isinstance(stats, Absence):
            if isinstance(array, jax.Array):
                paper.line((" random key", palette.text))
            else:
                paper.paragraph(f"none: {stats}", palette.dim)
            return False
        if isinstance(array, Absence):
            if stats is not None:
                self._stats(of, stats, [])
            return False
        if array.size == 1:
            style = palette.bright if np.isfinite(array).all() else palette.trouble
            paper.line((f" {number(array.reshape(-1)[0].item(), 7)}", style))
            return True
        if stats is None:
            paper.line((f" measuring {array.size:,} elements …", palette.dim))
            return True
        self._stats(of, stats, self._spread(of, array, stats))
        if 0 < array.size <= PRINTED:
            for row in rows_of_array(array, paper.width - 1):
                paper.line((f" {row}", palette.text))
        return True

    def _note(self, of: Of, key: ValueKey) -> str:
        cursor = self.state.cursor
        assert cursor is not None
        if of == "primal" or cursor.has_complete_cotangent(key.node, key.out):
            is_ahead = (
                of == "primal"
                and cursor.pass_ == FORWARD
                and cursor.state(key.node) == "pending"
            )
            return "ahead of the cursor" if is_ahead else ""
        if not cursor.timeline.has_steps("backward", key.node):
            return ""
        if cursor.pass_ == FORWARD:
            return "of the backward pass"
        return "not complete yet"

    def _spread(self, of: Of, array: Any, stats: Stats) -> list[Any]:
        """Return least and greatest element, and how the others lie between them."""
        blocks = histogram(array, 12) if PRINTED < array.size <= SMALL else ""
        if not blocks:
            return []
        palette = self.palette
        return [
            (f" {number(stats.min, 3)} ", palette.dim),
            (blocks, palette.pass_("forward" if of == "primal" else "backward")),
            (f" {number(stats.max, 3)} ", palette.dim),
        ]

    def _stats(self, of: Of, stats: Stats, spread: list[Any]) -> None:
        palette = self.palette
        if not stats.size:
            self.paper.line((" no elements", palette.dim))
            return
        parts: list[Any] = [
            (" ‖·‖ ", palette.faint),
            (number(stats.l2), palette.bright),
            ("  mean ", palette.faint),
            (number(stats.mean, 3), palette.text),
            ("  max|·| ", palette.faint),
            (number(stats.absmax, 3), palette.text),
        ]
        if sum(cell_len(words) for words, _ in spread + parts) <= self.paper.width:
            self.paper.line(*spread, *parts)
        else:
            if spread:
                self.paper.line(*spread)
            self.paper.line(*parts)
        infinite = stats.neg_inf + stats.pos_inf
        if of == "cotangent" and stats.is_finite:
            return
        counts: list[Any] = []
        if stats.nan:
            counts.append((f" NaN {stats.nan} ", palette.trouble))
        if infinite:
            counts.append((f" Inf {infinite} ", palette.trouble))
        for name in ("negative", "zero", "positive"):
            counts += [
                (f" {name} ", palette.faint),
                (f"{getattr(stats, name)} ", palette.text),
            ]
        self.paper.line(*counts)

    # The chain rule ------------------------------------------------------------------

    def _sum(self, key: ValueKey) -> None:
        cursor, palette, paper = self.state.cursor, self.palette, self.paper
        assert cursor is not None
        assert self.values is not None
        if cursor.pass_ == FORWARD:
            return
        found = sum_at(cursor, key, self.values.array(key))
        where = f"at {index_text(found.index)}" if found.index else ""
        paper.heading("sum of contributions", where)
        width = max((len(line.term) for line in found.lines), default=0)
        for line in found.lines:
            if line.note:
                paper.line((f" {line.source}: {line.note}", palette.dim))
            elif not line.term:
                dots = "…".rjust(width)
                paper.line((f" {dots}  from {line.source}, to come", palette.faint))
            else:
                paper.line(
                    (f" {line.term.rjust(width)}", palette.backward),
                    (f"  from {line.source}", palette.text),
                    (f"  = {line.total}" if line.total else "", palette.dim),
                )
        if found.total and found.is_complete:
            paper.line((f" = {found.total}", palette.bright))
        elif found.total:
            paper.line((f" = {found.total} so far", palette.text))

    def _sent(self, node: str) -> None:
        cursor = self.state.cursor
        if cursor is None or cursor.pass_ != BACKWARD or cursor.step.node != node:
            return
        self._sends("sends")

    def _sends(self, heading: str) -> None:
        cursor, palette = self.state.cursor, self.palette
        assert cursor is not None
        lines = sent_lines(cursor)
        if lines:
            self.paper.heading(heading)
        for target, value in lines:
            if isinstance(value, Absence):
                self.paper.line((f" → {target}: none. {value}", palette.dim))
                continue
            array = np.asarray(value)
            if array.size == 1:
                text = number(array.reshape(-1)[0].item())
            else:
                text = f"‖·‖ {number(float(np.linalg.norm(array.ravel())))}"
            style = palette.backward if np.isfinite(array).all() else palette.trouble
            self.paper.line(
                (" → ", palette.faint), (f"{target}  ", palette.text), (text, style)
            )

    def _seed(self) -> None:
        self.paper.paragraph(
            "The backward pass starts here, with a cotangent for every output."
        )
        if self.values is not None and self.values.recording.seed_is_default:
            self.paper.paragraph("It is one everywhere, the default.", self.palette.dim)
        self._sends("seeds")

    # Regions -------------------------------------------------------------------------

    def _region(self, region: Region) -> None:
        paper, palette = self.paper, self.palette
        paper.heading(f"region {region.id}", region.kind)
        title = region_title(region, trips_of(self.state.cursor, self.values, region))
        paper.line((f" {title}", palette.bright))
        if region.is_opaque:
            paper.paragraph("JAX differentiates it by its own rule.", palette.dim)
        primitives = self.state.graph.columns.eqns[region.start : region.stop]
        counts = collections.Counter(
            e.primitive.name for e in primitives if e is not None
        )
        paper.line((f" {sum(counts.values())} equations", palette.text))
        for name, count in counts.most_common(8):
            paper.line(
                (f"   {count:4}  ", palette.dim), (one_line(name, 40), palette.text)
            )
