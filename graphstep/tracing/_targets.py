"""The variables that a statement assigns to, and which output each of them takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

# Where in a literal tuple, list or dict a value stands: indices and constant keys.
Path = tuple[Any, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Starred:
    """A target that takes all values that its neighbours leave: `*rest`."""

    name: str | None


# One variable, as it is spelled; or the targets of an unpacking. `None` is a target
# that has no name to show.
Target = str | Starred | tuple["Target", ...] | None


def follow(target: Target, path: Path) -> Target:
    """Return the target of the value that stands at `path` in an assigned literal."""
    for depth, key in enumerate(path):
        if isinstance(target, tuple):
            target = _item(target, key)
        elif isinstance(target, str):
            return target + "".join(f"[{k!r}]" for k in path[depth:])
        else:
            return None
    return target


def _item(targets: tuple[Target, ...], key: Any) -> Target:
    if not isinstance(key, int):
        return None
    for i, target in enumerate(targets):
        if isinstance(target, Starred):
            # How many values it takes is not known here, so what follows it has no
            # known index either.
            return f"{target.name}[{key - i}]" if key == i and target.name else None
        if i == key:
            return target
    return None


def elementwise(target: Target, count: int) -> list[str | None] | None:
    """Return the names of `count` values unpacked into `target`.

    Returns:
        A name per value, or `None` when that number of values does not fit.
    """
    flat = _flatten(target)
    stars = [i for i, item in enumerate(flat) if isinstance(item, Starred)]
    if not stars:
        names = [item if isinstance(item, str) else None for item in flat]
        return names if len(names) == count else None
    star, rest = flat[stars[0]], count - len(flat) + 1
    if len(stars) > 1 or rest < 0 or not isinstance(star, Starred):
        return None
    flat[stars[0] : stars[0] + 1] = [
        f"{star.name}[{k}]" if star.name else None for k in range(rest)
    ]
    return elementwise(tuple(flat), count)


def _flatten(target: Target) -> list[Target]:
    if not isinstance(target, tuple):
        return [target]
    return [leaf for item in target for leaf in _flatten(item)]


def output_names(
    target: Target, outputs: Sequence[int], live: Collection[int], *, is_jvp: bool
) -> dict[int, str]:
    """Return which outputs of one equation are which variables.

    Args:
        target: What the equation's value is assigned to.
        outputs: The output positions that the value is made of.
        live: The positions that something uses.
        is_jvp: Whether tangents or residuals may follow the value among the outputs.
    """
    used = [k for k in outputs if k in live]
    if isinstance(target, str):
        return _numbered(target, outputs, used or list(outputs), is_jvp=is_jvp)
    candidates = [list(outputs)]
    if is_jvp:
        halves = (list(outputs[: len(outputs) // 2]), used[: len(used) // 2])
        candidates += [used, *halves]
    for positions in candidates:
        names = elementwise(target, len(positions))
        if names is not None:
            pairs = zip(positions, names, strict=True)
            return {k: name for k, name in pairs if name is not None}
    return {}


def _numbered(
    name: str, outputs: Sequence[int], used: Sequence[int], *, is_jvp: bool
) -> dict[int, str]:
    if len(used) == 1 or (is_jvp and len(used) == 2):
        return {used[0]: name}
    if is_jvp:
        return {}
    return {k: f"{name}[{i}]" for i, k in enumerate(outputs) if k in used}
