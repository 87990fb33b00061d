"""Open a lesson in the terminal."""

from __future__ import annotations

import dataclasses

from graphstep.lessons import LessonRun, Progress
from graphstep.tui.app import StepApp
from graphstep.tui.collecting import rare_collections
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.running import run_app
from graphstep.tui.settings import Remembered, read_settings, settings_folder
from graphstep.tui.surroundings import check_surroundings


def run_lesson(
    run: LessonRun,
    progress: Progress,
    *,
    ascii: bool | None = None,  # noqa: A002 -- the word for it.
) -> int:
    """Open a lesson, and return the exit status.

    Args:
        run: The lesson, which has been run.
        progress: How far the person has come in lessons.
        ascii: Whether to draw with ASCII alone; by default as the locale and the
            terminal want it.

    Raises:
        InterfaceError: If there is no terminal to open it in, or the interface failed.
    """
    check_surroundings()
    settings = read_settings(settings_folder())
    found = settings.remembered
    # How panels stand in a lesson says nothing of how they should in other walks.
    settings = dataclasses.replace(
        settings,
        folder=None,
        remembered=Remembered(
            theme=found.theme, theme_of_sixteen=found.theme_of_sixteen
        ),
    )
    with rare_collections():
        app = StepApp(
            run.recording.graph,
            trace=run.trace,
            recording=run.recording,
            ascii=settings.is_ascii if ascii is None else ascii,
            settings=settings,
            lesson=LessonState.begun(run, progress),
            **run.options,
        )
        if progress.problem:
            app.change(app.state.say(progress.problem, is_alarming=True))
        return run_app(app)
