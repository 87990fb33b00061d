"""Primitives that JAX differentiates and that have no entry, and why."""

from __future__ import annotations

_REGION = "a region: each equation inside has a rule of its own"
_COLLECTIVE = "it needs the values of all devices, and an equation sees those of one"
_OWN_FUNCTION = "its derivative is that of a function that is given to it"
_STATE = "it reads or writes a mutable array, whose cotangent is kept outside"
_RANDOM = "random bits and keys do not vary smoothly"
_PLACEMENT = (
    "it moves an array between devices or fixes its layout, and changes no value"
)

WITHOUT: dict[str, str] = {
    **dict.fromkeys(
        (
            *("call_hi_primitive", "composite", "cond", "custom_jvp_call"),
            *("custom_vjp_call", "jit", "remat2", "scan", "shard_map", "while"),
            *("closed_call", "core_call", "eval_jaxpr", "run_state"),
        ),
        _REGION,
    ),
    **dict.fromkeys(
        (
            *("all_gather", "all_gather_invariant", "all_gather_reduced", "all_to_all"),
            *("pbroadcast", "ppermute", "preduced", "psum", "psum_invariant", "pvary"),
            *("ragged_all_to_all", "reduce_scatter", "unreduced_psum"),
            *("unreduced_reduce_scatter", "reduced_vary_cast_p", "pmax", "pmin"),
            "vary_unreduced_cast_p",
        ),
        _COLLECTIVE,
    ),
    **dict.fromkeys(
        (
            *("custom_vmap_call", "ffi_call", "io_callback", "linear_call", "reduce"),
            *("pure_callback", "reduce_window", "debug_callback", "debug_print"),
        ),
        _OWN_FUNCTION,
    ),
    **dict.fromkeys(
        (
            *("accum_grad_in_ref", "addupdate", "box_get", "box_set", "empty_ref"),
            *("free_ref", "freeze", "get", "log_extend", "log_read", "new_box"),
            *("new_log", "new_ref", "swap"),
        ),
        _STATE,
    ),
    **dict.fromkeys(
        (
            *("random_bits", "random_fold_in", "random_seed", "random_split"),
            *("random_unwrap", "random_wrap"),
        ),
        _RANDOM,
    ),
    **dict.fromkeys(
        (
            *("device_put", "inspect_sharding", "layout_constraint", "reshard"),
            "sharding_constraint",
        ),
        _PLACEMENT,
    ),
    "approx_top_k": "which elements it finds is not promised",
    "ragged_dot_general": "its groups depend on values, and no formula is short",
    "schur": "JAX defines no derivative",
    "zeta": "JAX defines no derivative",
}
