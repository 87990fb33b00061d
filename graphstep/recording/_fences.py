"""Where a compiled program must not fuse, so that it stays linear in its length."""

from __future__ import annotations

import dataclasses
from collections.abc import Set as AbstractSet

from graphstep._jaxcompat import Literal
from graphstep.recording._keys import Key
from graphstep.recording._origins import Origins

# Returned values in a row, made from each other by operations that XLA fuses.
_LONGEST_CHAIN = 16

# Operations that XLA computes by themselves, whatever uses them.
_ALONE = frozenset({"dot_general", "conv_general_dilated"})


@dataclasses.dataclass(frozen=True, slots=True)
class Fences:
    """Values that are computed once, whatever uses them.

    Attributes:
        primals: Those of which the primal is.
        cotangents: Those of which the cotangent is.
    """

    primals: frozenset[Key]
    cotangents: frozenset[Key]


def find_fences(
    origins: Origins, records: AbstractSet[Key], taps: AbstractSet[Key]
) -> Fences:
    """Return the records and taps behind which XLA must not look.

    XLA copies a cheap operation into each of its users. Where values of one chain are
    all returned, each would be computed from the start of the chain: quadratic work,
    both for the compiler and in the program.

    Args:
        origins: Of the graph.
        records: Values that are returned, `(position, out)`.
        taps: Values whose cotangents are returned; those of single uses stand apart.
    """
    return Fences(_forward(origins, records), _backward(origins, taps))


def _forward(origins: Origins, records: AbstractSet[Key]) -> frozenset[Key]:
    columns = origins.columns
    fences: set[Key] = set()
    lengths: dict[Key, int] = {}
    for position, operands in enumerate(columns.operands):
        length = 0
        if _is_fused(origins, position):
            sources = [s for _, s in operands if type(s) is not Literal]
            length = max((lengths.get(s, 0) for s in sources), default=0)
        for out in range(len(columns.avals[position])):
            lengths[position, out] = _extended((position, out), length, records, fences)
    return frozenset(fences)


def _backward(origins: Origins, taps: AbstractSet[Key]) -> frozenset[Key]:
    columns = origins.columns
    fences: set[Key] = set()
    lengths: dict[Key, int] = {}
    # What each node's operands receive is as long a chain as its outputs' cotangents.
    sent: dict[int, int] = {}
    for position in range(len(columns.operands) - 1, -1, -1):
        longest = 0
        for out in range(len(columns.avals[position])):
            key = (position, out)
            length = max(
                (sent.get(user, 0) for user, _ in origins.uses.get(key, ())), default=0
            )
            lengths[key] = _extended(key, length, taps, fences)
            longest = max(longest, lengths[key])
        sent[position] = longest if _is_fused(origins, position) else 0
    return frozenset(fences)


def _is_fused(origins: Origins, position: int) -> bool:
    columns = origins.columns
    eqn = columns.eqns[position]
    if eqn is None or origins.is_exit(position):
        return False
    return eqn.primitive.name not in _ALONE


def _extended(
    key: Key, length: int, returned: AbstractSet[Key], fences: set[Key]
) -> int:
    """Return the length of the chain with one more value, fenced if it is too long."""
    if key not in returned:
        return length
    if length >= _LONGEST_CHAIN:
        fences.add(key)
        return 0
    return length + 1
