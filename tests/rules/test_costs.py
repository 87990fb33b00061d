"""What a rule costs is what the analysis of modes counts, and what XLA counts."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from graphstep._jaxcompat import bind
from graphstep.analysis._cost import RULES as COUNTED
from graphstep.rules import EXAMPLES, PRIMITIVES, equation_of, prepared, rules_named

_ALIKE = sorted(name for name in PRIMITIVES if name in COUNTED)


@pytest.mark.parametrize("name", _ALIKE)
def test_the_cost_is_that_of_the_analysis_of_modes(name: str) -> None:
    """Both count one operation for each number worked out, and none for moving it."""
    for rule, example in zip(rules_named(name), EXAMPLES[name], strict=True):
        with jax.enable_x64(True):
            eqn = equation_of(name, example, np.float64)

        assert rule.operations == COUNTED[name](eqn)


def _counted_by_xla(name: str, which: int) -> Any:
    with jax.enable_x64(True):
        eqn, primals = prepared(name, EXAMPLES[name][which], np.float64)
        program = jax.jit(lambda *values: bind(eqn, values))
        return program.lower(*primals).compile().cost_analysis()


@pytest.mark.parametrize("name", ["add", "mul", "dot_general", "neg"])
def test_the_cost_is_what_xla_counts(name: str) -> None:
    """For additions and multiplications the two counts are the same."""
    rule = rules_named(name)[0]

    counted = _counted_by_xla(name, 0)

    assert counted["flops"] == rule.operations
    assert counted["bytes accessed"] >= rule.n_bytes
