"""A page of a walk in forward mode has the sums that the terminal shows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

import graphstep as gs
from graphstep.export.page._chain import chain_of
from graphstep.export.page._reading import ReadOnce
from graphstep.stepping import BACKWARD

X = jnp.float32(3.0)


def fn(x: Array, y: Array) -> Array:
    return x * y


def test_the_tangent_of_a_product_is_a_sum() -> None:
    """Formula, terms with their sums so far, and the total."""
    recording = gs.record(fn, X, jnp.float32(5.0), tangents=(0.5, -2.0), verify=False)

    found = chain_of(ReadOnce(recording), recording.cursor().to("0"))

    assert found["formula"] == "ċ = ∂c/∂x · ẋ + ∂c/∂y · ẏ"
    assert [(t[0], t[1], t[2]) for t in found["tangent"]["terms"]] == [
        ("+2.5", "", "∂c/∂x · ẋ"),
        ("−6", "= −3.5", "∂c/∂y · ẏ"),
    ]
    assert found["tangent"]["total"] == "ċ = 2.5 + (−6) = −3.5"


def test_a_missing_cotangent_is_led_to_its_cut() -> None:
    """As in the terminal: of what enters a while, the while is named."""

    def looped(x: Array) -> Array:
        return jax.lax.while_loop(
            lambda s: s < 9.0, lambda s: 2.0 * s + 1.0, jnp.sin(x)
        )

    recording = gs.record(looped, X, verify=False)
    cursor = recording.cursor().to("0", pass_=BACKWARD)

    found = chain_of(ReadOnce(recording), cursor)

    assert "no reverse mode" in found["sum"]["reason"]
    (cut,) = found["sum"]["cuts"]
    assert "test_page_tangents.py" in cut
    assert "total" not in found["sum"]
