"""The options that every command shares, and their values."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

# Where a context, which all contexts share, notes that a traceback is wanted.
TRACEBACK = "graphstep.traceback"
_Command = TypeVar("_Command", bound=Callable[..., Any])
_UNITS = {
    "": 1,
    "B": 1,
    **{
        prefix + unit: base**power
        for power, prefix in enumerate("KMGT", start=1)
        for unit, base in (("", 1000), ("B", 1000), ("IB", 1024))
    },
}
_POSITION = re.compile(r"-?\d{1,9}")
_SIZE = re.compile(r"(?P<number>\d+(\.\d*)?|\.\d+)\s*(?P<unit>[a-zA-Z]*)")


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """What to trace, at which arguments, and how to record it.

    Attributes:
        target: `FILE.py:FUNCTION` or `package.module:FUNCTION`.
        args: Expression of the arguments, or `None`.
        spec: Types to draw arguments of.
        argnums: As `jax.grad` takes it; `None` for all.
        has_aux: As `jax.grad` takes it.
        static: Positions and names of arguments that are not traced.
        x64: Whether to enable 64-bit types.
        transform: Transformations to take it under, the innermost first.
        seed: Expression of the output cotangent, or `None`.
        budget: Bytes that the values may take, or `None`.
    """

    target: str
    args: str | None = None
    spec: tuple[str, ...] = ()
    argnums: int | tuple[int, ...] | None = None
    has_aux: bool = False
    static: tuple[int | str, ...] = ()
    x64: bool = False
    transform: tuple[str, ...] = ()
    seed: str | None = None
    budget: int | None = None


def _argnums(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> int | tuple[int, ...] | None:
    """Read `0` or `0,2`, as `jax.grad` takes them."""
    if value is None:
        return None
    try:
        numbers = tuple(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        numbers = ()
    if not numbers:
        msg = f"`{value}` is not a position or several, such as 0 or 0,2"
        raise click.BadParameter(msg, ctx, param)
    return numbers if "," in value else numbers[0]


def _static(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[int | str, ...]:
    """Read `1` or `1,mode`: positions and names."""
    parts = [] if value is None else [part.strip() for part in value.split(",")]
    for part in parts:
        if not (_POSITION.fullmatch(part) or part.isidentifier()):
            msg = f"`{part}` is neither a position nor a name"
            raise click.BadParameter(msg, ctx, param)
    return tuple(int(part) if _POSITION.fullmatch(part) else part for part in parts)


def _size(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read `512MB`, `2GiB` or `1000000`."""
    if value is None:
        return None
    match = _SIZE.fullmatch(value.strip())
    unit = match["unit"].upper() if match else ""
    if match is None or unit not in _UNITS:
        msg = f"`{value}` is not a size, such as 512MB, 2GiB or 1000000"
        raise click.BadParameter(msg, ctx, param)
    return int(float(match["number"]) * _UNITS[unit])


def _remember_traceback(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[TRACEBACK] = value


traceback_option = click.option(
    "--traceback",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_remember_traceback,
    help="Show the whole traceback of an error.",
)
# How the walk is drawn, wherever it is opened.
ascii_option = click.option(
    "--ascii",
    is_flag=True,
    default=None,
    help="Draw with ASCII alone; so it is by itself where the locale wants that.",
)
# The keys of `graphstep.tracing.TRANSFORMS`, which loads JAX; help must be instant.
_TRANSFORMS = ("grad", "vjp", "jvp", "vmap", "jit", "checkpoint")
_TRACE_OPTIONS = [
    click.argument("target"),
    click.option(
        "--args",
        metavar="EXPR",
        help="Arguments: a Python expression that may use the names of the module. A "
        "tuple gives several. Default: the module's example_args, a tuple or a "
        "function that returns one (or a dict of these by function).",
    ),
    click.option(
        "--spec",
        metavar="TYPE",
        multiple=True,
        help="Type of one argument, such as 'f32[128,784]', 'i32[]' or 'key'; repeat it "
        "for each. Normals are drawn, always the same.",
    ),
    click.option(
        "--argnums",
        callback=_argnums,
        metavar="0,1",
        help="Arguments to differentiate. Default: all that are not static.",
    ),
    click.option(
        "--has-aux", is_flag=True, help="The function returns (output, auxiliary)."
    ),
    click.option(
        "--static",
        callback=_static,
        metavar="NAMES",
        help="Arguments that are not traced: positions or names, with commas.",
    ),
    click.option("--x64", is_flag=True, help="Enable 64-bit types."),
    click.option(
        "--transform",
        type=click.Choice(_TRANSFORMS),
        multiple=True,
        help="Take the function under this transformation of JAX's; repeat it for one "
        "around another.",
    ),
    traceback_option,
]
_RECORD_OPTIONS = [
    click.option(
        "--seed",
        metavar="EXPR",
        help="Cotangent of the output: a Python expression. Default: ones.",
    ),
    click.option(
        "--budget",
        callback=_size,
        metavar="SIZE",
        help="Memory for the values, such as 512MB; beyond it statistics are kept. "
        "Default: a quarter of the free memory.",
    ),
]


def trace_options(command: _Command) -> _Command:
    """Add the target and the options that say what is traced."""
    return _with(command, _TRACE_OPTIONS)


def record_options(command: _Command) -> _Command:
    """Add the target and the options that say what is traced and recorded."""
    return _with(command, [*_TRACE_OPTIONS[:-1], *_RECORD_OPTIONS, _TRACE_OPTIONS[-1]])


def request_from_options(options: dict[str, Any]) -> Request:
    """Take the shared options out of all of a command's options."""
    names = [field.name for field in dataclasses.fields(Request)]
    given = {name: options.pop(name) for name in names if name in options}
    return Request(**given)


def _with(command: _Command, options: list[Any]) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command
