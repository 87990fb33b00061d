"""Rules of what only moves elements: reshaping, slicing, joining, padding."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from graphstep.rules._making import linear
from graphstep.rules._rule import (
    BROADCAST,
    IDENTITY,
    PERMUTATION,
    SELECTION,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    cotangent_of,
    is_differentiable,
    tangent_of,
)

_SOURCE = "JAX: the transpose of the operation, which is linear"


def _own(equation: Equation) -> dict[str, Any]:
    return {
        "own": equation.in_avals[0].shape,
        "shape": equation.out_avals[0].shape,
    }


def _reshaped(word: str) -> RuleMaker:
    return linear(
        f"{word}(x, shape)",
        "reshape(ȳ, own)",
        IDENTITY,
        reason="The same elements in the same order: what comes back takes the old shape.",
        given=_own,
    )


def _squeezed(equation: Equation) -> dict[str, Any]:
    return {**_own(equation), "axes": equation.params["dimensions"]}


def _transposed(equation: Equation) -> Rule | None:
    axes = equation.params["permutation"]
    back = tuple(sorted(range(len(axes)), key=axes.__getitem__))
    is_matrix = axes == (1, 0)
    return linear(
        "x.T" if is_matrix else "transpose(x, axes)",
        "ȳ.T" if is_matrix else "transpose(ȳ, back)",
        PERMUTATION,
        reason="Axes change places, and change back for the cotangent.",
        given=lambda _: {"axes": axes, "back": back},
    )(equation)


def _broadcasted(equation: Equation) -> Rule | None:
    own, shape = equation.in_avals[0].shape, equation.out_avals[0].shape
    axes = equation.params["broadcast_dimensions"]
    stretched = [a for a, n in zip(axes, own, strict=True) if n == 1 != shape[a]]
    summed = tuple(a for a in range(len(shape)) if a not in axes or a in stretched)
    sent = "sum(ȳ, summed)" if summed else "ȳ"
    return linear(
        "broadcast(x, axes, shape)",
        f"reshape({sent}, own)" if stretched else sent,
        BROADCAST if summed else IDENTITY,
        reason="Each element is used many times, so its cotangent is the sum over all "
        "copies.",
        given=lambda _: {"axes": axes, "shape": shape, "summed": summed, "own": own},
    )(equation)


def _axes(name: str) -> Any:
    return lambda equation: {**_own(equation), "axes": equation.params[name]}


def _cut(equation: Equation) -> dict[str, Any]:
    params = equation.params
    steps = params["strides"] or [1] * len(params["start_indices"])
    bounds = zip(params["start_indices"], params["limit_indices"], steps, strict=True)
    return {**_own(equation), "at": tuple(slice(*bound) for bound in bounds)}


def _padded(equation: Equation) -> Rule:
    is_active = is_differentiable(equation.out_avals[0])
    vjp = ("unpadded(ȳ, how, own)", "sum(ȳ) - sum(unpadded(ȳ, how, own))")
    return Rule(
        equation,
        ("x", "p"),
        ("y",),
        ("padded(x, p, how)",),
        ("padded(ẋ, ṗ, how)" if is_active else None,),
        vjp if is_active else (None, None),
        (SELECTION, BROADCAST) if is_active else (ZERO, ZERO),
        cost="0",
        reason="What went inside comes back to x; the margin's sum to the padding value.",
        source=_SOURCE,
        given={**_own(equation), "how": equation.params["padding_config"]},
    )


def _pieces(sizes: Sequence[int], axis: int, rank: int) -> list[tuple[Any, ...]]:
    """Return where pieces of given sizes are along an axis."""
    ends = list(itertools.accumulate(sizes, initial=0))
    return [
        tuple(slice(a, b) if i == axis else slice(None) for i in range(rank))
        for a, b in itertools.pairwise(ends)
    ]


def _layers(n: int, axis: int, rank: int) -> list[tuple[Any, ...]]:
    """Return where the layers of a stack are along an axis."""
    return [
        tuple(k if i == axis else slice(None) for i in range(rank)) for k in range(n)
    ]


def _joined(equation: Equation) -> Rule:
    axis, rank = equation.params["dimension"], len(equation.out_avals[0].shape)
    sizes = [aval.shape[axis] for aval in equation.in_avals]
    return _put_together(equation, "join", axis, _pieces(sizes, axis, rank))


def _stacked(equation: Equation) -> Rule:
    axis, rank = equation.params["axis"], len(equation.out_avals[0].shape)
    layers = _layers(len(equation.in_avals), axis, rank)
    return _put_together(equation, "stack", axis, layers)


def _put_together(
    equation: Equation, word: str, axis: int, at: list[tuple[Any, ...]]
) -> Rule:
    n = len(equation.in_avals)
    is_active = is_differentiable(equation.out_avals[0])
    operands = tuple(f"x{i}" for i in range(n)) if n > 1 else ("x",)
    tangents = [tangent_of(operand) for operand in operands]
    structure: Structure = SELECTION if is_active else ZERO
    return Rule(
        equation,
        operands,
        ("y",),
        (f"{word}(axis, {', '.join(operands)})",),
        (f"{word}(axis, {', '.join(tangents)})" if is_active else None,),
        tuple(f"cut(ȳ, at{i})" if is_active else None for i in range(n)),
        (structure,) * n,
        cost="0",
        reason="Each piece receives the part of the cotangent that lies where it lies.",
        source=_SOURCE,
        given={"axis": axis, **{f"at{i}": where for i, where in enumerate(at)}},
    )


def _split(equation: Equation) -> Rule:
    axis, rank = equation.params["axis"], len(equation.in_avals[0].shape)
    return _taken_apart(
        equation, "join", axis, _pieces(equation.params["sizes"], axis, rank)
    )


def _unstacked(equation: Equation) -> Rule:
    axis, rank = equation.params["axis"], len(equation.in_avals[0].shape)
    return _taken_apart(
        equation, "stack", axis, _layers(len(equation.out_avals), axis, rank)
    )


def _taken_apart(
    equation: Equation, word: str, axis: int, at: list[tuple[Any, ...]]
) -> Rule:
    n = len(at)
    is_active = is_differentiable(equation.in_avals[0])
    results = tuple(f"y{i}" for i in range(n)) if n > 1 else ("y",)
    cotangents = ", ".join(cotangent_of(result) for result in results)
    return Rule(
        equation,
        ("x",),
        results,
        tuple(f"cut(x, at{i})" for i in range(n)),
        tuple(f"cut(ẋ, at{i})" if is_active else None for i in range(n)),
        (f"{word}(axis, {cotangents})" if is_active else None,),
        (SELECTION if is_active else ZERO,),
        cost="0",
        reason="The cotangents of the pieces are put together as the pieces were.",
        source=_SOURCE,
        given={"axis": axis, **{f"at{i}": where for i, where in enumerate(at)}},
    )


def _repetitions(equation: Equation) -> dict[str, Any]:
    return {**_own(equation), "reps": equation.params["reps"]}


VIEWS: dict[str, RuleMaker] = {
    "broadcast_in_dim": _broadcasted,
    "concatenate": _joined,
    "pad": _padded,
    "reshape": _reshaped("reshape"),
    "rev": linear(
        "rev(x, axes)",
        "rev(ȳ, axes)",
        PERMUTATION,
        reason="Reversing twice gives back the order that there was.",
        given=_axes("dimensions"),
    ),
    "slice": linear(
        "cut(x, at)",
        "placed(ȳ, at, own)",
        SELECTION,
        reason="The elements that were taken receive what comes back, all others 0.",
        given=_cut,
    ),
    "split": _split,
    "squeeze": linear(
        "squeeze(x, axes)",
        "reshape(ȳ, own)",
        IDENTITY,
        reason="The same elements in the same order: what comes back takes the old shape.",
        given=_squeezed,
    ),
    "stack": _stacked,
    "tile": linear(
        "tile(x, reps)",
        "untiled(ȳ, reps, own)",
        BROADCAST,
        reason="Each element is used in every tile, so the tiles of the cotangent are "
        "summed.",
        given=_repetitions,
    ),
    "transpose": _transposed,
    "unstack": _unstacked,
}
