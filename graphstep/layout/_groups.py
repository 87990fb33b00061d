"""Inputs, captured constants and outputs, grouped by the pytrees they are leaves of."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence

from graphstep.graph import ROOT_ID, ProgramGraph

_STEP = re.compile(r"""\.\w+|\[(?:'[^']*'|"[^"]*"|[^\[\]'"]*)\]|<[^<>]*>""")
# A group of no more leaves than this shows them all at once.
_FLAT = 8
# A result of no more parts than this is not one group of all outputs.
_PARTS = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Leaves of one pytree that are drawn as one box, or as a frame when open.

    Attributes:
        id: Such as `inputs:params`; no region or node has an id with such a beginning.
        label: Path of the tree: `params`, `params['layer1']`; `captured` for constants.
        role: `inputs`, `consts` or `outputs`.
        members: Ids of the nodes and groups directly inside, in program order.
        start: Position of its first leaf in program order.
        stop: Position after its last leaf.
        parent: Id of the group around it, or `None`.
    """

    id: str
    label: str
    role: str
    members: tuple[str, ...]
    start: int
    stop: int
    parent: str | None

    @property
    def size(self) -> int:
        """Number of leaves inside, at every level."""
        return self.stop - self.start


@functools.lru_cache(maxsize=4)
def groups(graph: ProgramGraph) -> tuple[Group, ...]:
    """Return the groups of a program's leaves, outer before inner.

    A pytree with one leaf is no group, and neither is the tuple of a few results. A
    tree with many leaves has groups inside, one for each of its subtrees.
    """
    found: list[Group] = []
    positions = graph.positions
    for role, nodes, names in (
        ("inputs", graph.inputs, graph.trace.in_names),
        ("consts", _root_consts(graph), ()),
        ("outputs", graph.outputs, graph.trace.out_names),
    ):
        if not nodes:
            continue
        start = positions[nodes[0]]
        if role == "consts":
            if len(nodes) > 1:
                stop = start + len(nodes)
                found.append(
                    Group("consts:captured", "captured", role, nodes, start, stop, None)
                )
            continue
        paths = [_steps(name) for name in names]
        found += _grouped(role, nodes, paths, start)
    return tuple(found)


def _root_consts(graph: ProgramGraph) -> tuple[str, ...]:
    regions, positions = graph.columns.regions, graph.positions
    return tuple(node for node in graph.consts if regions[positions[node]] == ROOT_ID)


def _steps(name: str) -> tuple[str, ...]:
    head = re.match(r"[^.\[<]*", name)
    begin = head.end() if head else 0
    return (name[:begin], *_STEP.findall(name, begin))


def _runs(
    paths: Sequence[tuple[str, ...]], start: int, stop: int, depth: int
) -> Iterator[tuple[int, int]]:
    """Yield stretches of leaves whose paths agree in the first `depth` steps."""
    begin = start
    for i in range(start + 1, stop + 1):
        if i == stop or paths[i][:depth] != paths[begin][:depth]:
            yield begin, i
            begin = i


def _grouped(
    role: str, nodes: Sequence[str], paths: Sequence[tuple[str, ...]], offset: int
) -> list[Group]:
    found: list[Group] = []
    taken: set[str] = set()
    pending: list[tuple[int, int, int, str | None]] = []
    depth = 1
    if role == "outputs" and len(list(_runs(paths, 0, len(nodes), 2))) <= _PARTS:
        depth = 2
    for start, stop in _runs(paths, 0, len(nodes), depth):
        if stop - start > 1:
            pending.append((start, stop, depth, None))
    pending.reverse()
    while pending:
        start, stop, depth, parent = pending.pop()
        longest = max(len(path) for path in paths[start:stop])
        # Steps that all leaves share are no level of their own.
        while depth < longest and len(list(_runs(paths, start, stop, depth + 1))) == 1:
            depth += 1
        label = "".join(paths[start][:depth])
        number, name = 1, f"{role}:{label}"
        while name in taken:
            number += 1
            name = f"{role}:{label}#{number}"
        taken.add(name)
        members: list[str] = []
        inner: list[tuple[int, int, int, str | None]] = []
        if stop - start <= _FLAT:
            members += nodes[start:stop]
        else:
            for begin, end in _runs(paths, start, stop, depth + 1):
                if end - begin == 1 or depth >= longest:
                    members += nodes[begin:end]
                else:
                    inner.append((begin, end, depth + 1, name))
                    members.append("")
        pending += reversed(inner)
        found.append(
            Group(
                name, label, role, tuple(members), start + offset, stop + offset, parent
            )
        )
    return _with_inner_ids(found)


def _with_inner_ids(found: Sequence[Group]) -> list[Group]:
    inner: dict[str, list[str]] = {}
    for group in found:
        if group.parent is not None:
            inner.setdefault(group.parent, []).append(group.id)
    done: list[Group] = []
    for group in found:
        names = iter(inner.get(group.id, ()))
        members = tuple(member or next(names) for member in group.members)
        done.append(dataclasses.replace(group, members=members))
    return done
