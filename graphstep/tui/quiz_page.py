"""One question of a quiz as lines of text, and at the end what was missed."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual.message import Message

from graphstep.lessons import FULL, ChoiceAnswer, Quiz, Turn, Verdict
from graphstep.tracing import one_line
from graphstep.tui.action import Action
from graphstep.tui.lesson_orders import AnswerGiven
from graphstep.tui.lines_written import LinesWritten
from graphstep.tui.palette import Palette
from graphstep.tui.quiz_orders import QuizClosed
from graphstep.tui.spelling import spelled_out

_SIGNS = {
    Verdict.RIGHT: "✓",
    Verdict.NEARLY: "≈",
    Verdict.WRONG: "✗",
    Verdict.UNREADABLE: "?",
}


class QuizPage:
    """Writes the question that is asked, or the review.

    Args:
        quiz: The quiz.
        palette: Styles.
        width: Cells in a line.
        actions: The table of actions, with the person's own keys.
        is_ascii: Whether cotangents are spelled out.
    """

    def __init__(
        self,
        quiz: Quiz,
        palette: Palette,
        width: int,
        actions: Iterable[Action],
        *,
        is_ascii: bool = False,
    ) -> None:
        self._quiz, self._palette, self._is_ascii = quiz, palette, is_ascii
        self._keys = {action.name: action.shown for action in actions}
        self._lines = LinesWritten(palette, width)

    @property
    def links(self) -> dict[int, Message]:
        """What a click on a line asks for."""
        return self._lines.links

    @property
    def heading(self) -> str:
        """The title of the panel."""
        quiz = self._quiz
        if quiz.is_over:
            return "quiz · review"
        points = "point" if quiz.points == 1 else "points"
        return f"quiz · {quiz.at + 1}/{len(quiz.turns)} · {quiz.points} {points}"

    def write(self) -> Text:
        """Return the lines."""
        if self._quiz.is_over:
            self._review()
        else:
            self._question(self._quiz.turn)
        return self._lines.text

    def _say(self, text: str, style: Style | None = None, indent: str = "") -> None:
        text = spelled_out(text) if self._is_ascii else text
        self._lines.paragraph(Text(text, style or self._palette.text), indent, indent)

    def _offer(self, words: str, action: str) -> None:
        """Offer an action by its key, and to a click."""
        self._lines.offer(f"{self._keys[action]}  {words}", action)

    def _question(self, turn: Turn) -> None:
        question, palette, lines = turn.question, self._palette, self._lines
        self._say(question.text, palette.bright)
        for given in question.given:
            self._say(one_line(str(given), 200), indent="  ")
            lines.close_up()
        lines.gap(bool(question.given))
        if isinstance(question.answer, ChoiceAnswer):
            self._choices(question.answer, turn)
        for hint in () if turn.is_settled else turn.hints:
            self._say(f"hint: {hint}", palette.dim)
        if turn.grade is not None:
            self._verdict(turn)
        if turn.is_settled:
            self._settled(turn)
            return
        self._offer("answers", "lesson_answer")
        if turn.n_hints_left:
            costs = "1 point less" if FULL - turn.n_hints - turn.n_tries > 1 else "free"
            self._offer(f"gives a hint: {costs}", "lesson_hint")
        self._offer("skips it and shows the answer: no points", "lesson_solution")
        lines.offer("Esc  ends the quiz", "quiz")

    def _choices(self, answer: ChoiceAnswer, turn: Turn) -> None:
        for letter, choice in zip("abcdefgh", answer.choices, strict=False):
            asked = None if turn.is_settled else AnswerGiven(letter)
            words = spelled_out(choice) if self._is_ascii else choice
            self._lines.paragraph(Text(words), "    ", f" {letter}) ", asked)
            self._lines.close_up()
        self._lines.gap()

    def _verdict(self, turn: Turn) -> None:
        assert turn.grade is not None
        grade, palette = turn.grade, self._palette
        style = palette.good if turn.is_right else palette.trouble
        said = f"{_SIGNS[grade.verdict]} {turn.typed}"
        if grade.understood and grade.understood != turn.typed:
            said += f" ({grade.understood})"
        left = ""
        if not turn.is_settled and grade.is_readable:
            more = "try" if turn.n_tries_left == 1 else "tries"
            left = f" {turn.n_tries_left} {more} left."
        self._say(f"{said}: {grade.message}{left}", style)

    def _settled(self, turn: Turn) -> None:
        palette = self._palette
        points = "1 point" if turn.points == 1 else f"{turn.points} points"
        self._say(f"The answer: {turn.right}   +{points}", palette.good)
        if turn.question.reason:
            self._say(turn.question.reason)
        is_last = self._quiz.at + 1 == len(self._quiz.turns)
        words = "shows how it went" if is_last else "goes on to the next question"
        self._offer(words, "lesson_next")

    def _review(self) -> None:
        quiz, palette = self._quiz, self._palette
        self._say(f"The quiz is over: {quiz.score}.", palette.bright)
        if quiz.missed:
            self._say("What was missed:")
        for turn in quiz.missed:
            self._say(turn.question.text)
            for given in turn.question.given:
                self._lines.close_up()
                self._say(one_line(str(given), 200), palette.dim, "  ")
            self._lines.close_up()
            if turn.typed:
                self._say(f"you said  {turn.typed}", palette.trouble, "  ")
                self._lines.close_up()
            self._say(f"it is  {turn.right}", palette.good, "  ")
            if turn.question.reason:
                self._lines.close_up()
                self._say(turn.question.reason, palette.dim, "  ")
        if quiz.kept:
            said = (
                f"Scores are kept in {quiz.kept}; `graphstep quiz --forget` deletes it."
            )
            self._say(said, palette.dim)
        self._offer("begins another quiz", "quiz")
        self._lines.offer("Esc  closes this", QuizClosed())
