"""What one compiled program records: decided before it runs, from shapes alone."""

from __future__ import annotations

import bisect
import dataclasses
import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import jax
import numpy as np

from graphstep._jaxcompat import has_callback, is_key, shard_count, structure
from graphstep.graph import ProgramGraph
from graphstep.recording._keys import TRIPS, Key, use_key
from graphstep.recording._needs import Needs
from graphstep.recording._origins import Origins
from graphstep.recording._stat_slots import SLOT_SIZE, slot_dtype

Mode = Literal["full", "summary", "count"]
Derivative = Literal["none", "reverse", "tangent"]

# Arrays of up to so many elements are kept whole even when others are summarised:
# that costs no more than their statistics. Inside loops there are many of them.
_SMALL = 1024
_SMALL_IN_LOOP = 64

_WITHOUT_STATISTICS = frozenset({"ref", "constant", "loop_x", "loop_const"})


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the compiled program returns beside the function's own outputs.

    Attributes:
        mode: Whole arrays, statistics, or nothing but trip counts.
        derivative: Which derivatives flow.
        records: Values whose primals (and tangents) are returned.
        taps: Values and uses whose cotangents are returned.
        blocked: Positions through which no cotangent flows back.
        capacities: Per while exit, how many iterations are kept.
    """

    mode: Mode
    derivative: Derivative
    records: frozenset[Key]
    taps: frozenset[Key]
    blocked: frozenset[int]
    capacities: Mapping[int, int]

    @functools.cached_property
    def cache_key(self) -> tuple[Any, ...]:
        """Equal for plans that compile to the same program."""
        return (
            self.mode,
            self.derivative,
            self.records,
            self.taps,
            self.blocked,
            tuple(sorted(self.capacities.items())),
        )

    @functools.cached_property
    def _sorted_taps(self) -> list[Key]:
        return sorted(self.taps)

    @functools.cached_property
    def _sorted_records(self) -> list[Key]:
        return sorted(self.records)

    def taps_in(self, start: int, stop: int) -> list[Key]:
        """Return the taps on nodes from position `start` up to `stop`."""
        return _within(self._sorted_taps, start, stop)

    def records_in(self, start: int, stop: int) -> list[Key]:
        """Return the recorded values of nodes from position `start` up to `stop`."""
        return _within(self._sorted_records, start, stop)


def _within(keys: list[Key], start: int, stop: int) -> list[Key]:
    low = bisect.bisect_left(keys, (start, -math.inf))
    return keys[low : bisect.bisect_left(keys, (stop, -math.inf))]


class Planner:
    """Makes plans for one graph and knows the shape of all that they return."""

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.columns = graph.columns
        self.origins = Origins(graph)
        self.whiles = tuple(
            graph.position(region.id)
            for region in graph.regions.values()
            if region.kind == "while"
        )

    @functools.cached_property
    def counted(self) -> tuple[int, ...]:
        """Positions whose trip counts or branches are always returned."""
        return tuple(
            self.graph.position(region.id)
            for region in self.graph.regions.values()
            if region.kind in ("while", "cond")
        )

    @functools.cached_property
    def recorded(self) -> frozenset[Key]:
        """Every value that cannot be derived from another."""
        return frozenset(
            (position, out)
            for position, avals in enumerate(self.columns.avals)
            for out in range(len(avals))
            if self.origins.primal(position, out).kind == "recorded"
        )

    @functools.cached_property
    def returned(self) -> frozenset[Key]:
        """Every result of a custom rule's call, which may be that of its body."""
        return frozenset(
            (position, out)
            for position, avals in enumerate(self.columns.avals)
            for out in range(len(avals))
            if self.origins.primal(position, out).kind == "returned"
        )

    @functools.cached_property
    def _kept(self) -> frozenset[Key]:
        """Every value that a program can record."""
        return self.recorded | self.origins.rebuilt | self.returned

    def _least(self, derivative: Derivative) -> frozenset[Key]:
        """Return the values from which a program's other values follow."""
        # A tangent is not rebuilt, so neither is what it belongs to.
        if derivative == "tangent":
            return self._kept
        by_rule = {
            (position, out)
            for position, out in self.returned
            if derivative == "reverse" and position in self._active_positions
        }
        return self._kept - self.rebuilt - self.returned | by_rule

    @functools.cached_property
    def _active_positions(self) -> frozenset[int]:
        return frozenset(position for position, _ in self.origins.live.active)

    @functools.cached_property
    def rebuilt(self) -> frozenset[Key]:
        """Every value that its operation gives again, bit for bit, on this platform."""
        # Which bits a value has was studied on CPUs alone.
        is_known = jax.default_backend() == "cpu"
        return self.origins.rebuilt if is_known else frozenset()

    @functools.cached_property
    def tapped(self) -> frozenset[Key]:
        """Every value and use whose cotangent cannot be derived from another."""
        return frozenset(self._taps())

    def _taps(self) -> Iterator[Key]:
        active = self.origins.live.active
        for position, out in active:
            is_seen = not self.hidden[position] and not self._is_ref(position, out)
            if is_seen and self.origins.cotangent(position, out).kind == "tap":
                yield position, out
        for position, operands in enumerate(self.columns.operands):
            if self.hidden[position] and not self._is_entry(position):
                continue
            for key, source in operands:
                is_used = isinstance(source, tuple) and source in active
                if is_used and self.origins.contribution(position, key).kind == "tap":
                    yield use_key(position, key)

    @functools.cached_property
    def summarised(self) -> frozenset[Key]:
        """Every value whose statistics are not those of another."""
        return frozenset(
            (position, out)
            for position, role in enumerate(self.columns.roles)
            for out in range(len(self.columns.avals[position]))
            if role in ("eqn", "binder")
            and (self.origins.primal(position, out).kind not in _WITHOUT_STATISTICS)
            and not self._is_literal(position, out)
            and self.origins.summary_source("primal", (position, out)) is None
        )

    def _is_literal(self, position: int, out: int) -> bool:
        """Return whether a value is that of a literal, as a binder's can be."""
        origin = self.origins.primal(position, out)
        return origin.kind == "same" and not isinstance(origin.source, tuple)

    @functools.cached_property
    def summary_taps(self) -> frozenset[Key]:
        """Every value whose cotangent's statistics are not those of another."""
        origins = self.origins
        extra = {
            (position, out)
            for position, out in origins.live.active
            if not self.hidden[position]
            and not self._is_ref(position, out)
            and self.columns.roles[position] == "eqn"
            and origins.cotangent(position, out).kind == "edge"
            and origins.summary_source("cotangent", (position, out)) is None
        }
        return frozenset(key for key in self.tapped if key[1] >= 0) | extra

    def needed(self, node_ids: Iterable[str]) -> tuple[frozenset[Key], frozenset[Key]]:
        """Return the records and taps on which all that is known of nodes rests."""
        search = Needs(self.origins)
        active = self.origins.live.active
        for node_id in node_ids:
            position = self.graph.position(node_id)
            edges = [
                (position, key)
                for key, source in self.columns.operands[position]
                if isinstance(source, tuple) and source in active
            ]
            for out in range(len(self.columns.avals[position])):
                search.primal((position, out))
                if (position, out) in active:
                    search.cotangent((position, out))
                    edges += self.origins.uses.get((position, out), ())
            for edge in edges:
                search.contribution(*edge)
        records, taps = search.run()
        return records & self._kept, taps & self.tapped

    def _is_ref(self, position: int, out: int) -> bool:
        return self.origins.primal(position, out).kind == "ref"

    def _is_entry(self, position: int) -> bool:
        """Return whether a hidden node is a binder fed from a visible region."""
        if self.columns.roles[position] != "binder":
            return False
        region = self.graph.regions[self.columns.regions[position]]
        parent = None if region.parent is None else self.graph.regions[region.parent]
        return region.is_opaque and parent is not None and not self._hides(parent.id)

    @functools.cache  # noqa: B019
    def _hides(self, region_id: str) -> bool:
        return any(
            region.is_opaque or region.kind == "while"
            for region in self.graph.regions.ancestors(region_id)
        )

    @functools.cached_property
    def hidden(self) -> list[bool]:
        """Per node, whether it is inside a while or a custom rule's body."""
        hidden: list[bool] = []
        for node_id, region_id in zip(
            self.columns.ids, self.columns.regions, strict=True
        ):
            region = self.graph.regions[region_id]
            inner = region.parent if region.id == node_id else region_id
            hidden.append(inner is not None and self._hides(inner))
        return hidden

    def plan(
        self,
        mode: Mode,
        derivative: Derivative,
        *,
        blocked: Iterable[int] = (),
        capacities: Mapping[int, int] | None = None,
        only: tuple[frozenset[Key], frozenset[Key]] | None = None,
    ) -> Plan:
        """Return the plan that records everything, or `only` some records and taps."""
        if only is not None:
            records, taps = only
        elif mode == "summary":
            records, taps = self.summarised, self.summary_taps
        else:
            records, taps = self._least(derivative), self.tapped
        if mode == "count":
            records = frozenset[Key]()
        if derivative != "none":
            records = frozenset(key for key in records if not self.silent[key[0]])
        if derivative != "reverse":
            taps = frozenset[Key]()
        return Plan(
            mode, derivative, records, taps, frozenset(blocked), capacities or {}
        )

    def lead(
        self, position: int, capacities: Mapping[int, int], depth: int = 0
    ) -> tuple[int, ...]:
        """Return the lengths of the loop axes of a node, without the first `depth`."""
        graph = self.graph
        node_id = self.columns.ids[position]
        lengths: list[int] = []
        for loop in graph.loops(node_id)[depth:]:
            region = graph.regions[loop]
            if region.kind == "scan":
                lengths.append(region.length or 0)
            elif region.kind == "shard_map":
                lengths.append(shard_count(region.eqn))
            else:
                exit_position = graph.position(loop)
                in_cond = self._is_in_condition(position, loop)
                lengths.append(capacities.get(exit_position, 0) + in_cond)
        return tuple(lengths)

    def _is_in_condition(self, position: int, loop: str) -> bool:
        condition = self.graph.regions[f"{loop}:cond"]
        return condition.start <= position < condition.stop

    def record_type(self, key: Key, plan: Plan, depth: int = 0) -> jax.ShapeDtypeStruct:
        """Return shape and dtype of a record, without the first `depth` loop axes."""
        position, out = key
        lead = self.lead(position, plan.capacities, depth)
        if out == TRIPS:
            return jax.ShapeDtypeStruct(() if plan.mode == "count" else lead, np.int32)
        aval = self.columns.avals[position][out]
        if self.is_summarised(plan, key):
            return jax.ShapeDtypeStruct((*lead, SLOT_SIZE), slot_dtype(aval.dtype))
        if is_key(aval):
            data = jax.eval_shape(jax.random.key_data, aval)
            return jax.ShapeDtypeStruct(lead + data.shape, data.dtype)
        return jax.ShapeDtypeStruct(lead + aval.shape, aval.dtype)

    def tap_type(self, key: Key, plan: Plan) -> tuple[jax.ShapeDtypeStruct, Any]:
        """Return shape and dtype of a tap's slot, and the aval of what it taps."""
        source = self.value_of(key)
        lead = self.lead(source[0], {})
        aval = self.columns.avals[source[0]][source[1]]
        if self.is_summarised(plan, key):
            shape, dtype = (SLOT_SIZE,), slot_dtype(aval.dtype)
        else:
            shape, dtype = aval.shape, aval.dtype
        return jax.ShapeDtypeStruct(lead + shape, dtype), aval

    @functools.cached_property
    def silent(self) -> list[bool]:
        """Per node, whether it is in a differentiated custom rule's body that calls back.

        Such a body cannot run a second time only to be recorded.
        """
        silent = [False] * len(self.graph)
        for region in self.graph.regions.values():
            if region.is_opaque and region.eqn is not None:
                exit_position = region.stop - 1
                body = structure(region.eqn)
                assert body is not None
                if exit_position in self._active_positions and has_callback(
                    body.bodies[0].jaxpr
                ):
                    inside = range(region.start, exit_position)
                    silent[region.start : exit_position] = [True] * len(inside)
        return silent

    def record_keys(self, plan: Plan, start: int, stop: int) -> list[Key]:
        """Return all that is recorded of nodes from position `start` up to `stop`."""
        counted = self.whiles if plan.mode == "count" else self.counted
        return plan.records_in(start, stop) + [
            (position, TRIPS)
            for position in counted
            if start <= position < stop
            and not (plan.derivative != "none" and self.silent[position])
        ]

    def value_of(self, key: Key) -> Key:
        """Return the value that a record or tap is of; a use is of the value used."""
        position, out = key
        if out >= 0:
            return key
        source: Any = dict(self.columns.operands[position])[-1 - out]
        return source

    def is_summarised(self, plan: Plan, key: Key) -> bool:
        """Return whether only statistics of a value are returned."""
        if plan.mode != "summary":
            return False
        position, out = self.value_of(key)
        aval = self.columns.avals[position][out]
        looped = self.graph.regions[self.columns.regions[position]].loops
        return not is_key(aval) and aval.size > (_SMALL_IN_LOOP if looped else _SMALL)

    def nbytes(self, plan: Plan) -> int:
        """Return how many bytes the records and taps of `plan` take."""
        types = [self.record_type(key, plan) for key in plan.records]
        types += [self.tap_type(key, plan)[0] for key in plan.taps]
        return sum(math.prod(t.shape) * t.dtype.itemsize for t in types)
