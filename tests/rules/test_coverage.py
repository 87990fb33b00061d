"""Every primitive that has a derivative has a rule, or a reason why it has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from jax.interpreters import ad  # noqa: TID251 -- it knows what JAX differentiates

import graphstep as gs
from graphstep._jaxcompat import all_jaxprs, has_zero_derivative
from graphstep.rules import (
    PRIMITIVES,
    RULES,
    WITHOUT,
    name_of,
    rule_of,
    unicode_of,
    written,
)
from tests import programs
from tests.examples.test_examples import TARGETS, load
from tests.rules.functions import functions, traced


def _equations(jaxpr: Any) -> Iterator[Any]:
    for inner in all_jaxprs(jaxpr):
        yield from inner.eqns


def _has_derivative(eqn: Any) -> bool:
    return eqn.primitive in ad.primitive_jvps and not has_zero_derivative(eqn)


def _without(jaxpr: Any) -> set[str]:
    """Return primitives that lack a rule, having written the rule of every equation."""
    missing: set[str] = set()
    for eqn in _equations(jaxpr):
        name = eqn.primitive.name
        if _has_derivative(eqn) and name not in PRIMITIVES and name not in WITHOUT:
            missing.add(name)
        if name_of(eqn) in RULES:
            _write(eqn)
    return missing


def _write(eqn: Any) -> None:
    """Write the rule of an equation, whatever its params and shapes are."""
    rule = rule_of(eqn)
    if rule is None:
        return
    lines = written(rule)
    assert len(rule.operands) == len(rule.vjp) == len(eqn.invars)
    assert len(rule.results) == len(rule.value) == len(eqn.outvars)
    assert all(unicode_of(line) for line in (*lines.value, *lines.vjp) if line)
    assert rule.operations >= 0


def test_every_primitive_of_the_libraries_has_a_rule() -> None:
    """That holds for jax.numpy, jax.nn, scipy.special and both linalg."""
    missing = {name: _without(traced(name, fn).jaxpr) for name, fn in functions()}

    assert {name: found for name, found in missing.items() if found} == {}
    assert len(missing) > 350


# Primitives that a library adds to those of JAX.
_OF_EQUINOX = {"maybe_set", "select_if_vmap"}


@pytest.mark.long
@pytest.mark.parametrize("name", programs.NAMES)
def test_every_primitive_of_the_zoo_has_a_rule(name: str) -> None:
    """That holds for the programs that the engine is tested with."""
    program = programs.build(name)
    with program.context():
        trace = gs.trace(program.fn, *program.args, **program.kwargs, **program.options)

        assert _without(trace.closed_jaxpr.jaxpr) <= _OF_EQUINOX


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_primitive_of_the_examples_has_a_rule(name: str) -> None:
    """That holds for the programs that readers meet first."""
    _, target, args = load(name)

    assert _without(gs.trace(target, *args).closed_jaxpr.jaxpr) == set()


def test_a_primitive_without_a_rule_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that is taken out of the table is missed."""
    monkeypatch.delitem(PRIMITIVES, "sin")

    assert _without(jax.make_jaxpr(jax.lax.sin)(1.0).jaxpr) == {"sin"}


def test_nothing_has_both_a_rule_and_a_reason_for_having_none() -> None:
    """A primitive is in one of the two tables."""
    assert not RULES.keys() & WITHOUT.keys()


def test_a_function_of_the_same_name_is_not_that_of_jax() -> None:
    """A rule of a library function needs JAX's own, known by where it is defined."""

    @jax.jit
    def det(a: Any) -> Any:
        return a[0, 0]

    (mine,) = jax.make_jaxpr(det)(jnp.eye(4)).eqns
    (theirs,) = jax.make_jaxpr(jnp.linalg.det)(jnp.eye(4)).eqns

    assert (name_of(mine), name_of(theirs)) == ("jit", "det")
    assert rule_of(mine) is None
