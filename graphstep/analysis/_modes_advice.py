"""Which mode to use, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from graphstep.analysis._modes import FORWARD, REVERSE, Modes
from graphstep.analysis._modes_measured import Timing

# Times that differ by no more than this factor are called the same: so much differs
# from run to run.
TIE = 1.25
FORWARD_OVER_REVERSE = "jacfwd(jacrev)"
# Programs of less work than this take less time than it takes to call them.
SMALL = 100_000


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """Which of the two modes is better for the Jacobian.

    Attributes:
        name: `jacfwd` or `jacrev`, or `""` if neither is possible.
        ratio: Time of `jacfwd` by that of `jacrev`; `None` if only one is possible.
    """

    name: str
    ratio: float | None

    @property
    def is_tie(self) -> bool:
        """Whether both take the same time, within what differs from run to run."""
        return self.ratio is not None and 1 / TIE <= self.ratio <= TIE

    @property
    def text(self) -> str:
        """The name, with what is to be said if both take the same time."""
        return f"tie: {self.name}" if self.is_tie else self.name

    def agrees(self, other: Choice) -> bool:
        """Return whether two choices say the same: the same mode, or both a tie."""
        return self.name == other.name or (self.is_tie and other.is_tie)


def choice_of(forward: float | None, reverse: float | None) -> Choice:
    """Return the choice between two times, either of which may not exist.

    Forward mode wins a tie: it stores no residuals.
    """
    if forward is None or reverse is None:
        only = (
            FORWARD if forward is not None else REVERSE if reverse is not None else ""
        )
        return Choice(only, None)
    ratio = forward / max(reverse, 1e-12)
    return Choice(FORWARD if ratio <= TIE else REVERSE, ratio)


def predicted(found: Modes) -> Choice:
    """Return which mode is better by the work that its program does."""
    works = [
        None if estimate.problem else float(estimate.work)
        for estimate in (found.estimate(FORWARD), found.estimate(REVERSE))
    ]
    return choice_of(*works)


def measured(timings: Sequence[Timing]) -> Choice:
    """Return which mode was faster."""
    seconds = {timing.mode: timing.seconds for timing in timings}
    return choice_of(seconds.get(FORWARD), seconds.get(REVERSE))


def advice(found: Modes, timings: Sequence[Timing] = ()) -> str:
    """Return which mode to use and why, in a few sentences."""
    said = [_jacobian(found), _disagreement(found, timings), _hessian(found)]
    if timings and found.value.work < SMALL:
        said.append(
            "So small a function takes less time than calling it does, so that the "
            "measured times lie closer together than the predicted ones."
        )
    return " ".join(sentence for sentence in said if sentence)


def _jacobian(found: Modes) -> str:
    n, m = found.function.n, found.function.m
    sizes = f"m = {m} {_outputs(m)}, n = {n} {_inputs(n)}"
    choice = predicted(found)
    if not choice.name:
        return f"{sizes}: JAX can differentiate it in neither mode."
    mine, other = (m, n) if choice.name == REVERSE else (n, m)
    mode = "reverse mode" if choice.name == REVERSE else "forward mode"
    call = _call(choice.name, m)
    if choice.ratio is None:
        refused = found.estimate(FORWARD if choice.name == REVERSE else REVERSE)
        return (
            f"{sizes}: {mode} ({call}), {_passes(mine)}, for JAX cannot do "
            f"{refused.mode.name}: {refused.problem.rstrip('.')}."
        )
    if choice.is_tie:
        if n == m == 1:
            counts = "either mode takes one pass"
        else:
            counts = f"forward mode takes {_passes(n)}, reverse mode {_passes(m)}"
        return (
            f"{sizes}: {counts}, and both cost the same within "
            f"{abs(choice.ratio - 1):.0%}. Forward mode ({call}), because it stores no "
            "residuals."
        )
    if mine < other:
        return f"{sizes}: {mode} ({call}), {_passes(mine)} instead of {other}."
    return (
        f"{sizes}: {mode} ({call}), although it takes {_passes(mine)} and not {other}: "
        "each of its passes costs less."
    )


def _disagreement(found: Modes, timings: Sequence[Timing]) -> str:
    was = measured(timings)
    if was.ratio is None or predicted(found).agrees(was):
        return ""
    by = max(was.ratio, 1 / max(was.ratio, 1e-12))
    if was.is_tie:
        return "Measured, both took about the same time."
    return f"Measured, {was.name} was faster, {by:.2g} times."


def _hessian(found: Modes) -> str:
    n, m = found.function.n, found.function.m
    possible = [
        e for e in found.estimates if e.mode.gives == "hessian" and not e.problem
    ]
    if not possible or n == 1:
        return ""
    least = min(possible, key=lambda e: e.work)
    near = {e.mode.name: e for e in possible if e.work <= TIE * least.work}
    # Among equals forward over reverse: no residuals of the outer pass are stored.
    best = near.get(FORWARD_OVER_REVERSE, least)
    shape = f"{n}×{n}" if m == 1 else f"{m}×{n}×{n}"
    said = f"The Hessian is {shape}: {best.mode.name} does the least work for it"
    if found.estimate("hvp").problem:
        return f"{said}."
    return f"{said}; hvp gives its product with one vector in one pass."


def _call(name: str, m: int) -> str:
    return "jax.grad or jax.jacrev" if name == REVERSE and m == 1 else f"jax.{name}"


def _passes(count: int) -> str:
    return "one pass" if count == 1 else f"{count} passes"


def _inputs(count: int) -> str:
    return "input" if count == 1 else "inputs"


def _outputs(count: int) -> str:
    return "output" if count == 1 else "outputs"
