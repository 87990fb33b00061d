"""Step over, into and out of regions.

A region shows in an outline as one line, and stepping over it should take one step
whether it is a scan of a million turns or a jitted function. So every step has a
*level*: the regions that a person thinks of as being inside when standing there.

- The node of a `scan`, `while`, `cond`, `shard_map` or custom rule is a line of the
  level outside: its values are those of the equation that the region is.
- A region without a node of its own (a jitted function, a name scope, a branch, the
  condition or the body of a `while`) is done at the last step of its own level, in the
  order of the pass. That step stands for the region's line, and is of the level
  outside too.
- Any other step is of the level of the innermost region around it. The turns of one
  loop are one region; what is inside a turn is another region in the next turn.

With it, for steps of one pass:

- *over* is the first later step whose level is this one or one outside of it;
- *out* is the first later step whose level is truly outside of it;
- *into* is the next step, whatever its level;
- the reverse commands are the last earlier such steps.

Hence over and reverse-over undo each other between steps of one level. The seed is of
the root's level.
"""

from __future__ import annotations

from graphstep.graph import ROOT_ID, Region
from graphstep.stepping._blocks import Iteration
from graphstep.stepping._timeline import (
    BACKWARD,
    FORWARD,
    SEED,
    Step,
    Timeline,
    n_outer_loops,
)

# A region, and the iteration of the loops around it.
Instance = tuple[str, Iteration]
Level = tuple[Instance, ...]


def level(timeline: Timeline, step: Step) -> Level:
    """Return the regions that a step is inside of, outermost first."""
    if step.pass_ == SEED:
        return ((ROOT_ID, ()),)
    graph = timeline.graph
    regions = list(graph.regions.ancestors(graph.region_of(step.node).id))
    end = step.index
    if regions[-1].id == step.node:
        # Backward, what is inside of a region comes after its own node.
        end = timeline.steps_in(*_instance(regions.pop(), step), step.pass_)[-1]
    while (
        len(regions) > 1
        and not _has_node(timeline, regions[-1], step.pass_)
        and timeline.steps_in(*_instance(regions[-1], step), step.pass_)[-1] == end
    ):
        regions.pop()
    return tuple([_instance(region, step) for region in regions])


def _line(timeline: Timeline, instance: Instance, pass_: str) -> int:
    """Return the step that stands for a region's line in an outline."""
    graph = timeline.graph
    steps = timeline.steps_in(*instance, pass_)
    if _has_node(timeline, graph.regions[instance[0]], pass_):
        return steps[-1] if pass_ == FORWARD else steps[0]
    last = timeline.step(steps[-1])
    # Backward, the node of an inner region comes before what is inside of it.
    around = graph.regions.ancestors(graph.region_of(last.node).id)
    for region in around[graph.regions[instance[0]].depth + 1 :]:
        if _has_node(timeline, region, pass_):
            return _line(timeline, _instance(region, last), pass_)
    return last.index


def _has_node(timeline: Timeline, region: Region, pass_: str) -> bool:
    """Return whether a region has a node of its own that the pass visits."""
    return region.id in timeline.graph and timeline.has_steps(pass_, region.id)


def _instance(region: Region, step: Step) -> Instance:
    return region.id, step.iteration[: n_outer_loops(region)]


def over(timeline: Timeline, index: int) -> int:
    """Return the first later step of the same level or one outside; else the last."""
    return _ahead(timeline, index + 1, level(timeline, timeline.step(index)))


def out(timeline: Timeline, index: int) -> int:
    """Return the first later step of a level outside.

    From the outermost level that is the seed, and from there on the last step.
    """
    step = timeline.step(index)
    inside = level(timeline, step)
    if len(inside) > 1:
        return _ahead(timeline, index + 1, inside[:-1])
    if step.pass_ == FORWARD and timeline.seed_index is not None:
        return timeline.seed_index
    return timeline.length - 1


def reverse_over(timeline: Timeline, index: int) -> int:
    """Return the last earlier step of the same level or one outside; else the first."""
    return _behind(timeline, index - 1, level(timeline, timeline.step(index)))


def reverse_out(timeline: Timeline, index: int) -> int:
    """Return the last earlier step of a level outside.

    From the outermost level that is the seed, and before it the first step.
    """
    step = timeline.step(index)
    inside = level(timeline, step)
    if len(inside) > 1:
        return _behind(timeline, index - 1, inside[:-1])
    if step.pass_ == BACKWARD and timeline.seed_index is not None:
        return timeline.seed_index
    return 0


def _ahead(timeline: Timeline, index: int, limit: Level) -> int:
    """Return the first step from `index` on whose level is `limit` or outside."""
    while index < timeline.length:
        step = timeline.step(index)
        entered = _entered(level(timeline, step), limit)
        if entered is None:
            return index
        line = _line(timeline, entered, step.pass_)
        past = timeline.steps_in(*entered, step.pass_)[-1] + 1
        index = line if line >= index else past
    return timeline.length - 1


def _behind(timeline: Timeline, index: int, limit: Level) -> int:
    """Return the last step up to `index` whose level is `limit` or outside."""
    while index >= 0:
        step = timeline.step(index)
        entered = _entered(level(timeline, step), limit)
        if entered is None:
            return index
        line = _line(timeline, entered, step.pass_)
        before = timeline.steps_in(*entered, step.pass_)[0] - 1
        index = line if line <= index else before
    return 0


def _entered(inside: Level, limit: Level) -> Instance | None:
    """Return the outermost region of one level that is not in another."""
    for i, instance in enumerate(inside):
        if i >= len(limit) or limit[i] != instance:
            return instance
    return None
