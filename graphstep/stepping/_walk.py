"""Number the steps of a set of nodes, and go from a number to a step and back."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Mapping

import numpy as np

from graphstep.stepping._blocks import Block, Blocks, Extent, Iteration, as_extent, at


@dataclasses.dataclass(frozen=True, slots=True)
class _Body:
    """How the steps of one block's body follow one another.

    Offsets here leave out the children whose number of steps differs per iteration.

    Attributes:
        children: Indices of the blocks inside that hold steps.
        starts: Position of each child's first node.
        offsets: Offset at which each child begins.
        shifts: After each number of children, what to add to the offset of a step of
            the body's own to get its place in the list of all wanted nodes.
        varying: Which of the children have a size per iteration.
    """

    children: list[int]
    starts: list[int]
    offsets: list[int]
    shifts: list[int]
    varying: list[int]


class Walk:
    """The steps of the wanted nodes, numbered from 0 in program order.

    Only sizes are kept: one number per block, or one per iteration of the loops
    around where these differ. A million iterations cost no more than one unless what
    is inside differs from one to the next.

    Args:
        blocks: Turns of loops and taken branches of one run.
        wanted: Per node position, whether its visits are counted.
        only: Loops, by block index, of which one turn alone is counted.
    """

    def __init__(
        self,
        blocks: Blocks,
        wanted: np.ndarray,
        only: Mapping[int, int] | None = None,
    ) -> None:
        self.blocks = blocks
        self.wanted = wanted
        self._only = dict(only or {})
        self._places: list[int] = np.flatnonzero(wanted).tolist()
        self._counts: list[int] = [0, *np.cumsum(wanted).tolist()]
        n_blocks = len(blocks.items)
        self._bodies: list[_Body | None] = [None] * n_blocks
        self._sizes: list[Extent] = [0] * n_blocks
        # Steps in one turn of a loop: the same in all, or else where each turn ends.
        self._turns: list[int] = [0] * n_blocks
        self._ends: list[np.ndarray | None] = [None] * n_blocks
        children: list[list[int]] = [[] for _ in blocks.items]
        for index in range(n_blocks - 1, -1, -1):
            block = blocks.items[index]
            if self._counts[block.stop] == self._counts[block.start]:
                continue
            children[index].reverse()
            self._bodies[index] = self._lay_out(block, children[index])
            self._sizes[index] = self._measure(index, block)
            if block.parent >= 0:
                children[block.parent].append(index)
        self.length: int = at(self._sizes[0], (), ())

    def __len__(self) -> int:
        return self.length

    def _lay_out(self, block: Block, children: list[int]) -> _Body:
        counts, items = self._counts, self.blocks.items
        starts = [items[child].start for child in children]
        offsets: list[int] = []
        shift = counts[block.start]
        shifts = [shift]
        varying: list[int] = []
        for i, child in enumerate(children):
            offsets.append(counts[starts[i]] - shift)
            shift += counts[items[child].stop] - counts[starts[i]]
            size = self._sizes[child]
            if isinstance(size, int):
                shift -= size
            else:
                varying.append(i)
            shifts.append(shift)
        return _Body(children, starts, offsets, shifts, varying)

    def _measure(self, index: int, block: Block) -> Extent:
        full = self._extent_before(index, block.stop)
        if not block.is_loop:
            return as_extent(np.where(block.repeats, full, 0)) if index else full
        tail = self._extent_before(index, block.tail_stop)
        only = self._only.get(index)
        if only is not None:
            return self._measure_turn(index, block, full, tail, only)
        if isinstance(full, int) and isinstance(tail, int):
            self._turns[index] = full
            if isinstance(block.repeats, int):
                return block.repeats * full + tail if block.repeats >= 0 else 0
            repeats = block.repeats.astype(np.int64)
            return np.where(repeats < 0, 0, repeats * full + tail)
        length = self.blocks.lengths[index]
        turn = np.arange(length)
        repeats = np.asarray(block.repeats)[..., None]
        sizes = np.where(turn < repeats, full, 0) + np.where(turn == repeats, tail, 0)
        sizes = np.broadcast_to(sizes, self.blocks.shape(index))
        if not length:
            return 0
        ends = self._ends[index] = np.cumsum(sizes, axis=-1, dtype=np.int64)
        return as_extent(ends[..., -1])

    def _measure_turn(
        self, index: int, block: Block, full: Extent, tail: Extent, turn: int
    ) -> Extent:
        if turn >= self.blocks.lengths[index]:
            return 0
        full = full if isinstance(full, int) else full[..., turn]
        tail = tail if isinstance(tail, int) else tail[..., turn]
        repeats = np.asarray(block.repeats)
        sizes = np.where(turn < repeats, full, np.where(turn == repeats, tail, 0))
        return as_extent(sizes)

    def _extent_before(self, index: int, position: int) -> Extent:
        """Return the number of steps before `position` in one turn, in every turn."""
        body = self._bodies[index]
        assert body is not None
        n_before = bisect.bisect_left(body.starts, position)
        extent: Extent = self._counts[position] - body.shifts[n_before]
        for i in body.varying:
            if i < n_before:
                extent = extent + self._sizes[body.children[i]]
        return extent

    def _size(self, index: int, iteration: Iteration | list[int]) -> int:
        return at(self._sizes[index], self.blocks.items[index].outer_axes, iteration)

    def _before(
        self, index: int, position: int, iteration: Iteration | list[int]
    ) -> int:
        """Return the number of steps before `position` in one turn of a block."""
        body = self._bodies[index]
        if body is None:
            return 0
        n_before = bisect.bisect_left(body.starts, position)
        count = self._counts[position] - body.shifts[n_before]
        for i in body.varying:
            if i >= n_before:
                break
            count += self._size(body.children[i], iteration)
        return count

    def _turn_start(self, index: int, turn: int, iteration: Iteration) -> int:
        """Return the number of steps before the given turn of a loop."""
        only = self._only.get(index)
        if only is not None:
            return 0 if turn <= only else self._size(index, iteration)
        ends = self._ends[index]
        block = self.blocks.items[index]
        if ends is None:
            repeats = at(block.repeats, block.outer_axes, iteration)
            if turn > repeats:
                return self._size(index, iteration)
            return turn * self._turns[index]
        outer = tuple([iteration[axis] for axis in block.outer_axes])
        return int(ends[outer][min(turn, ends.shape[-1]) - 1]) if turn > 0 else 0

    def _turn_at(
        self, index: int, offset: int, iteration: list[int]
    ) -> tuple[int, int]:
        """Return the turn of a loop that holds `offset`, and the offset within it."""
        only = self._only.get(index)
        if only is not None:
            return only, offset
        ends = self._ends[index]
        block = self.blocks.items[index]
        if ends is None:
            repeats = at(block.repeats, block.outer_axes, iteration)
            turn = min(offset // self._turns[index], repeats)
            return turn, offset - turn * self._turns[index]
        row = ends[tuple([iteration[axis] for axis in block.outer_axes])]
        turn = int(np.searchsorted(row, offset, side="right"))
        return turn, offset - (int(row[turn - 1]) if turn else 0)

    def step(self, number: int) -> tuple[int, Iteration]:
        """Return node position and iteration of step `number`, from 0 to the length."""
        index, offset = 0, number
        iteration = [0] * self.blocks.max_loops
        while True:
            child, offset = self._locate(index, offset, iteration)
            if child < 0:
                break
            index = child
            block = self.blocks.items[index]
            if block.is_loop:
                turn, offset = self._turn_at(index, offset, iteration)
                iteration[block.axes[-1]] = turn
        position = self._places[offset]
        return position, tuple(iteration[: self.blocks.n_loops[position]])

    def _locate(self, index: int, offset: int, iteration: list[int]) -> tuple[int, int]:
        """Return the child that holds `offset`, and the offset in it.

        The child is -1 for a step of the block's own, and the offset then its place in
        the list of wanted nodes.
        """
        body = self._bodies[index]
        assert body is not None
        n_children = len(body.children)
        for i in body.varying:
            if offset < body.offsets[i]:
                n_children = i
                break
            size = self._size(body.children[i], iteration)
            if offset < body.offsets[i] + size:
                return body.children[i], offset - body.offsets[i]
            offset -= size
        i = bisect.bisect_right(body.offsets, offset, 0, n_children) - 1
        if i >= 0:
            size = self._sizes[body.children[i]]
            if isinstance(size, int) and offset < body.offsets[i] + size:
                return body.children[i], offset - body.offsets[i]
        return -1, offset + body.shifts[i + 1]

    def rank(self, position: int, iteration: Iteration) -> int:
        """Return how many steps come before a visit of the node at `position`."""
        return self.rank_in(self.blocks.innermost[position], position, iteration)

    def rank_in(self, index: int, position: int, iteration: Iteration) -> int:
        """Return how many steps come before `position` in one turn of a block."""
        chain = self.blocks.chain(index)
        count, outer = 0, 0
        for inner in chain:
            block = self.blocks.items[inner]
            count += self._before(outer, block.start, iteration)
            if self._bodies[inner] is None:
                # Nothing wanted lies in here, so the rest counts nothing.
                return count
            if block.is_loop:
                turn = iteration[block.axes[-1]]
                count += self._turn_start(inner, turn, iteration)
                if self._only.get(inner, turn) != turn:
                    return count
            outer = inner
        return count + self._before(outer, position, iteration)
