"""An edit of argnums: `0`, `0, 2`, `params, x`, or `all`."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from graphstep.errors import EditError
from graphstep.tracing import Trace, one_line
from graphstep.tui.edit_literals import parsed

ALL = "all"


def argument_names(program: Trace) -> tuple[str, ...]:
    """Return the names of the positional arguments."""
    n_args = len(program.unflatten(program.in_leaves)[0])
    return program.positional_names(n_args)


def read_argnums(text: str, names: Sequence[str]) -> int | tuple[int, ...] | None:
    """Return the argnums that a line asks for, as `jax.grad` takes them.

    Args:
        text: `all`, or positions and names with commas between them.
        names: The names of the positional arguments.

    Returns:
        Positions; one alone as an int; `None` for all.

    Raises:
        EditError: If there is no such argument.
    """
    if text.strip() == ALL:
        return None
    body = parsed(text)
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        msg = f"`{one_line(text, 60)}` is neither `{ALL}` nor a list of arguments."
        raise EditError(msg)
    node = body[0].value
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    if not parts:
        msg = f"Say at least one argument, or `{ALL}`."
        raise EditError(msg)
    found = tuple(_position(part, names) for part in parts)
    if len(set(found)) < len(found):
        msg = "One argument is there twice."
        raise EditError(msg)
    return found if isinstance(node, ast.Tuple | ast.List) else found[0]


def _position(node: ast.expr, names: Sequence[str]) -> int:
    text = ast.unparse(node)
    if text in names:
        return names.index(text)
    number = node.value if isinstance(node, ast.Constant) else None
    if type(number) is int and number < len(names):
        return number
    offered = ", ".join(f"{i} {name}" for i, name in enumerate(names))
    msg = f"There is no argument `{one_line(text, 60)}`. There are: {offered}."
    raise EditError(msg)
