"""The regions of a graph by their ids."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import pytest

import graphstep as gs
from graphstep.errors import RegionNotFoundError
from graphstep.graph import Regions


@pytest.fixture
def regions() -> Regions:
    return gs.trace(jax.jit(jnp.sin), 1.0).graph.regions


def test_an_absent_region_is_asked_for_as_in_any_mapping(regions: Regions) -> None:
    """`in` and `get` answer; only the brackets raise."""
    assert "9" not in regions
    assert regions.get("9") is None
    assert regions.get("0") == regions["0"]
    with pytest.raises(RegionNotFoundError, match="no region `9`"):
        regions["9"]
