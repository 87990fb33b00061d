"""Collectives that some devices reach and others do not."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import pytest
from jax import Array, lax
from jax.sharding import AxisType, Mesh
from jax.sharding import PartitionSpec as P

import graphstep as gs
from graphstep.analysis import diverging_collectives
from graphstep.graph import ProgramGraph

RING = [(i, (i + 1) % 8) for i in range(8)]


def _mesh(*sizes: int) -> Mesh:
    names = tuple("xy"[: len(sizes)])
    return jax.make_mesh(sizes, names, axis_types=(AxisType.Auto,) * len(sizes))


def _graph(fn: Callable[..., Array], *, check_vma: bool = True) -> ProgramGraph:
    """Return the graph of `fn` of a shard of `x` and of `w`, the same everywhere."""
    sharded = jax.shard_map(
        fn, mesh=_mesh(8), in_specs=(P("x"), P()), out_specs=P("x"), check_vma=check_vma
    )
    return gs.trace(sharded, jnp.arange(16.0) - 7.5, jnp.ones(2)).graph


def _varying(x: Array, axis: str = "x") -> Array:
    return lax.pcast(x, axis, to="varying")


def _sum_in_one(x: Array, w: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: _varying(lax.psum(x, "x")), jnp.sin, x)


def _permutation_in_one(x: Array, w: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: lax.ppermute(x, "x", RING), jnp.sin, x)


def _gathering_in_one(x: Array, w: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: lax.all_gather(x, "x").sum(0), jnp.sin, x)


def _in_a_scan(x: Array, w: Array) -> Array:
    def scanned(x: Array, length: int) -> Array:
        def step(c: Array, _: None) -> tuple[Array, None]:
            return lax.ppermute(c, "x", RING), None

        return lax.scan(step, x, None, length=length)[0]

    return lax.cond(x[0] > 0, lambda x: scanned(x, 2), lambda x: scanned(x, 3), x)


def _of_other_kinds(x: Array, w: Array) -> Array:
    kinds = (lambda x: lax.psum(x, "x"), lambda x: lax.pmax(x, "x"))
    return _varying(lax.cond(x[0] > 0, *kinds, x))


def _used_in_one(x: Array, w: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: x * w, jnp.sin, x)


def _used_in_a_scan(x: Array, w: Array) -> Array:
    def step(c: Array, _: None) -> tuple[Array, None]:
        return c * w, None

    return lax.cond(x[0] > 0, lambda x: lax.scan(step, x, length=3)[0], jnp.sin, x)


def _turning(x: Array, w: Array) -> Array:
    def body(x: Array) -> Array:
        return x + 1.0 + 0.0 * lax.ppermute(x, "x", RING)

    return lax.while_loop(lambda x: x[0] < 5.0, body, x)


def _testing(x: Array, w: Array) -> Array:
    def test(x: Array) -> Array:
        return lax.ppermute(x, "x", RING)[0] < 5.0

    return lax.while_loop(test, lambda x: x + 1.0, x)


@pytest.mark.parametrize(
    ("fn", "kind"),
    [
        (_sum_in_one, "cond"),
        (_permutation_in_one, "cond"),
        (_gathering_in_one, "cond"),
        (_in_a_scan, "cond"),
        (_of_other_kinds, "cond"),
        (_used_in_one, "cond"),
        (_used_in_a_scan, "cond"),
        (_turning, "while"),
        (_testing, "while"),
    ],
)
def test_devices_may_wait_in_vain(fn: Callable[..., Array], kind: str) -> None:
    """Not all of them meet; in two, that is so in the backward pass alone."""
    graph = _graph(fn)

    (found,) = diverging_collectives(graph)

    assert graph.regions[found].kind == kind


def _of_both(x: Array, w: Array) -> Array:
    branches = (lambda x: lax.psum(jnp.sin(x), "x"), lambda x: lax.psum(x * 2.0, "x"))
    return _varying(lax.cond(x[0] > 0, *branches, x))


def _used_in_both(x: Array, w: Array) -> Array:
    return lax.cond(x[0] > 0, lambda x: x * w, lambda x: x + jnp.sin(w), x)


def _cast_before(x: Array, w: Array) -> Array:
    different = _varying(w)
    return lax.cond(x[0] > 0, lambda x: x * different, jnp.sin, x)


def _same_for_all(x: Array, w: Array) -> Array:
    return lax.cond(w[0] > 0, lambda x: lax.ppermute(x, "x", RING), jnp.sin, x)


def _summed_predicate(x: Array, w: Array) -> Array:
    choice = lax.psum(x[0], "x") > 0
    return lax.cond(choice, lambda x: lax.ppermute(x, "x", RING), jnp.sin, x)


def _without_derivative(x: Array, w: Array) -> Array:
    fixed = lax.stop_gradient(w)
    return lax.cond(x[0] > 0, lambda x: x * fixed, jnp.sin, x)


@pytest.mark.parametrize(
    "fn",
    [
        _of_both,
        _used_in_both,
        _cast_before,
        _same_for_all,
        _summed_predicate,
        _without_derivative,
    ],
)
def test_devices_that_meet_are_left_alone(fn: Callable[..., Array]) -> None:
    """They all take the same branch, or meet in each, or not inside of any."""
    assert diverging_collectives(_graph(fn)) == ()


@pytest.mark.parametrize(
    ("axis", "collective", "is_found"),
    [
        ("y", lambda x: _varying(lax.psum(x, "y"), "y"), False),
        ("x", lambda x: _varying(lax.psum(x, "x"), "x"), True),
        ("y", lambda x: lax.ppermute(x, "y", [(0, 1), (1, 0)]), True),
    ],
)
def test_only_devices_that_differ_wait(
    axis: str, collective: Callable[[Array], Array], *, is_found: bool
) -> None:
    """Along an axis on which all take the same branch a sum is complete."""

    def fn(x: Array) -> Array:
        return lax.cond(lax.axis_index("x") < 2, collective, jnp.sin, x)

    spec = P("x", "y")
    sharded = jax.shard_map(fn, mesh=_mesh(4, 2), in_specs=spec, out_specs=spec)
    graph = gs.trace(sharded, jnp.ones((8, 2))).graph

    assert bool(diverging_collectives(graph)) == is_found


def test_unchecked_types_say_nothing() -> None:
    """Without `check_vma`, JAX does not know what differs from device to device."""
    assert diverging_collectives(_graph(_permutation_in_one, check_vma=False)) == ()


def test_programs_of_one_device_have_none() -> None:
    """A cond outside of a shard_map has nobody to wait for."""
    graph = gs.trace(lambda x: lax.cond(x > 0, jnp.sin, jnp.cos, x), 1.0).graph

    assert diverging_collectives(graph) == ()


def test_recording_warns_before_it_is_too_late() -> None:
    """XLA ends the process, so that nothing can be said afterwards."""

    def fn(x: Array, w: Array) -> Array:
        # All devices take the same branch, which the types do not say.
        return lax.cond(x[0] > -100, lambda x: _varying(lax.psum(x, "x")), jnp.sin, x)

    sharded = jax.shard_map(fn, mesh=_mesh(8), in_specs=(P("x"), P()), out_specs=P("x"))

    with pytest.warns(RuntimeWarning, match="may differ from device to device"):
        recording = gs.record(sharded, jnp.arange(16.0), jnp.ones(2), verify=False)

    assert recording.outputs[0] == sum(range(0, 16, 2))
