"""The lecture's experiment as a table: which mode wins for which shape."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from graphstep.analysis import SHAPES, SWEEP, TIE, Choice, Trial, crossover, trial
from graphstep.cli.columns import columns
from graphstep.cli.terminal import Terminal
from graphstep.export.modes import factor_text, seconds

_TITLES = (
    "n → m",
    "jacfwd",
    "jacrev",
    "predicted",
    "measured",
    "predicted",
    "measured",
    "same",
)

_LEGEND = (
    "predicted and measured: the time of jacfwd by that of jacrev, and then which of "
    f"them wins. Within {TIE} of each other they tie, and forward mode is the one to "
    "use: it stores no residuals."
)


def trials(limit: float, progress: Any) -> tuple[list[Trial], list[Trial]]:
    """Return what was found for the shapes of the lecture, and for the sweep.

    Args:
        limit: Seconds to measure each map at most.
        progress: Is told what comes next.
    """
    found = [trial(n, m, seconds=limit, progress=progress) for n, m in SHAPES]
    swept = [trial(n, m, seconds=limit, progress=progress) for n, m in SWEEP]
    return found, swept


def lines(
    found: Sequence[Trial], swept: Sequence[Trial], terminal: Terminal
) -> Iterator[str]:
    """Yield the table, and where the modes cross."""
    yield "Jacobian of x ↦ tanh(B sin(A x)), from n numbers over 1000 to m"
    yield from columns(
        _TITLES,
        [_cells(each) for each in found],
        terminal,
        right=(1, 2, 3, 4),
        first_to_go=(2, 1, 7),
    )
    yield from textwrap.wrap(_LEGEND, terminal.width)
    yield ""
    yield from textwrap.wrap(_crossing(swept), terminal.width)


def _cells(each: Trial) -> tuple[str, ...]:
    agree = "yes" if each.measured.agrees(each.predicted) else "no"
    return (
        f"{each.n}→{each.m}",
        _time(each, "jacfwd"),
        _time(each, "jacrev"),
        _ratio(each.predicted),
        _ratio(each.measured),
        each.predicted.text,
        each.measured.text,
        agree,
    )


def _time(each: Trial, name: str) -> str:
    took = each.seconds(name)
    return "-" if took is None else seconds(took)


def _ratio(choice: Choice) -> str:
    ratio = choice.ratio
    if ratio is None:
        return "-"
    return factor_text(ratio) if ratio >= 1 else f"1/{factor_text(1 / ratio)}"


def _crossing(swept: Sequence[Trial]) -> str:
    n = swept[0].n
    predicted = crossover(swept, lambda each: each.predicted.ratio)
    measured = crossover(swept, lambda each: each.measured.ratio)
    return (
        f"Of maps from {n} numbers both modes take as long {_place(predicted)} by "
        f"prediction, {_place(measured)} by the clock."
    )


def _place(m: float | None) -> str:
    return "nowhere" if m is None else f"at m ≈ {m:.0f}"


def facts(found: Sequence[Trial], swept: Sequence[Trial]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "trials": [_fact(each) for each in found],
        "sweep": [_fact(each) for each in swept],
        "crossover": {
            "predicted": crossover(swept, lambda each: each.predicted.ratio),
            "measured": crossover(swept, lambda each: each.measured.ratio),
        },
    }


def _fact(each: Trial) -> dict[str, Any]:
    return {
        "n": each.n,
        "m": each.m,
        "seconds": {name: each.seconds(name) for name in ("jacfwd", "jacrev")},
        "predicted": {"mode": each.predicted.name, "ratio": each.predicted.ratio},
        "measured": {"mode": each.measured.name, "ratio": each.measured.ratio},
        "is_tie": {
            "predicted": each.predicted.is_tie,
            "measured": each.measured.is_tie,
        },
    }
