"""Read from source text what becomes of the value of each expression."""

from __future__ import annotations

import ast
import bisect
import dataclasses
import itertools
import linecache
import warnings
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

from graphstep.tracing._source import Span
from graphstep.tracing._targets import Path, Starred, Target

_LONGEST_NAME = 60
_COMPREHENSION_NAMES: dict[type[ast.AST], str] = {
    ast.ListComp: "<listcomp>",
    ast.SetComp: "<setcomp>",
    ast.DictComp: "<dictcomp>",
    ast.GeneratorExp: "<genexpr>",
}
# What anything is read from: one node in ten.
_READ: frozenset[type[ast.AST]] = frozenset(
    {
        ast.Assign,
        ast.AnnAssign,
        ast.NamedExpr,
        ast.Return,
        ast.Lambda,
        ast.AugAssign,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.For,
        ast.AsyncFor,
        ast.While,
        *_COMPREHENSION_NAMES,
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Fate:
    """What the source does with the value of one expression.

    Attributes:
        is_returned: Whether the function returns it; else it is assigned.
        target: What it is assigned to; `None` when that has no name to show.
        path: Where it stands in the returned or assigned literal.
        is_unpacking: Whether this is not a value but the unpacking of one.
    """

    is_returned: bool
    target: Target = None
    path: Path = ()
    is_unpacking: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class SourceIndex:
    """The fates of all expressions of one file, found by position."""

    fates: Mapping[Span, Fate]
    definitions: frozenset[tuple[str, int]]
    loop_starts: Sequence[tuple[int, int]]
    loop_ends: Sequence[tuple[int, int]]

    def fate(self, code: CodeType, span: Span) -> Fate | None:
        """Return what `code` does with the value of the expression at `span`."""
        return self.fates.get(span) if self.defines(code) else None

    def defines(self, code: CodeType) -> bool:
        """Return whether `code` can have been compiled from this text.

        The file may have changed since it was imported.
        """
        name = code.co_name
        return name == "<module>" or (name, code.co_firstlineno) in self.definitions

    def is_in_loop(self, span: Span) -> bool:
        """Return whether the expression at `span` stands inside a loop."""
        i = bisect.bisect_right(self.loop_starts, span[:2])
        return i > 0 and self.loop_ends[i - 1] >= span[2:]


def parse(text: str) -> ast.Module | None:
    """Return the syntax tree of a module's text, or `None` when it is not Python."""
    with warnings.catch_warnings():
        # Python has warned about this text already, when it was imported.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def index_source(text: str) -> SourceIndex | None:
    """Return the index of a module's text, or `None` when it is not Python."""
    tree = parse(text)
    if tree is None:
        return None
    fates: dict[Span, Fate] = {}
    definitions: set[tuple[str, int]] = set()
    loops: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for node in ast.walk(tree):
        if type(node) not in _READ:
            continue
        for expression, fate in _fates(node):
            for span in _spans(expression):
                fates[span] = fate
        definitions.update(_definition(node))
        loops.extend(_loop(node))
    loops.sort()
    return SourceIndex(
        fates,
        frozenset(definitions),
        [start for start, _ in loops],
        # A loop may end before the one around it does: keep the farthest end so far.
        list(itertools.accumulate((end for _, end in loops), max)),
    )


_CACHE_SIZE = 256
_cache: dict[str, tuple[list[str], SourceIndex | None]] = {}


def source_index(file: str) -> SourceIndex | None:
    """Return the index of `file` as `linecache` has it, or `None` without source."""
    lines = linecache.getlines(file)
    if not lines:
        return None
    cached = _cache.get(file)
    # The cell or file may have been replaced; linecache then has another list.
    if cached is None or cached[0] is not lines:
        if len(_cache) >= _CACHE_SIZE:
            _cache.clear()
        cached = _cache[file] = (lines, index_source("".join(lines)))
    return cached[1]


def _fates(node: ast.AST) -> Iterator[tuple[ast.expr, Fate]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            named = [_target(target) for target in targets]
            first = next((target for target in named if target is not None), None)
            yield from _value_fates(value, Fate(is_returned=False, target=first))
            for target, name in zip(targets, named, strict=True):
                if isinstance(name, tuple):
                    yield target, Fate(False, name, is_unpacking=True)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _value_fates(value, Fate(False, _target(target)))
        case ast.NamedExpr(target=target, value=value):
            yield from _value_fates(value, Fate(False, _target(target)))
        case ast.Return(value=ast.expr() as value) | ast.Lambda(body=value):
            yield from _value_fates(value, Fate(is_returned=True))
        case ast.AugAssign(target=target):
            # The operation of `x += y` stands at the whole statement.
            whole = ast.copy_location(ast.Constant(None), node)
            yield whole, Fate(False, _target(target))
        case _:
            pass


def _value_fates(value: ast.expr, fate: Fate) -> Iterator[tuple[ast.expr, Fate]]:
    match value:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for i, item in enumerate(items):
                if isinstance(item, ast.Starred):
                    return
                yield from _value_fates(item, _at(fate, i))
        case ast.Dict(keys=keys, values=values):
            for key, item in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant):
                    yield from _value_fates(item, _at(fate, key.value))
        case ast.IfExp(body=body, orelse=orelse):
            yield from _value_fates(body, fate)
            yield from _value_fates(orelse, fate)
        case _:
            yield value, fate


def _at(fate: Fate, key: Any) -> Fate:
    return dataclasses.replace(fate, path=(*fate.path, key))


def _target(target: ast.expr) -> Target:
    match target:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_target(item) for item in items)
        case ast.Starred(value=value):
            name = _target(value)
            return Starred(name if isinstance(name, str) else None)
        case _:
            name = ast.unparse(target)
            is_shown = len(name) <= _LONGEST_NAME and name.isprintable()
            # A value assigned to `_` is not meant to be looked at again.
            return name if is_shown and name.strip("_") else None


def _spans(node: ast.expr) -> Iterator[Span]:
    end_line, end_column = node.end_lineno or 0, node.end_col_offset or 0
    yield node.lineno, node.col_offset, end_line, end_column
    # A method call or attribute in a chain over several lines is compiled as if it
    # began at the attribute's name.
    attribute = node.func if isinstance(node, ast.Call) else node
    if isinstance(attribute, ast.Attribute) and attribute.end_lineno != node.lineno:
        name_line, name_end = attribute.end_lineno or 0, attribute.end_col_offset or 0
        name_start = name_end - len(attribute.attr)
        yield name_line, name_start, end_line, end_column
        yield name_line, name_start, name_line, name_end


def _definition(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            lines = [d.lineno for d in node.decorator_list]
            yield node.name, min([node.lineno, *lines])
        case ast.Lambda():
            yield "<lambda>", node.lineno
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield _COMPREHENSION_NAMES[type(node)], node.lineno
        case _:
            pass


def _loop(node: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    match node:
        case ast.For(body=body) | ast.AsyncFor(body=body):
            first, last = body[0], body[-1]
        case ast.While() | ast.ListComp() | ast.SetComp():
            first = last = node
        case ast.DictComp() | ast.GeneratorExp():
            first = last = node
        case _:
            return
    end = (last.end_lineno or 0, last.end_col_offset or 0)
    yield (first.lineno, first.col_offset), end
