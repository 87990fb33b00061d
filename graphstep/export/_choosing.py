"""Choose what is drawn of a program: which nodes, and which regions are open."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypedDict

from graphstep.errors import GraphError, NodeNotFoundError
from graphstep.export._drawn import Expanded, Opened, opened, shown_items
from graphstep.export._expansion import legible_expansion, legible_groups
from graphstep.export._opening import Change, changed
from graphstep.graph import ROOT_ID, ProgramGraph
from graphstep.layout import groups
from graphstep.tracing import one_line

DEFAULT_RADIUS = 2
# Nodes that need no boxes of their own to be read.
_LEGIBLE = 60
# Inputs and outputs that may stand side by side.
_LEAVES = 12
_LISTED = 8
_LINES = re.compile(r"(?P<file>.*):(?P<first>\d{1,9})(-(?P<last>\d{1,9}))?")


class ChoiceOptions(TypedDict, total=False):
    """What `Choice` takes, as keywords of the facade."""

    expand: str | Sequence[str]
    collapse: str | Sequence[str]
    focus: str | None
    radius: int | None
    between: tuple[str, str] | None
    only_differentiable: bool
    source: str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What is asked to be drawn; together, conditions leave what meets all of them.

    Attributes:
        expanded: What is open to begin with, as `drawing_from_graph` takes it.
        changes: What is opened and closed, one after the other. If the first opens,
            everything else is closed; if it closes, the rest is as without it.
        only: Ids of nodes of the flat graph; by default all.
        focus: A node, as `ProgramGraph.find` takes it; what is near it is drawn.
        radius: Number of lines from there that count as near; by default 2.
        between: Two nodes; what is on a path from the first to the second is drawn.
        only_differentiable: Whether only what carries gradient is drawn.
        source: Such as `model.py:12` or `model.py:12-18`; what was made on these
            lines is drawn.
    """

    expanded: Expanded = None
    changes: tuple[Change, ...] = ()
    only: Collection[str] | None = None
    focus: str | None = None
    radius: int | None = None
    between: tuple[str, str] | None = None
    only_differentiable: bool = False
    source: str | None = None

    def __post_init__(self) -> None:
        if self.radius is not None and self.focus is None:
            msg = "A radius needs a focus, the node in the middle: give that too."
            raise GraphError(msg)
        if self.radius is not None and self.radius < 0:
            raise GraphError(f"A radius of {self.radius} is negative. Give 0 or more.")


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """What is drawn.

    Attributes:
        opened: What is open; `None` for as much as stays legible.
        only: Ids of the nodes that are drawn; `None` for all.
        notes: What was left out, one sentence each.
    """

    opened: Opened | None
    only: frozenset[str] | None
    notes: tuple[str, ...] = ()


def choose(graph: ProgramGraph, choice: Choice) -> Chosen:
    """Return what is drawn of a program when `choice` is asked for.

    Raises:
        NodeNotFoundError: If a node that it names, or a line, is not in the program.
        RegionNotFoundError: If a region that it names is not in the program.
        GraphError: If nothing is left to be drawn.
    """
    kept = _kept(graph, choice)
    centres = (
        None if choice.focus is None else nodes_named(graph, "focus", choice.focus)
    )
    if centres is not None and kept is not None:
        centres = tuple(node for node in centres if node in kept)
        if not centres:
            msg = (
                f"The focus `{one_line(choice.focus or '', 80)}` is not among what else "
                "is asked for. Leave out one of the conditions."
            )
            raise GraphError(msg)
    is_default = choice.expanded is None and not choice.changes
    if kept is None and centres is None and is_default:
        return Chosen(None, None)
    what = _base(graph, choice, kept, centres or ())
    what = changed(graph, what, choice.changes)
    if centres is not None:
        radius = DEFAULT_RADIUS if choice.radius is None else choice.radius
        kept = _near(graph, what, kept, centres, radius)
    notes: tuple[str, ...] = ()
    if kept is not None and len(kept) < len(graph):
        notes = (f"{len(kept)} of {len(graph)} nodes are in the picture.",)
    return Chosen(what, kept, notes)


def nodes_named(graph: ProgramGraph, what: str, query: str) -> tuple[str, ...]:
    """Return the nodes that `query` names, as `ProgramGraph.find` does, or a region's.

    Raises:
        NodeNotFoundError: If there are none; the message begins with `what`.
    """
    found = graph.find(query)
    if not found:
        found = tuple(
            node
            for region in graph.regions.values()
            if query and query in (region.id, region.name)
            for node in graph.order[region.start : region.stop]
        )
    if found:
        return tuple(dict.fromkeys(found))
    labels = dict.fromkeys(
        graph.label(node, out)
        for node in graph.order
        for out in range(len(graph.node(node).avals))
    )
    near = difflib.get_close_matches(query, labels, n=3)
    guess = f" Did you mean {_listed(near)}?" if near else ""
    msg = (
        f"The {what} `{one_line(query, 80)}` names no node.{guess} A node is named by "
        "its id, letter, name, source line (`model.py:12`) or primitive."
    )
    raise NodeNotFoundError(msg)


# Which nodes ---------------------------------------------------------------------------


def _kept(graph: ProgramGraph, choice: Choice) -> frozenset[str] | None:
    """Return the nodes that meet all conditions but the focus; `None` for all nodes."""
    conditions: list[Callable[[frozenset[str] | None], frozenset[str]]] = []
    if choice.only is not None:
        only = frozenset(graph.order[graph.position(node)] for node in choice.only)
        conditions.append(lambda _: only)
    if choice.only_differentiable:
        conditions.append(lambda _: _differentiable(graph))
    if choice.between is not None:
        first, last = choice.between
        conditions.append(lambda kept: _paths(graph, first, last, kept))
    if choice.source is not None:
        lines = choice.source
        conditions.append(lambda _: _made_on(graph, lines))
    kept: frozenset[str] | None = None
    for condition in conditions:
        found = condition(kept)
        kept = found if kept is None else kept & found
    if kept is not None and not kept:
        msg = "No node meets all that is asked for. Leave out one of the conditions."
        raise GraphError(msg)
    return kept


def _differentiable(graph: ProgramGraph) -> frozenset[str]:
    """Return what carries gradient, up to the outputs themselves."""
    found = graph.differentiable()
    if not found:
        msg = (
            "Nothing in this program carries gradient: no output depends differentiably "
            "on a differentiated argument."
        )
        raise GraphError(msg)
    ends = (
        node
        for node in graph.outputs[: graph.trace.n_seeded]
        for operand in graph.operands(node)
        if operand.source is not None and operand.source[0] in found
    )
    return found | frozenset(ends)


def _paths(
    graph: ProgramGraph, first: str, last: str, within: Collection[str] | None
) -> frozenset[str]:
    """Return the nodes on any path from a node called `first` to one called `last`."""
    starts = nodes_named(graph, "start of the paths", first)
    ends = nodes_named(graph, "end of the paths", last)
    found = _reached(graph, starts, within, ahead=True) & _reached(
        graph, ends, within, ahead=False
    )
    if found:
        return found
    a, b = one_line(first, 60), one_line(last, 60)
    cure = " Name two nodes of which the second depends on the first."
    if within is not None:
        cure = " Leave out the other conditions, or name others."
    elif set(starts) & _reached(graph, ends, within, ahead=True):
        cure = f" One leads back: ask for what is between `{b}` and `{a}`."
    raise GraphError(f"No path leads from `{a}` to `{b}`.{cure}")


def _reached(
    graph: ProgramGraph,
    starts: Iterable[str],
    within: Collection[str] | None,
    *,
    ahead: bool,
) -> frozenset[str]:
    """Return what is reached along the uses, or against them, inside `within`."""
    neighbours: dict[str, list[str]] = {}
    pairs = [
        (operand.source[0], node)
        for node in graph.order
        for operand in graph.operands(node)
        if operand.source is not None
    ]
    pairs += [(source, carry) for source, _, carry in graph.feedback()]
    for source, target in pairs:
        a, b = (source, target) if ahead else (target, source)
        neighbours.setdefault(a, []).append(b)
    pending = [node for node in starts if within is None or node in within]
    seen = set(pending)
    while pending:
        for node in neighbours.get(pending.pop(), ()):
            if node not in seen and (within is None or node in within):
                seen.add(node)
                pending.append(node)
    return frozenset(seen)


def _made_on(graph: ProgramGraph, text: str) -> frozenset[str]:
    """Return the nodes made on the lines that `file:12` or `file:12-18` names."""
    match = _LINES.fullmatch(text.strip())
    if match is None:
        msg = (
            f"`{one_line(text, 80)}` names no lines. Lines are FILE:LINE or "
            "FILE:FIRST-LAST, such as model.py:12 or model.py:12-18."
        )
        raise NodeNotFoundError(msg)
    first = int(match["first"])
    last = int(match["last"] or first)
    if last < first:
        msg = f"Lines {first}-{last} run backward: write {last}-{first}."
        raise NodeNotFoundError(msg)
    file = match["file"]
    found: set[str] = set()
    lines: dict[str, set[int]] = {}
    for node in graph.order:
        source = graph.source(node)
        if source is None:
            continue
        lines.setdefault(source.file, set()).add(source.line)
        is_file = source.file == file or source.file.endswith(f"/{file}") or not file
        if is_file and first <= source.line <= last:
            found.add(node)
    if found:
        return frozenset(found)
    raise NodeNotFoundError(_no_lines(text, file, lines))


def _no_lines(text: str, file: str, lines: dict[str, set[int]]) -> str:
    said = f"No node was made on {one_line(text, 80)}."
    known = [name for name in lines if name == file or name.endswith(f"/{file}")]
    if not known:
        files = _listed([name.rpartition("/")[2] for name in lines])
        return f"{said} Nodes come from {files or 'no file that is known'}."
    numbers = [str(n) for n in sorted(set[int]().union(*(lines[n] for n in known)))]
    return f"{said} In that file nodes come from lines {_listed(numbers)}."


# What is open --------------------------------------------------------------------------


def _base(
    graph: ProgramGraph,
    choice: Choice,
    kept: frozenset[str] | None,
    centres: Sequence[str],
) -> Opened:
    """Return what is open before the changes: enough to see the centres."""
    if choice.expanded is not None:
        what = opened(graph, choice.expanded)
    else:
        what = opened(graph, None)
        is_few = kept is not None and len(kept) <= _LEGIBLE
        if not what.folds or is_few:
            regions = legible_expansion(graph, kept=kept)
            what = Opened(regions, legible_groups(graph, regions))
        if choice.changes and choice.changes[0].opens:
            # Scopes that a fold cuts cannot be boxes, so those stay open.
            regions = what.regions if what.folds else frozenset({ROOT_ID})
            what = dataclasses.replace(what, regions=regions)
    around = {
        region.id
        for node in centres
        for region in graph.regions.ancestors(graph.node(node).region)
    }
    positions = [graph.position(node) for node in centres]
    return Opened(
        what.regions | around,
        what.groups | _open_groups(graph, kept, positions),
        tuple(
            fold
            for fold in what.folds
            if not any(fold.start <= p < fold.stop for p in positions)
        ),
    )


def _open_groups(
    graph: ProgramGraph, kept: Collection[str] | None, centres: Sequence[int]
) -> frozenset[str]:
    """Return the groups around the centres, and around all leaves if few are drawn."""
    positions = list(centres)
    if kept is not None:
        leaves = [
            graph.position(node)
            for node in (*graph.inputs, *graph.consts, *graph.outputs)
            if node in kept
        ]
        if len(leaves) <= _LEAVES:
            positions += leaves
    return frozenset(
        group.id
        for group in groups(graph)
        if any(group.start <= position < group.stop for position in positions)
    )


def _near(
    graph: ProgramGraph,
    what: Opened,
    kept: Collection[str] | None,
    centres: Sequence[str],
    radius: int,
) -> frozenset[str]:
    """Return the nodes of the boxes at most `radius` lines away from the centres.

    No way leads through a closed group of inputs or outputs, or through a fold.
    """
    shown = shown_items(graph, what, kept)
    neighbours: dict[str, set[str]] = {}
    pairs = [
        (graph.position(operand.source[0]), target)
        for target, node in enumerate(graph.order)
        for operand in graph.operands(node)
        if operand.source is not None
    ]
    pairs += [
        (graph.position(source), graph.position(carry))
        for source, _, carry in graph.feedback()
    ]
    for source, target in pairs:
        a, b = shown[source], shown[target]
        if a is not None and b is not None:
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    items = {shown[graph.position(node)] for node in centres} - {None}
    reached = {item for item in items if item is not None}
    # Two layers are not near each other because both have parameters, or because a
    # whole layer takes from one what another needs.
    ends = {group.id for group in groups(graph)} | {fold.id for fold in what.folds}
    ends -= reached
    edge = set(reached)
    for _ in range(radius):
        edge = {b for a in edge - ends for b in neighbours.get(a, ())} - reached
        if not edge:
            break
        reached |= edge
    return frozenset(
        node for node, item in zip(graph.order, shown, strict=True) if item in reached
    )


def _listed(words: Sequence[str]) -> str:
    rest = [f"and {len(words) - _LISTED} more"] if len(words) > _LISTED else []
    return ", ".join([*words[:_LISTED], *rest])
