"""Every step of a run, forward, seed and backward, as arithmetic on one integer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

import numpy as np

from graphstep.errors import NotCapturedError, SteppingError
from graphstep.graph import ProgramGraph, Region
from graphstep.stepping._backward import backward_nodes, hidden_positions
from graphstep.stepping._blocks import Block, Blocks, Extent, Iteration, at
from graphstep.stepping._recorded import Recorded
from graphstep.stepping._walk import Walk

Pass = Literal["forward", "seed", "backward"]
FORWARD: Final = "forward"
SEED: Final = "seed"
BACKWARD: Final = "backward"
# Orders visits as the program makes them: compare two as tuples.
Key = tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One visit of one node.

    Attributes:
        index: Position in the timeline, from 0.
        pass_: `forward`, `seed` or `backward`.
        node: Id of the node that is visited; empty for the seed.
        iteration: One index per enclosing loop, outermost first, in order of
            execution. A `shard_map` counts as a loop over devices and is walked once,
            so its entry is 0.
    """

    index: int
    pass_: Pass
    node: str
    iteration: Iteration


class Timeline:
    """The steps of one run: each is a look-up, none is stored.

    Forward, every node is visited in program order: inputs and constants, then
    equations, going down into each region turn by turn, its own node last. Branches
    that were not taken have no steps. Each turn of a `while` begins with its binders
    and its condition; after the last turn these are visited once more, for the test
    that ends it. Then comes the seed, then the nodes that can have a cotangent, in the
    opposite order. The inside of a `while` and of a function with a custom rule have no
    backward steps.

    Going from a step to its index and back takes a few operations per enclosing loop,
    and one look-up per branch or inner loop beside it that differs per iteration.

    Args:
        graph: The program.
        trips: Turns of each scan and while, by region id: an int, or an array with an
            axis per loop around it.
        branches: The branch taken by each cond, likewise.
        has_backward: Whether there is a backward pass.

    Attributes:
        graph: The program.
        blocks: Turns of loops and taken branches.
        length: Number of steps; `len` fails where deep loops make it greater than
            what Python's `len` can return.
        memo: What breakpoints mean here, kept from one search to the next.
    """

    def __init__(
        self,
        graph: ProgramGraph,
        trips: Mapping[str, Extent],
        branches: Mapping[str, Extent],
        *,
        has_backward: bool = True,
    ) -> None:
        self.graph = graph
        self.blocks = Blocks(graph, trips, branches)
        self.memo: dict[Any, Any] = {}
        self._hidden = hidden_positions(graph)
        everything = np.ones(len(graph), bool)
        self._walks: dict[str, Walk] = {FORWARD: Walk(self.blocks, everything)}
        if has_backward:
            wanted = backward_nodes(graph, self._hidden)
            self._walks[BACKWARD] = Walk(self.blocks, wanted)
        self.length: int = sum(w.length for w in self._walks.values()) + has_backward

    def __len__(self) -> int:
        return self.length

    def __repr__(self) -> str:
        parts = f"{self.forward_length} forward, {self.backward_length} backward"
        return f"<Timeline {self.graph.trace.fn_name}: {parts}>"

    @property
    def has_backward(self) -> bool:
        """Whether the walk has a seed and a backward pass."""
        return BACKWARD in self._walks

    @property
    def forward_length(self) -> int:
        """Number of forward steps."""
        return self._walks[FORWARD].length

    @property
    def backward_length(self) -> int:
        """Number of backward steps."""
        return self._walks[BACKWARD].length if self.has_backward else 0

    @property
    def seed_index(self) -> int | None:
        """Index of the seed, which stands between the passes, if there is one."""
        return self.forward_length if self.has_backward else None

    def pass_at(self, index: int) -> Pass:
        """Return the pass that an index is in."""
        if index < self.forward_length:
            return FORWARD
        return SEED if index == self.forward_length else BACKWARD

    def step(self, index: int) -> Step:
        """Return the step at `index`.

        Raises:
            SteppingError: If there is none.
        """
        if not 0 <= index < self.length:
            msg = (
                f"There is no step {index}: this walk has {self.length} steps, "
                "numbered from 0."
            )
            raise SteppingError(msg)
        pass_ = self.pass_at(index)
        if pass_ == SEED:
            return Step(index, SEED, "", ())
        position, iteration = self._walks[pass_].step(self.flip(pass_, index))
        return Step(index, pass_, self.graph.order[position], iteration)

    def index(self, pass_: str, node: str = "", iteration: Iteration = ()) -> int:
        """Return the index of the step that visits `node` in an iteration.

        Args:
            pass_: `forward`, `seed` or `backward`.
            node: Node id; not used for the seed.
            iteration: One index per loop around the node.

        Raises:
            SteppingError: If the walk does not come there.
            NodeNotFoundError: If there is no such node.
        """
        if pass_ == SEED and self.has_backward:
            return self.forward_length
        walk = self.walk(pass_)
        position = self.graph.position(node)
        self._check_iteration(node, iteration)
        if not walk.wanted[position]:
            msg = (
                f"Node `{node}` has no step in the backward pass: no cotangent arrives "
                "there. It has one in the forward pass."
            )
            raise SteppingError(msg)
        block = self.blocks.missing(
            self.blocks.innermost[position], position, iteration
        )
        if block is not None:
            raise SteppingError(_missing_message(node, iteration, block))
        return self.flip(pass_, walk.rank(position, iteration))

    def is_step(self, pass_: str, node: str, iteration: Iteration = ()) -> bool:
        """Return whether the walk visits a node in the given pass and iteration."""
        if not self.has_steps(pass_, node):
            return False
        self._check_iteration(node, iteration)
        position = self.graph.position(node)
        inside = self.blocks.innermost[position]
        return self.blocks.missing(inside, position, iteration) is None

    def has_steps(self, pass_: str, node: str) -> bool:
        """Return whether a pass goes over a node whenever the run comes to it."""
        position = self.graph.position(node)
        return pass_ in self._walks and bool(self._walks[pass_].wanted[position])

    def steps_in(
        self, region: str, iteration: Iteration = (), pass_: str = FORWARD
    ) -> range:
        """Return the indices of all steps inside a region, its own node included.

        Args:
            region: Region id.
            iteration: One index per loop around the region, itself left out.
            pass_: `forward` or `backward`.

        Raises:
            SteppingError: If there is no such pass, or not that many loops.
            RegionNotFoundError: If there is no such region.
        """
        walk = self.walk(pass_)
        found = self.graph.regions[region]
        n_outer = n_outer_loops(found)
        if len(iteration) != n_outer:
            raise SteppingError(
                _count_message(f"Region `{region}`", n_outer, iteration)
            )
        block = self.blocks.around(found)
        if self.blocks.missing(block, found.start, iteration) is not None:
            return range(0)
        first = walk.rank_in(block, found.start, iteration)
        last = walk.rank_in(block, found.stop, iteration)
        if pass_ == FORWARD:
            return range(first, last)
        return range(self.length - last, self.length - first)

    def key(self, node: str, iteration: Iteration) -> Key:
        """Return where a visit stands in program order, to be compared with others.

        Visits that the run did not make have a place in that order too.
        """
        regions = self.graph.regions
        key: list[int] = []
        for loop, turn in zip(self.graph.loops(node), iteration, strict=True):
            key += (regions[loop].start, turn)
        return (*key, self.graph.position(node))

    def hidden_by(self, node: str) -> str | None:
        """Return the node at which the backward pass goes around this one.

        Inside a `while` or a custom rule's body there are no backward steps; what is
        sent from there arrives when the backward pass comes to the region's own node.
        """
        position = int(self._hidden[self.graph.position(node)])
        return None if position < 0 else self.graph.order[position]

    def nearest(self, pass_: str, positions: np.ndarray, index: int) -> int | None:
        """Return the first step there at or after `index`, else the last before it.

        Args:
            pass_: `forward` or `backward`.
            positions: Per node position, whether its steps are looked for.
            index: Where to look from.
        """
        main = self.walk(pass_)
        walk = Walk(self.blocks, positions & main.wanted)
        if not walk.length:
            return None
        number = walk.length - 1
        if self.pass_at(index) == pass_:
            place = main.step(self.flip(pass_, index))
            number = walk.rank(*place)
            if pass_ == BACKWARD and not walk.wanted[place[0]]:
                number -= 1
        number = min(max(number, 0), walk.length - 1)
        return self.flip(pass_, main.rank(*walk.step(number)))

    def visits(self, pass_: str, nodes: Iterable[str], limit: int) -> tuple[int, ...]:
        """Return the indices of the steps at any of some nodes, in order.

        Args:
            pass_: `forward` or `backward`.
            nodes: Node ids.
            limit: If there are more steps than that, so many are chosen, evenly.
        """
        main = self.walk(pass_)
        positions = np.zeros(len(self.graph), bool)
        positions[[self.graph.position(node) for node in nodes]] = True
        walk = Walk(self.blocks, positions & main.wanted)
        n_chosen = min(walk.length, limit)
        numbers = [i * walk.length // n_chosen for i in range(n_chosen)]
        found = (self.flip(pass_, main.rank(*walk.step(number))) for number in numbers)
        return tuple(sorted(found))

    def n_turns(self, loop: str, outer: Iteration = ()) -> int:
        """Return how many turns a loop takes in one iteration of those around it.

        The walk goes through a `shard_map` once. Where it is not known, it is 0.
        """
        index = self.blocks.of_loop.get(loop)
        if index is None:
            return 1
        block = self.blocks.items[index]
        if self.blocks.missing(block.parent, block.start, outer) is not None:
            return 0
        return max(0, at(block.repeats, block.outer_axes, outer))

    def turns_walked(self, node: str, outer: Iteration = ()) -> np.ndarray | None:
        """Return in which turns of the innermost loop around a node it is visited.

        Args:
            node: A node inside a scan or a while.
            outer: Iteration of the loops around that loop.

        Returns:
            A flag per turn, possibly for more turns than were taken; `None` for in all.
        """
        position = self.graph.position(node)
        around = self.graph.loops(node)
        axes = [i for i, loop in enumerate(around) if loop in self.blocks.of_loop]
        shape = self.blocks.shape(self.blocks.innermost[position])
        mask = self.blocks.walked(position, shape)
        return None if mask is None else mask[tuple([outer[i] for i in axes[:-1]])]

    def walk(self, pass_: str) -> Walk:
        """Return the steps of the forward or the backward pass in program order.

        Raises:
            SteppingError: If there is no such pass.
        """
        if pass_ in self._walks:
            return self._walks[pass_]
        if pass_ in (SEED, BACKWARD) and not self.has_backward:
            msg = "This walk is forward only: no cotangents were recorded."
        else:
            msg = f"`{pass_}` is not a pass over nodes. Expected forward or backward."
        raise SteppingError(msg)

    def flip(self, pass_: str, number: int) -> int:
        """Map an index to a number in program order, or such a number to an index."""
        return number if pass_ == FORWARD else self.length - 1 - number

    def _check_iteration(self, node: str, iteration: Iteration) -> None:
        loops = self.graph.loops(node)
        if len(iteration) != len(loops):
            raise SteppingError(_count_message(f"Node `{node}`", len(loops), iteration))
        for loop, turn in zip(loops, iteration, strict=True):
            if turn and self.graph.regions[loop].kind == "shard_map":
                msg = (
                    f"Node `{node}` has no step on device {turn}: the walk goes through "
                    f"shard_map `{loop}` once, as device 0."
                )
                raise SteppingError(msg)


def n_outer_loops(region: Region) -> int:
    """Return the number of loops around a region, itself left out."""
    return len(region.loops) - region.is_loop


def _count_message(what: str, n_loops: int, iteration: Iteration) -> str:
    inside = f"inside {n_loops} loops" if n_loops else "not inside a loop"
    return (
        f"{what} is {inside}, but {len(iteration)} iteration indices were given. "
        "Give one per loop, outermost first."
    )


def _missing_message(node: str, iteration: Iteration, block: Block) -> str:
    start = f"Node `{node}` has no step in iteration {iteration}: "
    if not block.is_loop:
        return f"{start}branch `{block.region}` was not taken."
    repeats = at(block.repeats, block.outer_axes, iteration)
    return (
        f"{start}loop `{block.region}` took {max(repeats, 0)} turns, numbered from 0."
    )


def timeline(recording: Recorded) -> Timeline:
    """Return the steps of a recording."""
    graph = recording.graph
    trips: dict[str, Extent] = {}
    branches: dict[str, Extent] = {}
    for region in graph.regions.values():
        if region.kind in ("scan", "while"):
            trips[region.id] = _captured(recording.trips_array, region.id)
        elif region.kind == "cond":
            branches[region.id] = _captured(recording.branch_array, region.id)
    return Timeline(graph, trips, branches, has_backward=recording.has_cotangents)


def _captured(read: Callable[[str], Extent], region: str) -> Extent:
    # The body of a custom rule with effects is not run again to be recorded, so
    # nothing is known of the loops and branches in it; they get no steps.
    try:
        return read(region)
    except (LookupError, NotCapturedError):
        return -1
