"""See and step through the computational graph of a JAX function."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep._api import Recording, Trace, load, record, step, trace

__all__ = ["Recording", "Trace", "load", "record", "step", "trace"]


def __getattr__(name: str) -> object:
    # Resolved when first asked for, so that the command line starts without JAX.
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module("graphstep._api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
