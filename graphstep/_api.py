"""The public face: trace a function, record it, step through it."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from graphstep import graph as _graph
from graphstep import recording as _recording
from graphstep import tracing as _tracing
from graphstep._displayed import Expanded, LoadedGraph, ProgramGraph, exporters
from graphstep._files import write_atomically
from graphstep.analysis import (
    Accumulated,
    Why,
    diverging_collectives,
    jacobian,
    why,
)
from graphstep.errors import ArgumentError
from graphstep.recording import Progress, Recorder, load_recording
from graphstep.stepping import Cursor, cursor

if TYPE_CHECKING:
    from graphstep.export import PictureOptions


class Trace:
    """A function traced at example arguments; the start of everything else.

    Attributes:
        program: What was traced: the jaxpr, and the names of arguments and outputs.
    """

    def __init__(self, program: _tracing.Trace) -> None:
        self.program = program

    def __repr__(self) -> str:
        n_eqns = len(self.closed_jaxpr.jaxpr.eqns)
        return f"<Trace {self.program.fn_name}: {n_eqns} equations>"

    def _repr_mimebundle_(self, **_limits: Any) -> dict[str, str]:
        text = f"{self!r}\n{exporters().signature(self.graph)}"
        return exporters().bundle_from_graph(self.graph, text)

    @property
    def closed_jaxpr(self) -> Any:
        """JAX's own program."""
        return self.program.closed_jaxpr

    @property
    def graph(self) -> ProgramGraph:
        """The computational graph of the program."""
        return self._graph

    @functools.cached_property
    def _graph(self) -> ProgramGraph:
        return ProgramGraph(self.program)

    @functools.cached_property
    def recorder(self) -> Recorder:
        """Makes recordings of this trace and keeps what was compiled for them."""
        return Recorder(self.graph, Recording)

    def with_argnums(self, argnums: int | Sequence[int] | None) -> Trace:
        """Return a trace of the same program with other arguments differentiated.

        The function is not called again.

        Args:
            argnums: Positions to differentiate, as in `jax.grad`; `None` for every
                positional argument that is not static.

        Raises:
            ArgumentError: If there is no such argument, or it is static.
        """
        return Trace(self.program.with_argnums(_argnums(argnums)))

    def transformed(self, name: str) -> Trace:
        """Return a trace of the same function under one of JAX's transformations.

        Args:
            name: `grad`, `vjp` or `jvp` in the differentiated arguments, `vmap` over
                three examples, `jit` or `checkpoint`.

        Raises:
            ArgumentError: If there is no such transformation.
            TraceError: If JAX does not allow it of this function.
        """
        return Trace(_tracing.transformed(self.program, name))

    def record(
        self,
        *args: Any,
        seed: Any = None,
        tangents: Any = None,
        budget: int | None = None,
        verify: bool | None = None,
        progress: Progress | None = None,
        **kwargs: Any,
    ) -> Recording:
        """Run the program once, in one compiled program, and keep its values.

        Args:
            *args: New arguments of the traced types; none for those traced with.
            seed: Output cotangent, a pytree like the outputs (without the auxiliary
                one). Default: ones at every inexact output leaf.
            tangents: Record a forward-mode pass instead: one pytree per
                differentiated argument, as `jax.jvp` takes them.
            budget: Bytes that the values may take; beyond it statistics are kept.
                Default: a quarter of the free memory.
            verify: Whether to compare with the compiled function itself. Default:
                only if the program has no effects, for they would happen twice.
            progress: Called as `progress(stage, seconds)` when one of the stages
                trace, lower, compile, run, verify begins; returning False cancels.
            **kwargs: New keyword arguments.

        Raises:
            ShapeMismatchError: If the arguments are not of the traced types.
            SeedMismatchError: If the seed or a tangent does not fit.
            CancelledError: If `progress` returned False.
            RecordingError: If the trace was made from shapes only.

        Warns:
            RuntimeWarning: If devices may wait for each other in vain, for then XLA
                ends the process and nothing can be said any more.
        """
        diverging = diverging_collectives(self.graph)
        if diverging:
            warnings.warn(
                f"The predicate of `{diverging[0]}` may differ from device to device, and "
                "not all of them would come to a collective inside: XLA then aborts. "
                "Make the predicate the same on all devices, or use jnp.where.",
                RuntimeWarning,
                stacklevel=2,
            )
        given = bool(args or kwargs)
        recording = self.recorder.record(
            args if given else None,
            kwargs,
            seed=seed,
            tangents=tangents,
            budget=budget,
            verify=verify,
            progress=progress,
        )
        assert isinstance(recording, Recording)
        return recording

    def jacobian(self, *, reverse: bool = False) -> Accumulated:
        """Accumulate the Jacobian, one pass after the other.

        Every pass runs the program that the first one compiled.

        Args:
            reverse: Whether to fill rows by reverse passes, instead of columns by
                forward ones.

        Returns:
            Its `entries` are a matrix, a row per element of an output and a column per
            element of a differentiated argument; of large ones 64 rows and 64 columns,
            evenly chosen.

        Raises:
            RecordingError: If there is none: nothing to differentiate, complex
                numbers, effects, or no such mode for this program.
        """
        return jacobian(self, reverse=reverse)

    def to_dot(
        self,
        expanded: Expanded = None,
        *,
        only: Collection[str] | None = None,
        **options: Unpack[PictureOptions],
    ) -> str:
        """Return the graph as DOT text for Graphviz.

        Args:
            expanded: What is open: ids of regions and of groups of inputs or outputs,
                `"all"`, or a number of levels. Default: as much as stays legible.
            only: Ids of the nodes to draw, for instance
                `trace.graph.between("in0", "out0")`. Default: all.
            **options: What else says what is drawn, as on the command line: `expand`,
                `collapse`, `focus` and `radius`, `between`, `only_differentiable`,
                `source`; see `graphstep.export.Choice`. And how it looks: `title`,
                `theme`, `legend` and more; see `graphstep.export.Style`.

        Raises:
            FormatError: If there is no such style.
            GraphError: If something is named that the program does not have, or
                nothing is left to be drawn.
        """
        return _dot(self.graph, expanded, only, None, options)

    def render(
        self,
        path: str | Path,
        expanded: Expanded = None,
        *,
        only: Collection[str] | None = None,
        format: str | None = None,  # noqa: A002 -- what Matplotlib calls it
        timeout: float = 30.0,
        **options: Unpack[PictureOptions],
    ) -> Path:
        """Write the graph into a file, whose suffix says what it is.

        A picture: svg, png, pdf, dot, or mmd for Mermaid. The graph itself for other
        programs: json for networkx, graphml. The whole walk: html, for which it is
        recorded first. If Graphviz takes too long, fewer regions are opened and a
        warning says so.

        Args:
            path: File to write; nothing is written unless the whole of it was made.
            expanded: As for `to_dot`; of the graph itself, all is open by default.
            only: As for `to_dot`.
            format: One of `graphstep.export.FORMATS`, which has `model-explorer` too.
                Default: what the suffix says.
            timeout: Seconds after which Graphviz is stopped.
            **options: As for `to_dot`.

        Raises:
            ExportError: If the picture cannot be made or written. Where Graphviz is
                missing or fails, the graph is then beside `path` as DOT text.
        """
        export = exporters()
        choice, style = export.choice_and_style(expanded, only, options)
        chosen = export.format_from_path(path) if format is None else format
        return export.export_to_path(
            self.graph,
            path,
            choice,
            format=chosen,
            recording=self.record() if chosen == "html" else None,
            style=style,
            timeout=timeout,
        )


class Recording(_recording.Recording):
    """A recording that can be walked, drawn and saved."""

    def __repr__(self) -> str:
        n_steps = self.cursor().timeline.length
        return f"<Recording {self.fn_name}: {n_steps} steps, {self.mode}>"

    def _repr_mimebundle_(self, **_limits: Any) -> dict[str, str]:
        text = f"{self!r}\n{exporters().signature(self.graph)}"
        return exporters().bundle_from_recording(self, text)

    def cursor(self) -> Cursor:
        """Return a cursor at the first step of the walk."""
        return cursor(self)

    def why(self, node: str, out: int = 0) -> Why:
        """Explain the zeros in the cotangent of a value, or why it has none.

        Args:
            node: Node id, as `graph.find(...)` gives it.
            out: Which output of the node.

        Returns:
            Its `cuts` are the equations at which dependence ends, each with the uses
            that are cut, how many elements, and whether it is so whatever the numbers.

        Raises:
            NodeNotFoundError: If there is no such node or output.
            RecordingError: If tangents were recorded instead of cotangents.
        """
        return why(self, node, out)

    def to_dot(
        self,
        expanded: Expanded = None,
        *,
        at: Cursor | int | None = None,
        only: Collection[str] | None = None,
        **options: Unpack[PictureOptions],
    ) -> str:
        """Return the graph as DOT text, with the state of the walk at a step.

        Args:
            expanded: As for `Trace.to_dot`.
            at: A cursor or the number of a step. Default: the end of the walk.
            only: As for `Trace.to_dot`.
            **options: As for `Trace.to_dot`; `values=False` leaves the values out.

        Raises:
            FormatError: If there is no such style.
            GraphError: If something is named that the program does not have, or
                nothing is left to be drawn.
            SteppingError: If there is no such step.
        """
        return _dot(self.graph, expanded, only, self._place(at), options)

    def render(
        self,
        path: str | Path,
        expanded: Expanded = None,
        *,
        at: Cursor | int | None = None,
        only: Collection[str] | None = None,
        format: str | None = None,  # noqa: A002 -- what Matplotlib calls it
        timeout: float = 30.0,
        **options: Unpack[PictureOptions],
    ) -> Path:
        """Write the graph at a step into a file; see `to_dot` and `Trace.render`.

        Files for other programs hold the statistics of all values.

        Raises:
            ExportError: If the file cannot be made or written.
            SteppingError: If there is no such step.
        """
        export = exporters()
        choice, style = export.choice_and_style(expanded, only, options)
        chosen = export.format_from_path(path) if format is None else format
        # A page is read from the start.
        is_page = chosen == "html" and at is None
        return export.export_to_path(
            self.graph,
            path,
            choice,
            format=chosen,
            recording=self,
            at=None if is_page else self._place(at),
            style=style,
            timeout=timeout,
        )

    def _place(self, at: Cursor | int | None) -> Cursor:
        if isinstance(at, Cursor):
            return at
        return cursor(self).last() if at is None else cursor(self).seek(at)

    def to_html(
        self,
        path: str | Path | None = None,
        expanded: Iterable[str] | None = None,
        *,
        at: Cursor | int | None = None,
        title: str | None = None,
        max_elements: int = 1024,
    ) -> str:
        """Return a page that walks through the recording, and write it if asked to.

        It is one file of HTML that any browser opens, without Python and without a
        network: graph, values, chain rule and source are in it. An address that ends
        in `#step=31` opens it at that step.

        Args:
            path: File to write; nothing is written unless the page is complete.
            expanded: Ids of the regions that are open at first. Default: as many as
                stay legible.
            at: A cursor or the number of the step to begin with. Default: the first.
            title: Default: the function's name.
            max_elements: Arrays of up to so many elements are in the page in full, of
                others statistics and a small picture.

        Raises:
            SteppingError: If there is no such step.
            RegionNotFoundError: If `expanded` names what is no region.
            OutputError: If the file cannot be written.
        """
        page: bytes = exporters().page_from_recording(
            self,
            expanded,
            at=at.index if isinstance(at, Cursor) else at,
            title=title,
            max_elements=max_elements,
        )
        if path is not None:
            write_atomically(path, page)
        return page.decode("utf-8")


def trace(
    fn: Callable[..., Any],
    *args: Any,
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
    argnums: int | Sequence[int] | None = None,
    has_aux: bool = False,
    **kwargs: Any,
) -> Trace:
    """Trace `fn` at example arguments; nothing is computed.

    Args:
        fn: Any function that JAX can trace.
        *args: Pytrees of arrays, scalars, typed keys or `jax.ShapeDtypeStruct`.
        static_argnums: Positions of arguments that are not traced, as in `jax.jit`.
        static_argnames: Names of arguments that are not traced, as in `jax.jit`.
        argnums: Positions to differentiate, as in `jax.grad`. Default: every
            positional argument that is not static.
        has_aux: Whether `fn` returns `(output, auxiliary)`, as in `jax.grad`.
        **kwargs: Keyword arguments; they are not differentiated.

    Raises:
        TraceError: If `fn` cannot be traced; its subclasses say why.
    """
    spec = _tracing.CallSpec(
        static_argnums=_positions("static_argnums", static_argnums),
        static_argnames=(static_argnames,)
        if isinstance(static_argnames, str)
        else tuple(static_argnames),
        argnums=_argnums(argnums),
        has_aux=has_aux,
    )
    return Trace(_tracing.trace_function(fn, args, kwargs, spec))


def _dot(
    graph: _graph.ProgramGraph,
    expanded: Expanded,
    only: Collection[str] | None,
    at: Cursor | None,
    options: PictureOptions,
) -> str:
    export = exporters()
    choice, style = export.choice_and_style(expanded, only, options)
    chosen = export.choose(graph, choice)
    return export.dot_from_view(
        graph, chosen.opened, only=chosen.only, at=at, style=style
    )


def _argnums(given: int | Sequence[int] | None) -> int | tuple[int, ...] | None:
    """Return argnums as JAX spells them: one position alone, or a tuple of them."""
    if given is None:
        return None
    found = _positions("argnums", given)
    return found if isinstance(given, Iterable) else found[0]


def _positions(name: str, given: int | Sequence[int]) -> tuple[int, ...]:
    try:
        return tuple(
            map(operator.index, given if isinstance(given, Iterable) else (given,))
        )
    except TypeError as error:
        msg = (
            f"{name} is {given!r}, but it must be the position of an argument, or a "
            "tuple of positions. The first argument is 0."
        )
        raise ArgumentError(msg) from error


_RECORD_OPTIONS = ("seed", "tangents", "budget", "verify", "progress")


def record(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Recording:
    """Trace `fn` at its arguments and record the run; `trace` and `record` in one.

    Takes the keywords of `trace` and of `Trace.record`; others go to `fn`.
    """
    options = {name: kwargs.pop(name) for name in _RECORD_OPTIONS if name in kwargs}
    return trace(fn, *args, **kwargs).record(**options)


def load(path: str | Path) -> Recording:
    """Read a recording that `Recording.save` wrote.

    Raises:
        FileFormatError: If the file is truncated, altered or not a recording.
    """
    recording = load_recording(Path(path))
    # The public class adds methods and no state.
    recording.__class__ = Recording
    recording.graph.__class__ = LoadedGraph
    assert isinstance(recording, Recording)
    return recording


def step(
    fn: Callable[..., Any],
    *args: Any,
    seed: Any = None,
    tangents: Any = None,
    budget: int | None = None,
    verify: bool | None = None,
    **kwargs: Any,
) -> int:
    """Trace `fn` and walk through it in the terminal; return when the user quits.

    Takes the keywords of `trace` too; others go to `fn`. With `tangents`, the walk is
    one pass in forward mode: tangents flow with the primals.

    Returns:
        0, or 1 if the recording failed.

    Raises:
        InterfaceError: If it cannot be opened from here: a standard stream is no
            terminal, or an event loop is running, as in a notebook.
        TraceError: If `fn` cannot be traced.
    """
    # Textual is loaded when it is first needed.
    from graphstep.tui.surroundings import check_surroundings

    check_surroundings()
    from graphstep.tui.app import run

    traced = trace(fn, *args, **kwargs)
    return run(traced, seed=seed, tangents=tangents, budget=budget, verify=verify)
