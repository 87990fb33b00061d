"""Check a lesson: run it, and verify all that it claims."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from graphstep.errors import AnswerError
from graphstep.lessons._answers import Variable
from graphstep.lessons._answers_reading import read_formula
from graphstep.lessons._grading import answer_text, grade, value_text
from graphstep.lessons._lesson import (
    Claims,
    Exercise,
    Expression,
    Lesson,
    Page,
    Prose,
    Span,
    Table,
)
from graphstep.lessons._lesson_problems import Problem
from graphstep.lessons._lesson_reading import all_prose
from graphstep.lessons._lesson_run import LessonRun, TraceFunction
from graphstep.lessons._lesson_scope import LessonFailureError, Scope, failure_text
from graphstep.tracing import one_line

_NUMBER = re.compile(
    r"(?P<sign>[−-])?(?P<digits>\d+(?:\.(?P<decimals>\d+))?)"
    r"(?:e(?P<exponent>[−+-]?\d+))?|(?P<word>[−-]?(?:NaN|Inf))"
)
_LONGEST = 60
_TRIALS = 5


def check_lesson(lesson: Lesson, trace: TraceFunction) -> tuple[Problem, ...]:
    """Return all that is wrong with a lesson, in the order of its lines.

    Args:
        lesson: What was read.
        trace: `graphstep.trace`.
    """
    try:
        run = LessonRun(lesson, trace)
    except LessonFailureError as error:
        return (Problem(lesson.file, error.line, error.text),)
    return check_run(run)


def check_run(run: LessonRun) -> tuple[Problem, ...]:
    """Return all that is wrong with a lesson that runs, in the order of its lines."""
    checker = _Checker(run)
    found = [each for page in run.lesson.pages for each in checker.page(page)]
    return tuple(sorted(set(found)))


def counts(lesson: Lesson) -> str:
    """Return how much there is to check in a lesson: pages, claims, exercises."""
    claims = exercises = 0
    for page in lesson.pages:
        exercises += len(page.exercises)
        claims += sum(
            span.claim is not None
            for prose in all_prose(page)
            for block in prose.blocks
            for span in block.spans
        )
        claims += sum(
            len(part.expressions) for part in page.parts if isinstance(part, Claims)
        )
    counted = {"page": len(lesson.pages), "claim": claims, "exercise": exercises}
    return ", ".join(f"{n} {noun}{'s' * (n != 1)}" for noun, n in counted.items())


class _Checker:
    """Checks one page after the other."""

    def __init__(self, run: LessonRun) -> None:
        self._run = run

    def page(self, page: Page) -> Iterator[Problem]:
        """Yield all that is wrong with a page."""
        yield from self._tried(lambda: self._run.place(page.stop))
        for part in page.parts:
            match part:
                case Prose():
                    yield from self._prose(part, self._run.scope)
                case Claims():
                    for expression in part.expressions:
                        yield from self._claim(expression)
                case Table():
                    yield from self._tried(lambda part=part: self._run.table(part))
                case Exercise():
                    yield from self._exercise(part)

    def _problem(self, line: int, text: str) -> Problem:
        return Problem(self._run.lesson.file, line, text)

    def _tried(self, work: Callable[[], object]) -> Iterator[Problem]:
        try:
            work()
        except LessonFailureError as error:
            yield self._problem(error.line, error.text)

    def _claim(self, expression: Expression) -> Iterator[Problem]:
        try:
            value = self._run.scope.evaluate(expression)
            is_true = bool(np.all(np.asarray(value)))
        except (LessonFailureError, TypeError, ValueError) as error:
            yield self._problem(expression.line, one_line(str(error), 240))
            return
        if not is_true:
            said = f"the claim `{one_line(expression.text, _LONGEST)}` is not so"
            yield self._problem(expression.line, said + self._left_side(expression))

    def _left_side(self, expression: Expression) -> str:
        """Return what the left side of a comparison is."""
        tree = ast.parse(f"({expression.text}\n)", mode="eval").body
        if not isinstance(tree, ast.Compare):
            return ""
        left = Expression(ast.unparse(tree.left), expression.line)
        value = self._run.scope.evaluate(left)
        return f": the left side is {one_line(_text(value), 80)}"

    def _prose(self, prose: Prose, scope: Scope) -> Iterator[Problem]:
        for block in prose.blocks:
            for span in block.spans:
                if span.claim is not None:
                    yield from self._span(span, span.claim, scope)

    def _span(self, span: Span, claim: Expression, scope: Scope) -> Iterator[Problem]:
        try:
            value = scope.evaluate(claim)
        except LessonFailureError as error:
            yield self._problem(error.line, error.text)
            return
        if not says(span.text, value):
            given = one_line(value if isinstance(value, str) else _text(value), 80)
            yield self._problem(
                span.line,
                f"the text says `{span.text}`, and "
                f"`{one_line(claim.text, _LONGEST)}` gives {given}",
            )

    def _exercise(self, exercise: Exercise) -> Iterator[Problem]:
        run = self._run
        try:
            scope, answer = run.changed(exercise), run.answer(exercise)
            wrong = [(m, run.mistake(exercise, m)) for m in exercise.mistakes]
        except LessonFailureError as error:
            yield self._problem(error.line, error.text)
            return
        try:
            right_text = answer_text(answer)
            if not grade(answer, right_text).is_right:
                said = f"its own answer `{right_text}` is not taken as right"
                yield self._problem(exercise.answer.line, said)
            for mistake, given in wrong:
                if grade(answer, answer_text(given)).is_right:
                    said = f"this mistake, `{answer_text(given)}`, is the right answer"
                    yield self._problem(mistake.answer.line, said)
            if exercise.same_as is not None:
                yield from self._formula(exercise, exercise.same_as, scope)
        except (AnswerError, ValueError) as error:
            yield self._problem(exercise.answer.line, one_line(str(error), 240))
        for prose in (exercise.ask, *exercise.hints):
            yield from self._prose(prose, run.scope)
        for prose in (exercise.why, *(mistake.text for mistake in exercise.mistakes)):
            yield from self._prose(prose, scope)

    def _formula(
        self, exercise: Exercise, same_as: Expression, scope: Scope
    ) -> Iterator[Problem]:
        """Compare a formula with the function that it must equal, at a few points."""
        variables = exercise.variables
        formula = read_formula(exercise.answer.text, [v.name for v in variables])
        random = np.random.default_rng(0)
        with jax.enable_x64(True):
            function = scope.evaluate(same_as)
            for _ in range(_TRIALS):
                point = {v.name: _drawn(random, v) for v in variables}
                expected = np.asarray(function(*point.values()))
                actual = np.asarray(formula.value(point))
                if actual.shape != expected.shape or not np.allclose(
                    actual, expected, rtol=1e-9, atol=1e-12, equal_nan=True
                ):
                    said = (
                        f"`{exercise.answer.text}` is {value_text(actual)} at "
                        f"{_point_text(point)}, and `{same_as.text}` is "
                        f"{value_text(expected)}"
                    )
                    yield self._problem(exercise.answer.line, said)
                    return


def _drawn(random: np.random.Generator, variable: Variable) -> Any:
    return np.asarray(random.uniform(variable.low, variable.high, variable.shape))


def _point_text(point: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value_text(value)}" for name, value in point.items())


def _text(value: Any) -> str:
    try:
        return value_text(value)
    except (TypeError, ValueError, AttributeError):
        return repr(value)


def says(text: str, value: Any) -> bool:
    """Return whether a text says a value, to as many digits as it gives.

    Words are compared with words. Of an array the text gives every element, in order.
    """
    if isinstance(value, str):
        return text == value
    if isinstance(value, bool | np.bool_):
        return text == str(bool(value))
    try:
        numbers = np.asarray(value, float).ravel()
    except (TypeError, ValueError) as error:
        return text == failure_text(error)
    written = list(_NUMBER.finditer(text))
    if not written or len(written) != len(numbers):
        return False
    return all(map(_is_as_written, written, numbers))


def _is_as_written(match: re.Match[str], value: float) -> bool:
    if match["word"]:
        return float(match["word"].replace("−", "-")) == value or (
            "NaN" in match["word"] and bool(np.isnan(value))
        )
    scale = 10.0 ** int((match["exponent"] or "0").replace("−", "-"))
    sign = -1.0 if match["sign"] else 1.0
    written = sign * float(match["digits"]) * scale
    unit = scale * 10.0 ** -len(match["decimals"] or "")
    return abs(written - value) <= unit * 0.5000001
