"""`graphstep modes`: what forward and reverse mode cost for a function, and which to use."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import click

from graphstep.analysis import (
    DerivedProgram,
    Modes,
    Size,
    Timing,
    advice,
    derived_programs,
    measure,
    modes,
    sizes,
)
from graphstep.cli import modes_experiment
from graphstep.cli.columns import columns
from graphstep.cli.interrupt import run_interruptibly
from graphstep.cli.modes_json import document, programs_document
from graphstep.cli.options import request_from_options, trace_options
from graphstep.cli.session import Session, Ticker, open_session, precision
from graphstep.cli.terminal import ASCII, Terminal, cells, fitted, safe
from graphstep.cli.user_code import output_on_stderr
from graphstep.export.modes import (
    PLAIN,
    RESIDUAL_TITLES,
    SIZE_TITLES,
    TITLES,
    Marks,
    bars,
    bytes_text,
    curve,
    residual_cells,
    residuals_text,
    rows,
    side_by_side,
    size_cells,
    unknown,
)

_LISTED = 20
_CURVE_HEIGHT = 8
_LONGEST_LINE = 10_000
_LONGEST_BAR = 40
_NAME_CELLS = 15
_NO_VALUES = "Only types were given, so nothing is measured."


@click.command(
    "modes",
    help="Say what forward and reverse mode cost for a function, and which to use.\n\n"
    "Passes, operations, memory, and time by prediction and by the clock, in "
    "evaluations of the function; what reverse mode stores, and why.",
)
@trace_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--measure/--no-measure",
    "is_measured",
    default=True,
    help="Run every mode and time it, or only predict.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    default=20.0,
    show_default=True,
    metavar="S",
    help="How long to measure at most; with --experiment, each map.",
)
@click.option("--all", "is_whole", is_flag=True, help="List every residual.")
@click.option(
    "--jaxprs",
    "shows_programs",
    is_flag=True,
    help="Print what JAX makes of the program instead: linearised and transposed, the "
    "lines of one equation under one node id.",
)
@click.option(
    "--experiment",
    is_flag=True,
    help="Without a TARGET: measure Jacobians of maps of 1000 numbers to 1, 10 and "
    "1000, and of 10 to 1000.",
)
@click.pass_context
def command(
    ctx: click.Context,
    as_json: bool,
    is_measured: bool,
    seconds: float,
    is_whole: bool,
    shows_programs: bool,
    experiment: bool,
    **options: Any,
) -> None:
    """Print what each way to differentiate a function costs."""
    request = request_from_options(options)
    terminal = Terminal.of(sys.stdout)
    if not experiment and not request.target:
        raise click.MissingParameter(ctx=ctx, param=_TARGET, param_hint="'TARGET'")
    if experiment:
        if request.target:
            msg = f"--experiment has maps of its own, so leave out `{request.target}`."
            raise click.UsageError(msg, ctx)
        _experiment(terminal, seconds, as_json=as_json)
        return
    with precision(request), output_on_stderr():
        session = open_session(request, draw=is_measured)
        graph = session.trace.graph
        if shows_programs:
            programs, before_after = derived_programs(graph), sizes(graph)
            found, timings = None, ()
        else:
            programs, before_after = (), ()
            found, timings = _found(session, seconds if is_measured else 0.0)
    if as_json:
        whole = (
            programs_document(programs, before_after)
            if found is None
            else document(found, timings)
        )
        click.echo(json.dumps(whole, allow_nan=False))
        return
    if found is None:
        text = _programs(programs, before_after, terminal)
    else:
        text = _text(session, found, timings, terminal, is_whole=is_whole)
    for line in text:
        click.echo(line)


_TARGET = next(each for each in command.params if each.name == "target")
# The experiment has none.
_TARGET.required = False


def _found(session: Session, seconds: float) -> tuple[Modes, tuple[Timing, ...]]:
    """Predict, and measure for so many seconds."""

    def work(
        ticker: Ticker, unwanted: threading.Event
    ) -> tuple[Modes, tuple[Timing, ...]]:
        def progress(stage: str) -> bool:
            ticker.show(stage)
            return not unwanted.is_set()

        found = modes(
            session.trace.graph, progress=lambda name: progress(f"tracing {name}")
        )
        if not (seconds and session.has_values):
            return found, ()
        leaves = session.trace.program.in_leaves
        return found, measure(found, leaves, seconds=seconds, progress=progress)

    with Ticker() as ticker:
        return run_interruptibly(lambda unwanted: work(ticker, unwanted))


def _experiment(terminal: Terminal, seconds: float, *, as_json: bool) -> None:
    with Ticker() as ticker:

        def work(unwanted: threading.Event) -> Any:
            def progress(stage: str) -> bool:
                ticker.show(stage)
                return not unwanted.is_set()

            return modes_experiment.trials(seconds, progress)

        found, swept = run_interruptibly(work)
    if as_json:
        click.echo(json.dumps(modes_experiment.facts(found, swept), allow_nan=False))
        return
    for line in modes_experiment.lines(found, swept, terminal):
        click.echo(line)


def _text(
    session: Session,
    found: Modes,
    timings: Sequence[Timing],
    terminal: Terminal,
    *,
    is_whole: bool,
) -> Iterator[str]:
    name, place = safe(session.target.name), safe(session.target.place)
    title = fitted(f"{name}  {place}", terminal.width, terminal.glyphs.ellipsis)
    yield terminal.style(title, bold=True)
    yield from _sentence(advice(found, timings), terminal)
    yield ""
    yield from _table(found, timings, terminal)
    yield ""
    yield from _plot(found, timings, terminal)
    yield ""
    yield from _sentence(residuals_text(found), terminal)
    yield from _residuals(found, terminal, is_whole=is_whole)
    yield from _memory(found, terminal)
    if not timings and not session.has_values:
        yield _NO_VALUES


def _table(
    found: Modes, timings: Sequence[Timing], terminal: Terminal
) -> Iterator[str]:
    table = rows(found, timings)
    # Without measured times their columns would be empty.
    n = len(TITLES) if timings else len(TITLES) - 2
    yield from columns(
        TITLES[:n],
        [row.cells[:n] for row in table],
        terminal,
        right=range(1, n),
        first_to_go=(3, 4, n - 1, 2),
        bold=[i for i, row in enumerate(table) if row.is_best],
    )
    yield from _sentence("predicted, measured: in evaluations of f.", terminal)
    for row in table:
        if row.note:
            yield from _sentence(f"{row.cells[0]}: {row.note}.", terminal)
    if unknown(found):
        yield from _sentence(unknown(found), terminal)


def _plot(found: Modes, timings: Sequence[Timing], terminal: Terminal) -> Iterator[str]:
    marks = _marks(terminal)
    width = min(_LONGEST_BAR, max(8, terminal.width - _NAME_CELLS - 24))
    said = f"time, logarithmic: {marks.light} predicted, {marks.bar} measured"
    yield _cut(said, terminal)
    for bar in bars(found, timings, width, marks):
        yield _cut(f"{bar.name:<{_NAME_CELLS}}{bar.predicted} {bar.said}", terminal)
        if bar.measured:
            yield f"{'':<{_NAME_CELLS}}{terminal.style(bar.measured, fg='cyan')}"


def _residuals(found: Modes, terminal: Terminal, *, is_whole: bool) -> Iterator[str]:
    kept = found.residuals
    if not kept:
        return
    shown = set(range(len(kept)))
    if not is_whole and len(kept) > _LISTED:
        order = sorted(shown, key=lambda i: kept[i].nbytes, reverse=True)
        shown = set(order[:_LISTED])
    yield from columns(
        RESIDUAL_TITLES,
        [
            residual_cells(found.graph, each)
            for i, each in enumerate(kept)
            if i in shown
        ],
        terminal,
        right=(1,),
        first_to_go=(3, 0),
    )
    rest = [each.nbytes for i, each in enumerate(kept) if i not in shown]
    if rest:
        size = bytes_text(sum(rest))
        yield _cut(f"and {len(rest)} smaller ones, {size} (--all lists them)", terminal)


def _memory(found: Modes, terminal: Terminal) -> Iterator[str]:
    if not found.memory:
        return
    marks = _marks(terminal)
    yield ""
    said = f"bytes alive along the passes: {marks.residual} residuals, {marks.other} others"
    yield _cut(said, terminal)
    yield from curve(found.memory, min(terminal.width, 100), _CURVE_HEIGHT, marks)


def _programs(
    programs: Sequence[DerivedProgram], before_after: Sequence[Size], terminal: Terminal
) -> Iterator[str]:
    def fit(text: str, width: int) -> str:
        cut = fitted(safe(text, _LONGEST_LINE), width, terminal.glyphs.ellipsis)
        return cut + " " * (width - cells(cut))

    label = 8
    for pieces in side_by_side(programs, terminal.width - label * len(programs), fit):
        # One alone is as long as JAX prints it.
        room = terminal.width - label
        shown = [
            _labelled(fit(text, min(room, cells(text))), node, label, terminal)
            for text, node in pieces
        ]
        yield "".join(shown).rstrip()
    yield _cut("the same function under JAX's transformations:", terminal)
    yield from columns(
        SIZE_TITLES,
        [size_cells(size) for size in before_after],
        terminal,
        right=(1,),
    )
    said = "--transform NAME gives that program to show, step and export: "
    yield from _sentence(f"{said}its graph, before and after.", terminal)


def _labelled(text: str, node: str, width: int, terminal: Terminal) -> str:
    return terminal.style(fitted(node, width - 1, "~").ljust(width), dim=True) + text


def _cut(text: str, terminal: Terminal) -> str:
    return fitted(text, terminal.width, terminal.glyphs.ellipsis)


def _marks(terminal: Terminal) -> Marks:
    return PLAIN if terminal.glyphs == ASCII else Marks()


def _sentence(text: str, terminal: Terminal) -> Iterator[str]:
    if terminal.glyphs == ASCII:
        text = text.replace("≥", ">=").replace("×", "x").replace("·", "*")
    yield from textwrap.wrap(safe(text, limit=4000), terminal.width)
