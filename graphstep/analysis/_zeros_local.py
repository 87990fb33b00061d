"""What one equation does with the zeros that it sends back, tried out where it was run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from graphstep.analysis import _zeros_words as words
from graphstep.analysis._linearized import (
    Linearized,
    NotLinearizedError,
    linearized,
)
from graphstep.analysis._zeros_words import Kind
from graphstep.recording import Recording

# Operands with more elements are not run again; then nothing is said per element.
_TOO_LARGE = 1 << 26


@dataclasses.dataclass(frozen=True, slots=True)
class Local:
    """The derivative of one equation, seen from one of its operands.

    Attributes:
        kind: What it means if that derivative is zero.
        key: Which operand.
        cotangents: Those of the float outputs.
        function: The equation at its recorded operands; `None` if it cannot be run.
        slope: Per element of the operand, whether anything depends on it there; `None`
            if that is not known.
    """

    kind: Kind
    key: int
    cotangents: Mapping[int, np.ndarray]
    function: Linearized | None
    slope: np.ndarray | None

    @classmethod
    def of(
        cls,
        recording: Recording,
        node: str,
        key: int,
        cotangents: Mapping[int, np.ndarray],
    ) -> Local:
        """Try the derivative out with random cotangents, which cancel nowhere."""
        kind = _kind(recording, node)
        try:
            function = linearized(recording, node)
            if sum(map(_size, function.operands.values())) > _TOO_LARGE:
                return cls(kind, key, cotangents, None, None)
            probes = {out: _random(x) for out, x in cotangents.items()}
            slope = function.pull(key, probes) != 0
        except NotLinearizedError:
            return cls(kind, key, cotangents, None, None)
        return cls(kind, key, cotangents, function, slope)

    def cuts(self, left: np.ndarray) -> Iterator[tuple[Kind, np.ndarray]]:
        """Yield what cuts off elements whose contribution is zero, and which ones."""
        if self.function is None or self.slope is None:
            if self._is_anything(left).any():
                yield self.kind, left
            return
        flat = left & ~self.slope & self._is_anything(left)
        if flat.any():
            yield self.kind, flat
        steep = left & self.slope
        if steep.any():
            yield from self._lost(steep)

    def _lost(self, steep: np.ndarray) -> Iterator[tuple[Kind, np.ndarray]]:
        """Yield why what should have been sent to some elements is zero none the less."""
        assert self.function is not None
        top = max(float(np.max(np.abs(c), initial=0)) for c in self.cotangents.values())
        if not top or not np.isfinite(top):
            return
        # A power of two changes no digit.
        scale = 2.0 ** np.floor(-np.log2(top))
        larger = {out: _times(c, scale) for out, c in self.cotangents.items()}
        # Of a complex number the real part alone may be zero: phases count too.
        uneven = {
            out: _times(c, _random(c) if c.dtype.kind == "c" else abs(_random(c)))
            for out, c in larger.items()
        }
        underflows = steep & (self.function.pull(self.key, larger) != 0)
        cancels = steep & ~underflows & (self.function.pull(self.key, uneven) != 0)
        if underflows.any():
            yield words.UNDERFLOW, underflows
        if cancels.any():
            yield words.CANCELS_INSIDE, cancels

    def reached(self, left: np.ndarray) -> dict[int, np.ndarray]:
        """Return which elements of each output are reached and have no cotangent."""
        found: dict[int, np.ndarray] = {}
        reach = self._reach(left)
        for out, cotangent in self.cotangents.items():
            mask = reach[out] & (cotangent == 0)
            if mask.any():
                found[out] = mask
        return found

    def _reach(self, left: np.ndarray) -> dict[int, np.ndarray]:
        if self.function is None or self.slope is None:
            return {out: np.ones(c.shape, bool) for out, c in self.cotangents.items()}
        flat = left & ~self.slope & ~self._is_anything(left)
        found = {out: self._spread(flat, c) for out, c in self.cotangents.items()}
        steep = left & self.slope
        if not steep.any():
            return found
        operand = np.asarray(self.function.operands[self.key])
        probe = np.where(steep, _random(operand), np.zeros((), operand.dtype))
        try:
            moved = self.function.push({self.key: probe.astype(operand.dtype)})
        except NotLinearizedError:
            # A custom_vjp has no forward mode.
            return {out: np.ones(c.shape, bool) for out, c in self.cotangents.items()}
        return {out: found[out] | (moved[out] != 0) for out in found}

    def _spread(self, flat: np.ndarray, cotangent: np.ndarray) -> np.ndarray:
        """Return which elements of an output these might have reached elsewhere."""
        if self._goes_by_element(flat, cotangent):
            return flat
        lead = flat.shape[: self.function.n_lead] if self.function else ()
        turns = flat.reshape((*lead, -1)).any(axis=-1)
        turns = turns.reshape(lead + (1,) * (cotangent.ndim - len(lead)))
        return np.broadcast_to(turns, cotangent.shape)

    def _is_anything(self, left: np.ndarray) -> np.ndarray:
        """Return for which elements of the operand a cotangent is there to be sent."""
        found = np.zeros(left.shape, bool)
        for cotangent in self.cotangents.values():
            if self._goes_by_element(left, cotangent):
                found |= cotangent != 0
                continue
            lead = left.shape[: self.function.n_lead] if self.function else ()
            turns = (cotangent != 0).reshape((*lead, -1)).any(axis=-1)
            found |= turns.reshape(lead + (1,) * (left.ndim - len(lead)))
        return found

    def _goes_by_element(self, left: np.ndarray, cotangent: np.ndarray) -> bool:
        return self.kind.is_elementwise and left.shape == cotangent.shape


def _size(operand: Any) -> int:
    return math.prod(np.shape(operand))


def _kind(recording: Recording, node: str) -> Kind:
    graph = recording.graph
    if graph.region_of(node).is_opaque and graph.region_of(node).id == node:
        return words.CUSTOM
    return words.NUMERICAL.get(graph.node(node).primitive, words.UNKNOWN)


def _random(like: Any) -> np.ndarray:
    """Return random numbers of an array's type, none of them near zero."""
    x = np.asarray(like)
    random = np.random.default_rng(0)
    sign = np.where(random.random(x.shape) < 0.5, -1.0, 1.0)
    numbers = sign * random.uniform(0.5, 1.5, x.shape)
    if x.dtype.kind == "c":
        numbers = numbers * np.exp(1j * random.uniform(0.1, 1.4, x.shape))
    return numbers.astype(x.dtype)


def _times(x: np.ndarray, factor: Any) -> np.ndarray:
    return (x * factor).astype(x.dtype)
