"""Keep those lines of the outline that a text or a pattern is found in."""

from __future__ import annotations

import dataclasses
import re

import numpy as np

from graphstep.errors import PatternError
from graphstep.graph import Pattern, ProgramGraph
from graphstep.tui.lines import label_of, type_of
from graphstep.tui.rows import Rows


@dataclasses.dataclass(frozen=True, slots=True)
class FilterTexts:
    """What each line says.

    Attributes:
        nodes: Names, primitive and types of every node, in program order.
        regions: Kind and name of every region, in the graph's order.
    """

    nodes: tuple[str, ...]
    regions: tuple[str, ...]


def filter_texts(graph: ProgramGraph) -> FilterTexts:
    """Write down what the lines of a program's outline can be found by."""
    columns = graph.columns
    nodes: list[str] = []
    for position, node in enumerate(graph.order):
        eqn = columns.eqns[position]
        primitive = columns.roles[position] if eqn is None else eqn.primitive.name
        outs = range(len(columns.avals[position]))
        types = {type_of(graph, node, out) for out in outs}
        nodes.append(" ".join([label_of(graph, node), primitive, *sorted(types), node]))
    regions = tuple(
        f"{region.kind} {region.primitive} {region.name}"
        for region in graph.regions.values()
    )
    return FilterTexts(tuple(nodes), regions)


def pattern_of(text: str) -> Pattern:
    """Return what to look for: a regular expression, else the text as it stands.

    Capitals matter if there are any; `f32[4]` is a text, for no shape is an expression.
    """
    is_type = re.search(r"\w\[[\d,]*\]", text) is not None
    flags = 0 if text != text.lower() else re.IGNORECASE
    try:
        return Pattern(re.escape(text) if is_type else text, flags)
    except PatternError:
        return Pattern(re.escape(text), flags)


def _found(texts: FilterTexts, text: str) -> tuple[list[bool], list[bool]]:
    """Return which nodes and which regions match."""
    pattern = pattern_of(text)
    try:
        return _search(pattern, texts)
    except PatternError:
        return _search(Pattern(re.escape(text), re.IGNORECASE), texts)


def _search(pattern: Pattern, texts: FilterTexts) -> tuple[list[bool], list[bool]]:
    search = pattern.search
    return [*map(search, texts.nodes)], [*map(search, texts.regions)]


class FilteredRows(Rows):
    """The lines that match, and the headings of all that is around them.

    Args:
        graph: The program.
        texts: What its lines say.
        text: What to look for.

    Attributes:
        n_matches: How many nodes and regions match.
    """

    def __init__(self, graph: ProgramGraph, texts: FilterTexts, text: str) -> None:
        in_nodes, in_regions = _found(texts, text)
        matches = np.array(in_nodes, bool)
        before = np.concatenate([[0], np.cumsum(matches)])
        super().__init__(graph, ())
        headings: set[str] = set()
        shown = {""}
        self.n_matches = int(matches.sum())
        # From the inside out: a heading stands for a match inside too.
        regions = tuple(graph.regions.values())
        for region, is_match in zip(
            reversed(regions), reversed(in_regions), strict=True
        ):
            self.n_matches += is_match and region.parent is not None
            if before[region.stop] > before[region.start]:
                shown.add(region.id)
            if is_match or region.id in shown:
                headings.add(region.id)
                shown.add(region.parent or "")
        last = len(graph.regions)
        keys = [(int(p), last, int(p)) for p in np.flatnonzero(matches)]
        for number, region in enumerate(graph.regions.values()):
            if region.id in headings and region.parent is not None:
                keys.append((region.start, number, -1 - number))
        # A heading stands before what is inside, and an outer one before an inner one.
        keys.sort()
        self.codes = np.array([code for _, _, code in keys], int)
        self.starts = np.array([start for start, _, _ in keys], int)
        self.shown = frozenset(shown)
