"""Where a compiled program must not fuse, so that it stays linear in its length."""

from __future__ import annotations

import dataclasses
from collections.abc import Set as AbstractSet

from graphstep._jaxcompat import Literal
from graphstep.recording._keys import Key
from graphstep.recording._origins import Origins

# Returned values in a row, made from each other by operations that XLA fuses. Of a
# summary, each is read twice, and compiling it into its statistics as well is slower.
_LONGEST_CHAIN = 16
_LONGEST_CHAIN_OF_SUMMARY = 0

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
    origins: Origins,
    records: AbstractSet[Key],
    taps: AbstractSet[Key],
    *,
    is_summary: bool = False,
) -> Fences:
    """Return the records and taps behind which XLA must not look.

    XLA copies a cheap operation into each of its users. Where values of one chain are
    all returned, each would be computed from the start of the chain: quadratic work,
    both for the compiler and in the program.

    Args:
        origins: Of the graph.
        records: Values that are returned, `(position, out)`.
        taps: Values whose cotangents are returned; those of single uses stand apart.
        is_summary: Whether statistics are returned instead of the values.
    """
    longest = _LONGEST_CHAIN_OF_SUMMARY if is_summary else _LONGEST_CHAIN
    return Fences(
        _forward(origins, records, longest), _backward(origins, taps, longest)
    )


class _Chains:
    """Counts the returned values of one pass that follow each other."""

    def __init__(self, returned: AbstractSet[Key], longest: int) -> None:
        self.returned = returned
        self.longest = longest
        self.fences: set[Key] = set()
        self.lengths: dict[Key, int] = {}

    def extend(self, key: Key, length: int) -> int:
        """Put a value at the end of a chain, fenced if the chain is too long."""
        if key in self.returned:
            is_fenced = length >= self.longest
            if is_fenced:
                self.fences.add(key)
            length = 0 if is_fenced else length + 1
        self.lengths[key] = length
        return length


def _forward(
    origins: Origins, records: AbstractSet[Key], longest: int
) -> frozenset[Key]:
    columns, chains = origins.columns, _Chains(records, longest)
    for position, operands in enumerate(columns.operands):
        length = 0
        if _is_fused(origins, position):
            sources = [s for _, s in operands if type(s) is not Literal]
            length = max((chains.lengths.get(s, 0) for s in sources), default=0)
        for out in range(len(columns.avals[position])):
            chains.extend((position, out), length)
    return frozenset(chains.fences)


def _backward(origins: Origins, taps: AbstractSet[Key], longest: int) -> frozenset[Key]:
    columns, chains = origins.columns, _Chains(taps, longest)
    # What each node's operands receive is as long a chain as its outputs' cotangents.
    sent: dict[int, int] = {}
    for position in range(len(columns.operands) - 1, -1, -1):
        lengths = [0]
        for out in range(len(columns.avals[position])):
            users = origins.uses.get((position, out), ())
            length = max((sent.get(user, 0) for user, _ in users), default=0)
            lengths.append(chains.extend((position, out), length))
        sent[position] = max(lengths) if _is_fused(origins, position) else 0
    return frozenset(chains.fences)


def _is_fused(origins: Origins, position: int) -> bool:
    eqn = origins.columns.eqns[position]
    if eqn is None or origins.is_exit(position):
        return False
    return eqn.primitive.name not in _ALONE
