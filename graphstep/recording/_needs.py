"""What a program must return so that all about some nodes is known."""

from __future__ import annotations

from typing import Any

from graphstep.recording._keys import Key, use_key
from graphstep.recording._origins import Origins


class Needs:
    """Follows origins back to what a program must return."""

    def __init__(self, origins: Origins) -> None:
        self.origins = origins
        self.records: set[Key] = set()
        self.taps: set[Key] = set()
        self._seen: set[tuple[str, int, int]] = set()
        self._pending: list[tuple[str, int, int]] = []

    def primal(self, source: Any) -> None:
        """Ask for a primal."""
        self._push("primal", source)

    def cotangent(self, source: Any) -> None:
        """Ask for the cotangent of a value."""
        if source in self.origins.live.active:
            self._push("cotangent", source)

    def contribution(self, position: int, key: int) -> None:
        """Ask for what an operand sends back."""
        self._push("contribution", (position, key))

    def _push(self, what: str, source: Any) -> None:
        if isinstance(source, tuple) and (what, *source) not in self._seen:
            self._seen.add((what, *source))
            self._pending.append((what, *source))

    def run(self) -> tuple[frozenset[Key], frozenset[Key]]:
        """Return the records and taps found."""
        steps = {
            "primal": self._primal,
            "cotangent": self._cotangent,
            "contribution": self._contribution,
        }
        while self._pending:
            what, position, index = self._pending.pop()
            steps[what](position, index)
        return frozenset(self.records), frozenset(self.taps)

    def _primal(self, position: int, out: int) -> None:
        origin = self.origins.primal(position, out)
        if origin.kind in ("recorded", "rebuilt", "returned"):
            self.records.add((position, out))
            return
        self.primal(origin.source)
        self.primal(origin.other)

    def _cotangent(self, position: int, out: int) -> None:
        origin = self.origins.cotangent(position, out)
        if origin.kind == "tap":
            self.taps.add((position, out))
        elif origin.kind == "edge" and isinstance(origin.source, tuple):
            self.contribution(*origin.source)
        elif origin.kind == "sum":
            for use in self.origins.uses[position, out]:
                self.contribution(*use)

    def _contribution(self, position: int, key: int) -> None:
        origin = self.origins.contribution(position, key)
        if origin.kind == "tap":
            self.taps.add(use_key(position, key))
        elif origin.kind == "pull":
            columns = self.origins.columns
            for _, source in columns.operands[position]:
                self.primal(source)
            for out in range(len(columns.avals[position])):
                self.cotangent((position, out))
        else:
            self.cotangent(origin.source)
            self.cotangent(origin.other)
