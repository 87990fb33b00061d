"""Work that takes longer than a frame: one thing at a time, in a thread, cancellable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from textual.message import Message

from graphstep.errors import GraphstepError
from graphstep.tracing import one_line
from graphstep.tui import threads
from graphstep.tui.base import StatefulApp
from graphstep.tui.messages import Noticed

# Seconds until something that is still going on is spoken of.
_PATIENCE = 0.15


class Task:
    """One piece of work in a thread.

    Args:
        words: What it does, for the person who waits.
    """

    def __init__(self, words: str) -> None:
        self.words = words
        self.progress = ""
        self._cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for it any more; it may end early then."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Let it be."""
        self._cancelled.set()


class BackgroundWork(StatefulApp):
    """Does what takes long in a thread, so that keys are answered meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._current_task: Task | None = None

    @property
    def is_working(self) -> bool:
        """Whether something is being done in a thread."""
        return self._current_task is not None

    @property
    def has_more_to_show(self) -> bool:
        """Whether something is still to come; what is done in a thread is."""
        return self.is_working or super().has_more_to_show

    def work_apart(self, words: str, work: Callable[[Task], Message | None]) -> None:
        """Begin some work, in place of what was going on.

        Args:
            words: What it does.
            work: Gives back what the application is to be told.
        """
        self.stop_working()
        task = self._current_task = Task(words)
        # The threads of Textual's workers are waited for when the application ends.
        threads.begin("graphstep-work", self._do, task, work)
        self.set_timer(_PATIENCE, lambda: self._report(task))

    def stop_working(self) -> bool:
        """Give up what is going on; return whether there was anything."""
        task, self._current_task = self._current_task, None
        if task is None:
            return False
        task.cancel()
        return True

    def _report(self, task: Task) -> None:
        if task is self._current_task:
            said = f"{task.words} {task.progress}".strip()
            self.change(self.state.say(f"{said}  (Esc cancels)"))
            self.set_timer(_PATIENCE, lambda: self._report(task))

    def _do(self, task: Task, work: Callable[[Task], Message | None]) -> None:
        try:
            message = work(task)
        except GraphstepError as error:
            message = Noticed(one_line(str(error)), is_alarming=True)
        except Exception as error:  # noqa: BLE001 -- nothing is swallowed in a thread.
            text = f"{type(error).__name__}: {error}"
            message = Noticed(one_line(text), is_alarming=True)
        if not task.is_cancelled:
            self.call_later(self._end, task, message)

    def _end(self, task: Task, message: Message | None) -> None:
        if task is self._current_task:
            self._current_task = None
            if message is not None:
                self.post_message(message)
