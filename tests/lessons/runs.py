"""Lessons that run, each made once, and wrong answers to their questions."""

from __future__ import annotations

import functools

import numpy as np

import graphstep as gs
from graphstep.lessons import (
    Answer,
    ChoiceAnswer,
    Exercise,
    LessonRun,
    NameAnswer,
    ShapeAnswer,
    ValueAnswer,
    answer_text,
    lesson_named,
    lesson_run,
)


@functools.cache
def run_of(name: str) -> LessonRun:
    """Return the run of a lesson that comes with graphstep."""
    return lesson_run(lesson_named(name), gs.trace)


def wrong_answer(exercise: Exercise, right: Answer) -> str:
    """Return an answer that anybody would call wrong."""
    match right:
        case ValueAnswer():
            return answer_text(ValueAnswer(np.full(right.array.shape, 12345.0)))
        case ShapeAnswer():
            return "f32[99,98,97]"
        case ChoiceAnswer():
            return right.choices[right.right - 1]
        case NameAnswer():
            return next(name for name in right.known if name not in right.right)
        case _:
            return f"({exercise.answer.text}) + 1"
