"""The same function under JAX's transformations."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.errors import ArgumentError, TraceError
from graphstep.tracing import TRANSFORMS

X, W, N = jnp.linspace(-1.0, 1.0, 3), jnp.linspace(0.0, 1.0, 6).reshape(2, 3), 2


def loss(params: dict[str, jax.Array], x: jax.Array, n: jax.Array) -> jax.Array:
    return jnp.sum(jnp.tanh(params["w"] @ x) ** 2) * n


def values(trace: gs.Trace) -> Any:
    """Return what the program gives, by JAX's own evaluation."""
    return jax.core.eval_jaxpr(  # noqa: TID251 -- the oracle of a program is JAX.
        trace.closed_jaxpr.jaxpr, trace.closed_jaxpr.consts, *trace.program.in_leaves
    )


def traced(**options: Any) -> gs.Trace:
    return gs.trace(loss, {"w": W}, X, jnp.int32(N), **options)


def test_grad_is_the_gradient_of_every_float_argument() -> None:
    """Integers beside them are no obstacle, and each result has its argument's name."""
    trace = traced().transformed("grad")

    expected = jax.grad(lambda w, x: loss({"w": w}, x, jnp.int32(N)), (0, 1))(W, X)
    names = trace.program.out_names
    got = dict(zip(names, values(trace), strict=True))
    assert [name.split("[", 1)[1] for name in names] == ["\"params['w']\"]", "'x']"]
    for actual, wanted in zip(got.values(), expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-6)


def test_vmap_repeats_the_examples() -> None:
    """Every positional argument gets an axis in front; each result is the function's."""
    trace = traced().transformed("vmap")

    (result,) = values(trace)

    np.testing.assert_allclose(result, [loss({"w": W}, X, jnp.int32(N))] * 3, rtol=1e-6)


@pytest.mark.parametrize("name", ["jit", "checkpoint"])
def test_wrappers_keep_the_result(name: str) -> None:
    """One region more, and the same numbers."""
    trace = traced().transformed(name)

    assert len(trace.graph.regions) == 2
    np.testing.assert_allclose(values(trace)[0], loss({"w": W}, X, jnp.int32(N)))


def test_jvp_and_vjp_are_those_of_ones() -> None:
    """A pass forward in the direction of ones, and one backward from ones."""
    fn = lambda x: jnp.sin(W @ x)  # noqa: E731
    trace = gs.trace(fn, X)
    jacobian = jax.jacobian(fn)(X)

    (tangent,) = values(trace.transformed("jvp"))
    (cotangent,) = values(trace.transformed("vjp"))

    np.testing.assert_allclose(tangent, jacobian @ np.ones(3), rtol=1e-5)
    np.testing.assert_allclose(cotangent, np.ones(2) @ jacobian, rtol=1e-5)


def test_transformations_nest() -> None:
    """The gradient of the JVP is the Hessian's product with ones."""
    fn = lambda x: jnp.sum(jnp.sin(x) * x)  # noqa: E731

    (result,) = values(gs.trace(fn, X).transformed("jvp").transformed("grad"))

    np.testing.assert_allclose(result, jax.hessian(fn)(X) @ np.ones(3), rtol=1e-5)


def test_lines_of_the_source_stay_known() -> None:
    """Equations of the transformed program come from the user's lines."""
    graph = traced().transformed("grad").graph

    sources = {graph.source(node) for node in graph.order}
    assert {s.file for s in sources if s} == {__file__}


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("pmap", ArgumentError, "There are: grad, vjp"),
        ("grad", TraceError, "jax.grad needs one scalar output"),
    ],
)
def test_what_cannot_be_done_is_said(
    name: str, error: type[Exception], said: str
) -> None:
    """A wrong name, and a gradient of several outputs."""
    trace = gs.trace(jnp.sin, X)

    with pytest.raises(error) as caught:
        trace.transformed(name)

    assert said in str(caught.value)


def test_integers_have_no_gradient() -> None:
    """The cure is another argument."""
    trace = gs.trace(lambda n: jnp.sum(n * 2.0), jnp.arange(3))

    with pytest.raises(TraceError, match="no argument of floats"):
        trace.transformed("grad")


def test_the_command_line_offers_every_transformation() -> None:
    """Its help must not load JAX, so it has a list of its own."""
    from graphstep.cli import options

    assert tuple(TRANSFORMS) == options._TRANSFORMS
