"""The options of `graphstep export`: what is drawn, and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from graphstep.export import Change, Choice, Style

_Command = TypeVar("_Command", bound=Callable[..., Any])
# Where a context notes what was opened and closed, in the order it was given.
_CHANGES = "graphstep.changes"
_CHANGING = ("expand", "collapse")


class ExportCommand(click.Command):
    """A command that remembers in which order regions are opened and closed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words, and remember what is opened and closed one after the other."""
        if not ctx.resilient_parsing:
            values, _, order = self.make_parser(ctx).parse_args(args=list(args))
            given = {name: list(values.get(name) or ()) for name in _CHANGING}
            ctx.meta[_CHANGES] = tuple(
                Change(given[param.name].pop(0), param.name == "expand")
                for param in order
                if param.name in _CHANGING
            )
        return super().parse_args(ctx, args)


_OPTIONS = [
    click.option(
        "--expand",
        multiple=True,
        metavar="WHAT",
        help="Regions to open: all, none, depth=N, or a regular expression searched in "
        "their names. Default: as many as stay legible; of files for other programs, "
        "all. Repeat it for more, in order with --collapse.",
    ),
    click.option(
        "--collapse",
        multiple=True,
        metavar="WHAT",
        help="Regions to close again; depth=N closes those below N levels.",
    ),
    click.option(
        "--focus",
        metavar="NODE",
        help="Draw what is near a node: its id, letter, name, source line (model.py:12) "
        "or primitive.",
    ),
    click.option(
        "--radius",
        type=click.IntRange(min=0),
        metavar="N",
        help="How many lines away from there.  [default: 2]",
    ),
    click.option(
        "--between",
        nargs=2,
        metavar="NODE NODE",
        help="Draw all paths from the first node to the second.",
    ),
    click.option(
        "--only-differentiable", is_flag=True, help="Draw what carries gradient."
    ),
    click.option(
        "--source",
        metavar="FILE:LINES",
        help="Draw what was made on these lines: model.py:12 or model.py:12-18.",
    ),
    click.option(
        "--values",
        is_flag=True,
        help="Record a run and show its values: those known at the step of --at, or "
        "at the end.",
    ),
    click.option(
        "--at",
        metavar="STEP",
        help="Record a run and show where the walk is: the number of a step, forward, "
        "seed, backward, end, or a node.",
    ),
    click.option(
        "--source-lines", is_flag=True, help="Write source lines in the boxes."
    ),
    click.option("--legend", is_flag=True, help="Explain marks, lines and colours."),
    click.option(
        "--title", metavar="TEXT", help="Default: the function, and the step."
    ),
    click.option(
        "--theme",
        type=click.Choice(("light", "dark", "print", "okabe-ito")),
        default="light",
        show_default=True,
        help="Colours; print is black and white.",
    ),
    click.option(
        "--direction",
        type=click.Choice(("down", "right")),
        default="down",
        show_default=True,
        help="Where data flows.",
    ),
    click.option(
        "--dpi",
        type=click.FloatRange(min=1, max=2400),
        default=144,
        show_default=True,
        metavar="N",
        help="Dots per inch of a PNG.",
    ),
    click.option(
        "--link",
        metavar="TEMPLATE",
        help="Where a click on a box leads, such as 'vscode://file/{file}:{line}'; "
        "{file}, {name}, {line} and {column} are filled in.",
    ),
]


def picture_options(command: _Command) -> _Command:
    """Add the options that say what is drawn and how it looks."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def choice_from_options(ctx: click.Context, options: dict[str, Any]) -> Choice:
    """Return what is to be drawn.

    Raises:
        GraphError: If the options do not go together.
    """
    return Choice(
        changes=ctx.meta[_CHANGES],
        focus=options["focus"],
        radius=options["radius"],
        between=options["between"],
        only_differentiable=options["only_differentiable"],
        source=options["source"],
    )


def style_from_options(options: dict[str, Any]) -> Style:
    """Return how it is to look.

    Raises:
        FormatError: If a template of links cannot be filled in.
    """
    return Style(
        theme=options["theme"],
        title=options["title"],
        values=options["values"],
        source_lines=options["source_lines"],
        legend=options["legend"],
        direction=options["direction"],
        link=options["link"],
        dpi=options["dpi"],
    )
