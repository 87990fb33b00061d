"""Read what a person types as numbers, arrays and formulas, without running any of it."""

from __future__ import annotations

import ast
import dataclasses
import re
import unicodedata
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from graphstep.errors import AnswerError
from graphstep.lessons._answers_words import CONSTANTS, FUNCTIONS, SIGNS

_LONGEST, _DEEPEST, _MOST_PARTS, _MOST_ELEMENTS = 2000, 24, 1000, 10_000

_SPELLINGS = {
    "−": "-",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "⊙": "*",
    "\N{ASTERISK OPERATOR}": "*",
    "÷": "/",
    "^": "**",
    "²": "**2",
    "³": "**3",
    "⁻¹": "**(-1)",
    "√": "sqrt",
    "ᵀ": ".T",
    "π": "pi",
    "∞": "inf",
}
_SPELLED = re.compile("|".join(map(re.escape, _SPELLINGS)))
_IMAGINARY = re.compile(r"(?<=[\d.])i\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read: it holds nothing but arithmetic and known words.

    Attributes:
        text: As it was typed.
        tree: What it says.
        names: Which name each word of the tree stands for.
    """

    text: str
    tree: ast.expr
    names: Mapping[str, str]

    def value(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return its value in float64 or complex128.

        Args:
            values: A value for every name that may occur in it.

        Raises:
            AnswerError: If shapes do not fit, or the result is too large an array.
        """
        words = {word: values[name] for word, name in self.names.items()}
        try:
            with np.errstate(all="ignore"):
                return _value(self.tree, words)
        except (TypeError, ValueError, np.linalg.LinAlgError) as error:
            msg = f"`{_cut(self.text)}` has no value: its parts do not fit together."
            raise AnswerError(msg) from error


def read_formula(text: str, names: Collection[str] = ()) -> Formula:
    """Return the formula that `text` spells.

    Args:
        text: Python's spelling or that of mathematics: `2*x^2`, `−3`, `x·ȳ`, `Aᵀ @ b`.
        names: What may occur in it besides numbers and known functions; any text,
            `params['w']` and `x[0]` too.

    Raises:
        AnswerError: If it is no such formula. Nothing of it was run.
    """
    shown = " ".join(text.split())
    if not shown:
        raise AnswerError("Nothing was typed.")
    if len(shown) > _LONGEST:
        msg = f"That is {len(shown)} characters long; at most {_LONGEST} are read."
        raise AnswerError(msg)
    spelled, words = _with_words(shown, names)
    if _depth(spelled) > _DEEPEST:
        raise AnswerError("That has too many brackets inside each other.")
    tree = _parsed(spelled, shown)
    _check(tree, words)
    return Formula(shown, tree, words)


def read_value(text: str, given: Mapping[str, Any] | None = None) -> np.ndarray:
    """Return the number or array that `text` spells: `1/3`, `-inf`, `[[1, 2], [3, 4]]`.

    Args:
        text: What was typed.
        given: Values that may be called by name.

    Raises:
        AnswerError: If it spells none, or one that is too large to hold.
    """
    formula = read_formula(text, given or {})
    value = formula.value(given or {})
    words = {n.id.lower() for n in ast.walk(formula.tree) if isinstance(n, ast.Name)}
    is_meant = formula.names or not words.isdisjoint({"inf", "infinity", "nan"})
    if not np.isfinite(value).all() and not is_meant:
        msg = (
            f"`{_cut(formula.text)}` is not a number that can be held. Type `inf` or "
            "`nan` if that is meant."
        )
        raise AnswerError(msg)
    return value


def _with_words(text: str, names: Collection[str]) -> tuple[str, dict[str, str]]:
    """Put one word in the place of each name; longer names are looked for first."""
    words: dict[str, str] = {}
    text = _spelled(text)
    for number, name in enumerate(sorted(names, key=lambda n: (-len(n), n))):
        word = f"_{number}_"
        pattern = rf"(?<!\w){re.escape(_spelled(name))}(?!\w)"
        text, found = re.subn(pattern, word, text)
        if found:
            words[word] = name
    return _IMAGINARY.sub("j", text), words


def _spelled(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return _SPELLED.sub(lambda match: _SPELLINGS[match.group()], text)


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _parsed(text: str, shown: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            # Python only warns of `2if`, and what is odd is not read here.
            warnings.simplefilter("error")
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        if re.search(r"\d\s*[A-Za-z_(]", shown):
            cure = "Write products with `*`: `2*x`."
        else:
            cure = "Write numbers and formulas as `1/3`, `-2e-3`, `sin(0.5)`."
        raise AnswerError(f"`{_cut(shown)}` cannot be read. {cure}") from error


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _check(tree: ast.expr, words: Mapping[str, str]) -> None:
    """Refuse whatever is not arithmetic, before any of it is worked out."""
    pending, seen = [(tree, 0)], 0
    while pending:
        node, depth = pending.pop()
        seen += 1
        if seen > _MOST_PARTS or depth > 2 * _DEEPEST:
            raise AnswerError("That is too long a formula.")
        pending.extend((part, depth + 1) for part in _checked_parts(node, words))


def _checked_parts(node: ast.expr, words: Mapping[str, str]) -> list[ast.expr]:
    """Return what is inside of a part that may be there."""
    match node:
        case ast.Constant(value=bool() | int() | float() | complex()):
            return []
        case ast.Name(id=word) if word in words or word.lower() in CONSTANTS:
            return []
        case ast.Name(id=word) if word in FUNCTIONS:
            raise AnswerError(f"`{word}` needs its argument: `{word}(…)`.")
        case ast.Name(id=word):
            raise AnswerError(f"`{_cut(word)}` is not a name that is known here.")
        case ast.Call(func=ast.Name(id=word)) if word not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            msg = f"`{_cut(word)}` is not a function that is known here: {known}."
            raise AnswerError(msg)
        case _:
            pass
    operation = _operation(node)
    if operation is None:
        msg = "Only numbers, lists, names, `+ - * / **`, `@` and functions are read."
        raise AnswerError(msg)
    return operation[1]


def _operation(node: ast.expr) -> tuple[Callable[..., Any], list[ast.expr]] | None:
    """Return what a part does to which others, if that is arithmetic."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
            return SIGNS[type(op)], [left, right]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in SIGNS:
            return SIGNS[type(op)], [operand]
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in SIGNS:
            return SIGNS[type(op)], [left, right]
        case ast.Call(func=ast.Name(id=word), args=args, keywords=[]):
            function, n_args = FUNCTIONS[word]
            if len(args) != n_args:
                s = "" if n_args == 1 else "s"
                raise AnswerError(f"`{word}` takes {n_args} argument{s}.")
            return function, args
        case ast.Attribute(value=inner, attr="T"):
            return np.transpose, [inner]
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return _array, elements
        case _:
            return None


def _array(*elements: Any) -> np.ndarray:
    return np.array(elements)


def _value(node: ast.expr, words: Mapping[str, Any]) -> np.ndarray:
    operation = _operation(node)
    if operation is not None:
        function, parts = operation
        found = np.asarray(function(*(_value(part, words) for part in parts)))
        if found.size > _MOST_ELEMENTS:
            raise AnswerError(f"That is an array of {found.size} elements: too large.")
        return found
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    assert isinstance(node, ast.Name)
    if node.id not in words:
        return np.asarray(CONSTANTS[node.id.lower()])
    return np.asarray(words[node.id])


def _constant(value: Any) -> np.ndarray:
    try:
        return np.asarray(value, complex if isinstance(value, complex) else float)
    except OverflowError as error:
        raise AnswerError("A number in that is too large to be held.") from error
