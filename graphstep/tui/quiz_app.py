"""Open a quiz in the terminal."""

from __future__ import annotations

from typing import Any

from graphstep.tui.app import StepApp
from graphstep.tui.collecting import rare_collections
from graphstep.tui.quiz_orders import QuizAsked
from graphstep.tui.running import run_app
from graphstep.tui.settings import read_settings, settings_folder
from graphstep.tui.surroundings import check_surroundings
from graphstep.tui.traced import Traced


def run_quiz(
    trace: Traced,
    wanted: QuizAsked,
    *,
    ascii: bool | None = None,  # noqa: A002 -- the word for it.
    **options: Any,
) -> int:
    """Record a function and ask questions about it; return the exit status.

    Args:
        trace: What to record.
        wanted: What to ask.
        ascii: Whether to draw with ASCII alone; by default as the locale and the
            terminal want it.
        **options: For `trace.record`.

    Raises:
        InterfaceError: If there is no terminal to open it in, or the interface failed.
    """
    check_surroundings()
    settings = read_settings(settings_folder())
    with rare_collections():
        app = StepApp(
            trace.graph,
            trace=trace,
            ascii=settings.is_ascii if ascii is None else ascii,
            settings=settings,
            **options,
        )
        app.want_quiz(wanted)
        return run_app(app)
