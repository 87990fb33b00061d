"""Inside shard_map: each device's primals and cotangents, against an added argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import PartitionSpec as P

import graphstep as gs
from tests.programs._registry import normal
from tests.programs.sharding import mesh

Array = jax.Array
Body = Callable[[Array, Array, Any], Array]


def elementwise(x: Array, w: Array, e: Any) -> Array:
    return (jnp.sin(x) + e) * w


def summed(x: Array, w: Array, e: Any) -> Array:
    return lax.psum(jnp.sum((jnp.sin(x) + e) * w), "x") * jnp.ones(2) + x


def ring(x: Array, w: Array, e: Any) -> Array:
    h = jnp.sin(x) + e
    return h * lax.ppermute(h * w, "x", [(i, (i + 1) % 8) for i in range(8)])


def gathered(x: Array, w: Array, e: Any) -> Array:
    h = jnp.sin(x) + e
    every = lax.all_gather(h, "x", tiled=True)
    return lax.psum_scatter(every * every * w[0], "x", tiled=True)


def numbered(x: Array, w: Array, e: Any) -> Array:
    return (jnp.sin(x) + e) ** 2 * (1.0 + lax.axis_index("x"))


def branched(x: Array, w: Array, e: Any) -> Array:
    h = jnp.sin(x) + e
    # Inside a branch that not all devices take, JAX would wait for the others forever
    # to sum the cotangent of a value that they share.
    hw = h * w
    return lax.cond(lax.axis_index("x") % 2 == 0, lambda: hw, lambda: h * hw)


def sharded(body: Body, *, takes_eps: bool) -> Callable[..., Array]:
    """Return the program, with or without the added argument."""
    specs = (P("x"), P(), P("x"))

    def on_device(x: Array, w: Array, e: Any = 0.0) -> Array:
        return body(x, w, e[0] if takes_eps else e)

    call = jax.shard_map(
        on_device,
        mesh=mesh(8),
        in_specs=specs if takes_eps else specs[:2],
        out_specs=P("x"),
    )
    return lambda *args: jnp.sum(jnp.tanh(call(*args)) * jnp.arange(16.0))


BODIES = (elementwise, summed, ring, gathered, numbered, branched)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_cotangents_of_devices_are_those_of_an_added_argument(body: Body) -> None:
    """The cotangent of each device's sine is that of a zero added to it."""
    x, w = normal(16), normal(2, seed=1)
    expected = jax.jit(jax.grad(sharded(body, takes_eps=True), argnums=2))(
        x, w, jnp.zeros((8, 2))
    )

    recording = gs.record(sharded(body, takes_eps=False), x, w)

    (node,) = recording.graph.find("sin")
    np.testing.assert_allclose(
        recording.primal(node), np.sin(x).reshape(8, 2), rtol=1e-6
    )
    np.testing.assert_allclose(
        recording.cotangent(node), expected, rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_contributions_of_devices_sum_to_the_cotangent(body: Body) -> None:
    """Inside shard_map too, a value's cotangent is the sum over its uses."""
    recording = gs.record(sharded(body, takes_eps=False), normal(16), normal(2, seed=1))

    (node,) = recording.graph.find("sin")
    parts = [recording.contribution(use) for use in recording.graph.uses(node)]
    np.testing.assert_allclose(
        sum(parts), recording.cotangent(node), rtol=1e-5, atol=1e-6
    )


def test_values_shared_by_devices_have_their_whole_cotangent() -> None:
    """A value that is the same along an axis has one cotangent, shown on each device."""

    def body(a: Array, v: Array, e: Any) -> Array:
        return jnp.sin(lax.psum(a @ v, "y")) + e

    def program(*args: Any) -> Array:
        specs = (P("x", "y"), P("y"), P("x"))[: len(args)]
        call = jax.shard_map(
            lambda a, v, e=0.0: body(a, v, e),
            mesh=mesh(4, 2),
            in_specs=specs,
            out_specs=P("x"),
        )
        return jnp.sum(call(*args) ** 2)

    a, v = normal(8, 4), normal(4, seed=1)
    expected = jax.jit(jax.grad(program, argnums=2))(a, v, jnp.zeros(8))

    recording = gs.record(program, a, v)

    (node,) = recording.graph.find("sin")
    np.testing.assert_allclose(
        recording.cotangent(node),
        np.repeat(np.reshape(expected, (4, 2)), 2, axis=0),
        rtol=1e-5,
    )


def test_explicit_axes_are_differentiated_at_a_grad_root() -> None:
    """A gradient over a mesh with explicit axes is that of JAX, and so is its own."""
    devices = mesh(8, explicit=True)

    def loss(x: Array, w: Array) -> Array:
        return jax.shard_map(
            lambda x, w: lax.psum(jnp.sum(jnp.tanh(x * w)), "x"),
            mesh=devices,
            in_specs=(P("x"), P()),
            out_specs=P(),
        )(x, w)

    x = jax.device_put(normal(16), jax.NamedSharding(devices, P("x")))
    w = jnp.float32(2.0)

    recording = gs.record(jax.grad(loss), x, w)

    def pulled(x: Array, w: Array) -> Any:
        y, pull = jax.vjp(jax.grad(loss), x, w)
        return pull(jnp.ones_like(y))

    assert recording.refusal is None
    expected = jax.jit(pulled)(x, w)
    for actual, wanted in zip(recording.in_cotangents, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-6, atol=1e-6)


def test_a_collective_is_no_effect() -> None:
    """What devices tell each other can be run again, so it is verified and zoomed."""
    fn = jax.shard_map(
        lambda x: lax.psum(jnp.sin(x), "x"),
        mesh=mesh(8),
        in_specs=P("x"),
        out_specs=P(),
    )

    summary = gs.record(fn, normal(16), budget=1)

    assert summary.verification is not None
    (node,) = summary.graph.find("sin")
    assert isinstance(summary.zoom(node).primal(node), np.ndarray)
