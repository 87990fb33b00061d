"""Test that arguments and results that JAX cannot trace are named."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.errors import (
    ArgumentError,
    ResultError,
    TraceError,
)
from graphstep.tracing._failures import (
    check_arguments,
    check_result,
)
from tests.tracing.failing import X, branch, failure


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("relu", "is a str"),
        (b"relu", "is a bytes"),
        (object(), "is an object"),
        (range(3), "is a range"),
        (np.array(["a"]), "ndarray of dtype <U1"),
        (np.array([None]), "ndarray of dtype object"),
        (np.zeros(2, "M8[s]"), "dtype datetime64[s]"),
        (np.datetime64("2020"), "dtype datetime64[Y]"),
        (2**40, "an int too large"),
        (-(2**90), "an int too large"),
    ],
)
def test_argument_that_cannot_be_traced_is_named(bad: Any, problem: str) -> None:
    """The first leaf that is no array is named by its path, with its type."""

    def fn(x: Any, params: Any) -> Any:
        return x

    error = failure(fn, X, {"w1": 1.0, "w2": [2.0, bad]})

    assert isinstance(error, ArgumentError)
    assert str(error).startswith("Argument `params['w2'][1]` is ")
    assert problem in str(error)


def test_string_argument_suggests_static() -> None:
    with pytest.raises(ArgumentError, match=r"static_argnums.*--static"):
        check_arguments(branch, ("mean",), {})


@pytest.mark.parametrize(
    ("args", "kwargs", "static"),
    [
        ((1.0, 2), {}, {}),
        ((X, True), {}, {}),
        ((1j, None), {}, {}),
        ((jnp.ones(3), jax.ShapeDtypeStruct((2,), jnp.bfloat16)), {}, {}),
        ((jax.random.key(0), np.float32(1)), {}, {}),
        (({"a": X}, jax.nn.relu), {}, {}),
        ((X, "mean"), {}, {"static_argnums": (1,)}),
        ((X, "mean"), {}, {"static_argnums": (-1,)}),
        ((X, "mean"), {}, {"static_argnames": ("mode",)}),
        ((X,), {"mode": "mean"}, {"static_argnames": ("mode",)}),
    ],
)
def test_arguments_that_can_be_traced_pass(args: Any, kwargs: Any, static: Any) -> None:
    """Arrays, numbers, keys, shapes, functions and whatever is static are fine."""

    def fn(x: Any, mode: Any = None) -> Any:
        return x

    check_arguments(fn, args, kwargs, **static)


def test_what_is_not_callable_is_no_function() -> None:
    with pytest.raises(TraceError, match="'int' object is not callable"):
        check_arguments(3, (), {})  # type: ignore[arg-type]


def test_result_that_is_no_array_is_named_by_its_path() -> None:
    with pytest.raises(ResultError, match=r"`branch` returns a str at `out\['n'\]`"):
        check_result(branch, {"a": X, "n": "name"})


def test_result_of_arrays_and_numbers_passes() -> None:
    check_result(branch, {"a": X, "b": (1, 2.0, None, True, jax.random.key(0))})


def test_function_that_returns_text_is_explained() -> None:
    error = failure(lambda x: "text", X)

    assert isinstance(error, ResultError)
    assert "returns a str" in str(error)
