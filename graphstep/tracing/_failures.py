"""Say in one line why a function could not be traced, and what to do about it."""

from __future__ import annotations

import functools
import os
import pathlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import jax

from graphstep._jaxcompat import ClosedJaxpr, is_tracer
from graphstep.errors import (
    ArgumentError,
    ControlFlowError,
    FunctionError,
    LeakedTracerError,
    ResultError,
    TraceError,
)
from graphstep.tracing._cures import diagnose
from graphstep.tracing._one_line import one_line, text_of
from graphstep.tracing._ownership import user_code
from graphstep.tracing._paths import (
    argument_leaves,
    argument_paths,
    positional_names,
    result_leaves,
    result_paths,
    signature_of,
)
from graphstep.tracing._source import (
    RawFrame,
    SourceLocation,
    frames_from_traceback,
    location_from_frames,
    source_line,
)

__all__ = [
    "argument_paths",
    "check_arguments",
    "check_consts",
    "check_result",
    "explain_trace_failure",
    "result_paths",
]

# How Python reports arguments that do not fit a function's parameters.
_ARITY = re.compile(
    r"missing \d+ required|takes .* positional argument|takes no (keyword )?arguments"
    r"|unexpected keyword argument|multiple values for (keyword )?argument"
    r"|positional-only arguments passed as keyword"
)
# Tracing passes the leaves as `*flat`; JAX's messages name them so.
_ORIGINS = re.compile(r"depends on the values? of the arguments? (.+?)\.(?:\s|$)")
_FLAT = re.compile(r"^flat\[(\d+)\]$")
_RETURNED = re.compile(
    r"returned a value of type <class '(?:.*\.)?(\w+)'>.*which is not a valid JAX type"
)
_LEAKED_FROM = re.compile(r"was created on line (.+?)\. ?$", re.MULTILINE)
_LONGEST_LINE = 100


def check_arguments(
    fn: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    static_argnums: Collection[int] = (),
    static_argnames: Collection[str] = (),
) -> None:
    """Raise if `fn` cannot be called or an argument cannot be traced.

    Functions inside the arguments (an activation in a module) pass: they are static.

    Raises:
        TraceError: If `fn` is not callable.
        ArgumentError: If a leaf is not something that JAX can trace. The message names
            its path, such as `params['w1']`.
    """
    if not callable(fn):
        msg = (
            f"{one_line(repr(type(fn).__name__))} object is not callable. Pass the "
            "function itself, not the result of calling it."
        )
        raise TraceError(msg)
    traced = list(args)
    for i in static_argnums:
        if -len(traced) <= i < len(traced):
            traced[i] = None
    named = {name: v for name, v in kwargs.items() if name not in static_argnames}
    # A static name may also be given by position.
    for i, name in enumerate(positional_names(fn, len(args))):
        if name in static_argnames:
            traced[i] = None
    for path, leaf in argument_leaves(fn, traced, named):
        _check_leaf(path, leaf)


def _check_leaf(path: str, leaf: Any) -> None:
    dtype = getattr(leaf, "dtype", None)
    if callable(leaf) and dtype is None:
        return
    kind = one_line(type(leaf).__name__)
    try:
        jax.typeof(leaf)
    except OverflowError as error:
        msg = (
            f"Argument `{path}` is an int too large for JAX's integer type. Pass a "
            "float, or enable 64-bit types (`jax_enable_x64`, `--x64`)."
        )
        raise ArgumentError(msg) from error
    except (TypeError, ValueError) as error:
        if isinstance(leaf, str | bytes):
            cure = (
                "If it is a setting, make it static with `static_argnums` or "
                "`static_argnames` (`--static` on the command line)."
            )
        elif dtype is not None:
            kind = f"{kind} of dtype {one_line(text_of(dtype))}"
            cure = "Convert it to numbers first."
        else:
            cure = (
                "Pass an array, a number or a pytree of them, register its class as a "
                "pytree, or make the argument static with `static_argnums`."
            )
        msg = f"Argument `{path}` is {_an(kind)}, which JAX cannot trace. {cure}"
        raise ArgumentError(msg) from error


def check_result(fn: Callable[..., Any], result: Any) -> None:
    """Raise if a leaf of what `fn` returned is not an array or a number.

    Raises:
        ResultError: Naming the leaf's path, such as `out['name']`.
    """
    for path, leaf in result_leaves(result):
        try:
            jax.typeof(leaf)
        except (TypeError, ValueError, OverflowError) as error:
            kind = one_line(type(leaf).__name__)
            raise ResultError(_result_message(fn, kind, path)) from error


def check_consts(fn: Callable[..., Any], closed_jaxpr: ClosedJaxpr) -> None:
    """Raise if the program captured a traced value of another function.

    Raises:
        LeakedTracerError: If a captured constant has no value.
    """
    for const in closed_jaxpr.consts:
        if is_tracer(const):
            raise LeakedTracerError(_leak_message(fn, ""))


def explain_trace_failure(
    error: Exception, fn: Callable[..., Any], paths: Sequence[str] = ()
) -> TraceError:
    """Return what to raise, chained, for an exception that came while tracing `fn`.

    Args:
        error: What `jax.make_jaxpr` raised.
        fn: The user's function.
        paths: The argument path of each leaf, in order.
    """
    frames, location = _place(error, fn)
    message = text_of(error)
    if isinstance(error, jax.errors.UnexpectedTracerError):
        return LeakedTracerError(_leak_message(fn, message))
    if location is None and isinstance(error, TypeError) and _ARITY.search(message):
        return ArgumentError(_arity_message(fn, message))
    at = f"{_shown_path(location)}: " if location else ""
    returned = _RETURNED.search(message)
    if location is None and isinstance(error, TypeError) and returned:
        return ResultError(_result_message(fn, returned.group(1)))
    diagnosis = diagnose(error, message, frames[0] if frames else None)
    if diagnosis is not None:
        text = _excerpt(location) if location else ""
        line = f": `{text}`" if text else ""
        return ControlFlowError(
            f"{at}{diagnosis.culprit} needs {_origin(message, paths)}, which is not "
            f"known while tracing{line}. {diagnosis.cure}."
        )
    raised = one_line(type(error).__name__)
    text = one_line(message)
    return FunctionError(
        f"{at}`{_name(fn)}` raised {raised}{': ' + text if text else ''}"
    )


def _place(
    error: BaseException, fn: Callable[..., Any]
) -> tuple[list[RawFrame], SourceLocation | None]:
    """Return the user's frames, innermost first, and the place where `error` arose."""
    user = user_code(fn)
    # When a transformation raises, JAX chains the stack of the operation it was at.
    for cause in (error.__cause__, error):
        if cause is None or (cause is not error and not _is_replayed(cause)):
            continue
        frames = frames_from_traceback(cause.__traceback__)
        location = location_from_frames(frames, user)
        if location is not None:
            inside = location.raw
            owned = [f for f in inside if user.owner(f[0].co_filename) == "user"]
            return owned, location
    return [], None


def _is_replayed(error: BaseException) -> bool:
    return type(error).__name__ == "JaxStackTraceBeforeTransformation"


def _shown_path(location: SourceLocation) -> str:
    file = location.file
    here = f"{pathlib.Path.cwd()}{os.sep}"
    return one_line(f"{file.removeprefix(here)}:{location.line}")


def _excerpt(location: SourceLocation) -> str:
    """Return the source line, or only the expression when the line is long."""
    line = source_line(location)
    if len(line) > _LONGEST_LINE and location.line == location.end_line:
        line = line[location.column : location.end_column]
    return one_line(line, _LONGEST_LINE)


def _name(fn: Any) -> str:
    while isinstance(fn, functools.partial):
        fn = fn.func
    name = getattr(fn, "__qualname__", None) or type(fn).__name__
    return one_line(str(name).replace("<locals>.", ""), 80)


def _origin(message: str, paths: Sequence[str]) -> str:
    found = _ORIGINS.search(message)
    if not found:
        return "a value"
    names = re.split(r", and |, | and ", found.group(1))
    shown: list[str] = []
    for name in names:
        flat = _FLAT.match(name)
        index = int(flat.group(1)) if flat else len(paths)
        path = paths[index] if index < len(paths) else name
        shown.append(f"`{one_line(path, 80)}`")
    if len(shown) > 3:
        shown[3:] = ["…"]
    return f"a value computed from {', '.join(shown)}"


def _an(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _result_message(fn: Callable[..., Any], kind: str, path: str = "") -> str:
    at = f" at `{path}`" if path else ""
    return (
        f"`{_name(fn)}` returns {_an(kind)}{at}, which is not an array. Return arrays, "
        "numbers or pytrees of them only."
    )


def _arity_message(fn: Callable[..., Any], message: str) -> str:
    signature = signature_of(fn)
    name = _name(fn)
    takes = f" Its signature is `{name}{signature}`." if signature else ""
    return one_line(f"The arguments do not fit `{name}`: {message}.{takes}")


def _leak_message(fn: Callable[..., Any], message: str) -> str:
    found = _LEAKED_FROM.search(message)
    created = f", made at {one_line(found.group(1))}," if found else ""
    return (
        f"`{_name(fn)}` uses a traced value{created} that another traced function "
        "stored in a global, a list or an attribute. Return the value from that "
        "function instead of storing it."
    )
