"""Check what a recording is given: arguments, and seeds or tangents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from graphstep._jaxcompat import is_key
from graphstep.errors import RecordingError, SeedMismatchError, ShapeMismatchError
from graphstep.recording._compile import differentiated_inputs, seeded_outputs
from graphstep.recording._plan import Derivative
from graphstep.tracing import Trace


def input_leaves(
    trace: Trace, args: Sequence[Any] | None, kwargs: dict[str, Any]
) -> list[Any]:
    """Return the input leaves to record at; without arguments, those traced with.

    Raises:
        RecordingError: If there are only shapes.
        ShapeMismatchError: If they are not of the traced structure and types.
    """
    if args is None:
        if not trace.has_values:
            msg = (
                f"{trace.fn_name} was traced with shapes only, so there are no "
                "values to record. Pass arrays to `record(...)`."
            )
            raise RecordingError(msg)
        leaves, tree = list(trace.in_leaves), trace.in_tree
    else:
        leaves, tree = trace.flatten(args, kwargs)
    if tree != trace.in_tree:
        msg = (
            f"The arguments have the structure {tree}, but {trace.fn_name} was "
            f"traced with {trace.in_tree}. Trace it again with these arguments."
        )
        raise ShapeMismatchError(msg)
    return [
        _leaf(leaf, aval, name)
        for leaf, aval, name in zip(
            leaves, trace.closed_jaxpr.in_avals, trace.in_names, strict=True
        )
    ]


def _leaf(leaf: Any, aval: Any, name: str) -> Any:
    if isinstance(leaf, jax.ShapeDtypeStruct):
        msg = f"Argument `{name}` is a shape without values; recording needs an array."
        raise RecordingError(msg)
    try:
        actual = jax.typeof(leaf)
    except TypeError:
        msg = f"Argument `{name}` is {type(leaf).__name__}, not an array."
        raise ShapeMismatchError(msg) from None
    weak = _is_weak(leaf, aval)
    if actual.shape != aval.shape or (actual.dtype != aval.dtype and not weak):
        msg = (
            f"Argument `{name}` is {actual.str_short(short_dtypes=True)}, but it was traced as "
            f"{aval.str_short(short_dtypes=True)}. Pass that type, or trace again with this one."
        )
        raise ShapeMismatchError(msg)
    if isinstance(leaf, jax.Array):
        return leaf
    return np.asarray(leaf, aval.dtype)


def _is_weak(leaf: Any, aval: Any) -> bool:
    """Return whether `leaf` is a Python number that takes the dtype of `aval`."""
    if isinstance(leaf, complex):
        return bool(jnp.issubdtype(aval.dtype, jnp.complexfloating))
    return isinstance(leaf, bool | int | float)


def derivative_of(trace: Trace, tangents: Any, notes: list[str]) -> Derivative:
    """Return which derivative flows, and note why none does."""
    if tangents is not None:
        return "tangent"
    if not any(trace.differentiated):
        notes.append("No argument is differentiable, so there is no reverse pass.")
        return "none"
    if not seeded_outputs(trace):
        notes.append("No output is a float, so there is no reverse pass.")
        return "none"
    return "reverse"


def seeds_of(
    trace: Trace,
    derivative: Derivative,
    seed: Any,
    tangents: Any,
    notes: list[str],
) -> list[Any]:
    """Return what enters at the start of the derivative pass.

    A cotangent per seeded float output, or a tangent per differentiated input.

    Raises:
        SeedMismatchError: If one does not fit what it seeds.
    """
    if derivative == "none":
        return []
    if derivative == "tangent":
        return _tangents(trace, tangents)
    chosen = seeded_outputs(trace)
    avals = trace.closed_jaxpr.out_avals
    if seed is None:
        if len(chosen) > 1 or any(avals[i].shape for i in chosen):
            notes.append("The seed is ones at every float output.")
        return [jnp.ones(avals[i].shape, avals[i].dtype) for i in chosen]
    leaves = _seed_leaves(seed, _main_tree(trace), "seed")
    return [
        _fitting(leaves[i], avals[i], trace.out_names[i], "seed cotangent")
        for i in chosen
    ]


def check_seed(trace: Trace, seed: Any) -> None:
    """Find out, before anything is compiled, whether a seed fits.

    Args:
        trace: What is to be recorded.
        seed: A pytree like the result.

    Raises:
        SeedMismatchError: If it does not.
    """
    seeds_of(trace, derivative_of(trace, None, []), seed, None, [])


def _main_tree(trace: Trace) -> Any:
    return trace.out_tree.children()[0] if trace.spec.has_aux else trace.out_tree


def _tangents(trace: Trace, tangents: Any) -> list[Any]:
    chosen = differentiated_inputs(trace)
    if not chosen:
        msg = "Tangents were given, but no argument is differentiable."
        raise SeedMismatchError(msg)
    args, _ = trace.unflatten(range(len(trace.in_leaves)))
    if isinstance(trace.spec.argnums, int) and not (
        isinstance(tangents, tuple) and len(tangents) == 1
    ):
        tangents = (tangents,)
    positions = trace.spec.diff_positions(len(args))
    if not isinstance(tangents, tuple | list) or len(tangents) != len(positions):
        msg = (
            f"tangents must be a tuple of {len(positions)} pytrees, one per "
            f"differentiated argument, like `jax.jvp` takes them."
        )
        raise SeedMismatchError(msg)
    found: dict[int, Any] = {}
    for position, tangent in zip(positions, tangents, strict=True):
        indices, tree = jax.tree.flatten(args[position])
        leaves = _seed_leaves(tangent, tree, "tangent")
        found.update(zip(indices, leaves, strict=True))
    avals = trace.closed_jaxpr.in_avals
    return [_fitting(found[i], avals[i], trace.in_names[i], "tangent") for i in chosen]


def _seed_leaves(seed: Any, tree: Any, what: str) -> list[Any]:
    leaves, actual = jax.tree.flatten(seed, is_leaf=lambda x: x is None)
    expected = jax.tree.unflatten(tree, [0] * tree.num_leaves)
    _, wanted = jax.tree.flatten(expected, is_leaf=lambda x: x is None)
    if actual != wanted:
        msg = (
            f"The {what} has the structure {actual}, but it must have that of what it "
            f"seeds: {tree}."
        )
        if isinstance(seed, list) and jax.tree_util.treedef_is_leaf(tree):
            msg += " A list is no array: write `jnp.array([...])`."
        raise SeedMismatchError(msg)
    return [
        x
        for x, y in zip(
            leaves, jax.tree.leaves(expected, is_leaf=lambda x: x is None), strict=True
        )
        if y is not None
    ]


def _fitting(leaf: Any, aval: Any, name: str, what: str) -> Any:
    """Return a seed as an array of exactly the shape and dtype of what it seeds."""
    try:
        actual = jax.typeof(leaf)
    except TypeError:
        actual = None
    weak = _is_weak(leaf, aval)
    fits = (
        actual is not None
        and not is_key(actual)
        and actual.shape == aval.shape
        and (weak or actual.dtype == aval.dtype)
    )
    if not fits:
        given = (
            type(leaf).__name__
            if actual is None
            else actual.str_short(short_dtypes=True)
        )
        expected = aval.str_short(short_dtypes=True)
        msg = (
            f"The {what} for `{name}` is {given}, but `{name}` is {expected}. Pass one "
            "of its own shape and dtype, for instance `jnp.ones_like(...)`."
        )
        raise SeedMismatchError(msg)
    return jnp.asarray(leaf, aval.dtype)
