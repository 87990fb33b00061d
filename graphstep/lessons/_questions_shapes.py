"""Questions for a choice or a shape: local Jacobians, and what comes next."""

from __future__ import annotations

import functools
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random

import jax

from graphstep._jaxcompat import is_inexact
from graphstep.analysis import LocalJacobian, local_jacobian, structure_of
from graphstep.export.chain import equation_text, label_of, operand_name
from graphstep.graph import Operand, ProgramGraph
from graphstep.lessons._answers import ChoiceAnswer, ShapeAnswer
from graphstep.lessons._question import Question
from graphstep.lessons._questions_local import Local, local_of
from graphstep.lessons._questions_rules import value_rule
from graphstep.recording import Absence, Recording
from graphstep.rules import rule_of
from graphstep.stepping import BACKWARD, FORWARD, SEED, Cursor

_CHOICES = 4
_STRUCTURES = {
    "zero": "zero: it makes no difference",
    "identity": "identity: it is passed on as it is",
    "diagonal": "diagonal: each element is made of the one in the same place",
    "permutation": "a permutation: the same elements in another order",
    "selection": "a selection: some of its elements, each at most once",
    "broadcast": "copies: a single 1 in each row, several in a column",
    "sum": "sums: several 1s in a row, a single one in each column",
    "block diagonal": "block diagonal: groups of elements that do not mix",
    "Kronecker": "one matrix again and again, for each row or column (Kronecker)",
    "triangular": "triangular: element i is made of elements up to i",
    "dense": "dense: each element is made of all of its elements",
}
# What would be right too, or could be taken to be.
_ALSO = {
    "zero": {"selection", "diagonal"},
    "identity": {"diagonal", "permutation", "selection"},
    "diagonal": set[str](),
    "permutation": {"selection"},
    "selection": {"permutation"},
    "broadcast": {"selection", "dense"},
    "sum": {"dense"},
    "block diagonal": set[str](),
    "Kronecker": {"dense"},
    "triangular": {"dense"},
    "dense": set[str](),
}
# As these, many others can be seen: they are never offered as wrong.
_WIDE = {"block diagonal", "Kronecker", "triangular"}
# What a measured Jacobian of that structure may look like.
_MEASURED = {
    "block diagonal": {"sparse"},
    "Kronecker": {"sparse"},
    "triangular": {"lower triangular", "upper triangular"},
}


def ask_structure(cursor: Cursor, random: Random) -> Question | None:
    """Ask what the Jacobian of the cursor's equation by an operand looks like."""
    local, operand = _operand(cursor, random)
    if local is None or operand is None:
        return None
    rule = rule_of(local.node.eqn)
    right = "" if rule is None else rule.structure[operand.key].kind
    if rule is None or right not in _STRUCTURES or rule.vjp[operand.key] is None:
        return None
    with jax.enable_x64(local.is_wide):
        jacobian = local_jacobian(local.node.eqn, local.operands, operand.key)
    if not isinstance(jacobian, LocalJacobian) or min(jacobian.shape) < 2:
        return None
    # Where numbers happen to look otherwise, either answer could be defended.
    seen = structure_of(jacobian) if jacobian.is_whole else ""
    if seen not in _MEASURED.get(right, {right}):
        return None
    others = _STRUCTURES.keys() - {right} - _ALSO[right] - _WIDE
    answer = _choice(
        _STRUCTURES[right], [_STRUCTURES[s] for s in sorted(others)], random
    )
    m, n = jacobian.shape
    graph = _recording(cursor).graph
    y, x = label_of(graph, local.node.id), operand_name(graph, operand)
    n_filled = int((jacobian.rows != 0).sum())
    return Question(
        "structure",
        cursor.index,
        local.node.id,
        f"{equation_text(graph, local.node.id)}.  The Jacobian of {y} with respect to "
        f"{x}{_which(local, operand)} is",
        answer,
        (),
        (
            value_rule(graph, local.node).formula,
            f"It has {m} rows and {n} columns: {n_filled} entries are not zero.",
            _not_that(answer),
        ),
        rule.reason,
    )


def ask_shape(cursor: Cursor, random: Random) -> Question | None:
    """Ask how many rows and columns a local Jacobian has."""
    local, operand = _operand(cursor, random)
    if local is None or operand is None:
        return None
    result, shape = local.result, local.operands[operand.key].shape
    m, n = result.size, math.prod(shape)
    if not (result.ndim or shape) or m == n:
        return None
    graph = _recording(cursor).graph
    y, x = label_of(graph, local.node.id), operand_name(graph, operand)
    sizes = f"{y} has shape {_shape(result.shape)}, {x} has shape {_shape(shape)}."
    return Question(
        "shape",
        cursor.index,
        local.node.id,
        f"{equation_text(graph, local.node.id)}.  As one matrix, the Jacobian of {y} "
        f"with respect to {x}{_which(local, operand)} has which shape, as in (2, 3)?",
        ShapeAnswer(f"[{m},{n}]"),
        (),
        (
            f"It has a row for each element of {y}, a column for each element of {x}.",
            sizes,
            f"{y} has {m} element{'' if m == 1 else 's'}.",
        ),
        f"A row for each of the {m} elements of {y}, a column for each of the {n} of {x}.",
    )


def ask_next(cursor: Cursor, random: Random) -> Question | None:
    """Ask which equation the cursor's step is at, of some that cannot be next."""
    graph, step = _recording(cursor).graph, cursor.step
    before = cursor.previous()
    is_in_pass = before.index < cursor.index and before.pass_ in (cursor.pass_, SEED)
    if cursor.pass_ == SEED or not is_in_pass or not _is_equation(cursor, step.node):
        return None
    done: list[str] = []
    earlier = graph.ancestors(step.node)
    if cursor.pass_ == FORWARD:
        later = graph.descendants(step.node)
        ahead = _near(cursor, later, lambda node: _waits(cursor, node))
        done = _near(cursor, earlier, lambda node: _is_done(cursor, node))
    else:
        ahead = _near(cursor, earlier, lambda node: _lacks(before, node))
    not_yet = _sample(graph, ahead, random, _CHOICES - 2)
    over = _sample(graph, done, random, _CHOICES - 1 - len(not_yet))
    right, counts = equation_text(graph, step.node), _texts(graph)
    # What is written alike elsewhere may be possible there.
    wrong = [text for text in (*not_yet, *over) if counts[text] == 1]
    if not wrong or counts[right] != 1:
        return None
    answer = _choice(right, wrong, random)
    is_back = cursor.pass_ == BACKWARD
    if is_back:
        why = (
            "Going backward, an equation's turn comes when all uses of its result have "
            "sent their share."
        )
    else:
        why = "An equation's turn comes when all of its operands are there."
    text = f"Going {cursor.pass_}, which equation can be the next one?"
    return Question(
        "next", step.index, step.node, text, answer, (), (why, _not_that(answer)), why
    )


@functools.lru_cache(maxsize=2)
def _texts(graph: ProgramGraph) -> Counter[str]:
    """Count how often each equation is written in a program."""
    roles = zip(graph.order, graph.columns.roles, strict=True)
    return Counter(equation_text(graph, node) for node, role in roles if role == "eqn")


def _index_in_turn(cursor: Cursor, node: str) -> int | None:
    """Return when the forward pass comes to a node in the cursor's turn of its loops."""
    turns = cursor.step.iteration[: len(_recording(cursor).graph.loops(node))]
    is_step = cursor.timeline.is_step(FORWARD, node, turns)
    return cursor.timeline.index(FORWARD, node, turns) if is_step else None


def _is_done(cursor: Cursor, node: str) -> bool:
    index = _index_in_turn(cursor, node)
    return index is not None and index < cursor.index


def _waits(cursor: Cursor, node: str) -> bool:
    """Return whether an operand of a node is not there yet."""
    operands = _recording(cursor).graph.operands(node)
    sources = {operand.source[0] for operand in operands if operand.source is not None}
    return any(not _is_done(cursor, source) for source in sources)


def _lacks(before: Cursor, node: str) -> bool:
    """Return whether a use of a node's result is still to send its share."""
    recording, iteration = _recording(before), before.iteration_of(node)
    return iteration is not None and any(
        not before.has_arrived(edge, iteration)
        and not isinstance(recording.contribution(edge, iteration), Absence)
        for edge in recording.graph.uses(node)
    )


def _near(
    cursor: Cursor, nodes: Iterable[str], suits: Callable[[str], bool]
) -> list[str]:
    """Return the few equations nearest to the cursor of which something is true."""
    graph = _recording(cursor).graph
    here = graph.position(cursor.step.node)
    nearest = sorted(nodes, key=lambda node: (abs(graph.position(node) - here), node))
    found = (n for n in nearest if _is_equation(cursor, n) and suits(n))
    return list(itertools.islice(found, 2 * _CHOICES))


def _sample(
    graph: ProgramGraph, nodes: list[str], random: Random, count: int
) -> list[str]:
    chosen = random.sample(nodes, min(count, len(nodes)))
    return [equation_text(graph, node) for node in chosen]


def _is_equation(cursor: Cursor, node: str) -> bool:
    """Return whether a node is a plain equation in the same loops as the cursor."""
    graph = _recording(cursor).graph
    found = graph.node(node)
    return (
        found.role == "eqn"
        and graph.regions[found.region].id != node
        and graph.loops(node) == graph.loops(cursor.step.node)
    )


def _operand(cursor: Cursor, random: Random) -> tuple[Local | None, Operand | None]:
    step = cursor.step
    local = local_of(_recording(cursor), step.node, step.iteration)
    if local is None or not is_inexact(local.node.avals[0]):
        return None, None
    operands = [
        o for o in local.node.operands if o.source is not None and is_inexact(o.aval)
    ]
    return local, random.choice(operands) if operands else None


def _which(local: Local, operand: Operand) -> str:
    is_doubled = sum(o.source == operand.source for o in local.node.operands) > 1
    return f", as operand {operand.key} alone," if is_doubled else ""


def _choice(right: str, wrong: list[str], random: Random) -> ChoiceAnswer:
    """Mix the right choice with some of the wrong ones."""
    others = list(dict.fromkeys(wrong))
    choices = [right, *random.sample(others, min(_CHOICES - 1, len(others)))]
    random.shuffle(choices)
    return ChoiceAnswer(tuple(choices), choices.index(right))


def _not_that(answer: ChoiceAnswer) -> str:
    wrong = next(i for i in range(len(answer.choices)) if i != answer.right)
    return f"It is not {chr(ord('a') + wrong)}."


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def _recording(cursor: Cursor) -> Recording:
    assert isinstance(cursor.recording, Recording)
    return cursor.recording
