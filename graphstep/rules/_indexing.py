"""Rules of gathering, scattering and dynamic slices."""

from __future__ import annotations

from typing import Any

from jax import lax

from graphstep.rules._rule import (
    BROADCAST,
    DENSE,
    DIAGONAL,
    IDENTITY,
    SELECTION,
    SUM,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    is_differentiable,
)

_SOURCE = "JAX: the transpose of a gather is a scatter-add, and the other way round"


def _clips(mode: Any) -> bool:
    """Return whether what would reach outside is moved inside, and not left out."""
    return mode != lax.GatherScatterMode.FILL_OR_DROP


def _gather(equation: Equation) -> Rule:
    params, (x, _) = equation.params, equation.in_avals
    fill = params["fill_value"]
    is_active = is_differentiable(x)
    is_filled = not _clips(params["mode"])
    given = {
        "dims": params["dimension_numbers"],
        "sizes": params["slice_sizes"],
        "own": x.shape,
        "clip": not is_filled,
        "fill": (float("nan") if is_active else 0) if fill is None else fill,
    }
    return Rule(
        equation,
        ("x", "i"),
        ("y",),
        ("take(x, P, fill)" if is_filled else "take(x, P)",),
        ("take(ẋ, P)" if is_active else None,),
        ("put_add(ȳ, P, own)" if is_active else None, None),
        (BROADCAST if is_active else ZERO, ZERO),
        cost="0",
        reason="An element that was taken several times receives the sum of what comes "
        "back; one that was not taken receives 0.",
        source=_SOURCE,
        given=given,
        where=(("P", "gathered_places(i, dims, sizes, own, clip)"),),
    )


def _scattered_given(equation: Equation) -> dict[str, Any]:
    """Return a scatter's places, as a gather of the same windows names them."""
    x, updates = equation.in_avals[0], equation.in_avals[2]
    dims = equation.params["dimension_numbers"]
    dropped = {*dims.inserted_window_dims, *dims.operand_batching_dims}
    windows = iter(updates.shape[axis] for axis in dims.update_window_dims)
    return {
        "dims": lax.GatherDimensionNumbers(
            offset_dims=dims.update_window_dims,
            collapsed_slice_dims=dims.inserted_window_dims,
            start_index_map=dims.scatter_dims_to_operand_dims,
            operand_batching_dims=dims.operand_batching_dims,
            start_indices_batching_dims=dims.scatter_indices_batching_dims,
        ),
        "sizes": tuple(
            1 if axis in dropped else next(windows) for axis in range(len(x.shape))
        ),
        "own": x.shape,
        # JAX leaves out what reaches outside, whatever was promised.
        "clip": equation.params["mode"] == lax.GatherScatterMode.CLIP,
    }


def _scatter(
    how: str,
    jvp: str,
    vjp: tuple[str, str],
    structure: tuple[Structure, Structure],
    reason: str,
    *,
    source: str = _SOURCE,
    cost: str = "size(u)",
    where: tuple[tuple[str, str], ...] = (),
) -> RuleMaker:
    def made(equation: Equation) -> Rule:
        is_active = is_differentiable(equation.in_avals[0])
        return Rule(
            equation,
            ("x", "i", "u"),
            ("y",),
            (f"updated(x, P, u, '{how}')",),
            (jvp if is_active else None,),
            (vjp[0], None, vjp[1]) if is_active else (None, None, None),
            (structure[0], ZERO, structure[1]) if is_active else (ZERO, ZERO, ZERO),
            cost=cost,
            reason=reason,
            source=source,
            given=_scattered_given(equation),
            where=(("P", "gathered_places(i, dims, sizes, own, clip)"), *where),
        )

    return made


def _set(equation: Equation) -> Rule | None:
    if equation.params["update_jaxpr"] is not None:
        # `x.at[i].apply(f)`: JAX gives it no derivative.
        return None
    return _scatter(
        "set",
        "updated(ẋ, P, u̇, 'set')",
        ("updated(ȳ, P, 0.0, 'set')", "take(ȳ, P) * L"),
        (Structure(DIAGONAL.kind), SELECTION),
        "What was overwritten receives 0; an update receives what comes back at its "
        "place, unless a later one took that place.",
        source="JAX's rule",
        cost="0",
        where=(("L", "last_at_place(P)"),),
    )(equation)


def _multiplied(equation: Equation) -> Rule | None:
    if not equation.params["unique_indices"]:
        # JAX differentiates by the operand alone then.
        return None
    return _scatter(
        "multiply",
        "updated(ẋ, P, u, 'multiply') + x * put_add(u̇, P, own)",
        ("updated(ȳ, P, u, 'multiply')", "take(x * ȳ, P)"),
        (DIAGONAL, DENSE),
        "The product rule at each place; it needs indices that are promised to be "
        "unique.",
        source="JAX's rule",
    )(equation)


def _extremal(how: str, word: str) -> RuleMaker:
    return _scatter(
        how,
        "((x == y) * ẋ + put_add(W * u̇, P, own)) / N",
        ("(x == y) * ȳ / N", "W * take(ȳ / N, P)"),
        (DIAGONAL, DENSE),
        f"Only the {word} one at a place moves the result; where several are equal, JAX "
        "shares the derivative evenly.",
        source="JAX's rule",
        where=(
            ("W", "u == take(y, P)"),
            ("N", "(x == y) + put_add(W, P, own)"),
        ),
    )


def _starts(n: int) -> list[str]:
    return [f"i{k}" for k in range(n)]


def _dynamic_slice(equation: Equation) -> Rule:
    starts = _starts(len(equation.in_avals) - 1)
    is_active = is_differentiable(equation.in_avals[0])
    return Rule(
        equation,
        ("x", *starts),
        ("y",),
        ("cut(x, W)",),
        ("cut(ẋ, W)" if is_active else None,),
        ("placed(ȳ, W, own)" if is_active else None, *[None] * len(starts)),
        (SELECTION if is_active else ZERO, *[ZERO] * len(starts)),
        cost="0",
        reason="The elements that were taken receive what comes back, all others 0.",
        source="JAX: the transpose puts the slice into zeros",
        given={
            "own": equation.in_avals[0].shape,
            "sizes": equation.params["slice_sizes"],
        },
        where=(("W", f"window({', '.join(['sizes', 'own', *starts])})"),),
    )


def _dynamic_update_slice(equation: Equation) -> Rule:
    starts = _starts(len(equation.in_avals) - 2)
    is_active = is_differentiable(equation.in_avals[0])
    vjp = ("replaced(ȳ, W, 0.0)", "cut(ȳ, W)")
    return Rule(
        equation,
        ("x", "u", *starts),
        ("y",),
        ("replaced(x, W, u)",),
        ("replaced(ẋ, W, u̇)" if is_active else None,),
        (*(vjp if is_active else (None, None)), *[None] * len(starts)),
        (
            *((DIAGONAL, SELECTION) if is_active else (ZERO, ZERO)),
            *[ZERO] * len(starts),
        ),
        cost="0",
        reason="The slice that was put in receives its part; what it covers receives 0.",
        source="JAX: the transpose takes the slice out again",
        given={
            "own": equation.in_avals[0].shape,
            "sizes": equation.in_avals[1].shape,
        },
        where=(("W", f"window({', '.join(['sizes', 'own', *starts])})"),),
    )


_ADDED = _scatter(
    "add",
    "updated(ẋ, P, u̇, 'add')",
    ("ȳ", "take(ȳ, P)"),
    (IDENTITY, SUM),
    "The sum at each place sends the same cotangent to all that was added there.",
)

INDEXING: dict[str, RuleMaker] = {
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": _gather,
    "scatter": _set,
    "scatter-add": _ADDED,
    "scatter-max": _extremal("maximum", "largest"),
    "scatter-min": _extremal("minimum", "smallest"),
    "scatter-mul": _multiplied,
    "scatter-sub": _scatter(
        "subtract",
        "updated(ẋ, P, u̇, 'subtract')",
        ("ȳ", "-take(ȳ, P)"),
        (IDENTITY, DENSE),
        "As a scatter-add of what is subtracted, with the other sign.",
    ),
}
