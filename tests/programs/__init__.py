"""The zoo: small JAX programs, at least one for everything the engine must handle.

Importing this package builds nothing: `program(name)` runs a factory. Tags:

    smooth           a differentiable function of floats: fit for finite differences
    while_reverse    an active value passes a `while`, so `jax.vjp` raises
    effects          prints, calls back or otherwise acts; `events`: into `EVENTS`
    shard_map        needs eight devices; `sharded` programs do too
    complex, bf16, f8, nonfinite, ref, library, no_inputs    what they say
    rule_is_not_the_derivative    a custom rule that is wrong on purpose
    whole            holds equations that cannot be differentiated each by itself
    slow             long to compile or to run
"""

from __future__ import annotations

from tests.programs import (
    calls,  # noqa: F401
    dtypes,  # noqa: F401
    elementwise,  # noqa: F401
    indexing,  # noqa: F401
    libraries,  # noqa: F401
    linear_algebra,  # noqa: F401
    loops,  # noqa: F401
    randomness,  # noqa: F401
    scans,  # noqa: F401
    sharding,  # noqa: F401
    signatures,  # noqa: F401
    transforms,  # noqa: F401
)
from tests.programs._registry import FACTORIES, TAGS, Program
from tests.programs.effects import EVENTS

__all__ = ["EVENTS", "NAMES", "TAGS", "Program", "build", "named"]

NAMES: tuple[str, ...] = tuple(FACTORIES)


def build(name: str) -> Program:
    """Return the program called `name`; the first call builds it."""
    return FACTORIES[name]()


def named(*, having: str = "", lacking: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the names of programs with one tag and without others."""
    return tuple(
        name
        for name in NAMES
        if (not having or having in TAGS[name]) and not TAGS[name] & set(lacking)
    )
