"""Test that what needs a concrete value is named with its cure."""

from __future__ import annotations

import pathlib
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.errors import (
    ControlFlowError,
)
from tests.tracing.failing import X, branch, failure, line_of


def branch_on_two(x: Any) -> Any:
    if x > 0 and not x > 1:
        return x
    return -x


def conditional(x: Any) -> Any:
    return 1.0 if x > 0 else x


def match_guard(x: Any) -> Any:
    match 1:
        case 1 if x > 0:
            return x
    return -x


def loop(x: Any) -> Any:
    while x < 3:
        x = x + 1
    return x


def logic(x: Any) -> Any:
    return (x > 0) or x


def negation(x: Any) -> Any:
    return not x


def chain(x: Any) -> Any:
    return 0 < x < 1


def contains(x: Any) -> Any:
    return x in [1, 2]


def comprehension(x: Any) -> Any:
    return [i for i in range(3) if i < x]


def ranged(x: Any) -> Any:
    for _ in range(x.astype(int)):
        pass
    return x


@pytest.mark.parametrize(
    ("fn", "text", "culprit", "cure"),
    [
        (branch, "if x > 0", "Python `if`", "jnp.where.*jax.lax.cond"),
        (branch_on_two, "if x > 0", "Python `if`", "jnp.where.*jax.lax.cond"),
        (conditional, "if x > 0", "Python `if`", "jnp.where"),
        (match_guard, "if x > 0", "Python `if`", "jnp.where"),
        (loop, "while", "Python `while`", "jax.lax.while_loop"),
        (logic, "or x", "Python `and`, `or`", "jnp.logical_or"),
        (negation, "not x", "Python `and`, `or` or `not`", "~"),
        (chain, "0 < x", "A chained comparison", "&"),
        (contains, "x in", "Python `in`", "jnp.isin"),
        (comprehension, "for i", "The condition of a comprehension", "jnp.where"),
        (ranged, "for _", "Python `range`", "fori_loop.*static_argnums"),
    ],
)
def test_control_flow_names_the_users_line_and_a_cure(
    fn: Any, text: str, culprit: str, cure: str
) -> None:
    """The message has file, line, source text, the argument and what to write."""
    error = failure(fn, 1.0)

    message = str(error)
    assert isinstance(error, ControlFlowError)
    assert message.startswith(f"{line_of(fn, text)}: {culprit}")
    assert "computed from `x`" in message
    assert text in message
    assert re.search(cure, message)


@pytest.mark.parametrize(
    ("fn", "culprit", "cure"),
    [
        (lambda x: float(x[0]), "`float()`", "x.astype(float)"),
        (lambda x: int(x[0]), "`int()`", "x.astype(int)"),
        (lambda x: complex(x[0]), "`complex()`", "x.astype(complex)"),
        (lambda x: bool(x[0]), "`bool()`", "jnp.where"),
        (lambda x: x[0].item(), "`.item()`", "Remove it"),
        (lambda x: x.tolist(), "`.tolist()`", "Remove it"),
        (lambda x: np.sin(x), "NumPy", "jax.numpy"),  # noqa: PLW0108
        (lambda x: np.asarray(x), "NumPy", "jax.numpy"),  # noqa: PLW0108
        (lambda x: [1, 2][x[0].astype(int)], "a Python integer", "jnp.asarray"),
        (lambda x: max(x[0], 2.0), "Python `max`", "jnp.maximum"),
        (lambda x: min(x[0], 2.0), "Python `min`", "jnp.minimum"),
        (lambda x: sorted([x[0], x[1]]), "Python `sorted`", "jnp.sort"),
        (lambda x: any([x[0]]), "Python `any`", "jnp.any"),
        (lambda x: x[x > 0], "boolean mask", "jnp.where"),
        (lambda x: jnp.unique(x), "size depends", "size="),  # noqa: PLW0108
        (lambda x: jnp.nonzero(x), "size depends", "size="),  # noqa: PLW0108
        (lambda x: jnp.ones(x[0].astype(int)), "A shape", "x.shape[0]"),
        (lambda x: jnp.arange(x[0]), "This call", "static_argnums"),
        (lambda x: f"{x[0]:.2f}", "Formatting", "jax.debug.print"),
    ],
)
def test_conversions_of_traced_values_have_a_cure(
    fn: Any, culprit: str, cure: str
) -> None:
    """Every function of Python and NumPy that needs a value is named."""
    error = failure(fn, X)

    assert isinstance(error, ControlFlowError)
    assert culprit in str(error)
    assert cure in str(error)
    assert line_of(fn, "lambda x").split(":")[0] in str(error)


def test_control_flow_in_a_compiled_function_names_the_inner_line() -> None:
    @jax.jit
    def inner(z: Any) -> Any:
        return z if z > 2 else -z

    def fn(x: Any) -> Any:
        return inner(x * 2)

    error = failure(fn, 1.0)

    assert isinstance(error, ControlFlowError)
    assert "computed from `z`" in str(error)
    assert "`return z if z > 2 else -z`" in str(error)


def test_traced_values_are_named_by_their_paths() -> None:
    """The arguments that a value depends on are named, however they were passed."""

    def fn(params: Any, *rest: Any, scale: Any) -> Any:
        return params if params["w"] + rest[0] * scale > 0 else scale

    error = failure(fn, {"w": 1.0}, 2.0, scale=3.0)

    assert "computed from `params['w']`, `rest[0]`, `scale`" in str(error)


def test_long_source_lines_are_cut_to_the_expression() -> None:
    def fn(x: Any) -> Any:
        return {"a long key that says nothing": 1, "another long one": (float(x), 2), "and": 3}  # fmt: skip

    assert "`float(x)`" in str(failure(fn, 1.0))


def test_assert_is_explained(tmp_path: pathlib.Path) -> None:
    """In a file of its own, because pytest rewrites the asserts of this one."""
    path = tmp_path / "asserting.py"
    text = "def f(x):\n    assert x > 0\n    return x\n"
    path.write_text(text)
    namespace: dict[str, Any] = {}
    exec(compile(text, str(path), "exec"), namespace)  # noqa: S102

    message = str(failure(namespace["f"], 1.0))

    assert "asserting.py:2: Python `assert` needs" in message
    assert "checkify" in message


def test_code_without_source_is_explained_without_its_line() -> None:
    namespace: dict[str, Any] = {}
    exec("def f(x):\n    if x > 0:\n        return x\n", namespace)  # noqa: S102

    error = failure(namespace["f"], 1.0)

    assert isinstance(error, ControlFlowError)
    assert str(error).startswith("<string>:2: A conversion to a Python bool needs")


def test_builtin_that_needs_a_value_is_explained() -> None:
    error = failure(max, 1.0, 2.0)

    assert isinstance(error, ControlFlowError)
    assert "jnp.where" in str(error)
