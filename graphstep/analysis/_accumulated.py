"""The Jacobian of a whole program, filled by passes: columns forward, rows in reverse."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep._jaxcompat import has_callback, is_inexact
from graphstep.errors import RecordingError
from graphstep.recording import Absence, Recording
from graphstep.tracing import Trace

# Rows and columns that are looked at unless others are asked for.
LIMIT = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Coordinate:
    """One element of an input or an output.

    Attributes:
        leaf: Which input or output leaf.
        name: The leaf's name.
        index: The element's index.
    """

    leaf: int
    name: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return (
            f"{self.name}[{','.join(map(str, self.index))}]"
            if self.index
            else self.name
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Accumulated:
    """The part of a program's Jacobian that passes have filled so far.

    Attributes:
        rows: Elements of outputs that are looked at.
        columns: Elements of inputs that are looked at.
        shape: Of the whole Jacobian, `(m, n)`.
        forward: What forward passes gave, one column each; zero elsewhere.
        reverse: What reverse passes gave, one row each; zero elsewhere.
        has_column: Which columns are filled.
        has_row: Which rows are filled.
    """

    rows: tuple[Coordinate, ...]
    columns: tuple[Coordinate, ...]
    shape: tuple[int, int]
    forward: np.ndarray
    reverse: np.ndarray
    has_column: np.ndarray
    has_row: np.ndarray

    @property
    def filled(self) -> np.ndarray:
        """Which entries are known by one pass or another."""
        return self.has_row[:, None] | self.has_column

    @property
    def entries(self) -> np.ndarray:
        """The entries that are known, by the forward pass where there was one."""
        return np.where(self.has_column, self.forward, self.reverse)

    @property
    def difference(self) -> float | None:
        """Greatest difference of the two modes; `None` if no entry is known by both."""
        both = self.has_row[:, None] & self.has_column
        if not both.any():
            return None
        with np.errstate(invalid="ignore"):
            apart = np.abs(self.forward - self.reverse)[both]
        same = self.forward[both] == self.reverse[both]
        # Infinities that are equal differ by nothing; NaN agrees with NaN.
        nan = np.isnan(self.forward[both]) & np.isnan(self.reverse[both])
        return float(np.max(np.where(same | nan, 0.0, apart)))

    def next_column(self) -> int | None:
        """Return the first column that is not filled."""
        return _first_missing(self.has_column)

    def next_row(self) -> int | None:
        """Return the first row that is not filled."""
        return _first_missing(self.has_row)

    def with_column(self, number: int, recording: Recording) -> Accumulated:
        """Return it with a column that a forward pass gave.

        Raises:
            RecordingError: If the recording does not have the outputs' tangents.
        """
        forward, has_column = self.forward.copy(), self.has_column.copy()
        for row, output in enumerate(self.rows):
            tangent = recording.tangent(recording.graph.outputs[output.leaf])
            forward[row, number] = _element(tangent, output)
        has_column[number] = True
        return dataclasses.replace(self, forward=forward, has_column=has_column)

    def with_row(self, number: int, recording: Recording) -> Accumulated:
        """Return it with a row that a reverse pass gave.

        Raises:
            RecordingError: If JAX has no reverse mode here.
        """
        if recording.blocked or recording.refusal is not None:
            raise RecordingError(" ".join(recording.notes))
        reverse, has_row = self.reverse.copy(), self.has_row.copy()
        for column, input_ in enumerate(self.columns):
            cotangent = recording.cotangent(recording.graph.inputs[input_.leaf])
            reverse[number, column] = _element(cotangent, input_)
        has_row[number] = True
        return dataclasses.replace(self, reverse=reverse, has_row=has_row)


def _first_missing(flags: np.ndarray) -> int | None:
    return None if flags.all() else int(np.argmin(flags))


def _element(array: Any, at: Coordinate) -> float:
    if isinstance(array, Absence):
        if array.kind == "not_captured":
            msg = (
                f"`{at.name}` was not kept: only statistics fit in the memory that "
                "recordings may take. A greater budget keeps it."
            )
            raise RecordingError(msg)
        # What does not depend on an argument has the derivative zero.
        return 0.0
    return float(np.asarray(array)[at.index])


def accumulated(
    program: Trace,
    rows: Iterable[Coordinate] | None = None,
    columns: Iterable[Coordinate] | None = None,
) -> Accumulated:
    """Return a Jacobian of which nothing is filled yet.

    Args:
        program: What is differentiated.
        rows: Elements of outputs; by default all, or so many as `LIMIT`, evenly chosen.
        columns: Elements of inputs, likewise.

    Raises:
        RecordingError: If there is no Jacobian: no input or output that can be
            differentiated, complex numbers, or effects, which would happen once a pass.
    """
    outputs, inputs = output_leaves(program), input_leaves(program)
    if has_callback(program.closed_jaxpr.jaxpr):
        msg = (
            f"{program.fn_name} does more than compute its outputs, and that would "
            "happen again in every pass. Its Jacobian is not accumulated."
        )
        raise RecordingError(msg)
    for noun, leaves in (("output", outputs), ("argument", inputs)):
        if not leaves:
            msg = f"{program.fn_name} has no {noun} that can be differentiated."
            raise RecordingError(msg)
        for _, name, aval in leaves:
            if jnp.issubdtype(aval.dtype, jnp.complexfloating):
                msg = f"`{name}` is complex; the Jacobian shown is one of real numbers."
                raise RecordingError(msg)
    chosen = tuple(_spread(outputs) if rows is None else rows)
    varied = tuple(_spread(inputs) if columns is None else columns)
    size = (len(chosen), len(varied))
    return Accumulated(
        chosen,
        varied,
        (_count(outputs), _count(inputs)),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size[1], bool),
        np.zeros(size[0], bool),
    )


Leaf = tuple[int, str, Any]


def output_leaves(program: Trace) -> tuple[Leaf, ...]:
    """Return the outputs that are rows: position, name and type."""
    avals = program.closed_jaxpr.out_avals[: program.n_seeded]
    named = enumerate(zip(program.out_names, avals, strict=False))
    return tuple((leaf, name, aval) for leaf, (name, aval) in named if is_inexact(aval))


def input_leaves(program: Trace) -> tuple[Leaf, ...]:
    """Return the inputs that are columns: position, name and type."""
    avals = program.closed_jaxpr.in_avals
    return tuple(
        (leaf, program.in_names[leaf], avals[leaf])
        for leaf, wanted in enumerate(program.differentiated)
        if wanted
    )


def _count(leaves: Sequence[Leaf]) -> int:
    return sum(math.prod(aval.shape) for _, _, aval in leaves)


def _spread(leaves: Sequence[Leaf]) -> list[Coordinate]:
    """Return every element, or some of them at even distances."""
    total = _count(leaves)
    n = min(total, LIMIT)
    wanted = [i * total // n for i in range(n)]
    found: list[Coordinate] = []
    start = 0
    for leaf, name, aval in leaves:
        size = math.prod(aval.shape)
        for flat in (i - start for i in wanted if start <= i < start + size):
            index = tuple(int(i) for i in np.unravel_index(flat, aval.shape))
            found.append(Coordinate(leaf, name, index))
        start += size
    return found


def basis_tangents(program: Trace, column: Coordinate) -> Any:
    """Return the direction of one input element, as `record` takes tangents."""
    return tangents_from_leaves(program, _basis(input_leaves(program), column))


def basis_seed(program: Trace, row: Coordinate) -> Any:
    """Return the seed of one output element, as `record` takes it."""
    return seed_from_leaves(program, _basis(output_leaves(program), row))


def _basis(leaves: Iterable[Leaf], at: Coordinate) -> dict[int, np.ndarray]:
    found = {leaf: np.zeros(aval.shape, aval.dtype) for leaf, _, aval in leaves}
    found[at.leaf][at.index] = 1
    return found


def tangents_from_leaves(program: Trace, given: Mapping[int, Any]) -> Any:
    """Return tangents of input leaves in the structure that `record` takes."""
    # Inputs without a tangent are given something that is not looked at.
    leaves = [given.get(leaf, 0) for leaf in range(len(program.in_leaves))]
    args, _ = program.unflatten(leaves)
    chosen = tuple(args[i] for i in program.spec.diff_positions(len(args)))
    return chosen[0] if isinstance(program.spec.argnums, int) else chosen


def seed_from_leaves(program: Trace, given: Mapping[int, Any]) -> Any:
    """Return cotangents of output leaves in the structure that `record` takes."""
    tree = program.out_tree
    main = tree.children()[0] if program.spec.has_aux else tree
    # Outputs that take no seed are given something that is not looked at.
    leaves = [given.get(leaf, 0) for leaf in range(main.num_leaves)]
    return jax.tree.unflatten(main, leaves)


def jacobian(trace: Any, *, reverse: bool = False) -> Accumulated:
    """Accumulate the Jacobian of a trace, one pass after the other.

    Every pass runs the program that the first one compiled.

    Args:
        trace: A `graphstep.Trace` with values.
        reverse: Whether to fill rows by reverse passes instead of columns by forward
            ones.

    Returns:
        All of it, or as many rows and columns as `LIMIT`, evenly chosen.

    Raises:
        RecordingError: If there is none; see `accumulated`.
    """
    program = trace.graph.trace
    found = accumulated(program)
    record = functools.partial(trace.record, verify=False)
    if reverse:
        for number, row in enumerate(found.rows):
            found = found.with_row(number, record(seed=basis_seed(program, row)))
        return found
    for number, column in enumerate(found.columns):
        tangents = basis_tangents(program, column)
        found = found.with_column(number, record(tangents=tangents))
    return found
