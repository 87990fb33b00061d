"""What JAX stores for the backward pass, who made it, and which rule wants it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import jax

from graphstep._jaxcompat import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    Var,
    inner_jaxprs,
    is_remat,
    short_type,
    tag_of,
)
from graphstep.analysis._cost_time import nbytes
from graphstep.analysis._modes_function import Differentiable
from graphstep.graph import ProgramGraph


@dataclasses.dataclass(frozen=True, slots=True)
class Want:
    """One equation of the backward pass that uses a residual.

    Attributes:
        node: The node, or the region, whose rule it belongs to; `""` if not known.
        primitive: What is differentiated there.
        recomputes: Whether the forward values of a checkpoint are computed again from
            it, rather than a cotangent multiplied by it.
    """

    node: str
    primitive: str
    recomputes: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Residual:
    """One array that JAX keeps from the forward pass until the backward pass.

    Attributes:
        type: Shape and dtype, as jaxprs spell them.
        nbytes: Its size.
        node: The node whose forward step made it; `""` if that is not known.
        out: Which output of the node it is; `None` if it is not a value of the
            program but one that the rule of the node worked out besides.
        maker: The primitive that computed it: that of the node, or that of the rule.
        is_argument: Whether it is an input or a constant, which is there anyway.
        in_branch: Whether it is written only where one branch of a cond is taken.
        wanted_by: Who uses it backward, in that order.
    """

    type: str
    nbytes: int
    node: str
    out: int | None
    maker: str
    is_argument: bool
    in_branch: bool
    wanted_by: tuple[Want, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Passes:
    """The two programs that reverse mode runs.

    Attributes:
        forward: From inputs to outputs and then residuals.
        backward: From residuals and then output cotangents to input cotangents.
        n_outputs: How many of the results of `forward` are outputs.
        inputs: Node ids of the arguments of `forward`.
    """

    forward: ClosedJaxpr
    backward: ClosedJaxpr
    n_outputs: int
    inputs: tuple[str, ...]

    @property
    def kept(self) -> tuple[tuple[Any, Var], ...]:
        """Each residual as `forward` returns it and as `backward` takes it, once."""
        returned = self.forward.jaxpr.outvars[self.n_outputs :]
        taken = self.backward.jaxpr.invars[: len(returned)]
        pairs: dict[int, tuple[Any, Var]] = {}
        for out, var in zip(returned, taken, strict=True):
            pairs.setdefault(id(out), (out, var))
        return tuple(pairs.values())


def passes_of(function: Differentiable) -> Passes:
    """Return the programs that `jax.vjp` makes of a function; nothing is computed.

    What JAX does not let differentiate in reverse raises JAX's own error.
    """

    def forward(primals: list[Any], others: list[Any]) -> tuple[Any, Any]:
        return jax.vjp(lambda own: function.fn(own, others), primals)

    arguments = list(function.primals), list(function.others)
    made, (outputs, vjp) = jax.make_jaxpr(forward, return_shape=True)(*arguments)
    backward = jax.make_jaxpr(lambda pull, seeds: pull(seeds))(vjp, outputs)
    nodes = (*function.in_nodes, *function.other_nodes)
    return Passes(made, backward, len(outputs), nodes)


def residuals(graph: ProgramGraph, passes: Passes) -> tuple[Residual, ...]:
    """Return what is stored between the passes, in the order in which it is made."""
    finder = _Finder(graph, passes)
    found = [finder.residual(out, var) for out, var in passes.kept]
    last = len(graph)
    return tuple(sorted(found, key=lambda each: graph.positions.get(each.node, last)))


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    node: str
    out: int | None
    maker: str
    is_argument: bool = False
    in_branch: bool = False


class _Finder:
    """Looks residuals up in the two programs."""

    def __init__(self, graph: ProgramGraph, passes: Passes) -> None:
        self._graph = graph
        self._passes = passes

    def residual(self, out: Any, var: Var) -> Residual:
        made = self._made(out)
        wants = dict.fromkeys(self._wants(self._passes.backward.jaxpr, var))
        size = nbytes(var.aval)
        return Residual(
            short_type(var.aval),
            size,
            made.node,
            made.out,
            made.maker,
            made.is_argument and not made.in_branch,
            made.in_branch,
            tuple(wants),
        )

    # Who made it ----------------------------------------------------------------------

    def _made(self, atom: Any) -> _Made:
        """Follow a residual to where it was made, through calls, loops and branches."""
        entered: list[JaxprEqn] = []
        made = self._followed(atom, entered)
        in_branch = any(eqn.primitive.name == "cond" for eqn in entered)
        return dataclasses.replace(made, in_branch=in_branch)

    def _followed(self, atom: Any, entered: list[JaxprEqn]) -> _Made:
        forward = self._passes.forward
        jaxpr = forward.jaxpr
        around: list[tuple[Jaxpr, JaxprEqn]] = []
        while True:
            if isinstance(atom, Literal):
                return _Made("", None, "literal", is_argument=True)
            eqn, position = _definition(jaxpr, atom)
            if eqn is None:
                if not around:
                    return self._argument(forward, atom)
                # A body hands on what it was given.
                index = jaxpr.invars.index(atom) if atom in jaxpr.invars else -1
                jaxpr, eqn = around.pop()
                if eqn.primitive.name == "scan" and index >= eqn.params["num_consts"]:
                    return self._carried(eqn, index)
                if index < 0:
                    return _Made("", None, "constant", is_argument=True)
                skipped = len(eqn.invars) - len(_body(eqn, 0).invars)
                atom = eqn.invars[index + skipped]
                continue
            body = _descended(eqn, position)
            if body is None:
                return self._computed(jaxpr, eqn, position)
            around.append((jaxpr, eqn))
            entered.append(eqn)
            jaxpr, atom = body, body.outvars[position]

    def _argument(self, forward: ClosedJaxpr, var: Var) -> _Made:
        jaxpr = forward.jaxpr
        if var in jaxpr.invars:
            node = self._passes.inputs[jaxpr.invars.index(var)]
            return _Made(node, 0, "input", is_argument=True)
        value = forward.consts[jaxpr.constvars.index(var)]
        for i, const in enumerate(self._graph.trace.closed_jaxpr.consts):
            if const is value:
                return _Made(f"const{i}", 0, "const", is_argument=True)
        return _Made("", None, "constant", is_argument=True)

    def _carried(self, eqn: JaxprEqn, index: int) -> _Made:
        """Return the binder of a scan that takes each iteration's value."""
        n_const, n_carry = eqn.params["num_consts"], eqn.params["num_carry"]
        tag, at = tag_of(eqn), index - n_const
        name = f"carry{at}" if at < n_carry else f"x{at - n_carry}"
        node = f"{tag}/{name}"
        if node in self._graph:
            return _Made(node, 0, "scan")
        return _Made(tag or "", None, "scan")

    def _computed(self, jaxpr: Jaxpr, eqn: JaxprEqn, position: int) -> _Made:
        tag, maker = tag_of(eqn), eqn.primitive.name
        if tag is None:
            return _Made("", None, maker)
        own = self._graph.node(tag).eqn if tag in self._graph else None
        is_value = own is not None and eqn is _first_like(jaxpr, own, tag)
        return _Made(tag, position if is_value else None, maker)

    # Who wants it ---------------------------------------------------------------------

    def _wants(self, jaxpr: Jaxpr, var: Var, around: str = "") -> Iterator[Want]:
        for eqn in jaxpr.eqns:
            uses = [i for i, atom in enumerate(eqn.invars) if atom is var]
            if not uses:
                continue
            tag = tag_of(eqn) or around
            if is_remat(eqn):
                yield Want(tag, "checkpoint", recomputes=True)
                continue
            bodies = inner_jaxprs(eqn)
            if eqn.primitive.name not in _TRANSPARENT or not bodies:
                yield Want(tag, self._primitive(tag, eqn))
                continue
            for body in bodies:
                skipped = len(eqn.invars) - len(body.invars)
                for use in uses:
                    if use >= skipped:
                        yield from self._wants(body, body.invars[use - skipped], tag)
                    else:
                        yield Want(tag, eqn.primitive.name)

    def _primitive(self, tag: str, eqn: JaxprEqn) -> str:
        if tag in self._graph:
            return self._graph.node(tag).primitive
        region = self._graph.regions.get(tag)
        return region.primitive if region else eqn.primitive.name


# Whose operands and results are those of their bodies, one by one.
_TRANSPARENT = frozenset({"jit", "pjit", "scan", "cond", "closed_call", "core_call"})


def _body(eqn: JaxprEqn, at: int) -> Jaxpr:
    return inner_jaxprs(eqn)[at]


def _definition(jaxpr: Jaxpr, var: Var) -> tuple[JaxprEqn | None, int]:
    for eqn in jaxpr.eqns:
        for position, out in enumerate(eqn.outvars):
            if out is var:
                return eqn, position
    return None, 0


def _descended(eqn: JaxprEqn, position: int) -> Jaxpr | None:
    """Return the body that makes an output, or `None` if it is to be taken as a whole."""
    if eqn.primitive.name not in _TRANSPARENT:
        return None
    if eqn.primitive.name == "scan" and position < eqn.params["num_carry"]:
        return None
    # A branch without such a residual returns something that was never written.
    makers = [body for body in inner_jaxprs(eqn) if _is_made(body, position)]
    return makers[0] if len(makers) == 1 else None


def _is_made(body: Jaxpr, position: int) -> bool:
    out = body.outvars[position]
    if isinstance(out, Literal):
        return False
    made, _ = _definition(body, out)
    return made is None or tag_of(made) is not None


def _first_like(jaxpr: Jaxpr, own: JaxprEqn, tag: str) -> JaxprEqn | None:
    """Return the equation that computes what a node does.

    JAX's rules compute the value itself before anything else, so that it is the first
    that is like the node's own equation.
    """
    for eqn in jaxpr.eqns:
        if eqn.primitive is own.primitive and tag_of(eqn) == tag and _alike(eqn, own):
            return eqn
    return None


def _alike(eqn: JaxprEqn, own: JaxprEqn) -> bool:
    if not _same_types(eqn.outvars, own.outvars):
        return False
    if inner_jaxprs(own):
        return True
    return _same_types(eqn.invars, own.invars) and all(
        eqn.params.get(name) == value for name, value in own.params.items()
    )


def _same_types(some: Sequence[Any], others: Sequence[Any]) -> bool:
    # A loop or branch with residuals returns these after what it returned before.
    return len(some) >= len(others) and all(
        a.aval.shape == b.aval.shape and a.aval.dtype == b.aval.dtype
        for a, b in zip(some, others, strict=False)
    )
