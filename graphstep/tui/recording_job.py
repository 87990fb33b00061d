"""Make the recording in a thread of its own, and say how it goes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App

from graphstep.errors import CancelledError, OutputError
from graphstep.tracing import failure_location, one_line
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.job import Job, reason_of
from graphstep.tui.messages import RecordingFailed, RecordingMade
from graphstep.tui.runs_made import nbytes_of, output_of, start_of
from graphstep.tui.runs_state import Run
from graphstep.tui.values import Values


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """What is to be recorded.

    Attributes:
        recipe: Returns what the recording is made of; called in the thread.
        number: The number that the recording will have.
        what: What was changed, as it was typed; empty for the first.
        base: Number of the recording that it was changed from; 0 for none.
        save: Where to write it too.
    """

    recipe: Callable[[], Recipe]
    number: int = 1
    what: str = ""
    base: int = 0
    save: Path | None = None


class RecordingJob(Job):
    """One attempt at a recording.

    Args:
        app: Is told of every stage and of the end.
        attempt: What to record.
    """

    def __init__(self, app: App[Any], attempt: Attempt) -> None:
        super().__init__(app)
        self._attempt = attempt
        self._unsaved = ""

    def _work(self) -> None:
        fn: Callable[..., Any] | None = None
        try:
            recipe = self._attempt.recipe()
            fn = recipe.function
            made = self._made(recipe)
        except CancelledError as error:
            self._end(RecordingFailed(one_line(str(error)), is_cancelled=True))
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the dialog says it.
            place = None if fn is None else failure_location(error, fn)
            self._end(RecordingFailed(reason_of(error), place=place))
        else:
            self._end(RecordingMade(made, self._unsaved))

    def _made(self, recipe: Recipe) -> Run:
        attempt = self._attempt
        recording = recipe.record(self._stage)
        if self.is_unwanted:
            raise CancelledError("The recording was cancelled in its last stage.")
        values = Values(recording)
        if attempt.save is not None:
            try:
                recording.save(attempt.save)
            except OutputError as error:
                # What took long to make is not lost for a full disk.
                self._unsaved = one_line(str(error))
        return Run(
            attempt.number,
            attempt.what,
            attempt.base,
            recipe,
            values,
            start_of(recording),
            output_of(values),
            self.seconds,
            nbytes_of(recording),
        )
