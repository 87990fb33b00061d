"""Questions for a number: a value, a cotangent, a contribution."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np

from graphstep.export.chain import (
    cotangent_name,
    equation_text,
    label_of,
    operand_name,
    sender_text,
)
from graphstep.graph import Operand, ProgramGraph
from graphstep.lessons._answers import ValueAnswer
from graphstep.lessons._grading import grade, value_text
from graphstep.lessons._question import (
    Given,
    Question,
    about,
    element_name,
    part_name,
)
from graphstep.lessons._questions_local import (
    LISTED,
    Index,
    Local,
    Part,
    local_of,
    rounded,
)
from graphstep.lessons._questions_rules import contribution_rule, value_rule
from graphstep.recording import Recording
from graphstep.stepping import BACKWARD, Cursor

# Elements that are tried out for one that makes a good question.
_TRIED = 8


def ask_value(cursor: Cursor, random: Random) -> Question | None:
    """Ask for an element of what the cursor's forward step computes."""
    recording, step = _recording(cursor), cursor.step
    local = local_of(recording, step.node, step.iteration)
    if local is None:
        return None
    graph, node = recording.graph, local.node
    name = label_of(graph, node.id)
    for index in _elements(local.result, random):
        parts = local.parts(index)
        if parts is None:
            return None
        given = _given(graph, node.operands, local.operands, dict(enumerate(parts)))
        answer = _answer(local.result[index], given, _scale(local.operands, parts))
        exact = local.run(tuple(map(rounded, local.operands)))[index]
        if not _is_fair(answer, given, exact):
            continue
        equation = equation_text(graph, node.id)
        rule = value_rule(graph, node)
        return Question(
            "value",
            step.index,
            node.id,
            f"Next comes  {equation}.  What is {element_name(name, index)}?",
            answer,
            given,
            (
                rule.formula,
                rule.with_numbers(_numbers(parts, local.operands)),
                *about(local.result[index]),
            ),
            rule.formula,
            index,
        )
    return None


def ask_contribution(cursor: Cursor, random: Random) -> Question | None:
    """Ask for an element of what the cursor's backward step sends to an operand."""
    recording, step = _recording(cursor), cursor.step
    local = local_of(recording, step.node, step.iteration)
    cotangent = recording.cotangent(step.node, 0, step.iteration)
    if local is None or not _is_array(cotangent):
        return None
    keys = [o.key for o in local.node.operands if o.source is not None]
    random.shuffle(keys)
    asked = (_contribution(cursor, local, key, cotangent, random) for key in keys)
    return next(filter(None, asked), None)


def _contribution(
    cursor: Cursor,
    local: Local,
    key: int,
    cotangent: np.ndarray,
    random: Random,
) -> Question | None:
    recording, node = _recording(cursor), local.node
    graph, operand = recording.graph, node.operands[key]
    assert operand.source is not None
    loops = graph.loops(operand.source[0])
    edge = (operand.source[0], node.id, key)
    sent = recording.contribution(edge, local.iteration)
    if loops != graph.loops(node.id) or not _is_array(sent):
        return None
    y, rule = label_of(graph, node.id), contribution_rule(graph, node, key)
    bar, uses_result = cotangent_name(y), rule.uses_result
    for index in _elements(sent, random):
        found = local.parts_back(key, index)
        if found is None:
            return None
        part, parts = found
        # Where a function has no derivative, rules differ in what they give.
        if not np.any(cotangent[part]) or not np.isfinite(float(sent[index])):
            continue
        given = (
            Given(part_name(bar, part), cotangent[part]),
            *_given(graph, node.operands, local.operands, parts),
            *([Given(part_name(y, part), local.result[part])] if uses_result else []),
        )
        answer = _answer(sent[index], given, _scale((cotangent,), (part,)))
        shown = tuple(map(rounded, local.operands))
        exact = local.pulled(key, shown, rounded(cotangent))[index]
        if not _is_fair(answer, given, exact):
            continue
        name = element_name(operand_name(graph, operand), index)
        through = f"  (operand {key})" if _is_doubled(node.operands, operand) else ""
        numbers = _numbers(parts, local.operands)
        return Question(
            "contribution",
            cursor.index,
            node.id,
            f"Backward through  {equation_text(graph, node.id)}:  what does it send to "
            f"{name}?{through}",
            answer,
            given,
            (
                rule.formula,
                rule.with_numbers(numbers, cotangent[part], local.result[part]),
                *about(sent[index]),
            ),
            rule.formula,
            index,
            edge,
        )
    return None


def ask_cotangent(cursor: Cursor, random: Random) -> Question | None:
    """Ask for an element of a cotangent that several uses contribute to."""
    recording, step = _recording(cursor), cursor.step
    if cursor.pass_ != BACKWARD or not recording.graph.node(step.node).avals:
        return None
    out = random.randrange(len(recording.graph.node(step.node).avals))
    total = recording.cotangent(step.node, out, step.iteration)
    if not _is_array(total) or total.dtype.kind == "c":
        return None
    found = cursor.running_sum(step.node, out)
    arrays = [term.value for term in found.terms]
    is_sum = found.is_complete and 2 <= len(arrays) <= LISTED
    if not is_sum or not all(map(_is_array, arrays)):
        return None
    graph = recording.graph
    names = [
        "the seed" if t.edge is None else sender_text(graph, t.edge, step.iteration)
        for t in found.terms
    ]
    bar = cotangent_name(label_of(graph, step.node, out))
    for index in _elements(total, random):
        terms = tuple(np.asarray(array)[index] for array in arrays)
        if np.count_nonzero(terms) < 2:
            continue
        given = tuple(
            Given(f"from {name}", term) for name, term in zip(names, terms, strict=True)
        )
        scale = float(np.abs(np.array(terms, np.float64)).max())
        answer = ValueAnswer(total[index], scale, terms)
        exact = sum(float(rounded(np.asarray(term))) for term in terms)
        if not _is_fair(answer, given, np.float64(exact)):
            continue
        rule = "A cotangent is the sum of what every use of the value sends back."
        numbers = " + ".join(_bracketed(value_text(term)) for term in terms)
        return Question(
            "cotangent",
            step.index,
            step.node,
            f"{label_of(graph, step.node, out)} has {len(terms)} uses, and all have "
            f"sent their share.  What is {element_name(bar, index)}?",
            answer,
            given,
            (rule, numbers, *about(total[index])),
            rule,
            index,
            value=(step.node, out),
        )
    return None


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _recording(cursor: Cursor) -> Recording:
    assert isinstance(cursor.recording, Recording)
    return cursor.recording


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind != "V"


def _is_doubled(operands: tuple[Operand, ...], operand: Operand) -> bool:
    return sum(other.source == operand.source for other in operands) > 1


def _elements(array: np.ndarray, random: Random) -> Iterator[Index]:
    """Yield some elements at random, those that are not zero first."""
    if not array.size:
        return
    shape = np.shape(array)
    flat = [random.randrange(array.size) for _ in range(_TRIED)]
    found = [tuple(int(i) for i in np.unravel_index(at, shape)) for at in flat]
    yield from sorted(dict.fromkeys(found), key=lambda index: not array[index])


def _given(
    graph: ProgramGraph,
    operands: tuple[Operand, ...],
    arrays: tuple[np.ndarray, ...],
    parts: dict[int, Part],
) -> tuple[Given, ...]:
    """Return the numbers to be told; a literal stands in the equation already."""
    found = {
        part_name(operand_name(graph, operand), parts[key]): arrays[key][parts[key]]
        for key, operand in enumerate(operands)
        if key in parts and (operand.source is not None or _is_cut(operand))
    }
    return tuple(Given(name, value) for name, value in found.items())


def _is_cut(operand: Operand) -> bool:
    """Return whether four digits of a literal, as an equation shows it, are not all."""
    value = np.asarray(operand.literal)
    return not value.ndim and float(f"{float(value):.4g}") != float(value)


def _numbers(
    parts: tuple[Part, ...] | dict[int, Part], arrays: tuple[np.ndarray, ...]
) -> dict[int, Any]:
    items = parts.items() if isinstance(parts, dict) else enumerate(parts)
    return {key: arrays[key][part] for key, part in items}


def _scale(arrays: tuple[np.ndarray, ...], parts: tuple[Part, ...]) -> float:
    """Return the size of the greatest number that goes in."""
    sizes = [
        np.abs(np.asarray(x[part], np.float64)).max(initial=0)
        for x, part in zip(arrays, parts, strict=True)
    ]
    return max(map(float, sizes), default=0.0)


def _answer(value: Any, given: tuple[Given, ...], scale: float) -> ValueAnswer:
    named = tuple((each.name, each.value) for each in given)
    return ValueAnswer(value, scale if np.isfinite(scale) else None, given=named)


def _is_fair(answer: ValueAnswer, given: tuple[Given, ...], exact: Any) -> bool:
    """Return whether what is told suffices: the digits shown lead to the answer."""
    if not all(np.isfinite(np.asarray(each.value, float)).all() for each in given):
        return False
    return grade(answer, repr(float(exact))).is_right
