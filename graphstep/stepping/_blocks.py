"""How often each stretch of a program was walked: loop turns and branches taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from graphstep.graph import ProgramGraph, Region

# A number that is the same in every iteration of the loops around, or one for each:
# an array with an axis per enclosing loop, outermost first.
Extent = int | np.ndarray
Iteration = tuple[int, ...]


def as_extent(value: Extent | np.integer) -> Extent:
    """Return a number without axes as a Python integer."""
    if isinstance(value, np.ndarray) and value.ndim:
        return value
    return int(value)


def at(extent: Extent, axes: tuple[int, ...], iteration: Iteration | list[int]) -> int:
    """Return the entry of `extent` that `iteration` selects by its `axes`."""
    if isinstance(extent, int):
        return extent
    return int(extent[tuple([iteration[axis] for axis in axes])])


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A stretch of program order that is walked as one, and how often.

    Attributes:
        region: The loop or branch; the root's is empty.
        is_loop: Whether it is walked several times in a row.
        start: Position of its first node.
        stop: Position after its last node; the exit node of a loop is outside.
        parent: Index of the block around it, -1 for the root.
        outer_axes: Entries of an iteration that index `repeats`.
        axes: The same, and for a loop its own entry.
        repeats: Turns of a loop, or -1 if that is unknown; for a branch, whether it
            was taken.
        tail_stop: How far the walk comes in the turn after the last one. The
            condition of a `while` is tested once more than its body is run.
    """

    region: str
    is_loop: bool
    start: int
    stop: int
    parent: int
    outer_axes: tuple[int, ...]
    axes: tuple[int, ...]
    repeats: Extent
    tail_stop: int


class Blocks:
    """The tree of blocks of one run, outer before inner, in program order.

    A `shard_map` is no block: every device runs the same program, so that the walk
    goes through its body once, as device 0 does.

    Attributes:
        graph: The program.
        items: The blocks; the first one is the root.
        lengths: Per block, the number of turns that its arrays have room for.
        of_loop: Block index of each scan and while.
        innermost: Per node position, the index of the innermost block around it.
        n_loops: Per node position, how many entries its iterations have.
        max_loops: The greatest of these.
    """

    def __init__(
        self,
        graph: ProgramGraph,
        trips: Mapping[str, Extent],
        branches: Mapping[str, Extent],
    ) -> None:
        self.graph = graph
        root = Block("", False, 0, len(graph), -1, (), (), 1, 0)
        self.items: list[Block] = [root]
        self.lengths: list[int] = [1]
        # What lies directly in a region belongs to this block.
        self._of_region: dict[str, int] = {"": 0}
        self.of_loop: dict[str, int] = {}
        self._open(trips, branches)
        self.innermost: list[int] = self._paint()
        self.n_loops: list[int] = self._count_loops()
        self.max_loops: int = max(self.n_loops, default=0)

    def _open(
        self, trips: Mapping[str, Extent], branches: Mapping[str, Extent]
    ) -> None:
        for region in self.graph.regions.values():
            if region.parent is None:
                continue
            parent = self._of_region[region.parent]
            if region.kind in ("scan", "while"):
                parent = self._add_loop(region, parent, trips[region.id])
            elif region.kind == "branch":
                parent = self._add_branch(region, parent, branches[region.parent])
            self._of_region[region.id] = parent

    def _add_loop(self, region: Region, parent: int, trips: Extent) -> int:
        outer = self.items[parent].axes
        repeats = self._fit(trips, region.loops[:-1], outer, parent)
        is_while = region.kind == "while"
        body = self.graph.regions[f"{region.id}:body"].start if is_while else None
        self.items.append(
            Block(
                region=region.id,
                is_loop=True,
                start=region.start,
                stop=region.stop - 1,
                parent=parent,
                outer_axes=outer,
                axes=(*outer, len(region.loops) - 1),
                repeats=repeats,
                tail_stop=region.start if body is None else body,
            )
        )
        self.of_loop[region.id] = len(self.items) - 1
        most = int(np.max(repeats, initial=0))
        self.lengths.append(most + is_while)
        return len(self.items) - 1

    def _add_branch(self, region: Region, parent: int, branch: Extent) -> int:
        axes = self.items[parent].axes
        number = int(region.id.rpartition(":")[2])
        taken = np.equal(self._fit(branch, region.loops, axes, parent), number)
        self.items.append(
            Block(
                region=region.id,
                is_loop=False,
                start=region.start,
                stop=region.stop,
                parent=parent,
                outer_axes=axes,
                axes=axes,
                repeats=as_extent(taken),
                tail_stop=region.start,
            )
        )
        self.lengths.append(1)
        return len(self.items) - 1

    def shape(self, index: int) -> tuple[int, ...]:
        """Return the shape of what differs per iteration of a block's body."""
        lengths: list[int] = []
        while index > 0:
            if self.items[index].is_loop:
                lengths.append(self.lengths[index])
            index = self.items[index].parent
        return tuple(reversed(lengths))

    def _fit(
        self,
        extent: Extent,
        loops: tuple[str, ...],
        axes: tuple[int, ...],
        parent: int,
    ) -> Extent:
        """Return a recorded extent without device axes and with the blocks' lengths."""
        array = np.asarray(extent)
        if not array.ndim:
            return int(array)
        devices = tuple(slice(None) if i in axes else 0 for i in range(len(loops)))
        return as_extent(fit(array[devices], self.shape(parent)))

    def chain(self, index: int) -> list[int]:
        """Return the blocks around block `index` and itself, without the root."""
        found: list[int] = []
        while index > 0:
            found.append(index)
            index = self.items[index].parent
        return found[::-1]

    def around(self, region: Region) -> int:
        """Return the innermost block around the whole of a region."""
        return self._of_region[region.parent] if region.parent is not None else 0

    def missing(self, index: int, position: int, iteration: Iteration) -> Block | None:
        """Return the block that keeps the run from `position`, inside block `index`.

        `None` means that the run came there in the given iteration.
        """
        for inner in self.chain(index):
            block = self.items[inner]
            repeats = at(block.repeats, block.outer_axes, iteration)
            if block.is_loop:
                turn = iteration[block.axes[-1]]
                is_tail = turn == repeats and position < block.tail_stop
                if not (0 <= turn < repeats or is_tail):
                    return block
            elif not repeats:
                return block
        return None

    def walked(self, position: int, shape: tuple[int, ...]) -> np.ndarray | None:
        """Return in which iterations the run came to a node, or `None` for in all.

        `shape` has one entry per loop, `shard_map` left out, and may be shorter or
        longer than what was run.
        """
        mask: np.ndarray | None = None
        for index in self.chain(self.innermost[position]):
            block = self.items[index]
            n_outer = len(block.outer_axes)
            repeats = block.repeats
            if not isinstance(repeats, int):
                repeats = fit(repeats, shape[:n_outer])
            if block.is_loop:
                length = shape[n_outer]
                last = np.asarray(repeats) + (position < block.tail_stop)
                if np.all(last >= length):
                    continue
                part = np.arange(length) < last[..., None]
                n_outer += 1
            else:
                part = np.asarray(repeats).astype(bool)
            part = part.reshape(part.shape + (1,) * (len(shape) - n_outer))
            part = np.broadcast_to(part, shape)
            mask = part if mask is None else mask & part
        return mask

    def _paint(self) -> list[int]:
        innermost = np.zeros(len(self.graph), np.int64)
        # Inner blocks come later, and paint over what is around them.
        for index, block in enumerate(self.items):
            innermost[block.start : block.stop] = index
        return innermost.tolist()

    def _count_loops(self) -> list[int]:
        counts = np.zeros(len(self.graph), np.int64)
        for region in self.graph.regions.values():
            if region.is_loop:
                # The exit node stands outside of its loop.
                counts[region.start : region.stop - 1] = len(region.loops)
        return counts.tolist()


def fit(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return `array` cut, or padded with zeros, to `shape`."""
    if array.shape == shape:
        return array
    kept = array[tuple(slice(length) for length in shape)]
    widths = [(0, new - old) for old, new in zip(kept.shape, shape, strict=True)]
    return np.pad(kept, widths)
