"""How often Python looks for garbage while the interface is open."""

from __future__ import annotations

import contextlib
import gc

from graphstep.tui.collecting import rare_collections


def test_the_collector_is_left_as_it_was_found() -> None:
    """Within, it looks less often; afterwards as often as before."""
    before = gc.get_threshold()

    with rare_collections():
        within, n_frozen = gc.get_threshold(), gc.get_freeze_count()

    assert within[0] > before[0]
    assert n_frozen > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_failure_leaves_the_collector_as_it_was_too() -> None:
    """What ends the interface does not leave the collector slow."""
    before = gc.get_threshold()

    with contextlib.suppress(KeyError), rare_collections():
        raise KeyError

    assert gc.get_threshold() == before
