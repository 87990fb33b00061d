"""Several devices: shard_map with collectives, sharded inputs, constraints."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jax import lax
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from tests.programs._registry import Array, Call, normal, program

DEVICES = 8


def mesh(*sizes: int, explicit: bool = False) -> Mesh:
    """Return a mesh over eight devices, axes `x`, `y`, …."""
    kind = AxisType.Explicit if explicit else AxisType.Auto
    names = tuple("xyz"[: len(sizes)])
    return jax.make_mesh(sizes, names, axis_types=(kind,) * len(sizes))


@program("shard_map")
def shard_map_elementwise() -> Call:
    fn = jax.shard_map(
        lambda x: jnp.sin(x) * 2.0, mesh=mesh(8), in_specs=P("x"), out_specs=P("x")
    )
    return lambda x: fn(x).sum(), normal(16)


@program("shard_map")
def shard_map_psum() -> Call:
    @functools.partial(
        jax.shard_map, mesh=mesh(8), in_specs=(P("x"), P()), out_specs=P()
    )
    def fn(x: Array, w: Array) -> Array:
        return lax.psum(jnp.sum(jnp.sin(x) * w), "x")

    return fn, normal(16), normal(2, seed=1)


@program("shard_map")
def shard_map_unchecked() -> Call:
    fn = jax.shard_map(
        lambda x: lax.psum(x * x, "x"),
        mesh=mesh(8),
        in_specs=P("x"),
        out_specs=P(),
        check_vma=False,
    )
    return fn, normal(8)


@program("shard_map")
def shard_map_two_axes() -> Call:
    @functools.partial(
        jax.shard_map, mesh=mesh(4, 2), in_specs=(P("x", "y"), P("y")), out_specs=P("x")
    )
    def matvec(a: Array, v: Array) -> Array:
        return lax.psum(a @ v, "y")

    return lambda a, v: jnp.tanh(matvec(a, v)).sum(), normal(4, 4), normal(4, seed=1)


@program("shard_map")
def shard_map_ring() -> Call:
    def fn(x: Array) -> Array:
        ring = [(i, (i + 1) % DEVICES) for i in range(DEVICES)]
        return x * lax.ppermute(x, "x", ring)

    return jax.shard_map(fn, mesh=mesh(8), in_specs=P("x"), out_specs=P("x")), normal(8)


@program("shard_map")
def shard_map_gather() -> Call:
    def fn(x: Array) -> Array:
        everything = lax.all_gather(x, "x", tiled=True)
        return lax.psum_scatter(everything * x.sum(), "x", tiled=True)

    return jax.shard_map(fn, mesh=mesh(8), in_specs=P("x"), out_specs=P("x")), normal(8)


@program("shard_map")
def shard_map_with_scan() -> Call:
    def fn(x: Array, w: Array) -> Array:
        def step(c: Array, _: None) -> tuple[Array, None]:
            return jnp.sin(c) * w, None

        return lax.scan(step, x, None, length=2)[0]

    both = jax.shard_map(fn, mesh=mesh(8), in_specs=(P("x"), P("x")), out_specs=P("x"))
    return both, normal(8), normal(8, seed=1)


@program("shard_map")
def shard_map_axis_index() -> Call:
    def fn(x: Array) -> Array:
        return x * (1.0 + lax.axis_index("x"))

    return jax.shard_map(fn, mesh=mesh(8), in_specs=P("x"), out_specs=P("x")), normal(8)


@program("shard_map")
def scan_of_shard_map() -> Call:
    body = jax.shard_map(jnp.sin, mesh=mesh(8), in_specs=P("x"), out_specs=P("x"))

    def fn(x: Array) -> Array:
        return lax.scan(lambda c, _: (body(c), None), x, None, length=2)[0].sum()

    return fn, normal(8)


@program("sharded")
def sharded_inputs() -> Call:
    spec = NamedSharding(mesh(4, 2), P("x", "y"))
    x = jax.device_put(normal(8, 4), spec)
    return lambda x, w: jnp.tanh(x @ w), x, normal(4, 2, seed=1)


@program("sharded")
def sharding_constraint() -> Call:
    spec = NamedSharding(mesh(8), P("x"))

    def fn(x: Array) -> Array:
        h = lax.with_sharding_constraint(jnp.sin(x), spec)
        return h * h.sum()

    return fn, normal(16)


@program("sharded")
def explicit_sharding() -> Call:
    spec = NamedSharding(mesh(8, explicit=True), P("x"))
    x = jax.device_put(normal(8, 2), spec)
    return lambda x: jnp.sin(x) * 2.0, x


@program("sharded")
def sharded_scan() -> Call:
    xs = jax.device_put(normal(3, 8), NamedSharding(mesh(8), P(None, "x")))
    x = jax.device_put(normal(8), NamedSharding(mesh(8), P("x")))
    return lambda x, xs: lax.scan(lambda c, x: (jnp.sin(c) * x, c), x, xs), x, xs


def _spread(x: Array, *names: str | None) -> Array:
    """Return `x` over a mesh whose axes are part of its type."""
    return jax.device_put(x, NamedSharding(mesh(8, explicit=True), P(*names)))


@program("shard_map")
def shard_map_explicit_ring() -> Call:
    fn = jax.shard_map(
        lambda x: lax.ppermute(jnp.sin(x), "x", [(i, (i + 1) % 8) for i in range(8)]),
        mesh=mesh(8, explicit=True),
        in_specs=P("x"),
        out_specs=P("x"),
    )
    return fn, _spread(normal(16), "x")


@program("shard_map")
def shard_map_explicit_unchecked() -> Call:
    fn = jax.shard_map(
        lambda x: lax.psum_scatter(jnp.sin(x), "x", tiled=True),
        mesh=mesh(8, explicit=True),
        in_specs=P(None),
        out_specs=P("x"),
        check_vma=False,
    )
    return fn, normal(8)
