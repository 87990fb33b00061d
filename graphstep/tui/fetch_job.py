"""Run the program again for arrays that were not kept, in a thread of its own."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual.app import App

from graphstep.errors import CancelledError
from graphstep.recording import Recording
from graphstep.tui.job import Job, reason_of
from graphstep.tui.messages import Fetched
from graphstep.tui.progress import Progress

_STAGES = ("lower", "compile", "run")


class FetchJob(Job):
    """One run of the program for the arrays of some nodes.

    Args:
        app: Is told of every stage and of the end.
        recording: Will have the arrays.
        nodes: Ids of the nodes that are fetched.
    """

    def __init__(
        self, app: App[Any], recording: Recording, nodes: tuple[str, ...]
    ) -> None:
        super().__init__(app)
        self.recording = recording
        self._nodes = nodes
        n = len(nodes)
        words = f"running again for {n} node{'s' * (n != 1)}"
        began = self.progress.began
        self.progress: Progress = Progress(began, words=words, known=_STAGES)

    def _work(self) -> None:
        done = Fetched(self, self.recording)
        try:
            zoomed = self.recording.zoom(self._nodes, progress=self._stage)
        except CancelledError:
            self._end(done)
        except Exception as error:  # noqa: BLE001 -- a thread's edge: the panel says it.
            self._end(dataclasses.replace(done, problem=reason_of(error)))
        else:
            self._end(dataclasses.replace(done, zoomed=zoomed))
