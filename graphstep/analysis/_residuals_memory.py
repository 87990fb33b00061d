"""How many bytes are alive at each step of the two passes, and at most."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from graphstep._jaxcompat import (
    Jaxpr,
    JaxprEqn,
    Var,
    inner_jaxprs,
    is_inlined,
    is_remat,
    tag_of,
)
from graphstep.analysis._cost_time import nbytes
from graphstep.analysis._residuals import Passes

Direction = Literal["forward", "backward"]


@dataclasses.dataclass(frozen=True, slots=True)
class Alive:
    """What is in memory while one equation of a pass runs.

    Inputs and constants are there anyway and are not counted.

    Attributes:
        direction: `forward` or `backward`.
        node: The node or region that the equation belongs to; `""` if not known.
        primitive: What runs.
        residuals: Bytes of the residuals that are stored by then and still wanted.
        others: Bytes of everything else that is still wanted, its results included.
    """

    direction: Direction
    node: str
    primitive: str
    residuals: int
    others: int

    @property
    def total(self) -> int:
        """All bytes."""
        return self.residuals + self.others


def memory_walk(passes: Passes) -> tuple[Alive, ...]:
    """Return the bytes alive at each equation of both passes, in the order they run.

    Calls are entered; a loop is one step, and what is alive inside one iteration of it
    counts. The arithmetic is that of a program whose every value is stored: XLA fuses
    equations, so that many of them never are.
    """
    forward, backward = passes.forward.jaxpr, passes.backward.jaxpr
    returned = {out for out, _ in passes.kept if isinstance(out, Var)}
    there = {*forward.invars, *forward.constvars}
    argument_residuals = {
        var for out, var in passes.kept if not isinstance(out, Var) or out in there
    }
    n_kept = len(forward.outvars) - passes.n_outputs
    seeds = backward.invars[n_kept:]
    taken = {var for _, var in passes.kept} - argument_residuals
    return (
        *_walk(forward, "forward", returned - there, frozenset()),
        *_walk(backward, "backward", taken, {*taken, *seeds}),
    )


def peak(jaxpr: Jaxpr) -> int:
    """Return how many bytes are alive at most while a program runs, inputs not counted."""
    return max((each.total for each in _walk(jaxpr, "forward", (), ())), default=0)


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    eqn: JaxprEqn
    ins: tuple[int, ...]
    outs: tuple[int, ...]


class _Flat:
    """A program with its calls entered, and a number for each value."""

    def __init__(self, jaxpr: Jaxpr) -> None:
        self._numbers = itertools.count()
        self.sizes: dict[int, int] = {}
        self.env = {var: self._number(var) for var in (*jaxpr.invars, *jaxpr.constvars)}
        self.steps = list(self._steps(jaxpr, self.env))
        self.outs = [self.env[out] for out in jaxpr.outvars if isinstance(out, Var)]

    def _number(self, var: Any) -> int:
        number = next(self._numbers)
        self.sizes[number] = nbytes(var.aval)
        return number

    def _steps(self, jaxpr: Jaxpr, env: dict[Var, int]) -> Iterator[_Step]:
        for eqn in jaxpr.eqns:
            bodies = inner_jaxprs(eqn)
            if is_inlined(eqn) and not is_remat(eqn) and len(bodies) == 1:
                yield from self._call(eqn, bodies[0], env)
                continue
            for out in eqn.outvars:
                env[out] = self._number(out)
            ins = [env[atom] for atom in eqn.invars if isinstance(atom, Var)]
            yield _Step(eqn, tuple(ins), tuple(env[out] for out in eqn.outvars))

    def _call(self, eqn: JaxprEqn, body: Jaxpr, env: dict[Var, int]) -> Iterator[_Step]:
        inner: dict[Var, int] = {}
        for var, atom in zip(body.invars, eqn.invars, strict=True):
            inner[var] = env[atom] if isinstance(atom, Var) else self._number(var)
        for var in body.constvars:
            inner[var] = self._number(var)
        yield from self._steps(body, inner)
        for var, atom in zip(eqn.outvars, body.outvars, strict=True):
            env[var] = inner[atom] if isinstance(atom, Var) else self._number(var)


def _walk(
    jaxpr: Jaxpr,
    direction: Direction,
    residuals: Collection[Var],
    inputs: Collection[Var],
) -> Iterator[Alive]:
    """Yield what is alive step by step; of the inputs only `inputs` are counted."""
    flat = _Flat(jaxpr)
    kept = {flat.env[var] for var in residuals if var in flat.env}
    counted = {flat.env[var] for var in inputs}
    counted |= {number for step in flat.steps for number in step.outs}
    last = _last_uses(flat)
    ends: dict[int, list[int]] = {}
    for number, step in last.items():
        ends.setdefault(step, []).append(number)
    alive = {flat.env[var] for var in inputs if flat.env[var] in last}
    held = sum(flat.sizes[number] for number in alive & kept)
    total = sum(flat.sizes[number] for number in alive)
    for at, step in enumerate(flat.steps):
        for number in step.outs:
            if number not in alive:
                alive.add(number)
                total += flat.sizes[number]
                held += flat.sizes[number] if number in kept else 0
        inside = max(0, _inside(step.eqn))
        yield Alive(
            direction,
            tag_of(step.eqn) or "",
            step.eqn.primitive.name,
            held,
            total - held + inside,
        )
        for number in (*ends.get(at, ()), *(n for n in step.outs if n not in last)):
            if number in alive and number in counted:
                alive.remove(number)
                total -= flat.sizes[number]
                held -= flat.sizes[number] if number in kept else 0


def _last_uses(flat: _Flat) -> Mapping[int, int]:
    """Return the step that uses each value last; results are used after the end."""
    last = {number: at for at, step in enumerate(flat.steps) for number in step.ins}
    return last | dict.fromkeys(flat.outs, len(flat.steps))


def _inside(eqn: JaxprEqn) -> int:
    """Return what is alive at most inside a loop, a branch or a checkpoint.

    Its results are counted already, and are those of its body but for a scan, which
    stacks them.
    """
    results = 0 if eqn.primitive.name == "scan" else _bytes_of(eqn.outvars)
    return max((peak(body) - results for body in inner_jaxprs(eqn)), default=0)


def _bytes_of(variables: Sequence[Any]) -> int:
    return sum(nbytes(var.aval) for var in variables)
