"""The cards of local Jacobians that a page carries, one for each equation and turn."""

from __future__ import annotations

import math
from typing import Any

from graphstep.export.chain import Card, PathStep, cards_of, norm_text, number, path_of
from graphstep.export.page._steps import Steps
from graphstep.recording import Recording
from graphstep.stepping import FORWARD

# Equations, in all turns of their loops, that a page has cards of.
_MOST = 64
# Shares of entries in a picture are written as digits.
_NINE = 9


def cards_payload(recording: Recording, steps: Steps) -> dict[str, Any]:
    """Return all cards, and for every carried step the number of its own, or −1."""
    places = {}
    for index in steps.indices:
        step = steps.timeline.step(index)
        if step.pass_ == FORWARD and step.node:
            places[step.node, step.iteration] = index
    nodes = steps.timeline.graph.columns
    graph = steps.timeline.graph
    equations = [
        place for place in places if nodes.roles[graph.position(place[0])] == "eqn"
    ]
    if len(equations) > _MOST:
        said = f"Cards are in pages of at most {_MOST} equations and turns."
        return {"cards": [], "card": [-1] * len(steps.indices), "noCards": said}
    cards: list[dict[str, Any]] = []
    numbers: dict[tuple[str, tuple[int, ...]], int] = {}
    for place in equations:
        cursor = steps.cursor.seek(places[place])
        found = cards_of(recording, cursor, place[0])
        if found:
            numbers[place] = len(cards)
            path = path_of(recording, cursor, place[0])
            cards.append({"of": [_card(c) for c in found], "path": _path(path)})
    taken = [steps.timeline.step(index) for index in steps.indices]
    return {
        "cards": cards,
        "card": [numbers.get((step.node, step.iteration), -1) for step in taken],
    }


def _card(card: Card) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": card.name,
        "shape": f"{card.shape[0]} × {card.shape[1]}",
        "structure": card.structure,
        "said": card.said_by,
        "reason": card.reason,
        "matrix": [list(line) for line in card.matrix],
        "spy": ["".join(map(_digit, line)) for line in card.spy],
        "counts": "" if card.reason else card.counts,
    }
    if card.gain is not None:
        found["gain"] = number(card.gain)
        found["words"] = card.gain_words
    return {key: value for key, value in found.items() if value}


def _digit(share: float) -> str:
    """Return 0 where all is zero, up to 9 where nothing is; N where something is bad."""
    return "N" if math.isnan(share) else str(math.ceil(share * _NINE))


def _path(path: tuple[PathStep, ...]) -> list[list[str]]:
    if len(path) < 2:
        return []
    return [
        [
            step.name,
            norm_text(step.norm, step.mark, 3),
            "" if step.gain is None else f"×{number(step.gain, 3)}",
        ]
        for step in path
    ]
