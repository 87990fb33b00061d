"""Time and memory of graphstep against plain JAX: `python -m tests.bench`."""

from __future__ import annotations
