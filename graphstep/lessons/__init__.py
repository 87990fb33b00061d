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
from graphstep.lessons._check_lesson import check_lesson, check_run, counts
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
from graphstep.lessons._lesson_export import page_from_lesson
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
from graphstep.lessons._lesson_table import table_rows
from graphstep.lessons._question import KINDS, Given, Kind, Question
from graphstep.lessons._questions import make_questions, question_at
from graphstep.lessons._quiz import FULL, Quiz, Turn
from graphstep.lessons._quiz_veil import HIDDEN, Veiled
from graphstep.lessons._scores import (
    SCORES_FILE,
    Score,
    Scores,
    add_score,
    forget_scores,
    question_text,
    read_scores,
    score_of,
)

__all__ = [
    "FULL",
    "HIDDEN",
    "KINDS",
    "NAMES",
    "SCORES_FILE",
    "Answer",
    "Block",
    "ChoiceAnswer",
    "Claims",
    "Done",
    "Exercise",
    "FormulaAnswer",
    "Given",
    "Grade",
    "Kind",
    "Lesson",
    "LessonFailureError",
    "LessonRun",
    "NameAnswer",
    "Near",
    "Page",
    "Place",
    "Progress",
    "Prose",
    "Question",
    "Quiz",
    "Score",
    "Scores",
    "ShapeAnswer",
    "Span",
    "Stop",
    "Table",
    "Turn",
    "ValueAnswer",
    "Variable",
    "Veiled",
    "Verdict",
    "add_score",
    "all_lessons",
    "answer_text",
    "check_lesson",
    "check_run",
    "counts",
    "forget_scores",
    "glossary",
    "grade",
    "lesson_from_text",
    "lesson_named",
    "lesson_run",
    "make_questions",
    "page_from_lesson",
    "question_at",
    "question_text",
    "read_lesson",
    "read_scores",
    "score_of",
    "table_rows",
    "template",
    "value_text",
]
