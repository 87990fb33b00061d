"""Obtain any primal or tangent from what a program returned."""

from __future__ import annotations

import collections
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import (
    JaxprEqn,
    Literal,
    bind,
    is_key,
    key_impl,
    literal_array,
)
from graphstep.graph._columns import Operand, Source
from graphstep.recording._keys import TRIPS, Key
from graphstep.recording._operations import apply_operation
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._serial_arrays import StoredArray
from graphstep.recording._views import apply_view, is_view

# Values computed again that are kept, and up to how many bytes each: a debugger asks
# three times for what it stands at.
_RECENT, _RECENT_BYTES = 4, 1 << 24
# Per enclosing loop, outermost first: one iteration, or all of them.
Selection = tuple[int | slice, ...]
ALL = slice(None)


class Missing(LookupError):  # noqa: N818
    """The program did not return something that a derivation rests on."""

    def __init__(self, key: Key) -> None:
        self.key = key
        super().__init__(key)


def n_slices(selection: Selection) -> int:
    """Return how many loop axes an array selected so still has."""
    return sum(isinstance(part, slice) for part in selection)


class ForwardValues:
    """Primals and tangents of one run, derived from the arrays it returned."""

    def __init__(self, planner: Planner, plan: Plan, run: RunArrays) -> None:
        self.planner = planner
        self.graph = planner.graph
        self.columns = planner.columns
        self.origins = planner.origins
        self.plan = plan
        self.run = run
        self._constants: MutableMapping[Source, Any] = {}
        self._recent = collections.deque[tuple[object, np.ndarray]](maxlen=_RECENT)

    def trips(self, loop: str, outer: Selection = ()) -> Any:
        """Return how many iterations a loop ran, for the outer iterations selected."""
        region = self.graph.regions[loop]
        if region.kind == "scan":
            return region.length or 0
        if region.kind == "shard_map":
            return self.planner.lead(region.start, {}, 0)[-1]
        position = self.graph.position(loop)
        outer = outer or (ALL,) * len(self.graph.loops(loop))
        return self.select((position, TRIPS), self.run.records, position, outer)

    def branch(self, region_id: str, outer: Selection = ()) -> Any:
        """Return which branch a cond took, for the outer iterations selected."""
        position = self.graph.position(region_id)
        outer = outer or (ALL,) * len(self.graph.loops(region_id))
        return self.select((position, TRIPS), self.run.records, position, outer)

    def select(
        self, key: Key, store: Mapping[Key, Any], position: int, selection: Selection
    ) -> Any:
        """Return a stored array at the iterations selected, in order of execution."""
        if key not in store:
            raise Missing(key)
        loops = self.graph.loops(self.columns.ids[position])
        index: list[int | slice] = []
        for depth, (loop, chosen) in enumerate(zip(loops, selection, strict=True)):
            part = chosen
            region = self.graph.regions[loop]
            if region.kind == "scan" and region.eqn and region.eqn.params["reverse"]:
                length = region.length or 0
                part = ALL_REVERSED if isinstance(part, slice) else length - 1 - part
            elif region.kind == "while" and isinstance(part, slice):
                kept = np.max(self.trips(loop, selection[:depth]), initial=0)
                part = slice(0, int(kept) + self.extra_tests(position, loop))
            index.append(part)
        array = store[key]
        # `rec.outputs` stays on its devices; what is looked at comes to the host. Of
        # what is in a file, only what is asked for is read.
        host = array if isinstance(array, StoredArray) else np.asarray(array)
        # A window of a while's buffers may end before the iteration asked for.
        if any(
            not isinstance(i, slice) and i >= n
            for i, n in zip(index, host.shape, strict=False)
        ):
            raise Missing(key)
        return host[tuple(index)]

    def extra_tests(self, position: int, loop: str) -> int:
        """Return 1 for a node in a while's condition, which is tested once more."""
        condition = self.graph.regions[f"{loop}:cond"]
        return int(condition.start <= position < condition.stop)

    def primal(self, source: Operand, selection: Selection) -> Any:
        """Return a primal; the array keeps one axis per slice in `selection`."""
        return self._forward(source, selection, tangent=False)

    def tangent(self, source: Operand, selection: Selection) -> Any:
        """Return a tangent, laid out like the primal."""
        return self._forward(source, selection, tangent=True)

    def _forward(self, source: Operand, selection: Selection, *, tangent: bool) -> Any:
        views: list[Any] = []
        start = position_of(source)
        while True:
            if type(source) is Literal:
                value = literal_array(source)
                value = np.zeros_like(value) if tangent else value
                break
            position, out = source
            origin = self.origins.primal(position, out)
            if origin.kind == "view" and not self._is_whole(source):
                eqn = self.columns.eqns[position]
                assert eqn is not None
                if tangent and eqn.primitive.name == "stop_gradient":
                    return np.zeros_like(self.primal(source, selection))
                views.append((eqn, out))
            elif origin.kind != "same" and not self._is_returned(source):
                value = self._base(position, out, selection, tangent=tangent)
                break
            assert origin.source is not None
            source = origin.source
        lead = n_slices(selection)
        if isinstance(source, Literal) or self._is_invariant(source):
            value = self.repeat(value, selection, start)
        for eqn, out in reversed(views):
            value = apply_view(eqn, value, lead, out)
        return value

    def _is_whole(self, source: Source) -> bool:
        """Return whether a small part of what was summarised was recorded in full."""
        is_recorded = source in self.plan.records
        return is_recorded and not self.planner.is_summarised(self.plan, source)

    def _is_returned(self, source: Source) -> bool:
        """Return whether a custom rule's body gave what its call returned."""
        is_returned = self.origins.primal(*source).kind == "returned"
        return is_returned and source not in self.plan.records

    def _is_invariant(self, source: Source) -> bool:
        kind = self.origins.primal(*source).kind
        return kind in ("constant", "captured")

    def repeat(self, value: Any, selection: Selection, position: int | None) -> Any:
        """Give a value that no iteration changes the axes that were asked for."""
        lead = n_slices(selection)
        if not lead or position is None:
            return value
        loops = self.graph.loops(self.columns.ids[position])
        lengths: list[int] = []
        for depth, (loop, part) in enumerate(zip(loops, selection, strict=False)):
            if isinstance(part, slice):
                trips = np.max(self.trips(loop, selection[:depth]), initial=0)
                is_while = self.graph.regions[loop].kind == "while"
                lengths.append(
                    int(trips) + (is_while and self.extra_tests(position, loop))
                )
        if isinstance(value, jax.Array):
            return jax.numpy.broadcast_to(value, (*lengths, *value.shape))
        return np.broadcast_to(value, (*lengths, *value.shape))

    def _base(
        self, position: int, out: int, selection: Selection, *, tangent: bool
    ) -> Any:
        run, origin = self.run, self.origins.primal(position, out)
        aval = self.columns.avals[position][out]
        if origin.kind == "recorded" or (position, out) in self.plan.records:
            return self._recorded(position, out, selection, tangent=tangent)
        if origin.kind == "rebuilt":
            return self._rebuilt(position, out, selection, tangent=tangent)
        if origin.kind == "input":
            if not tangent:
                return _host(run.inputs[origin.flag], aval)
            given = run.in_tangents.get(origin.flag)
            return (
                np.zeros(aval.shape, aval.dtype) if given is None else np.asarray(given)
            )
        if origin.kind in ("captured", "constant"):
            if tangent:
                return np.zeros(aval.shape, aval.dtype)
            if origin.kind == "captured":
                return _host(run.consts[position], aval)
            return self.constant((position, out))
        return self._from_loop(position, selection, tangent=tangent, out=out)

    def _rebuilt(
        self, position: int, out: int, selection: Selection, *, tangent: bool
    ) -> Any:
        if tangent:
            raise Missing((position, out))
        asked = position, selection
        for known, array in tuple(self._recent):
            if known == asked:
                return array
        eqn = self.columns.eqns[position]
        assert eqn is not None
        operands = [
            self.primal(source, selection)
            for _, source in self.columns.operands[position]
        ]
        with self.graph.trace.x64_context():
            array = apply_operation(eqn, operands, n_slices(selection))
        if array.nbytes <= _RECENT_BYTES:
            if array.flags.writeable:
                # As what the program returned, it can be read by many.
                array.flags.writeable = False
            self._recent.append((asked, array))
        return array

    def _recorded(
        self, position: int, out: int, selection: Selection, *, tangent: bool
    ) -> Any:
        key = (position, out)
        aval = self.columns.avals[position][out]
        if self.planner.is_summarised(self.plan, key):
            raise Missing(key)
        last = self._last_carry(position, selection)
        if last is not None:
            return self._recorded(*last, selection[:-1], tangent=tangent)
        if tangent:
            if key not in self.run.tangents and key in self.run.records:
                return np.zeros_like(
                    self._recorded(position, out, selection, tangent=False)
                )
            return self.select(key, self.run.tangents, position, selection)
        value = self.select(key, self.run.records, position, selection)
        if is_key(aval):
            return jax.random.wrap_key_data(value, impl=key_impl(aval))
        return value

    def _last_carry(self, position: int, selection: Selection) -> Source | None:
        """Return the result that a while's carry is when its last test fails."""
        if self.columns.roles[position] != "binder" or not selection:
            return None
        region = self.graph.regions[self.columns.regions[position]]
        last = selection[-1]
        if region.kind != "while" or isinstance(last, slice):
            return None
        if last < np.max(self.trips(region.id, selection[:-1]), initial=0):
            return None
        number = self.columns.ids[position].rpartition("carry")[2]
        return self.graph.position(region.id), int(number)

    def _from_loop(
        self, position: int, selection: Selection, *, tangent: bool, out: int
    ) -> Any:
        origin = self.origins.primal(position, out)
        outer, last = selection[:-1], selection[-1] if selection else None
        source, other = origin.source, origin.other
        assert source is not None

        def read(operand: Operand, where: Selection) -> Any:
            value = self._forward(operand, where, tangent=tangent)
            if isinstance(operand, Literal):
                return self.repeat(value, where, position)
            return value

        if origin.kind == "carry_out":
            assert other is not None
            length = self.graph.regions[self.columns.ids[position]].length or 0
            return (
                read(other, (*selection, length - 1))
                if length
                else read(source, selection)
            )
        if origin.kind == "ys":
            stacked = read(source, (*selection, ALL))
            return np.flip(stacked, n_slices(selection)) if origin.flag else stacked
        axis = n_slices(outer)
        loop = self.graph.loops(self.columns.ids[position])[-1]
        if origin.kind == "loop_const":
            value = read(source, outer)
            if not isinstance(last, slice):
                return value
            trips = int(np.max(self.trips(loop, outer), initial=0))
            # Over a while's buffers there may be fewer iterations in some lanes.
            return _broadcast_axis(value, axis, trips)
        if origin.kind == "loop_x":
            value = read(source, outer)
            if isinstance(last, slice):
                return np.flip(value, axis) if origin.flag else value
            index = value.shape[axis] - 1 - last if origin.flag else last
            return value[(ALL,) * axis + (index,)]
        assert other is not None
        if isinstance(last, slice):
            first = expand(read(source, outer), axis)
            later = read(other, (*outer, ALL))
            both = concatenate(first, later, axis)
            trips = int(np.max(self.trips(loop, outer), initial=0))
            return both[(ALL,) * axis + (slice(0, trips),)]
        return read(other, (*outer, last - 1)) if last else read(source, outer)

    def constant(self, source: Source) -> Any:
        """Compute a constant again, and all constants that it is made from."""
        pending = [source]
        needed: set[int] = set()
        while pending:
            position, _ = pending.pop()
            if position in needed or (position, 0) in self._constants:
                continue
            needed.add(position)
            pending += [
                s for _, s in self.columns.operands[position] if type(s) is not Literal
            ]
        with self.graph.trace.x64_context():
            for position in sorted(needed):
                eqn = self.columns.eqns[position]
                assert eqn is not None
                operands = [
                    s.val if isinstance(s, Literal) else self._constants[s]
                    for _, s in self.columns.operands[position]
                ]
                for out, value in enumerate(_evaluated(eqn, operands)):
                    self._constants[position, out] = value
        aval = self.columns.avals[source[0]][source[1]]
        return _host(self._constants[source], aval)


ALL_REVERSED = slice(None, None, -1)


def position_of(source: Operand) -> int | None:
    """Return the position of a value's node; a literal has none."""
    return None if isinstance(source, Literal) else source[0]


def _host(value: Any, aval: Any) -> Any:
    return value if is_key(aval) else np.asarray(value, aval.dtype)


def _evaluated(eqn: JaxprEqn, operands: Sequence[Any]) -> Sequence[Any]:
    """Return the outputs of an equation; views need no JAX, nor a mesh of devices."""
    aval: Any = eqn.invars[0].aval if eqn.invars else None
    if is_view(eqn) and not is_key(aval):
        assert aval is not None
        operand = np.asarray(operands[0], aval.dtype)
        return [apply_view(eqn, operand, 0, out) for out in range(len(eqn.outvars))]
    return bind(eqn, operands)


def expand(value: Any, axis: int) -> Any:
    return (
        jax.numpy.expand_dims(value, axis)
        if isinstance(value, jax.Array)
        else np.expand_dims(value, axis)
    )


def _broadcast_axis(value: Any, axis: int, length: int) -> Any:
    shape = (*value.shape[:axis], length, *value.shape[axis:])
    module = jax.numpy if isinstance(value, jax.Array) else np
    return module.broadcast_to(expand(value, axis), shape)


def concatenate(first: Any, second: Any, axis: int) -> Any:
    module = jax.numpy if isinstance(first, jax.Array) else np
    return module.concatenate([first, second], axis=axis)
