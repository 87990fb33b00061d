"""A page of a walk in forward mode has the sums that the terminal shows."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import Array

import graphstep as gs
from graphstep.export.chain import number, signed
from graphstep.export.page._chain import chain_of
from graphstep.export.page._reading import ReadOnce
from graphstep.export.page._shares import share_keeper
from graphstep.export.page._values import Blob
from graphstep.stepping import BACKWARD
from tests.export.page.chromium import Tab

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


@pytest.mark.parametrize("element", [0, 2])
def test_another_element_of_a_tangent_is_followed(
    page: Tab, tmp_path: Path, element: int
) -> None:
    """Terms and total are those of the element that was asked for, by the product rule."""
    x, y = jnp.array([1.0, 2.0, -3.0]), jnp.array([4.0, 0.5, 0.25])
    dx, dy = jnp.array([0.1, 0.2, 0.3]), jnp.array([-1.0, 3.0, 0.5])
    recording = gs.record(fn, x, y, tangents=(dx, dy), verify=False)
    recording.to_html(tmp_path / "walk.html", at=recording.cursor().to("0"))
    page.open(tmp_path / "walk.html")

    page.press("@")
    page.call("Input.insertText", text=str(element))
    page.press("Enter")

    i = element
    products = [float(y[i] * dx[i]), float(x[i] * dy[i])]
    terms = page.run(
        "[...document.querySelectorAll('#panel-chain .terms tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    assert terms == [signed(np.float32(term)) for term in products]
    total = page.text("#panel-chain .total")
    assert total.startswith(f"ċ[{element}] = ")
    assert total.endswith(f"= {number(np.float32(sum(products)))}")
    assert page.said() == []


def test_terms_that_are_too_large_are_left_out() -> None:
    """The page does not pretend that terms of one element are those of another."""
    x = jnp.array([1.0, 2.0, -3.0])
    recording = gs.record(fn, x, x, tangents=(x, x), verify=False)
    facts = chain_of(
        ReadOnce(recording), recording.cursor().to("0"), share_keeper(Blob(), 2)
    )

    assert facts["tangent"]["shares"] == [None, None]


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
    assert "test_page_tangents.py" in found["sum"]["reason"]
    # Where it is cut off is said once.
    assert "cuts" not in found["sum"]
    assert "total" not in found["sum"]
