"""What a word of the vocabulary is, and the common ways to write one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from graphstep.rules._notation import Notation, Row, Script, Text, fenced, row

# How strongly a piece of a formula holds together.
SUM, PRODUCT, POWER, ATOM = range(4)


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """One function of the vocabulary.

    Attributes:
        evaluate: Its value in NumPy.
        typeset: How it is written, given its typeset arguments; by default
            `name(a, b)`.
        is_scalar: Whether its value is one number whatever it is given.
        strength: How strongly what is written holds together.
        inside: How strongly its arguments must, not to need brackets.
    """

    evaluate: Callable[..., Any]
    typeset: Callable[..., Notation] | None = None
    is_scalar: bool = False
    strength: int = ATOM
    inside: int = SUM


def listed(arguments: tuple[Notation, ...]) -> Row:
    """Return arguments with commas between them."""
    parts: list[Notation | str] = []
    for argument in arguments:
        parts += [", ", argument] if parts else [argument]
    return row(*parts)


def named(name: str) -> Callable[..., Notation]:
    """Return the ordinary way to write a function: `ln(x)`."""
    return lambda *arguments: row(Text(name), fenced(listed(arguments)))


def indexed(name: str, n: int = 1) -> Callable[..., Notation]:
    """Return the way to write a function with a parameter: `reshape₃(x)`.

    Args:
        name: What it is called.
        n: How many arguments stand in the brackets; the next one is the index, and
            those after it are not written.
    """

    def typeset(*arguments: Notation) -> Notation:
        below = arguments[n] if len(arguments) > n else None
        base = Script(Text(name), below=below) if below else Text(name)
        return row(base, fenced(listed(arguments[:n])))

    return typeset


def hiding(name: str, n: int = 1) -> Callable[..., Notation]:
    """Return the way to write a function of which only `n` arguments are shown."""
    return lambda *arguments: row(Text(name), fenced(listed(arguments[:n])))


def raised(evaluate: Callable[..., Any], above: Notation) -> Word:
    """Return a function that is written after what it applies to, above the line."""
    return Word(evaluate, lambda x: Script(x, above=above), strength=POWER, inside=ATOM)


def signed(evaluate: Callable[..., Any], sign: str) -> Word:
    """Return a function over some axes that is written as a large sign: `∑₀ x`."""

    def typeset(x: Notation, axes: Notation | None = None) -> Notation:
        return row(Script(Text(sign, "mo"), below=axes), " ", x)

    return Word(evaluate, typeset, strength=PRODUCT, inside=POWER)
