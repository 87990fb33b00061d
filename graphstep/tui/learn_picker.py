"""Choose a lesson."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from graphstep.lessons import Lesson, Progress, all_lessons
from graphstep.tui.endings import own_signals
from graphstep.tui.numbers import fit, fit_end
from graphstep.tui.palette import THEMES, palette_of
from graphstep.tui.surroundings import check_surroundings

_NAME_CELLS = 16
# Cells of a line beside name and title: borders, the mark, minutes and page.
_BESIDE = 18


class LearnApp(App[str]):
    """Gives back the name of the lesson that was chosen, or none.

    Args:
        progress: How far the person has come.
        chosen: The lesson that was open last.
    """

    CSS = """
    #heading, #about, #keys { height: auto; padding: 0 1; }
    #about { height: 4; }
    #keys { background: $panel; height: 1; }
    OptionList { height: 1fr; border: round $border; padding: 0; background: $background; }
    OptionList:focus { border: round $border-focused; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,ctrl+c,ctrl+q", "leave", "quit", priority=True),
        Binding("j", "cursor(1)", "down"),
        Binding("k", "cursor(-1)", "up"),
    ]

    def __init__(self, progress: Progress, chosen: str = "") -> None:
        super().__init__()
        self._progress = progress
        self._lessons = all_lessons()
        self._chosen = chosen
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        """Lay list and explanation out."""
        palette = palette_of(self.current_theme)
        yield Static(
            Text("graphstep learn: choose a lesson", palette.bright), id="heading"
        )
        yield OptionList(
            *(Option(self._line(each), id=each.name) for each in self._lessons)
        )
        yield Static(id="about")
        yield Static(Text("Enter opens   ↑↓ choose   q quits", palette.dim), id="keys")

    def _line(self, lesson: Lesson) -> Text:
        palette = palette_of(self.current_theme)
        done = self._progress.of(lesson.name)
        mark, style = "  ", palette.dim
        if done.is_over(lesson):
            mark, style = "✓ ", palette.good
        elif done.farthest or done.right or done.shown:
            mark, style = "◐ ", palette.forward
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(mark, style)
        line.append(fit(lesson.name, _NAME_CELLS), palette.dim)
        line.append(fit(lesson.title, self._title_cells), palette.text)
        line.append(f" {lesson.minutes:2} min", palette.dim)
        if mark == "◐ ":
            line.append(f" · {done.page + 1}/{len(lesson.pages)}", palette.dim)
        return line

    @property
    def _title_cells(self) -> int:
        room = self.size.width - _NAME_CELLS - _BESIDE
        longest = max(cell_len(lesson.title) for lesson in self._lessons)
        return max(1, min(longest + 1, room))

    def on_mount(self) -> None:
        """Begin with the lesson after the last one that is over."""
        names = [lesson.name for lesson in self._lessons]
        open_ = [
            e.name for e in self._lessons if not self._progress.of(e.name).is_over(e)
        ]
        wanted = self._chosen or next(iter(open_), names[0])
        self.query_one(OptionList).highlighted = (
            names.index(wanted) if wanted in names else 0
        )
        self.query_one(OptionList).focus()

    def on_option_list_option_highlighted(
        self, event: OptionList.OptionHighlighted
    ) -> None:
        """Say what the lesson is about."""
        palette = palette_of(self.current_theme)
        lesson = self._lessons[event.option_index]
        text = Text(f"{lesson.summary}\n", palette.text)
        text.append(f"To know first: {lesson.needs}.\n", palette.dim)
        path, problem = self._progress.path, self._progress.problem
        if problem:
            text.append(problem, palette.trouble)
        elif path is not None:
            words = "Progress is kept in "
            room = self.size.width - 2 - len(words)
            text.append(words + fit_end(str(path), room), palette.dim)
        self.query_one("#about", Static).update(text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open it."""
        self.exit(self._lessons[event.option_index].name)

    def action_leave(self) -> None:
        """Choose none."""
        self.exit("")

    def action_cursor(self, by: int) -> None:
        """Go up or down, as in vi."""
        lessons = self.query_one(OptionList)
        if by > 0:
            lessons.action_cursor_down()
        else:
            lessons.action_cursor_up()


def choose_lesson(progress: Progress, chosen: str = "") -> str:
    """Return the name of the lesson that a person chooses; empty for none.

    Args:
        progress: How far they have come.
        chosen: The lesson that was open last.

    Raises:
        InterfaceError: If there is no terminal to choose in.
    """
    check_surroundings()
    with own_signals():
        return LearnApp(progress, chosen).run() or ""
