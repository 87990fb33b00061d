"""Name an equation's outputs after the variables that the user assigned them to."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from graphstep._jaxcompat import Jaxpr, JaxprEqn, Literal, scope_names
from graphstep.tracing._claims import Claim, ClaimReader, Reading
from graphstep.tracing._ownership import UserCode
from graphstep.tracing._targets import Path, Target, elementwise, output_names

_TRANSPOSED, _DIFFERENTIATED = "transpose(", "jvp("
_MARKS = {
    mark: re.compile(rf"(?<!\w){re.escape(mark)}")
    for mark in (_TRANSPOSED, _DIFFERENTIATED)
}
# What `lax.fori_loop` puts before the user's own carry: its counter and, when the
# trip count is not static, the bound.
_FORI_COUNTERS = {"scan": 1, "while": 2}
# How far back to look whether one value was made from another.
_LONGEST_SEARCH = 1000

Names = tuple[str | None, ...]


def assigned_names(
    jaxpr: Jaxpr, *, name_stack: str = "", user: UserCode | None = None
) -> list[Names]:
    """Return, per equation of `jaxpr`, the user's variable for each of its outputs.

    The source line `h = jnp.tanh(x @ w)` names the `tanh` equation `h`, and the
    `dot_general` before it nothing. When one expression makes several equations, the
    name belongs to the one whose output is the expression's value. A helper's own
    names come before those of its caller, so that `return jnp.tanh(z)` is named by
    what the caller assigns the result to.

    A derivative's equations carry the positions of the forward ones; they get no name.
    Where it cannot be told which equation made the value that a variable holds, as for
    the leaves of `params = jax.tree.map(update, params, grads)`, none is named.

    Args:
        jaxpr: One level of a program; the jaxprs inside its equations are not visited.
        name_stack: The name stack around the whole `jaxpr`: that of the equation that
            it is a parameter of, and of those around it. It tells derivatives apart.
        user: Which files are the user's; by default all that are not installed.
    """
    return names_from_claims(jaxpr, name_stack, ClaimReader(user or UserCode()))


def names_from_claims(
    jaxpr: Jaxpr, name_stack: str, reader: ClaimReader
) -> list[Names]:
    """Do what `assigned_names` does with a reader that other jaxprs share."""
    return _Namer(jaxpr, name_stack, reader).names()


def transforms(name_stack: str, eqn: JaxprEqn) -> str:
    """Return what of the name stack around the jaxprs in `eqn` matters for names."""
    return _marks((name_stack, *scope_names(eqn)))


# Thousands of equations share a few name stacks.
@functools.lru_cache(maxsize=4096)
def _marks(names: tuple[str, ...]) -> str:
    return "".join(
        mark for mark, pattern in _MARKS.items() if any(map(pattern.search, names))
    )


@dataclasses.dataclass(slots=True, eq=False)
class _Run:
    """The equations that one evaluation of an assigned expression made."""

    claim: Claim
    first: int
    members: list[int]


class _Namer:
    """Assign names to the equations of one jaxpr."""

    def __init__(self, jaxpr: Jaxpr, name_stack: str, reader: ClaimReader) -> None:
        self._eqns: Sequence[JaxprEqn] = jaxpr.eqns
        self._name_stack = name_stack
        self._readings: list[Reading | None] = [
            None if self._is_part_of(_TRANSPOSED, eqn) else reader.read(eqn.source_info)
            for eqn in self._eqns
        ]
        self._results = frozenset(_variables(jaxpr.outvars))

    # Most expressions make one equation with one output, which is then their value,
    # whatever uses it.
    @functools.cached_property
    def _producers(self) -> dict[Any, int]:
        return {var: i for i, eqn in enumerate(self._eqns) for var in eqn.outvars}

    @functools.cached_property
    def _consumers(self) -> dict[Any, list[int]]:
        consumers: dict[Any, list[int]] = {}
        for i, eqn in enumerate(self._eqns):
            for var in _variables(eqn.invars):
                consumers.setdefault(var, []).append(i)
        return consumers

    def names(self) -> list[Names]:
        """Return the names of all outputs of all equations."""
        names: list[Names] = [(None,) * len(eqn.outvars) for eqn in self._eqns]
        for run in self._runs():
            if run.claim.is_unpacking:
                named = self._unpacked(run)
            else:
                named = self._named_result(run)
            for i, by_output in named.items():
                n_outputs = len(self._eqns[i].outvars)
                names[i] = tuple(by_output.get(k) for k in range(n_outputs))
        return names

    def _is_part_of(self, mark: str, eqn: JaxprEqn) -> bool:
        return mark in transforms(self._name_stack, eqn)

    def _runs(self) -> list[_Run]:
        """Return the evaluations of assigned expressions, in program order."""
        runs: list[_Run] = []
        latest: dict[tuple[int, Path], _Run] = {}
        # Per call, when it was last on the stack, and since when without a break.
        spells: dict[int, tuple[int, int]] = {}
        for i, reading in enumerate(self._readings):
            if reading is None:
                continue
            for call in reading.calls:
                last, since = spells.get(call, (i, i))
                spells[call] = (i, since if last >= i - 1 else i)
            claim = reading.claim
            if claim is None:
                continue
            key = (claim.anchor, claim.path)
            run = latest.get(key)
            if run is None or self._is_repetition(run, i, spells[claim.anchor][1]):
                run = latest[key] = _Run(claim, i, [])
                runs.append(run)
            run.members.append(i)
        return runs

    def _is_repetition(self, run: _Run, i: int, since: int) -> bool:
        """Return whether equation `i` is from a later evaluation than that of `run`."""
        if not run.claim.may_repeat:
            return False
        if since > run.members[-1]:
            return True
        eqn, first = self._eqns[i], self._eqns[run.first]
        if not (
            run.claim.may_split
            and eqn.primitive is first.primitive
            and eqn.source_info.traceback == first.source_info.traceback
        ):
            return False
        # The tangent of a product is a product too, at the same place, but it is not
        # made from the primal; the next evaluation mostly is.
        return not self._is_part_of(_DIFFERENTIATED, eqn) or any(
            self._producers.get(var) in run.members for var in _variables(eqn.invars)
        )

    def _unpacked(self, run: _Run) -> dict[int, dict[int, str | None]]:
        """Return the names of the elements of an array that is taken apart."""
        members = set(run.members)
        ends = [i for i in run.members if not self._is_input_of(i, members)]
        names = elementwise(run.claim.target, len(ends))
        if names is None and self._is_part_of(_DIFFERENTIATED, self._eqns[ends[-1]]):
            # Each element is followed by its tangent.
            ends = ends[::2]
            names = elementwise(run.claim.target, len(ends))
        return {i: {0: name} for i, name in zip(ends, names or [], strict=False)}

    def _named_result(self, run: _Run) -> dict[int, dict[int, str | None]]:
        """Return the names of the outputs that are an assigned expression's value."""
        i = self._value_of(run)
        if i is None:
            return {}
        eqn, target, is_fori = self._eqns[i], run.claim.target, run.claim.is_fori
        if isinstance(target, str) and len(eqn.outvars) == 1 and not is_fori:
            return {i: {0: target}}
        live = [
            k
            for k, var in enumerate(eqn.outvars)
            if var in self._results or self._is_used(var, run)
        ]
        skipped = _FORI_COUNTERS.get(eqn.primitive.name, 0) if is_fori else 0
        outputs = range(skipped, len(eqn.outvars))
        is_jvp = self._is_part_of(_DIFFERENTIATED, eqn)
        named: dict[int, str | None] = {}
        for part, positions in _scan_parts(eqn, target, outputs, is_fori=is_fori):
            named |= output_names(part, positions, live, is_jvp=is_jvp)
        return {i: named}

    def _value_of(self, run: _Run) -> int | None:
        """Return which of the equations of one expression makes its value."""
        members = run.members
        if len(members) == 1:
            return members[0]
        is_jvp = self._is_part_of(_DIFFERENTIATED, self._eqns[members[-1]])
        candidates = [
            i
            for i in members
            if any(self._is_used(var, run) for var in self._eqns[i].outvars)
        ]
        if not candidates:
            candidates = [i for i in members if self._is_result(i)]
        if not candidates:
            # Nothing uses the value. What only a backward pass uses is a residual.
            ends = [i for i in members if not self._is_input_of(i)] or members
            candidates = ends if is_jvp or run.claim.maps_trees else ends[-1:]
        if is_jvp and not run.claim.maps_trees:
            candidates = list(self._primals(members, set(candidates)))
        *others, last = candidates
        return last if self._is_made_from(last, others) else None

    def _primals(self, members: Sequence[int], candidates: set[int]) -> Iterator[int]:
        """Yield the first candidate of each use of a primitive.

        JAX's rule for a primitive makes the primal first, then tangents and residuals.
        """
        previous: tuple[int, int] | None = None
        found = False
        for i in members:
            reading = self._readings[i]
            bind = reading.bind if reading else -1
            if previous is None or previous != (i - 1, bind):
                found = False
            previous = (i, bind)
            if i in candidates and not found:
                found = True
                yield i

    def _is_made_from(self, i: int, others: Collection[int]) -> bool:
        """Return whether equation `i` depends on all of the earlier `others`."""
        if not others:
            return True
        missing, pending, seen = set(others), [i], {i}
        while pending and missing and len(seen) < _LONGEST_SEARCH:
            for var in _variables(self._eqns[pending.pop()].invars):
                producer = self._producers.get(var)
                if producer is not None and producer not in seen:
                    seen.add(producer)
                    missing.discard(producer)
                    pending.append(producer)
        return not missing

    def _is_used(self, var: Any, run: _Run) -> bool:
        """Return whether forward equations that `run` is not made of use `var`."""
        for consumer in self._consumers.get(var, ()):
            reading = self._readings[consumer]
            if reading is None:
                continue
            # What a library hands to a function of the user, it still works on.
            is_inside = run.claim.anchor in reading.calls
            if not is_inside or consumer > run.members[-1]:
                return True
        return False

    def _is_result(self, i: int) -> bool:
        return not self._results.isdisjoint(self._eqns[i].outvars)

    def _is_input_of(self, i: int, members: Collection[int] | None = None) -> bool:
        """Return whether any equation, or one of `members`, uses equation `i`."""
        consumers = (
            c for v in self._eqns[i].outvars for c in self._consumers.get(v, ())
        )
        return any(members is None or c in members for c in consumers)


def _variables(atoms: Sequence[Any]) -> list[Any]:
    return [atom for atom in atoms if not isinstance(atom, Literal)]


def _scan_parts(
    eqn: JaxprEqn, target: Target, outputs: range, *, is_fori: bool
) -> list[tuple[Target, range]]:
    """Split `carry, ys = lax.scan(…)` where the carry ends, however many its leaves."""
    is_scan = eqn.primitive.name == "scan" and not is_fori
    if not is_scan or not isinstance(target, tuple) or len(target) != 2:
        return [(target, outputs)]
    n_carry = eqn.params["num_carry"]
    return [(target[0], outputs[:n_carry]), (target[1], outputs[n_carry:])]
