"""The chain rule's numbers are those of the recording and of JAX."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from rich.cells import cell_len

import graphstep as gs
from graphstep.export.chain import (
    Facts,
    cotangent_name,
    node_facts,
    operand_index,
    seed_facts,
    type_of,
)
from graphstep.stepping import BACKWARD, Cursor, cursor
from graphstep.tui.chain_page import page_of
from graphstep.tui.palette import palette
from graphstep.tui.spelling import spelled_out
from tests import programs

PALETTE = palette(is_dark=True)
ELEMENTWISE = {
    "tanh": jnp.tanh,
    "exp": jnp.exp,
    "logistic": jax.nn.sigmoid,
    "sin": jnp.sin,
    "log": jnp.log,
    "sqrt": jnp.sqrt,
    "integer_pow": lambda x: x**3,
    "mul": lambda x: x * jnp.asarray([2.5, -3.0]),
    "div": lambda x: jnp.asarray([2.5, -3.0]) / x,
    "max": lambda x: jnp.maximum(x, jnp.asarray([1.0, 0.0])),
}
MADE_OF_ONE: dict[str, Callable[[Any], Any]] = {
    "transpose": lambda x: lax.transpose(x, (2, 0, 1)),
    "reshape": lambda x: lax.reshape(x, (4, 6)),
    "broadcast_in_dim": lambda x: lax.broadcast_in_dim(x, (5, 2, 3, 4), (1, 2, 3)),
    "rev": lambda x: lax.rev(x, (0, 2)),
    "slice": lambda x: lax.slice(x, (0, 1, 0), (2, 3, 4), (1, 1, 2)),
    "squeeze": lambda x: lax.squeeze(x[:1], (0,)),
    "tanh": jnp.tanh,
}


def facts_at(
    here: Cursor, rec: gs.Recording, node: str, element: tuple[int, ...] | None = None
) -> Facts:
    return node_facts(rec, here, node, 0, element)


def test_values_of_one_type_are_counted_and_others_are_not_said_to_be_alike() -> None:
    """Of each output alone, its own type."""

    def turn(carry: Any, x: jax.Array) -> tuple[Any, jax.Array]:
        number, total = carry
        return (number + 1, total + x), x * total

    def twice(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jnp.sin(x), jnp.cos(x)

    graph = gs.trace(lambda xs: lax.scan(turn, (0, 0.0), xs), jnp.ones(3)).graph
    scan = node_of(graph, "scan")
    types = [type_of(graph, scan, out) for out in range(3)]

    assert type_of(graph, scan) == "3 values"
    assert types == ["i32[]", "f32[]", "f32[3]"]
    alike = gs.trace(lambda x: lax.cond(x[0] > 0, twice, twice, x), jnp.ones(2)).graph
    assert type_of(alike, node_of(alike, "cond")) == "f32[2] ×2"


def node_of(graph: Any, primitive: str) -> str:
    return next(n for n in graph.order if graph.node(n).primitive == primitive)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_measured_local_derivative_is_that_of_jax(name: str) -> None:
    """What is called a local derivative is what `jax.grad` gives for the primitive."""
    fn = ELEMENTWISE[name]
    x = jnp.array([0.7, 1.9])
    rec = gs.record(lambda x: (fn(x) * jnp.array([0.3, -4.0])).sum(), x)
    node = next(n for n in rec.graph.order if rec.graph.node(n).primitive == name)
    here = cursor(rec).to(node, None, BACKWARD)

    for i in range(2):
        shown = facts_at(here, rec, node, (i,)).sent
        (slope,) = [s.derivative for s in shown if s.name == "x"]

        expected = jax.grad(lambda v, i=i: fn(x.at[i].set(v))[i])(x[i])
        assert slope == pytest.approx(float(expected), rel=2e-6)


def test_a_sum_of_products_has_no_local_derivative() -> None:
    """Contribution over cotangent is called a derivative only where it is one."""
    w = jnp.ones((3, 2))
    rec = gs.record(lambda x: (x @ w).sum(), jnp.ones(3))
    here = cursor(rec).to(node_of(rec.graph, "dot_general"), None, BACKWARD)

    sent = facts_at(here, rec, here.step.node).sent

    assert sent
    assert all(each.derivative is None for each in sent)


@pytest.mark.parametrize("name", MADE_OF_ONE)
def test_an_element_is_followed_through_what_moves_it(name: str) -> None:
    """The operand's element that is shown is the one that the result's is made of."""
    fn = MADE_OF_ONE[name]
    x = jnp.arange(24.0).reshape(2, 3, 4) / 7
    rec = gs.record(fn, x)
    node_id = node_of(rec.graph, name)
    node, result = rec.graph.node(node_id), rec.primal(node_id)
    operand = rec.primal(*node.operands[0].source)

    for index in np.ndindex(result.shape):
        at = operand_index(node, operand.shape, index)

        expected = np.tanh(operand[at]) if name == "tanh" else operand[at]
        assert result[index] == pytest.approx(expected, rel=1e-6)


def test_running_totals_add_up_to_the_cotangent() -> None:
    """At the element that is followed, the terms are summed one by one."""
    x = jnp.array([0.5, 2.0, -1.0])
    rec = gs.record(lambda x: (jnp.sin(x) * x + jnp.exp(x)).sum(), x)
    cotangent = rec.cotangent("in0")

    found = facts_at(cursor(rec).last(), rec, "in0").sum

    assert found is not None
    assert found.index == (int(np.argmax(np.abs(cotangent))),)
    elements = [term.amount.element for term in found.terms]
    totals = [term.total for term in found.terms]
    assert totals == pytest.approx(list(np.cumsum(elements)), rel=1e-6)
    assert found.total == pytest.approx(float(cotangent[found.index]), rel=1e-6)
    assert found.norm == pytest.approx(np.linalg.norm(cotangent), rel=1e-6)


def test_a_chosen_element_is_followed_where_it_fits() -> None:
    """The element a person chose is followed, unless the value has no such element."""
    rec = gs.record(lambda x: (x**2).sum(), jnp.array([1.0, 5.0, 2.0]))
    here = cursor(rec).last()

    assert facts_at(here, rec, "in0", (2,)).index == (2,)
    assert facts_at(here, rec, "in0", (2, 0)).index == (1,)
    assert facts_at(here, rec, "in0", (3,)).index == (1,)


def test_terms_that_cancel_are_flagged() -> None:
    """Where next to nothing is left of large terms, the ratio is given."""
    rec = gs.record(lambda x: x * 1000.0 - x * 999.0, 1.0)

    found = facts_at(cursor(rec).last(), rec, "in0").sum

    assert found is not None
    assert found.cancelling == pytest.approx(1 / 1999)


def test_a_carry_gets_its_contribution_from_the_next_iteration() -> None:
    """Between iterations, the sender is named by its iteration."""

    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, None]:
        return jnp.sin(carry * x), None

    rec = gs.record(lambda c, xs: lax.scan(step, c, xs)[0], 0.7, jnp.ones(6))
    node = node_of(rec.graph, "sin")
    loop = rec.graph.loops(node)[0]
    here = cursor(rec).to(node, 3, BACKWARD)

    (term,) = facts_at(here, rec, node).sum.terms

    assert "iteration 4" in term.amount.name
    assert term.amount.element == float(rec.cotangent(f"{loop}/carry0", 0, 4))

    (sent,) = facts_at(here.to(f"{loop}/carry0", 4), rec, f"{loop}/carry0").sent
    assert sent.note == "in iteration 3"
    assert sent.element == float(rec.cotangent(node, 0, 3))


def test_a_carry_takes_what_the_iteration_before_made() -> None:
    """Going forward, a carry's operand is the result of the last iteration."""

    def step(carry: jax.Array, x: jax.Array) -> tuple[jax.Array, None]:
        return jnp.sin(carry * x), None

    rec = gs.record(lambda c, xs: lax.scan(step, c, xs)[0], 0.7, jnp.ones(6))
    node = node_of(rec.graph, "sin")
    carry = f"{rec.graph.loops(node)[0]}/carry0"

    facts = facts_at(cursor(rec).to(carry, 4), rec, carry)

    assert facts.takes[0].element == float(rec.primal(node, 0, 3))
    assert facts.takes[0].note == "from iteration 3"


def test_a_custom_rule_is_named() -> None:
    """What a custom rule sends is said to be the custom rule's."""

    @jax.custom_vjp
    def clip(x: jax.Array) -> jax.Array:
        return x

    clip.defvjp(lambda x: (x, None), lambda _, ct: (jnp.clip(ct, -1.0, 1.0),))
    rec = gs.record(lambda x: clip(x * 2.0) * 5.0, 3.0)
    region = next(r for r in rec.graph.regions.values() if r.is_opaque)
    here = cursor(rec).to(region.id, None, BACKWARD)

    facts = facts_at(here, rec, region.id)

    assert "custom vjp rule of clip" in facts.rule
    assert facts.local is not None
    assert "JAX" not in facts.local.reason
    assert [each.element for each in facts.sent] == [1.0]


def test_a_value_without_cotangent_says_why() -> None:
    """The reason is the recording's own."""
    rec = gs.record(lambda x, n: jnp.sin(x) * n, 1.0, 3)

    found = facts_at(cursor(rec).last(), rec, "in1").sum

    assert found is not None
    assert found.reason == str(rec.cotangent("in1")) != ""


def test_the_seed_of_every_output_is_shown() -> None:
    """At the seed, each output's own seed is sent to it."""
    rec = gs.record(lambda x: (x * 2.0, x + 1.0), 1.0, seed=(3.0, -4.0))

    facts = seed_facts(cursor(rec).to_pass("seed"))

    assert [each.element for each in facts.sent] == [3.0, -4.0]


def test_the_other_outputs_of_a_node_have_their_cotangents() -> None:
    """Of a node with several outputs one sum is shown, and the norms of the others."""

    def fn(x: jax.Array) -> jax.Array:
        left, right = lax.split(x, (2, 2))
        return (left * right * right).sum()

    rec = gs.record(fn, jnp.array([1.0, 2.0, 3.0, 4.0]))
    node = node_of(rec.graph, "split")

    facts = node_facts(rec, cursor(rec).to(node, None, BACKWARD), node, 1, None)

    assert facts.sum is not None
    assert facts.sum.out == (1, 2)
    assert len(facts.sum.terms) == 2
    (other,) = facts.others
    assert other.norm == pytest.approx(np.linalg.norm(rec.cotangent(node, 0)))


@pytest.mark.parametrize(
    ("name", "written"), [("h", "h̄"), ("logits", "ct(logits)"), ("7", "ct(7)")]
)
def test_a_bar_stands_over_one_letter_only(name: str, written: str) -> None:
    """A bar takes no cell of its own; longer names are not barred."""
    assert cotangent_name(name) == written
    assert cell_len("h̄") == 1


ZOO = [name for name in programs.NAMES if not programs.TAGS[name] & {"slow", "effects"}]


@pytest.mark.parametrize("name", ZOO[::8])
def test_every_page_fits_its_pane(name: str) -> None:
    """Whatever the program, lines are no wider than the pane, and totals are the sums."""
    program = programs.build(name)
    with program.context():
        rec = gs.record(program.fn, *program.args, **program.options, **program.kwargs)
        here = cursor(rec)
        n_steps = here.timeline.length
        for index in range(0, n_steps, max(1, n_steps // 40)):
            at = here.seek(index)
            node = at.step.node
            facts = facts_at(at, rec, node) if node else seed_facts(at)
            for width in (16, 47):
                page = page_of(facts, PALETTE, width, seed_is_default=True)
                assert max(map(cell_len, page.plain.splitlines()), default=0) <= width


def test_a_name_is_cut_before_a_number_is() -> None:
    """Of a long name the end stays, with the element that is followed."""

    def total(params: Any) -> jax.Array:
        return jnp.sum(params["the encoder of the model"]["its bias"] ** 2)

    params = {"the encoder of the model": {"its bias": jnp.array([1.25, -3.5, 2.0])}}
    rec = gs.trace(total, params).record()
    page = page_of(
        facts_at(cursor(rec), rec, "in0"), PALETTE, 44, seed_is_default=True
    ).plain
    line = page.splitlines()[-1]

    assert "['its bias'][1]  −3.5  ‖·‖ 4.22" in line
    assert cell_len(line) <= 44


def test_a_cotangent_of_a_long_name_keeps_its_numbers() -> None:
    """The name is cut within its parentheses, in the sum and in its total."""
    name = "the encoder of the model, whose name is long"
    rec = gs.trace(lambda p: jnp.sum(p[name] ** 2), {name: jnp.arange(3.0)}).record()
    facts = facts_at(cursor(rec).last(), rec, "in0")

    lines = page_of(facts, PALETTE, 44, seed_is_default=True).plain.splitlines()

    assert any(line.startswith(" ‖ct(…") and ")‖ 4.472" in line for line in lines)
    assert lines[-1].startswith(" ct(…")
    assert lines[-1].endswith(")[2] = 4")


def test_a_lone_number_that_is_not_finite_is_said_once() -> None:
    """`NaN`, without the letter that arrays have."""
    rec = gs.record(lambda x: jnp.log(x) * 2.0, -1.0)
    node = node_of(rec.graph, "mul")

    facts = facts_at(cursor(rec).to(node), rec, node)
    page = page_of(facts, PALETTE, 60, seed_is_default=True).plain

    assert "NaN" in page
    assert "NaN N" not in page


def test_an_operand_that_is_stretched_shows_the_element_that_was_taken() -> None:
    """Axes of length one stand for any length in elementwise equations."""
    x, b = jnp.arange(6.0).reshape(3, 2), jnp.array([[10.0, 20.0]])
    rec = gs.trace(lambda x, b: jnp.sum(x + b), x, b).record()
    node = node_of(rec.graph, "add")
    facts = facts_at(cursor(rec).to(node), rec, node, (2, 1))

    assert [float(a.element) for a in facts.takes if a.element is not None] == [
        5.0,
        20.0,
    ]
    assert [a.index for a in facts.takes] == [(2, 1), (0, 1)]


def test_uses_that_send_nothing_come_after_the_sum_and_together() -> None:
    """However many they are, the numbers stay in sight."""

    def fn(x: jax.Array) -> jax.Array:
        low, high = jnp.sign(x), jnp.floor(x)
        return jnp.sum(jnp.sin(x) + low * high)

    rec = gs.record(fn, jnp.array([1.5, 2.5]))
    facts = facts_at(cursor(rec).last(), rec, "in0")
    assert facts.sum is not None
    refused = [t.amount for t in facts.sum.terms if t.amount.reason]
    assert len({each.reason for each in refused}) == 1 < len(refused)

    lines = page_of(facts, PALETTE, 200, seed_is_default=True).plain.splitlines()

    total = next(i for i, line in enumerate(lines) if line.startswith(" x̄["))
    names = "; ".join(each.name for each in refused)
    assert lines[total + 1] == f" {names}: {refused[0].reason}"


def test_cotangents_are_spelled_out_where_no_bar_can_be_drawn() -> None:
    """In ASCII `x̄` would be `x`; where there is a bar, the same numbers stand by it."""
    rec = gs.record(lambda x: jnp.sum(jnp.sin(x) * x), jnp.array([1.5, 2.5]))
    node = node_of(rec.graph, "sin")
    facts = facts_at(cursor(rec).last(), rec, node)
    name = facts.name

    barred = page_of(facts, PALETTE, 80, seed_is_default=True).plain
    plain = page_of(spelled_out(facts), PALETTE, 80, seed_is_default=True).plain

    bar = "\N{COMBINING MACRON}"
    assert cotangent_name(name) in barred
    assert f"‖ct({name})‖" in plain
    assert bar not in unicodedata.normalize("NFD", plain)
