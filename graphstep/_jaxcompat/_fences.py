"""An identity that XLA does not fuse through."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax
from jax._src import sharding_impls as _shardings
from jax.experimental.xla_metadata import set_xla_metadata
from jax.extend import core as jex
from jax.interpreters import ad, batching, mlir

# XLA's CPU compiler copies cheap operations into everything that uses them. In a
# chain of values that are all returned, each is computed anew from the chain's start:
# 240 operations took 15 s to compile, and 0.4 s with a fence at every twelfth.
_fence_p = jex.Primitive("graphstep_fence")


def fence(value: jax.Array) -> jax.Array:
    """Return `value`, computed once and kept for everything that uses it.

    Args:
        value: Any array.
    """
    return _fence_p.bind(value)


# The CPU compiler drops an optimization barrier before it fuses, but calls a function
# that may not be inlined; the compilers for accelerators keep the barrier.
@jax.jit
def _barrier(value: jax.Array) -> jax.Array:
    return lax.optimization_barrier(value)


def _call(value: jax.Array) -> jax.Array:
    with set_xla_metadata(inlineable="false"):
        return _barrier(value)


_lower_call = mlir.lower_fun(_call, multiple_results=False)
_lower_barrier = mlir.lower_fun(_barrier, multiple_results=False)


def _lower_on_cpu(ctx: mlir.LoweringRuleContext, value: Any) -> Any:
    axes = ctx.module_context.axis_context
    # A call that stays one cannot be split over devices.
    alone = isinstance(axes, _shardings.ShardingContext) and axes.num_devices == 1
    return (_lower_call if alone else _lower_barrier)(ctx, value)


_fence_p.def_impl(lambda value: value)
_fence_p.def_abstract_eval(lambda value: value)
mlir.register_lowering(_fence_p, _lower_barrier)
mlir.register_lowering(_fence_p, _lower_on_cpu, platform="cpu")
batching.primitive_batchers[_fence_p] = lambda args, dims: (fence(*args), *dims)
ad.primitive_jvps[_fence_p] = lambda primals, tangents: (fence(*primals), *tangents)
