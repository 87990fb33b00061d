"""How near recorded outputs and gradients are to JAX's own, and to float64."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep.recording._verify import distance
from tests.bench.programs import GRADIENT, Workload


@dataclasses.dataclass(frozen=True)
class Exactness:
    """Distances of a full recording.

    Attributes:
        loss_ulp: Units in the last place between its loss and that of plain JAX.
        gradient: Norm of the difference of the gradients over the gradients' norm.
        from_float64: Its gradients' norm-relative distance from those in float64.
        jax_from_float64: The same distance, of JAX's own gradients.
    """

    loss_ulp: float
    gradient: float
    from_float64: float
    jax_from_float64: float

    @property
    def ratio(self) -> float:
        """How many times farther from float64 it is than JAX's own."""
        return self.from_float64 / self.jax_from_float64


def exactness(load: Workload, compiled: dict[str, Any]) -> Exactness:
    """Compare a full recording of a model with JAX's `value_and_grad`."""
    recorded = load.call("full", compiled["full"])()
    loss, gradients = load.call(GRADIENT, compiled[GRADIENT])()
    mine = _flat(recorded["in_cotangents"])
    theirs = _flat(gradients)
    exact = _float64_gradients(load)
    return Exactness(
        loss_ulp=distance(recorded["outputs"][0], loss)[0],
        gradient=_relative(mine, theirs, theirs),
        from_float64=_relative(mine, exact, exact),
        jax_from_float64=_relative(theirs, exact, exact),
    )


def _float64_gradients(load: Workload) -> np.ndarray:
    with jax.enable_x64(True):
        args = jax.tree.map(_widened, load.args)
        return _flat(jax.jit(jax.grad(load.fn))(*args))


def _widened(leaf: jax.Array) -> jax.Array:
    is_float = jnp.issubdtype(leaf.dtype, jnp.floating)
    return leaf.astype(jnp.float64) if is_float else leaf


def _flat(tree: Any) -> np.ndarray:
    leaves = [np.asarray(x, np.float64).ravel() for x in jax.tree.leaves(tree)]
    return np.concatenate(leaves)


def _relative(mine: np.ndarray, theirs: np.ndarray, scale: np.ndarray) -> float:
    return float(np.linalg.norm(mine - theirs) / np.linalg.norm(scale))
