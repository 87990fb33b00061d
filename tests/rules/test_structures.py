"""What a rule says of its Jacobian's structure is true of the Jacobian that JAX computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from graphstep._jaxcompat import bind
from graphstep.rules import EXAMPLES, RULES, prepared, rule_of

_QUICK = {
    *("add", "sin", "transpose", "slice", "reduce_sum", "reduce_max", "cumsum"),
    *("broadcast_in_dim", "dot_general", "inv", "floor", "concatenate"),
}


def _at_most_one(jacobian: Any, axis: int) -> bool:
    """Return whether each row or column has one entry, a 1, or none."""
    values = jacobian[jacobian != 0]
    return bool(np.all(np.sum(jacobian != 0, axis) <= 1) and np.all(values == 1))


def _is_diagonal(jacobian: Any) -> bool:
    is_square = jacobian.shape[0] == jacobian.shape[1]
    return is_square and np.count_nonzero(jacobian - np.diag(np.diag(jacobian))) == 0


def _is_triangular(jacobian: Any) -> bool:
    """Return whether each result depends on what comes before it, or after it."""
    above, below = np.triu(jacobian, 1), np.tril(jacobian, -1)
    is_square = jacobian.shape[0] == jacobian.shape[1]
    return is_square and not (np.any(above) and np.any(below))


def _n_blocks(jacobian: Any) -> int:
    """Return in how many parts rows and columns fall that share no entry."""
    left = [set(np.flatnonzero(row)) for row in jacobian if np.any(row)]
    blocks: list[set[Any]] = []
    for columns in left:
        touching = [block for block in blocks if block & columns]
        blocks = [block for block in blocks if not block & columns]
        blocks.append(columns.union(*touching))
    # A result that happens not to vary shares nothing either.
    return len(blocks) + len(jacobian) - len(left)


_HOLDS: dict[str, Callable[[Any], bool]] = {
    "zero": lambda j: not np.any(j),
    "identity": lambda j: np.array_equal(j, np.eye(len(j))),
    "diagonal": _is_diagonal,
    "permutation": lambda j: (
        _at_most_one(j, 0)
        and _at_most_one(j, 1)
        and j.shape[0] == j.shape[1] == np.count_nonzero(j)
    ),
    "selection": lambda j: _at_most_one(j, 0) and _at_most_one(j, 1),
    "broadcast": lambda j: _at_most_one(j, 1),
    "sum": lambda j: _at_most_one(j, 0),
    "block diagonal": lambda j: _n_blocks(j) > 1 or len(j) == 1,
    "triangular": _is_triangular,
    "dense": lambda _: True,
}


def _jacobians(name: str, which: int) -> list[tuple[Any, Any, Any]]:
    """Return structure, written Jacobian and JAX's Jacobian by each operand."""
    with jax.enable_x64(True):
        eqn, primals = prepared(name, EXAMPLES[name][which], np.float64, which)
        rule = rule_of(eqn)
        assert rule is not None
        active = [
            i
            for i, x in enumerate(primals)
            if getattr(x, "dtype", np.dtype(int)).kind == "f"
            and str(rule.structure[i]) != "not defined by JAX"
        ]
        outs = [k for k, v in enumerate(eqn.outvars) if v.aval.dtype.kind == "f"]

        if not active or not outs:
            # Nothing varies smoothly: only no derivative at all can be right.
            none = {"zero", "not defined by JAX"}
            assert {str(structure) for structure in rule.structure} <= none
            return []

        def results(values: list[Any]) -> list[Any]:
            operands = list(primals)
            for i, value in zip(active, values, strict=True):
                operands[i] = value
            found = bind(eqn, operands)
            return [found[k] for k in outs]

        found = jax.jacobian(results)([primals[i] for i in active])
        known = dict(zip(rule.operands, primals, strict=True))
        known |= dict(zip(rule.results, bind(eqn, primals), strict=True))
    written = rule.jacobians_at({s: np.asarray(x) for s, x in known.items()})
    rows: list[tuple[Any, Any, Any]] = []
    for place, i in enumerate(active):
        size = np.size(primals[i])
        blocks = [np.reshape(by[place], (-1, size)) for by in found]
        rows.append((rule.structure[i], written[i], np.concatenate(blocks)))
    return rows


_CASES = [
    pytest.param(
        name,
        which,
        marks=() if name in _QUICK and which == 0 else pytest.mark.long,
        id=f"{name}-{which}",
    )
    for name in sorted(RULES)
    if name not in ("conj", "fft", "imag", "real", "complex", "eig", "random_gamma")
    for which in range(len(EXAMPLES[name]))
]


@pytest.mark.parametrize(("name", "which"), _CASES)
def test_the_structure_is_that_of_the_jacobian(name: str, which: int) -> None:
    """Its kind holds, and the matrix that is written down is the Jacobian."""
    for structure, written, jacobian in _jacobians(name, which):
        if structure.kind in _HOLDS:
            assert _HOLDS[structure.kind](jacobian), structure
        elif structure.kind == "shared weights":
            # Each result is a weighted sum, with weights that all results share.
            assert len(np.unique(jacobian)) <= jacobian.size / 2
        else:
            assert structure.kind == "Kronecker"
            assert written is not None
        if written is not None:
            np.testing.assert_allclose(written, jacobian, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("kind", "matrix"),
    [
        ("zero", np.eye(2)),
        ("identity", 2 * np.eye(2)),
        ("diagonal", np.ones((2, 2))),
        ("permutation", np.array([[1, 0], [1, 0]])),
        ("selection", np.array([[1, 0], [1, 0]])),
        ("broadcast", np.array([[1, 1]])),
        ("sum", np.array([[1], [1]])),
        ("block diagonal", np.ones((2, 2))),
        ("triangular", np.ones((2, 2))),
    ],
)
def test_another_structure_is_noticed(kind: str, matrix: Any) -> None:
    """None of the checks holds for every matrix, save that of dense ones."""
    assert not _HOLDS[kind](matrix)
