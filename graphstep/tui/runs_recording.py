"""Recording in the background, and what is looked at once that is done."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from graphstep.graph import ProgramGraph
from graphstep.recording import Recording, default_budget
from graphstep.tracing import SourceLocation, one_line
from graphstep.tui.arranging import Arranging
from graphstep.tui.edit_recipe import Recipe
from graphstep.tui.failure_screen import FailureScreen
from graphstep.tui.found import Found
from graphstep.tui.job import Job
from graphstep.tui.listening import PRINTED
from graphstep.tui.messages import (
    Noticed,
    RecordingFailed,
    RecordingMade,
    StageBegan,
)
from graphstep.tui.progress import ProgressBar
from graphstep.tui.recording_job import Attempt, RecordingJob
from graphstep.tui.runs_made import nbytes_of, output_of, start_of
from graphstep.tui.runs_place import same_place
from graphstep.tui.runs_state import Run, Runs
from graphstep.tui.state import UiState
from graphstep.tui.traced import Traced
from graphstep.tui.values import Values


class RecordingActions(Arranging):
    """Recording in the background.

    Attributes:
        has_failed: Whether there is no recording, or no file of it, because that failed.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        self.has_failed = False
        self._values: Values | None = None
        # XLA works on one thing at a time, for what is given up cannot be stopped.
        self._job: Job | None = None
        self._attempt: Attempt | None = None
        self._budget: int | None = None

    @property
    def recording(self) -> Recording | None:
        """The recording that is looked at, once there is one."""
        return None if self._values is None else self._values.recording

    @property
    def is_recording(self) -> bool:
        """Whether a recording is being made."""
        return isinstance(self._job, RecordingJob) and self._bar.progress is not None

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; a recording is, or what is fetched."""
        job = self._job
        is_wanted = job is not None and job.is_alive and not job.is_unwanted
        return is_wanted or self.is_recording or super().has_more_to_show

    @property
    def _bar(self) -> ProgressBar:
        return self.screen_stack[0].query_one(ProgressBar)

    def open_recording(
        self,
        recording: Recording,
        trace: Traced | None,
        options: dict[str, Any] | None = None,
    ) -> None:
        """Look at a recording that was made already, with these options."""
        recipe = None if trace is None else Recipe(trace, options or {})
        values, start = Values(recording), start_of(recording)
        seconds = sum(took for _, took in recording.timings)
        run = Run(
            1, "", 0, recipe, values, start, output_of(values), seconds,
            nbytes_of(recording),
        )  # fmt: skip
        self._values = values
        runs = Runs((run,), 1, 0, 1, 1)
        self.state = dataclasses.replace(self.state, runs=runs)
        if start is not None:
            self.state = self.state.moved(start)

    def begin_recording(
        self, trace: Traced, options: dict[str, Any], save: Path | None = None
    ) -> None:
        """Record for the first time."""
        self._budget = options.get("budget")
        recipe = Recipe(trace, options)
        self.start_recording(Attempt(lambda: recipe, save=save))

    def start_recording(self, attempt: Attempt) -> None:
        """Record in a thread, unless that is being done already."""
        if self.is_busy():
            return
        self.has_failed = False
        self._attempt = attempt
        self._job = RecordingJob(self, attempt)
        self._job.start()
        self.show_progress(self._job)
        self.change(self.state.say(""))

    def is_busy(self) -> bool:
        """Return whether XLA is at work, and say so if it is."""
        job = self._job
        if job is None or not job.is_alive:
            return False
        said = f"{job.progress.words} is going on; Esc cancels it"
        if job.is_unwanted:
            said = (
                "what was cancelled has not come to an end yet: XLA cannot be stopped"
            )
        self.change(self.state.say(said, is_alarming=job.is_unwanted))
        return True

    def show_progress(self, job: Job) -> None:
        """Show how far something has come, as long as it is wanted."""
        if job is self._job and job.is_alive and not job.is_unwanted:
            self._bar.progress = job.progress
            self.mark_stale()

    def hide_progress(self, job: Job) -> None:
        """Show it no longer, unless something else is going on by now."""
        if job is self._job:
            self._bar.progress = None
            self.mark_stale()

    def on_stage_began(self, message: StageBegan) -> None:
        """Show the stage."""
        job = message.job
        job.progress = job.progress.then(message.stage, message.seconds)
        if job is self._job and self._bar.progress is not None:
            self._bar.progress = job.progress
            self._bar.tick()

    def on_recording_made(self, message: RecordingMade) -> None:
        """Show it: the first from its first step, others from the present one."""
        self._bar.progress = None
        run, state = message.run, self.state
        assert run.values is not None
        budget = self._budget or default_budget()
        runs = state.runs.added(run, max(budget, run.nbytes))
        state = dataclasses.replace(state, runs=runs)
        said = " ".join(run.values.recording.notes)
        attempt, self._attempt = self._attempt, None
        if message.unsaved:
            self.has_failed, said = True, message.unsaved
        elif attempt is not None and attempt.save is not None:
            said = f"saved to {attempt.save}. {said}"
        elif run.what:
            took = f"recording {run.number}: {run.what} gives {run.output}"
            compared = f"; ≠ marks what differs from recording {runs.compared}"
            said = took + (compared if runs.compared else "")
        # The notes would hide what the program has just printed.
        if state.notice.startswith(PRINTED):
            said = f"{state.notice}   {said}"
        self._look_at(state, run, one_line(said), is_alarming=bool(message.unsaved))

    def _look_at(
        self, state: UiState, run: Run, said: str, *, is_alarming: bool = False
    ) -> None:
        assert run.values is not None
        graph = run.values.recording.graph
        if graph is not state.graph:
            state = state.with_graph(graph)
        self._values = run.values
        if run.start is None:
            said = f"{state.why_no_walk}. {said}"
        elif state.cursor is None:
            state = state.begun(run.start)
        else:
            state = state.moved(same_place(run.start, state.cursor))
        self.change(state.say(said, is_alarming=is_alarming))

    def on_recording_failed(self, message: RecordingFailed) -> None:
        """Say why; the graph stays, and so does what was recorded before."""
        self._bar.progress = None
        has_others = self.state.cursor is not None
        if message.is_cancelled:
            self.change(self.state.say("cancelled; R records again, q quits"))
            return
        self.has_failed = not has_others
        state = self.state
        node = None if message.place is None else _node_at(state.graph, message.place)
        if node is not None:
            state = state.select_node(node)
        kept = "the recording before is still here" if has_others else "no recording"
        self.change(state.say(f"{kept}; R tries again", is_alarming=True))
        self.push_screen(FailureScreen(message.reason, message.place))

    def key_escape(self) -> None:
        """Cancel what is going on, or let a notice or what was found go."""
        job = self._job
        if job is not None and job.is_alive and not job.is_unwanted:
            self.cancel(job)
        elif self.stop_working():
            self.change(self.state.say("cancelled"))
        elif self.state.notice:
            self.change(self.state.say(""))
        elif self.state.found.items:
            self.change(dataclasses.replace(self.state, found=Found()))

    def cancel(self, job: Job) -> None:
        """Stop something at the end of its stage, and say so."""
        job.cancel()
        job.progress = job.progress.cancelling()
        if self._bar.progress is not None:
            self._bar.progress = job.progress
            self._bar.tick()

    def on_noticed(self, message: Noticed) -> None:
        """Put a line before the person."""
        self.change(self.state.say(message.text, is_alarming=message.is_alarming))


def _node_at(graph: ProgramGraph, place: SourceLocation) -> str | None:
    """Return the first node that was made at a line, or else one that calls back."""
    for node in graph.order:
        source = graph.source(node)
        if source is not None and (source.file, source.line) == (
            place.file,
            place.line,
        ):
            return node
    callbacks = [
        node for node in graph.order if "callback" in graph.node(node).primitive
    ]
    # A line inside a callback is that of no equation.
    return callbacks[0] if len(callbacks) == 1 else None
