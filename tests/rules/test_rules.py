"""Every formula of the table is evaluated in float64 against JAX's own JVP and VJP."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from graphstep.rules import EXAMPLES, RULES, checked, prepared, rule_of


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_rule_is_that_of_jax(name: str) -> None:
    """Value, JVP and VJP by the formulas are those that JAX computes."""
    for seed, example in enumerate(EXAMPLES[name]):
        with jax.enable_x64(True):
            eqn, primals = prepared(name, example, np.float64, seed)
            rule = rule_of(eqn)
            assert rule is not None

            check = checked(rule, eqn, primals, np.random.default_rng(seed))

        assert check.largest < 1e-10, check
