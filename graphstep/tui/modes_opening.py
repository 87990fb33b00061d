"""Run an application, and those of the other programs that it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphstep.recording import Recording
from graphstep.tui.modes_actions import ModesActions
from graphstep.tui.running import run_app
from graphstep.tui.traced import Traced

# From a trace, and a recording of it if there is one, to an application.
Make = Callable[[Traced, Recording | None], ModesActions]


def run_opening(
    app: ModesActions, make: Make, run: Callable[[Any], int] = run_app
) -> int:
    """Run an application until it is left for good, and return the exit status.

    Whoever leaves a program that was opened from another comes back to that one.

    Args:
        app: The first one.
        make: Makes further ones.
        run: Runs one.

    Raises:
        InterfaceError: If a panel or a handler of one failed.
    """
    app.can_open = True
    status = run(app)
    while (opening := app.opens) is not None:
        run_opening(make(opening.other, None), make, run)
        app = make(opening.trace, opening.recording)
        app.can_open = True
        status = run(app)
    return status
