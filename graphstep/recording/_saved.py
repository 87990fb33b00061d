"""What a recording from a file has in place of JAX's program and the user's function."""

from __future__ import annotations

import contextlib
import dataclasses
import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_key, key_impl, primitive_named
from graphstep.errors import FileFormatError, NotCapturedError, RecordingError
from graphstep.graph import Activity, Columns, ProgramGraph, Regions
from graphstep.graph._columns import Source
from graphstep.recording._forward_values import Selection
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._serial_arrays import StoredArray
from graphstep.recording._values import Values
from graphstep.recording._views import is_view
from graphstep.tracing import CallSpec, SourceLocation, Trace


@dataclasses.dataclass(frozen=True, slots=True)
class SavedPrimitive:
    """The name of a primitive."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def multiple_results(self) -> bool:
        """Whether binding it returns a list."""
        return self._primitive.multiple_results

    @property
    def _primitive(self) -> Any:
        found = primitive_named(self.name)
        if found is None:
            msg = f"This JAX has no primitive `{self.name[:40]}`."
            raise NotCapturedError(msg)
        return found

    def get_bind_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters as `bind` takes them."""
        return dict(params)

    def bind(self, *operands: Any, **params: Any) -> Any:
        """Run the primitive, if it is one that needs nothing but its parameters."""
        return self._primitive.bind(*operands, **params)


class _NoContext:
    """Stands for the context of an equation, which no file keeps."""

    @property
    def manager(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@dataclasses.dataclass(frozen=True, slots=True)
class SavedVar:
    """An operand or a result of an equation, of which only the type is known."""

    aval: Any


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SavedEqn:
    """What a graph asks of an equation.

    Attributes:
        primitive: Its primitive.
        params: Those of its parameters that are data.
        invars: Types of its operands.
        outvars: Types of its results.
        effects: Names of its effects.
    """

    primitive: SavedPrimitive
    params: Mapping[str, Any]
    invars: tuple[SavedVar, ...]
    outvars: tuple[SavedVar, ...]
    effects: tuple[str, ...] = ()

    @property
    def ctx(self) -> _NoContext:
        """The context it runs in."""
        return _NoContext()


@dataclasses.dataclass(frozen=True, slots=True)
class SavedJaxpr:
    """The type of a nested jaxpr."""

    invars: tuple[SavedVar, ...]
    outvars: tuple[SavedVar, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SavedMesh:
    """Names and sizes of the axes of a mesh of devices."""

    axes: tuple[tuple[str, int], ...]

    @property
    def shape(self) -> dict[str, int]:
        """Size by name."""
        return dict(self.axes)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """Names in mesh order."""
        return tuple(self.shape)


@dataclasses.dataclass(frozen=True, slots=True)
class SavedText:
    """A parameter that is known by its printout only."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclasses.dataclass(frozen=True, slots=True)
class SavedRef:
    """The type of a mutable reference, or of something else that is no array."""

    label: str
    shape: tuple[int, ...] = ()
    dtype: Any = None
    weak_type: bool = False

    def str_short(self, *, short_dtypes: bool = False) -> str:
        """Return the type as JAX prints it."""
        del short_dtypes
        return self.label


_NO_PROGRAM = frozenset({"fn", "closed_jaxpr", "in_tree"})


class SavedTrace(Trace):
    """What is known of a trace without its function and without its jaxpr.

    Asking for one of those raises `RecordingError`.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        if name in _NO_PROGRAM:
            msg = (
                "This recording is from a file, which holds the graph and the values "
                "but not the program. Record the function itself."
            )
            raise RecordingError(msg)
        raise AttributeError(name)

    @property
    def fn_name(self) -> str:
        """The function's qualified name."""
        return self.__dict__["name"]

    def flatten(
        self, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], Any]:
        """Return the leaves and the tree of new arguments; a file allows for none."""
        return [], self.in_tree

    def unflatten(
        self, leaves: Sequence[Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return `(args, kwargs)`, static arguments as `None`."""
        return jax.tree.map(lambda i: leaves[i], self.__dict__["arguments"])


def saved_trace(spec: CallSpec, avals: Sequence[Any], **fields: Any) -> SavedTrace:
    """Return a trace of inputs that have the given avals."""
    leaves = tuple(jax.ShapeDtypeStruct(a.shape, a.dtype) for a in avals)
    return SavedTrace({"spec": spec, "in_leaves": leaves, **fields})


class SavedGraph(ProgramGraph):
    """A graph whose names, letters, lines and activity were saved.

    Args:
        trace: What is known of the trace.
        columns: The nodes; their variables are their letters.
        regions: The regions.
        names: The names of a node's outputs, by node id.
        locations: Where a node was made, by node id.
        live: Its activity.
    """

    def __init__(  # pyright: ignore[reportMissingSuperCall]
        self,
        trace: SavedTrace,
        columns: Columns,
        regions: Regions,
        names: Mapping[str, tuple[str | None, ...]],
        locations: Mapping[str, SourceLocation],
        live: Activity,
    ) -> None:
        self.trace = trace
        self.columns = columns
        self.regions = regions
        self.order = tuple(columns.ids)
        self.activity = live
        self._names = dict(names)
        self._letters = {x: str(x) for each in columns.variables for x in each}
        self._sources = locations

    def source(self, node_id: str) -> SourceLocation | None:
        """Return where in the user's code a node was made, if that is known."""
        self.position(node_id)
        return self._sources.get(node_id)


class SavedPlanner(Planner):
    """A planner that knows which bodies call back without looking into them."""

    def __init__(self, graph: ProgramGraph, silent: list[bool]) -> None:
        super().__init__(graph)
        self.silent = silent


def is_stored_constant(columns: Columns, source: Source) -> bool:
    """Return whether a constant's value is saved.

    Views of others are not: they take no computing.
    """
    eqn = columns.eqns[source[0]]
    assert eqn is not None
    return not is_view(eqn) or is_key(columns.avals[source[0]][source[1]])


class _Constants(dict[Source, Any]):
    """Constants that were computed, and those that are read when asked for."""

    def __init__(self, saved: Mapping[Source, Any]) -> None:
        self._saved = saved

    def __contains__(self, source: object) -> bool:
        return super().__contains__(source) or source in self._saved

    def __missing__(self, source: Source) -> Any:
        return self._saved[source]


class SavedValues(Values):
    """Values of which those that take the program to compute were saved.

    Args:
        planner: As for `Values`.
        plan: As for `Values`.
        run: As for `Values`.
        constants: Constants that are no views of others.
        pulls: Contributions, by node position and operand, whose equation cannot be
            run again from what a file says of it; in order of execution.
    """

    def __init__(
        self,
        planner: Planner,
        plan: Plan,
        run: RunArrays,
        constants: Mapping[Source, Any],
        pulls: Mapping[tuple[int, int], StoredArray],
    ) -> None:
        super().__init__(planner, plan, run)
        self._constants = _Constants(constants)
        self._pulls = pulls

    def _pulled(self, position: int, key: int, selection: Selection) -> Any:
        stored = self._pulls.get((position, key))
        if stored is not None:
            return stored[selection]
        try:
            return super()._pulled(position, key, selection)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            node_id = self.columns.ids[position]
            msg = f"The file's equation `{node_id}` cannot be run: {type(error).__name__}."
            raise FileFormatError(msg) from error


def from_file(array: StoredArray, aval: Any) -> Any:
    """Return all of a stored array, keys as typed keys."""
    host = np.asarray(array)
    if is_key(aval):
        return jax.random.wrap_key_data(jax.numpy.asarray(host), impl=key_impl(aval))
    return host


class StoredValues(Mapping[Any, Any]):
    """Arrays that are read when they are asked for, by key."""

    def __init__(self, arrays: Mapping[Any, tuple[StoredArray, Any]]) -> None:
        self._arrays = arrays

    def __getitem__(self, key: Any) -> Any:
        return from_file(*self._arrays[key])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


class StoredLeaves(Sequence[Any]):
    """Arrays that are read when they are asked for, by position."""

    def __init__(self, arrays: Sequence[tuple[StoredArray, Any] | None]) -> None:
        self._arrays = arrays

    def __getitem__(self, index: Any) -> Any:
        found = self._arrays[operator.index(index)]
        return None if found is None else from_file(*found)

    def __len__(self) -> int:
        return len(self._arrays)
