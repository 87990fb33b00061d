"""How a picture looks: theme, direction, and what is written in the boxes."""

from __future__ import annotations

import dataclasses
from typing import Literal, TypedDict
from urllib.parse import quote

from graphstep.errors import FormatError
from graphstep.export._themes import THEMES, Theme

# Whichever of these there is: they have the same widths where both are.
_FONT = "Helvetica,Arial,sans-serif"


class StyleOptions(TypedDict, total=False):
    """What `Style` takes, as keywords."""

    theme: str
    title: str | None
    values: bool
    source_lines: bool
    legend: bool
    direction: Literal["down", "right"]
    link: str | None
    font: str
    dpi: float


@dataclasses.dataclass(frozen=True, slots=True)
class Style:
    """How a picture looks.

    Attributes:
        theme: `light`, `dark`, `print` (black and white) or `okabe-ito` (colours that
            everybody can tell apart).
        title: Shown above; `None` for the function and the step, empty for nothing.
        values: Whether the boxes show values and cotangents, at a step of the walk.
        source_lines: Whether the boxes show source lines.
        legend: Whether marks, lines and colours are explained below.
        direction: Where data flows: `down` or `right`.
        link: Where a click on a box of an SVG leads, such as
            `vscode://file/{file}:{line}`; `{file}`, `{name}` (the file without its
            folders), `{line}` and `{column}` are filled in.
        font: Names of fonts, the best first.
        dpi: Dots per inch of a PNG.
    """

    theme: str = "light"
    title: str | None = None
    values: bool = True
    source_lines: bool = False
    legend: bool = False
    direction: Literal["down", "right"] = "down"
    link: str | None = None
    font: str = _FONT
    dpi: float = 144.0

    def __post_init__(self) -> None:
        _choose("theme", self.theme, tuple(THEMES))
        _choose("direction", self.direction, ("down", "right"))
        if self.link is not None:
            self.target(self.link, "file", 1, 0)
        if not 1 <= self.dpi <= 2400:
            msg = f"A PNG of {self.dpi:g} dots per inch cannot be made: 1 to 2400 can."
            raise FormatError(msg)

    @property
    def colours(self) -> Theme:
        """The theme itself."""
        return THEMES[self.theme]

    @staticmethod
    def target(link: str, file: str, line: int, column: int) -> str:
        """Return where a link to a place in the source leads.

        Raises:
            FormatError: If the template has other braces than those known.
        """
        file = file.replace("\\", "/")
        name = file.rpartition("/")[2]
        if "/{file}" in link:
            file = file.lstrip("/")
        try:
            return link.format(
                file=quote(file, safe="/:"),
                name=quote(name),
                line=line,
                column=column + 1,
            )
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            msg = (
                f"The link `{link}` cannot be filled in ({error!r}). It may hold {{file}}, "
                "{name}, {line} and {column}: `vscode://file/{file}:{line}`."
            )
            raise FormatError(msg) from None


def _choose(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        msg = f"`{given}` is no {what} of a picture. Choose one of {', '.join(known)}."
        raise FormatError(msg)
