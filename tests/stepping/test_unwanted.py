"""A search for a stop that nobody waits for any more ends."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.errors import CancelledError
from graphstep.stepping import Breakpoint, Cursor


def turns(x: jax.Array) -> jax.Array:
    def body(carry: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        carry = jnp.sin(carry) + 1.0
        return carry, carry

    return jnp.sum(jax.lax.scan(body, x, None, length=50)[1])


@pytest.fixture(scope="module", params=[None, 0])
def cursor(request: pytest.FixtureRequest) -> Cursor:
    """A walk through arrays, and one through statistics."""
    return gs.record(turns, jnp.ones(3), budget=request.param).cursor()


@pytest.mark.parametrize("text", ["nan", "sin @ 60", "sin if norm < 0 in forward"])
@pytest.mark.parametrize("ahead", [True, False])
def test_it_ends_soon_after_it_is_unwanted(
    cursor: Cursor, text: str, *, ahead: bool
) -> None:
    """In arrays, in statistics and from step to step, forward and backward."""
    place = cursor if ahead else cursor.last()
    go = place.continue_ if ahead else place.reverse_continue
    breakpoint_ = Breakpoint.parse(text)
    n_asked = 0

    def count() -> bool:
        nonlocal n_asked
        n_asked += 1
        return False

    assert go([breakpoint_], count)[1] is None
    if not n_asked:
        # Nothing was looked at, so there was nothing to end.
        assert text == "sin @ 60"
        return
    with pytest.raises(CancelledError):
        go([breakpoint_], lambda: True)
