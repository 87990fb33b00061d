"""Test that what cannot be traced is explained in one line."""

from __future__ import annotations

import functools
import re
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from graphstep.errors import (
    ArgumentError,
    FunctionError,
    LeakedTracerError,
)
from graphstep.tracing._failures import (
    check_consts,
    explain_trace_failure,
)
from tests.tracing.failing import X, branch, failure, line_of


def raises_value_error(x: Any) -> Any:
    msg = f"bad input of shape {x.shape}"
    raise ValueError(msg)


def test_function_that_raises_keeps_its_own_exception() -> None:
    """The user's exception is named with its line, and chained."""
    error = failure(raises_value_error, X)

    assert isinstance(error, FunctionError)
    assert str(error) == (
        f"{line_of(raises_value_error, 'raise V')}: `raises_value_error` raised "
        "ValueError: bad input of shape (3,)"
    )
    assert isinstance(error.__cause__, ValueError)


def test_shape_mismatch_names_the_users_line() -> None:
    def fn(x: Any) -> Any:
        y = x + 1
        return y @ jnp.ones(4)

    error = failure(fn, X)

    assert isinstance(error, FunctionError)
    assert str(error).startswith(line_of(fn, "@ jnp"))
    assert "TypeError" in str(error)
    assert "(3,) and (4,)" in str(error)


def test_error_of_a_transformation_names_the_operation() -> None:
    """JAX's chained stack says where the operation stood that has no gradient."""

    def fn(x: Any) -> Any:
        return jax.lax.while_loop(lambda c: c < 3, lambda c: c * 2, x)

    error = failure(jax.grad(fn), 1.0)

    assert isinstance(error, FunctionError)
    assert str(error).startswith(line_of(fn, "while_loop"))


def test_hostile_messages_are_escaped_and_cut() -> None:
    """An exception cannot write control characters or pages to the terminal."""

    class Hostile(Exception):  # noqa: N818
        pass

    def fn(x: Any) -> Any:
        raise Hostile("\x1b[31mred\n\u202e" + "long " * 1_000_000)

    message = str(failure(fn, X))

    assert r"raised Hostile: \x1b[31mred \u202elong" in message
    assert message.endswith("…")


def test_exception_that_cannot_be_printed_is_named() -> None:
    class Unprintable(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError

    def fn(x: Any) -> Any:
        raise Unprintable

    assert "raised Unprintable: <Unprintable>" in str(failure(fn, X))


def test_exception_without_a_message_is_named() -> None:
    """A function that somebody has not written yet raises this one, bare."""

    def fn(x: Any) -> Any:
        raise NotImplementedError

    assert str(failure(fn, X)).endswith("raised NotImplementedError")


def test_endless_recursion_is_the_functions_own_error() -> None:
    def fn(x: Any) -> Any:
        return fn(x)

    assert "RecursionError" in str(failure(fn, X))


@pytest.mark.parametrize(
    ("fn", "args", "kwargs", "problem"),
    [
        (branch, (), {}, "missing 1 required positional argument: 'x'"),
        (branch, (1, 2), {}, "takes 1 positional argument but 2 were given"),
        (branch, (1,), {"y": 2}, "unexpected keyword argument 'y'"),
        (branch, (1,), {"x": 2}, "multiple values for argument 'x'"),
        (lambda: 1, (1,), {}, "takes 0 positional arguments"),
        (functools.partial(branch, 1), (2,), {}, "takes 1 positional argument"),
        (jax.jit(branch), (), {}, "missing"),
    ],
)
def test_wrong_arity_shows_the_signature(
    fn: Any, args: Any, kwargs: Any, problem: str
) -> None:
    error = failure(fn, *args, **kwargs)

    assert isinstance(error, ArgumentError)
    assert problem in str(error)
    assert "Its signature is `" in str(error)


def test_wrong_arity_inside_the_function_is_its_own_error() -> None:
    """A bad call that the user's code makes is not a bad call of the user's code."""

    def fn(x: Any) -> Any:
        return branch(x, x)

    error = failure(fn, 1.0)

    assert isinstance(error, FunctionError)
    assert str(error).startswith(line_of(fn, "branch(x, x)"))


def leaked() -> jax.Array:
    """Return a traced value that outlives its function."""
    kept: list[jax.Array] = []

    @jax.jit
    def fn(x: Any) -> Any:
        kept.append(x * 2)
        return x

    fn(1.0)
    return kept[0]


def test_leaked_value_in_a_computation_is_explained() -> None:
    """JAX's own error is turned to one line with the place the value was made."""
    value = leaked()
    with pytest.raises(jax.errors.UnexpectedTracerError) as caught:
        jnp.sin(value)

    error = explain_trace_failure(caught.value, branch)

    assert isinstance(error, LeakedTracerError)
    assert re.search(r"traced value, made at .*test_failures.py:\d+", str(error))
    assert "Return the value" in str(error)


def test_leaked_value_among_the_constants_is_found() -> None:
    value = leaked()
    closed_jaxpr = jax.make_jaxpr(lambda x: x + value)(1.0)

    with pytest.raises(LeakedTracerError, match="Return the value"):
        check_consts(branch, closed_jaxpr)


def test_constants_with_values_pass() -> None:
    check_consts(branch, jax.make_jaxpr(lambda x: x + X)(X))


def test_callable_objects_are_named_by_their_class() -> None:
    class Model:
        def __call__(self, x: Any) -> Any:
            raise ValueError

    assert "`Model` raised ValueError" in str(failure(functools.partial(Model()), 1.0))
