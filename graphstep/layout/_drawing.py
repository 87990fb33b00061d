"""Draw one open region: its network, cut in stretches, each planned, all put together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from graphstep.graph import ROOT_ID, Edge
from graphstep.layout._assembling import Assembler
from graphstep.layout._blocks import Block, Source
from graphstep.layout._building import LevelBuilder, Window
from graphstep.layout._cache import Drawn, LayoutCache
from graphstep.layout._changes import windows
from graphstep.layout._items import Items, Setting, items_of
from graphstep.layout._network import FRAME, Network
from graphstep.layout._ordering import order_layers
from graphstep.layout._piece import Part, Piece
from graphstep.layout._placing import place_vertices
from graphstep.layout._plan import PartPlan
from graphstep.layout._ports import align_ports, order_ports
from graphstep.layout._shapes import Direction
from graphstep.layout._spacing import SPACINGS
from graphstep.layout._stacking import stack
from graphstep.layout._stretches import Stretch, stretches


def draw(
    setting: Setting,
    block: Block,
    inner: dict[str, Piece],
    cache: LayoutCache,
    key: Hashable,
    check: Callable[[], None],
) -> Piece:
    """Return the drawing of one open region.

    Args:
        setting: What is the same for all regions.
        block: The region or group.
        inner: Pieces of the open blocks directly inside.
        cache: What is known already.
        key: What this drawing has in common with those of it when something else
            inside was open.
        check: Asked often; raises an error to give up.
    """
    old = cache.drawn.get(key)
    items = items_of(setting, block, inner, None if old is None else old.items)
    found, tagged, hidden = _stretches(setting, block, items, old)
    direction = setting.direction

    def plan_of(stretch: Stretch, back: int, more: int) -> PartPlan:
        key = (direction, back, more, stretch.key)
        plan = cache.part_plans.get(key)
        if plan is None:
            check()
            plan = _plan(stretch, direction, back, more, check)
            cache.part_plans.keep(key, plan, len(stretch.vertices))
        return plan

    size = sum([len(stretch.vertices) for stretch in found])
    title = None if block.id == ROOT_ID else setting.title(block.id)
    plan_key = (direction, title, tuple([stretch.key for stretch in found]))
    plan = cache.plans.get(plan_key)
    if plan is None:
        plan = stack(found, plan_of, direction, title)
        cache.plans.keep(plan_key, plan, size)
    known = {} if old is None else {part.stretch: part for part in old.piece.parts}
    parts: list[Part] = []
    for stretch, part_plan in zip(found, plan.parts, strict=True):
        part = known.get(stretch)
        if part is None or part.plan is not part_plan:
            inside = _inside(stretch, inner)
            part = Part(block.id, part_plan, stretch.level, stretch, inside)
        parts.append(part)
    begins = [place[direction == "right"] for place in plan.places]
    piece = Piece(
        block.id,
        block.kind,
        plan,
        tuple(parts),
        _ports(found[0].level.entries, parts[0], begins[0]),
        _ports(found[-1].level.exits, parts[-1], begins[-1]),
        tagged,
        hidden,
    )
    if block.children:
        cache.drawn.keep(key, Drawn(items, piece), size)
    return piece


def _stretches(
    setting: Setting, block: Block, items: Items, old: Drawn | None
) -> tuple[list[Stretch], Mapping[Source, tuple[Edge, ...]], frozenset[Source]]:
    """Return what `Piece` needs: stretches, and its `tagged` and `hidden` values."""
    found: list[Stretch] = []
    tagged: dict[Source, tuple[Edge, ...]] = {}
    hidden: set[Source] = set()
    if old is None:
        drawn = iter([Window(range(len(items.rank)))])
    else:
        tagged.update(old.piece.tagged)
        hidden.update(old.piece.hidden)
        known = [part.stretch for part in old.piece.parts]
        drawn = windows(old.items, items, known)
    for each in drawn:
        if not isinstance(each, Window):
            found += each
            continue
        level = LevelBuilder(setting, block, items, each).build()
        found += stretches(level, each.above, each.below)
        for value in level.values:
            tagged.pop(value, None)
        tagged.update(level.tagged)
        hidden.difference_update(level.values)
        hidden |= level.hidden
    return found, tagged, frozenset(hidden)


def _ports(vertices: Mapping[Source, int], part: Part, begin: int) -> dict[Source, int]:
    """Return the places across of values that pass the border in a part."""
    if not vertices:
        return {}
    places = {
        part.stretch.vertices[vertex]: begin + across
        for vertex, across in part.plan.places.items()
    }
    return {value: places[vertex] for value, vertex in vertices.items()}


def _inside(stretch: Stretch, inner: Mapping[str, Piece]) -> tuple[Piece, ...]:
    """Return the open blocks that a stretch draws."""
    if not inner:
        return ()
    shape, names = stretch.shape, stretch.level.names
    return tuple(
        [
            inner[names[vertex]]
            for here, vertex in enumerate(stretch.vertices)
            if shape.vertices[here].kind == FRAME and here not in shape.ghosts
        ]
    )


def _plan(
    stretch: Stretch,
    direction: Direction,
    back: int,
    more: int,
    check: Callable[[], None],
) -> PartPlan:
    """Return where to draw the parts of a stretch."""
    spacing, network = SPACINGS[direction], Network.of(stretch.shape)
    order_layers(network, check)
    order_ports(network, spacing)
    place_vertices(network, spacing, check, back)
    align_ports(network, spacing)
    check()
    shared = [vertex for vertex in (stretch.top, stretch.bottom) if vertex >= 0]
    return Assembler(network, direction, more).assemble(shared)
