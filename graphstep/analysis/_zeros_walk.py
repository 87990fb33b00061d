"""Follow elements whose cotangent is zero from use to use, to where they are cut."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np

from graphstep._jaxcompat import is_inexact, scan_split
from graphstep.analysis import _zeros_words as words
from graphstep.analysis._zeros_cuts import Cut, Cuts, Source, add_absence
from graphstep.analysis._zeros_local import Local
from graphstep.analysis._zeros_words import Kind
from graphstep.graph import Edge, ProgramGraph
from graphstep.recording import Absence, Recording


class Walk:
    """Marks, per value, the elements that those asked about reach, as masks.

    Arrays are stacked over the iterations of the loops around a value, and so are
    masks. An element is followed on only where its cotangent is zero: what is not
    zero needs no reason.
    """

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.graph: ProgramGraph = recording.graph
        self._cuts = Cuts(recording)
        self._masks: dict[Source, np.ndarray] = {}
        # Sources in program order, each once.
        self._pending: list[Source] = []
        self._waiting: set[Source] = set()

    def cuts(self, value: tuple[str, int], zeros: np.ndarray) -> tuple[Cut, ...]:
        """Return where the elements of a value that are marked are cut off."""
        self._reach((self.graph.position(value[0]), value[1]), zeros)
        while self._pending:
            source = heapq.heappop(self._pending)
            self._waiting.discard(source)
            self._follow(source)
        return self._cuts.all()

    def _reach(self, source: Source, mask: np.ndarray) -> None:
        """Mark elements of a value; what is new is followed."""
        before = self._masks.get(source)
        mask = mask if before is None else mask | before
        if before is not None and np.array_equal(mask, before):
            return
        self._masks[source] = mask
        if source not in self._waiting:
            self._waiting.add(source)
            heapq.heappush(self._pending, source)

    def _cotangent(self, source: Source) -> Any:
        return self.recording.cotangent(self.graph.order[source[0]], source[1])

    def _follow(self, source: Source) -> None:
        position, out = source
        cotangent = self._cotangent(source)
        mask = self._masks[source]
        if isinstance(cotangent, Absence):
            add_absence(self._cuts, position, source, None, mask, cotangent)
            return
        zeros = mask & (np.asarray(cotangent) == 0)
        uses = self.graph.uses(self.graph.order[position], out)
        if not uses:
            self._add(words.UNUSED, position, source, None, zeros)
        sent = [(edge, self.recording.contribution(edge)) for edge in uses]
        arrays = [c for _, c in sent if not isinstance(c, Absence)]
        cancels = zeros & _any_nonzero(arrays, zeros)
        if cancels.any():
            self._cuts.add(words.CANCELS, position, source, None, cancels)
        for edge, contribution in sent:
            if isinstance(contribution, Absence):
                target = self.graph.position(edge[1])
                add_absence(self._cuts, target, source, edge, zeros, contribution)
                continue
            left = zeros & (np.asarray(contribution) == 0)
            if left.any():
                self._use(source, edge, left)

    # Uses ------------------------------------------------------------------------

    def _use(self, source: Source, edge: Edge, left: np.ndarray) -> None:
        """Follow elements through one use."""
        graph = self.graph
        target = graph.position(edge[1])
        role = graph.columns.roles[target]
        region = graph.region_of(edge[1])
        if role == "output":
            self._cuts.add(words.SEED, target, source, edge, left)
        elif role == "binder" and region.is_opaque:
            self._equation(source, edge, graph.position(region.id), left)
        elif role == "binder":
            self._binder(source, edge, left)
        elif region.id == edge[1] and region.kind != "scope":
            self._exit(source, edge, left)
        else:
            self._equation(source, edge, target, left)

    def _binder(self, source: Source, edge: Edge, left: np.ndarray) -> None:
        """Go into a loop or a branch."""
        target = self.graph.position(edge[1])
        region = self.graph.region_of(edge[1])
        cotangent = self._cotangent((target, 0))
        if isinstance(cotangent, Absence):
            add_absence(self._cuts, target, source, edge, left, cotangent)
            return
        shape = np.shape(cotangent)
        if 0 in shape and left.size:
            self._scan_over_nothing(source, edge, left)
            return
        name = edge[1].rpartition("/")[2]
        if region.kind == "scan" and not name.startswith("x"):
            axis = len(self.graph.loops(region.id))
            mask = np.zeros(shape, bool)
            turns = slice(0, 1) if name.startswith("carry") else slice(None)
            mask[(slice(None),) * axis + (turns,)] = np.expand_dims(left, axis)
        elif region.kind == "scan" and region.eqn and region.eqn.params["reverse"]:
            mask = np.flip(left, len(self.graph.loops(region.id)))
        elif shape == left.shape:
            mask = left
        else:
            # Devices of a shard_map hold parts of it.
            mask = np.ones(shape, bool)
        self._reach((target, 0), mask)

    def _scan_over_nothing(self, source: Source, edge: Edge, left: np.ndarray) -> None:
        """Pass by a scan without turns, which returns what it is given to carry."""
        region = self.graph.region_of(edge[1])
        name = edge[1].rpartition("/")[2]
        if not name.startswith("carry"):
            target = self.graph.position(edge[1])
            self._add(words.EMPTY, target, source, edge, left)
            return
        end = self.graph.position(region.id), int(name.removeprefix("carry"))
        self._reach(end, left)

    def _exit(self, source: Source, edge: Edge, left: np.ndarray) -> None:
        """Go out of a loop or a branch, or on into the next iteration."""
        graph = self.graph
        target, key = graph.position(edge[1]), edge[2]
        region = graph.region_of(edge[1])
        out = graph.columns.output_of_result(target, key)
        assert out is not None
        axis = len(graph.loops(edge[1]))
        if region.kind == "cond":
            self._out_of_branch(source, edge, out, left)
            return
        if region.kind != "scan":
            shape = np.shape(self._cotangent((target, out)))
            self._reach((target, out), np.ones(shape, bool))
            return
        assert region.eqn is not None
        if key >= scan_split(region.eqn)[1]:
            is_reversed = region.eqn.params["reverse"]
            self._reach((target, out), np.flip(left, axis) if is_reversed else left)
            return
        whole = (slice(None),) * axis
        if left[(*whole, -1)].any():
            self._reach((target, out), left[(*whole, -1)])
        # Once it is carried on, it may be carried on for ever.
        later = np.logical_or.accumulate(left, axis)
        mask = np.zeros(left.shape, bool)
        mask[(*whole, slice(1, None))] = later[(*whole, slice(None, -1))]
        if mask.any():
            self._reach((graph.position(f"{edge[1]}/carry{key}"), 0), mask)

    def _out_of_branch(
        self, source: Source, edge: Edge, out: int, left: np.ndarray
    ) -> None:
        target = self.graph.position(edge[1])
        cotangent = self._cotangent((target, out))
        if isinstance(cotangent, Absence):
            add_absence(self._cuts, target, source, edge, left, cotangent)
            return
        branch = edge[2] // len(self.graph.columns.avals[target])
        taken = np.asarray(self.recording.branch_array(edge[1])) == branch
        taken = taken.reshape(taken.shape + (1,) * (left.ndim - taken.ndim))
        dead = left & ~taken & (np.asarray(cotangent) != 0)
        if dead.any():
            self._cuts.add(words.BRANCH, target, source, edge, dead)
        if (left & ~dead).any():
            self._reach((target, out), left & ~dead)

    # Equations -------------------------------------------------------------------

    def _equation(
        self, source: Source, edge: Edge, target: int, left: np.ndarray
    ) -> None:
        """Follow elements through one equation, or say that it cuts them."""
        graph = self.graph
        avals = graph.columns.avals[target]
        node = graph.order[target]
        cotangents: dict[int, np.ndarray] = {}
        for out, aval in enumerate(avals):
            if not is_inexact(aval):
                # What leaves by an integer goes no further.
                if graph.uses(node, out):
                    self._add(words.INTEGER_RESULT, target, source, edge, left)
                continue
            found = self._cotangent((target, out))
            if isinstance(found, Absence):
                add_absence(self._cuts, target, source, edge, left, found)
                return
            cotangents[out] = np.asarray(found)
        if not cotangents:
            self._cuts.add(words.REFERENCE, target, source, edge, left)
            return
        if left.all() and not any(map(np.any, cotangents.values())):
            for out, cotangent in cotangents.items():
                self._reach((target, out), np.ones(cotangent.shape, bool))
            return
        local = Local.of(self.recording, node, edge[2], cotangents)
        for kind, mask in local.cuts(left):
            self._cuts.add(kind, target, source, edge, mask)
        for out, mask in local.reached(left).items():
            self._reach((target, out), mask)

    def _add(
        self,
        kind: Kind,
        position: int,
        source: Source,
        edge: Edge | None,
        mask: np.ndarray,
    ) -> None:
        """Add what would be cut whatever the numbers."""
        self._cuts.add(kind, position, source, edge, mask, is_structural=True)


def _any_nonzero(arrays: Iterable[Any], like: np.ndarray) -> np.ndarray:
    found = np.zeros(like.shape, bool)
    for array in arrays:
        found |= np.asarray(array) != 0
    return found
