"""A lesson as a page: the walk, with the text, stops and exercises beside it."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphstep.export.page import page_from_recording
from graphstep.lessons._answers import (
    Answer,
    ChoiceAnswer,
    FormulaAnswer,
    NameAnswer,
    ShapeAnswer,
    ValueAnswer,
    read_shape,
)
from graphstep.lessons._answers_reading import read_formula
from graphstep.lessons._grading import answer_text, near_misses, room
from graphstep.lessons._lesson import Exercise, Page, Prose, Table
from graphstep.lessons._lesson_run import LessonRun
from graphstep.lessons._lesson_shelf import glossary
from graphstep.lessons._lesson_table import table_rows

# Points at which formulas are tried: those of `grade`.
_POINTS, _TRIES = 24, 400


def page_from_lesson(run: LessonRun) -> bytes:
    """Return a page that any browser opens, without Python and without a network.

    Raises:
        LessonFailureError: If an answer or a table cannot be computed.
    """
    lesson = run.lesson
    facts = {
        "title": lesson.title,
        "about": f"{lesson.minutes} minutes. To know first: {lesson.needs}.",
        "pages": [_page(run, page) for page in lesson.pages],
        "words": glossary(),
    }
    return page_from_recording(run.recording, title=lesson.title, lesson=facts)


def _page(run: LessonRun, page: Page) -> dict[str, Any]:
    place = run.place(page.stop)
    graph = run.recording.graph
    return {
        "heading": page.heading,
        "step": place.cursor.index,
        "select": graph.position(place.select) if place.select else None,
        "show": page.stop.show,
        "parts": [
            part for each in page.parts if (part := _part(run, each)) is not None
        ],
    }


def _part(run: LessonRun, part: object) -> dict[str, Any] | None:
    match part:
        case Prose():
            return {"prose": _prose(part)}
        case Table():
            return {"table": table_rows(run, part)}
        case Exercise():
            return {"exercise": _exercise(run, part)}
        case _:
            return None


def _prose(prose: Prose) -> list[Any]:
    return [
        [
            block.kind,
            block.marker,
            [
                [span.text, "claim" if span.claim is not None else span.style]
                for span in block.spans
            ],
        ]
        for block in prose.blocks
    ]


def _exercise(run: LessonRun, exercise: Exercise) -> dict[str, Any]:
    answer = run.answer(exercise)
    return {
        "ask": _prose(exercise.ask),
        "isChange": bool(exercise.sets),
        "options": list(exercise.options),
        "answer": _answer(answer),
        "text": answer_text(answer),
        "why": _prose(exercise.why),
        "hints": [_prose(hint) for hint in exercise.hints],
        "mistakes": [
            [
                _answer(run.mistake(exercise, mistake)),
                _prose(mistake.text),
            ]
            for mistake in exercise.mistakes
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    """Return what the page's script compares an answer with, and what it then says."""
    match answer:
        case ValueAnswer():
            misses = near_misses(answer)
            near = [{**_value(wrong, r), "said": said} for wrong, r, said in misses]
            return {"kind": "value", **_value(answer.array, room(answer)), "near": near}
        case ShapeAnswer():
            shape = read_shape(answer.text)
            return {"kind": "shape", "dtype": shape.dtype, "shape": list(shape.shape)}
        case ChoiceAnswer():
            return {"kind": "choice", "right": answer.right}
        case NameAnswer():
            right, known = list(answer.right), list(answer.known)
            return {"kind": "name", "right": right, "known": known}
        case FormulaAnswer():
            return {"kind": "formula", "points": _points(answer)}


def _value(array: np.ndarray, room: tuple[float, float]) -> dict[str, Any]:
    values = [_finite(float(value)) for value in array.ravel()]
    return {"shape": list(array.shape), "values": values, "room": list(room)}


def _finite(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)


def _points(answer: FormulaAnswer) -> list[list[Any]]:
    """Return values of the variables, each with that of the formula."""
    variables = answer.variables
    formula = read_formula(answer.text, [v.name for v in variables])
    random = np.random.default_rng(0)
    found: list[list[Any]] = []
    for _ in range(_TRIES):
        point = {v.name: random.uniform(v.low, v.high, v.shape) for v in variables}
        value = np.asarray(formula.value(point))
        if np.isfinite(value).all() and not value.ndim:
            named = {name: float(at) for name, at in point.items()}
            found.append([named, float(value)])
        if len(found) == _POINTS:
            break
    return found
