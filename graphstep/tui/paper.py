"""Write styled lines one after the other; the inspector's text is made of these."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Span, Text

from graphstep.tui.numbers import fit
from graphstep.tui.palette import Palette


@dataclasses.dataclass(slots=True)
class Paper:
    """Lines of text under construction.

    Attributes:
        palette: Styles.
        width: Cells in a line.
        lines: What was written.
    """

    palette: Palette
    width: int
    lines: list[Text] = dataclasses.field(default_factory=list[Text])

    @property
    def text(self) -> Text:
        """What was written, in one piece."""
        text = Text(no_wrap=True)
        for line in self.lines:
            text.append_text(line).append("\n")
        return text

    @property
    def plain(self) -> str:
        """What was written, without styles."""
        return self.text.plain

    def line(self, *parts: str | tuple[str, Style]) -> None:
        """Write one line, cut at the width."""
        room = self.width
        # A text that is put together from its parts at once takes a quarter of the time
        # that Rich needs to append them one by one.
        written, spans, at = "", list[Span](), 0
        for part in parts:
            words, style = (
                part if isinstance(part, tuple) else (part, self.palette.text)
            )
            if cell_len(words) > room:
                words = fit(words, room)
            written += words
            spans.append(Span(at, len(written), style))
            at = len(written)
            room -= cell_len(words)
            if room <= 0:
                break
        self.lines.append(Text(written, spans=spans, no_wrap=True))

    def facts(self, *facts: Iterable[tuple[str, Style]], indent: int = 1) -> None:
        """Write short facts, as many to a line as fit, each of some styled words."""
        line: list[tuple[str, Style]] = []
        room = self.width
        for fact in filter(None, map(list, facts)):
            needed = sum(cell_len(words) for words, _ in fact)
            if line and needed + 2 > room:
                self.line(*line)
                line = []
            gap = "  " if line else " " * indent
            if not line:
                room = self.width
            line += [(gap, self.palette.faint), *fact]
            room -= needed + len(gap)
        if line:
            self.line(*line)

    def paragraph(
        self, words: str, style: Style | None = None, indent: int = 1
    ) -> None:
        """Write words, wrapped at the width."""
        room = max(8, self.width - indent)
        current = ""
        for word in words.split():
            if current and cell_len(current) + 1 + cell_len(word) > room:
                self.line((" " * indent + current, style or self.palette.text))
                current = word
            else:
                current = f"{current} {word}" if current else word
        if current:
            self.line((" " * indent + current, style or self.palette.text))

    def heading(self, words: str, note: str = "") -> None:
        """Write a section's heading, with a rule to the end of the line."""
        tail = f" {note}" if note else ""
        rule = "─" * max(0, self.width - cell_len(words) - cell_len(tail) - 1)
        self.line(
            (f"{words} ", self.palette.dim),
            (rule, self.palette.faint),
            (tail, self.palette.dim),
        )


def lines_of(text: Text) -> Sequence[Text]:
    """Return the lines of a text that was written in one piece."""
    return list(text.split("\n", allow_blank=False))
