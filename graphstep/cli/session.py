"""From a request to a trace, and from a trace to a recording."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sys
import threading
import time
from collections.abc import Generator
from typing import Any, Self

import click
import jax

import graphstep._api as api
from graphstep.cli.arguments import evaluate, find_arguments, static_arguments
from graphstep.cli.interrupt import run_interruptibly
from graphstep.cli.options import Request
from graphstep.cli.targets import Target, find_target
from graphstep.errors import FunctionError, RecordingError
from graphstep.recording import check_seed
from graphstep.tracing import without_traceback


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """A target that was found and traced.

    Attributes:
        target: The function.
        trace: Its trace.
        seed: The output cotangent that was asked for, or `None`.
        budget: Bytes that the values may take, or `None`.
    """

    target: Target
    trace: api.Trace
    seed: Any
    budget: int | None

    @property
    def has_values(self) -> bool:
        """Whether the arguments have values, not only types."""
        return self.trace.program.has_values


@contextlib.contextmanager
def precision(request: Request) -> Generator[None]:
    """Enable 64-bit types for the block, if that was asked for."""
    with jax.enable_x64(True) if request.x64 else contextlib.nullcontext():
        yield


def open_session(request: Request, *, draw: bool = True) -> Session:
    """Find the target and its arguments, and trace it.

    Args:
        request: What was asked for.
        draw: Whether arguments given by their type get values.

    Raises:
        TargetError: If there is no such function or there are no arguments.
        TraceError: If it cannot be traced.
        SeedMismatchError: If the seed does not fit the result.
    """
    target = find_target(request.target)
    args = find_arguments(target, request.args, request.spec, draw=draw)
    static_argnums, static_argnames = static_arguments(
        target, request.static, len(args)
    )
    with _no_exit(target):
        trace = api.trace(
            target.fn,
            *args,
            argnums=request.argnums,
            has_aux=request.has_aux,
            static_argnums=static_argnums,
            static_argnames=static_argnames,
        )
        for name in request.transform:
            trace = trace.transformed(name)
    seed = None
    if request.seed is not None:
        seed = evaluate("--seed", request.seed, target)
        check_seed(trace.program, seed)
    return Session(target, trace, seed, request.budget)


def record(session: Session) -> api.Recording:
    """Record the session's trace, with progress on stderr if that is a terminal.

    Raises:
        RecordingError: If it cannot be recorded or running it fails.
    """
    # JAX logs the traceback of a callback that raises, besides raising it.
    logging.getLogger("jax").addHandler(logging.NullHandler())
    with Ticker() as ticker, _no_exit(session.target):

        def work(unwanted: threading.Event) -> api.Recording:
            def progress(stage: str, _seconds: float) -> bool:
                ticker.show(stage)
                return not unwanted.is_set()

            return session.trace.record(
                seed=session.seed, budget=session.budget, progress=progress
            )

        try:
            return run_interruptibly(work)
        except (RecordingError, jax.errors.JaxRuntimeError) as error:
            causes: tuple[BaseException | None, ...] = (error, error.__cause__)
            for cause in causes:
                if isinstance(cause, jax.errors.JaxRuntimeError):
                    msg = _runtime_failure(session.target, str(cause))
                    raise RecordingError(msg) from error
            raise


class Ticker:
    """One line on a terminal that says what is going on and since when."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._start = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def show(self, stage: str) -> None:
        """Replace the line."""
        self._write(f"{stage} … {time.monotonic() - self._start:.1f} s")

    def _write(self, text: str) -> None:
        if self._is_shown:
            # Carriage return, then erase to the end of the line.
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)


@contextlib.contextmanager
def _no_exit(target: Target) -> Generator[None]:
    try:
        yield
    except SystemExit as error:
        msg = f"`{target.name}` called sys.exit({error.code!r}). Let it return instead."
        raise FunctionError(msg) from error


def _runtime_failure(target: Target, report: str) -> str:
    """Return the one line of XLA's report that says what happened."""
    lines = without_traceback(report).strip().splitlines()
    said = lines[0].strip() if lines else "no reason given"
    return f"Running `{target.name}` failed: {said}"
