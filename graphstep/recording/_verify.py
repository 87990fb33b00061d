"""Compare what was recorded with what the user's own compiled function gives."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_key, placed_like
from graphstep.recording._compile import differentiated_inputs, seeded_outputs
from graphstep.tracing import Trace


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """How far one recorded array is from that of the user's compiled function.

    Attributes:
        what: `output` or `in_cotangent`.
        path: Path of the output or argument leaf.
        ulp: Greatest elementwise distance in units in the last place; 0 for equal
            arrays. Next to zero a large value means little.
        norm_relative: Norm of the difference over the norm of the user's own. An
            in-cotangent that is next to nothing beside all of them together may be
            rounding alone: there it is over 3e-4 of their norm.
    """

    what: str
    path: str
    ulp: float
    norm_relative: float


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """The comparison of a whole recording."""

    comparisons: tuple[Comparison, ...]

    @property
    def worst(self) -> Comparison | None:
        """The comparison with the greatest norm-relative difference."""
        return max(self.comparisons, key=lambda c: c.norm_relative, default=None)

    def worst_of(self, what: str) -> Comparison | None:
        """Return the worst comparison of `output` or of `in_cotangent`."""
        chosen = [c for c in self.comparisons if c.what == what]
        return max(chosen, key=lambda c: c.norm_relative, default=None)

    def summary(self) -> str:
        """Return one line: how outputs and in-cotangents compare."""
        parts: list[str] = []
        for what in ("output", "in_cotangent"):
            worst = self.worst_of(what)
            if worst is not None:
                parts.append(f"{what}s {_distance(worst)}")
        return ", ".join(parts) or "nothing to compare"


def _distance(worst: Comparison) -> str:
    if worst.ulp == 0:
        return "= the compiled function's"
    if worst.ulp <= _READABLE_ULP:
        return f"≤ {worst.ulp:g} ulp"
    return f"{worst.norm_relative:.1e} relative (norm)"


_READABLE_ULP = 64
# The square root of the epsilon of f32.
_LEAST_PART = 3e-4


def reference_program(trace: Trace, *, reverse: bool) -> Callable[..., Any]:
    """Return the user's own function, with `jax.vjp` around it when `reverse`.

    It takes the input leaves and the seeds, and returns the output leaves and the
    in-cotangents of the differentiated leaves.
    """
    chosen, seeded = differentiated_inputs(trace), seeded_outputs(trace)

    def call(leaves: Sequence[Any]) -> list[Any]:
        args, kwargs = trace.unflatten(leaves)
        return jax.tree.leaves(trace.fn(*args, **kwargs))

    def program(leaves: list[Any], seeds: list[Any]) -> tuple[list[Any], Any]:
        def main(inputs: list[Any]) -> tuple[list[Any], list[Any]]:
            merged = list(leaves)
            for i, leaf in zip(chosen, inputs, strict=True):
                merged[i] = leaf
            outputs = call(merged)
            return [jax.numpy.asarray(outputs[i]) for i in seeded], outputs

        if not reverse:
            return call(leaves), []
        inputs = [jax.numpy.asarray(leaves[i]) for i in chosen]
        seeded_values, pull, outputs = jax.vjp(main, inputs, has_aux=True)
        placed = map(placed_like, seeds, seeded_values)
        return outputs, pull(list(placed))[0]

    return program


def compare(
    what: str, names: Iterable[str], recorded: Sequence[Any], reference: Sequence[Any]
) -> tuple[Comparison, ...]:
    """Compare two lists of arrays leaf by leaf."""
    found = [distance(*pair) for pair in zip(recorded, reference, strict=True)]
    is_equal = not any(ulp for ulp, _ in found)
    norms = [1.0 if is_equal else _norm(each) for each in reference]
    # The derivative by a bias of attention's keys, for one, is zero but for rounding.
    least = _LEAST_PART * math.hypot(*norms) if what == "in_cotangent" else 0.0
    return tuple(
        Comparison(what, name, ulp, gap / (max(norm, least) or 1.0))
        for name, (ulp, gap), norm in zip(names, found, norms, strict=True)
    )


def distance(mine: Any, theirs: Any) -> tuple[float, float]:
    """Return the greatest distance in ULPs, and the norm of the difference."""
    a, b = _reals(mine), _reals(theirs)
    # Almost always almost all is equal, and the rest alone is looked at closely.
    differs = (a != b) & ~(np.isnan(a) & np.isnan(b)) if _is_float(a) else a != b
    if not differs.any():
        return 0.0, 0.0
    a, b = a[differs], b[differs]
    gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    gap = np.where(np.isnan(gap), np.inf, gap)
    norm = float(np.linalg.norm(gap))
    if not _is_float(a):
        return float(gap.max()), norm
    info = jax.numpy.finfo(a.dtype)
    magnitude = np.maximum(
        np.abs(np.nan_to_num(b.astype(np.float64))), float(info.tiny)
    )
    spacing = 2.0 ** np.floor(np.log2(magnitude)) * float(info.eps)
    return float(np.max(gap / spacing)), norm


def _reals(array: Any) -> Any:
    """Return an array as one of numbers that are no complex ones."""
    if is_key(jax.typeof(array)):
        array = jax.random.key_data(array)
    array = np.asarray(array)
    return np.stack([array.real, array.imag]) if array.dtype.kind == "c" else array


def _norm(array: Any) -> float:
    """Return the norm of the finite numbers among floats; others have none."""
    found = _reals(array)
    if not _is_float(found):
        return 0.0
    found = found.astype(np.float64)
    return float(np.linalg.norm(found[np.isfinite(found)]))


def _is_float(array: np.ndarray) -> bool:
    return bool(jax.numpy.issubdtype(array.dtype, np.floating))
