"""Keep Python's collector from looking through everything between two keys."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Generator

# A frame makes thousands of pieces that are gone with the next one. Looked for as often
# as Python does by default, they take a fifth of a step (Python 3.11).
_YOUNG = 10_000


@contextlib.contextmanager
def rare_collections() -> Generator[None, None, None]:
    """Leave alone what is there by now, and look for garbage less often for a while."""
    before = gc.get_threshold()
    # JAX and the graph stay until the end: to look through them takes 100 ms.
    gc.freeze()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
