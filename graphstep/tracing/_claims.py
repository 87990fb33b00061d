"""Tell from an equation's stack which assignment its value may belong to."""

from __future__ import annotations

import dataclasses
import itertools
import linecache
import re
from collections.abc import Hashable, Sequence
from types import CodeType
from typing import Any

from graphstep.tracing._ownership import UserCode
from graphstep.tracing._source import (
    RawFrame,
    raw_frames,
    span_from_raw,
    traced_frames,
)
from graphstep.tracing._statements import Fate, SourceIndex, source_index
from graphstep.tracing._targets import Path, Starred, Target, follow

# Functions that return the value of the function they call first in a tuple. Other
# transformations that differentiate return something else than that value.
_VALUE_FIRST = frozenset(
    {
        "value_and_grad.<locals>.value_and_grad_f",
        "jvp",
        "vjp",
        "linearize",
        "_ValueAndGradWrapper.__call__",
    }
)
_DIFFERENTIATING = frozenset(
    {
        "grad.<locals>.grad_f",
        "value_and_grad.<locals>.value_and_grad_f",
        "jacfwd.<locals>.jacfun",
        "jacrev.<locals>.jacfun",
        "jvp",
        "vjp",
        "linearize",
    }
)
# What calls the user's JVP rule, and the forward part of a VJP rule: they return the
# primal first, and a tangent or residuals second.
_RULE_CALLERS = frozenset({"_flatten_jvp", "_flatten_fwd"})
# JAX's decorator around its public functions, and the same of equinox.
_BOUNDARIES = frozenset({"reraise_with_filtered_traceback", "_fn", "__call__"})


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """An assignment that an equation's value may be for.

    Attributes:
        anchor: Identifies the call that evaluates the assigned expression, with all
            calls around it.
        target: What the expression is assigned to.
        path: Where in an assigned literal the value stands.
        is_unpacking: Whether the equation takes the assigned array apart.
        may_repeat: Whether the statement may run more than once.
        may_split: Whether a repetition without a break is one of the statement, not
            one inside the expression.
        maps_trees: Whether the expression makes many values alike.
        is_fori: Whether the equation is the loop of a `lax.fori_loop`.
    """

    anchor: int
    target: Target
    path: Path
    is_unpacking: bool
    may_repeat: bool
    may_split: bool
    maps_trees: bool
    is_fori: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What an equation's stack says.

    Attributes:
        calls: Identifies each call in the user's code, with all calls around it.
        bind: Identifies the outermost use of a primitive: what a transformation adds
            to that primitive has the same.
        claim: The assignment that the value may be for.
    """

    calls: tuple[int, ...]
    bind: int
    claim: Claim | None


_NOTHING = Reading((), -1, None)


class ClaimReader:
    """Read claims from stacks, each distinct stack once."""

    def __init__(self, user: UserCode) -> None:
        self._user = user
        self._readings: dict[Hashable, Reading] = {}
        self._calls: dict[tuple[int, int, int], int] = {}
        self._indices: dict[str, SourceIndex | None] = {}
        # The code is kept so that no other one can get its identity.
        self._variables: dict[int, tuple[CodeType, frozenset[str]]] = {}

    def read(self, source_info: Any) -> Reading:
        """Return what the stack of an equation says."""
        traceback = source_info.traceback
        if traceback is None:
            return _NOTHING
        reading = self._readings.get(traceback)
        if reading is None:
            frames = traced_frames(raw_frames(source_info), self._user)
            reading = self._readings[traceback] = self._read(frames)
        return reading

    def _read(self, frames: Sequence[RawFrame]) -> Reading:
        owners = [self._user.owner(code.co_filename) for code, _ in frames]
        users = [i for i, owner in enumerate(owners) if owner == "user"]
        if not users:
            return _NOTHING
        bind = next(
            (i for i in range(users[0] - 1, -1, -1) if _is_bind(frames[i][0])), -1
        )
        calls: dict[int, int] = {}
        call = -1
        for i in range(len(frames) - 1, bind, -1):
            code, offset = frames[i]
            key = (call, id(code), offset)
            call = calls[i] = self._calls.setdefault(key, len(self._calls))
        claim = self._claim(frames, owners, users, calls)
        return Reading(tuple(calls[i] for i in users), call, claim)

    def _claim(
        self,
        frames: Sequence[RawFrame],
        owners: Sequence[str],
        users: Sequence[int],
        calls: dict[int, int],
    ) -> Claim | None:
        path: Path = ()
        inner = -1
        for i in users:
            fate = self._fate(*frames[i])
            if fate is None:
                return None
            outer = _through(path, frames[inner + 1 : i]) if inner >= 0 else path
            if outer is None:
                return None
            path = (*fate.path, *outer)
            inner = i
            if not fate.is_returned:
                break
        else:
            return None
        target = follow(fate.target, path)
        if not _occurs(target, self._variables_of(frames[i][0])):
            return None
        below = [frame[0] for frame in frames[:i]]
        above = frames[i:]
        is_in_loop = any(map(self._is_in_loop, above))
        maps_trees = any(map(_maps_trees, below))
        return Claim(
            anchor=calls[i],
            target=target,
            path=path,
            is_unpacking=fate.is_unpacking,
            may_repeat=is_in_loop
            or "library" in owners[i:]
            or any(_maps_trees(code) for code, _ in above),
            may_split=is_in_loop and not maps_trees,
            maps_trees=maps_trees,
            is_fori=any(code.co_name == "fori_loop" for code in below[: users[0]]),
        )

    def _fate(self, code: CodeType, offset: int) -> Fate | None:
        index = self._index(code.co_filename)
        return index.fate(code, span_from_raw(code, offset)) if index else None

    def _index(self, file: str) -> SourceIndex | None:
        if file not in self._indices:
            linecache.checkcache(file)
            self._indices[file] = source_index(file)
        return self._indices[file]

    def _variables_of(self, code: CodeType) -> frozenset[str]:
        if id(code) not in self._variables:
            kinds = (
                code.co_varnames,
                code.co_cellvars,
                code.co_freevars,
                code.co_names,
            )
            self._variables[id(code)] = (code, frozenset(itertools.chain(*kinds)))
        return self._variables[id(code)][1]

    def _is_in_loop(self, frame: RawFrame) -> bool:
        code, offset = frame
        if self._user.owner(code.co_filename) != "user":
            return False
        index = self._index(code.co_filename)
        return index is not None and index.is_in_loop(span_from_raw(code, offset))


def _is_bind(code: CodeType) -> bool:
    return code.co_qualname == "Primitive.bind"


def _maps_trees(code: CodeType) -> bool:
    return code.co_filename.endswith(("tree_util.py", "associative_scan.py"))


def _through(path: Path, between: Sequence[RawFrame]) -> Path | None:
    """Return where in a library call's result a value of its callback stands.

    Args:
        path: Where it stands in the callback's result.
        between: The library's frames, innermost first.

    Returns:
        The path, or `None` when the value is not in the library's result.
    """
    names = [code.co_qualname for code, _ in between]
    if path and not _RULE_CALLERS.isdisjoint(names):
        if path[0] != 0:
            return None
        path = path[1:]
    if _DIFFERENTIATING.isdisjoint(names):
        return path
    outer = (n for n in reversed(names) if n.rpartition(".")[2] not in _BOUNDARIES)
    if names[-1] in _VALUE_FIRST or next(outer, "") in _VALUE_FIRST:
        return (0, *path)
    return None


def _occurs(target: Target, variables: frozenset[str]) -> bool:
    """Return whether code with these variables can assign to `target`.

    The file may have been edited since it was imported.
    """
    if isinstance(target, tuple):
        return all(_occurs(item, variables) for item in target)
    name = target.name if isinstance(target, Starred) else target
    root = re.match(r"\w+", name or "")
    # Private names of classes are mangled in the code.
    return root is None or root.group() in variables or root.group().startswith("__")
