"""What each way to differentiate a function costs, before anything is run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax

from graphstep._jaxcompat import Jaxpr
from graphstep.analysis._cost import Operations, operations
from graphstep.analysis._cost_time import nbytes, work
from graphstep.analysis._modes_function import Differentiable, Leaves, differentiable
from graphstep.analysis._residuals import Passes, Residual, passes_of, residuals
from graphstep.analysis._residuals_memory import Alive, memory_walk, peak
from graphstep.errors import CancelledError
from graphstep.graph import ProgramGraph
from graphstep.tracing import one_line

Give = Literal["value", "product", "jacobian", "hessian"]
_Fn = Callable[[Leaves], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Mode:
    """One way to differentiate.

    Attributes:
        name: What JAX calls it.
        gives: A product with the Jacobian or Hessian, the Jacobian, or the Hessian.
        reverse: How many of its transformations run backward.
        powers: How many passes through the function it takes: n to the first power
            times m to the second.
        make: From a function of its differentiated inputs to the derived one, which
            takes these inputs and the vectors that `vectors` names.
        vectors: What it takes besides: a `tangent`, a `cotangent`, or both.
    """

    name: str
    gives: Give
    reverse: int
    powers: tuple[int, int]
    make: Callable[[_Fn], Callable[..., Any]]
    vectors: tuple[str, ...] = ()

    def passes(self, n: int, m: int) -> int:
        """Return how many passes it takes with `n` inputs and `m` outputs."""
        return n ** self.powers[0] * m ** self.powers[1]


def _jvp(fn: _Fn) -> Callable[..., Any]:
    return lambda primals, tangent: jax.jvp(fn, (primals,), (tangent,))


def _vjp(fn: _Fn) -> Callable[..., Any]:
    def both(primals: Leaves, cotangent: Leaves) -> Any:
        outputs, pull = jax.vjp(fn, primals)
        return outputs, pull(cotangent)[0]

    return both


def _hvp(fn: _Fn) -> Callable[..., Any]:
    def product(primals: Leaves, tangent: Leaves, cotangent: Leaves) -> Any:
        def gradient(own: Leaves) -> Any:
            return jax.vjp(fn, own)[1](cotangent)[0]

        return jax.jvp(gradient, (primals,), (tangent,))[1]

    return product


def _nested(
    outer: Callable[..., Any], inner: Callable[..., Any]
) -> Callable[[_Fn], Callable[..., Any]]:
    return lambda fn: outer(inner(fn))


FORWARD, REVERSE = "jacfwd", "jacrev"
VALUE = Mode("f", "value", 0, (0, 0), lambda fn: fn)
MODES: tuple[Mode, ...] = (
    Mode("jvp", "product", 0, (0, 0), _jvp, ("tangent",)),
    Mode("vjp", "product", 1, (0, 0), _vjp, ("cotangent",)),
    Mode(FORWARD, "jacobian", 0, (1, 0), jax.jacfwd),
    Mode(REVERSE, "jacobian", 1, (0, 1), jax.jacrev),
    Mode("hvp", "product", 1, (0, 0), _hvp, ("tangent", "cotangent")),
    # The outer one differentiates the m·n elements of the Jacobian in its n inputs.
    Mode("jacfwd(jacfwd)", "hessian", 0, (2, 0), _nested(jax.jacfwd, jax.jacfwd)),
    Mode("jacfwd(jacrev)", "hessian", 1, (1, 1), _nested(jax.jacfwd, jax.jacrev)),
    Mode("jacrev(jacfwd)", "hessian", 1, (2, 1), _nested(jax.jacrev, jax.jacfwd)),
    Mode("jacrev(jacrev)", "hessian", 2, (1, 2), _nested(jax.jacrev, jax.jacrev)),
)
BY_NAME = {mode.name: mode for mode in (VALUE, *MODES)}


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """What one mode costs, by what its program does.

    Attributes:
        mode: Which one.
        passes: How many times it goes through the function.
        operations: How many operations its program does.
        work: Predicted time, as that of so many operations; see `work`.
        peak: Bytes alive at most, beside the inputs.
        result: Bytes of what it returns.
        stored: Bytes of the residuals of its reverse pass, beside the inputs.
        problem: Why JAX cannot do it; then all the counts are 0.
    """

    mode: Mode
    passes: int
    operations: Operations
    work: int
    peak: int
    result: int
    stored: int
    problem: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Modes:
    """A function's sizes, and what each way to differentiate it costs.

    Attributes:
        graph: The program.
        function: Its part that can be differentiated.
        value: What one evaluation costs.
        estimates: What each of `MODES`, or those that were asked for, costs.
        passes: The programs of reverse mode, or `None` if JAX cannot differentiate in
            reverse.
        residuals: What is stored between them.
        memory: The bytes alive at each step of them.
    """

    graph: ProgramGraph
    function: Differentiable
    value: Estimate
    estimates: tuple[Estimate, ...]
    passes: Passes | None
    residuals: tuple[Residual, ...]
    memory: tuple[Alive, ...]

    @property
    def stored(self) -> int:
        """Bytes of the residuals that are not inputs or constants anyway."""
        return sum(each.nbytes for each in self.residuals if not each.is_argument)

    @property
    def peak(self) -> Alive | None:
        """The step of the two passes at which the most bytes are alive."""
        return max(self.memory, key=lambda each: each.total, default=None)

    def estimate(self, name: str) -> Estimate:
        """Return what one mode costs."""
        return next(each for each in self.estimates if each.mode.name == name)

    def relative(self, estimate: Estimate) -> float:
        """Return the predicted time of a mode in evaluations of the function."""
        return estimate.work / max(self.value.work, 1)


def modes(
    graph: ProgramGraph,
    *,
    names: Sequence[str] | None = None,
    progress: Callable[[str], bool] = lambda _: True,
) -> Modes:
    """Return what each way to differentiate a function costs; nothing is run.

    Args:
        graph: The program.
        names: Which modes; all by default.
        progress: Is told of each mode before it is traced; returning False cancels.

    Raises:
        CancelledError: If `progress` returned False.
        ModesError: If the function has no derivative at all.
    """
    with graph.trace.x64_context():
        function = differentiable(graph.trace)
        passes = _passes(function)
        kept = residuals(graph, passes) if passes else ()
        stored = sum(each.nbytes for each in kept if not each.is_argument)
        found: list[Estimate] = []
        chosen = [mode for mode in MODES if names is None or mode.name in names]
        for mode in (VALUE, *chosen):
            if not progress(mode.name):
                raise CancelledError("Counting what the modes cost was cancelled.")
            is_first = mode.reverse and mode.gives in ("product", "jacobian")
            found.append(_estimate(function, mode, stored if is_first else 0))
    return Modes(
        graph,
        function,
        found[0],
        tuple(found[1:]),
        passes,
        kept,
        memory_walk(passes) if passes else (),
    )


def arguments(function: Differentiable, mode: Mode) -> tuple[Any, ...]:
    """Return shapes and dtypes of what the derived function takes, inputs first."""
    shapes = {"tangent": function.primals, "cotangent": function.outputs}
    return (list(function.primals), *(list(shapes[name]) for name in mode.vectors))


def derived(function: Differentiable, mode: Mode) -> Callable[..., Any]:
    """Return the function of one mode: of the other inputs, then of `arguments`."""

    def run(others: Leaves, *given: Any) -> Any:
        return mode.make(lambda own: function.fn(own, others))(*given)

    return run


def jaxpr_of(function: Differentiable, mode: Mode) -> Jaxpr:
    """Return the program of one mode."""
    given = arguments(function, mode)
    return jax.make_jaxpr(derived(function, mode))(list(function.others), *given).jaxpr


def _passes(function: Differentiable) -> Passes | None:
    try:
        return passes_of(function)
    except Exception:  # noqa: BLE001 -- the estimates say what JAX refuses.
        return None


def _estimate(function: Differentiable, mode: Mode, stored: int) -> Estimate:
    n_passes = mode.passes(function.n, function.m)
    try:
        jaxpr = jaxpr_of(function, mode)
    except Exception as error:  # noqa: BLE001 -- whatever JAX's rules refuse is said.
        return Estimate(mode, n_passes, Operations(0), 0, 0, 0, 0, reason(error))
    result = sum(nbytes(out.aval) for out in jaxpr.outvars)
    return Estimate(
        mode, n_passes, operations(jaxpr), work(jaxpr), peak(jaxpr), result, stored
    )


def reason(error: Exception) -> str:
    """Return the first sentence of what JAX says."""
    lines: Sequence[str] = [line for line in str(error).splitlines() if line.strip()]
    said = lines[0] if lines else type(error).__name__
    return one_line(said.strip().rstrip(":"))
