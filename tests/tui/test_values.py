"""Short texts of values: small ones at once, large ones from a thread."""

from __future__ import annotations

import threading
import time

import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.tui.values import SMALL, Short, ValueKey, Values

REC = gs.record(lambda x, y: (jnp.sin(x), jnp.cos(y)), jnp.ones(SMALL + 1), 2.0)
LARGE, SMALL_ONE = (ValueKey("primal", node, 0, ()) for node in ("0", "1"))


def read(values: Values, key: ValueKey) -> Short:
    """Ask for a text, frame after frame, until it is there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        values.begin_frame()
        found = values.short(key)
        if found is not None:
            return found
        assert values.has_put_off
        time.sleep(0.001)
    pytest.fail("the text of a value did not come")


def test_large_values_are_read_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame reads small values itself and never a large one; both are right."""
    readers: dict[str, int] = {}
    shorten = Values._shorten

    def noted(self: Values, key: ValueKey) -> Short:
        readers[key.node] = threading.get_ident()
        return shorten(self, key)

    monkeypatch.setattr(Values, "_shorten", noted)
    values = Values(REC, frame=1000.0)

    small, large = read(values, SMALL_ONE), read(values, LARGE)

    assert readers["1"] == threading.get_ident()
    assert readers["0"] != threading.get_ident()
    assert small == Values(REC).short_at_once(SMALL_ONE)
    assert large == Values(REC).short_at_once(LARGE)
    assert large.text.startswith("‖·‖ ")


def test_a_large_value_that_cannot_be_read_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What fails in the thread is shown in place of the value."""

    def broken(self: Values, key: ValueKey) -> Short:
        raise ValueError

    monkeypatch.setattr(Values, "_shorten", broken)

    assert read(Values(REC), LARGE) == Short("ValueError", is_absent=True)
