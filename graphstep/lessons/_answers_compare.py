"""Judge whether two formulas say the same, by trying both out."""

from __future__ import annotations

import dataclasses

import numpy as np

from graphstep.errors import AnswerError
from graphstep.lessons._answers import FormulaAnswer, Grade, Near, Verdict
from graphstep.lessons._answers_reading import Formula, read_formula

_POINTS, _LEAST_POINTS, _TRIES = 24, 6, 400
_TOLERANCE = 1e-8


@dataclasses.dataclass(frozen=True, slots=True)
class _Trial:
    """What two formulas come to at one point where the right one has a value."""

    right: np.ndarray
    typed: np.ndarray


def grade_formula(answer: FormulaAnswer, typed: str) -> Grade:
    """Grade a formula by its values at random points, the same ones every time.

    Raises:
        AnswerError: If what was typed is no formula in these variables, or has no value.
        ValueError: If the right formula has no values to compare with.
    """
    names = [variable.name for variable in answer.variables]
    formula = read_formula(typed, names)
    trials = _trials(answer, read_formula(answer.text, names), formula)
    message, near = _judged(trials)
    if near is None and not message:
        return Grade(Verdict.RIGHT, formula.text, "Right.")
    verdict = Verdict.WRONG if near is None else Verdict.NEARLY
    return Grade(verdict, formula.text, message, near)


def _trials(answer: FormulaAnswer, right: Formula, typed: Formula) -> list[_Trial]:
    random = np.random.default_rng(0)
    trials: list[_Trial] = []
    for _ in range(_TRIES):
        values = {
            v.name: random.uniform(v.low, v.high, v.shape) for v in answer.variables
        }
        expected = right.value(values)
        # Outside of the domain there is nothing to be right about.
        if np.isfinite(expected).all():
            trials.append(_Trial(expected, typed.value(values)))
        if len(trials) == _POINTS:
            break
    if len(trials) < _LEAST_POINTS:
        msg = f"`{answer.text}` has no value at most points of its variables' ranges."
        raise ValueError(msg)
    if not any(np.isfinite(trial.typed).any() for trial in trials):
        raise AnswerError("That is not a number anywhere in its variables' ranges.")
    return trials


def _judged(trials: list[_Trial]) -> tuple[str, Near | None]:
    """Return what is wrong, and by what it missed; nothing if nothing is."""
    if all(_agrees(t.typed, t.right) for t in trials):
        return "", None
    if all(_agrees(-t.typed, t.right) for t in trials):
        return "Its sign is wrong.", Near.SIGN
    factor = _factor(trials)
    if factor is not None:
        return "It is right but for a constant factor.", Near.FACTOR
    if all(_agrees(t.typed.T, t.right) for t in trials):
        return "It is transposed: rows and columns are swapped.", Near.TRANSPOSED
    if all(_sums_to(t.typed, t.right) for t in trials):
        return "Those are the terms; add them up.", Near.SUM
    n_right = sum(_agrees(t.typed, t.right) for t in trials)
    if n_right >= _LEAST_POINTS:
        message = "It is right for some values of its variables, not for all."
        return message, Near.DOMAIN
    shapes = {(t.typed.shape, t.right.shape) for t in trials}
    if all(typed != right for typed, right in shapes):
        typed, right = min(shapes)
        return f"Its shape is {typed}; it should be {right}.", None
    return "That is not it.", None


def _agrees(typed: np.ndarray, right: np.ndarray) -> bool:
    return typed.shape == right.shape and np.allclose(
        typed, right, rtol=_TOLERANCE, atol=_TOLERANCE * np.abs(right).max(initial=1e-3)
    )


def _sums_to(typed: np.ndarray, right: np.ndarray) -> bool:
    if typed.ndim <= right.ndim:
        return False
    axes = tuple(range(typed.ndim - right.ndim))
    return _agrees(typed.sum(axes), right)


def _factor(trials: list[_Trial]) -> float | None:
    """Return the one number that makes every wrong value right, if there is one."""
    first = trials[0]
    size = np.abs(first.typed).max(initial=0)
    if first.typed.shape != first.right.shape or not size or not np.isfinite(size):
        return None
    at = np.unravel_index(np.abs(first.typed).argmax(), first.typed.shape)
    factor = first.right[at] / first.typed[at]
    is_it = factor and all(_agrees(factor * t.typed, t.right) for t in trials)
    return factor if is_it else None
