"""Terms of tangents as arrays, so that a page can follow another element of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np

from graphstep.export.chain import SumTerm
from graphstep.export.page._values import BUDGET, Blob, array_entry

Keep: TypeAlias = Callable[[Iterable[SumTerm]], list[dict[str, Any] | None]]
# Share of the bytes of all arrays that terms may take.
_ROOM = BUDGET // 4


def share_keeper(blob: Blob, max_elements: int) -> Keep:
    """Return what writes terms of tangents, and says where each of them is.

    Args:
        blob: Where their bytes go.
        max_elements: Elements up to which an array is written in full.
    """

    def keep(terms: Iterable[SumTerm]) -> list[dict[str, Any] | None]:
        return [entry(term.share) for term in terms]

    def entry(share: Any) -> dict[str, Any] | None:
        array = None if share is None else np.asarray(share)
        if array is None or not array.ndim or array.size > max_elements:
            return None
        return array_entry(blob, array) if blob.size + array.nbytes <= _ROOM else None

    return keep
