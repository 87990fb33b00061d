"""Rules of functions of JAX's library, where a rule of the whole teaches more."""

from __future__ import annotations

from graphstep.rules._making import elementwise, real
from graphstep.rules._rule import (
    BLOCK,
    DENSE,
    Equation,
    Rule,
    RuleMaker,
    Structure,
    cotangent_of,
    tangent_of,
)

_GILES = "Giles 2008, Collected matrix derivative results"
_COOKBOOK = "Petersen & Pedersen, The Matrix Cookbook"
_JAX = "JAX's rule"


def _is_matrix(equation: Equation) -> bool:
    return len(equation.in_avals[0].shape) == 2


def _determinant(equation: Equation) -> Rule | None:
    if not _is_matrix(equation):
        return None
    return Rule(
        equation,
        ("A",),
        ("y",),
        ("det(A)",),
        ("det(A) * trace(inv(A) @ Ȧ)",),
        ("ȳ * det(A) * inv(A).T",),
        (Structure(DENSE.kind, "row_of(vec(det(A) * inv(A).T))"),),
        cost="size(A) * n * 2 / 3",
        reason="Jacobi's formula: by each element the determinant is linear, with the "
        "cofactor as slope, and the cofactors are det(A)·A⁻ᵀ.",
        source=f"{_GILES}; {_COOKBOOK}",
        given={"n": equation.in_avals[0].shape[-1]},
    )


def _log_determinant(equation: Equation) -> Rule | None:
    if not _is_matrix(equation):
        return None
    return Rule(
        equation,
        ("A",),
        ("s", "y"),
        ("signdet(A)", "logabsdet(A)"),
        ("0 * s", "trace(inv(A) @ Ȧ)"),
        ("ȳ * inv(A).T",),
        (DENSE,),
        cost="size(A) * n * 2 / 3",
        reason="The derivative of det(A) divided by det(A), as for any logarithm; the "
        "sign stays as it is.",
        source=f"{_GILES}; {_COOKBOOK}",
        given={"n": equation.in_avals[0].shape[-1]},
    )


def _inverse(equation: Equation) -> Rule:
    is_one = _is_matrix(equation)
    kron = Structure("Kronecker", "-kron(B, B.T)")
    return Rule(
        equation,
        ("A",),
        ("B",),
        ("inv(A)",),
        ("-B @ Ȧ @ B",),
        ("-B.T @ B̄ @ B.T",),
        (kron if is_one else BLOCK,),
        cost="size(A) * n * 2",
        reason="A·B = I is differentiated: Ȧ·B + A·Ḃ = 0.",
        source=f"{_GILES}; {_COOKBOOK}",
        given={"n": equation.in_avals[0].shape[-1]},
    )


def _solved(equation: Equation) -> Rule | None:
    # A system whose both sides are the same array has one operand.
    if len(equation.in_avals) != 2 or not _is_matrix(equation):
        return None
    a, b = equation.in_avals
    is_vector = len(b.shape) == 1
    right, x = ("b", "x") if is_vector else ("B", "X")
    received = f"inv(A).T @ {cotangent_of(x)}"
    product = f"outer({received}, x)" if is_vector else f"{received} @ X.T"
    changed = f"{tangent_of(right)} - Ȧ @ {x}"
    return Rule(
        equation,
        ("A", right),
        (x,),
        (f"inv(A) @ {right}",),
        (f"inv(A) @ ({changed})",),
        (f"-{product}", received),
        (
            DENSE,
            Structure(DENSE.kind, "inv(A)")
            if is_vector
            else Structure("Kronecker", "kron(inv(A), eye(columns))"),
        ),
        cost=f"size(A) * n * 2 / 3 + 2 * size({right}) * n",
        reason="A·x = b is differentiated: A·ẋ = ḃ − Ȧ·x; backward, the system with Aᵀ "
        "is solved.",
        source=_GILES,
        given={"n": a.shape[-1], "columns": b.shape[-1]},
    )


def _log_softmax(equation: Equation) -> Rule | None:
    axis = _reduced_axis(equation)
    if axis is None:
        return None
    shape = equation.in_avals[0].shape
    return Rule(
        equation,
        ("x",),
        ("y",),
        ("x - spread(log(sum(exp(x), axes)), axes, shape)",),
        ("ẋ - spread(sum(exp(y) * ẋ, axes), axes, shape)",),
        ("ȳ - exp(y) * spread(sum(ȳ, axes), axes, shape)",),
        (BLOCK if len(shape) > 1 else DENSE,),
        cost="4 * size(x)",
        reason="Raising one input raises its own result and lowers all others by the "
        "softmax exp(y).",
        source=_JAX,
        given={"axes": axis, "shape": shape},
    )


def _reduced_axis(equation: Equation) -> tuple[int, ...] | None:
    """Return the axes that a function sums over, which it does not pass on."""
    inner = equation.params.get("jaxpr") or equation.params["call_jaxpr"]
    for eqn in inner.jaxpr.eqns:
        if eqn.primitive.name == "reduce_sum":
            return eqn.params["axes"]
    return None


def _elementwise(value: str, *derivatives: str, reason: str, cost: str) -> RuleMaker:
    return real(elementwise(value, *derivatives, reason=reason, source=_JAX, cost=cost))


LIBRARY: dict[str, RuleMaker] = {
    "det": real(_determinant),
    "inv": real(_inverse),
    "log_sigmoid": _elementwise(
        "-log(1 + exp(-x))",
        "logistic(-x)",
        reason="It is ln σ(x), and the slope of σ over σ is 1 − σ(x), which is σ(−x).",
        cost="4 * size(y)",
    ),
    "log_softmax": real(_log_softmax),
    "logaddexp": _elementwise(
        "log(exp(x) + exp(y))",
        "exp(x - z)",
        "exp(y - z)",
        reason="Each term's share of the sum: the two slopes are a softmax of (x, y).",
        cost="4 * size(z)",
    ),
    "logit": _elementwise(
        "log(x / (1 - x))",
        "1 / (x * (1 - x))",
        reason="It undoes σ, so its slope is one over that of σ.",
        cost="3 * size(y)",
    ),
    "relu": _elementwise(
        "max(x, 0)",
        "x > 0",
        reason="Where x is positive it passes; elsewhere, at 0 too, the slope is 0.",
        cost="size(y)",
    ),
    "silu": _elementwise(
        "x * logistic(x)",
        "logistic(x) * (1 + x * (1 - logistic(x)))",
        reason="The product rule for x and σ(x), whose slope is σ(x)·(1 − σ(x)).",
        cost="2 * size(y)",
    ),
    "slogdet": real(_log_determinant),
    "softplus": _elementwise(
        "log(1 + exp(x))",
        "logistic(x)",
        reason="A smooth relu: its slope rises from 0 to 1 as σ(x) does.",
        cost="4 * size(y)",
    ),
    "solve": real(_solved),
    "xlog1py": _elementwise(
        "x * log1p(y)",
        "log1p(y)",
        "x / (1 + y)",
        reason="The product rule, with 0·ln(anything) taken for 0.",
        cost="2 * size(z)",
    ),
    "xlogy": _elementwise(
        "x * log(y)",
        "log(y)",
        "x / y",
        reason="The product rule, with 0·ln(anything) taken for 0.",
        cost="2 * size(z)",
    ),
}
# Where JAX itself defines each, below its package, and what it is called there.
HOMES: dict[tuple[str, str], str] = {
    ("_src/lax/other.py", "logaddexp"): "logaddexp",
    ("_src/nn/functions.py", "log_sigmoid"): "log_sigmoid",
    ("_src/nn/functions.py", "log_softmax"): "log_softmax",
    ("_src/nn/functions.py", "relu"): "relu",
    ("_src/nn/functions.py", "silu"): "silu",
    ("_src/nn/functions.py", "softplus"): "softplus",
    ("_src/numpy/linalg.py", "_det"): "det",
    ("_src/numpy/linalg.py", "_slogdet_lu"): "slogdet",
    ("_src/numpy/linalg.py", "det"): "det",
    ("_src/numpy/linalg.py", "inv"): "inv",
    ("_src/numpy/linalg.py", "slogdet"): "slogdet",
    ("_src/numpy/linalg.py", "solve"): "solve",
    ("_src/scipy/special.py", "logit"): "logit",
    ("_src/scipy/special.py", "xlog1py"): "xlog1py",
    ("_src/scipy/special.py", "xlogy"): "xlogy",
}
