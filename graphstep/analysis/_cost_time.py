"""A prediction of how long a program takes, from its jaxpr alone."""

from __future__ import annotations

import math
from typing import Any

import jax

from graphstep._jaxcompat import Jaxpr, JaxprEqn
from graphstep.analysis._cost import RULES, Tally, is_elementwise, is_moving

# A processor does about so many operations in the time in which it moves one byte.
BALANCE = 4
# XLA makes these part of whatever uses their result, so that nothing is moved.
_FREE = frozenset(
    {
        "broadcast_in_dim",
        "convert_element_type",
        "empty",
        "empty2",
        "iota",
        "name",
        "reshape",
        "squeeze",
        "stop_gradient",
    }
)


class _Time(Tally):
    """Adds up work in place of operations."""

    def of_leaf(self, eqn: JaxprEqn, count: int) -> int:
        return max(count, BALANCE * _moved(eqn))


def work(jaxpr: Jaxpr) -> int:
    """Return the predicted time of a program, in that of one operation.

    An equation takes as long as its operations do, or as it takes to move its operands
    and results through memory, whichever is longer: the roofline of Williams, Waterman
    and Patterson (2009). Elementwise equations are fused with those that make their
    operands, so that only their results count.
    """
    return _Time().of(jaxpr)


def nbytes(aval: Any) -> int:
    """Return the size of a value, in bytes; typed keys count as they are stored."""
    if not hasattr(aval, "dtype"):
        return 0
    if jax.numpy.issubdtype(aval.dtype, jax.dtypes.extended):
        aval = jax.eval_shape(jax.random.key_data, aval)
    return math.prod(aval.shape) * aval.dtype.itemsize


def _moved(eqn: JaxprEqn) -> int:
    name = eqn.primitive.name
    if name in _FREE:
        return 0
    results = sum(nbytes(out.aval) for out in eqn.outvars)
    if name not in RULES or is_elementwise(name) or is_moving(name):
        return results
    return results + sum(nbytes(atom.aval) for atom in eqn.invars)
