"""Every formula of the table is evaluated in float64 against JAX's own JVP and VJP."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
import pytest

from graphstep.rules import (
    EXAMPLES,
    RULES,
    TOLERANCE,
    Example,
    Rule,
    case_of,
    checked,
    checks_of,
    equation_of,
    prepared,
    rule_of,
    rules_named,
)

_NAMES = sorted(RULES)
# Entries that are compiled as one program: that takes nearly all of the time.
_HEAVY = ["igamma", "igammac", "random_gamma"]
_LIGHT = [name for name in _NAMES if name not in _HEAVY]
_GROUPS = [_LIGHT[start : start + 12] for start in range(0, len(_LIGHT), 12)]
# Of elements alone: they hold for any shape, and many for complex numbers.
_ELEMENTWISE = [
    name
    for name in _NAMES
    # Those whose parameters are of one shape, too, are no operations on elements.
    if name not in ("argmax", "argmin", "reshape")
    and len({operand.shape for operand in EXAMPLES[name][0].operands}) == 1
    and EXAMPLES[name][0].operands[0].shape == (3, 4)
    and all(
        str(s) in ("diagonal", "identity", "zero")
        for s in rules_named(name)[0].structure
    )
]
_COMPLEX = [
    *("abs", "add", "cos", "cosh", "cumsum", "div", "dot_general", "exp", "expm1"),
    *("gather", "integer_pow", "log", "logistic", "mul", "neg", "pad", "reduce_prod"),
    *("reduce_sum", "reshape", "scatter-add", "sin", "sinh", "sqrt", "square", "sub"),
    *("tan", "tanh", "transpose", "conv_general_dilated"),
]


def test_every_rule_has_an_example() -> None:
    """What is in the table can be checked, and nothing else is."""
    assert EXAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize(
    "names",
    [*_GROUPS, pytest.param(_HEAVY, marks=pytest.mark.long)],
    ids=lambda names: f"{names[0]}-{names[-1]}",
)
def test_rules_are_those_of_jax(names: list[str]) -> None:
    """Value, JVP and VJP by the formulas are those that JAX computes in float64."""
    checks = checks_of(names)

    assert set(checks) == set(names)
    assert {n: c for n, c in checks.items() if not c.largest <= TOLERANCE} == {}


@pytest.mark.parametrize(
    ("name", "field", "wrong"),
    [
        ("sin", "value", ("cos(x)",)),
        ("sin", "jvp", ("sin(x) * ẋ",)),
        ("sin", "vjp", ("-cos(x) * ȳ",)),
        ("dot_general", "vjp", ("C̄ @ B.T", None)),
        ("reduce_sum", "vjp", ("ȳ",)),
    ],
)
def test_a_wrong_rule_is_noticed(name: str, field: str, wrong: Any) -> None:
    """A wrong value, tangent or contribution, one that is missing, and a wrong shape."""
    rng = np.random.default_rng(0)
    with jax.enable_x64(True):
        eqn, primals = prepared(name, EXAMPLES[name][0], np.float64)
        rule = rule_of(eqn)
        assert rule is not None
        changed = dataclasses.replace(rule, **{field: wrong})

        (check,) = checked([case_of(changed, eqn, primals, rng)])

    assert getattr(check, field) > 1e-3
    assert check.largest == getattr(check, field)


def _checked_as(name: str, example: Example, dtype: Any, seed: int = 7) -> float:
    rng = np.random.default_rng(seed)
    with jax.enable_x64(True):
        eqn, primals = prepared(name, example, dtype, seed)
        rule = rule_of(eqn)
        assert rule is not None
        (check,) = checked([case_of(rule, eqn, primals, rng)])
    return check.largest


def _sized(example: Example, shape: tuple[int, ...]) -> Example:
    operands = tuple(dataclasses.replace(o, shape=shape) for o in example.operands)
    return dataclasses.replace(example, operands=operands)


_SAMPLE = ("add", "atan2", "clamp", "logistic", "max")


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 1, 3)])
@pytest.mark.parametrize(
    "name",
    [
        name if name in _SAMPLE else pytest.param(name, marks=pytest.mark.long)
        for name in _ELEMENTWISE
    ],
)
def test_rules_of_elements_hold_for_any_shape(
    name: str, shape: tuple[int, ...]
) -> None:
    """For one number, for none, and for an axis of length one."""
    example = _sized(EXAMPLES[name][0], shape)

    assert _checked_as(name, example, np.float64) < TOLERANCE


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("div", "tanh") else pytest.param(name, marks=pytest.mark.long)
        for name in _COMPLEX
    ],
)
def test_rules_hold_for_complex_numbers(name: str) -> None:
    """JAX's VJP multiplies by the transpose and conjugates nothing; nor do these."""
    for example in EXAMPLES[name]:
        assert _checked_as(name, example, np.complex128) < TOLERANCE


# Of these, float32 in the middle of a computation is not near enough.
_ROUGH = {"svd": 1e-2, "eigh": 1e-3, "eig": 1e-3, "lu": 1e-2, "random_gamma": 1e-3}
# For float64 operands alone, or for types of their own.
_DOUBLE = {"conj", "convert_element_type", "fft", "imag", "real"}


@pytest.mark.parametrize(
    "name",
    [
        name if name == "dot_general" else pytest.param(name, marks=pytest.mark.long)
        for name in _NAMES
        if name not in _DOUBLE
    ],
)
def test_rules_hold_in_float32(name: str) -> None:
    """With operands of float32 they differ from JAX by its rounding alone."""
    for example in EXAMPLES[name]:
        assert _checked_as(name, example, np.float32) < _ROUGH.get(name, 2e-4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("names", _GROUPS, ids=lambda names: f"{names[0]}-{names[-1]}")
def test_rules_hold_for_other_numbers(names: list[str], seed: int) -> None:
    """The examples' operands, tangents and cotangents are not special."""
    for name in names:
        for example in EXAMPLES[name]:
            assert _checked_as(name, example, np.float64, 100 + seed) < 1e-8, name


def _rule(name: str) -> Rule:
    with jax.enable_x64(True):
        rule = rule_of(equation_of(name, EXAMPLES[name][0], np.float64))
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("name", "residuals"),
    [
        ("add", ()),
        ("exp", ("y",)),
        ("mul", ("x", "y")),
        ("sin", ("x",)),
        ("tanh", ("y",)),
        ("gather", ("i",)),
        ("reduce_max", ("x", "y")),
        ("det", ("A",)),
        ("eigh", ("V", "w")),
        ("svd", ("s", "U", "W")),
        ("triangular_solve", ("A", "X")),
    ],
)
def test_residuals_are_the_primals_in_the_vjp(
    name: str, residuals: tuple[str, ...]
) -> None:
    """Also where an auxiliary symbol stands between."""
    assert _rule(name).residuals == residuals
