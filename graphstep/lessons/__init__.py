"""Lessons and quizzes on programs, and what is typed in answer to them."""

from __future__ import annotations

from graphstep.lessons._answers import (
    Answer,
    ChoiceAnswer,
    FormulaAnswer,
    Grade,
    NameAnswer,
    Near,
    ShapeAnswer,
    ValueAnswer,
    Variable,
    Verdict,
)
from graphstep.lessons._check_lesson import check_lesson, counts
from graphstep.lessons._grading import answer_text, grade, value_text
from graphstep.lessons._lesson import (
    Block,
    Claims,
    Exercise,
    Lesson,
    Page,
    Prose,
    Span,
    Stop,
    Table,
)
from graphstep.lessons._lesson_progress import Done, Progress
from graphstep.lessons._lesson_reading import lesson_from_text, read_lesson
from graphstep.lessons._lesson_run import LessonRun, Place, lesson_run
from graphstep.lessons._lesson_scope import LessonFailureError
from graphstep.lessons._lesson_shelf import (
    NAMES,
    all_lessons,
    glossary,
    lesson_named,
    template,
)

__all__ = [
    "NAMES",
    "Answer",
    "Block",
    "ChoiceAnswer",
    "Claims",
    "Done",
    "Exercise",
    "FormulaAnswer",
    "Grade",
    "Lesson",
    "LessonFailureError",
    "LessonRun",
    "NameAnswer",
    "Near",
    "Page",
    "Place",
    "Progress",
    "Prose",
    "ShapeAnswer",
    "Span",
    "Stop",
    "Table",
    "ValueAnswer",
    "Variable",
    "Verdict",
    "all_lessons",
    "answer_text",
    "check_lesson",
    "counts",
    "glossary",
    "grade",
    "lesson_from_text",
    "lesson_named",
    "lesson_run",
    "read_lesson",
    "template",
    "value_text",
]
