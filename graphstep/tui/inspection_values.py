"""What there is to say about one array: counts, extremes, spread, elements."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from rich.cells import cell_len
from rich.style import Style

from graphstep.recording import Absence, Stats
from graphstep.tui.array_formats import full_text
from graphstep.tui.array_look import BINS, Look, Spread
from graphstep.tui.numbers import BLOCKS, PRINTED, number, rows_of_array
from graphstep.tui.paper import Paper
from graphstep.tui.passes import FORWARD
from graphstep.tui.values import Of, ValueKey
from graphstep.tui.view import View

Part = tuple[str, Style]
# Numbers of blocks that a histogram may have; each divides `BINS`.
_BLOCKS_WIDE = tuple(n for n in (60, 30, 20, 15, 12, 10, 6) if BINS % n == 0)


class ValueWriter:
    """Writes what is known of values of one state.

    Args:
        view: What is shown.
        paper: Where to.
        height: Lines that are in sight.
    """

    def __init__(self, view: View, paper: Paper, height: int) -> None:
        self.view = view
        self.paper = paper
        self.palette = view.palette
        # A histogram is as high as leaves both values in sight.
        self.n_rows = 1 if height < 18 or paper.width < 40 else 2 if height < 24 else 3

    def write(self, key: ValueKey) -> None:
        """Write one value under a heading."""
        values, paper, palette = self.view.values, self.paper, self.palette
        assert values is not None
        paper.heading(key.of, self._note(key))
        look = values.look(key)
        if look is None:
            size = f"{_size(self.view, key):,}"
            paper.line((f" measuring {size} elements …", palette.dim))
            return
        array = values.array_soon(key)
        if isinstance(look, Absence):
            if isinstance(array, jax.Array):
                self._random_key(array)
            else:
                paper.paragraph(f"none: {look}", palette.dim)
            return
        self._array(key, look, array)
        change = self.view.changed(key)
        if change is not None:
            paper.line(
                (" ≠ ", palette.trouble), (f"was {change.old.text}", palette.dim)
            )

    def _random_key(self, array: jax.Array) -> None:
        noun = "random key" if array.ndim == 0 else f"{array.size} random keys"
        self.paper.line((f" {noun}", self.palette.text))
        if array.ndim == 0:
            data = np.asarray(jax.random.key_data(array)).reshape(-1)
            text = " ".join(f"{int(word):08x}" for word in data)
            self.paper.line((f" data {text}", self.palette.dim))

    def _array(self, key: ValueKey, look: Look, array: Any) -> None:
        paper, palette, stats = self.paper, self.palette, look.stats
        is_kept = not isinstance(array, Absence)
        if not stats.size:
            paper.line((" no elements", palette.dim))
            return
        if is_kept and array is not None and stats.size == 1:
            style = palette.bright if stats.is_finite else palette.trouble
            value = np.asarray(array).reshape(-1)[0]
            paper.line((f" {full_text(value)}", style), self._health_of_one(stats))
            return
        # Of few elements each one is written.
        spread = look.spread if stats.size > PRINTED else None
        if spread is not None:
            self._histogram(key, spread)
        self._numbers(stats, has_ends=spread is None)
        self._counts(stats)
        if is_kept and array is not None and np.size(array) <= PRINTED:
            for row in rows_of_array(array, paper.width - 1):
                paper.line((f" {row}", palette.text))
        if not is_kept:
            refusal = "" if self.view.values is None else self.view.values.refusal
            offer = "Enter runs again for the array."
            words = f"Only statistics were kept. {refusal or offer}"
            paper.paragraph(words, palette.dim)

    def _health_of_one(self, stats: Stats) -> Part:
        if stats.is_finite:
            return ("", self.palette.text)
        word = "NaN 1" if stats.nan else "−inf 1" if stats.neg_inf else "+inf 1"
        return (f"   {word}", self.palette.trouble)

    def _numbers(self, stats: Stats, *, has_ends: bool) -> None:
        palette = self.palette
        n_finite = stats.negative + stats.zero + stats.positive
        if not n_finite:
            self.paper.line((" no finite element", palette.trouble))
            return
        facts: list[tuple[str, str, Style]] = [
            ("‖·‖", number(stats.l2), palette.bright),
            ("mean", number(stats.mean), palette.text),
            ("max|·|", number(stats.absmax), palette.text),
        ]
        if has_ends:
            facts += [
                ("min", number(stats.min), palette.text),
                ("max", number(stats.max), palette.text),
            ]
        if not stats.is_finite:
            # The numbers leave out what would make all of them NaN.
            facts.insert(0, ("finite:", f"{n_finite:,}", palette.text))
        self.paper.facts(
            *(
                [(f"{name} ", palette.faint), (text, style)]
                for name, text, style in facts
            )
        )

    def _counts(self, stats: Stats) -> None:
        palette = self.palette
        counts = (
            ("−inf", stats.neg_inf, True),
            ("−", stats.negative, False),
            ("0", stats.zero, False),
            ("+", stats.positive, False),
            ("+inf", stats.pos_inf, True),
            ("NaN", stats.nan, True),
        )
        facts: list[list[Part]] = []
        for name, n, is_bad in counts:
            style = palette.trouble if is_bad and n else palette.text
            facts.append(
                [
                    (f"{name} ", style if is_bad and n else palette.faint),
                    (f"{n}", style if n else palette.faint),
                ]
            )
        self.paper.facts(*facts)

    def _histogram(self, key: ValueKey, spread: Spread) -> None:
        """Draw how elements lie between the least and the greatest."""
        paper, palette = self.paper, self.palette
        hue = palette.pass_("backward" if key.of == "cotangent" else "forward")
        low, high = number(spread.low), number(spread.high)
        room = paper.width - cell_len(low) - cell_len(high) - 4
        n_bins = next((n for n in _BLOCKS_WIDE if n <= room), _BLOCKS_WIDE[-1])
        rows = histogram_rows(spread.merged(n_bins), self.n_rows)
        for number_, row in enumerate(rows):
            is_last = number_ == self.n_rows - 1
            before = low if is_last else " " * cell_len(low)
            paper.line(
                (f" {before} ", palette.dim),
                (row, hue),
                (f" {high}" if is_last else "", palette.dim),
            )

    def _note(self, key: ValueKey) -> str:
        cursor = self.view.cursor
        assert cursor is not None
        if key.of != "cotangent" or cursor.has_complete_cotangent(key.node, key.out):
            is_ahead = (
                key.of != "cotangent"
                and cursor.pass_ == FORWARD
                and cursor.state(key.node) == "pending"
            )
            return "ahead of the cursor" if is_ahead else ""
        if not cursor.timeline.has_steps("backward", key.node):
            return ""
        if cursor.pass_ == FORWARD:
            return "of the backward pass"
        return "not complete yet"


def histogram_rows(counts: tuple[int, ...], n_rows: int) -> list[str]:
    """Return counts as columns of blocks, the top line first.

    A bin that holds anything at all shows at least the lowest block.
    """
    top = max(counts, default=0) or 1
    levels = [-(-n * 8 * n_rows // top) for n in counts]
    return [
        "".join(
            " " if level <= floor else BLOCKS[min(level - floor, 8) - 1]
            for level in levels
        )
        for floor in range(8 * (n_rows - 1), -1, -8)
    ]


def values_of(view: View) -> tuple[Of, ...]:
    """Return which values a recording has, that of the present pass first."""
    recording, cursor = view.recording, view.cursor
    if recording is None or cursor is None:
        return ()
    found: list[Of] = ["primal"]
    if recording.has_tangents:
        found.append("tangent")
    if cursor.timeline.has_backward:
        # What the present pass is about comes first.
        found.insert(1 if cursor.pass_ == FORWARD else 0, "cotangent")
    return tuple(found)


def _size(view: View, key: ValueKey) -> int:
    return int(np.prod(view.graph.aval(key.node, key.out).shape, dtype=np.int64))
