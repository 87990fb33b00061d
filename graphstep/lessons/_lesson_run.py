"""A lesson that runs: its recording, its places in the walk, its answers."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, Protocol

import jax
import numpy as np

from graphstep.errors import GraphstepError, LessonError
from graphstep.graph import ProgramGraph
from graphstep.lessons._answers import (
    Answer,
    ChoiceAnswer,
    FormulaAnswer,
    Grade,
    NameAnswer,
    ShapeAnswer,
    ValueAnswer,
)
from graphstep.lessons._grading import grade
from graphstep.lessons._lesson import (
    Exercise,
    Expression,
    Lesson,
    Mistake,
    Stop,
    Table,
)
from graphstep.lessons._lesson_scope import (
    LessonFailureError,
    Scope,
    evaluated,
    failure_text,
    node_called,
    run_code,
)
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD, SEED, Cursor, cursor

# Places that are none of the program's values.
_ENDS: dict[str, Callable[[Cursor], Cursor]] = {
    "start": Cursor.first,
    "seed": lambda cursor: cursor.to_pass(SEED),
    "backward": lambda cursor: cursor.to_pass(BACKWARD),
    "end": Cursor.last,
}


class LessonTrace(Protocol):
    """What a lesson asks of a trace; `graphstep.Trace` has it."""

    @property
    def graph(self) -> ProgramGraph:
        """The computational graph."""
        ...

    def record(self, *args: Any, **options: Any) -> Recording:
        """Run the program once and keep its values."""
        ...


TraceFunction = Callable[..., LessonTrace]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a stop leads.

    Attributes:
        cursor: The step.
        select: The node to look at; empty for that of the step.
        open: Regions whose inside is to be seen.
    """

    cursor: Cursor
    select: str
    open: frozenset[str]


class LessonRun:
    """A lesson whose function has been traced and run.

    Args:
        lesson: What was read.
        trace: `graphstep.trace`.

    Attributes:
        lesson: What was read.
        trace: The program that is walked through.
        options: How it is recorded.

    Raises:
        LessonFailureError: If it cannot be run.
    """

    def __init__(self, lesson: Lesson, trace: TraceFunction) -> None:
        self.lesson = lesson
        self._names = run_code(lesson)
        function, arguments = self._call(lesson.walk)
        options = {key: evaluated(e, self._names) for key, e in lesson.options}
        argnums = options.pop("argnums", None)
        self.options = options
        with _at(lesson.walk.line):
            self.trace = trace(function, *arguments, argnums=argnums)
            recording = self.trace.record(**options)
        self._parameters = [
            name for name in inspect.signature(function).parameters if name
        ]
        self._first = Scope(self._names, recording, arguments)
        self._scopes: dict[int, Scope] = {}
        self._answers: dict[int, Answer] = {}

    @property
    def recording(self) -> Recording:
        """The run that is walked through."""
        return self._first.recording

    @property
    def scope(self) -> Scope:
        """The names of the lesson and of its recording."""
        return self._first

    def _call(self, walk: Expression) -> tuple[Callable[..., Any], list[Any]]:
        """Return the function and the arguments of the call that is walked through."""
        try:
            call = ast.parse(walk.text, mode="eval").body
        except SyntaxError as error:
            raise LessonFailureError(walk.line, failure_text(error)) from error
        if not isinstance(call, ast.Call) or call.keywords:
            msg = f"`walk` is `{walk.text}`; expected a call such as `loss(A, x, b)`"
            raise LessonFailureError(walk.line, msg)

        def value(node: ast.expr) -> Any:
            return evaluated(Expression(ast.unparse(node), walk.line), self._names)

        return value(call.func), [value(argument) for argument in call.args]

    # Where stops lead ------------------------------------------------------------------

    def place(self, stop: Stop, recording: Recording | None = None) -> Place:
        """Return where a stop leads.

        Args:
            stop: The stop.
            recording: The run that is walked through; by default the first.

        Raises:
            LessonFailureError: If the walk does not come there.
        """
        recording = recording or self.recording
        graph = recording.graph
        with _at(stop.line):
            start = cursor(recording)
            if stop.at in _ENDS:
                there = _ENDS[stop.at](start)
            else:
                node, _ = node_called(graph, stop.at)
                there = start.to(node, stop.iteration, stop.pass_)
            select = node_called(graph, stop.select)[0] if stop.select else ""
            return Place(there, select, self._opened(graph, stop))

    def _opened(self, graph: ProgramGraph, stop: Stop) -> frozenset[str]:
        if stop.open == ("all",):
            return frozenset(
                r.id for r in graph.regions.values() if r.parent is not None
            )
        found: set[str] = set()
        for wanted in stop.open:
            named = [
                r.id
                for r in graph.regions.values()
                if r.parent is not None and wanted in (r.id, r.name, r.kind)
            ]
            if not named:
                msg = f"the walk has no region `{wanted}`"
                raise KeyError(msg)
            found.update(named)
        return frozenset(found)

    # Exercises -------------------------------------------------------------------------

    def changed(self, exercise: Exercise) -> Scope:
        """Return the names after what an exercise changes; of most, nothing is.

        Raises:
            LessonFailureError: If it cannot be changed so.
        """
        if not exercise.sets:
            return self._first
        key = id(exercise)
        if key not in self._scopes:
            names, arguments = dict(self._names), list(self._first.arguments)
            for name, expression in exercise.sets:
                if name not in self._parameters:
                    known = ", ".join(self._parameters)
                    msg = f"the function has no argument `{name}`, but: {known}"
                    raise LessonFailureError(expression.line, msg)
                at = self._parameters.index(name)
                made = evaluated(expression, names)
                with _at(expression.line):
                    # As the walk's own argument is, so that nothing compiles anew.
                    arguments[at] = _like(made, arguments[at])
                names[name] = arguments[at]
            with _at(exercise.line):
                recording = self.trace.record(*arguments, **self.options)
            self._scopes[key] = Scope(names, recording, arguments, self.recording)
        return self._scopes[key]

    def answer(self, exercise: Exercise) -> Answer:
        """Return what an answer should be, as JAX computes it.

        Raises:
            LessonFailureError: If it cannot be computed.
        """
        key = id(exercise)
        if key not in self._answers:
            self._answers[key] = self._answer(exercise, exercise.answer)
        return self._answers[key]

    def mistake(self, exercise: Exercise, mistake: Mistake) -> Answer:
        """Return a wrong answer that many give.

        Raises:
            LessonFailureError: If it cannot be computed.
        """
        return self._answer(exercise, mistake.answer)

    def respond(self, exercise: Exercise, typed: str) -> tuple[Grade, str]:
        """Return the grade of what was typed, and what the lesson says to it."""
        given = grade(self.answer(exercise), typed)
        if not given.is_right and given.is_readable:
            for mistake in exercise.mistakes:
                if grade(self.mistake(exercise, mistake), typed).is_right:
                    return given, mistake.text.plain
        return given, given.message

    def _answer(self, exercise: Exercise, expression: Expression) -> Answer:
        if exercise.kind == "expression":
            return FormulaAnswer(expression.text, exercise.variables)
        scope = self.changed(exercise)
        value = scope.evaluate(expression)
        with _at(expression.line):
            return _ANSWERS[exercise.kind](exercise, scope, value)

    def table(self, table: Table) -> list[np.ndarray]:
        """Return the columns of a table, all of one length.

        Raises:
            LessonFailureError: If they cannot be computed.
        """
        columns = [
            np.atleast_1d(np.asarray(self._first.evaluate(expression)))
            for _, expression in table.columns
        ]
        if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
            shapes = ", ".join(str(column.shape) for column in columns)
            raise LessonFailureError(table.line, f"columns differ in length: {shapes}")
        return columns


def lesson_run(lesson: Lesson, trace: TraceFunction) -> LessonRun:
    """Run a lesson.

    Raises:
        LessonError: If it cannot be run, with the line.
    """
    try:
        return LessonRun(lesson, trace)
    except LessonFailureError as error:
        msg = f"{lesson.file}:{error.line}: {error.text}"
        raise LessonError(msg) from error


def _like(made: Any, before: Any) -> Any:
    return jax.tree.map(
        lambda old, new: jax.numpy.asarray(new, old.dtype), before, made
    )


class _at:  # noqa: N801 -- a context, written as a word.
    """Says at which line of the lesson something failed."""

    def __init__(self, line: int) -> None:
        self._line = line

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, LessonFailureError) or error is None:
            return
        if isinstance(error, GraphstepError):
            raise LessonFailureError(self._line, str(error)) from error
        if isinstance(error, KeyError):
            raise LessonFailureError(self._line, str(error.args[0])) from error
        if isinstance(error, Exception):
            raise LessonFailureError(self._line, failure_text(error)) from error


# Answers -------------------------------------------------------------------------------


def _value_answer(exercise: Exercise, _: Scope, value: Any) -> Answer:
    array = np.asarray(value)
    if exercise.kind == "number" and array.ndim:
        msg = f"the answer has the shape {array.shape}; expected one number"
        raise TypeError(msg)
    return ValueAnswer(array, tolerance=exercise.tolerance)


def _shape_answer(_exercise: Exercise, _: Scope, value: Any) -> Answer:
    if isinstance(value, tuple):
        return ShapeAnswer(f"[{','.join(map(str, value))}]")
    if not isinstance(value, str):
        msg = "the answer is no shape; expected `type_of(x)` or `x.shape`"
        raise TypeError(msg)
    return ShapeAnswer(value)


def _choice_answer(exercise: Exercise, _: Scope, value: Any) -> Answer:
    if value not in exercise.options:
        msg = f"the answer is `{value}`, which is none of the options"
        raise ValueError(msg)
    return ChoiceAnswer(exercise.options, exercise.options.index(value))


def _name_answer(_exercise: Exercise, scope: Scope, value: Any) -> Answer:
    graph = scope.recording.graph
    node, out = node_called(graph, str(value))
    names = {
        each
        for other in graph.order
        for each in (other, graph.name(other), graph.node(other).primitive)
        if each
    }
    letters = {
        graph.letter(other, k)
        for other in graph.order
        for k in range(len(graph.columns.avals[graph.position(other)]))
    }
    right = (graph.name(node, out), graph.letter(node, out), node)
    return NameAnswer(
        tuple(dict.fromkeys(each for each in right if each)),
        tuple(sorted(names | letters)),
    )


_ANSWERS: dict[str, Callable[[Exercise, Scope, Any], Answer]] = {
    "number": _value_answer,
    "array": _value_answer,
    "shape": _shape_answer,
    "choice": _choice_answer,
    "node": _name_answer,
}
