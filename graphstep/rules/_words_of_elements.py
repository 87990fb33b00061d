"""Functions of each element by itself, as formulas use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from graphstep.rules._notation import Notation, Row, Script, Text, fenced, row
from graphstep.rules._special import gammainc_by_a, rounded_to, scaled_bessel
from graphstep.rules._words import (
    ATOM,
    POWER,
    PRODUCT,
    Word,
    hiding,
    indexed,
    listed,
    named,
    raised,
)


def _between(left: str, right: str) -> Callable[[Notation], Row]:
    return lambda x: row(left, x, right)


def _inverse(name: str) -> Callable[[Notation], Row]:
    base = Script(Text(name), above=row("−", Text("1", "mn")))
    return lambda x: row(base, fenced(x))


def _power_of(base: str) -> Callable[[Notation], Script]:
    return lambda x: Script(Text(base, "mn"), above=x)


def _polygamma(m: Notation, x: Notation) -> Row:
    return row(Script(Text("ψ"), above=row("(", m, ")")), fenced(x))


def _betainc(a: Notation, b: Notation, x: Notation) -> Row:
    return row(Script(Text("I"), below=x), fenced(listed((a, b))))


def _by_a(a: Notation, x: Notation) -> Row:
    return row(
        Script(Text("∂", "mo"), below=Text("1", "mn")),
        Text("P"),
        fenced(listed((a, x))),
    )


def _mod(x: Notation, y: Notation) -> Row:
    return row(x, " mod ", y)


def _nearest_away(x: Any) -> Any:
    return np.trunc(x + np.copysign(0.5, x))


def _choice(which: Any, *cases: Any) -> Any:
    cases = np.broadcast_arrays(np.asarray(which, np.int64), *cases)
    return np.choose(cases[0], cases[1:])


def _converted(x: Any, dtype: str) -> Any:
    """Return numbers as rounded to a type, and not less precise than float64."""
    to = np.dtype(dtype)
    y = np.asarray(x if to.kind == "c" else np.real(x)).astype(to)
    return y.astype(np.result_type(to, np.float64) if to.kind in "fc" else np.float64)


_PLAIN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log1p"),
    *("sign", "nextafter", "trunc"),
)

ELEMENT_WORDS: dict[str, Word] = {
    **{name: Word(getattr(np, name)) for name in _PLAIN},
    "abs": Word(np.abs, _between("|", "|")),
    "arccos": Word(np.arccos),
    "arccosh": Word(np.arccosh, named("arcosh")),
    "arcsin": Word(np.arcsin),
    "arcsinh": Word(np.arcsinh, named("arsinh")),
    "arctan": Word(np.arctan),
    "arctan2": Word(np.arctan2, named("atan2")),
    "arctanh": Word(np.arctanh, named("artanh")),
    "bessel": Word(scaled_bessel, indexed("Ie")),
    "beta": Word(scipy.special.beta, named("B")),
    "betainc": Word(scipy.special.betainc, _betainc),
    "cbrt": Word(np.cbrt, lambda x: row("∛", x), inside=ATOM),
    "ceil": Word(np.ceil, _between("⌈", "⌉")),
    "choice": Word(_choice, named("choose")),
    "conj": raised(np.conj, Text("*", "mo")),
    "converted": Word(_converted, indexed("convert")),
    "digamma": Word(scipy.special.digamma, named("ψ")),
    "erf": Word(scipy.special.erf),
    "erf_inv": Word(scipy.special.erfinv, _inverse("erf")),
    "erfc": Word(scipy.special.erfc),
    "exp2": Word(np.exp2, _power_of("2"), strength=POWER),
    "floor": Word(np.floor, _between("⌊", "⌋")),
    "gamma": Word(scipy.special.gamma, named("Γ")),
    "gammainc": Word(scipy.special.gammainc, named("P")),
    "gammainc_by_a": Word(gammainc_by_a, _by_a),
    "gammaincc": Word(scipy.special.gammaincc, named("Q")),
    "imag": Word(np.imag, named("Im")),
    "isfinite": Word(np.isfinite, _between("[", " is finite]")),
    "lgamma": Word(scipy.special.gammaln, named("ln Γ")),
    "log": Word(np.log, named("ln")),
    "logistic": Word(lambda x: 1 / (1 + np.exp(-x)), named("σ")),
    "max": Word(np.maximum),
    "min": Word(np.minimum),
    "mod": Word(np.fmod, _mod, strength=PRODUCT, inside=POWER),
    "polygamma": Word(
        lambda m, x: scipy.special.polygamma(np.asarray(m, np.int64), x), _polygamma
    ),
    "real": Word(np.real, named("Re")),
    "round": Word(np.round),
    "round_away": Word(_nearest_away, named("round")),
    "rounded_to": Word(rounded_to, hiding("round")),
    "sqrt": Word(np.sqrt, lambda x: row("√", x), inside=ATOM),
    "stopped": Word(lambda x: x, named("stop")),
}
