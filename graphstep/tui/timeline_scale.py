"""Which cell of the timeline a step has, and which step a cell: arithmetic alone."""

from __future__ import annotations

import dataclasses

from graphstep.stepping import BACKWARD, FORWARD, Timeline

SEED_WORD = "┊seed┊"
_LEAST = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """The cells of one pass.

    Attributes:
        pass_: `forward` or `backward`.
        x: Its first cell.
        width: How many cells it has.
        first: Index of its first step.
        length: How many steps it has.
    """

    pass_: str
    x: int
    width: int
    first: int
    length: int

    def cell_of(self, index: int) -> int | None:
        """Return the cell of a step, if it is of this pass."""
        number = index - self.first
        if not 0 <= number < self.length:
            return None
        return self.x + number * (self.width - 1) // max(1, self.length - 1)

    def index_at(self, x: int) -> int:
        """Return the first step of cell `x`; both ends of the pass can be reached."""
        cell = min(max(x - self.x, 0), self.width - 1)
        number = -(-cell * max(0, self.length - 1) // max(1, self.width - 1))
        return self.first + min(number, self.length - 1)

    def steps_of(self, cell: int) -> range:
        """Return all steps of one cell, counted from the first of the stretch."""
        start = self.index_at(self.x + cell)
        if self.cell_of(start) != self.x + cell:
            return range(0)
        if cell == self.width - 1:
            return range(start, self.first + self.length)
        return range(start, max(start + 1, self.index_at(self.x + cell + 1)))


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """The whole walk on so many cells.

    Attributes:
        forward: Cells of the forward pass.
        backward: Cells of the backward pass, if there is one.
    """

    forward: Stretch
    backward: Stretch | None

    @classmethod
    def of(cls, timeline: Timeline, width: int) -> Scale:
        """Share `width` cells in proportion to the steps."""
        n_forward, n_backward = timeline.forward_length, timeline.backward_length
        if not timeline.has_backward:
            return cls(Stretch(FORWARD, 0, width, 0, n_forward), None)
        room = max(2, width - len(SEED_WORD))
        least = min(_LEAST, room // 2)
        share = room * n_forward // max(1, n_forward + n_backward)
        first = min(max(share, least), room - least)
        back = Stretch(
            BACKWARD,
            first + len(SEED_WORD),
            room - first,
            n_forward + 1,
            n_backward,
        )
        return cls(Stretch(FORWARD, 0, first, 0, n_forward), back)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The passes."""
        return tuple(s for s in (self.forward, self.backward) if s is not None)

    def cell_of(self, index: int) -> int:
        """Return the cell of a step; of the seed, the middle of its word."""
        for stretch in self.stretches:
            cell = stretch.cell_of(index)
            if cell is not None:
                return cell
        return self.forward.width + len(SEED_WORD) // 2

    def index_at(self, x: int) -> int:
        """Return the step that a cell stands for."""
        if x < self.forward.width:
            return self.forward.index_at(x)
        if self.backward is None or not self.backward.length:
            return self.forward.first + self.forward.length - (self.backward is None)
        if x < self.backward.x:
            return self.forward.length
        return self.backward.index_at(x)
