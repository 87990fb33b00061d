"""What a picture shows of a program, and of a step of the walk."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from pygraphviz import AGraph

import graphstep as gs
from graphstep.errors import NodeNotFoundError, RegionNotFoundError
from graphstep.export import Drawing, DrawnNode, dot_from_drawing, drawing_from_graph
from graphstep.graph import ProgramGraph
from graphstep.layout import groups
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD, FORWARD, SEED
from graphstep.tracing import CallSpec, trace_function
from tests.export.test_dot import graph_of, scan_loss
from tests.programs import NAMES, build


def squares(x: jax.Array, w: jax.Array) -> jax.Array:
    """A small program: `h` is used twice, and `n` has no cotangent."""
    h = jnp.tanh(x * w)
    n = jnp.argmax(h)
    return jnp.sum(h * h) + jax.lax.stop_gradient(n).astype(x.dtype)


@pytest.fixture(scope="module")
def squares_recorded() -> Recording:
    """Return a recording of `squares`."""
    return gs.record(squares, jnp.array([0.5, -1.0, 2.0]), jnp.array([1.0, 0.5, 0.1]))


@pytest.fixture(scope="module")
def scan_recorded() -> Recording:
    """Return a recording of a loop with a cond inside, and a call after it."""
    return gs.record(scan_loss, jnp.array([-1.0, 2.0, 3.0]))


def node_of(drawing: Drawing, title: str) -> DrawnNode:
    """Return the only node with that name or title."""
    (found,) = [n for n in drawing.nodes if title in (n.name, n.title)]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_use_is_drawn_once(name: str) -> None:
    """Each use between two boxes is in one line, in every view, and so in DOT too."""
    program = build(name)
    spec = CallSpec(static_argnums=program.static_argnums, has_aux=program.has_aux)
    with program.context():
        trace = trace_function(program.fn, program.args, dict(program.kwargs), spec)
        graph = ProgramGraph(trace)
    for expanded in ("all", (), None):
        drawing = drawing_from_graph(graph, expanded)

        uses = [use for edge in drawing.edges for use in edge.uses]
        assert len(uses) == len(set(uses))
        if expanded == "all":
            assert set(uses) == set(graph.nx.edges(keys=True))
        keys = [
            each.key for each in (*drawing.nodes, *drawing.clusters, *drawing.edges)
        ]
        assert len(keys) == len(set(keys))
        shown = {node.id for node in drawing.nodes}
        assert {
            e for edge in drawing.edges for e in (edge.source, edge.target)
        } <= shown
        known = {cluster.id for cluster in drawing.clusters} | {""}
        assert {node.region for node in drawing.nodes} <= known
        assert {cluster.parent for cluster in drawing.clusters} <= known
        drawn = AGraph(string=dot_from_drawing(drawing))
        assert {str(node) for node in drawn.nodes()} == {n.key for n in drawing.nodes}
        lines = [edge for edge in drawing.edges if not edge.is_stub]
        assert drawn.number_of_edges() == len(lines)


def test_keys_are_the_same_in_every_view() -> None:
    """What is drawn closed here and open there can be told to be the same."""
    graph = graph_of(scan_loss, jnp.arange(3.0))
    views = [drawing_from_graph(graph, expanded) for expanded in ("all", (), 1)]

    keys: dict[tuple[str, bool], set[str]] = {}
    for drawing in views:
        for node in drawing.nodes:
            keys.setdefault((node.id, node.is_closed), set()).add(node.key)
        for cluster in drawing.clusters:
            keys.setdefault((cluster.id, True), set()).add(cluster.key)

    assert all(len(each) == 1 for each in keys.values())


def test_unknown_ids_are_refused() -> None:
    """Neither a region nor a node that is not there is passed over."""
    graph = graph_of(scan_loss, jnp.arange(3.0))

    with pytest.raises(RegionNotFoundError, match="nowhere"):
        drawing_from_graph(graph, ["nowhere"])
    with pytest.raises(NodeNotFoundError, match="nowhere"):
        drawing_from_graph(graph, only=["nowhere"])


def test_part_of_a_program_says_what_was_left_out() -> None:
    """Uses that lead out of the picture are counted where they leave it."""
    graph = graph_of(squares, jnp.ones(3), jnp.ones(3))
    (tanh,) = graph.find("tanh")
    drawing = drawing_from_graph(graph, "all", only=graph.between("in0", tanh))

    assert {node.id for node in drawing.nodes} == graph.between("in0", tanh)
    assert node_of(drawing, "h").hidden_out == len(graph.uses(tanh))
    assert node_of(drawing, "mul").hidden_in == 1


def test_operands_are_numbered_where_their_order_matters() -> None:
    """`sub` does not commute; `mul` does."""
    graph = graph_of(lambda x, y: (x - y) * (y - x), 1.0, 2.0)
    drawing = drawing_from_graph(graph)

    by_target = {
        target: [e.operand for e in drawing.edges if e.target == target.id]
        for target in drawing.nodes
    }
    found = {node.operation: operands for node, operands in by_target.items()}
    assert found["sub"] == [0, 1]
    assert found["mul"] == [None, None]


def test_hubs_and_long_lines_are_cut() -> None:
    """A value used nearly everywhere, or far away, has no line to there."""

    def fn(w: jax.Array, x: jax.Array) -> jax.Array:
        y = jnp.sin(x)
        h = y
        for _ in range(20):
            h = h * w
        return h + y

    drawing = drawing_from_graph(graph_of(fn, 1.0, 2.0))
    edges = {(edge.source, edge.target): edge for edge in drawing.edges}
    sin, last = node_of(drawing, "y").id, drawing.nodes[-2].id

    assert edges[sin, last].is_stub
    from_w = [edge.is_stub for edge in drawing.edges if edge.source == "in0"]
    assert (from_w[0], all(from_w[5:])) == (False, True)
    kept = drawing_from_graph(graph_of(fn, 1.0, 2.0), stubs=False)
    assert not any(edge.is_stub for edge in kept.edges)


def test_what_is_used_late_is_not_far_away() -> None:
    """Labels that only the end of a program looks at stand there, with what reads them."""

    def fn(x: jax.Array, labels: jax.Array) -> jax.Array:
        wanted = jnp.where(labels < 0, labels + 3, labels)
        for _ in range(30):
            x = jnp.sin(x)
        return x * wanted

    drawing = drawing_from_graph(graph_of(fn, jnp.ones(3), jnp.arange(3)), "all")

    assert not any(edge.is_stub for edge in drawing.edges)


def test_inputs_that_lead_into_one_box_stay_together() -> None:
    """Ten arrows into one closed region say no more than one."""
    params = {f"p{i}": jnp.ones(2) for i in range(8)}

    def fn(params: dict[str, jax.Array]) -> jax.Array:
        with jax.named_scope("model"):
            return sum(map(jnp.sin, params.values()), jnp.zeros(2))

    graph = graph_of(fn, params)

    assert [n.role for n in drawing_from_graph(graph, ()).nodes][:1] == ["group"]
    opened = drawing_from_graph(graph, "all")
    assert [n.role for n in opened.nodes][:8] == ["input"] * 8


def test_pytrees_with_many_leaves_are_one_box() -> None:
    """Until they are opened, by the id that the layout knows them by."""
    params = [{"w": jnp.ones(2), "b": jnp.ones(2)} for _ in range(20)]

    def fn(params: list[dict[str, jax.Array]], x: jax.Array) -> jax.Array:
        for layer in params:
            x = jnp.tanh(x * layer["w"] + layer["b"])
        return x

    graph = graph_of(fn, params, jnp.ones(2))
    outer = next(group.id for group in groups(graph) if group.parent is None)
    closed = drawing_from_graph(graph, ())
    drawn = drawing_from_graph(graph, [outer])

    assert node_of(closed, "params").type == "40 leaves"
    assert {node.role for node in drawn.nodes if node.kind == "input"} >= {"group"}
    assert node_of(drawn, "params[3]").type == "2 leaves"


def test_layers_of_a_long_program_are_folded() -> None:
    """A program without regions is folded by the parameters that it uses."""
    params = [{"w": jnp.ones(2), "b": jnp.ones(2)} for _ in range(8)]

    def loss(params: list[dict[str, jax.Array]], x: jax.Array) -> jax.Array:
        for layer in params:
            for _ in range(10):
                x = x * 0.5 + jnp.sin(x)
            x = jnp.sin(jnp.cos(x * layer["w"]) * layer["b"])
        return jnp.sum(x)

    graph = graph_of(jax.value_and_grad(loss), params, jnp.ones(2))
    drawing = drawing_from_graph(graph)

    folded = [node for node in drawing.nodes if node.role == "stretch"]
    titles = [node.title for node in folded]
    assert titles[:8] == [f"params[{i}]" for i in range(8)]
    assert titles[-8:] == [f"params[{i}], transposed" for i in reversed(range(8))]
    assert len(drawing.nodes) <= 60
    assert sum(node.size for node in drawing.nodes) == len(graph)
    assert len(drawing_from_graph(graph, "all").nodes) == len(graph)
    # What a layer keeps for its own transposed is not drawn across the picture.
    kept = {(e.source, e.target): e.is_stub for e in drawing.edges}
    assert kept[folded[0].id, folded[1].id] is False
    assert kept[folded[0].id, folded[-1].id] is True


def test_a_loop_that_hands_everything_on_stays_closed() -> None:
    """Opened, it would be a row of arrows into one closed region."""
    params = [jnp.ones(2) for _ in range(9)]

    def fn(params: list[jax.Array], x: jax.Array) -> jax.Array:
        def step(h: jax.Array, _: None) -> tuple[jax.Array, None]:
            with jax.named_scope("cell"):
                for _ in range(7):
                    for w in params:
                        h = jnp.sin(h * w)
            return h, None

        return jax.lax.scan(step, x, None, length=3)[0]

    graph = graph_of(fn, params, jnp.ones(2))
    drawing = drawing_from_graph(graph)

    assert not drawing.clusters
    assert [n.kind for n in drawing.nodes if n.title == "scan × 3"] == ["region"]


# The walk ------------------------------------------------------------------------------


def test_without_a_walk_there_is_no_state() -> None:
    """A trace has neither steps nor values."""
    drawing = drawing_from_graph(graph_of(scan_loss, jnp.arange(3.0)))

    assert {node.walk for node in drawing.nodes} == {""}
    assert {node.amounts for node in drawing.nodes} == {()}
    assert {edge.flow for edge in drawing.edges} == {""}
    assert (drawing.pass_, drawing.step) == ("", 0)


def test_states_are_those_of_the_cursor(squares_recorded: Recording) -> None:
    """At every step, each node is done, current, pending, or never reached backward."""
    start = gs.Recording.cursor(squares_recorded)
    for index in range(start.timeline.length):
        cursor = start.seek(index)
        drawing = drawing_from_graph(squares_recorded.graph, at=cursor)

        for node in drawing.nodes:
            expected = "pending" if cursor.pass_ is SEED else cursor.state(node.id)
            if cursor.pass_ == BACKWARD and not cursor.has_cotangent(node.id):
                expected = "blocked"
            assert node.walk == expected
        current = [node.id for node in drawing.nodes if node.walk == "current"]
        assert current == ([cursor.step.node] if cursor.step.node else [])


def test_cotangents_are_shown_once_complete(squares_recorded: Recording) -> None:
    """Those complete so far, and only those, at every step, with their own numbers."""
    start = gs.Recording.cursor(squares_recorded)
    for index in range(start.timeline.length):
        cursor = start.seek(index)
        drawing = drawing_from_graph(squares_recorded.graph, at=cursor)

        for node in drawing.nodes:
            shown = [a for a in node.amounts if a.of == "cotangent"]
            is_due = cursor.pass_ is not FORWARD and cursor.has_complete_cotangent(
                node.id
            )
            assert node.is_complete == is_due
            assert len(shown) == is_due
            if shown:
                stats = squares_recorded.stats(node.id, of="cotangent")
                assert shown[0].stats == stats


def test_values_to_come_are_not_shown(squares_recorded: Recording) -> None:
    """In the forward pass a value appears when the walk is there."""
    cursor = gs.Recording.cursor(squares_recorded)
    (tanh,) = squares_recorded.graph.find("tanh")
    before = cursor.to(tanh).previous()

    drawn = [
        node_of(drawing_from_graph(squares_recorded.graph, at=at), "h").amounts
        for at in (before, before.next())
    ]

    assert drawn[0] == ()
    expected = np.asarray(squares_recorded.primal(tanh), np.float64)
    np.testing.assert_allclose(
        np.array(drawn[1][0].strip), expected / np.abs(expected).max()
    )


def test_loops_show_the_iteration_of_the_cursor(scan_recorded: Recording) -> None:
    """The title says which, and the values are those of that iteration."""
    graph = scan_recorded.graph
    (x,) = (node for node in graph.order if node.endswith("/x0"))
    cursor = gs.Recording.cursor(scan_recorded).to(x, iteration=1)
    drawing = drawing_from_graph(graph, "all", at=cursor)

    (scan,) = [each for each in drawing.clusters if each.kind == "scan"]
    assert scan.title == "scan × 3, iteration 2"
    (node,) = [each for each in drawing.nodes if each.id == x]
    assert node.amounts[0].text == "2"


def test_branches_not_taken_say_so(scan_recorded: Recording) -> None:
    """A reason stands where there is no value."""
    last = gs.Recording.cursor(scan_recorded).last()
    drawing = drawing_from_graph(scan_recorded.graph, "all", at=last)

    absent = {a.text for node in drawing.nodes for a in node.amounts if a.is_absent}
    assert absent == {"not taken"}


def test_trouble_has_a_letter() -> None:
    """NaN and infinity are flagged, and counted in the text."""
    rec = gs.record(jnp.log, jnp.array([-1.0, 0.0, 1.0, 2.0, 3.0]))
    drawing = drawing_from_graph(rec.graph, at=rec.cursor().last())

    (log,) = [node for node in drawing.nodes if node.title == "log"]
    assert log.flag == "N"
    assert log.amounts[0].text == "1 NaN, 1 Inf"
    assert np.isnan(log.amounts[0].strip[0])


@pytest.mark.parametrize(
    ("value", "text", "strip_kind"),
    [
        (jnp.float32(0.25), "0.25", ""),
        (jnp.int32(-3), "−3", ""),
        (jnp.array(True), "True", ""),
        (jnp.array([1.0, -2.5]), "1, −2.5", "elements"),
        (jnp.array([True, False] * 30), "30 of 60 true", "histogram"),
        (jnp.arange(100), "0 … 99", "histogram"),
        (jnp.ones(100), "‖·‖ 10", ""),
        (jnp.zeros((0, 3)), "empty", ""),
        (jnp.complex64(1 - 2j), "1−2i", ""),
        (jnp.array([3.0, 4.0, 0.0, 0.0, 0.0], jnp.bfloat16), "‖·‖ 5", "elements"),
        (jax.random.key(0), "key", ""),
        (jnp.float32(jnp.nan), "NaN", ""),
    ],
)
def test_values_in_few_words(value: jax.Array, text: str, strip_kind: str) -> None:
    """A number for a scalar; of arrays, what there is to say of that type."""
    rec = gs.record(lambda x: x, value)
    drawing = drawing_from_graph(rec.graph, at=rec.cursor().last())

    amount = drawing.nodes[0].amounts[0]
    assert (amount.text, amount.strip_kind) == (text, strip_kind)


def test_summaries_are_drawn_too() -> None:
    """Where arrays were not kept, statistics stand for them."""
    rec = gs.record(lambda x: jnp.sum(x * x), jnp.full(1000, 2.0), budget=100)
    drawing = drawing_from_graph(rec.graph, at=rec.cursor().last())

    assert rec.mode == "summary"
    texts = {node.title: node.amounts[0].text for node in drawing.nodes}
    assert texts["mul"] == f"‖·‖ {np.sqrt(16.0 * 1000):.3g}"


def test_loaded_recordings_are_drawn_alike(
    scan_recorded: Recording, tmp_path: Path
) -> None:
    """A walk that travelled as a file gives the same picture, source lines included."""
    scan_recorded.save(tmp_path / "run.gstep")
    loaded = gs.load(tmp_path / "run.gstep")

    texts = {
        rec.to_dot("all", at=30, source_lines=True, link="x://{file}:{line}")
        for rec in (scan_recorded, loaded)
        if isinstance(rec, gs.Recording)
    }

    assert len(texts) == 1
