"""The words and signs that may stand in an answer, and what they mean."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import numpy as np


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Any) -> Any:
    return np.logaddexp(x, 0)


def _outer(x: Any, y: Any) -> Any:
    # Nested outer products would grow without bound.
    if np.size(x) * np.size(y) > 10_000:
        raise ValueError
    return np.outer(x, y)


CONSTANTS: dict[str, Any] = {
    "pi": np.pi,
    "e": np.e,
    "inf": np.inf,
    "infinity": np.inf,
    "nan": np.nan,
    "true": 1.0,
    "false": 0.0,
}

# With the number of arguments that each takes.
FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "abs": (np.abs, 1),
    "acos": (np.arccos, 1),
    "arccos": (np.arccos, 1),
    "arcsin": (np.arcsin, 1),
    "arctan": (np.arctan, 1),
    "asin": (np.arcsin, 1),
    "atan": (np.arctan, 1),
    "conj": (np.conj, 1),
    "cos": (np.cos, 1),
    "cosh": (np.cosh, 1),
    "det": (np.linalg.det, 1),
    "diag": (np.diag, 1),
    "dot": (np.dot, 2),
    "exp": (np.exp, 1),
    "expm1": (np.expm1, 1),
    "floor": (np.floor, 1),
    "inv": (np.linalg.inv, 1),
    "ln": (np.log, 1),
    "log": (np.log, 1),
    "log1p": (np.log1p, 1),
    "max": (np.maximum, 2),
    "maximum": (np.maximum, 2),
    "mean": (np.mean, 1),
    "min": (np.minimum, 2),
    "minimum": (np.minimum, 2),
    "outer": (_outer, 2),
    "relu": (lambda x: np.maximum(x, 0), 1),
    "sigmoid": (_sigmoid, 1),
    "sign": (np.sign, 1),
    "sin": (np.sin, 1),
    "sinh": (np.sinh, 1),
    "softplus": (_softplus, 1),
    "solve": (np.linalg.solve, 2),
    "sqrt": (np.sqrt, 1),
    "sum": (np.sum, 1),
    "tan": (np.tan, 1),
    "tanh": (np.tanh, 1),
    "trace": (np.trace, 1),
    "transpose": (np.transpose, 1),
    "where": (np.where, 3),
}

SIGNS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
