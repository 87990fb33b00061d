"""The recordings made so far: which is looked at, and which it is compared with."""

from __future__ import annotations

import dataclasses

from graphstep.stepping import Cursor
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.values import Values


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One recording, or what is left of it.

    Attributes:
        number: From 1; a number is never given twice.
        what: What was changed, as it was typed; empty for the first.
        base: Number of the recording it was changed from; 0 for none.
        recipe: How to make it again; `None` if it is from a file.
        values: Its values; `None` after they were let go to save memory.
        start: A cursor at its first step, as long as there are values.
        output: What the function returned, in a few characters.
        seconds: How long it took to make.
        nbytes: Bytes that its values take.
    """

    number: int
    what: str = ""
    base: int = 0
    recipe: Recipe | None = None
    values: Values | None = None
    start: Cursor | None = None
    output: str = ""
    seconds: float = 0.0
    nbytes: int = 0


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The recordings made so far.

    Attributes:
        items: In the order of their numbers.
        current: Number of the one that is looked at; 0 for none.
        compared: Number of the one that it is compared with; 0 for none.
        chosen: Number of the one that is selected in the list.
        last: The greatest number given so far.
    """

    items: tuple[Run, ...] = ()
    current: int = 0
    compared: int = 0
    chosen: int = 0
    last: int = 0

    def get(self, number: int) -> Run | None:
        """Return the recording of that number, if it is there."""
        return next((run for run in self.items if run.number == number), None)

    @property
    def nbytes(self) -> int:
        """Bytes that all values take together."""
        return sum(run.nbytes for run in self.items if run.values is not None)

    def added(self, run: Run, limit: int) -> Runs:
        """Return the list with one more, which is looked at from now on.

        The oldest ones let go of their values until all fit in `limit` bytes; the new
        one and the one it was changed from never do.
        """
        items = (*(r for r in self.items if r.number != run.number), run)
        items = tuple(sorted(items, key=lambda r: r.number))
        compared = run.base if self.get(run.base) is not None else 0
        runs = Runs(items, run.number, compared, run.number, max(self.last, run.number))
        for old in items:
            if runs.nbytes <= limit:
                break
            if old.number not in (run.number, compared):
                runs = runs.let_go(old.number)
        return runs

    def let_go(self, number: int) -> Runs:
        """Return the list without the values of one."""
        items = tuple(
            dataclasses.replace(run, values=None, start=None)
            if run.number == number
            else run
            for run in self.items
        )
        return dataclasses.replace(self, items=items)

    def without(self, number: int) -> Runs:
        """Return the list without one that is not looked at."""
        items = tuple(run for run in self.items if run.number != number)
        compared = 0 if self.compared == number else self.compared
        before = [run.number for run in items if run.number < number]
        chosen = before[-1] if before else self.current
        return dataclasses.replace(self, items=items, compared=compared, chosen=chosen)

    def beside(self, number: int, by: int) -> int:
        """Return the number of the recording `by` places on in the list."""
        numbers = [run.number for run in self.items]
        if number not in numbers:
            return self.current
        place = numbers.index(number) + by
        return numbers[min(max(place, 0), len(numbers) - 1)]
