"""Rules of factorizations of matrices and of solving linear systems."""

from __future__ import annotations

from graphstep.rules._making import real
from graphstep.rules._rule import (
    BLOCK,
    DENSE,
    ZERO,
    Equation,
    Rule,
    RuleMaker,
    Structure,
)

_GILES = "Giles 2008, Collected matrix derivative results"


def _whole(equation: Equation) -> Structure:
    """Return the structure of a function of a matrix, or of each of a stack of them."""
    return DENSE if len(equation.in_avals[0].shape) == 2 else BLOCK


def _of_matrix(
    equation: Equation,
    results: tuple[str, ...],
    value: tuple[str, ...],
    jvp: tuple[str | None, ...],
    vjp: str,
    *,
    cost: str,
    reason: str,
    source: str = _GILES,
    where: tuple[tuple[str, str], ...] = (),
) -> Rule:
    rows, columns = equation.in_avals[0].shape[-2:]
    return Rule(
        equation,
        ("A",),
        results,
        value,
        jvp,
        (vjp,),
        (_whole(equation),),
        cost=cost,
        reason=reason,
        source=source,
        given={"rank": min(rows, columns)},
        where=where,
    )


def _cholesky(equation: Equation) -> Rule:
    return _of_matrix(
        equation,
        ("L",),
        ("cholesky(A)",),
        ("L @ half_lower(inv(L) @ Ȧ @ inv(L).T)",),
        "inv(L).T @ half_lower(L.T @ L̄) @ inv(L)",
        cost="size(A) * rank / 3",
        reason="L·Lᵀ = A is differentiated and solved for the change of L; Φ keeps the "
        "lower triangle and half of the diagonal.",
        source="Murray 2016, Differentiation of the Cholesky decomposition",
    )


def _lu(equation: Equation) -> Rule | None:
    rows, columns = equation.in_avals[0].shape[-2:]
    if rows != columns:
        return None
    return _of_matrix(
        equation,
        ("Y", "v", "p"),
        ("lu_packed(A)", "lu_pivots(A)", "permutation(A)"),
        (
            "L @ strictly_lower(M) + upper(M) @ U",
            None,
            None,
        ),
        "unpermuted(inv(L).T @ Q @ inv(U).T, p)",
        cost="size(A) * rank * 2 / 3",
        reason="L·U = P·A is differentiated; the part below the diagonal belongs to L, "
        "the rest to U, and both are kept in one matrix Y.",
        source="JAX's rule",
        where=(
            ("L", "unit_lower(Y)"),
            ("U", "upper(Y)"),
            ("M", "inv(L) @ permuted(Ȧ, p) @ inv(U)"),
            ("Q", "strictly_lower(L.T @ Ȳ) + upper(Ȳ @ U.T)"),
        ),
    )


def _qr(equation: Equation) -> Rule | None:
    rows, columns = equation.in_avals[0].shape[-2:]
    params = equation.params
    is_thin = rows == columns or not params["full_matrices"]
    if rows < columns or not is_thin or params.get("pivoting"):
        return None
    return _of_matrix(
        equation,
        ("Q", "R"),
        ("qr_q(A)", "qr_r(A)"),
        ("Q @ (D - S) + W", "(S - D) @ R"),
        "(Q̄ + Q @ (strictly_lower(E - E.T) - E)) @ inv(R).T",
        cost="size(A) * rank * 4 / 3",
        reason="Q·R = A is differentiated; Q stays orthonormal, so its change is a "
        "rotation, and R stays upper triangular.",
        source="JAX's rule; Walter & Lehmann 2013, Algorithmic differentiation of linear "
        "algebra functions",
        where=(
            ("W", "Ȧ @ inv(R)"),
            ("S", "Q.T @ W"),
            ("D", "strictly_lower(S) - strictly_lower(S).T"),
            ("E", "Q.T @ Q̄ - R̄ @ R.T"),
        ),
    )


def _eigh(equation: Equation) -> Rule | None:
    n = equation.in_avals[0].shape[-1]
    if equation.params["subset_by_index"] not in (None, (0, n)):
        return None
    return _of_matrix(
        equation,
        ("V", "w"),
        ("symmetric_vectors(A)", "symmetric_values(A)"),
        ("V @ (F * (V.T @ Ȧ @ V))", "diagonal_part(V.T @ Ȧ @ V)"),
        "V @ (diagonal(w̄) + F * (V.T @ V̄)) @ V.T",
        cost="size(A) * rank * 9",
        reason="First-order perturbation: eigenvalues move by vᵀ·Ȧ·v, eigenvectors turn "
        "towards each other, faster the closer their eigenvalues are.",
        where=(("F", "one_over_gaps(w)"),),
    )


def _eig(equation: Equation) -> Rule | None:
    params = equation.params
    if params["compute_left_eigenvectors"] or params["compute_right_eigenvectors"]:
        # JAX differentiates these on request only.
        return None
    is_complex = equation.in_avals[0].dtype.kind == "c"
    sent = "inv(V).T @ diagonal(w̄) @ V.T"
    return _of_matrix(
        equation,
        ("w",),
        ("eigenvalues(A)",),
        ("diagonal_part(inv(V) @ Ȧ @ V)",),
        sent if is_complex else f"real({sent})",
        cost="size(A) * rank * 25",
        reason="First-order perturbation: an eigenvalue moves by Ȧ between its left and "
        "its right eigenvector.",
        where=(("V", "eigenvectors(A)"),),
    )


_THIN = (
    ("V", "W.T"),
    ("S", "diagonal(s)"),
    ("F", "one_over_gaps(s ** 2)"),
)


def _svd(equation: Equation) -> Rule | None:
    rows, columns = equation.in_avals[0].shape[-2:]
    params = equation.params
    if params.get("subset_by_index") is not None:
        return None
    cost = "size(A) * rank * 21"
    reason = (
        "First-order perturbation: a singular value moves by uᵀ·Ȧ·v, and its vectors "
        "turn towards the others, faster the closer the values are; W is Vᵀ."
    )
    if not params["compute_uv"]:
        return _of_matrix(
            equation,
            ("s",),
            ("singular_values(A)",),
            ("diagonal_part(U.T @ Ȧ @ W.T)",),
            "U @ diagonal(s̄) @ W",
            cost=cost,
            reason="First-order perturbation: a singular value moves by uᵀ·Ȧ·v; W is Vᵀ.",
            where=(("U", "singular_left(A)"), ("W", "singular_right(A)")),
        )
    if params["full_matrices"] and rows != columns:
        return None
    u_moved, w_moved = "U @ (F * (M @ S + S @ M.T))", "(V @ (F * (S @ M + M.T @ S))).T"
    sent = "U @ (diagonal(s̄) + G) @ W"
    if rows > columns:
        u_moved += " + (Ȧ @ V - U @ (U.T @ Ȧ @ V)) @ inv(S)"
        sent += " + (Ū - U @ (U.T @ Ū)) @ inv(S) @ W"
    if columns > rows:
        w_moved += " + ((Ȧ.T @ U - V @ (W @ Ȧ.T @ U)) @ inv(S)).T"
        sent += " + U @ inv(S) @ (W̄ - (W̄ @ V) @ W)"
    return _of_matrix(
        equation,
        ("s", "U", "W"),
        ("singular_values(A)", "singular_left(A)", "singular_right(A)"),
        ("diagonal_part(M)", u_moved, w_moved),
        sent,
        cost=cost,
        reason=reason,
        source=f"JAX's rule; {_GILES}",
        where=(
            *_THIN,
            ("M", "U.T @ Ȧ @ V"),
            ("K", "F * (U.T @ Ū)"),
            ("H", "F * (V.T @ W̄.T)"),
            ("G", "(K + K.T) @ S + S @ (H + H.T)"),
        ),
    )


def _triangular_solve(equation: Equation) -> Rule:
    params = equation.params
    side = "lower" if params["lower"] else "upper"
    strict = f"strictly_{side}" if params["unit_diagonal"] else side
    whole = f"unit_{side}" if params["unit_diagonal"] else side
    is_turned, is_left = params["transpose_a"], params["left_side"]
    inverse, back = ("inv(T).T", "inv(T)") if is_turned else ("inv(T)", "inv(T).T")
    moved = f"{strict}(Ȧ).T" if is_turned else f"{strict}(Ȧ)"
    if is_left:
        value, jvp = f"{inverse} @ B", f"{inverse} @ (Ḃ - {moved} @ X)"
        by_b = f"{back} @ X̄"
        by_a = f"X @ ({by_b}).T" if is_turned else f"{by_b} @ X.T"
    else:
        value, jvp = f"B @ {inverse}", f"(Ḃ - X @ {moved}) @ {inverse}"
        by_b = f"X̄ @ {back}"
        by_a = f"({by_b}).T @ X" if is_turned else f"X.T @ {by_b}"
    n = equation.in_avals[0].shape[-1]
    return Rule(
        equation,
        ("A", "B"),
        ("X",),
        (value,),
        (jvp,),
        (f"-{strict}({by_a})", by_b),
        (_whole(equation), BLOCK),
        cost="size(B) * n",
        reason="The solution is a matrix product with T⁻¹, whose derivative is "
        "−T⁻¹·Ṫ·T⁻¹; only the triangle that is read receives anything.",
        source=_GILES,
        given={"n": n},
        where=(("T", f"{whole}(A)"),),
    )


def _tridiagonal_solve(equation: Equation) -> Rule:
    moved = "tridiagonal(ȧ, ḋ, ċ)"
    back = "inv(T).T @ X̄"
    return Rule(
        equation,
        ("a", "d", "c", "B"),
        ("X",),
        ("inv(T) @ B",),
        (f"inv(T) @ (Ḃ - {moved} @ X)",),
        (
            f"-band({back} @ X.T, -1)",
            f"-band({back} @ X.T, 0)",
            f"-band({back} @ X.T, 1)",
            back,
        ),
        (_whole_rank(equation),) * 3 + (BLOCK,),
        cost="8 * size(B)",
        reason="As for any linear system, of which the three diagonals alone vary.",
        source=_GILES,
        where=(("T", "tridiagonal(a, d, c)"),),
    )


def _whole_rank(equation: Equation) -> Structure:
    return DENSE if len(equation.in_avals[0].shape) == 1 else BLOCK


def _linear_solve(equation: Equation) -> Rule | None:
    """Return the rule of a solver of `A x = b` that multiplies by a matrix it is given."""
    if not _is_by_matrix(equation):
        return None
    n = len(equation.in_avals)
    is_vector = len(equation.in_avals[-1].shape) == 1
    others = tuple(f"c{k}" for k in range(1, n - 1))
    b, x = ("b", "x") if is_vector else ("B", "X")
    # Of several systems, each row of B is a right side and each row of X a solution.
    if is_vector:
        value, jvp = "inv(A) @ b", "inv(A) @ (ḃ - Ȧ @ x)"
        by_a, by_b = "-outer(inv(A).T @ x̄, x)", "inv(A).T @ x̄"
    else:
        value, jvp = "B @ inv(A).T", "(Ḃ - X @ Ȧ.T) @ inv(A).T"
        by_a, by_b = "-(X̄ @ inv(A)).T @ X", "X̄ @ inv(A)"
    return Rule(
        equation,
        ("A", *others, b),
        (x,),
        (value,),
        (jvp,),
        (by_a, *[None] * (n - 2), by_b),
        (DENSE, *[ZERO] * (n - 2), DENSE if is_vector else BLOCK),
        cost=f"2 * size({b}) * n",
        reason="A·x = b is differentiated: A·ẋ = ḃ − Ȧ·x; backward, the transposed "
        "system is solved, whatever the solver is.",
        source=f"JAX's rule; {_GILES}",
        given={"n": equation.in_avals[0].shape[-1]},
    )


def _is_by_matrix(equation: Equation) -> bool:
    """Return whether the first operand is the matrix of the system, as it stands."""
    lengths, jaxprs = equation.params["const_lengths"], equation.params["jaxprs"]
    rank, b_rank = (len(equation.in_avals[i].shape) for i in (0, -1))
    if lengths.matvec != 1 or jaxprs.transpose_solve is None:
        return False
    product = jaxprs.matvec.jaxpr
    uses = [eqn for eqn in product.eqns if eqn.primitive.name == "dot_general"]
    if len(uses) != 1 or rank != 2 or b_rank not in (1, 2):
        return False
    (contracted, batch) = uses[0].params["dimension_numbers"]
    is_plain = not batch[0] and list(contracted[0]) == [1]
    is_each = list(contracted[1]) == [b_rank - 1]
    return is_plain and is_each and uses[0].invars[0] is product.invars[0]


MATRICES: dict[str, RuleMaker] = {
    "cholesky": real(_cholesky),
    "custom_linear_solve": real(_linear_solve),
    "eig": _eig,
    "eigh": real(_eigh),
    "lu": real(_lu),
    "qr": real(_qr),
    "svd": real(_svd),
    "triangular_solve": real(_triangular_solve),
    "tridiagonal_solve": real(_tridiagonal_solve),
}
