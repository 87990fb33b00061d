"""What kind of operation a node is, for shapes and colours."""

from __future__ import annotations

KINDS = (
    "input",
    "const",
    "output",
    "binder",
    "elementwise",
    "linear",
    "shape",
    "index",
    "reduction",
    "random",
    "control",
    "rule",
    "effect",
    "other",
)

# Operand order does not change their result, so their edges need no numbers.
COMMUTATIVE = frozenset(
    {"add", "add_any", "and", "eq", "max", "min", "mul", "ne", "or", "xor"}
)

_BY_KIND = {
    "elementwise": """
        abs acos acosh add add_any and asin asinh atan atan2 atanh bessel_i0e
        bessel_i1e cbrt ceil clamp clz complex conj convert_element_type copy copy_p
        cos cosh digamma div eq erf erf_inv erfc exp exp2 expm1 floor ge gt igamma
        igamma_grad_a igammac imag integer_pow is_finite le lgamma log log1p logistic
        lt max min mul ne neg nextafter not or polygamma population_count pow real
        reduce_precision regularized_incomplete_beta rem round rsqrt select_and_gather
        select_n shift_left shift_right_arithmetic shift_right_logical sign sin sinh
        sqrt square stop_gradient sub tan tanh xor zeta
    """,
    "linear": """
        cholesky cholesky_update conv_general_dilated dot_general eig eigh fft geqrf
        householder_product linear_solve lu lu_pivots_to_permutation qr ragged_dot
        ragged_dot_general schur svd sylvester symmetric_product triangular_solve
        tridiagonal tridiagonal_solve
    """,
    "shape": """
        bitcast_convert_type broadcast broadcast_in_dim concatenate expand_dims iota
        layout_constraint mesh_cast pad pvary reshape reshard rev
        sharding_constraint split squeeze tile transpose
    """,
    "index": """
        dynamic_slice dynamic_update_slice gather scatter scatter_add scatter_max
        scatter_min scatter_mul scatter_sub slice sort top_k approx_top_k
    """,
    "reduction": """
        argmax argmin cumlogsumexp cummax cummin cumprod cumsum reduce reduce_and
        reduce_max reduce_min reduce_or reduce_prod reduce_sum reduce_window
        reduce_window_max reduce_window_min reduce_window_sum reduce_xor
        select_and_scatter select_and_scatter_add psum pmax pmin psum_invariant
        all_gather all_to_all psum_scatter reduce_scatter ppermute
    """,
    "random": """
        random_bits random_clone random_fold_in random_gamma random_gamma_grad
        random_seed random_split random_unwrap random_wrap rng_bit_generator
        rng_uniform threefry2x32
    """,
    "control": "scan while cond shard_map",
    "rule": "custom_jvp_call custom_vjp_call custom_vjp_call_jaxpr",
    "effect": """
        debug_callback debug_print io_callback pure_callback ref_get ref_set get swap
        addupdate run_state new_ref
    """,
}
_KIND_OF_PRIMITIVE = {
    primitive: kind for kind, names in _BY_KIND.items() for primitive in names.split()
}


def kind_of_node(role: str, primitive: str) -> str:
    """Return one of `KINDS` for a node of the flat graph."""
    if role != "eqn":
        return role
    return _KIND_OF_PRIMITIVE.get(primitive.replace("-", "_"), "other")
