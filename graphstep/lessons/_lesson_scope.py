"""What expressions in a lesson can name: its own Python, and the recording."""

from __future__ import annotations

import difflib
import linecache
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep.errors import NotCapturedError
from graphstep.graph import ProgramGraph
from graphstep.lessons._lesson import Expression, Lesson
from graphstep.recording import Absence, Recording
from graphstep.tracing import one_line

Iteration = int | tuple[int, ...] | None


class LessonFailureError(Exception):
    """An expression or the Python of a lesson cannot be run.

    Attributes:
        line: The line in the file.
        text: What happened.
    """

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(text)


def code_name(lesson: Lesson) -> str:
    """Return the file name that the lesson's code goes by."""
    return f"<lesson {lesson.name}>"


def run_code(lesson: Lesson) -> dict[str, Any]:
    """Run the lesson's Python and return its names.

    Raises:
        LessonFailureError: If it fails.
    """
    file = code_name(lesson)
    lines = lesson.code.splitlines(keepends=True)
    # The walk shows the source of what it walks through, and reads names from it.
    linecache.cache[file] = (len(lesson.code), None, lines, file)
    names: dict[str, Any] = {"__name__": lesson.name, "jax": jax, "jnp": jnp, "np": np}
    try:
        exec(compile(lesson.code, file, "exec"), names)  # noqa: S102 -- what is taught.
    except Exception as error:
        raise LessonFailureError(_line_of(error, file), failure_text(error)) from error
    return names


def evaluated(expression: Expression, names: Mapping[str, Any]) -> Any:
    """Return what an expression gives.

    Raises:
        LessonFailureError: If it fails.
    """
    try:
        # In parentheses an expression may go on over several lines.
        return eval(f"({expression.text}\n)", dict(names))  # noqa: S307 -- the lesson's own.
    except Exception as error:
        said = f"`{one_line(expression.text, 80)}`: {failure_text(error)}"
        raise LessonFailureError(expression.line, said) from error


def failure_text(error: BaseException) -> str:
    """Return an exception as one line."""
    text = error.args[0] if isinstance(error, KeyError) and error.args else error
    said = str(text).strip().splitlines()
    return one_line(f"{type(error).__name__}: {said[0] if said else ''}", 240)


def _line_of(error: Exception, file: str) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return lines[-1] or 1 if lines else 1


def node_called(graph: ProgramGraph, place: str) -> tuple[str, int]:
    """Return the first node, and which of its outputs, that is called so.

    Raises:
        KeyError: If none is.
    """
    if place in graph:
        return place, 0
    for called in (graph.name, graph.letter):
        for node in graph.order:
            outs = range(len(graph.columns.avals[graph.position(node)]))
            for out in outs:
                if called(node, out) == place:
                    return node, out
    for node in graph.order:
        if graph.node(node).primitive == place:
            return node, 0
    known = sorted({name for node in graph.order if (name := graph.name(node))})
    near = difflib.get_close_matches(place, known, 1)
    meant = f"; did you mean `{near[0]}`?" if near else f", but: {', '.join(known)}"
    msg = f"the walk has no value `{place}`{meant}"
    raise KeyError(msg)


class Scope:
    """The names of one recording, on top of the lesson's own.

    Args:
        names: The lesson's own.
        recording: The run that is asked.
        arguments: What it was run with.
        first: The run before anything was changed.
    """

    def __init__(
        self,
        names: Mapping[str, Any],
        recording: Recording,
        arguments: Sequence[Any],
        first: Recording | None = None,
    ) -> None:
        self.recording = recording
        self.arguments = tuple(arguments)
        self._first = first or recording
        self.names = {
            **names,
            "args": self.arguments,
            "rec": recording,
            "out": recording.outputs,
            "graph": recording.graph,
            "value": self.value,
            "was": self.was,
            "cotangent": self.cotangent,
            "tangent": self.tangent,
            "contribution": self.contribution,
            "sent": self.sent,
            "uses": self.uses,
            "why_none": self.why_none,
            "node": self.node,
            "primitives": self.primitives,
            "type_of": type_of,
        }
        if recording.has_cotangents:
            self.names["grad"] = recording.in_cotangents

    def evaluate(self, expression: Expression) -> Any:
        """Return what an expression gives.

        Raises:
            LessonFailureError: If it fails.
        """
        return evaluated(expression, self.names)

    def node(self, place: str) -> str:
        """Return the id of a node."""
        return node_called(self.recording.graph, place)[0]

    def value(self, place: str, iteration: Iteration = None) -> Any:
        """Return a primal."""
        return _held(self.recording.primal(*self._at(place), iteration))

    def was(self, place: str, iteration: Iteration = None) -> Any:
        """Return a primal before anything was changed."""
        return _held(self._first.primal(*self._at(place), iteration))

    def cotangent(self, place: str, iteration: Iteration = None) -> Any:
        """Return a cotangent."""
        return _held(self.recording.cotangent(*self._at(place), iteration))

    def tangent(self, place: str, iteration: Iteration = None) -> Any:
        """Return a tangent."""
        return _held(self.recording.tangent(*self._at(place), iteration))

    def uses(self, place: str) -> tuple[Any, ...]:
        """Return the edges that use a value."""
        return self.recording.graph.uses(*self._at(place))

    def contribution(
        self, place: str, use: int = 0, iteration: Iteration = None
    ) -> Any:
        """Return what one use of a value sends back to it."""
        return _held(self.recording.contribution(self.uses(place)[use], iteration))

    def sent(self, place: str, user: str, iteration: Iteration = None) -> Any:
        """Return what one user of a value sends back to it, over all of its uses."""
        edges = [e for e in self.uses(place) if e[1] == self.node(user)]
        if not edges:
            msg = f"`{user}` does not use `{place}`"
            raise KeyError(msg)
        return sum(_held(self.recording.contribution(e, iteration)) for e in edges)

    def why_none(self, place: str) -> str:
        """Return why a value has no cotangent; empty if it has one."""
        found = self.recording.why_no_cotangent(*self._at(place))
        return "" if found is None else str(found)

    def primitives(self) -> list[str]:
        """Return the primitives of all equations, in order."""
        eqns = self.recording.graph.columns.eqns
        return [eqn.primitive.name for eqn in eqns if eqn is not None]

    def _at(self, place: str) -> tuple[str, int]:
        return node_called(self.recording.graph, place)


def _held(value: Any) -> Any:
    if isinstance(value, Absence):
        msg = f"there is no such value: {value}"
        raise NotCapturedError(msg)
    return value


def type_of(value: Any) -> str:
    """Return the type of an array as JAX prints it, `f32[3]`."""
    return jax.typeof(value).str_short(short_dtypes=True)
