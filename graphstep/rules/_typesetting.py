"""From a formula to its notation: brackets only where they are needed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from graphstep.rules._formula import parsed
from graphstep.rules._notation import Notation, Script, Text, fenced, row
from graphstep.rules._vocabulary import WORDS

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
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
            case ast.Constant():
                return Text(f"{part.value}", "mn"), _ATOM
            case ast.Name():
                return Text(self.names.get(part.id, part.id)), _ATOM
            case ast.UnaryOp(op=ast.USub()):
                return row("−", self.bracketed(part.operand, _PRODUCT)), _PRODUCT
            case ast.UnaryOp(op=ast.Invert()):
                return row("¬", self.bracketed(part.operand, _ATOM)), _ATOM
            case ast.Compare(ops=[op], comparators=[right]):
                left, sign = self.of(part.left)[0], _COMPARED[type(op)]
                # Iverson's bracket: 1 where it holds, else 0.
                return row("[", left, sign, self.of(right)[0], "]"), _ATOM
            case ast.Attribute():
                return self.transposed(part.value), _POWER
            case ast.Call(func=ast.Name(id=word)):
                return self.word(word, part.args)
            case ast.BinOp():
                return self.operation(part)
            case _:
                raise ValueError(f"Not in the formula language: {ast.unparse(part)}")

    def bracketed(self, part: ast.expr, at_least: int) -> Notation:
        """Return a part, in brackets if it would else fall apart."""
        notation, strength = self.of(part)
        return notation if strength >= at_least else fenced(notation)

    def operation(self, part: ast.BinOp) -> tuple[Notation, int]:
        left, right = part.left, part.right
        match part.op:
            case ast.Add():
                return row(self.of(left)[0], " + ", self.addend(right, _SUM)), _SUM
            case ast.Sub():
                right = self.addend(right, _PRODUCT)
                return row(self.of(left)[0], " − ", right), _SUM
            case ast.Pow():
                base = self.bracketed(left, _ATOM)
                return Script(base, above=self.of(right)[0]), _POWER
            case ast.Div():
                right = self.bracketed(right, _POWER)
                return row(self.bracketed(left, _PRODUCT), " / ", right), _PRODUCT
            case ast.BitAnd() | ast.BitOr():
                sign = " and " if isinstance(part.op, ast.BitAnd) else " or "
                return row(self.of(left)[0], sign, self.of(right)[0]), _SUM
            case ast.MatMult():
                sign = " "
            case _:
                either = self.is_scalar(left) or self.is_scalar(right)
                sign = "·" if either else " ⊙ "
        right = self.bracketed(right, _POWER)
        # A quotient would read as if it went on.
        is_quotient = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div)
        left = self.bracketed(left, _POWER if is_quotient else _PRODUCT)
        return row(left, sign, right), _PRODUCT

    def addend(self, part: ast.expr, at_least: int) -> Notation:
        """Return what stands right of a plus or minus, where no sign may lead."""
        first = part
        while isinstance(first, ast.BinOp) and not isinstance(first.op, ast.Pow):
            first = first.left
        is_signed = isinstance(first, ast.UnaryOp)
        return self.bracketed(part, _POWER if is_signed else at_least)

    def transposed(self, part: ast.expr) -> Notation:
        if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "inv":
            inverse = row("−", _TRANSPOSED)
            return Script(self.bracketed(part.args[0], _ATOM), above=inverse)
        return Script(self.bracketed(part, _ATOM), above=_TRANSPOSED)

    def word(self, name: str, arguments: list[ast.expr]) -> tuple[Notation, int]:
        own = WORDS[name].typeset
        if own is None:
            parts: list[Notation | str] = []
            for argument in arguments:
                parts += [", "] if parts else []
                parts.append(self.of(argument)[0])
            return row(Text(name), fenced(row(*parts))), _ATOM
        return own(*(self.bracketed(a, _PRODUCT) for a in arguments)), _POWER

    def is_scalar(self, part: ast.expr) -> bool:
        """Return whether a part is one number."""
        match part:
            case ast.Constant():
                return True
            case ast.Name():
                return part.id in self.scalars
            case ast.Call(func=ast.Name(id=word)) if WORDS[word].is_scalar:
                return True
            case ast.Call() | ast.BinOp() | ast.UnaryOp() | ast.Compare():
                inside = part.args if isinstance(part, ast.Call) else _children(part)
                return all(self.is_scalar(value) for value in inside)
            case _:
                return False


def _children(part: ast.expr) -> list[ast.expr]:
    return [c for c in ast.iter_child_nodes(part) if isinstance(c, ast.expr)]
