"""Fold a long program without regions of its own into the layers of its parameters."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from graphstep._jaxcompat import Literal
from graphstep.graph import ProgramGraph, Region
from graphstep.layout import Group, groups

_NUMBER = re.compile(r"\d+")
# Subtrees that differ in a number only, from which on they are taken for layers.
_LAYERS = 2
# Nodes that are worth a box of their own.
SMALLEST = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of program order that is drawn as one box.

    Attributes:
        id: No region, group or node has an id with such a beginning.
        title: The parameters that it uses.
        start: Position of its first node.
        stop: Position after its last node.
        is_layer: Whether it is a layer, not what is before, between or after them.
    """

    id: str
    title: str
    start: int
    stop: int
    is_layer: bool

    @property
    def size(self) -> int:
        """Number of nodes inside, at every level."""
        return self.stop - self.start


def stretches(graph: ProgramGraph, limit: int = 60) -> tuple[Stretch, ...]:
    """Return the stretches of a program that use one layer's parameters after another.

    A layer begins where its parameters are first used, and ends where others are. Where
    the program comes back to it, as reverse-mode derivatives do, there is a further
    stretch. Loops, branches and functions are never cut. What is in no layer is folded
    too where more than `limit` nodes would be left.
    """
    layer_of = _layers(graph)
    if not any(layer_of.values()):
        return ()
    first, last = body(graph)
    pieces: list[_Piece] = [_Piece(None, is_back=False, start=first)]
    for position in range(first, last):
        now = pieces[-1]
        layer = now.layer
        used = _used(graph, position, layer_of)
        if used:
            (layer,) = used
        is_back = _is_back(graph, position, otherwise=now.is_back)
        if is_back != now.is_back and not used:
            layer = None
        if (layer, is_back) != (now.layer, now.is_back):
            start = max(uncut(graph, position), now.start)
            pieces.append(_Piece(layer, is_back=is_back, start=start))
    ends = [piece.start for piece in pieces[1:]] + [last]
    in_layers = [i for i, piece in enumerate(pieces) if piece.layer is not None]
    if not in_layers:
        return ()
    found = [
        Stretch(
            f"stretch:{piece.start}",
            _title(piece, i, in_layers),
            piece.start,
            stop,
            is_layer=piece.layer is not None,
        )
        for i, (piece, stop) in enumerate(zip(pieces, ends, strict=True))
        if stop - piece.start >= SMALLEST
    ]
    return tuple(_enough(found, last - first, limit))


@dataclasses.dataclass(frozen=True, slots=True)
class _Piece:
    layer: Group | None
    is_back: bool
    start: int


def _enough(found: list[Stretch], n_nodes: int, limit: int) -> list[Stretch]:
    """Return the stretches of layers, and as many others as a picture must not show."""
    layers = [each for each in found if each.is_layer]
    others = [each for each in found if not each.is_layer]
    others.sort(key=lambda each: each.size)
    total = n_nodes - sum(each.size - 1 for each in layers)
    while others and total > limit:
        layers.append(others.pop())
        total -= layers[-1].size - 1
    return sorted(layers, key=lambda each: each.start)


def cut_regions(graph: ProgramGraph, found: Sequence[Stretch]) -> frozenset[str]:
    """Return the regions that reach into a stretch without being inside of it."""
    return frozenset(
        region.id
        for region in graph.regions.values()
        if region.parent is not None and any(_is_cut(region, each) for each in found)
    )


def _is_cut(region: Region, stretch: Stretch) -> bool:
    meets = region.start < stretch.stop and stretch.start < region.stop
    return meets and not (stretch.start <= region.start and region.stop <= stretch.stop)


def _layers(graph: ProgramGraph) -> dict[int, Group | None]:
    """Return the layer of each parameter; `None` for those that are in no layer."""
    found = [group for group in groups(graph) if group.role == "inputs"]
    families: dict[tuple[str | None, str], list[Group]] = {}
    for group in found:
        alike = (group.parent, _NUMBER.sub("#", group.label))
        families.setdefault(alike, []).append(group)
    layers = [
        group
        for family in families.values()
        if len(family) >= _LAYERS
        for group in family
    ]
    if not layers:
        return {}
    # Other arguments, such as a mask, may be used in the midst of a layer.
    trees = [group for group in found if group.parent is None]
    trees = [t for t in trees if any(t.start <= g.start < t.stop for g in layers)]
    # Inner families come later; the outer ones are the layers.
    return {
        position: next((g for g in layers if g.start <= position < g.stop), None)
        for tree in trees
        for position in range(tree.start, tree.stop)
    }


def body(graph: ProgramGraph) -> tuple[int, int]:
    """Return where the equations begin and end."""
    roles = graph.columns.roles
    first = next((i for i, role in enumerate(roles) if role == "eqn"), len(roles))
    last = len(roles)
    while last > first and roles[last - 1] == "output":
        last -= 1
    return first, last


def _used(
    graph: ProgramGraph, position: int, layer_of: dict[int, Group | None]
) -> tuple[Group | None, ...]:
    """Return the layer whose parameters a node uses, if it uses any."""
    found = [
        layer_of[source[0]]
        for _, source in graph.columns.operands[position]
        if not isinstance(source, Literal) and source[0] in layer_of
    ]
    return tuple(filter(None, found))[:1] or tuple(found[:1])


def _is_back(graph: ProgramGraph, position: int, *, otherwise: bool) -> bool:
    """Return whether a node is of the transposed program, as JAX names its scopes."""
    around = graph.regions.ancestors(graph.columns.regions[position])[1:]
    names = [region.name for region in around if region.kind == "scope"]
    if any(name.startswith("transpose(") for name in names):
        return True
    return otherwise and not any(name.startswith("jvp(") for name in names)


def uncut(graph: ProgramGraph, position: int) -> int:
    """Return where the outermost region around begins that is no mere scope."""
    around = graph.regions.ancestors(graph.columns.regions[position])[1:]
    starts = [region.start for region in around if region.kind != "scope"]
    return min([position, *starts])


def _title(piece: _Piece, index: int, in_layers: Sequence[int]) -> str:
    if piece.layer is not None:
        name = piece.layer.label
    elif index < in_layers[0]:
        name = "before the layers"
    else:
        name = "between the layers" if index < in_layers[-1] else "after the layers"
    return f"{name}, transposed" if piece.is_back else name
