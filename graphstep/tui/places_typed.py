"""Places and values as they are typed: `h`, `12/3 @ 4`, `h[3,:]`."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from graphstep.errors import GraphstepError, NodeNotFoundError, SteppingError
from graphstep.graph import ProgramGraph
from graphstep.stepping import Cursor
from graphstep.tracing import one_line
from graphstep.tui.edit_index import index_of as subscript_of
from graphstep.tui.passes import FORWARD
from graphstep.tui.search import index_of, one_match
from graphstep.tui.state import UiState
from graphstep.tui.values import Of

_OF: dict[str, Of] = {
    "primal": "primal",
    "cotangent": "cotangent",
    "ct": "cotangent",
    "bar": "cotangent",
    "tangent": "tangent",
    "dot": "tangent",
}
_SUBSCRIPTED = re.compile(r"(?P<name>.*?)(?P<subscript>\[[^\[\]]*\])", re.DOTALL)
_MOST = 200


class TypedValue(NamedTuple):
    """A value that was typed.

    Attributes:
        node: Node id.
        out: Which output.
        of: `primal`, `cotangent` or `tangent`; `None` for what the present pass is about.
        subscript: What was typed in brackets; empty if nothing was.
    """

    node: str
    out: int
    of: Of | None
    subscript: str


def walk_of(state: UiState) -> Cursor:
    """Return the cursor.

    Raises:
        SteppingError: If there is none yet.
    """
    if state.cursor is None:
        raise SteppingError(state.why_no_walk)
    return state.cursor


def node_typed(state: UiState, text: str) -> str:
    """Return the node that is meant; nothing typed means the one that is inspected.

    Raises:
        NodeNotFoundError: If there is none.
    """
    if not text.strip():
        if state.inspected is None:
            msg = "Nothing is selected; name a node."
            raise NodeNotFoundError(msg)
        return state.inspected
    found = one_match(state.graph, text)
    if found in state.graph:
        return found
    return state.graph.order[state.graph.regions[found].start]


def value_typed(state: UiState, text: str) -> TypedValue:
    """Read `h`, `h[3,:]`, `cotangent h[0]`; nothing typed is the inspected value.

    Raises:
        NodeNotFoundError: If there is no such value.
    """
    text = text.strip()
    first, _, rest = text.partition(" ")
    of = _OF.get(first)
    if of is not None:
        text = rest.strip()
    if not text:
        node = node_typed(state, "")
        return TypedValue(node, state.examined.out, of or state.examined.of, "")
    graph = state.graph
    match = _SUBSCRIPTED.fullmatch(text)
    # A name such as `params['w1']` has brackets of its own.
    if match and not index_of(graph).exactly(text):
        name, subscript = match["name"].strip(), match["subscript"]
        if not name or not index_of(graph).exactly(name):
            name, subscript = text, ""
    else:
        name, subscript = text, ""
    node = node_typed(state, name)
    return TypedValue(node, _out_called(graph, node, name), of, subscript)


def _out_called(graph: ProgramGraph, node: str, name: str) -> int:
    n_out = len(graph.columns.avals[graph.position(node)])
    for out in range(n_out):
        if name in (graph.name(node, out), graph.letter(node, out)):
            return out
    return 0


def of_now(state: UiState, of: Of | None) -> Of:
    """Return what is meant if nothing was said: what the present pass is about."""
    if of is not None:
        return of
    is_forward = state.cursor is None or state.cursor.pass_ == FORWARD
    return "primal" if is_forward else "cotangent"


def subscripted(array: Any, subscript: str) -> Any:
    """Return the part of an array that a subscript names.

    Raises:
        SteppingError: If the array has no such part.
    """
    if not subscript:
        return array
    try:
        expression = ast.parse(f"_{subscript}", mode="eval").body
        assert isinstance(expression, ast.Subscript)
        return array[subscript_of(expression.slice)]
    except (SyntaxError, IndexError, GraphstepError) as error:
        shape = ",".join(map(str, array.shape))
        part = one_line(subscript, 40)
        msg = f"a value of shape [{shape}] has no `{part}`: {one_line(str(error))}"
        raise SteppingError(msg) from error


# Completions -------------------------------------------------------------------------


def place_words(state: UiState, typed: str) -> Iterable[str]:
    """Return names, primitives, scopes and ids that begin as what was typed ends."""
    index = index_of(state.graph)
    last = typed.rsplit(" ", 1)[-1]
    start = bisect.bisect_left(index.words, last)
    found: list[str] = []
    for word in index.words[start : start + _MOST]:
        if not word.startswith(last):
            break
        found.append(word)
    if last[:1].isdecimal():
        found += [i for i in state.graph.order if i.startswith(last)][:_MOST]
    return found


def file_words(state: UiState, _typed: str) -> Iterable[str]:
    """Return the names of the files that made the program."""
    return index_of(state.graph).files
