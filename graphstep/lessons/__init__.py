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
from graphstep.lessons._grading import answer_text, grade, value_text

__all__ = [
    "Answer",
    "ChoiceAnswer",
    "FormulaAnswer",
    "Grade",
    "NameAnswer",
    "Near",
    "ShapeAnswer",
    "ValueAnswer",
    "Variable",
    "Verdict",
    "answer_text",
    "grade",
    "value_text",
]
