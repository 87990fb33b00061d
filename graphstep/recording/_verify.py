"""Compare what was recorded with what the user's own compiled function gives."""

from __future__ import annotations

import dataclasses
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
        norm_relative: Norm of the difference over the norm of the user's own.
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
    return tuple(
        Comparison(what, name, *distance(mine, theirs))
        for name, mine, theirs in zip(names, recorded, reference, strict=True)
    )


def distance(mine: Any, theirs: Any) -> tuple[float, float]:
    """Return the greatest distance in ULPs, and the norm-relative one."""
    if is_key(jax.typeof(mine)):
        mine, theirs = jax.random.key_data(mine), jax.random.key_data(theirs)
    a: Any = np.asarray(mine)
    b: Any = np.asarray(theirs)
    if a.dtype.kind == "c":
        a, b = (np.stack([x.real, x.imag]) for x in (a, b))
    # Almost always almost all is equal, and the rest alone is looked at closely.
    differs = (a != b) & ~(np.isnan(a) & np.isnan(b)) if _is_float(a) else a != b
    if not differs.any():
        return 0.0, 0.0
    norm = float(np.linalg.norm(np.nan_to_num(b.astype(np.float64)))) or 1.0
    a, b = a[differs], b[differs]
    gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    gap = np.where(np.isnan(gap), np.inf, gap)
    relative = float(np.linalg.norm(gap)) / norm
    if not _is_float(a):
        return float(gap.max()), relative
    info = jax.numpy.finfo(a.dtype)
    magnitude = np.maximum(
        np.abs(np.nan_to_num(b.astype(np.float64))), float(info.tiny)
    )
    spacing = 2.0 ** np.floor(np.log2(magnitude)) * float(info.eps)
    return float(np.max(gap / spacing)), relative


def _is_float(array: np.ndarray) -> bool:
    return bool(jax.numpy.issubdtype(array.dtype, np.floating))
