"""Obtain any cotangent or contribution, too, from what a program returned."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import JaxprEqn, Literal, bind
from graphstep.graph._columns import Source
from graphstep.recording._forward_values import (
    ALL,
    ForwardValues,
    Missing,
    Selection,
    concatenate,
    expand,
    n_slices,
)
from graphstep.recording._keys import Key, use_key
from graphstep.recording._views import undo_view


class Values(ForwardValues):
    """Every number of one run, derived from the arrays that the program returned."""

    def cotangent(self, source: Source, selection: Selection) -> Any:
        """Return the cotangent of a value that has one."""
        undone: list[JaxprEqn] = []
        value: Any = None
        while value is None:
            position, out = source
            origin = self.origins.cotangent(position, out)
            if origin.kind != "edge":
                value = self._base_cotangent(source, selection)
                break
            assert isinstance(origin.source, tuple)
            target, key = origin.source
            if target == position:
                value = self._binder_cotangent(position, key, selection)
                break
            step = self.origins.contribution(target, key)
            if step.kind == "unview":
                eqn = self.columns.eqns[target]
                assert eqn is not None
                undone.append(eqn)
            elif step.kind != "passed":
                value = self.contribution(target, key, selection)
                break
            assert isinstance(step.source, tuple)
            source = step.source
        lead = n_slices(selection)
        for eqn in reversed(undone):
            value = undo_view(eqn, value, lead)
        return value

    def _base_cotangent(self, source: Source, selection: Selection) -> Any:
        position, out = source
        origin = self.origins.cotangent(position, out)
        if origin.kind == "gradient":
            if origin.flag not in self.run.in_cotangents:
                raise Missing(source)
            return np.asarray(self.run.in_cotangents[origin.flag])
        if origin.kind == "seed":
            return np.asarray(self.run.seeds[origin.flag])
        if origin.kind == "sum":
            uses = self.origins.uses[source]
            return sum(self.contribution(*use, selection) for use in uses)
        if origin.kind == "unused":
            aval = self.columns.avals[position][out]
            zeros = np.zeros(aval.shape, aval.dtype)
            return self.repeat(zeros, selection, position)
        return self._tapped(source, source, selection)

    def _tapped(self, key: Key, source: Source, selection: Selection) -> Any:
        if self.planner.is_summarised(self.plan, source):
            raise Missing(key)
        return self.select(key, self.run.taps, source[0], selection)

    def _binder_cotangent(self, position: int, key: int, selection: Selection) -> Any:
        """Return the cotangent of a binder from what its edge sends back outside."""
        origin = self.origins.primal(position, 0)
        if origin.kind != "loop_x":
            return self.contribution(position, key, selection)
        outer, last = selection[:-1], selection[-1]
        stacked = self.contribution(position, key, outer)
        axis = n_slices(outer)
        if isinstance(last, slice):
            return np.flip(stacked, axis) if origin.flag else stacked
        index = stacked.shape[axis] - 1 - last if origin.flag else last
        return stacked[(ALL,) * axis + (index,)]

    def contribution(self, position: int, key: int, selection: Selection) -> Any:
        """Return what operand `key` of a node sends back.

        `selection` is over the loops around the value used.
        """
        origin = self.origins.contribution(position, key)
        source = dict(self.columns.operands[position])[key]
        assert isinstance(source, tuple)
        if origin.kind == "tap":
            return self._tapped(use_key(position, key), source, selection)
        if origin.kind == "pull":
            return self._pulled(position, key, selection)
        if origin.kind == "value":
            return self._value_contribution(source, selection)
        if origin.kind == "seed":
            return np.asarray(self.run.seeds[origin.flag])
        assert isinstance(origin.source, tuple)
        if origin.kind == "unview":
            eqn = self.columns.eqns[position]
            assert eqn is not None
            inner = self.cotangent(origin.source, selection)
            return undo_view(eqn, inner, n_slices(selection))
        if origin.kind in ("passed", "binder"):
            return self.cotangent(origin.source, selection)
        if origin.kind == "branch":
            return self._branch_contribution(origin.flag, origin.source, selection)
        if origin.kind == "ys":
            return self._ys_contribution(origin.source, selection, origin.flag)
        assert isinstance(origin.other, tuple)
        return self._carry_contribution(origin.source, origin.other, selection)

    def _pulled(self, position: int, key: int, selection: Selection) -> Any:
        """Apply JAX's VJP of one equation to its recorded operands and cotangents."""
        columns = self.columns
        eqn = columns.eqns[position]
        assert eqn is not None
        sources = dict(columns.operands[position])
        operands = {
            k: self.primal(s, selection)
            for k, s in sources.items()
            if not isinstance(s, Literal)
        }
        outs = [
            out
            for out in range(len(columns.avals[position]))
            if (position, out) in self.origins.live.active
        ]
        cotangents = [self.cotangent((position, out), selection) for out in outs]

        def pull(values: dict[int, Any], cts: list[Any]) -> Any:
            def run(value: Any) -> list[Any]:
                chosen = {**values, key: value}
                given = [
                    s.val if isinstance(s, Literal) else chosen[k]
                    for k, s in sources.items()
                ]
                outputs = bind(eqn, given)
                return [outputs[out] for out in outs]

            return jax.vjp(run, values[key])[1](cts)[0]

        for _ in range(n_slices(selection)):
            pull = jax.vmap(pull)
        with self.graph.trace.x64_context():
            arrays = jax.tree.map(jax.numpy.asarray, (operands, cotangents))
            return np.asarray(pull(*arrays))

    def _value_contribution(self, source: Source, selection: Selection) -> Any:
        origin = self.origins.cotangent(*source)
        if origin.kind == "tap":
            return self._tapped(source, source, selection)
        return self.cotangent(source, selection)

    def _branch_contribution(
        self, branch: int, exit_value: Source, selection: Selection
    ) -> Any:
        region = self.columns.ids[exit_value[0]]
        value = self.cotangent(exit_value, selection)
        taken = np.asarray(self.branch(region, selection) == branch)
        taken = taken.reshape(taken.shape + (1,) * (value.ndim - taken.ndim))
        return np.where(taken, value, np.zeros((), value.dtype))

    def _ys_contribution(
        self, exit_value: Source, selection: Selection, flag: int
    ) -> Any:
        outer, last = selection[:-1], selection[-1]
        stacked = self.cotangent(exit_value, outer)
        axis = n_slices(outer)
        if isinstance(last, slice):
            return np.flip(stacked, axis) if flag else stacked
        index = stacked.shape[axis] - 1 - last if flag else last
        return stacked[(ALL,) * axis + (index,)]

    def _carry_contribution(
        self, carry: Source, exit_value: Source, selection: Selection
    ) -> Any:
        """Return what the next iteration sends back, or after the last one, the exit."""
        outer, last = selection[:-1], selection[-1]
        length = self.graph.regions[self.columns.ids[exit_value[0]]].length or 0
        if not isinstance(last, slice):
            if last < length - 1:
                return self.cotangent(carry, (*outer, last + 1))
            return self.cotangent(exit_value, outer)
        axis = n_slices(outer)
        later = self.cotangent(carry, (*outer, ALL))[(ALL,) * axis + (slice(1, None),)]
        if not length:
            return later
        return concatenate(later, expand(self.cotangent(exit_value, outer), axis), axis)
