"""Every formula of the table is evaluated in float64 against JAX's own JVP and VJP."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from graphstep.rules import RULES, cotangent_of, rule_of, tangent_of

_CASES = {
    "add": (jax.lax.add, 2),
    "cos": (jax.lax.cos, 1),
    "exp": (jax.lax.exp, 1),
    "integer_pow": (lambda x: jax.lax.integer_pow(x, 3), 1),
    "mul": (jax.lax.mul, 2),
    "reduce_sum": (lambda x: jnp.sum(x, 0), 1),
    "sin": (jax.lax.sin, 1),
}


@pytest.mark.parametrize("name", sorted(RULES))
def test_rule_is_jax_rule(name: str) -> None:
    with jax.enable_x64(True):
        fn, n = _CASES[name]
        rng = np.random.default_rng(0)
        primals = [rng.normal(size=(3, 4)) for _ in range(n)]
        tangents = [rng.normal(size=(3, 4)) for _ in range(n)]
        (eqn,) = jax.make_jaxpr(fn)(*primals).eqns
        assert eqn.primitive.name == name
        rule = rule_of(eqn)
        out, vjp = jax.vjp(fn, *primals)
        cotangent = rng.normal(size=out.shape)
        tangent = jax.jvp(fn, primals, tangents)[1]
        sent = vjp(jnp.asarray(cotangent))
    values = dict(zip(rule.operands, primals, strict=True))
    values[rule.results[0]] = rule.results_at(values)[0]
    np.testing.assert_allclose(values[rule.results[0]], out, rtol=1e-13)
    values |= {tangent_of(s): t for s, t in zip(rule.operands, tangents, strict=True)}
    np.testing.assert_allclose(rule.tangents_at(values)[0], tangent, rtol=1e-12)
    values[cotangent_of(rule.results[0])] = cotangent
    for mine, theirs in zip(rule.contributions_at(values), sent, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
