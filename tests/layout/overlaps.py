"""Whether shapes of a layout lie in each other, or share cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphstep.layout import Box, Frame, Stub


def is_inside(inner: Box | Frame, outer: Frame, margin: int) -> bool:
    return (
        outer.x + margin <= inner.x
        and inner.x + inner.width + margin <= outer.x + outer.width
        and outer.y + margin <= inner.y
        and inner.y + inner.height + margin <= outer.y + outer.height
    )


def is_apart(a: Box | Frame | Stub, b: Box | Frame | Stub) -> bool:
    height_a = 1 if isinstance(a, Stub) else a.height
    height_b = 1 if isinstance(b, Stub) else b.height
    return (
        a.x + a.width <= b.x
        or b.x + b.width <= a.x
        or a.y + height_a <= b.y
        or b.y + height_b <= a.y
    )


def clashes(shapes: Iterable[Box | Frame | Stub]) -> Iterator[tuple[str, str]]:
    """Yield pairs of shapes that share a cell, by a sweep from left to right."""
    active: list[Box | Frame | Stub] = []
    for shape in sorted(shapes, key=lambda s: s.x):
        active = [other for other in active if other.x + other.width > shape.x]
        for other in active:
            if not is_apart(shape, other):
                yield str(other), str(shape)
        active.append(shape)
