"""The values of one run, and the questions that can be asked of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import Literal, is_inexact, literal_array
from graphstep.errors import RecordingError
from graphstep.graph import Edge, ProgramGraph
from graphstep.recording._absence import Absence, Reasons, absence
from graphstep.recording._addressed import Iteration
from graphstep.recording._forward_values import Missing, Selection
from graphstep.recording._keys import Key
from graphstep.recording._measured import Measured
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._stages import Progress
from graphstep.recording._values import Values
from graphstep.recording._verify import Verification


class Recording(Measured):
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
        zoom: Callable[[Sequence[str], Progress | None], Recording] | None = None,
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
        reason = self.why_no_cotangent(node, out)
        if reason is not None:
            return reason
        source = self._source(node, out)
        assert not isinstance(source, Literal)
        missing = self._not_forward(source[0], out_ref=source)
        if missing is not None and missing.kind == "not_taken":
            return missing
        return self._get(source, iteration, lambda r, s: r.values.cotangent(source, s))

    def why_no_cotangent(self, node: str, out: int = 0) -> Absence | None:
        """Return why a value has no cotangent in whatever iteration; quicker than asking.

        Returns:
            `None` if it has one wherever the node runs, even if that was not captured.
        """
        source = self._source(node, out)
        if isinstance(source, Literal):
            return absence("constant")
        reason = self.reasons.cotangent(*source)
        return self._no_reverse() if reason is None else reason

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

    def zoom(
        self, nodes: str | Sequence[str], *, progress: Progress | None = None
    ) -> Recording:
        """Run again to fetch every array of some nodes; a summary then has them too.

        Args:
            nodes: Node ids.
            progress: Called as `progress(stage, seconds)` when one of the stages lower,
                compile, run begins; returning False cancels.

        Returns:
            The recording of those nodes in full. This recording answers from it too.

        Raises:
            RecordingError: If it was loaded from a file or its program has effects.
            CancelledError: If `progress` returned False.
        """
        if self._zoom is None:
            msg = "This recording cannot be zoomed: it has no program to run again."
            raise RecordingError(msg)
        wanted = [nodes] if isinstance(nodes, str) else list(nodes)
        zoomed = self._zoom(wanted, progress)
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
