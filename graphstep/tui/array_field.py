"""The numbers that the array panel shows of a value: itself, a product, a difference."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from graphstep.errors import GraphstepError
from graphstep.recording import Absence
from graphstep.tui.array_cut import Part, part_of
from graphstep.tui.examined import What
from graphstep.tui.lines import label_of, type_of
from graphstep.tui.passes import FORWARD
from graphstep.tui.values import Of, ValueKey, Values, value_key
from graphstep.tui.view import View

WORDS: dict[What, str] = {
    "primal": "primal",
    "cotangent": "cotangent",
    "tangent": "tangent",
    "product": "cotangent ⊙ primal",
    "primal_turn": "change of the primal",
    "cotangent_turn": "change of the cotangent",
    "primal_run": "difference of primals",
    "cotangent_run": "difference of cotangents",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Elements that are worked out where they are looked at.

    Attributes:
        what: What they are.
        key: The value.
        first: An array.
        second: Another of the same shape, or `None`.
        join: What is done with the two, element by element.
        note: What more is to be said.
    """

    what: What
    key: ValueKey
    first: np.ndarray
    second: np.ndarray | None = None
    join: Literal["", "times", "minus"] = ""
    note: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of every axis."""
        return self.first.shape

    @property
    def dtype(self) -> np.dtype:
        """Type of the elements that are shown."""
        return self.part(tuple(range(0) for _ in self.shape)).dtype

    def part(self, parts: tuple[Part, ...]) -> np.ndarray:
        """Return some indices of every axis; see `part_of`."""
        first = part_of(self.first, parts)
        if self.second is None:
            return first
        a, b = widened(first), widened(part_of(self.second, parts))
        with np.errstate(all="ignore"):
            return a * b if self.join == "times" else a - b

    def element(self, index: tuple[int, ...]) -> Any:
        """Return one element as a NumPy scalar."""
        return self.part(index).reshape(-1)[0]

    def whole(self) -> np.ndarray:
        """Return all elements."""
        return self.part(tuple(range(n) for n in self.shape))


@dataclasses.dataclass(frozen=True, slots=True)
class Missing:
    """There is nothing to show.

    Attributes:
        what: What was to be shown.
        key: The value; `None` if there is none.
        reason: Why.
        is_coming: Whether it is being fetched.
        can_zoom: Whether the program could be run again for it.
    """

    what: What
    key: ValueKey | None
    reason: str
    is_coming: bool = False
    can_zoom: bool = False


def widened(x: np.ndarray) -> np.ndarray:
    """Return numbers in a type in which products and differences are safe.

    That of integers and booleans is int64, that of short floats float32.
    """
    if x.dtype.kind == "b" or jnp.issubdtype(x.dtype, np.integer):
        return x.astype(np.float64 if x.dtype == np.uint64 else np.int64)
    if x.dtype.kind in "fc" and x.dtype != np.float16:
        return x
    return x.astype(np.float32)


def what_now(view: View) -> What:
    """Return what is shown: what was chosen, else what the present pass is about."""
    chosen = view.state.examined.what
    if chosen is not None:
        return chosen
    cursor = view.cursor
    return "primal" if cursor is None or cursor.pass_ == FORWARD else "cotangent"


def whats(view: View) -> tuple[What, ...]:
    """Return what can be shown of the inspected value, in the order of the key `v`."""
    recording, node, values = view.recording, view.state.inspected, view.values
    if recording is None or node is None or values is None:
        return ("primal",)
    found: list[What] = ["primal"]
    has_both = False
    if recording.has_cotangents:
        found.append("cotangent")
        has_both = _exists(view, "cotangent")
        if has_both:
            found.append("product")
    if recording.has_tangents:
        found.append("tangent")
    if _turn_before(view) is not None:
        found.append("primal_turn")
        if has_both:
            found.append("cotangent_turn")
    if view.comparison is not None:
        found.append("primal_run")
        if has_both:
            found.append("cotangent_run")
    return tuple(found)


def field_of(view: View) -> Field | Missing:
    """Return what the array panel shows in a state."""
    what = what_now(view)
    of: Of = "cotangent" if what.startswith("cotangent") else "primal"
    of = "tangent" if what == "tangent" else of
    key = _key(view, of)
    if view.values is None or key is None:
        return Missing(what, None, _why_nothing(view))
    # Only what was asked for by name is missed where there is none.
    is_chosen = view.state.examined.what is not None
    first = _fetched(view.values, what, key)
    if isinstance(first, Missing) and not is_chosen and not first.is_coming:
        reason = first.reason
        other = _key(view, "primal")
        if what == "cotangent" and other is not None and not first.can_zoom:
            found = _fetched(view.values, "primal", other)
            if isinstance(found, Missing):
                return found
            return Field("primal", other, found, note=f"no cotangent: {reason}")
    if isinstance(first, Missing) or what in ("primal", "cotangent", "tangent"):
        if isinstance(first, Missing):
            return first
        note = "the data of random keys" if _is_key(view, key) else ""
        return Field(what, key, first, note=note)
    return _joined(view, what, key, first)


def _joined(
    view: View, what: What, key: ValueKey, first: np.ndarray
) -> Field | Missing:
    values = view.values
    assert values is not None
    note = ""
    if what == "product":
        other = dataclasses.replace(key, of="cotangent")
    elif what.endswith("turn"):
        turn = _turn_before(view)
        if turn is None:
            return Missing(what, key, "There is no iteration before this one.")
        other = dataclasses.replace(key, iteration=turn)
        note = f"iteration {key.iteration[-1]} − iteration {turn[-1]}"
    else:
        if view.comparison is None:
            return Missing(what, key, "No recording is compared with (~ compares).")
        other, values = key, view.comparison.old
        runs = view.state.runs
        note = f"recording {runs.current} − recording {runs.compared}"
    second = _fetched(values, what, other)
    if isinstance(second, Missing):
        return second
    if second.shape != first.shape:
        return Missing(what, key, "There it has another shape.")
    join = "times" if what == "product" else "minus"
    return Field(what, key, first, second, join, note)


def title_of_value(view: View) -> str:
    """Return name and type of the value that is looked at."""
    node, out = view.state.inspected, view.state.examined.out
    if node is None:
        return ""
    avals = view.graph.node(node).avals
    if not avals:
        return label_of(view.graph, node)
    out = out if out < len(avals) else 0
    return f"{label_of(view.graph, node, out)} · {type_of(view.graph, node, out)}"


def _why_nothing(view: View) -> str:
    if view.values is None or view.cursor is None:
        return "There are no values yet."
    node = view.state.inspected
    if node is None:
        return "Select a value to see its elements."
    if not view.graph.node(node).avals:
        return "It has no outputs."
    return "Its loop took no turn."


def _key(view: View, of: Of) -> ValueKey | None:
    node, cursor = view.state.inspected, view.cursor
    if node is None or cursor is None or not view.graph.node(node).avals:
        return None
    out = view.state.examined.out
    out = out if out < len(view.graph.node(node).avals) else 0
    return value_key(cursor, of, node, out)


def _fetched(values: Values, what: What, key: ValueKey) -> np.ndarray | Missing:
    try:
        array = values.array_soon(key)
    except GraphstepError as error:
        # The loops of another recording may have taken fewer turns.
        return Missing(what, key, str(error))
    if array is None:
        return Missing(what, key, "fetching …", is_coming=True)
    if isinstance(array, Absence):
        is_left_out = (
            array.kind == "not_captured" and values.recording.mode == "summary"
        ) and (key.of != "cotangent" or values.recording.has_cotangents)
        if is_left_out:
            kept = "Only statistics were kept."
            reason = f"{kept} {values.refusal}".rstrip()
            return Missing(what, key, reason, can_zoom=not values.refusal)
        return Missing(what, key, str(array))
    if isinstance(array, jax.Array):
        return np.asarray(jax.random.key_data(array))
    return np.asarray(array)


def _exists(view: View, of: Of) -> bool:
    key = _key(view, of)
    if key is None or view.values is None:
        return False
    found = _fetched(view.values, of, key)
    return not isinstance(found, Missing) or found.is_coming or found.can_zoom


def _turn_before(view: View) -> tuple[int, ...] | None:
    """Return the iteration before the one that is looked at."""
    key = _key(view, "primal")
    if key is None or not key.iteration or not key.iteration[-1]:
        return None
    innermost = view.graph.regions[view.graph.loops(key.node)[-1]]
    if innermost.kind == "shard_map":
        return None
    return (*key.iteration[:-1], key.iteration[-1] - 1)


def _is_key(view: View, key: ValueKey) -> bool:
    return view.values is not None and isinstance(view.values.array(key), jax.Array)
