"""Run passes that fill the Jacobian, in a thread of their own."""

from __future__ import annotations

from typing import Any

from textual.app import App

from graphstep.analysis import Accumulated, basis_seed, basis_tangents
from graphstep.errors import CancelledError
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.jacobian_orders import Mode, PassDone
from graphstep.tui.job import Job, reason_of


class JacobianJob(Job):
    """Some passes of one mode; the compiled program of the first serves them all.

    Args:
        app: Is told of every pass and of the end.
        recipe: What is recorded.
        found: What is filled by now.
        mode: Whether each pass fills a column or a row.
        is_all: Whether to go on until all of these are filled.
    """

    def __init__(
        self,
        app: App[Any],
        recipe: Recipe,
        found: Accumulated,
        mode: Mode,
        *,
        is_all: bool,
    ) -> None:
        super().__init__(app)
        self._recipe = recipe
        self._found = found
        self._mode: Mode = mode
        self._is_all = is_all

    def _work(self) -> None:
        try:
            while self._pass() and self._is_all and not self.is_unwanted:
                self._tell(PassDone(self, self._found))
        except CancelledError:
            self._end(PassDone(self, self._found, is_last=True))
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the screen says it.
            problem = reason_of(error)
            self._end(PassDone(self, self._found, is_last=True, problem=problem))
        else:
            self._end(PassDone(self, self._found, is_last=True))

    def _pass(self) -> bool:
        """Fill the next column or row; return whether there was one."""
        found, program = self._found, self._recipe.program
        is_column = self._mode == "column"
        number = found.next_column() if is_column else found.next_row()
        if number is None:
            return False
        if is_column:
            direction = basis_tangents(program, found.columns[number])
            recipe = self._recipe.with_tangents(direction)
        else:
            recipe = self._recipe.with_seed(basis_seed(program, found.rows[number]))
        recording = recipe.unverified().record(self._goes_on)
        fill = found.with_column if is_column else found.with_row
        self._found = fill(number, recording)
        return True

    def _goes_on(self, _stage: str, _seconds: float) -> bool:
        return not self.is_unwanted
