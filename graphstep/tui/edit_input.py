"""An edit of inputs: `x = 0.5`, `x[3, :] = 0`, `params['w1'][0, 1] += 0.1`."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_key, key_impl
from graphstep.errors import EditError
from graphstep.tracing import one_line
from graphstep.tui.edit_index import index_of, shape_of, shape_text
from graphstep.tui.edit_literals import literal_array, operator_of, parsed

# What a kind of numbers is called, and the kinds whose numbers it takes.
_KINDS = {
    "b": ("True or False", "b"),
    "i": ("integers", "bi"),
    "u": ("integers that are not negative", "bi"),
    "f": ("real numbers", "biuf"),
    "c": ("numbers", "biufc"),
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One array that can be edited.

    Attributes:
        name: What it is called.
        aval: Its type.
        id: Its node, which stands for a name that is not Python.
    """

    name: str
    aval: Any
    id: str = ""

    @property
    def written(self) -> str:
        """The name as it can be typed."""
        return self.name if _normal(self.name) else self.id

    @property
    def is_key(self) -> bool:
        """Whether it holds random keys."""
        return is_key(self.aval)

    @property
    def type_text(self) -> str:
        """The type as JAX prints it."""
        return self.aval.str_short(short_dtypes=True)

    @property
    def kind(self) -> str:
        """Letter of its kind of numbers, as NumPy has them; `f` for bfloat16 too."""
        dtype = self.aval.dtype
        if jax.numpy.issubdtype(dtype, np.floating):
            return "f"
        if jax.numpy.issubdtype(dtype, np.integer):
            return "u" if jax.numpy.issubdtype(dtype, np.unsignedinteger) else "i"
        return np.dtype(dtype).kind


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """One change of one array.

    Attributes:
        slot: Position of the array among those that can be edited.
        index: Where in the array; empty for all of it.
        value: What to put or to combine with what is there.
        combine: The operator of `+=` and the like.
        count: How many elements change.
    """

    slot: int
    index: tuple[Any, ...]
    value: np.ndarray
    combine: Callable[[Any, Any], Any] | None
    count: int


def read_assignments(text: str, slots: Sequence[Slot]) -> tuple[Assignment, ...]:
    """Return the changes that a line asks for; `;` separates several.

    Raises:
        EditError: If there is no such array, or the value does not fit it.
    """
    return tuple(_assignment(node, slots) for node in parsed(text))


def applied(
    assignments: Sequence[Assignment], slots: Sequence[Slot], arrays: Sequence[Any]
) -> tuple[Any, ...]:
    """Return the arrays after the changes; those without a change are the same objects.

    Raises:
        EditError: If a result is not of the array's type.
    """
    changed: dict[int, np.ndarray] = {}
    found = list(arrays)
    for each in assignments:
        slot = slots[each.slot]
        if slot.is_key:
            found[each.slot] = _key(slot, each.value)
            continue
        if each.slot not in changed:
            changed[each.slot] = np.array(arrays[each.slot], slot.aval.dtype)
        array, value = changed[each.slot], each.value
        with np.errstate(all="ignore"):
            if each.combine is not None:
                value = each.combine(array[each.index], value)
            array[each.index] = value.astype(array.dtype)
    for number, array in changed.items():
        found[number] = _like(array, arrays[number])
    return tuple(found)


def _like(array: np.ndarray, before: Any) -> Any:
    """Return an array that runs the same compiled program as the one before."""
    if not isinstance(before, jax.Array):
        return array
    if before.aval.weak_type:
        # Only an update in place keeps the weakness of a type.
        return before.at[...].set(array)
    return jax.device_put(array, before.sharding)


def _assignment(node: ast.stmt, slots: Sequence[Slot]) -> Assignment:
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, combine = node.targets[0], None
    elif isinstance(node, ast.AugAssign):
        target, combine = node.target, operator_of(node.op)
    else:
        text = one_line(ast.unparse(node), 60)
        msg = (
            f"`{text}` changes nothing. Write `NAME = VALUE` or `NAME[INDEX] = VALUE`."
        )
        raise EditError(msg)
    number, index = _target(target, slots)
    return _checked(number, slots[number], index, literal_array(node.value), combine)


def _target(target: ast.expr, slots: Sequence[Slot]) -> tuple[int, tuple[Any, ...]]:
    """Return which array a target means, and where in it."""
    names = {slot.id: number for number, slot in enumerate(slots)}
    names |= {_normal(slot.name): number for number, slot in enumerate(slots)}
    name = ast.unparse(target)
    if name in names:
        return names[name], ()
    if isinstance(target, ast.Subscript):
        outer = ast.unparse(target.value)
        if outer in names:
            return names[outer], index_of(target.slice)
    offered = ", ".join(slot.name for slot in slots[:6])
    more = ", …" if len(slots) > 6 else ""
    msg = f"There is no input `{one_line(name, 60)}`. There are: {offered}{more}."
    raise EditError(msg)


def _normal(name: str) -> str:
    """Return a name as Python would print it again; empty if it cannot be read."""
    try:
        return ast.unparse(ast.parse(name, mode="eval"))
    except (SyntaxError, ValueError):
        return ""


def _checked(
    number: int,
    slot: Slot,
    index: tuple[Any, ...],
    value: np.ndarray,
    combine: Callable[[Any, Any], Any] | None,
) -> Assignment:
    if slot.is_key:
        _check_key(slot, index, value, combine)
        return Assignment(number, (), value, None, 1)
    shape = slot.aval.shape
    there = shape_of(index, shape, slot.name) if index else shape
    if not _fits(value.shape, there):
        place = f"`{slot.name}` there" if index else f"`{slot.name}`"
        msg = (
            f"The value has the shape {shape_text(value.shape)}, but {place} has "
            f"{shape_text(there)}."
        )
        raise EditError(msg)
    # A combination is checked on one element: its type does not depend on the values.
    made = value
    if combine is not None:
        with np.errstate(all="ignore"):
            try:
                made = np.asarray(combine(np.ones((), slot.aval.dtype), value))
            except TypeError as error:
                msg = f"This cannot be done with {slot.type_text}."
                raise EditError(msg) from error
    _check_type(slot, made if combine is not None else value, is_result=bool(combine))
    return Assignment(
        number, index or (Ellipsis,), value, combine, int(np.prod(there, dtype=int))
    )


def _fits(shape: tuple[int, ...], there: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, there) == there
    except ValueError:
        return False


def _check_type(slot: Slot, value: np.ndarray, *, is_result: bool) -> None:
    takes, kinds = _KINDS.get(slot.kind, ("numbers", "biufc"))
    kind = "f" if value.dtype.kind == "V" else value.dtype.kind
    if kind not in (kinds + "u" if slot.kind in "iu" else kinds):
        given = "that gives others" if is_result else "the value has others"
        msg = f"`{slot.name}` is {slot.type_text} and takes {takes}; {given}."
        raise EditError(msg)
    if slot.kind in "iu" and not is_result and value.size:
        limits = np.iinfo(slot.aval.dtype)
        if int(value.min()) < limits.min or int(value.max()) > limits.max:
            msg = (
                f"`{slot.name}` is {slot.type_text}: from {limits.min} to {limits.max}."
            )
            raise EditError(msg)


def _check_key(slot: Slot, index: Any, value: np.ndarray, combine: Any) -> None:
    if slot.aval.shape:
        msg = f"`{slot.name}` holds several random keys, which cannot be edited."
        raise EditError(msg)
    is_integer = not value.shape and value.dtype.kind in "iu"
    if index or combine is not None or not is_integer or not 0 <= value < 2**32:
        msg = f"`{slot.name}` is a random key: give the integer it is made of."
        raise EditError(msg)


def _key(slot: Slot, value: np.ndarray) -> Any:
    return jax.random.key(int(value), impl=key_impl(slot.aval))
