"""Keys of a lesson."""

from __future__ import annotations

from graphstep.tui.action import Action

_LESSON = "Lesson"

ACTIONS: tuple[Action, ...] = (
    Action(
        "lesson_next",
        ("r",),
        "r",
        "read on",
        "lesson, quiz: go to the next stop or question",
        _LESSON,
        1,
        True,
    ),
    Action(
        "lesson_previous",
        ("u",),
        "u",
        "page back",
        "lesson: go to the stop before",
        _LESSON,
        4,
        True,
    ),
    Action(
        "lesson_answer",
        ("A",),
        "A",
        "answer",
        "lesson, quiz: answer the question",
        _LESSON,
        2,
        True,
    ),
    Action(
        "lesson_hint",
        ("f3",),
        "F3",
        "hint",
        "lesson, quiz: show a hint",
        _LESSON,
        3,
        True,
    ),
    Action(
        "lesson_solution",
        ("dollar_sign",),
        "$",
        "solution",
        "lesson, quiz: show the answer, and why it is so",
        _LESSON,
        0,
        True,
    ),
    Action(
        "lesson_here",
        ("quotation_mark",),
        '"',
        "to the stop",
        "lesson, quiz: come back to the stop after walking about",
        _LESSON,
        5,
        True,
    ),
    Action(
        "glossary",
        ("f4",),
        "F4",
        "words",
        "explain the words of lessons",
        _LESSON,
    ),
    Action(
        "pane_lesson",
        ("f2",),
        "F2",
        "lesson",
        "show the text of the lesson; once more hides it",
        _LESSON,
    ),
)
