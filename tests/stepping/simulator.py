"""A run simulated naively, step by step, and programs to simulate: the oracle."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st
from jax import lax

from graphstep.graph import ProgramGraph, Region, activity
from graphstep.recording import Absence, stats_from_array
from graphstep.stepping import SEED, Step
from graphstep.tracing import CallSpec, trace_function

Iteration = tuple[int, ...]
Visit = tuple[str, Iteration]
MOST_TURNS = 3


def graph_of(fn: Callable[..., Any], *args: Any) -> ProgramGraph:
    """Return the graph of a function."""
    return ProgramGraph(trace_function(fn, args, {}, CallSpec()))


# Programs ------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Part:
    """One statement of a random program: an operation, or a region with a body."""

    kind: str
    bodies: tuple[tuple[Part, ...], ...] = ()
    length: int = 0


def run_parts(parts: tuple[Part, ...], x: Any) -> Any:
    """Return what the statements make of `x`."""
    for i, part in enumerate(parts):
        x = _run_part(part, i, x)
    return x


def _run_part(part: Part, i: int, x: Any) -> Any:
    bodies = [functools.partial(run_parts, body) for body in part.bodies]
    if part.kind == "mul":
        return x * x
    if part.kind == "jit":
        return jax.jit(bodies[0])(x)
    if part.kind == "scope":
        with jax.named_scope(f"scope{i}"):
            return bodies[0](x)
    if part.kind == "custom":
        custom = jax.custom_jvp(bodies[0])
        custom.defjvp(lambda p, t: (bodies[0](*p), t[0] * p[0]))
        return custom(x)
    if part.kind == "scan":
        xs = jnp.ones(part.length)
        return lax.scan(lambda c, s: (bodies[0](c) * s, c + x), x, xs)[0]
    if part.kind == "plain_scan":
        return lax.scan(lambda c, _: (bodies[0](c), None), x, None, length=part.length)[
            0
        ]
    if part.kind == "while":
        return lax.while_loop(lambda v: bodies[1](v) < 5.0, bodies[0], x)
    if part.kind == "cond":
        return lax.switch(jnp.int32(x), bodies, x)
    return jnp.sin(x)


def _extend(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    body = st.lists(parts, min_size=0, max_size=3).map(tuple)
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    region = st.sampled_from(["jit", "scope", "custom"])
    loop = st.sampled_from(["scan", "plain_scan"])
    return st.one_of(
        st.builds(lambda k, b: Part(k, (b,)), region, some),
        st.builds(
            lambda k, b, n: Part(k, (b,), n), loop, body, st.integers(0, MOST_TURNS)
        ),
        st.builds(lambda b, c: Part("while", (b, c)), some, body),
        st.builds(lambda b, c: Part("cond", (b, c)), body, body),
    )


parts = st.recursive(st.sampled_from(["sin", "mul"]).map(Part), _extend, max_leaves=8)
programs = st.lists(parts, min_size=1, max_size=4).map(tuple)


# Runs ----------------------------------------------------------------------------


class Run:
    """A run with made-up turns, branches and values, laid out as a recording is.

    Attributes:
        graph: The program.
        has_cotangents: Whether there is a backward pass.
        turns: Turns of each loop, an int or an array over the loops around it.
        taken: The branch that each cond takes, likewise.
    """

    def __init__(
        self, graph: ProgramGraph, seed: int = 0, *, has_cotangents: bool = True
    ) -> None:
        self.graph = graph
        self.has_cotangents = has_cotangents
        self.rng = np.random.default_rng(seed)
        self.turns: dict[str, Any] = {}
        self.taken: dict[str, Any] = {}
        for region in graph.regions.values():
            if region.kind == "scan":
                self.turns[region.id] = region.length
            elif region.kind == "while":
                self.turns[region.id] = self._draw(region, MOST_TURNS + 1)
            elif region.kind == "cond":
                self.taken[region.id] = self._draw(region, region.branches or 1)
        self.values: dict[Any, np.ndarray] = {}

    def _draw(self, region: Region, stop: int) -> Any:
        loops = [loop for loop in region.loops if loop != region.id]
        if self.rng.integers(3) == 0:
            return int(self.rng.integers(stop))
        return self.rng.integers(
            stop, size=[self._room(region.start, n) for n in loops]
        )

    def _room(self, position: int, loop: str) -> int:
        n_turns = int(np.max(self.turns[loop], initial=0))
        if f"{loop}:cond" not in self.graph.regions:
            return n_turns
        condition = self.graph.regions[f"{loop}:cond"]
        return n_turns + (condition.start <= position < condition.stop)

    def trips_array(self, region: str) -> Any:
        return self.turns[region]

    def branch_array(self, region: str) -> Any:
        return self.taken[region]

    def n_turns(self, loop: str, outer: Iteration) -> int:
        return int(np.asarray(self.turns[loop])[() if self._is_one(loop) else outer])

    def _is_one(self, region: str) -> bool:
        return np.ndim(self.turns.get(region, self.taken.get(region))) == 0

    def branch(self, region: str, iteration: Iteration) -> int:
        return int(
            np.asarray(self.taken[region])[() if self._is_one(region) else iteration]
        )

    def _stack(self, kind: str, node: str, out: int) -> np.ndarray:
        key = kind, node, out
        if key not in self.values:
            position = self.graph.position(node)
            shape = [self._room(position, loop) for loop in self.graph.loops(node)]
            rng = np.random.default_rng([position, out, len(kind)])
            values = rng.choice([0.0, 1.0, -2.0], size=[*shape, 2])
            values[rng.random(values.shape) < 0.1] = np.nan
            self.values[key] = values
        return self.values[key]

    def primal(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        stack = self._stack("primal", node, out)
        return stack if iteration is None else stack[iteration]

    def cotangent(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        stack = self._stack("cotangent", node, out)
        return stack if iteration is None else stack[iteration]

    def why_no_cotangent(self, node: str, out: int = 0) -> Any:
        return None

    def contribution(self, edge: Any, iteration: Any = None) -> Any:
        return self.cotangent(edge[0], 0, iteration)

    def stats(
        self, node: str, out: int = 0, of: str = "primal", iteration: Any = None
    ) -> Any:
        return stats_from_array(getattr(self, of)(node, out, iteration))


class Summary(Run):
    """The same run, of which only statistics were kept."""

    def primal(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        return Absence("not_captured", "Only statistics were kept.")

    def cotangent(self, node: str, out: int = 0, iteration: Any = None) -> Any:
        return Absence("not_captured", "Only statistics were kept.")

    def stats(
        self, node: str, out: int = 0, of: str = "primal", iteration: Any = None
    ) -> Any:
        return stats_from_array(getattr(super(), of)(node, out, iteration))


# The walk, by brute force --------------------------------------------------------


def forward_visits(run: Run) -> list[Visit]:
    """Return every forward visit, by recursion over regions and iterations."""
    return list(_visits(run, run.graph.regions.root, ()))


def _visits(run: Run, region: Region, iteration: Iteration) -> Iterator[Visit]:
    graph = run.graph
    kinds = {graph.regions[child].kind for child in region.children}
    if region.kind == "scan":
        for turn in range(run.n_turns(region.id, iteration)):
            yield from _inside(run, region, (*iteration, turn), set())
    elif region.kind == "while":
        n_turns = run.n_turns(region.id, iteration)
        for turn in range(n_turns):
            yield from _inside(run, region, (*iteration, turn), set())
        body = {f"{region.id}:body"}
        yield from _inside(run, region, (*iteration, n_turns), body)
    elif region.kind == "shard_map":
        yield from _inside(run, region, (*iteration, 0), set())
    elif region.kind == "cond":
        taken = f"{region.id}:{run.branch(region.id, iteration)}"
        others = set(region.children) - {taken}
        assert kinds == {"branch"}
        yield from _inside(run, region, iteration, others)
    else:
        yield from _inside(run, region, iteration, set())
    if region.id in graph:
        yield region.id, iteration


def _inside(
    run: Run, region: Region, iteration: Iteration, left_out: set[str]
) -> Iterator[Visit]:
    graph = run.graph
    children = {
        graph.regions[child].start: child for child in reversed(region.children)
    }
    position = region.start
    done: set[str] = set()
    while position < region.stop:
        child = children.get(position)
        if child is None or child in done:
            if graph.order[position] != region.id:
                yield graph.order[position], iteration
            position += 1
            continue
        done.add(child)
        if child not in left_out:
            yield from _visits(run, graph.regions[child], iteration)
        position = max(graph.regions[child].stop, position)


def all_steps(run: Run) -> list[Step]:
    """Return every step of both passes and the seed."""
    forward = forward_visits(run)
    steps: list[tuple[str, str, Iteration]] = [("forward", *visit) for visit in forward]
    if run.has_cotangents:
        steps.append(("seed", "", ()))
        active = {
            run.graph.order[position] for position, _ in activity(run.graph).active
        } - {*run.graph.outputs[run.graph.trace.n_seeded :]}
        steps += [
            ("backward", node, iteration)
            for node, iteration in reversed(forward)
            if node in active and not is_hidden(run.graph, node)
        ]
    return [Step(i, *step) for i, step in enumerate(steps)]


def is_hidden(graph: ProgramGraph, node: str) -> bool:
    """Return whether a node is inside a while or a custom rule's body."""
    around = graph.regions.ancestors(graph.region_of(node).id)
    return any((r.kind == "while" or r.is_opaque) and r.id != node for r in around)


# Levels, by definition -----------------------------------------------------------

Instance = tuple[str, Iteration]


class Levels:
    """The level of every step, and where over, out and their reverses lead."""

    def __init__(self, graph: ProgramGraph, steps: list[Step]) -> None:
        self.graph = graph
        self.steps = steps
        self.visited = {(step.pass_, step.node) for step in steps}
        self.levels = [self._instances(step) for step in steps]
        for level, step in zip(self.levels, steps, strict=True):
            if step.node and level[-1][0] == step.node:
                level.pop()
        self._strip()

    def _instances(self, step: Step) -> list[Instance]:
        if not step.node:
            return [("", ())]
        around = self.graph.regions.ancestors(self.graph.region_of(step.node).id)
        return [(r.id, step.iteration[: len(r.loops) - r.is_loop]) for r in around]

    def _strip(self) -> None:
        """Take the last step of each region without a node out of it, inside out."""
        for depth in range(max(map(len, self.levels)), 1, -1):
            last: dict[tuple[str, Instance], int] = {}
            for level, step in zip(self.levels, self.steps, strict=True):
                has_node = (step.pass_, level[-1][0]) in self.visited
                if len(level) == depth and not has_node:
                    last[step.pass_, level[-1]] = step.index
            for index in last.values():
                self.levels[index].pop()

    def over(self, index: int, by: int = 1) -> int:
        level = self.levels[index]
        return self._first(index, by, lambda other: level[: len(other)] == other)

    def out(self, index: int, by: int = 1) -> int:
        level = self.levels[index]
        if len(level) == 1:
            seed = [
                s.index
                for s in self.steps
                if s.pass_ == SEED and s.index * by > index * by
            ]
            return seed[0] if seed else self._end(by)
        return self._first(
            index, by, lambda o: len(o) < len(level) and level[: len(o)] == o
        )

    def _end(self, by: int) -> int:
        return len(self.steps) - 1 if by > 0 else 0

    def _first(
        self, index: int, by: int, fits: Callable[[list[Instance]], bool]
    ) -> int:
        ahead = itertools.count(index + by, by)
        for i in itertools.takewhile(lambda i: 0 <= i < len(self.steps), ahead):
            if fits(self.levels[i]):
                return i
        return self._end(by)


def extents(run: Run) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return turns and branches as `Timeline` takes them."""
    return run.turns, run.taken
