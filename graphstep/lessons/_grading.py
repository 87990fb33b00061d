"""Grade what a person typed against what it should be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from graphstep.errors import AnswerError
from graphstep.export.chain import number
from graphstep.lessons._answers import (
    Answer,
    ChoiceAnswer,
    FormulaAnswer,
    Grade,
    NameAnswer,
    Near,
    ShapeAnswer,
    ValueAnswer,
    Verdict,
    read_shape,
)
from graphstep.lessons._answers_compare import grade_formula
from graphstep.lessons._answers_reading import read_value
from graphstep.tracing import one_line

# Three digits that are right are right, two are nearly.
_DIGITS, _FEWER_DIGITS = 5e-3, 5e-2
_ULPS = 16
_SHOWN = 6


def grade(answer: Answer, typed: str) -> Grade:
    """Grade what was typed; whatever it is, it is only read, never run.

    Args:
        answer: What it should be.
        typed: What it is.

    Returns:
        What to say of it: see `Grade`.
    """
    try:
        match answer:
            case ValueAnswer():
                return _grade_value(answer, typed)
            case ShapeAnswer():
                return _grade_shape(answer, typed)
            case ChoiceAnswer():
                return _grade_choice(answer, typed)
            case NameAnswer():
                return _grade_name(answer, typed)
            case FormulaAnswer():
                return grade_formula(answer, typed)
    except AnswerError as error:
        return Grade(Verdict.UNREADABLE, "", one_line(str(error)))


def answer_text(answer: Answer) -> str:
    """Return the right answer, to show when it is given away."""
    match answer:
        case ValueAnswer():
            return value_text(answer.array)
        case ShapeAnswer() | FormulaAnswer():
            return one_line(answer.text)
        case ChoiceAnswer():
            return one_line(answer.choices[answer.right])
        case NameAnswer():
            return one_line(answer.right[0])


def value_text(value: Any) -> str:
    """Return a number or a small array on one line: `[[1, 2], [3, 4]]`."""
    array = np.asarray(value)
    if not array.ndim:
        return number(array.item(), _SHOWN)
    parts = [value_text(part) for part in array[:_SHOWN]]
    more = ", …" if len(array) > _SHOWN else ""
    return f"[{', '.join(parts)}{more}]"


# Numbers and arrays ------------------------------------------------------------------


def _grade_value(answer: ValueAnswer, typed: str) -> Grade:
    value, right = read_value(typed, dict(answer.given)), answer.array
    understood = value_text(value)

    def graded(verdict: Verdict, message: str, near: Near | None = None) -> Grade:
        return Grade(verdict, understood, message, near)

    if value.shape == right.shape and _is_close(value, answer):
        return graded(Verdict.RIGHT, "Right.")
    missed = _by_what(value, answer)
    if missed is not None:
        return graded(Verdict.NEARLY, missed[1], missed[0])
    if value.shape != right.shape:
        what, is_ = shape_words(right.shape), shape_words(value.shape)
        if not right.ndim:
            return graded(Verdict.UNREADABLE, f"This asks for {what}; that is {is_}.")
        return graded(Verdict.WRONG, f"This asks for {what}; that is {is_}.")
    if not right.ndim:
        return graded(Verdict.WRONG, "That is not it.")
    n_right = int(np.count_nonzero(_closeness(value, answer)))
    message = f"The shape is right, and {n_right} of {right.size} elements."
    if not n_right:
        return graded(Verdict.WRONG, "The shape is right, but none of its elements.")
    return graded(Verdict.NEARLY, message, Near.SHAPE)


def shape_words(shape: tuple[int, ...]) -> str:
    """Return what a person calls a value of some shape."""
    if not shape:
        return "one number"
    return f"an array of shape ({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


# By what, what would mend it, how it comes about from the right one, what is said of it.
_SLIPS: tuple[tuple[Near, Callable[[Any], Any], Callable[[Any], Any], str], ...] = (
    (Near.SIGN, np.negative, np.negative, "Its sign is wrong; its size is right."),
    (
        Near.FACTOR,
        lambda a: 2 * a,
        lambda a: a / 2,
        "It is half of what it should be.",
    ),
    (Near.FACTOR, lambda a: a / 2, lambda a: 2 * a, "It is twice what it should be."),
    (
        Near.RECIPROCAL,
        lambda a: 1 / a,
        lambda a: 1 / a,
        "It is one over what it should be.",
    ),
    (
        Near.CONJUGATE,
        np.conj,
        np.conj,
        "It is the complex conjugate of what it should be.",
    ),
    (
        Near.TRANSPOSED,
        np.transpose,
        np.transpose,
        "It is transposed: rows and columns are swapped.",
    ),
)
_ROUNDED = "Close: give more digits, three at least."
FORGOTTEN_SUM = "Those are the terms; add them up."


def near_misses(
    answer: ValueAnswer,
) -> list[tuple[np.ndarray, tuple[float, float], str]]:
    """Return wrong values with their room (see `room`) and what the grade says of them."""
    right = answer.array.astype(np.result_type(answer.array, np.float64))
    found = [(right, room(answer, _FEWER_DIGITS), _ROUNDED)]
    with np.errstate(all="ignore"):
        found += [(make(right), room(answer), said) for _, _, make, said in _SLIPS]
    return [
        miss for miss in found if not _is_close(miss[0], answer) or miss[2] == _ROUNDED
    ]


def _by_what(value: np.ndarray, answer: ValueAnswer) -> tuple[Near, str] | None:
    """Return the slip that explains a wrong value, if one does."""
    shape = answer.array.shape
    if value.shape == shape and _is_close(value, answer, _FEWER_DIGITS):
        return Near.ROUNDING, _ROUNDED
    with np.errstate(all="ignore"):
        for near, mended, _, message in _SLIPS:
            other = mended(value)
            if other.shape == shape and _is_close(other, answer):
                return near, message
    if any(_is_close(value, ValueAnswer(t, answer.scale)) for t in answer.terms):
        n_terms = len(answer.terms)
        return Near.SUM, f"That is one of its {n_terms} terms; the terms are added up."
    n_more = value.ndim - len(shape)
    for axes in itertools.combinations(range(min(value.ndim, 4)), max(n_more, 0)):
        if axes and _is_close(value.sum(axes), answer):
            return Near.SUM, FORGOTTEN_SUM
    return None


def _is_close(value: Any, answer: ValueAnswer, digits: float = _DIGITS) -> bool:
    right = answer.array
    return np.shape(value) == right.shape and bool(
        np.all(_closeness(value, answer, digits))
    )


def room(answer: ValueAnswer, digits: float = _DIGITS) -> tuple[float, float]:
    """Return by how much an element may be off: relative to its size, and at all."""
    right = answer.array
    exact, epsilon = right.dtype.kind in "iub", _epsilon(right.dtype)
    sizes = np.abs(_widened(right))
    scale = max(float(sizes[np.isfinite(sizes)].max(initial=0)), answer.scale or 0.0)
    if not math.isfinite(scale):
        scale = 0.0
    if answer.tolerance is not None:
        digits *= answer.tolerance / _DIGITS
    return 0.0 if exact else max(digits, 4 * epsilon), _ULPS * epsilon * scale


def _closeness(value: Any, answer: ValueAnswer, digits: float = _DIGITS) -> np.ndarray:
    """Return where two arrays of one shape agree, as far as digits and rounding go."""
    wide = _widened(answer.array)
    relative, slack = room(answer, digits)
    with np.errstate(all="ignore"):
        near = np.abs(value - wide) <= relative * np.abs(wide) + slack
    is_number = np.isfinite(wide) & np.isfinite(value)
    return np.where(is_number, near, _is_same(np.asarray(value), wide))


def _widened(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _is_same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def _epsilon(dtype: np.dtype[Any]) -> float:
    if dtype.kind in "iub":
        return 0.0
    return float(jnp.finfo(dtype).eps)


# Shapes, choices, names --------------------------------------------------------------


def _grade_shape(answer: ShapeAnswer, typed: str) -> Grade:
    value, right = read_shape(typed), read_shape(answer.text)
    understood = str(value)
    if right.dtype and not value.dtype:
        msg = "Give the dtype too, as in `f32[3,4]`."
        return Grade(Verdict.UNREADABLE, understood, msg)
    has_dtype = not right.dtype or value.dtype == right.dtype
    if value.shape == right.shape:
        if has_dtype:
            return Grade(Verdict.RIGHT, understood, "Right.")
        message = "The shape is right, the dtype is not."
        return Grade(Verdict.NEARLY, understood, message, Near.DTYPE)
    if has_dtype and value.shape == right.shape[::-1]:
        message = "The axes are in the wrong order."
        return Grade(Verdict.NEARLY, understood, message, Near.TRANSPOSED)
    n_axes, n_right = len(value.shape), len(right.shape)
    message = "That is not it."
    if n_axes != n_right:
        message = f"That has {n_axes} axes; it has {n_right}."
    return Grade(Verdict.WRONG, understood, message)


def _grade_choice(answer: ChoiceAnswer, typed: str) -> Grade:
    chosen = _chosen(answer.choices, " ".join(typed.split()).casefold())
    if chosen is None:
        last = chr(ord("a") + len(answer.choices) - 1)
        msg = f"Answer with a letter, a to {last}."
        return Grade(Verdict.UNREADABLE, "", msg)
    understood = one_line(answer.choices[chosen])
    if chosen == answer.right:
        return Grade(Verdict.RIGHT, understood, "Right.")
    return Grade(Verdict.WRONG, understood, "That is not it.")


def _chosen(choices: tuple[str, ...], word: str) -> int | None:
    """Return which choice is meant: a text that is one comes before letters."""
    texts = [" ".join(choice.split()).casefold() for choice in choices]
    if word in texts:
        return texts.index(word)
    word = word.strip("().")
    if len(word) == 1 and 0 <= ord(word) - ord("a") < len(choices):
        return ord(word) - ord("a")
    if word.isascii() and word.isdecimal() and 1 <= int(word[:4]) <= len(choices):
        return int(word[:4]) - 1
    begun = [i for i, text in enumerate(texts) if word and text.startswith(word)]
    return begun[0] if len(begun) == 1 else None


def _grade_name(answer: NameAnswer, typed: str) -> Grade:
    name = typed.strip().strip("`")
    understood = one_line(name)
    if name in answer.right:
        return Grade(Verdict.RIGHT, understood, "Right.")
    if not name or (answer.known and name not in answer.known):
        msg = f"Nothing is called `{one_line(name, 40)}` here." if name else "No name."
        return Grade(Verdict.UNREADABLE, "", msg)
    return Grade(Verdict.WRONG, understood, "That is not it.")
