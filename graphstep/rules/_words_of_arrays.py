"""Functions that move, sum and sort the elements of arrays, as formulas use them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graphstep.rules import _places as places
from graphstep.rules._notation import Notation, Row, Script, Text, fenced, row
from graphstep.rules._words import (
    ATOM,
    PRODUCT,
    Word,
    hiding,
    indexed,
    listed,
    named,
    signed,
)


def _spread(y: Any, axes: Any, shape: Any) -> Any:
    return np.broadcast_to(np.expand_dims(y, axes), shape)


def _broadcast(x: Any, axes: Any, shape: Any) -> Any:
    """Return `x` stretched to a shape, its own axes being those of the result."""
    own = [1] * len(shape)
    for axis, size in zip(axes, np.shape(x), strict=True):
        own[axis] = size
    return np.broadcast_to(np.reshape(x, own), shape)


def _diagonal_matrix(values: Any, like: Any) -> Any:
    return np.diag(np.broadcast_to(values, np.shape(like)).ravel())


def _placed(y: Any, at: Any, shape: Any) -> Any:
    whole = np.zeros(shape, np.asarray(y).dtype)
    whole[at] = y
    return whole


def _replaced(x: Any, at: Any, by: Any) -> Any:
    whole = np.array(x, np.result_type(x, by))
    whole[at] = by
    return whole


def _window(sizes: Any, shape: Any, *starts: Any) -> Any:
    """Return slices of given sizes, moved inside where they would reach outside."""
    first = [
        int(np.clip(start, 0, n - size))
        for start, size, n in zip(starts, sizes, shape, strict=True)
    ]
    return tuple(slice(a, a + n) for a, n in zip(first, sizes, strict=True))


def _dilated(shape: Any, how: Any) -> tuple[list[int], tuple[slice, ...]]:
    """Return the shape of a padded array before cutting, and where the operand is."""
    whole = [
        max(low, 0) + max(high, 0) + n + max(n - 1, 0) * inner
        for n, (low, high, inner) in zip(shape, how, strict=True)
    ]
    at = tuple(
        slice(
            max(low, 0),
            max(low, 0) + max(n - 1, 0) * (inner + 1) + min(n, 1),
            inner + 1,
        )
        for n, (low, _, inner) in zip(shape, how, strict=True)
    )
    return whole, at


def _cropped(how: Any, whole: Any) -> tuple[slice, ...]:
    """Return what negative padding leaves."""
    return tuple(
        slice(max(-low, 0), n - max(-high, 0))
        for (low, high, _), n in zip(how, whole, strict=True)
    )


def _padded(x: Any, p: Any, how: Any) -> Any:
    whole, at = _dilated(np.shape(x), how)
    y = np.full(whole, p, np.result_type(x, p))
    y[at] = x
    return y[_cropped(how, whole)]


def _unpadded(y: Any, how: Any, shape: Any) -> Any:
    """Return the transpose of padding with zeros."""
    whole, at = _dilated(shape, how)
    x = np.zeros(whole, np.asarray(y).dtype)
    x[_cropped(how, whole)] = y
    return x[at]


def _untiled(y: Any, reps: Any, shape: Any) -> Any:
    """Return the sum of the tiles."""
    apart = [n for pair in zip(reps, shape, strict=True) for n in pair]
    return np.sum(np.reshape(y, apart), tuple(range(0, len(apart), 2)))


def _cumulative(word: str) -> Any:
    """Return a running sum or product, backward if wanted."""
    function = getattr(np, word)

    def run(x: Any, axis: int, reverse: Any) -> Any:
        if not reverse:
            return function(x, axis)
        return np.flip(function(np.flip(x, axis), axis), axis)

    return run


def _cumlogsumexp(x: Any, axis: int, reverse: Any) -> Any:
    top = np.max(x, axis, keepdims=True, initial=-np.inf)
    return np.log(_cumulative("cumsum")(np.exp(x - top), axis, reverse)) + top


def _product_of_others(x: Any, axes: Any) -> Any:
    """Return, at each element, the product of all other ones that it is reduced with."""
    x = np.asarray(x)
    kept = [i for i in range(x.ndim) if i not in axes]
    order = [*kept, *axes]
    moved = np.transpose(x, order)
    rows = moved.reshape(
        *(x.shape[i] for i in kept), math.prod(x.shape[i] for i in axes)
    )
    one = np.ones_like(rows[..., :1])
    before = np.concatenate([one, np.cumprod(rows, -1)[..., :-1]], -1)
    after = np.flip(np.cumprod(np.flip(rows, -1), -1), -1)
    after = np.concatenate([after[..., 1:], one], -1)
    others = (before * after)[..., : rows.shape[-1]].reshape(moved.shape)
    return np.transpose(others, np.argsort(order))


def _first(function: Any) -> Any:
    """Return an arg-reduction over a tuple of one axis."""
    return lambda x, axes: function(x, axes[0])


def _index_along(at: Any, axis: int, shape: Any) -> Any:
    return np.unravel_index(at, shape)[axis]


def _part(x: Notation, at: Notation, _fill: Notation | None = None) -> Row:
    return row(x, "[", at, "]")


def _turned(name: str) -> Any:
    """Return the way to write a running sum, which may run from the end."""

    def typeset(x: Notation, axis: Notation, reverse: Notation) -> Row:
        is_reverse = isinstance(reverse, Text) and reverse.text == "1"
        base = Text(f"reverse {name}" if is_reverse else name)
        return row(Script(base, below=axis), fenced(x))

    return typeset


def _where(x: Notation, how: Notation, words: str) -> Row:
    """Return `argmax so far(x)`."""
    word = how.text if isinstance(how, Text) else ""
    return row(Text(f"arg{word} {words}"), fenced(x))


def _others(x: Notation, _axes: Notation) -> Row:
    sign = Script(Text("∏", "mo"), below=Text("j≠i"))
    return row(sign, " ", Script(x, below=Text("j")))


def _into(x: Notation | str) -> Any:
    return lambda y, at, _: row(x, "[", at, " ← ", y, "]")


def _reduced(sign: str) -> Any:
    return lambda x, axes: row(Script(Text(sign), below=axes), fenced(x))


def _updated(x: Notation, at: Notation, u: Notation, how: Notation) -> Row:
    sign = {"set": " ← ", "add": " += ", "subtract": " −= ", "multiply": " ×= "}
    word = how.text if isinstance(how, Text) else ""
    return row(x, "[", at, sign.get(word, f" ← {word[:3]} "), u, "]")


ARRAY_WORDS: dict[str, Word] = {
    "argmax": Word(_first(np.argmax), _reduced("argmax")),
    "argmin": Word(_first(np.argmin), _reduced("argmin")),
    "broadcast": Word(_broadcast, lambda x, _axes, shape: indexed("repeat")(x, shape)),
    "chosen_places": Word(
        places.chosen_places, lambda x, _p, how: _where(x, how, "in each window")
    ),
    "cumlogsumexp": Word(_cumlogsumexp, _turned("cumlogsumexp")),
    "cumprod": Word(_cumulative("cumprod"), _turned("cumprod")),
    "cumsum": Word(_cumulative("cumsum"), _turned("cumsum")),
    "cut": Word(lambda x, at: x[at], _part, inside=ATOM),
    "diag": Word(_diagonal_matrix, hiding("diag")),
    "gathered_places": Word(places.gathered_places, hiding("places")),
    "index_along": Word(_index_along, indexed("index")),
    "join": Word(
        lambda axis, *xs: np.concatenate(xs, axis),
        lambda axis, *xs: row(Script(Text("join"), below=axis), fenced(listed(xs))),
    ),
    "largest_places": Word(places.largest_places, hiding("places of the largest")),
    "last_at_place": Word(places.last_at_place, named("is last at its place")),
    "order_places": Word(
        places.order_places,
        lambda _n, _axis, *xs: row(Text("order"), fenced(listed(xs))),
    ),
    "padded": Word(_padded, hiding("pad", 2)),
    "part_of": Word(lambda x, k: x[k]),
    "placed": Word(_placed, _into("0")),
    "prod": signed(np.prod, "∏"),
    "product_of_others": Word(
        _product_of_others, _others, strength=PRODUCT, inside=ATOM
    ),
    "put_add": Word(places.put_add, lambda y, at, _: row("0[", at, " += ", y, "]")),
    "reduce_max": Word(np.max, _reduced("max")),
    "reduce_min": Word(np.min, _reduced("min")),
    "replaced": Word(_replaced, lambda x, at, by: row(x, "[", at, " ← ", by, "]")),
    "reshape": Word(np.reshape, indexed("reshape")),
    "rev": Word(np.flip, indexed("reverse")),
    "running_places": Word(
        places.running_places, lambda x, _a, _b, how: _where(x, how, "so far")
    ),
    "for_each": Word(lambda y: y[..., None], lambda y: y, inside=PRODUCT),
    "size": Word(lambda x: int(np.size(x)), is_scalar=True),
    "spread": Word(_spread, indexed("repeat")),
    "stack": Word(
        lambda axis, *xs: np.stack(xs, axis),
        lambda axis, *xs: row(Script(Text("stack"), below=axis), fenced(listed(xs))),
    ),
    "squeeze": Word(np.squeeze, indexed("squeeze")),
    "sum": signed(np.sum, "∑"),
    "take": Word(places.taken, _part, inside=ATOM),
    "tile": Word(np.tile, indexed("tile")),
    "transpose": Word(np.transpose, indexed("transpose")),
    "unpadded": Word(_unpadded, hiding("unpad")),
    "untiled": Word(_untiled, hiding("sum of tiles")),
    "updated": Word(places.updated, _updated),
    "window": Word(_window, lambda _sizes, _shape, *starts: named("window")(*starts)),
    "window_places": Word(places.window_places, lambda *_: Text("windows")),
}
