"""Every question has the answer that other algorithms find, from what is given alone."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs
from graphstep.export.chain import equation_text
from graphstep.lessons import (
    KINDS,
    ChoiceAnswer,
    Question,
    ShapeAnswer,
    ValueAnswer,
    answer_text,
    grade,
    make_questions,
)
from graphstep.stepping import BACKWARD, FORWARD, Cursor
from tests.agreement import Case, case_of
from tests.oracle_equations import bind
from tests.programs import build

PROGRAMS = (
    "arithmetic",
    "mlp_loss",
    "scan_rnn",
    "scan_of_jit_and_cond",
    "while_with_constants",
    "shared_many_times",
    "relu_family",
    "ties_in_maximum",
    "bf16_layer",
    "f64_chain",
    "reshape_transpose",
    "strided_slices",
    "stop_gradient_in_product",
    "custom_vjp_clip_gradient",
    "division_by_zero",
    "same_value_twice",
    "grad_of_grad",
)


@functools.cache
def case(name: str) -> Case:
    return case_of(build(name))


@functools.cache
def questions(name: str) -> tuple[Question, ...]:
    cursor = case(name).recording.cursor()
    return make_questions(cursor, 12, seed=1)


def asked(kind: str) -> list[Any]:
    """Return all questions of a kind, with the programs that they are about."""
    return [
        (case(name), question)
        for name in PROGRAMS
        for question in questions(name)
        if question.kind == kind
    ]


def place(found: Case, question: Question) -> Cursor:
    return found.recording.cursor().seek(question.step)


def value_of(question: Question) -> Any:
    assert isinstance(question.answer, ValueAnswer)
    return question.answer.value


def test_every_kind_is_asked_about_often_enough_to_mean_something() -> None:
    for kind in KINDS:
        assert len(asked(kind)) >= 4, kind


# The answers -------------------------------------------------------------------------


def close(found: Case, actual: Any, expected: Any) -> bool:
    digits = 0.05 if found.is_low_precision else 1e-4
    floor = digits * max(found.largest, 1e-3)
    return bool(
        np.allclose(
            np.float64(actual), np.float64(expected), digits, floor, equal_nan=True
        )
    )


def test_values_are_those_of_the_oracle() -> None:
    for found, question in asked("value"):
        step = place(found, question).step
        slot = found.oracle.slots[question.node, 0][step.iteration]
        expected = np.asarray(slot.value)[question.index]

        assert close(found, value_of(question), expected), question.text


def test_cotangents_are_those_of_the_oracle() -> None:
    for found, question in asked("cotangent"):
        step = place(found, question).step
        slot = found.oracle.slots[question.value][step.iteration]
        expected = np.asarray(slot.cotangent)[question.index]

        assert close(found, value_of(question), expected), question.text


def test_contributions_are_those_of_the_oracle() -> None:
    for found, question in asked("contribution"):
        step = place(found, question).step
        sent = found.oracle.contributions[question.edge][step.iteration]
        expected = np.asarray(sent)[question.index]

        assert close(found, value_of(question), expected), question.text


# What is given -----------------------------------------------------------------------

NUMPY: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "add": np.add,
    "add_any": np.add,
    "ceil": np.ceil,
    "cos": np.cos,
    "div": np.divide,
    "eq": np.equal,
    "exp": np.exp,
    "expm1": np.expm1,
    "floor": np.floor,
    "ge": np.greater_equal,
    "gt": np.greater,
    "integer_pow": np.power,
    "le": np.less_equal,
    "log": np.log,
    "log1p": np.log1p,
    "logistic": lambda x: 1 / (1 + np.exp(-x)),
    "lt": np.less,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "pow": np.power,
    "round": np.round,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "select_n": lambda which, *cases: cases[int(which)],
    "sign": np.sign,
    "sin": np.sin,
    "square": np.square,
    "sqrt": np.sqrt,
    "sub": np.subtract,
    "tan": np.tan,
    "tanh": np.tanh,
}
REDUCED = {"reduce_sum": np.sum, "reduce_max": np.max, "reduce_min": np.min}


def shown(question: Question) -> dict[str, Any]:
    """Return the numbers that are given, read from the text that a person reads."""
    found: dict[str, Any] = {}
    for given in map(str, question.given):
        name, _, text = given.rpartition(" = ")
        text = text.replace("−", "-").replace("True", "1").replace("False", "0")
        numbers = [float(n) for n in re.findall(r"[^\s,\[\]]+", text)]
        found[name] = np.array(numbers) if text.startswith("[") else numbers[0]
    return found


def operands(found: Case, question: Question) -> list[Any]:
    """Return what is given of each operand, or the literal that the equation shows."""
    graph, node = found.trace.graph, found.trace.graph.node(question.node)
    given = shown(question)
    values: list[Any] = []
    for operand in node.operands:
        if operand.source is None:
            values.append(float(operand.literal))
            continue
        label = graph.label(*operand.source)
        matching = [
            v for k, v in given.items() if k == label or k.startswith(f"{label}[")
        ]
        values.append(matching[0])
    return values


def worked_out(found: Case, question: Question) -> Any:
    """Return the value that follows from what is given, in float64 of NumPy."""
    node = found.trace.graph.node(question.node)
    values = operands(found, question)
    with np.errstate(all="ignore"):
        if node.primitive in REDUCED:
            return REDUCED[node.primitive](values[0])
        if node.primitive == "dot_general":
            return np.dot(*values)
        if node.primitive == "integer_pow":
            values.append(node.eqn.params["y"])
        return NUMPY[node.primitive](*values)


def test_what_is_given_suffices_for_a_value() -> None:
    for found, question in asked("value"):
        expected = worked_out(found, question)

        assert grade(question.answer, repr(float(expected))).is_right, question.text


def test_what_is_given_suffices_for_a_cotangent() -> None:
    for _, question in asked("cotangent"):
        assert grade(question.answer, repr(sum(shown(question).values()))).is_right


def test_what_is_given_suffices_for_a_contribution() -> None:
    """The slope is that of finite differences, wherever the function is a formula."""
    n_checked = 0
    for found, question in asked("contribution"):
        node = found.trace.graph.node(question.node)
        given = shown(question)
        cotangent = next(iter(given.values()))
        if node.primitive in ("reduce_sum", "broadcast_in_dim"):
            expected = np.sum(cotangent)
        elif node.primitive == "dot_general":
            other = list(given.values())[1]
            expected = np.sum(cotangent * other)
        else:
            expected = cotangent * slope(found, question)
        n_checked += 1

        assert grade(question.answer, repr(float(expected))).is_right, question.text
    assert n_checked


def slope(found: Case, question: Question) -> float:
    node, key = found.trace.graph.node(question.node), question.edge[2]
    values = operands(found, question)
    if node.primitive == "integer_pow":
        values.append(node.eqn.params["y"])
    step = 1e-6 * max(1.0, abs(values[key]))
    low, high = (
        NUMPY[node.primitive](*values[:key], values[key] + by, *values[key + 1 :])
        for by in (-step, step)
    )
    return float(high - low) / (2 * step)


# Choices and shapes ------------------------------------------------------------------


def jacobian(found: Case, question: Question) -> np.ndarray:
    """Return the Jacobian that is asked about, by forward mode."""
    graph, step = found.trace.graph, place(found, question).step
    node = graph.node(question.node)
    values: list[Any] = []
    for operand in node.operands:
        if operand.source is None:
            values.append(jnp.asarray(operand.literal, operand.aval.dtype))
            continue
        turns = step.iteration[: len(graph.loops(operand.source[0]))]
        values.append(jnp.asarray(found.oracle.slots[operand.source][turns].value))
    named = re.search(
        r"with respect to (.+?)(?:, as operand (\d+) alone,)? (?:is|has)", question.text
    )
    assert named is not None
    keys = [
        o.key
        for o in node.operands
        if o.source is not None and graph.label(*o.source) == named[1]
    ]
    key = int(named[2]) if named[2] else keys[0]

    def result(x: Any) -> Any:
        return bind(node.eqn, [*values[:key], x, *values[key + 1 :]])[0]

    matrix = np.asarray(jax.jacfwd(result)(values[key]))
    return matrix.reshape(-1, values[key].size).astype(np.float64)


def is_kronecker(j: np.ndarray) -> bool:
    """Return whether it is A ⊗ B, with neither of them a single number."""
    m, n = j.shape
    for p in (d for d in range(1, m + 1) if m % d == 0):
        for q in (d for d in range(1, n + 1) if n % d == 0):
            blocks = j.reshape(p, m // p, q, n // q).transpose(0, 2, 1, 3)
            is_split = (p, q) not in {(1, 1), (m, n)}
            if is_split and np.linalg.matrix_rank(blocks.reshape(p * q, -1)) == 1:
                return True
    return False


def is_ones(j: np.ndarray) -> bool:
    return bool(np.isin(j, (0, 1)).all())


def per(j: np.ndarray, axis: int) -> np.ndarray:
    return (j != 0).sum(axis)


HOLDS: dict[str, Callable[[np.ndarray], bool]] = {
    "zero": lambda j: not j.any(),
    "identity": lambda j: (
        j.shape[0] == j.shape[1] and bool((j == np.eye(len(j))).all())
    ),
    "diagonal": lambda j: (
        j.shape[0] == j.shape[1] and not (j - np.diag(np.diag(j))).any()
    ),
    "a permutation": lambda j: (
        is_ones(j) and bool((per(j, 0) == 1).all() and (per(j, 1) == 1).all())
    ),
    "a selection": lambda j: (
        is_ones(j)
        and bool((per(j, 0) <= 1).all() and (per(j, 1) <= 1).all() and j.any())
    ),
    "copies": lambda j: (
        is_ones(j) and bool((per(j, 1) == 1).all() and (per(j, 0) > 1).any())
    ),
    "sums": lambda j: (
        is_ones(j) and bool((per(j, 0) == 1).all() and (per(j, 1) > 1).any())
    ),
    "one matrix": is_kronecker,
    "triangular": lambda j: not np.triu(j, 1).any() or not np.tril(j, -1).any(),
    "dense": lambda j: bool((j != 0).all()),
}


def test_structures_are_those_of_the_jacobian_and_the_others_are_not() -> None:
    for found, question in asked("structure"):
        assert isinstance(question.answer, ChoiceAnswer)
        with found.program.context():
            matrix = jacobian(found, question)
        for number, choice in enumerate(question.answer.choices):
            name = next(n for n in HOLDS if choice.startswith(n))
            is_right = number == question.answer.right

            assert HOLDS[name](matrix) == is_right, (question.text, choice)


def test_shapes_are_those_of_the_jacobian() -> None:
    for found, question in asked("shape"):
        assert isinstance(question.answer, ShapeAnswer)
        with found.program.context():
            m, n = jacobian(found, question).shape

        assert grade(question.answer, f"({m}, {n})").is_right, question.text


def visited(cursor: Cursor, pass_: str) -> set[tuple[str, tuple[int, ...]]]:
    steps = (cursor.timeline.step(i) for i in range(cursor.index))
    return {(s.node, s.iteration) for s in steps if s.pass_ == pass_}


def can_come(cursor: Cursor, node: str, done: set[Any]) -> bool:
    """Return whether a node's turn may come at the cursor's step, by its definition."""
    graph, step = cursor.timeline.graph, cursor.step
    if (node, step.iteration) in done:
        return False
    if step.pass_ == FORWARD:
        sources = [o.source[0] for o in graph.operands(node) if o.source is not None]
        return all((s, step.iteration[: len(graph.loops(s))]) in done for s in sources)
    uses = [
        e[1]
        for out in range(len(graph.node(node).avals))
        for e in graph.uses(node, out)
    ]
    waited = [u for u in uses if cursor.timeline.has_steps(BACKWARD, u)]
    return all((u, step.iteration[: len(graph.loops(u))]) in done for u in waited)


def test_only_the_right_equation_can_come_next() -> None:
    n_checked = 0
    for found, question in asked("next"):
        cursor, graph = place(found, question), found.trace.graph
        assert isinstance(question.answer, ChoiceAnswer)
        right = question.answer.choices[question.answer.right]
        done = visited(cursor, cursor.pass_)

        assert right == equation_text(graph, cursor.step.node)
        if cursor.step.iteration and cursor.pass_ == BACKWARD:
            # There a use may be that of the iteration after.
            continue
        n_checked += 1
        for number, choice in enumerate(question.answer.choices):
            nodes = [n for n in graph.order if equation_text(graph, n) == choice]
            possible = any(can_come(cursor, node, done) for node in nodes)

            assert possible == (number == question.answer.right), (
                question.text,
                choice,
            )
    assert n_checked >= 20


# How they are made -------------------------------------------------------------------


def test_the_same_seed_asks_the_same_and_another_asks_otherwise() -> None:
    cursor = case("mlp_loss").recording.cursor()

    assert make_questions(cursor, 8, seed=5) == make_questions(cursor, 8, seed=5)
    assert make_questions(cursor, 8, seed=5) != make_questions(cursor, 8, seed=6)


def test_questions_are_about_steps_ahead_in_the_order_of_the_walk() -> None:
    cursor = case("mlp_loss").recording.cursor().seek(12)
    steps = [question.step for question in make_questions(cursor, 20)]

    assert steps == sorted(set(steps))
    assert min(steps) > 12


def test_only_the_kinds_that_are_wanted_are_asked() -> None:
    cursor = case("mlp_loss").recording.cursor()
    found = make_questions(cursor, 6, kinds=("contribution",))

    assert {question.kind for question in found} == {"contribution"}


def test_nothing_is_asked_after_the_last_step() -> None:
    assert make_questions(case("arithmetic").recording.cursor().last(), 5) == ()


@pytest.mark.parametrize(
    "fn",
    [
        lambda x: jnp.sum(jnp.sin(jnp.full((100_000,), x))),
        jax.scipy.special.gammaln,
    ],
)
def test_what_nobody_could_work_out_is_not_asked(fn: Callable[..., Any]) -> None:
    """Of large arrays and strange functions no number is asked that is no look-up."""
    recording = gs.record(fn, 1.5)
    found = make_questions(recording.cursor(), 20)

    for question in found:
        for given in question.given:
            assert np.size(given.value) <= 4
        node = recording.graph.node(question.node)
        assert question.kind != "value" or node.primitive in {
            *NUMPY,
            *REDUCED,
            "dot_general",
        }


def test_the_search_ends_when_nobody_waits_for_it() -> None:
    cursor = case("mlp_loss").recording.cursor()

    assert make_questions(cursor, 5, is_unwanted=lambda: True) == ()


def test_no_hint_but_the_last_tells_the_answer() -> None:
    for name in PROGRAMS:
        for question in questions(name):
            assert 1 <= len(question.hints) <= 3
            if question.kind == "next":
                assert answer_text(question.answer) not in " ".join(question.hints)
