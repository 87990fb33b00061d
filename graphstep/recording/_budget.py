"""How much memory a recording may take when nobody says."""

from __future__ import annotations

from pathlib import Path

import jax

_FREE_SHARE = 4
_FALLBACK_BYTES = 1 << 30
_KIB = 1024


def default_budget() -> int:
    """Return a quarter of the memory that is free, in bytes.

    The device's own, where it says; else the machine's. A gibibyte where neither is
    known.
    """
    stats = jax.local_devices()[0].memory_stats() or {}
    if "bytes_limit" in stats:
        return (stats["bytes_limit"] - stats.get("bytes_in_use", 0)) // _FREE_SHARE
    free = _available_bytes()
    return _FALLBACK_BYTES if free is None else free // _FREE_SHARE


def _available_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, amount = line.partition(":")
        if name == "MemAvailable":
            return int(amount.split()[0]) * _KIB
    return None
