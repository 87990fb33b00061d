"""Every rule with its examples, and what checking them shows."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np

from graphstep.rules._checking import Case, Check, case_of, checked
from graphstep.rules._examples import Example, equation_of, prepared
from graphstep.rules._examples_of_arrays import EXAMPLES_OF_ARRAYS
from graphstep.rules._examples_of_elements import EXAMPLES_OF_ELEMENTS
from graphstep.rules._examples_of_library import EXAMPLES_OF_LIBRARY
from graphstep.rules._examples_of_matrices import EXAMPLES_OF_MATRICES
from graphstep.rules._lookup import rule_of
from graphstep.rules._rule import Rule

EXAMPLES: dict[str, tuple[Example, ...]] = {
    **{name: (example,) for name, example in EXAMPLES_OF_ELEMENTS.items()},
    **EXAMPLES_OF_ARRAYS,
    **EXAMPLES_OF_MATRICES,
    **EXAMPLES_OF_LIBRARY,
}
# Largest difference from JAX in float64 for which a rule counts as the same.
TOLERANCE = 1e-10
# Entries that are compiled as one program.
_TOGETHER = 12


def rules_named(name: str) -> tuple[Rule, ...]:
    """Return the rule of each example of an entry."""
    return tuple(_rule_named(name, example) for example in EXAMPLES[name])


def rule_named(name: str) -> Rule:
    """Return the rule of the first example of an entry."""
    return _rule_named(name, EXAMPLES[name][0])


def checks_of(names: Sequence[str]) -> dict[str, Check]:
    """Evaluate entries in float64 on their examples, against `jax.jvp` and `jax.vjp`."""
    found: dict[str, Check] = {}
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        cases = [(name, case) for name in some for case in _cases(name)]
        with jax.enable_x64(True):
            checks = checked([case for _, case in cases])
        for (name, _), check in zip(cases, checks, strict=True):
            found[name] = check.worst(found[name]) if name in found else check
    return found


def _cases(name: str) -> list[Case]:
    cases: list[Case] = []
    for seed, example in enumerate(EXAMPLES[name]):
        with jax.enable_x64(True):
            eqn, primals = prepared(name, example, np.float64, seed)
            rule = rule_of(eqn)
        assert rule is not None, name
        cases.append(case_of(rule, eqn, primals, np.random.default_rng(seed)))
    return cases


def _rule_named(name: str, example: Example) -> Rule:
    with jax.enable_x64(True):
        rule = rule_of(equation_of(name, example, np.float64))
    assert rule is not None, name
    return rule
