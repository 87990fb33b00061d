"""Why a cotangent is zero or missing: the uses at which dependence is cut."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from graphstep._jaxcompat import Literal, short_type
from graphstep.analysis._zeros_cuts import Cut, cut_of_absence, upstream_cuts
from graphstep.analysis._zeros_walk import Walk
from graphstep.errors import RecordingError
from graphstep.graph import Value
from graphstep.recording import Absence, Recording
from graphstep.tracing import SourceLocation

# Zero elements that are named one by one.
_NAMED = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """What is known of the zeros in the cotangent of one value.

    Attributes:
        value: The value, `(node, output)`.
        name: What people call it.
        type: Its shape and dtype, `f32[3]`.
        state: `missing` if there is no cotangent; `zero` if all of it is; `partly`
            if some elements are; `nonzero`; `empty` if the value has no elements;
            `unknown` if only statistics were kept.
        n_zero: How many elements are zero, over all iterations of the loops around.
        size: How many there are.
        zeros: Indices of the first of these, with one more index per loop in front.
        n_nan: How many elements are NaN.
        n_inf: How many are infinite.
        bad: Indices of the first that are NaN or infinite.
        reason: Why there is no cotangent, or why it is not known.
        cuts: Where dependence is cut, in program order. Every path from what is zero
            to an output ends in one of them.
        location: Where in the user's code the value is made.
    """

    value: Value
    name: str
    type: str
    state: str
    n_zero: int
    size: int
    zeros: tuple[tuple[int, ...], ...]
    reason: str
    cuts: tuple[Cut, ...]
    location: SourceLocation | None
    n_nan: int = 0
    n_inf: int = 0
    bad: tuple[tuple[int, ...], ...] = ()

    @property
    def is_structural(self) -> bool:
        """Whether other numbers would not change it: no cut rests on values."""
        return all(cut.is_structural for cut in self.cuts)


def why(recording: Recording, node: str, out: int = 0) -> Why:
    """Explain the zeros in the cotangent of a value.

    From the value, uses are followed towards the outputs. A path ends where a use
    sends nothing back although the cotangent of its result is there: what is said of
    it is checked with the recorded numbers, by running the derivative of that one
    equation at its recorded operands.

    Args:
        recording: A recording with cotangents.
        node: Node id; the id of a call names what it returns.
        out: Which output of the node.

    Raises:
        NodeNotFoundError: If there is no such node or output.
        RecordingError: If tangents were recorded instead of cotangents, or `node`
            names a literal.
    """
    if recording.has_tangents:
        msg = (
            "This recording has tangents instead of cotangents. Record without "
            "`tangents=` to ask why a gradient is zero."
        )
        raise RecordingError(msg)
    graph = recording.graph
    value = graph.resolve(node, out)
    if isinstance(value, Literal):
        msg = f"`{node}` is a literal, a number in the program: it has no gradient."
        raise RecordingError(msg)
    cotangent = recording.cotangent(*value)
    found = Why(
        value,
        graph.label(*value),
        short_type(graph.aval(*value)),
        "missing",
        0,
        0,
        (),
        "",
        (),
        graph.source(value[0]),
    )
    if isinstance(cotangent, Absence) and cotangent.kind == "not_captured":
        state = "unknown" if recording.has_cotangents else "missing"
        return dataclasses.replace(found, state=state, reason=str(cotangent))
    if isinstance(cotangent, Absence):
        cuts = _of_missing(recording, value, cotangent)
        return dataclasses.replace(found, reason=str(cotangent), cuts=cuts)
    zeros, is_finite = np.asarray(cotangent) == 0, np.isfinite(cotangent)
    n_nan = int(np.isnan(cotangent).sum())
    n_zero = int(zeros.sum())
    state = "nonzero" if not n_zero else "zero" if n_zero == zeros.size else "partly"
    return dataclasses.replace(
        found,
        state=state if zeros.size else "empty",
        n_zero=n_zero,
        size=zeros.size,
        zeros=_first(zeros),
        cuts=Walk(recording).cuts(value, zeros) if n_zero else (),
        n_nan=n_nan,
        n_inf=int((~is_finite).sum()) - n_nan,
        bad=_first(~is_finite),
    )


def _first(zeros: np.ndarray) -> tuple[tuple[int, ...], ...]:
    flat = np.flatnonzero(zeros)[:_NAMED]
    return tuple(
        tuple(int(i) for i in np.unravel_index(each, zeros.shape)) for each in flat
    )


def _of_missing(
    recording: Recording, value: Value, absence: Absence
) -> tuple[Cut, ...]:
    """Return where a value without a cotangent is cut off, if that is a place."""
    graph = recording.graph
    source = graph.position(value[0]), value[1]
    if absence.kind == "stop_gradient":
        return upstream_cuts(recording, source)
    blocked: Any = recording.reasons.blocked_values.get(source)
    if blocked is not None:
        return (cut_of_absence(recording, source, blocked, None, absence),)
    return ()
