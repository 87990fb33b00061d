"""Find nodes and regions by name, letter, id, primitive, scope, shape or line."""

from __future__ import annotations

import collections
import functools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from graphstep.analysis import Condition
from graphstep.errors import NodeNotFoundError, SteppingError
from graphstep.graph import Pattern, ProgramGraph
from graphstep.tracing import one_line

_LINE = re.compile(r"(?P<file>[^:]*):(?P<line>\d+)")
_TYPE = re.compile(
    r"(?P<dtype>(?:bool|key|bf16|[fuic]\d+|float\w+|u?int\w+)(?:<[^>]*>)?)?"
    r"(?P<shape>\[(?:[\d\s,*?]|\.\.\.|…)*\])?"
)
_CONDITION = re.compile(
    r"(?:(?P<where>.*?)(?:\s+if)?\s+|\s*(?:if\s+)?)"
    r"(?P<condition>nan|inf|nonfinite|zero|\w+\s*(?:[<>]=?|[=!]=)\s*\S+)\s*"
)


class Query(NamedTuple):
    """What a person looks for.

    Attributes:
        where: What nodes must be like; all of them if it is empty.
        condition: What must be so of their values, if anything.
    """

    where: str
    condition: Condition | None


def read_query(text: str) -> Query:
    """Split `tanh f32[*,512] nan` into what is asked of nodes and of their values."""
    match = _CONDITION.fullmatch(text)
    if match:
        try:
            condition = Condition.parse(match["condition"])
        except SteppingError:
            return Query(text.strip(), None)
        return Query((match["where"] or "").strip(), condition)
    return Query(text.strip(), None)


def place_of(graph: ProgramGraph, item: str) -> tuple[int, bool]:
    """Return what items are ordered by: a region comes before the nodes in it."""
    if item in graph:
        return graph.position(item), True
    return graph.regions[item].start, False


class Index:
    """The texts by which nodes and regions of one program are found.

    Args:
        graph: The program.
    """

    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        by_text: dict[str, dict[str, None]] = collections.defaultdict(dict)
        by_letter: dict[str, list[str]] = collections.defaultdict(list)
        columns = graph.columns
        for position, node in enumerate(graph.order):
            eqn = columns.eqns[position]
            primitive = columns.roles[position] if eqn is None else eqn.primitive.name
            by_text[primitive][node] = None
            for out in range(len(columns.avals[position])):
                if name := graph.name(node, out):
                    by_text[name][node] = None
                by_letter[graph.letter(node, out)].append(node)
        for region in graph.regions.values():
            if region.parent is not None and region.id not in graph:
                for text in (region.id, region.name, region.kind):
                    by_text[text][region.id] = None
        self._by_text = {text: tuple(items) for text, items in by_text.items()}
        self._by_letter = dict(by_letter)

    @functools.cached_property
    def words(self) -> tuple[str, ...]:
        """Every name, primitive, kind and scope, sorted."""
        return tuple(sorted(self._by_text))

    @functools.cached_property
    def _types(self) -> dict[tuple[str, tuple[str, ...]], list[str]]:
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for position, node in enumerate(self.graph.order):
            for aval in self.graph.columns.avals[position]:
                dtype, shape = _type_parts(aval.str_short(short_dtypes=True))
                found.setdefault((dtype, shape), []).append(node)
        return found

    @functools.cached_property
    def _lines(self) -> dict[int, list[tuple[str, str, bool]]]:
        """Per line number, file, node, and whether the node's expression begins there."""
        found: dict[int, list[tuple[str, str, bool]]] = collections.defaultdict(list)
        for node in self.graph.order:
            location = self.graph.source(node)
            if location is None:
                continue
            found[location.line].append((location.file, node, True))
            for frame in location.frames:
                if (frame.file, frame.line) != (location.file, location.line):
                    found[frame.line].append((frame.file, node, False))
        return found

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the files that made the program, without their folders."""
        found = {file for each in self._lines.values() for file, _, _ in each}
        return tuple(sorted({re.split(r"[/\\]", file)[-1] for file in found}))

    def exactly(self, text: str) -> tuple[str, ...]:
        """Return what has that id; or name, primitive or scope; or letter."""
        if text in self.graph:
            return (text,)
        return self._ordered(self._by_text.get(text) or self._by_letter.get(text, ()))

    def on_line(self, file: str, line: int) -> tuple[str, ...]:
        """Return the nodes that a line made; if none, those that it led to."""
        found = [f for f in self._lines.get(line, ()) if _is_file(f[0], file)]
        direct = [node for _, node, is_direct in found if is_direct]
        return self._ordered(direct or [node for _, node, _ in found])

    def of_type(self, dtype: str, shape: Sequence[str] | None) -> tuple[str, ...]:
        """Return the nodes with an output of that dtype and shape, if these are given.

        Args:
            dtype: As jaxprs write it, `f32`; empty for any.
            shape: Lengths; `*` is any one, `...` any number of them.
        """
        found: list[str] = []
        for (actual, lengths), nodes in self._types.items():
            if dtype and actual != dtype:
                continue
            if shape is None or _fits(shape, lengths):
                found += nodes
        return self._ordered(found)

    def like(self, pattern: Pattern) -> tuple[str, ...]:
        """Return what a regular expression is found in; letters must match as wholes.

        Raises:
            PatternError: If that takes too long.
        """
        found: list[str] = []
        for text, items in self._by_text.items():
            if pattern.search(text):
                found += items
        for letter, nodes in self._by_letter.items():
            if pattern.fullmatch(letter):
                found += nodes
        return self._ordered(found)

    def with_id_like(self, text: str) -> tuple[str, ...]:
        """Return what is inside of an id: `12/` finds `12/0` and `12/1`."""
        return tuple(node for node in self.graph.order if node.startswith(text))

    def _ordered(self, items: Iterable[str]) -> tuple[str, ...]:
        graph = self.graph
        return tuple(sorted(dict.fromkeys(items), key=lambda i: place_of(graph, i)))


def prepare(graph: ProgramGraph) -> None:
    """Make all that searches in a program rest on; any thread may ask."""
    index = index_of(graph)
    index.of_type("", ())
    index.on_line("", 0)
    assert index.words is not None


@functools.lru_cache(maxsize=4)
def index_of(graph: ProgramGraph) -> Index:
    """Return the index of a program, made once."""
    return Index(graph)


def matches(graph: ProgramGraph, where: str) -> tuple[str, ...]:
    """Return the nodes and regions that are like `where`, in program order.

    It is read as an id, a name, primitive, scope or letter; else as a type
    (`f32[*,512]`, `[2,...]`, `bf16`); else as a line (`:12`, `model.py:12`); else as a
    regular expression; else as words, each of which must be so.

    Raises:
        NodeNotFoundError: If it is none of these because it is malformed.
        PatternError: If it could take for ever to look for it.
    """
    index = index_of(graph)
    if not where:
        return graph.order
    found = _of_one(index, where)
    if found:
        return found
    pattern = _pattern(where)
    if pattern is not None:
        found = index.like(pattern)
    if not found:
        found = index.like(Pattern(re.escape(where), re.IGNORECASE))
    if not found and where[0].isdecimal():
        found = index.with_id_like(where)
    words = where.split()
    if not found and words[1:]:
        found = _of_all(index, words)
    if not found and pattern is None:
        msg = f"`{one_line(where, 60)}` names nothing and is no regular expression."
        raise NodeNotFoundError(msg)
    return found


def one_match(graph: ProgramGraph, where: str) -> str:
    """Return the first node or region that is like `where`; ids go first.

    Raises:
        NodeNotFoundError: If nothing is.
    """
    where = where.strip()
    if where and where in graph.regions:
        return where
    found = matches(graph, where) if where else ()
    if not found:
        msg = f"There is no node `{one_line(where, 60)}`."
        raise NodeNotFoundError(msg)
    return found[0]


def _of_one(index: Index, word: str) -> tuple[str, ...]:
    found = index.exactly(word)
    if found:
        return found
    type_ = _TYPE.fullmatch(word)
    if type_:
        shape = type_["shape"]
        lengths = None if shape is None else _lengths(shape)
        found = index.of_type(type_["dtype"] or "", lengths)
    line = _LINE.fullmatch(word)
    if line:
        found = index.on_line(line["file"], int(line["line"]))
    return found


def _of_all(index: Index, words: Iterable[str]) -> tuple[str, ...]:
    found: tuple[str, ...] | None = None
    for word in words:
        some = _of_one(index, word)
        pattern = _pattern(word)
        if not some and pattern is not None:
            some = index.like(pattern)
        kept = set(some)
        found = some if found is None else tuple(i for i in found if i in kept)
    return found or ()


def _pattern(text: str) -> Pattern | None:
    try:
        re.compile(text)
    except re.error:
        return None
    # As in most editors: a query in small letters finds capital ones too.
    return Pattern(text, re.IGNORECASE if text == text.lower() else re.NOFLAG)


def _is_file(path: str, file: str) -> bool:
    return not file or path == file or path.endswith((f"/{file}", f"\\{file}"))


def _lengths(shape: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in shape[1:-1].split(",") if part.strip())


def _type_parts(text: str) -> tuple[str, tuple[str, ...]]:
    dtype, bracket, shape = text.partition("[")
    return dtype, _lengths(bracket + shape) if bracket else ()


def _fits(wanted: Sequence[str], lengths: Sequence[str]) -> bool:
    for i, part in enumerate(wanted):
        if part in ("...", "…"):
            rest = wanted[i + 1 :]
            n_skipped = range(len(lengths) - i - len(rest) + 1)
            return any(_fits(rest, lengths[i + n :]) for n in n_skipped)
        if i >= len(lengths) or (part not in ("*", "?") and part != lengths[i]):
            return False
    return len(wanted) == len(lengths)
