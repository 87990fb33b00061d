"""One recorded equation as a function of its operands, linearised where it was run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    Literal,
    bind,
    has_callback,
    has_callback_name,
    is_inexact,
    open_jaxpr,
)
from graphstep.graph import Value
from graphstep.recording import Absence, Recording

Arrays = Mapping[int, Any]


class NotLinearizedError(Exception):
    """An equation cannot be run by itself, or its operands were not kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class Linearized:
    """The derivative of one equation at its recorded operands.

    Attributes:
        eqn: The equation.
        operands: Per operand index the array that was recorded, or a literal.
        sources: Per operand index the value that it is, if it is no literal.
        n_lead: Leading axes of every array, one per loop that was not indexed.
        recording: Where the operands come from.
    """

    eqn: JaxprEqn
    operands: Arrays
    sources: Mapping[int, Value]
    n_lead: int
    recording: Recording

    def push(self, tangents: Arrays) -> dict[int, np.ndarray]:
        """Return the tangent of each float output; missing tangents are zero.

        Raises:
            NotLinearizedError: If JAX cannot do it.
        """

        def pushed(values: dict[int, Any], given: dict[int, Any]) -> Any:
            def run(chosen: dict[int, Any]) -> dict[int, Any]:
                return self._outputs({**values, **chosen})

            return jax.jvp(run, ({key: values[key] for key in given},), (given,))[1]

        return self._applied(pushed, tangents)

    def pull(self, key: int, cotangents: Arrays) -> np.ndarray:
        """Return what operand `key` receives from cotangents of all float outputs.

        Raises:
            NotLinearizedError: If JAX cannot do it.
        """

        def pulled(values: dict[int, Any], given: dict[int, Any]) -> Any:
            def run(value: Any) -> dict[int, Any]:
                return self._outputs({**values, key: value})

            return {key: jax.vjp(run, values[key])[1](given)[0]}

        return self._applied(pulled, cotangents)[key]

    def _outputs(self, values: Mapping[int, Any]) -> dict[int, Any]:
        literals = {
            k: v.val for k, v in self.operands.items() if isinstance(v, Literal)
        }
        given = {**values, **literals}
        outputs = bind(self.eqn, [given[key] for key in sorted(given)])
        return {out: y for out, y in enumerate(outputs) if is_inexact(jax.typeof(y))}

    def _applied(self, derive: Any, given: Arrays) -> dict[int, np.ndarray]:
        arrays = {k: v for k, v in self.operands.items() if not isinstance(v, Literal)}
        for _ in range(self.n_lead):
            derive = jax.vmap(derive)
        try:
            with self.recording.graph.trace.x64_context():
                made = derive(*jax.tree.map(jax.numpy.asarray, (arrays, dict(given))))
                return {key: np.asarray(array) for key, array in made.items()}
        except Exception as error:
            # A rule may refuse with an exception of any class, as outside of the mesh
            # that a collective needs.
            raise NotLinearizedError(str(error)) from error


def linearized(
    recording: Recording, node: str, iteration: tuple[int, ...] | None = None
) -> Linearized:
    """Return one equation at its operands in one iteration, or stacked over all.

    A call with a custom rule is taken as the one equation that it is to JAX.

    Raises:
        NotLinearizedError: If it is no equation, or its operands were not kept.
    """
    graph = recording.graph
    position = graph.position(node)
    eqn = graph.columns.eqns[position]
    if eqn is None:
        raise NotLinearizedError(f"{node} is no equation")
    # What an equation does beside computing must not happen again.
    bodies = {inner for value in eqn.params.values() for inner in _bodies(value)}
    if eqn.effects or has_callback_name(eqn) or any(map(has_callback, bodies)):
        raise NotLinearizedError(f"{node} has effects")
    operands: dict[int, Any] = {}
    sources: dict[int, Value] = {}
    for key, source in _operands(recording, node):
        value: Any = source
        if not isinstance(source, Literal):
            sources[key] = graph.order[source[0]], source[1]
            value = recording.primal(*sources[key], iteration)
            if isinstance(value, Absence):
                raise NotLinearizedError(value.message)
        operands[key] = value
    n_loops = len(graph.loops(node))
    n_lead = n_loops if iteration is None else n_loops - len(iteration)
    return Linearized(eqn, operands, sources, n_lead, recording)


def _bodies(value: Any) -> Iterator[Jaxpr]:
    if isinstance(value, Jaxpr | ClosedJaxpr):
        yield open_jaxpr(value)[0]


def _operands(recording: Recording, node: str) -> list[tuple[int, Any]]:
    """Return what an equation takes; a call's own binders say what that takes."""
    graph = recording.graph
    region = graph.region_of(node)
    columns = graph.columns
    if region.id != node:
        return list(columns.operands[graph.position(node)])
    if not region.is_opaque:
        raise NotLinearizedError(f"{node} is the end of a {region.kind}")
    found: dict[int, Any] = {}
    for position in range(region.start, region.stop):
        if columns.roles[position] == "binder" and columns.regions[position] == node:
            found.update(columns.operands[position])
    eqn = region.eqn
    if eqn is None or set(found) != set(range(len(eqn.invars))):
        raise NotLinearizedError(f"not all operands of {node} are known")
    return sorted(found.items())
