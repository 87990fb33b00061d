"""Finished drawings of regions as plain data, each plan and each piece once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.graph import ProgramGraph
from graphstep.layout import Layout, Piece, Plan


class Pieces:
    """Collects the pieces that drawings are made of.

    Args:
        graph: The program.
        names: Ids of all regions and groups that open.

    Attributes:
        plans: Geometry; equal regions share it.
        found: Per piece, whose it is, its plan, the pieces inside of it, and what its
            boxes and lines stand for; inner ones come before outer ones.
        n_items: Boxes and lines in all of them.
    """

    def __init__(self, graph: ProgramGraph, names: Sequence[str]) -> None:
        self.graph = graph
        self.plans: list[dict[str, Any]] = []
        self.found: list[dict[str, Any]] = []
        self.n_items = 0
        self._names = {name: number for number, name in enumerate(names)}
        self._plan_numbers: dict[Plan, int] = {}
        self._piece_numbers: dict[Piece, int] = {}

    def add(self, layout: Layout) -> None:
        """Add the pieces of a drawing that are not there yet."""
        for placed in reversed(layout.placed):
            piece = placed.piece
            if piece not in self._piece_numbers:
                found = self._piece(piece)
                self._piece_numbers[piece] = len(self.found)
                self.found.append(found)
                self.n_items += len(piece.boxes) + len(piece.values)

    def _piece(self, piece: Piece) -> dict[str, Any]:
        positions = self.graph.positions
        return {
            "of": self._names.get(piece.id, -1),
            "plan": self._plan(piece.plan),
            "inner": [self._piece_numbers[inner] for inner in piece.inner],
            "boxes": [
                positions[item] if kind == "node" else -1 - self._names[item]
                for item, kind in piece.boxes
            ],
            "values": [list(value) for value in piece.values],
            "users": [
                [sorted({positions[v] for _, v, _ in passing}) for passing in ends]
                for ends in piece.uses
            ],
            "labels": piece.texts,
            "entries": [[*value, at] for value, at in piece.entries.items()],
            "exits": [[*value, at] for value, at in piece.exits.items()],
        }

    def _plan(self, plan: Plan) -> int:
        number = self._plan_numbers.get(plan)
        if number is None:
            number = self._plan_numbers[plan] = len(self.plans)
            self.plans.append(
                {
                    "size": plan.size,
                    "boxes": plan.boxes,
                    "frames": [frame[:2] for frame in plan.frames],
                    "segments": plan.segments,
                    "ends": [
                        [[x, y, int(is_arrow)] for x, y, is_arrow, _ in ends]
                        for ends in plan.ends
                    ],
                    "stubs": plan.stubs,
                    "title": plan.title,
                }
            )
        return number
