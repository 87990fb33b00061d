"""Rules of sums, products, extrema, running and windowed ones, and of sorting."""

from __future__ import annotations

import math
from typing import Any

from graphstep.rules._making import linear, real
from graphstep.rules._rule import (
    BLOCK,
    BROADCAST,
    DENSE,
    PERMUTATION,
    SELECTION,
    SUM,
    TRIANGULAR,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    cotangent_of,
    is_differentiable,
    tangent_of,
)

_JAX = "JAX's rule"


def _axes(equation: Equation) -> dict[str, Any]:
    return {"axes": equation.params["axes"], "shape": equation.in_avals[0].shape}


def _of_one(
    value: str,
    jvp: str,
    vjp: str,
    structure: Structure,
    reason: str,
    given: Any,
    *,
    source: str = _JAX,
    cost: str = "size(x)",
    where: tuple[tuple[str, str], ...] = (),
) -> RuleMaker:
    """Return the rule of a function `y` of one array `x`."""

    def made(equation: Equation) -> Rule:
        is_active = is_differentiable(equation.out_avals[0])
        return Rule(
            equation,
            ("x",),
            ("y",),
            (value,),
            (jvp if is_active else None,),
            (vjp if is_active else None,),
            (structure if is_active else ZERO,),
            cost=cost,
            reason=reason,
            source=source,
            given=given(equation),
            where=where,
        )

    return made


def _extremum(how: str, word: str) -> RuleMaker:
    return real(
        _of_one(
            f"reduce_{how}(x, axes)",
            "sum(M * ẋ, axes) / sum(M, axes)",
            "M * spread(ȳ / sum(M, axes), axes, shape)",
            BLOCK,
            f"Only the {word} element moves the result; where several are equal, JAX "
            "shares the derivative evenly.",
            _axes,
            where=(("M", "x == spread(y, axes, shape)"),),
        )
    )


def _index_of(word: str) -> RuleMaker:
    return _of_one(
        f"{word}(x, axes)",
        "",
        "",
        ZERO,
        "A position is a whole number, which does not vary smoothly.",
        _axes,
        source="JAX: the derivative is zero",
    )


def _running(equation: Equation) -> dict[str, Any]:
    return {
        "axis": equation.params["axis"],
        "back": int(equation.params["reverse"]),
        "forth": 1 - int(equation.params["reverse"]),
        "shape": equation.in_avals[0].shape,
    }


def _running_extremum(how: str, word: str) -> RuleMaker:
    return real(
        _of_one(
            "take(x, P)",
            "take(ẋ, P)",
            "put_add(ȳ, P, shape)",
            BROADCAST,
            f"Each result is the {word} element so far, which receives all that comes "
            "back to where it still was; this holds where no two are equal.",
            _running,
            where=(("P", f"running_places(x, axis, back, '{how}')"),),
        )
    )


def _windows(equation: Equation) -> dict[str, Any]:
    params, rank = equation.params, len(equation.in_avals[-1].shape)
    names = ("window_dimensions", "window_strides", "padding")
    window = tuple(params[name] for name in names)
    ones = (1,) * rank
    dilations = (
        params.get("base_dilation", ones),
        params.get("window_dilation", ones),
    )
    return {
        "window": window[0],
        "strides": window[1],
        "padding": window[2],
        "apart": dilations[0],
        "holes": dilations[1],
        "own": equation.in_avals[-1].shape,
        "k": math.prod(window[0]),
        "last": (rank,),
    }


_IN_WINDOWS = ("P", "window_places(own, window, strides, padding, apart, holes)")


def _window_extremum(how: str, word: str) -> RuleMaker:
    # A window that is all padding has nothing to choose from.
    nothing = -math.inf if how == "max" else math.inf
    return real(
        _of_one(
            "take(x, S, nothing)",
            "take(ẋ, S)",
            "put_add(ȳ, S, own)",
            BROADCAST,
            f"Only the {word} element of a window moves its result, the first where "
            "several are equal.",
            lambda equation: {**_windows(equation), "nothing": nothing},
            cost="size(y) * k",
            where=(_IN_WINDOWS, ("S", f"chosen_places(x, P, '{how}')")),
        )
    )


def _chosen(equation: Equation) -> str:
    return "max" if equation.params["select_prim"].name == "ge" else "min"


def _select_and_scatter(equation: Equation) -> Rule | None:
    return Rule(
        equation,
        ("s", "x"),
        ("y",),
        ("put_add(s, S, own)",),
        ("put_add(ṡ, S, own)",),
        ("take(ȳ, S)", None),
        (SUM, ZERO),
        cost="size(s) * k",
        reason="Linear in what is scattered; which element of a window was chosen does "
        "not change for a small step.",
        source=_JAX,
        given=_windows(equation),
        where=(_IN_WINDOWS, ("S", f"chosen_places(x, P, '{_chosen(equation)}')")),
    )


def _select_and_gather(equation: Equation) -> Rule | None:
    return Rule(
        equation,
        ("t", "x"),
        ("y",),
        ("take(t, S)",),
        ("take(ṫ, S)",),
        ("put_add(ȳ, S, own)", None),
        (BROADCAST, ZERO),
        cost="size(y) * k",
        reason="Linear in what is gathered; which element of a window was chosen does "
        "not change for a small step.",
        source=_JAX,
        given=_windows(equation),
        where=(_IN_WINDOWS, ("S", f"chosen_places(x, P, '{_chosen(equation)}')")),
    )


def _sorted(equation: Equation) -> Rule:
    n = len(equation.in_avals)
    operands = tuple(f"x{k}" for k in range(n)) if n > 1 else ("x",)
    results = tuple(f"y{k}" for k in range(n)) if n > 1 else ("y",)
    active = [is_differentiable(aval) for aval in equation.in_avals]
    # Of several operands, each is permuted into one result among others.
    moved = PERMUTATION if n == 1 else SELECTION
    order = f"order_places(keys, axis, {', '.join(operands)})"
    return Rule(
        equation,
        operands,
        results,
        tuple(f"take({x}, P)" for x in operands),
        tuple(
            f"take({tangent_of(x)}, P)" if is_active else None
            for x, is_active in zip(operands, active, strict=True)
        ),
        tuple(
            f"put_add({cotangent_of(y)}, P, own)" if is_active else None
            for y, is_active in zip(results, active, strict=True)
        ),
        tuple(moved if is_active else ZERO for is_active in active),
        cost="size(" + operands[0] + ") * rounds",
        reason="For a small step the order stays the same: each cotangent goes back to "
        "where its element came from.",
        source=_JAX,
        given={
            "keys": equation.params["num_keys"],
            "axis": equation.params["dimension"],
            "own": equation.in_avals[0].shape,
            "rounds": _rounds(equation.in_avals[0].shape[equation.params["dimension"]]),
        },
        where=(("P", order),),
    )


def _rounds(n: int) -> int:
    """Return how often `n` elements can be halved."""
    return max(1, (max(n, 2) - 1).bit_length())


def _top_k(equation: Equation) -> Rule:
    axis, k = equation.params["axis"], equation.params["k"]
    is_active = is_differentiable(equation.in_avals[0])
    return Rule(
        equation,
        ("x",),
        ("y", "i"),
        ("take(x, P)", "index_along(P, axis, own)"),
        ("take(ẋ, P)" if is_active else None, None),
        ("put_add(ȳ, P, own)" if is_active else None,),
        (SELECTION if is_active else ZERO,),
        cost="size(x) * rounds",
        reason="The elements that were taken receive what comes back, all others 0.",
        source=_JAX,
        given={
            "k": k,
            "axis": axis % len(equation.in_avals[0].shape),
            "own": equation.in_avals[0].shape,
            "rounds": _rounds(k),
        },
        where=(("P", "largest_places(x, k, axis)"),),
    )


REDUCTIONS: dict[str, RuleMaker] = {
    "argmax": _index_of("argmax"),
    "argmin": _index_of("argmin"),
    "cumlogsumexp": real(
        _of_one(
            "cumlogsumexp(x, axis, back)",
            "exp(-y) * cumsum(exp(x) * ẋ, axis, back)",
            "exp(x) * cumsum(exp(-y) * ȳ, axis, forth)",
            TRIANGULAR,
            "Each result is a softmax-weighted mean of the tangents so far, so each "
            "element hears from all results after it.",
            _running,
        )
    ),
    "cummax": _running_extremum("max", "largest"),
    "cummin": _running_extremum("min", "smallest"),
    "cumprod": _of_one(
        "cumprod(x, axis, back)",
        "y * cumsum(ẋ / x, axis, back)",
        "cumsum(ȳ * y, axis, forth) / x",
        TRIANGULAR,
        "Each result changes by y_j/x_i for each factor before it; written like this it "
        "holds where no factor is zero.",
        _running,
        source="Griewank & Walther 2008, Evaluating Derivatives: the product rule",
    ),
    "cumsum": linear(
        "cumsum(x, axis, back)",
        "cumsum(ȳ, axis, forth)",
        TRIANGULAR,
        reason="Each element is in all sums after it, so what comes back is summed from "
        "the other end.",
        cost="size(x)",
        given=_running,
    ),
    "reduce_max": _extremum("max", "largest"),
    "reduce_min": _extremum("min", "smallest"),
    "reduce_prod": _of_one(
        "prod(x, axes)",
        "sum(product_of_others(x, axes) * ẋ, axes)",
        "product_of_others(x, axes) * spread(ȳ, axes, shape)",
        BLOCK,
        "Each factor is multiplied by all the others: the product rule.",
        _axes,
        source="Griewank & Walther 2008, Evaluating Derivatives: Speelpenning's product",
    ),
    "reduce_sum": linear(
        "sum(x, axes)",
        "spread(ȳ, axes, shape)",
        SUM,
        reason="Every summand counts once, so each receives the sum's cotangent whole.",
        source="JAX: the transpose of a sum is a broadcast",
        cost="size(x)",
        given=_axes,
    ),
    "reduce_window_max": _window_extremum("max", "largest"),
    "reduce_window_min": _window_extremum("min", "smallest"),
    "reduce_window_sum": _of_one(
        "sum(take(x, P), last)",
        "sum(take(ẋ, P), last)",
        "put_add(for_each(ȳ), P, own)",
        DENSE,
        "An element is in several windows and receives the sum of their cotangents.",
        _windows,
        cost="size(y) * k",
        where=(_IN_WINDOWS,),
    ),
    "select_and_gather_add": _select_and_gather,
    "select_and_scatter_add": _select_and_scatter,
    "sort": _sorted,
    "top_k": _top_k,
}
