"""A traced function as one that JAX's transformations take: floats in, floats out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax

from graphstep._jaxcompat import function_of, is_inexact, tagged
from graphstep.errors import ModesError
from graphstep.tracing import Trace

Leaves = list[Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Differentiable:
    """The part of a program that has a derivative, and its sizes.

    Attributes:
        fn: From the differentiated inputs and the other ones, each a list of leaves,
            to the list of outputs that take a seed and are not integers.
        primals: Shapes and dtypes of the differentiated inputs.
        others: Shapes and dtypes of the other inputs.
        outputs: Shapes and dtypes of the outputs of `fn`.
        in_nodes: Node ids of the differentiated inputs.
        other_nodes: Node ids of the other inputs.
        out_positions: Which output leaves of the program those of `fn` are.
    """

    fn: Callable[[Leaves, Leaves], Leaves]
    primals: tuple[Any, ...]
    others: tuple[Any, ...]
    outputs: tuple[Any, ...]
    in_nodes: tuple[str, ...]
    other_nodes: tuple[str, ...]
    out_positions: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many numbers go in, of those that are differentiated."""
        return _elements(self.primals)

    @property
    def m(self) -> int:
        """How many numbers come out."""
        return _elements(self.outputs)

    def split(self, leaves: Sequence[Any]) -> tuple[Leaves, Leaves]:
        """Return the differentiated ones and the other ones of all input leaves."""
        own, others = set(self.in_nodes), set(self.other_nodes)
        return (
            [leaf for i, leaf in enumerate(leaves) if f"in{i}" in own],
            [leaf for i, leaf in enumerate(leaves) if f"in{i}" in others],
        )


def differentiable(trace: Trace) -> Differentiable:
    """Return what can be differentiated of a traced function.

    Its equations carry the ids of their nodes; see `tagged`.

    Raises:
        ModesError: If no input or no output is of floats.
    """
    program, diff = trace.closed_jaxpr, trace.differentiated
    evaluate = function_of(tagged(program))
    seeded = program.out_avals[: trace.n_seeded]
    chosen = tuple(i for i, aval in enumerate(seeded) if is_inexact(aval))
    if not any(diff):
        _refuse(trace, "no input that is differentiated", program.in_avals)
    if not chosen:
        _refuse(trace, "no output", seeded)

    def fn(primals: Leaves, others: Leaves) -> Leaves:
        mine, rest = iter(primals), iter(others)
        outputs = evaluate(*[next(mine) if is_own else next(rest) for is_own in diff])
        return [outputs[i] for i in chosen]

    def shapes(*, own: bool) -> tuple[Any, ...]:
        pairs = zip(program.in_avals, diff, strict=True)
        return tuple(shape_of(aval) for aval, is_own in pairs if is_own is own)

    nodes = [(f"in{i}", is_own) for i, is_own in enumerate(diff)]
    return Differentiable(
        fn=fn,
        primals=shapes(own=True),
        others=shapes(own=False),
        outputs=tuple(shape_of(program.out_avals[i]) for i in chosen),
        in_nodes=tuple(node for node, is_own in nodes if is_own),
        other_nodes=tuple(node for node, is_own in nodes if not is_own),
        out_positions=chosen,
    )


def shape_of(aval: Any) -> jax.ShapeDtypeStruct:
    """Return shape and dtype of an aval, as JAX traces at."""
    return jax.ShapeDtypeStruct(aval.shape, aval.dtype, weak_type=aval.weak_type)


def _elements(shapes: Sequence[Any]) -> int:
    return sum(math.prod(each.shape) for each in shapes)


def _refuse(trace: Trace, what: str, avals: Sequence[Any]) -> None:
    types = ", ".join(dict.fromkeys(str(aval.dtype) for aval in avals)) or "nothing"
    msg = (
        f"`{trace.fn_name}` has {what} of floats (there is: {types}), so it has no "
        "derivative and no mode to choose. Pass floats, or choose others by argnums."
    )
    raise ModesError(msg)
