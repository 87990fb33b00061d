"""One page of a lesson as lines of text."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text
from textual.message import Message

from graphstep.lessons import (
    Block,
    Exercise,
    LessonFailureError,
    Prose,
    Span,
    Table,
    Verdict,
    answer_text,
    table_rows,
)
from graphstep.tracing import one_line
from graphstep.tui.lesson_orders import AnswerGiven
from graphstep.tui.lesson_state import LessonState, Mark
from graphstep.tui.numbers import fit, fit_right
from graphstep.tui.orders import ActionAsked
from graphstep.tui.palette import Palette
from graphstep.tui.spelling import spelled_out

_CONSOLE = Console(width=200, color_system=None)
_BAR = "█"
_GAP = "  "


class LessonPage:
    """Writes the page that somebody is at.

    Args:
        lesson: Where they are.
        palette: Styles.
        width: Cells in a line.
        is_ascii: Whether cotangents are spelled out.

    Attributes:
        links: What a click on a line asks for.
        starts: At which line each exercise begins, by its number.
    """

    def __init__(
        self,
        lesson: LessonState,
        palette: Palette,
        width: int,
        *,
        is_ascii: bool = False,
    ) -> None:
        self._lesson, self._palette, self._width = lesson, palette, width
        self._is_ascii = is_ascii
        self._lines: list[Text] = []
        self.links: dict[int, Message] = {}
        self.starts: dict[int, int] = {}

    def write(self) -> Text:
        """Return the lines."""
        lesson, palette = self._lesson, self._palette
        self._paragraph(Text(self._spelled(lesson.here.heading), palette.bright))
        if lesson.page == 0:
            about = f"{lesson.lesson.minutes} minutes. To know first: {lesson.lesson.needs}."
            self._paragraph(Text(about, palette.dim))
        numbers = iter(lesson.numbered)
        for part in lesson.here.parts:
            match part:
                case Prose():
                    self._prose(part)
                case Table():
                    self._table(part)
                case Exercise():
                    at, exercise = next(numbers)
                    self.starts[at] = len(self._lines)
                    self._exercise(exercise, lesson.mark(at))
                    if not lesson.mark(at).is_settled:
                        # What comes after it may give the answer away.
                        return Text("\n").join(self._lines)
                case _:
                    pass
        self._end()
        return Text("\n").join(self._lines)

    def _end(self) -> None:
        lesson, palette = self._lesson, self._palette
        if not lesson.is_last:
            self._offer("r  reads on", "lesson_next")
            return
        self._paragraph(Text(f"The end: {lesson.score()}.", palette.good))
        path = lesson.progress.path
        if path is not None:
            said = f"Kept in {path}; delete it to begin anew."
            self._paragraph(Text(said, palette.dim))
        self._offer("q  leaves the lesson", "leave")

    # Text ------------------------------------------------------------------------------

    def _spelled(self, words: str) -> str:
        return spelled_out(words) if self._is_ascii else words

    def _paragraph(self, text: Text, indent: str = "", first: str = "") -> None:
        """Write wrapped lines, with a blank one after them."""
        room = max(8, self._width - len(indent))
        for at, line in enumerate(text.wrap(_CONSOLE, room)):
            line.rstrip()
            start = first if at == 0 and first else indent
            self._lines.append(Text(start, self._palette.dim) + line)
        self._lines.append(Text())

    def _prose(self, prose: Prose, style: Style | None = None) -> None:
        for at, block in enumerate(prose.blocks):
            if block.kind == "code":
                self._code(block)
                continue
            text = Text()
            for span in block.spans:
                text.append(self._spelled(span.text), self._style(span, style))
            if block.kind == "item":
                following = prose.blocks[at + 1 : at + 2]
                self._paragraph(text, "   ", f" {block.marker} ")
                if following and following[0].kind == "item":
                    self._lines.pop()
            else:
                self._paragraph(text)

    def _style(self, span: Span, style: Style | None) -> Style:
        palette = self._palette
        if span.claim is not None or span.style == "strong":
            return palette.bright
        if span.style == "code":
            return palette.forward
        base = style or palette.text
        return base + Style(italic=True) if span.style == "emphasis" else base

    def _code(self, block: Block) -> None:
        for line in self._spelled(block.plain).splitlines():
            if cell_len(line) + 2 <= self._width:
                self._lines.append(Text(f"  {line}", self._palette.forward))
            else:
                self._paragraph(Text(line, self._palette.forward), "      ", "  ")
                self._lines.pop()
        self._lines.append(Text())

    def _table(self, table: Table) -> None:
        """Write columns of numbers; one of them may be drawn as bars."""
        try:
            rows = table_rows(self._lesson.run, table)
        except LessonFailureError as error:
            self._paragraph(Text(one_line(error.text), self._palette.trouble))
            return
        rooms = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        for at, row in enumerate(rows):
            cells = [
                fit(cell, room) if cell[:1] == _BAR else fit_right(cell, room)
                for cell, room in zip(row, rooms, strict=True)
            ]
            style = self._palette.text if at else self._palette.dim
            self._lines.append(Text(_GAP + _GAP.join(cells).rstrip(), style))
        self._lines.append(Text())

    # Questions -------------------------------------------------------------------------

    def _exercise(self, exercise: Exercise, mark: Mark) -> None:
        palette = self._palette
        head = "Predict" if exercise.sets else "Question"
        self._lines.append(Text(f"── {head} ", palette.backward))
        self._prose(exercise.ask)
        if exercise.options:
            self._lines.pop()
        for letter, option in zip("abcdefgh", exercise.options, strict=False):
            start = len(self._lines)
            words = Text(self._spelled(option))
            self._paragraph(words, "    ", f" {letter}) ")
            self._lines.pop()
            if not mark.is_settled:
                asked = AnswerGiven(letter)
                self.links |= dict.fromkeys(range(start, len(self._lines)), asked)
        if exercise.options:
            self._lines.append(Text())
        for hint in exercise.hints[: mark.n_hints]:
            self._prose(hint, palette.dim)
        if mark.is_settled:
            self._settled(exercise, mark)
            return
        if mark.verdict is not None:
            sign = "≈" if mark.verdict is Verdict.NEARLY else "✗"
            self._paragraph(
                Text(
                    self._spelled(f"{sign} {mark.typed}: {mark.message}"),
                    palette.trouble,
                )
            )
        self._offer("A  answers", "lesson_answer")
        if mark.n_hints < len(exercise.hints):
            self._offer("F3  gives a hint", "lesson_hint")
        self._offer("$  shows the answer", "lesson_solution")

    def _settled(self, exercise: Exercise, mark: Mark) -> None:
        answer = answer_text(self._lesson.run.answer(exercise))
        said = f"The answer: {answer}" if mark.is_shown else f"✓ {answer}"
        self._paragraph(Text(self._spelled(said), self._palette.good))
        self._prose(exercise.why)

    def _offer(self, text: str, action: str) -> None:
        self.links[len(self._lines)] = ActionAsked(action)
        self._lines.append(Text(text, self._palette.dim))
