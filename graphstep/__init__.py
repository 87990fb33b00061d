"""See and step through the computational graph of a JAX function."""

from __future__ import annotations

from graphstep._api import Recording, Trace, load, record, trace

__all__ = ["Recording", "Trace", "load", "record", "trace"]
