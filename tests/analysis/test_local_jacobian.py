"""Local Jacobians are those of JAX, and what is said of their structure holds."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.analysis import LocalJacobian, local_jacobian, spy, structure_of

X = jnp.linspace(-1.0, 1.5, 12).reshape(3, 4)
W = jnp.linspace(0.5, 2.0, 8).reshape(4, 2)
CASES: dict[str, tuple[Callable[..., jax.Array], tuple[jax.Array, ...], str]] = {
    "elementwise": (jax.lax.sin, (X,), "diagonal"),
    "unchanged": (lambda x: jax.lax.reshape(x, (12,)), (X,), "identity"),
    "moved": (lambda x: jax.lax.transpose(x, (1, 0)), (X,), "permutation"),
    "cut": (lambda x: jax.lax.slice(x, (0, 1), (3, 3)), (X,), "selection"),
    "stretched": (lambda x: jax.lax.broadcast(x, (5,)), (X,), "broadcast"),
    "added up": (lambda x: jax.lax.reduce_sum(x, (0,)), (X,), "sum"),
    "rounded": (jax.lax.floor, (X,), "zero"),
    "running": (jax.lax.cumsum, (X[0],), "lower triangular"),
    "product": (jax.lax.dot, (X, W), "sparse"),
    "chosen": (lambda x: jax.lax.reduce_max(x, (1,)), (X,), "selection"),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_rows_are_those_of_jax(name: str) -> None:
    fn, primals, structure = CASES[name]
    (eqn,) = jax.make_jaxpr(fn)(*primals).eqns
    for operand in range(len(primals)):
        found = local_jacobian(eqn, primals, operand)
        assert isinstance(found, LocalJacobian)
        whole = jax.jacfwd(fn, operand)(*primals)
        assert found.is_whole
        np.testing.assert_allclose(
            found.rows, np.reshape(whole, found.shape), rtol=1e-6
        )
    found = local_jacobian(eqn, primals, 0)
    assert isinstance(found, LocalJacobian)
    assert structure_of(found) == structure


def test_of_a_large_one_evenly_spread_rows_are_probed() -> None:
    x = jnp.linspace(-2.0, 2.0, 1_000)
    (eqn,) = jax.make_jaxpr(jax.lax.cos)(x).eqns
    found = local_jacobian(eqn, (x,), 0)
    assert isinstance(found, LocalJacobian)
    assert not found.is_whole
    assert found.probed[0] == 0
    assert found.probed[-1] == 999
    expected = np.zeros((len(found.probed), 1_000))
    expected[np.arange(len(found.probed)), found.probed] = -np.sin(x)[found.probed]
    np.testing.assert_allclose(found.rows, expected, rtol=1e-6)


def test_integers_have_none_and_it_is_said() -> None:
    x = jnp.arange(3)
    (eqn,) = jax.make_jaxpr(jax.lax.neg)(x).eqns
    assert "no floating-point number" in str(local_jacobian(eqn, (x,), 0))


def test_picture_keeps_shares_and_marks_what_is_not_finite() -> None:
    rows = np.eye(8)
    rows[0, 7] = np.nan
    picture = spy(LocalJacobian((8, 8), rows, np.arange(8)), 4, 4)
    expected = np.eye(4) / 2
    expected[0, 3] = np.nan
    np.testing.assert_array_equal(picture, expected)
