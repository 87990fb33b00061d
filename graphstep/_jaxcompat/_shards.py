"""Values that differ from device to device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat._structure import JaxprEqn


def shard_count(eqn: JaxprEqn | None) -> int:
    """Return over how many devices a shard_map runs its body."""
    if eqn is None:
        return 1
    sizes = dict(eqn.params["mesh"].shape)
    return int(np.prod([sizes[axis] for axis in manual_axes(eqn)], dtype=int))


def manual_axes(eqn: JaxprEqn) -> tuple[str, ...]:
    """Return the mesh axes over which a shard_map is manual, in mesh order."""
    axes = eqn.params.get("newly_manual_axes") or eqn.params.get("manual_axes")
    names = tuple(eqn.params["mesh"].axis_names)
    return tuple(name for name in names if axes is None or name in axes)


def remap_shards(
    eqn: JaxprEqn, body: Callable[..., Any], extra_in: int, extra_out: Any
) -> Callable[..., Any]:
    """Return `body` as a shard_map like `eqn`.

    Args:
        eqn: The shard_map equation.
        body: Takes the shards of the operands, then a list of `extra_in` arrays whose
            leading axis is the device; returns a list of results and a tree of
            records, each with a leading axis of one.
        extra_in: Number of extra operands.
        extra_out: Unused values shaped like the tree of records.
    """
    axes = manual_axes(eqn)
    per_device = jax.sharding.PartitionSpec(axes)
    mapped = jax.shard_map(
        body,
        mesh=eqn.params["mesh"],
        in_specs=(tuple(eqn.params["in_specs"]), [per_device] * extra_in),
        out_specs=(
            list(eqn.params["out_specs"]),
            jax.tree.map(lambda _: per_device, extra_out),
        ),
        axis_names=set(axes),
        check_vma=eqn.params["check_vma"],
    )
    mesh = eqn.params["mesh"]
    if not mesh._any_axis_explicit:
        return mapped
    # A mesh with explicit axes takes nothing that is not already spread over it.
    spread: Any = jax.sharding.NamedSharding(mesh, per_device)

    def placed(operands: Any, extra: Sequence[Any]) -> Any:
        return mapped(operands, [jax.reshard(x, spread) for x in extra])

    return placed


def varying_axes(x: Any) -> frozenset[str]:
    """Return the manual axes over which `x` differs from device to device."""
    return varying_axes_of_type(jax.typeof(x))


def varying_axes_of_type(aval: Any) -> frozenset[str]:
    """Return the manual axes over which values of a type may differ by device."""
    kind = getattr(aval, "mat", None)
    return kind.varying if kind is not None else getattr(aval, "vma", frozenset())


# What names an axis although no device waits for another.
_LOCAL_NAMES = frozenset({"axis_index", "pvary", "preduced"})


def collective_axes(eqn: JaxprEqn) -> frozenset[str]:
    """Return the mesh axes along which devices wait for each other in `eqn`."""
    name = eqn.primitive.name
    if name in _LOCAL_NAMES or "_cast" in name:
        return frozenset()
    axes: list[Any] = []
    for param in ("axes", "axis_name"):
        value = eqn.params.get(param, ())
        axes += value if isinstance(value, tuple | list) else [value]
    # A reduction of an array names its axes by number.
    return frozenset(axis for axis in axes if isinstance(axis, str))


def transposed_axes(eqn: JaxprEqn) -> frozenset[str]:
    """Return those along which devices wait in what JAX transposes `eqn` to.

    The sum of what each device sends back belongs to a value that is the same on all of
    them. Where it is cast to one that differs, the transpose is a `psum`.
    """
    name = eqn.primitive.name
    if name == "pvary":
        return frozenset(eqn.params["axes"])
    return frozenset() if name.startswith("psum_invariant") else collective_axes(eqn)


def to_varying(x: jax.Array, axes: Sequence[str]) -> jax.Array:
    """Return `x` typed as different on every device along `axes`."""
    missing = tuple(axis for axis in axes if axis not in varying_axes(x))
    return jax.lax.pcast(x, missing, to="varying") if missing else x


def zeros_like_type(
    shape: tuple[int, ...], dtype: Any, aval: Any, lead: int
) -> jax.Array:
    """Return zeros sharded as `aval` is, behind `lead` leading axes."""
    sharding = explicit_sharding(aval)
    if sharding is None or len(shape) != lead + len(aval.shape):
        return jax.numpy.zeros(shape, dtype)
    spec = jax.sharding.PartitionSpec(*[None] * lead, *sharding.spec)
    placed: Any = jax.sharding.NamedSharding
    return jax.numpy.zeros(shape, dtype, device=placed(sharding.mesh, spec))


def explicit_sharding(aval: Any) -> Any:
    """Return the sharding that is part of a type, or `None`.

    Only meshes with explicit axes put a sharding into an array's type.
    """
    sharding: Any = getattr(aval, "sharding", None)
    mesh: Any = getattr(sharding, "mesh", None)
    is_explicit = mesh is not None and not mesh.empty and mesh._any_axis_explicit
    return sharding if is_explicit else None


def placed_like(x: Any, like: Any) -> Any:
    """Return `x` sharded as the type of `like` says, if it says anything."""
    sharding = explicit_sharding(jax.typeof(like))
    return x if sharding is None else jax.reshard(x, sharding)


def constrain(x: Any, sharding: Any) -> Any:
    """Return `x` under the sharding that a jit-compiled function asked for."""
    if isinstance(sharding, jax.sharding.Sharding):
        return jax.lax.with_sharding_constraint(x, sharding)
    return x
