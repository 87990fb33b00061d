"""Single equations and slots, as the oracle runs and differentiates them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import core as jex  # noqa: TID251

Iteration = tuple[int, ...]
Value = tuple[str, int]
Edge = tuple[str, str, int]

CALLS = {"jit", "remat2", "checkpoint", "closed_call", "core_call"}
CUSTOM = {"custom_jvp_call", "custom_vjp_call"}
# JAX's rule for these is a symbolic zero, so that nothing before them gets a cotangent
# and nothing after them has one to give.
ZERO_DERIVATIVE = {"stop_gradient", "ceil", "floor", "round", "sign", "nextafter"}


@dataclasses.dataclass(slots=True, eq=False)
class Slot:
    """One value at one moment: a value inside a loop has one slot per iteration."""

    value: Any
    node: str = ""
    out: int = 0
    iteration: Iteration = ()
    is_active: bool = False
    cotangent: Any = None
    behind_while: bool = False


@dataclasses.dataclass(slots=True)
class Oracle:
    """What the second algorithm found.

    Attributes:
        slots: Per value, its slot in each iteration that ran.
        contributions: Per use, what it sends back in each iteration of its source.
        outputs: Slots of the results; one without a node is a literal.
        inputs: Slots of the input leaves.
        opaque: Ids of equations whose bodies have no cotangent, or were not entered.
        branches: Per cond, the branch that each iteration took.
        trips: Per loop, how often it ran in each outer iteration.
    """

    slots: dict[Value, dict[Iteration, Slot]] = dataclasses.field(default_factory=dict)
    contributions: dict[Edge, dict[Iteration, Any]] = dataclasses.field(
        default_factory=dict
    )
    outputs: list[Slot] = dataclasses.field(default_factory=list)
    inputs: list[Slot] = dataclasses.field(default_factory=list)
    opaque: set[str] = dataclasses.field(default_factory=set)
    branches: dict[str, dict[Iteration, int]] = dataclasses.field(default_factory=dict)
    trips: dict[str, dict[Iteration, int]] = dataclasses.field(default_factory=dict)


def carries_active(
    body: Any, operands: Sequence[Slot], n_const: int, n_carry: int
) -> list[bool]:
    """Return which carries of a loop ever depend on a differentiated value."""
    flags = [slot.is_active for slot in operands]
    carries = flags[n_const : n_const + n_carry]
    while True:
        inner = [*flags[:n_const], *carries, *flags[n_const + n_carry :]]
        after = _active_results(body, inner)[:n_carry]
        merged = [a or b for a, b in zip(carries, after, strict=True)]
        if merged == carries:
            return carries
        carries = merged


def _active_results(jaxpr: Any, flags: Sequence[bool]) -> list[bool]:
    inner = getattr(jaxpr, "jaxpr", jaxpr)
    env = dict(zip(inner.invars, flags, strict=True))

    def read(atom: Any) -> bool:
        return not isinstance(atom, jex.Literal) and env.get(atom, False)

    for eqn in inner.eqns:
        outs = _active_outputs(eqn, [read(atom) for atom in eqn.invars])
        for var, is_active in zip(eqn.outvars, outs, strict=True):
            env[var] = is_active and is_inexact(var.aval)
    return [read(atom) for atom in inner.outvars]


def _active_outputs(eqn: Any, flags: Sequence[bool]) -> list[bool]:
    params, name = eqn.params, eqn.primitive.name
    if name in CALLS:
        return _active_results(params.get("jaxpr", params.get("call_jaxpr")), flags)
    if name == "cond":
        each = [_active_results(b, flags[1:]) for b in params["branches"]]
        return [any(column) for column in zip(*each, strict=True)]
    return [any(flags) and name not in ZERO_DERIVATIVE] * len(eqn.outvars)


def active_results(eqn: Any, operands: Sequence[Slot]) -> list[bool]:
    """Return which results of an equation may depend on a differentiated value."""
    return _active_outputs(eqn, [slot.is_active for slot in operands])


_compiled: dict[Any, tuple[Any, Callable[..., Any]]] = {}


def bind(eqn: Any, values: Sequence[Any], *, compiled: bool = False) -> list[Any]:
    """Run one equation on `values`; compiled, if it runs many times."""

    def run(*values: Any) -> list[Any]:
        params = eqn.primitive.get_bind_params(eqn.params)
        with eqn.ctx.manager:
            outs = eqn.primitive.bind(*values, **params)
        return list(outs) if eqn.primitive.multiple_results else [outs]

    if not compiled:
        return run(*values)
    if id(eqn) not in _compiled:
        # The equation is kept too, so that its id stays its own.
        _compiled[id(eqn)] = eqn, jax.jit(run)
    return _compiled[id(eqn)][1](*values)


def pull_back(
    eqn: Any,
    values: Sequence[Any],
    wanted: tuple[int, ...],
    outs: Sequence[Slot],
    *,
    compiled: bool,
) -> Sequence[Any]:
    """Return the cotangents of the operands `wanted`, none if nothing came in."""
    if all(slot.cotangent is None for slot in outs):
        return ()
    floats = [out for out, slot in enumerate(outs) if is_inexact(slot.value)]

    def pull(values: Sequence[Any], cotangents: Sequence[Any]) -> Sequence[Any]:
        def run(*some: Any) -> list[Any]:
            every = list(values)
            for k, value in zip(wanted, some, strict=True):
                every[k] = value
            results = bind(eqn, every)
            return [results[out] for out in floats]

        return jax.vjp(run, *(values[k] for k in wanted))[1](list(cotangents))

    cotangents = [
        jnp.zeros_like(outs[o].value)
        if outs[o].cotangent is None
        else jnp.asarray(outs[o].cotangent, outs[o].value.dtype)
        for o in floats
    ]
    if not compiled:
        return pull(values, cotangents)
    key = id(eqn), wanted
    if key not in _compiled:
        _compiled[key] = eqn, jax.jit(pull)
    return _compiled[key][1](values, cotangents)


def spread_block(outs: Sequence[Slot], operands: Sequence[Slot]) -> None:
    """Mark the operands of whatever lies behind a `while`."""
    if any(slot.behind_while for slot in outs):
        for slot in operands:
            slot.behind_while |= slot.is_active


def select(pred: Any, new: Any, old: Any) -> Any:
    """Return the carry after one trip of a loop whose predicate may be batched."""
    pred = jnp.asarray(pred)
    if pred.ndim == 0:
        return new
    pred = pred.reshape(pred.shape + (1,) * (new.ndim - pred.ndim))
    return jnp.where(pred, new, old)


def add(total: Any, term: Any) -> Any:
    """Return the sum of two cotangents, the first of which may be missing."""
    return term if total is None else total + term


def is_key(value: Any) -> bool:
    """Return whether `value` holds typed PRNG keys."""
    return jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key)


def is_plain(value: Any) -> bool:
    """Return whether numpy can hold `value`."""
    return not jax.dtypes.issubdtype(value.dtype, jax.dtypes.extended)


def is_inexact(value: Any) -> bool:
    """Return whether a value, or an aval, is of a kind that has cotangents."""
    dtype = getattr(value, "dtype", None)
    if dtype is None or jax.dtypes.issubdtype(dtype, jax.dtypes.extended):
        return False
    return bool(jnp.issubdtype(dtype, jnp.inexact))


class Rows:
    """The rows of one scanned array; their cotangents leave together."""

    def __init__(self, machine: Any, source: Slot, binder: str, key: int) -> None:
        self.machine, self.source = machine, source
        self.binder, self.key = binder, key
        self.values = (
            np.asarray(source.value) if is_plain(source.value) else source.value
        )
        self.slots: dict[int, Slot] = {}

    def take(self, position: int, iteration: Iteration) -> Slot:
        """Return the slot of one row, in one iteration."""
        row = self.values[position]
        value = jnp.asarray(row) if is_plain(row) else row
        slot = self.machine.slot(
            self.binder, 0, iteration, value, is_active=self.source.is_active
        )
        self.slots[position] = slot
        return slot

    def pull(self) -> None:
        """Send back the cotangents of all rows."""
        spread_block(list(self.slots.values()), [self.source])
        if all(slot.cotangent is None for slot in self.slots.values()):
            return
        rows = np.zeros(self.values.shape, self.values.dtype)
        for position, slot in self.slots.items():
            if slot.cotangent is not None:
                rows[position] = np.asarray(slot.cotangent)
        self.machine.send(self.source, self.binder, self.key, jnp.asarray(rows))
