from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax
from jax.sharding import AxisType, PartitionSpec

from graphstep.errors import NodeNotFoundError, RegionNotFoundError, SteppingError
from graphstep.stepping import FORWARD, Timeline, _levels, timeline
from graphstep.stepping._blocks import Blocks
from graphstep.stepping._walk import Walk
from tests.stepping.simulator import (
    MOST_TURNS,
    Part,
    Run,
    all_steps,
    extents,
    graph_of,
    programs,
    run_parts,
)

seeds = st.integers(0, 2**16)


def _run(parts: tuple[Part, ...], seed: int = 0) -> Run:
    return Run(graph_of(lambda x: run_parts(parts, x), 0.5), seed)


@given(parts=programs, seed=seeds)
def test_steps_are_those_of_a_naive_simulation(
    parts: tuple[Part, ...], seed: int
) -> None:
    """Whatever the nesting, turns and branches: the same steps in the same order."""
    run = _run(parts, seed)

    walk = timeline(run)

    assert [walk.step(i) for i in range(len(walk))] == all_steps(run)


@given(parts=programs, seed=seeds)
def test_index_undoes_step(parts: tuple[Part, ...], seed: int) -> None:
    """The index of the step at an index is that index."""
    walk = timeline(_run(parts, seed))

    steps = [walk.step(i) for i in range(len(walk))]

    assert [walk.index(s.pass_, s.node, s.iteration) for s in steps] == [
        *range(len(walk))
    ]


@given(parts=programs, seed=seeds)
def test_keys_are_in_program_order(parts: tuple[Part, ...], seed: int) -> None:
    """Comparing keys is comparing visits."""
    run = _run(parts, seed)
    walk = timeline(run)
    forward = [s for s in all_steps(run) if s.pass_ == FORWARD]

    keys = [walk.key(s.node, s.iteration) for s in forward]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(parts=programs, seed=seeds)
def test_steps_in_a_region_are_those_with_a_node_inside(
    parts: tuple[Part, ...], seed: int
) -> None:
    """Every call of every region is one stretch of the walk."""
    run = _run(parts, seed)
    walk, graph = timeline(run), run.graph
    found: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
    for step in all_steps(run):
        if step.node:
            for region in graph.regions.ancestors(graph.region_of(step.node).id):
                outer = step.iteration[: len(region.loops) - region.is_loop]
                found.setdefault((step.pass_, region.id, outer), []).append(step.index)

    actual = {
        (pass_, region, outer): [*walk.steps_in(region, outer, pass_)]
        for pass_, region, outer in found
    }

    assert actual == found


@given(parts=programs, seed=seeds)
def test_a_step_exists_exactly_where_the_run_came(
    parts: tuple[Part, ...], seed: int
) -> None:
    """`is_step` is true of the walk's visits and of no other."""
    run = _run(parts, seed)
    walk = timeline(run)
    steps = {(s.pass_, s.node, s.iteration) for s in all_steps(run)}

    for node in run.graph.order:
        lengths = [MOST_TURNS + 2] * len(run.graph.loops(node))
        for iteration in np.ndindex(*lengths):
            for pass_ in ("forward", "backward"):
                expected = (pass_, node, iteration) in steps
                assert walk.is_step(pass_, node, iteration) == expected


@given(parts=programs, seed=seeds, data=st.data())
def test_a_walk_of_some_nodes_is_the_walk_without_the_others(
    parts: tuple[Part, ...], seed: int, data: st.DataObject
) -> None:
    """Also when only one turn of a loop is counted."""
    run = _run(parts, seed)
    graph = run.graph
    draw = st.lists(st.booleans(), min_size=len(graph), max_size=len(graph))
    wanted = np.array(data.draw(draw))
    loops = sorted(run.turns)
    chosen = data.draw(st.sets(st.sampled_from(loops))) if loops else set()
    only = {loop: data.draw(st.integers(0, MOST_TURNS)) for loop in sorted(chosen)}
    blocks = Blocks(graph, *extents(run))

    walk = Walk(blocks, wanted, {blocks.of_loop[loop]: n for loop, n in only.items()})

    every = [(s.node, s.iteration) for s in all_steps(run) if s.pass_ == FORWARD]
    kept = [
        (node, iteration)
        for node, iteration in every
        if wanted[graph.position(node)]
        and all(
            only.get(loop, turn) == turn
            for loop, turn in zip(graph.loops(node), iteration, strict=True)
        )
    ]
    visits = [walk.step(i) for i in range(walk.length)]
    assert [(graph.order[p], iteration) for p, iteration in visits] == kept
    before = {visit: sum(k in every[:i] for k in kept) for i, visit in enumerate(every)}
    assert {v: walk.rank(graph.position(v[0]), v[1]) for v in every} == before


def test_forward_only_without_cotangents() -> None:
    """A recording without cotangents has neither a seed nor a backward pass."""
    run = Run(graph_of(jnp.sin, 1.0), has_cotangents=False)

    walk = timeline(run)

    assert len(walk) == walk.forward_length == 3
    assert walk.seed_index is None
    with pytest.raises(SteppingError, match="forward only"):
        walk.index("backward", "0")


def test_the_test_of_a_while_runs_once_more_than_its_body() -> None:
    """Binders and condition are visited after the last turn, then the while itself."""
    graph = graph_of(
        lambda x: lax.while_loop(lambda v: v < 5.0, lambda v: v + 1.0, x), 1.0
    )

    walk = Timeline(graph, {"0": 2}, {}, has_backward=False)

    steps = [walk.step(i) for i in range(len(walk))]
    assert [(s.node, s.iteration) for s in steps] == [
        ("in0", ()),
        ("0/carry0", (0,)),
        ("0:cond/0", (0,)),
        ("0:body/0", (0,)),
        ("0/carry0", (1,)),
        ("0:cond/0", (1,)),
        ("0:body/0", (1,)),
        ("0/carry0", (2,)),
        ("0:cond/0", (2,)),
        ("0", ()),
        ("out0", ()),
    ]


def test_shard_map_is_walked_once() -> None:
    """Its body runs on every device, and the walk goes through it as device 0."""
    mesh = jax.make_mesh((8,), ("i",), axis_types=(AxisType.Auto,))
    spec = PartitionSpec("i")
    fn = jax.shard_map(jnp.sin, mesh=mesh, in_specs=spec, out_specs=spec)
    walk = timeline(Run(graph_of(fn, jnp.ones(8))))

    steps = [walk.step(i) for i in range(walk.forward_length)]

    assert [(s.node, s.iteration) for s in steps] == [
        ("in0", ()),
        ("0/in0", (0,)),
        ("0/0", (0,)),
        ("0", ()),
        ("out0", ()),
    ]
    with pytest.raises(SteppingError, match="device 3"):
        walk.index("forward", "0/0", (3,))


def _million(x: jax.Array) -> jax.Array:
    def inner(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return jnp.cos(c) * 2.0, None

    def outer(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return lax.scan(inner, jnp.sin(c), None, length=1000)[0], None

    return lax.scan(outer, x, None, length=1_000_000)[0]


def test_a_million_iterations_hold_no_list() -> None:
    """A scan of a million turns, a thousand in each, is a handful of numbers."""
    walk = timeline(Run(graph_of(_million, 1.0)))
    rng = np.random.default_rng(0)

    for index in rng.integers(0, len(walk), 1000).tolist():
        step = walk.step(index)
        assert walk.index(step.pass_, step.node, step.iteration) == index

    assert len(walk) > 6_000_000_000
    held = [*vars(walk.walk("forward")).values(), *vars(walk.blocks).values()]
    assert (
        max(len(v) for v in held if isinstance(v, list | dict)) <= len(walk.graph) + 1
    )


def test_a_million_iterations_that_differ() -> None:
    """With a branch per iteration, one number per iteration is kept, and found."""

    def body(c: jax.Array, _: None) -> tuple[jax.Array, None]:
        return lax.cond(c > 0, lambda v: jnp.sin(v) * 2.0, lambda v: v, c), None

    graph = graph_of(lambda x: lax.scan(body, x, None, length=1_000_000)[0], 1.0)
    taken = np.random.default_rng(0).integers(0, 2, 1_000_000).astype(np.int32)
    cond = next(r.id for r in graph.regions.values() if r.kind == "cond")
    walk = Timeline(graph, {"0": 1_000_000}, {cond: taken})

    last = walk.step(walk.forward_length - 2)
    middle = walk.index("forward", f"{cond}/index", (500_000,))

    assert last.node == "0"
    assert walk.step(middle).iteration == (500_000,)
    per_branch = [
        len(walk.steps_in(f"{cond}:{b}", (int(np.argmax(taken == b)),))) for b in (0, 1)
    ]
    fixed = middle - 1 - int(np.sum(np.take(per_branch, taken[:500_000])))
    assert fixed % 500_000 in range(len(graph))


@pytest.fixture
def _deep_tracing() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    yield
    sys.setrecursionlimit(limit)


def _thrice(fn: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: lax.scan(lambda c, _: (fn(c), None), x, None, length=3)[0]


@pytest.mark.usefixtures("_deep_tracing")
@pytest.mark.parametrize(("wrap", "depth"), [(jax.jit, 500), (_thrice, 60)])
def test_depth_needs_no_recursion(wrap: Callable[..., Any], depth: int) -> None:
    """Hundreds of nested calls, and scans with more steps than a machine can count."""
    fn = jnp.sin
    for _ in range(depth):
        fn = wrap(lambda x, fn=fn: fn(x) * 2.0)
    graph = graph_of(fn, 1.0)
    sys.setrecursionlimit(_frames() + 60)

    walk = timeline(Run(graph))

    for index in (0, walk.length // 3, walk.length // 2, walk.length - 1):
        step = walk.step(index)
        assert walk.index(step.pass_, step.node, step.iteration) == index
        _levels.over(walk, index)
        _levels.out(walk, index)


def _frames() -> int:
    frame, count = sys._getframe(), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def test_questions_without_an_answer_say_why() -> None:
    """Each of these raises an error that names what was expected."""

    def fn(x: jax.Array) -> jax.Array:
        y = lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=4)[0]
        return lax.cond(x > 0, jnp.cos, jnp.sin, lax.stop_gradient(y))

    run = Run(graph_of(fn, 1.0))
    cond = next(iter(run.taken))
    run.taken[cond] = 1
    walk = timeline(run)
    leaf = next(n for n in run.graph.order if n.startswith("0/") and n[2:].isdigit())
    untaken = next(n for n in run.graph.order if n.startswith(f"{cond}:0/"))
    cases = [
        (lambda: walk.step(-1), f"{len(walk)} steps"),
        (lambda: walk.step(len(walk)), "There is no step"),
        (lambda: walk.index("sideways", leaf, (0,)), "Expected forward or backward"),
        (lambda: walk.index("forward", leaf), "inside 1 loops, but 0"),
        (lambda: walk.index("forward", "in0", (1,)), "not inside a loop"),
        (lambda: walk.index("forward", leaf, (4,)), "took 4 turns"),
        (lambda: walk.index("forward", untaken), "was not taken"),
        (lambda: walk.index("backward", untaken), "no cotangent arrives"),
        (lambda: walk.steps_in("0", (0,)), "Region `0` is not inside a loop"),
    ]

    for ask, message in cases:
        with pytest.raises(SteppingError, match=message):
            ask()
    with pytest.raises(NodeNotFoundError):
        walk.index("forward", "nowhere")
    with pytest.raises(RegionNotFoundError):
        walk.steps_in("nowhere")


def test_a_body_that_was_not_recorded_has_no_steps_in_its_loops() -> None:
    """Without trip counts there is nothing to walk, and the rest stays walkable."""

    class Unknown(Run):
        def trips_array(self, region: str) -> int:
            raise LookupError(region)

    graph = graph_of(lambda x: lax.while_loop(lambda v: v < 5.0, jnp.exp, x) * 2.0, 1.0)

    walk = timeline(Unknown(graph))

    nodes = [walk.step(i).node for i in range(walk.forward_length)]
    assert nodes == ["in0", "0", "1", "out0"]


def test_a_program_without_nodes_has_no_steps() -> None:
    """A function of nothing that returns nothing: only the seed is left."""
    walk = timeline(Run(graph_of(lambda: ())))

    assert (walk.forward_length, walk.backward_length, len(walk)) == (0, 0, 1)
