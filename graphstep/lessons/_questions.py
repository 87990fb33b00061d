"""Make questions about a recording: fair ones, whose answers are known for certain."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from random import Random

from graphstep.lessons._question import KINDS, Kind, Question
from graphstep.lessons._questions_numbers import (
    ask_contribution,
    ask_cotangent,
    ask_value,
)
from graphstep.lessons._questions_shapes import ask_next, ask_shape, ask_structure
from graphstep.stepping import BACKWARD, FORWARD, Cursor

Asker = Callable[[Cursor, Random], Question | None]
_ASKERS: dict[Kind, Asker] = {
    "value": ask_value,
    "cotangent": ask_cotangent,
    "contribution": ask_contribution,
    "structure": ask_structure,
    "shape": ask_shape,
    "next": ask_next,
}
# What is asked in each pass; what is last is asked for want of anything else.
_OFFERED: dict[str, tuple[Kind, ...]] = {
    FORWARD: ("value", "structure", "shape", "next"),
    BACKWARD: ("cotangent", "contribution", "next"),
}
# Steps that are looked at for each question that is wanted.
_LOOKED_AT = 40


def question_at(cursor: Cursor, kind: Kind, random: Random) -> Question | None:
    """Return a question that the cursor's step answers.

    Args:
        cursor: Place in the walk of a recording.
        kind: What to ask for.
        random: Chooses elements, operands and wrong answers.

    Returns:
        `None` if the step makes no fair question of that kind: its numbers are not
        there, too many, or too hard to work out, or the answer could be disputed.
    """
    return _ASKERS[kind](cursor, random) if cursor.step.node else None


def make_questions(
    cursor: Cursor,
    count: int,
    *,
    seed: int = 0,
    kinds: Sequence[Kind] = KINDS,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> tuple[Question, ...]:
    """Return questions about the rest of a walk, in its order, at most one a step.

    Args:
        cursor: The questions are about the steps after this one.
        count: How many; there may be fewer.
        seed: The same seed gives the same questions.
        kinds: What to ask for.
        is_unwanted: Asked again and again; returning True ends the search.
    """
    random = Random(seed)  # noqa: S311 -- a choice of questions is no secret.
    ahead = range(cursor.index + 1, cursor.timeline.length)
    found: dict[int, Question] = {}
    asked: set[tuple[Kind, str]] = set()
    for turn, index in enumerate(_spread(ahead, count, random)):
        if len(found) == count or is_unwanted():
            break
        here = cursor.seek(index)
        for kind in _in_turn(here, turn):
            if kind not in kinds or (kind, here.step.node) in asked:
                continue
            question = question_at(here, kind, random)
            if question is not None:
                found[index] = question
                asked.add((kind, question.node))
                break
    return tuple(found[index] for index in sorted(found))


def _in_turn(cursor: Cursor, turn: int) -> list[Kind]:
    """Return the kinds to try, another first each time so that all have their turn."""
    offered = _OFFERED.get(cursor.pass_, ())
    if not offered:
        return []
    first = offered[turn % len(offered)]
    return [first, *(kind for kind in offered if kind != first)]


def _spread(steps: range, count: int, random: Random) -> Iterator[int]:
    """Yield steps at random, one of each stretch of the walk, then another of each."""
    most = min(len(steps), count * _LOOKED_AT)
    chosen = random.sample(steps, most)
    stretches: list[list[int]] = [[] for _ in range(max(1, count))]
    for step in chosen:
        place = (step - steps.start) * len(stretches) // len(steps)
        stretches[place].append(step)
    for turn in itertools.zip_longest(*stretches):
        yield from (step for step in turn if step is not None)
