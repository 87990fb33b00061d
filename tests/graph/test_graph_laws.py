"""Laws of the graph and its views, over the zoo and over random programs."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hypothesis
import networkx as nx
import pytest
from hypothesis import given

import graphstep as gs
from graphstep.graph import ProgramGraph
from tests import programs, strategies

_ROOT = Path(__file__).parents[2]
_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def graph_of(program: Any) -> ProgramGraph:
    if isinstance(program, strategies.RandomProgram):
        return gs.trace(program, *program.args).graph
    with program.context():
        traced = gs.trace(
            program.fn, *program.args, **program.kwargs, **program.options
        )
        return traced.graph


def some_expansions(graph: ProgramGraph, seed: str) -> Iterable[Any]:
    """Return nothing open, everything, two depths, and a few random choices."""
    names = [region for region in graph.regions if region]
    chance = random.Random(seed)
    yield from (None, "all", 1, 2)
    for _ in range(3):
        yield [name for name in names if chance.random() < 0.6]
    if names:
        yield [chance.choice(names)]


def opened_by(graph: ProgramGraph, expanded: Any) -> set[str]:
    """Return the regions that `expanded` asks to open."""
    if expanded is None:
        return {""}
    if expanded == "all":
        return set(graph.regions)
    if isinstance(expanded, int):
        return {r.id for r in graph.regions.values() if r.depth <= expanded}
    return {"", *expanded}


def seen_as(graph: ProgramGraph, node: str, opened: set[str]) -> str:
    """Return the outermost closed region around a node, else the node itself."""
    around = graph.regions.ancestors(graph.node(node).region)
    return next((r.id for r in around if r.id not in opened), node)


def check_view(graph: ProgramGraph, expanded: Any) -> None:
    view, flat = graph.view(expanded), graph.nx
    opened = opened_by(graph, expanded)
    shown = {node: seen_as(graph, node, opened) for node in flat}
    crossing = [
        (u, v, key) for u, v, key in flat.edges(keys=True) if shown[u] != shown[v]
    ]

    assert nx.is_directed_acyclic_graph(view)
    assert set(view) == set(shown.values())
    uses = Counter(use for _, _, use in view.edges(data="use"))
    assert uses == Counter(crossing)
    for u, v, data in view.edges(data=True):
        assert (shown[data["use"][0]], shown[data["use"][1]]) == (u, v)
        assert data["out"] == flat.edges[data["use"]]["out"]
    for node, data in view.nodes(data=True):
        is_box = data["role"] == "region"
        assert is_box == (node in set(graph.regions) - opened)


def check_flat(graph: ProgramGraph) -> None:
    flat = graph.nx
    place = {node: i for i, node in enumerate(graph.order)}

    assert list(flat) == list(graph.order)
    assert all(place[u] < place[v] for u, v in flat.edges())
    assert all(flat.nodes[node]["index"] == i for node, i in place.items())
    whole = graph.view("all")
    assert list(whole.nodes) == list(flat.nodes)
    assert {e for _, _, e in whole.edges(data="use")} == set(flat.edges(keys=True))
    for region in graph.regions.values():
        for child in region.children:
            inner = graph.regions[child]
            assert inner.parent == region.id
            assert region.start <= inner.start <= inner.stop <= region.stop
    for node in flat:
        out_edges = flat.out_edges(node, keys=True, data="out")
        for out in {out for *_, out in out_edges}:
            expected = {(u, v, k) for u, v, k, o in out_edges if o == out}
            assert set(graph.uses(node, out)) == expected


@pytest.mark.parametrize("name", programs.NAMES)
def test_views_of_the_zoo_keep_the_laws(name: str) -> None:
    """Any view of any program is acyclic, and each use is shown or is inside a box."""
    graph = graph_of(programs.build(name))

    check_flat(graph)
    for expanded in some_expansions(graph, name):
        check_view(graph, expanded)


@hypothesis.settings(max_examples=2000 if _LONG else 300)
@given(strategies.programs(depth=3, size=6))
def test_views_of_random_programs_keep_the_laws(
    program: strategies.RandomProgram,
) -> None:
    """The laws hold for programs that nobody wrote, too."""
    graph = graph_of(program)

    check_flat(graph)
    for expanded in some_expansions(graph, repr(program)):
        check_view(graph, expanded)


# Of every kind of region, and of many inputs.
_NAMED = (
    "scan_nested",
    "while_in_scan",
    "cond_in_cond",
    "custom_vjp_nondiff_argnums",
    "jit_shared_body",
    "named_scopes",
    "remat_saved_names",
    "nested_containers",
    "captured_array_in_jit",
    "attention",
    "hessian",
    "keys_through_scan",
    "shard_map_psum",
)

_PRINT_GRAPHS = """
import json, sys
import tests.conftest
from tests import programs
from tests.graph.test_graph_laws import described

print(json.dumps({name: described(name) for name in sys.argv[1:]}))
"""


def described(name: str) -> dict[str, Any]:
    """Return all names in a program's graph as JSON."""
    graph = graph_of(programs.build(name))
    return {
        "order": list(graph.order),
        "letters": [
            [graph.letter(node, out) for out in range(len(graph.node(node).avals))]
            for node in graph.order
        ],
        "labels": [graph.label(n) for n in graph.order if graph.node(n).avals],
        "edges": [[u, v, k, o] for u, v, k, o in graph.nx.edges(keys=True, data="out")],
        "regions": [
            [r.id, r.kind, r.name, *r.children] for r in graph.regions.values()
        ],
        "view": [str(edge) for edge in graph.view(1).edges(data="use")],
    }


def test_names_do_not_depend_on_the_hash_seed() -> None:
    """Ids, letters, labels, regions and all orders are equal in two processes."""
    printed = [
        subprocess.run(
            [sys.executable, "-c", _PRINT_GRAPHS, *_NAMED],
            check=True,
            capture_output=True,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2024")
    ]

    first, second = map(json.loads, printed)
    assert first == second
    assert set(first) == set(_NAMED)
