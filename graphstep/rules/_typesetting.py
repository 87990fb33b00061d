"""From a formula to its notation: brackets only where they are needed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any

from graphstep.rules._formula import CONSTANTS, parsed
from graphstep.rules._notation import Notation, Script, Text, fenced, row
from graphstep.rules._vocabulary import WORDS
from graphstep.rules._words import ATOM, POWER, PRODUCT, SUM, named

_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: " < ",
    ast.LtE: " ≤ ",
    ast.Gt: " > ",
    ast.GtE: " ≥ ",
    ast.Eq: " = ",
    ast.NotEq: " ≠ ",
}
_TRANSPOSED = Text("T", "mo")


def typeset(
    formula: str, names: Mapping[str, str], scalars: Collection[str] = ()
) -> Notation:
    """Return how a formula is written.

    Args:
        formula: An expression of the formula language.
        names: What symbols are called here; others keep their own name.
        scalars: Symbols that stand for one number, so that products with them are
            written `·` and not `⊙`.
    """
    return _Typesetter(names, frozenset(scalars)).of(parsed(formula))[0]


class _Typesetter:
    def __init__(self, names: Mapping[str, str], scalars: frozenset[str]) -> None:
        self.names = names
        self.scalars = scalars

    def of(self, part: ast.expr) -> tuple[Notation, int]:
        """Return the notation of a part, and how strongly it holds together."""
        match part:
            case ast.Constant(value=value):
                return _constant(value), ATOM
            case ast.Name():
                return self.symbol(part.id), ATOM
            case ast.UnaryOp(op=ast.USub()):
                return row("−", self.bracketed(part.operand, PRODUCT)), PRODUCT
            case ast.UnaryOp(op=ast.Invert()):
                return row("¬", self.bracketed(part.operand, ATOM)), ATOM
            case ast.Compare(ops=[op], comparators=[right]):
                left, sign = self.of(part.left)[0], _COMPARED[type(op)]
                # Iverson's bracket: 1 where it holds, else 0.
                return row("[", left, sign, self.of(right)[0], "]"), ATOM
            case ast.Attribute():
                return self.transposed(part.value), POWER
            case ast.Call(func=ast.Name(id=word)):
                return self.word(word, part.args)
            case ast.BinOp():
                return self.operation(part)
            case _:
                raise ValueError(f"Not in the formula language: {ast.unparse(part)}")

    def symbol(self, symbol: str) -> Notation:
        """Return what a symbol is called here; one of a series has its number below."""
        name = self.names.get(symbol, symbol)
        stem = name.rstrip("0123456789")
        if name == symbol and stem and stem != name:
            return Script(Text(stem), below=Text(name[len(stem) :], "mn"))
        return Text(name)

    def bracketed(self, part: ast.expr, at_least: int) -> Notation:
        """Return a part, in brackets if it would else fall apart."""
        notation, strength = self.of(part)
        return notation if strength >= at_least else fenced(notation)

    def operation(self, part: ast.BinOp) -> tuple[Notation, int]:
        left, right = part.left, part.right
        match part.op:
            case ast.Add():
                return row(self.of(left)[0], " + ", self.addend(right, SUM)), SUM
            case ast.Sub():
                right = self.addend(right, PRODUCT)
                return row(self.of(left)[0], " − ", right), SUM
            case ast.Pow():
                base = self.bracketed(left, ATOM)
                return Script(base, above=self.of(right)[0]), POWER
            case ast.Div():
                sign = " / "
            case ast.BitAnd() | ast.BitOr():
                sign = " and " if isinstance(part.op, ast.BitAnd) else " or "
                return row(self.of(left)[0], sign, self.of(right)[0]), SUM
            case ast.MatMult():
                sign = " "
            case _:
                either = self.is_scalar(left) or self.is_scalar(right)
                sign = "·" if either else " ⊙ "
        right = self.bracketed(right, POWER)
        return row(self.factor(left, part.op), sign, right), PRODUCT

    def factor(self, part: ast.expr, op: ast.operator) -> Notation:
        """Return what stands left in a product or quotient.

        A quotient or a sum over an axis would read as if it went on, and two kinds of
        product as one; only a quotient of a product is the same both ways.
        """
        is_call = isinstance(part, ast.Call)
        is_other = isinstance(part, ast.BinOp) and type(part.op) is not type(op)
        is_same = isinstance(op, ast.Div) and not self.is_quotient(part)
        needs = is_call or (is_other and not is_same)
        return self.bracketed(part, POWER if needs else PRODUCT)

    def is_quotient(self, part: ast.expr) -> bool:
        return isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div)

    def addend(self, part: ast.expr, at_least: int) -> Notation:
        """Return what stands right of a plus or minus, where no sign may lead."""
        first = part
        while isinstance(first, ast.BinOp) and not isinstance(first.op, ast.Pow):
            first = first.left
        is_signed = isinstance(first, ast.UnaryOp)
        return self.bracketed(part, POWER if is_signed else at_least)

    def transposed(self, part: ast.expr) -> Notation:
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "inv":
            inverse = row("−", _TRANSPOSED)
            return Script(self.bracketed(part.args[0], ATOM), above=inverse)
        return Script(self.bracketed(part, ATOM), above=_TRANSPOSED)

    def word(self, name: str, arguments: list[ast.expr]) -> tuple[Notation, int]:
        word = WORDS[name]
        parts = [self.bracketed(argument, word.inside) for argument in arguments]
        return (word.typeset or named(name))(*parts), word.strength

    def is_scalar(self, part: ast.expr) -> bool:
        """Return whether a part is one number."""
        match part:
            case ast.Constant():
                return True
            case ast.Name():
                return part.id in self.scalars or part.id in CONSTANTS
            case ast.Call(func=ast.Name(id=word)) if WORDS[word].is_scalar:
                return True
            case ast.Call() | ast.BinOp() | ast.UnaryOp() | ast.Compare():
                inside = part.args if isinstance(part, ast.Call) else _children(part)
                return all(self.is_scalar(value) for value in inside)
            case _:
                return False


def _constant(value: Any) -> Text:
    if isinstance(value, complex):
        return Text("i")
    is_number = isinstance(value, int | float)
    return Text(f"{value:g}", "mn") if is_number else Text(str(value))


def _children(part: ast.expr) -> list[ast.expr]:
    return [c for c in ast.iter_child_nodes(part) if isinstance(c, ast.expr)]
