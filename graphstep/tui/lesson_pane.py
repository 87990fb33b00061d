"""The text of a lesson, beside the walk."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.message import Message

from graphstep.lessons import Quiz
from graphstep.tui.lesson_page import LessonPage
from graphstep.tui.lesson_state import LessonState
from graphstep.tui.orders import ActionAsked
from graphstep.tui.pane import Motion, TextPane
from graphstep.tui.paper import lines_of
from graphstep.tui.quiz_page import QuizPage
from graphstep.tui.view import View

_NONE = (
    "No lesson is open: `graphstep learn` lets you choose one. Q begins a quiz on this "
    "program."
)


class LessonPane(TextPane):
    """What is read at this stop, and what is asked."""

    pane_id = "lesson"
    heading = "lesson"

    def __init__(self) -> None:
        super().__init__()
        self._links: dict[int, Message] = {}
        self._starts: dict[int, int] = {}
        self._shown: LessonState | None = None
        self._quiz: Quiz | None = None

    def show(self, view: View) -> None:
        """Show the page; the question that something has become of is put in sight."""
        before, lesson = self._shown, view.state.lesson
        super().show(view)
        self._shown = lesson
        self._follow(view.state.quiz)
        if before is None or lesson is None or before.page != lesson.page:
            return
        for number, start in self._starts.items():
            if before.mark(number) != lesson.mark(number):
                self.scroll_to(y=start, animate=False, immediate=True)

    def _follow(self, quiz: Quiz | None) -> None:
        """Put a new question in sight, or what has become of the one that is asked."""
        before, self._quiz = self._quiz, quiz
        if quiz is None or quiz == before:
            return
        is_new = before is None or quiz.is_over or quiz.at != before.at
        if is_new:
            self.scroll_home(animate=False, immediate=True)
        else:
            self.scroll_end(animate=False, immediate=True)

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return where in the lesson one is, and the page."""
        lesson, quiz = view.state.lesson, view.state.quiz
        if quiz is not None:
            asked = QuizPage(
                quiz, view.palette, width, view.actions, is_ascii=view.is_ascii
            )
            text = asked.write()
            self._links, self._starts = asked.links, {}
            return asked.heading, lines_of(text)
        if lesson is None:
            self._links = {}
            return self.heading, [Text(_NONE, view.palette.dim)]
        page = LessonPage(lesson, view.palette, width, is_ascii=view.is_ascii)
        text = page.write()
        self._links, self._starts = page.links, page.starts
        number = f"{lesson.page + 1}/{len(lesson.lesson.pages)}"
        return f"{lesson.lesson.title} · {number}", lines_of(text)

    def move(self, motion: Motion) -> None:
        """Scroll; to the left and to the right, turn the page."""
        if motion in ("left", "right"):
            name = "lesson_next" if motion == "right" else "lesson_previous"
            self.post_message(ActionAsked(name))
        else:
            super().move(motion)

    def enter(self) -> bool:
        """Answer the question, or read on."""
        if self.view is None:
            return False
        lesson, quiz = self.view.state.lesson, self.view.state.quiz
        if quiz is not None:
            name = "lesson_answer" if quiz.is_asking else "lesson_next"
            self.post_message(ActionAsked(name))
            return True
        if lesson is None:
            return False
        name = "lesson_next" if lesson.question is None else "lesson_answer"
        self.post_message(ActionAsked(name))
        return True

    def on_click(self, event: events.Click) -> None:
        """Do what the line under the pointer offers."""
        offset = event.get_content_offset(self)
        if offset is not None:
            message = self._links.get(offset.y + int(self.scroll_offset.y))
            if message is not None:
                self.post_message(message)
