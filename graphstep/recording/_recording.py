"""The values of one run, and the questions that can be asked of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import Literal, is_inexact, literal_array
from graphstep.errors import NotCapturedError, RecordingError
from graphstep.graph import Edge, ProgramGraph
from graphstep.recording._absence import Absence, Reasons, absence
from graphstep.recording._addressed import Addressed, Iteration
from graphstep.recording._forward_values import Missing, RunArrays, Selection
from graphstep.recording._keys import Key
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._stats import (
    Stats,
    combine_stats,
    repeated_stats,
    stats_from_array,
    stats_from_slot,
)
from graphstep.recording._values import Values
from graphstep.recording._verify import Verification


class Recording(Addressed):
    """The primals of one run of a program, with its cotangents or tangents.

    Arrays that are asked for come as NumPy arrays (typed PRNG keys as JAX arrays);
    `outputs` and `in_cotangents` stay where the program left them. What does not
    exist, or was not captured, is an `Absence` that says why.

    Attributes:
        graph: The graph that was recorded.
        plan: What was recorded.
        run: The arrays, flat.
        notes: What a reader of the numbers should know, one sentence each.
        timings: `(stage, seconds)` of making it.
        verification: The comparison with the user's compiled function, if made.
        seed_is_default: Whether the seed is ones at every inexact output.
        refusal: Why JAX does not differentiate the program, if it does not.
    """

    def __init__(
        self,
        planner: Planner,
        plan: Plan,
        run: RunArrays,
        *,
        blocked: dict[int, str] | None = None,
        notes: tuple[str, ...] = (),
        timings: tuple[tuple[str, float], ...] = (),
        verification: Verification | None = None,
        seed_is_default: bool = True,
        refusal: str | None = None,
        zoom: Callable[[Sequence[str]], Recording] | None = None,
    ) -> None:
        self.graph: ProgramGraph = planner.graph
        self.plan = plan
        self.run = run
        self.notes = notes
        self.timings = timings
        self.verification = verification
        self.seed_is_default = seed_is_default
        self.refusal = refusal
        self.planner = planner
        self.blocked = blocked or {}
        self.values = Values(planner, plan, run)
        self.reasons = Reasons(planner, self.blocked)
        self._zoom = zoom
        self.zoomed: list[Recording] = []

    @property
    def mode(self) -> str:
        """`full` when arrays were kept, `summary` when only statistics were."""
        return self.plan.mode

    @property
    def fn_name(self) -> str:
        """The recorded function's name."""
        return self.graph.trace.fn_name

    @property
    def has_cotangents(self) -> bool:
        """Whether the reverse pass was recorded."""
        return self.plan.derivative == "reverse"

    @property
    def has_tangents(self) -> bool:
        """Whether a forward-mode pass was recorded."""
        return self.plan.derivative == "tangent"

    @functools.cached_property
    def outputs(self) -> Any:
        """What the function returned, in its own structure."""
        return jax.tree.unflatten(self.graph.trace.out_tree, self.run.outputs)

    @functools.cached_property
    def in_cotangents(self) -> Any:
        """What `jax.vjp(fn, *args)[1](seed)` gives.

        A tuple with one pytree per argument in argnums, or that pytree alone for an
        int argnums. `None` stands at leaves that have no cotangent.

        Raises:
            RecordingError: If tangents were recorded instead of the reverse pass.
        """
        if self.has_tangents:
            msg = (
                "This recording has tangents, so it has no reverse pass. Record without "
                "`tangents=` for in_cotangents."
            )
            raise RecordingError(msg)
        trace = self.graph.trace
        leaves = [self._in_cotangent(i) for i in range(len(trace.in_leaves))]
        args, _ = trace.unflatten(leaves)
        args = jax.tree.map(
            lambda x: None if callable(x) and not hasattr(x, "dtype") else x, args
        )
        chosen = tuple(args[i] for i in trace.spec.diff_positions(len(args)))
        return chosen[0] if isinstance(trace.spec.argnums, int) else chosen

    def _in_cotangent(self, leaf: int) -> Any:
        if not self.graph.trace.differentiated[leaf] or self.refusal is not None:
            return None
        position = self.graph.position(self.graph.inputs[leaf])
        if not self.has_cotangents:
            # No output is a float, so nothing depends on the argument differentiably.
            aval = self.graph.columns.avals[position][0]
            return jax.numpy.zeros(aval.shape, aval.dtype)
        if self.reasons.cotangent(position, 0) is not None:
            return None
        return self.run.in_cotangents[leaf]

    def primal(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a forward value.

        Args:
            node: Node id; the id of a call names what it returns.
            out: Which output of the node.
            iteration: Inside loops, one index per loop, outermost first, in order of
                execution; fewer select the outer loops only; `None` stacks all.

        Returns:
            An array of the value's shape and dtype, with a leading axis for every
            loop that was not indexed; or an `Absence`. Zeros stand where an iteration
            did not run the node: some loops run longer than others, and a branch is
            not always taken.

        Raises:
            NodeNotFoundError: If there is no such node or output.
            IterationError: If an index is not that of an iteration.
        """
        source = self._source(node, out)
        if isinstance(source, Literal):
            return literal_array(source)
        missing = self._not_forward(source[0], out_ref=source)
        if missing is not None:
            return missing
        value = self._get(source, iteration, lambda r, s: r.values.primal(source, s))
        return self._zeroed(value, source[0], iteration)

    def tangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return a tangent of a recording made with `tangents=`, laid out as `primal`."""
        source = self._source(node, out)
        if not self.has_tangents:
            return absence("no_tangents")
        if isinstance(source, Literal):
            return absence("constant")
        position, index = source
        aval = self.graph.columns.avals[position][index]
        if not is_inexact(aval):
            return absence("integer", "Integers, booleans and keys have no tangent.")
        missing = self._not_forward(position, out_ref=source)
        if missing is not None:
            return missing
        if (
            self._in_custom_body(position)
            and source in self.planner.origins.live.active
        ):
            return absence("custom_rule")
        value = self._get(source, iteration, lambda r, s: r.values.tangent(source, s))
        return self._zeroed(value, source[0], iteration)

    def cotangent(self, node: str, out: int = 0, iteration: Iteration = None) -> Any:
        """Return the cotangent of a value, the sum over its uses, laid out as `primal`.

        Where there is none, the `Absence` says why: an integer, a key, a constant,
        not dependent on a differentiated argument, cut by stop_gradient, inside a
        while or a custom rule's body.
        """
        source = self._source(node, out)
        if isinstance(source, Literal):
            return absence("constant")
        reason = self.reasons.cotangent(*source)
        reason = self._no_reverse() if reason is None else reason
        if reason is not None:
            return reason
        missing = self._not_forward(source[0], out_ref=source)
        if missing is not None and missing.kind == "not_taken":
            return missing
        return self._get(source, iteration, lambda r, s: r.values.cotangent(source, s))

    def contribution(self, edge: Edge, iteration: Iteration = None) -> Any:
        """Return the cotangent that one use sends back.

        Args:
            edge: `(u, v, key)` as in `graph.nx`: operand `key` of node `v`.
            iteration: As for `primal`, over the loops around `u`.

        Returns:
            An array shaped like the value used, or an `Absence`.

        Raises:
            NodeNotFoundError: If there is no such node.
            RecordingError: If `u` is not operand `key` of `v`.
        """
        user, used, key = self._edge(edge)
        position = self.graph.position(used)
        source = dict(self.graph.columns.operands[position]).get(key)
        if not isinstance(source, tuple) or self.graph.order[source[0]] != user:
            msg = f"There is no edge {edge!r}: edges are those of `graph.nx`."
            raise RecordingError(msg)
        reason = self.reasons.contribution(position, key)
        reason = self._no_reverse() if reason is None else reason
        if reason is not None:
            return reason
        for end in (source[0], position):
            missing = self._not_forward(end, out_ref=source)
            if missing is not None and missing.kind == "not_taken":
                return missing
        return self._get(
            source, iteration, lambda r, s: r.values.contribution(position, key, s)
        )

    def _edge(self, edge: Any) -> Edge:
        """Return an edge as it was given, if it can be one."""
        if isinstance(edge, tuple | list) and len(edge) == 3:  # pyright: ignore[reportUnknownArgumentType]
            user, used, key = edge
            return user, used, key
        msg = f"{edge!r} is no edge: edges are triples `(u, v, key)`, those of `graph.nx`."
        raise RecordingError(msg)

    def _no_reverse(self) -> Absence | None:
        if self.has_cotangents:
            return None
        if self.has_tangents:
            return absence("no_reverse")
        if self.refusal is not None:
            return absence("no_rule", f"JAX does not differentiate it: {self.refusal}")
        return absence("not_differentiated", " ".join(self.notes))

    def stats(
        self, node: str, out: int = 0, of: str = "primal", iteration: Iteration = None
    ) -> Stats | Absence:
        """Return statistics of a primal, cotangent or tangent.

        They are of the iterations in which the node ran. In a summary recording these
        were computed by the program.
        """
        questions = {
            "primal": self.primal,
            "cotangent": self.cotangent,
            "tangent": self.tangent,
        }
        if of not in questions:
            msg = f"There are no statistics of {of!r}. Ask `of` one of {[*questions]}."
            raise RecordingError(msg)
        array = questions[of](node, out, iteration)
        if isinstance(array, Absence):
            if array.kind != "not_captured" or self.mode != "summary":
                return array
            slots = self._slots(node, out, of, iteration)
            return array if slots is None else slots
        if isinstance(array, jax.Array):
            return absence("key", "Random keys have no statistics.")
        if array.dtype == jax.dtypes.float0:
            return absence("integer", "The tangent of an integer has no statistics.")
        source = self._source(node, out)
        if not isinstance(source, Literal):
            selection = self._selection(source[0], iteration)
            array = self._of_executed(array, source[0], selection)
        return stats_from_array(array)

    def _zeroed(self, value: Any, position: int, iteration: Iteration) -> Any:
        """Return a stacked array with zeros where an iteration did not run the node."""
        if not isinstance(value, np.ndarray):
            return value
        ran = self._executed(position, self._selection(position, iteration))
        if ran is None:
            return value
        kept = ran[tuple(slice(0, n) for n in value.shape[: ran.ndim])]
        kept = kept.reshape(kept.shape + (1,) * (value.ndim - ran.ndim))
        return np.where(kept, value, np.zeros((), value.dtype))

    def _of_executed(self, array: Any, position: int, selection: Selection) -> Any:
        """Return what of a stacked array belongs to iterations that ran the node."""
        ran = self._executed(position, selection)
        if ran is None:
            return array
        # A window of a while's buffers may be shorter than the loop ran.
        kept = tuple(slice(0, n) for n in array.shape[: ran.ndim])
        lead = array.shape[: ran.ndim]
        return array[np.broadcast_to(ran[kept], lead)]

    def _slots(
        self, node: str, out: int, of: str, iteration: Iteration
    ) -> Stats | None:
        found = self._source(node, out)
        assert isinstance(found, tuple)
        origin = self.planner.origins
        store = {
            "primal": self.run.records,
            "cotangent": self.run.taps,
            "tangent": self.run.tangents,
        }[of]
        position, index = found
        # Views and rules that pass a cotangent on share the statistics of their source.
        key: Key = (position, index)
        while key not in store:
            step = origin.summary_source(of, key) if key[1] >= 0 else None
            if step is None:
                return None
            key = step
        owner = self.planner.value_of(key)
        loops = self.graph.loops(self.graph.columns.ids[owner[0]])
        selection = self._selection(position, iteration)[: len(loops)]
        slots = self.values.select(key, store, owner[0], selection)
        owner_aval = self.graph.columns.avals[owner[0]][owner[1]]
        aval = self.graph.columns.avals[position][index]
        # A branch's own iterations may be fewer than those of what it is handed.
        is_alike = loops == self.graph.loops(self.graph.columns.ids[position])
        slots = self._of_executed(slots, position if is_alike else owner[0], selection)
        rows = slots.reshape(-1, slots.shape[-1])
        stats = combine_stats([stats_from_slot(row, owner_aval.size) for row in rows])
        return repeated_stats(stats, aval.size // max(owner_aval.size, 1))

    def trips(self, region: str, iteration: Iteration = None) -> int:
        """Return how many iterations a loop ran, in one iteration of those around it."""
        outer = self._outer(region, iteration)
        return int(np.max(self._captured(self.values.trips, region, outer), initial=0))

    def trips_array(self, region: str) -> Any:
        """Return trip counts: an int if all are equal, else an array per outer loop."""
        return _collapse(self._captured(self.values.trips, region))

    def branch(self, region: str, iteration: Iteration = None) -> int:
        """Return which branch a cond took, in one iteration of the loops around it."""
        outer = self._outer(region, iteration)
        return int(np.max(self._captured(self.values.branch, region, outer), initial=0))

    def branch_array(self, region: str) -> Any:
        """Return taken branches: an int if all are equal, else an array per outer loop."""
        return _collapse(self._captured(self.values.branch, region))

    def _captured(
        self, read: Callable[..., Any], region: str, *outer: Selection
    ) -> Any:
        try:
            return read(region, *outer)
        except Missing:
            msg = (
                f"How often `{region}` ran was not captured: its body calls back into "
                "Python, so it was not run again to be recorded."
            )
            raise NotCapturedError(msg) from None

    def zoom(self, nodes: str | Sequence[str]) -> Recording:
        """Run again to fetch every array of some nodes; a summary then has them too.

        Returns:
            The recording of those nodes in full. This recording answers from it too.

        Raises:
            RecordingError: If it was loaded from a file or its program has effects.
        """
        if self._zoom is None:
            msg = "This recording cannot be zoomed: it has no program to run again."
            raise RecordingError(msg)
        wanted = [nodes] if isinstance(nodes, str) else list(nodes)
        zoomed = self._zoom(wanted)
        self.zoomed.append(zoomed)
        return zoomed

    def save(self, path: str | Path) -> None:
        """Write the recording to one file, atomically; `graphstep.load` reads it."""
        from graphstep.recording._save import save_recording

        save_recording(self, Path(path))

    def _get(
        self,
        source: Key,
        iteration: Iteration,
        read: Callable[[Recording, Selection], Any],
    ) -> Any:
        selection = self._selection(source[0], iteration)
        not_taken = self._not_taken(source[0], selection)
        if not_taken is not None:
            return not_taken
        for holder in (self, *reversed(self.zoomed)):
            try:
                return read(holder, selection)
            except Missing:
                continue
        return absence("not_captured")


def _collapse(array: Any) -> Any:
    values = np.asarray(array)
    if values.ndim == 0 or (values.size and np.all(values == values.flat[0])):
        return int(values.flat[0])
    return values
