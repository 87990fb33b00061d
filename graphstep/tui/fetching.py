"""The actions that run the program again for arrays that a summary did not keep."""

from __future__ import annotations

from graphstep.export.modes import seconds
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tui.array_field import Missing, field_of
from graphstep.tui.fetch_job import FetchJob
from graphstep.tui.job import Job
from graphstep.tui.messages import FetchAsked, Fetched
from graphstep.tui.rerunning import RerunningActions
from graphstep.tui.resting import Resting
from graphstep.tui.view import View
from graphstep.tui.zooming import KEPT, nodes_to_fetch, seconds_to_zoom

# Programs that take no longer are run again without being asked to.
_QUICK = 2.0
# Seconds until a fetch that is still going on is spoken of.
_PATIENCE = 0.3


class FetchingActions(RerunningActions):
    """Fetching arrays that were not kept."""

    def __init__(self, graph: ProgramGraph) -> None:
        super().__init__(graph)
        # Recordings of which no more is fetched without being asked to.
        self._unasked: dict[int, Recording] = {}
        self._fetching = Resting(self, self._fetch_quickly)

    @property
    def _view(self) -> View:
        return View(self.state, self._values, self.palette, self.comparison)

    def action_fetch(self) -> None:
        """Run the program again for the arrays that were not kept."""
        recording = self.recording
        if recording is None:
            return
        if recording.mode != "summary":
            self.change(self.state.say("all arrays of this recording were kept"))
        elif not self.is_busy():
            self._unasked.pop(id(recording), None)
            self._fetch(recording)

    def on_fetch_asked(self, _: FetchAsked) -> None:
        """Run the program again."""
        self.action_fetch()

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what may be fetched in a moment is."""
        return self._fetching.is_waiting or super().has_more_to_show

    def fetch_soon(self) -> None:
        """Fetch what the array panel lacks, once keys rest: that compiles a program."""
        recording = self.recording
        is_summary = recording is not None and recording.mode == "summary"
        if is_summary and self.pane("array").display:
            self._fetching.ask()

    def _fetch_quickly(self) -> None:
        """Fetch what the array panel lacks, if that takes no time to speak of."""
        recording = self.recording
        if (
            recording is None
            or recording.mode != "summary"
            or id(recording) in self._unasked
            or (self._job is not None and self._job.is_alive)
            or not 0 < seconds_to_zoom(recording) <= _QUICK
        ):
            return
        found = field_of(self._view)
        if isinstance(found, Missing) and found.can_zoom:
            self._fetch(recording)

    def _fetch(self, recording: Recording) -> None:
        cursor, node = self.state.cursor, self.state.inspected
        if cursor is None or node is None:
            return
        job = FetchJob(self, recording, nodes_to_fetch(cursor, node))
        self._job = job
        job.start()
        # What is there in a moment needs no bar that comes and goes.
        self.set_timer(_PATIENCE, lambda: self.show_progress(job))

    def on_fetched(self, message: Fetched) -> None:
        """Show what is there now."""
        job, recording = message.job, message.recording
        if job.is_unwanted:
            if message.zoomed in recording.zoomed:
                recording.zoomed.remove(message.zoomed)
            return
        self.hide_progress(job)
        # Whoever walks far would hold on to every array in the end.
        del recording.zoomed[:-KEPT]
        if message.problem:
            self._unasked[id(recording)] = recording
        values = self._values
        if values is not None and values.recording is recording:
            values.refusal = message.problem
            values.forget()
        if message.problem:
            self.change(self.state.say(message.problem, is_alarming=True))
        elif job.seconds > _PATIENCE:
            took = seconds(job.seconds)
            self.change(self.state.say(f"ran again in {took}; the arrays are here"))
        else:
            self.mark_stale()

    def cancel(self, job: Job) -> None:
        """End the wait at once, if it is one for arrays."""
        if not isinstance(job, FetchJob):
            super().cancel(job)
            return
        job.cancel()
        self._unasked[id(job.recording)] = job.recording
        self.hide_progress(job)
        said = "cancelled; XLA cannot be stopped, so what it still brings is dropped"
        self.change(self.state.say(said))
