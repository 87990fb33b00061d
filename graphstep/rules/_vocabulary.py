"""The functions that formulas use: what each computes, and how it is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from graphstep.rules._notation import Notation, Row, Script, Text, fenced, row


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """One function of the vocabulary.

    Attributes:
        evaluate: Its value in NumPy.
        typeset: How it is written, given its typeset arguments; by default
            `name(a, b)`.
        is_scalar: Whether its value is one number whatever it is given.
    """

    evaluate: Callable[..., Any]
    typeset: Callable[..., Notation] | None = None
    is_scalar: bool = False


def _named(name: str) -> Callable[..., Notation]:
    """Return the ordinary way to write a function, under another name."""

    def typeset(*arguments: Notation) -> Notation:
        parts: list[Notation | str] = [arguments[0]]
        for argument in arguments[1:]:
            parts += [", ", argument]
        return row(Text(name), fenced(row(*parts)))

    return typeset


def _summed(x: Notation, axes: Notation) -> Row:
    return row(Script(Text("∑", "mo"), below=axes), " ", x)


def _inverse(a: Notation) -> Script:
    return Script(a, above=row("−", Text("1", "mn")))


def _magnitude(x: Notation) -> Row:
    return row("|", x, "|")


def _size(x: Any) -> int:
    return int(np.size(x))


def _spread(y: Any, axes: Any, shape: Any) -> Any:
    return np.broadcast_to(np.expand_dims(y, axes), shape)


def _repeated(y: Notation, axes: Notation, _: Notation) -> Row:
    return row(Script(Text("repeat", "mi"), below=axes), fenced(y))


def _root(x: Notation) -> Row:
    return row("√", fenced(x))


WORDS: dict[str, Word] = {
    # Elementwise.
    "abs": Word(np.abs, _magnitude),
    "cos": Word(np.cos),
    "erf": Word(scipy.special.erf),
    "exp": Word(np.exp),
    "log": Word(np.log, _named("ln")),
    "sin": Word(np.sin),
    "sqrt": Word(np.sqrt, _root),
    "tanh": Word(np.tanh),
    # Arrays.
    "inv": Word(np.linalg.inv, _inverse),
    "size": Word(_size, is_scalar=True),
    "spread": Word(_spread, _repeated),
    "sum": Word(np.sum, _summed),
}
