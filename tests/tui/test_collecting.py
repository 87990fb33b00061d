"""How often Python looks for garbage while the interface is open."""

from __future__ import annotations

import gc

import pytest

from graphstep.tui.collecting import rare_collections


def test_the_collector_is_left_as_it_was_found() -> None:
    """Within, it looks less often; afterwards as before, also when something failed."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()

    with pytest.raises(KeyError), rare_collections():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > frozen
        raise KeyError

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
