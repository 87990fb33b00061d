"""How to call the functions of JAX's libraries whose primitives must have a rule."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg
import jax.scipy.special
import numpy as np

MODULES: tuple[ModuleType, ...] = (
    jax.numpy,
    jax.nn,
    jax.scipy.special,
    jax.numpy.linalg,
    jax.scipy.linalg,
)


def _numbers(*shape: int) -> Any:
    return np.random.default_rng(0).uniform(0.2, 0.8, shape).astype(np.float32)


_A, _X = _numbers(3, 3), _numbers(4)
_I = np.arange(3, dtype=np.int32)
# Tried in this order, for functions that are not named below.
_USUAL: tuple[tuple[Any, ...], ...] = (
    (_A,),
    (_A, _A),
    (_X,),
    (_X, _X),
    (_X, _X, _X),
    (_A, _A, _A),
    ([_A, _A],),
    (_A, 1),
    (_A, (1, 1)),
    (_A, 0, 1),
    (1, _X),
    (_A, _numbers(3)),
    (_A, _I),
    (_I,),
    (_I, _I),
    (_X, _X, _X, _X),
)
# How to call a function that the usual arguments do not suit, or not all of it.
_OWN: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "apply_along_axis": (lambda a: jnp.apply_along_axis(jnp.sum, 0, a), (_A,)),
    "apply_over_axes": (lambda a: jnp.apply_over_axes(jnp.sum, a, [0]), (_A,)),
    "astype": (lambda a: jnp.astype(a, np.float16), (_A,)),
    "bessel_jn": (lambda x: jax.scipy.special.bessel_jn(x, v=2), (_X,)),
    "broadcast_to": (lambda a: jnp.broadcast_to(a, (2, 3, 3)), (_A,)),
    "cho_solve": (lambda a: jax.scipy.linalg.cho_solve((a, True), a), (_A,)),
    "choose": (lambda a: jnp.choose(_I % 2, [a, a], mode="clip"), (_A,)),
    "compress": (lambda a: jnp.compress(_I > 0, a, axis=0, size=2), (_A,)),
    "einsum": (lambda a: jnp.einsum("ij,jk->ik", a, a), (_A,)),
    "eigh_tridiagonal": (
        lambda x: jax.scipy.linalg.eigh_tridiagonal(x, x[1:], eigvals_only=True),
        (_X,),
    ),
    "extract": (lambda a: jnp.extract(_A > 0, a, size=4), (_A,)),
    "fill_diagonal": (lambda a: jnp.fill_diagonal(a, 1.0, inplace=False), (_A,)),
    "funm": (lambda a: jax.scipy.linalg.funm(a, jnp.exp, disp=False), (_A,)),
    "lu_solve": (lambda a: jax.scipy.linalg.lu_solve((a, _I), a), (_A,)),
    "permute_dims": (lambda a: jnp.permute_dims(a, (1, 0)), (_A,)),
    "place": (lambda a: jnp.place(a, _A > 0, a, inplace=False), (_A,)),
    "polyfit": (lambda x: jnp.polyfit(x, x, 2), (_X,)),
    "put": (lambda a: jnp.put(a, _I, a[0], inplace=False), (_A,)),
    "put_along_axis": (
        lambda a: jnp.put_along_axis(a, _I[None], 1.0, 0, inplace=False),
        (_A,),
    ),
    "reshape": (lambda a: jnp.reshape(a, (9,)), (_A,)),
    "roots": (lambda x: jnp.roots(x, strip_zeros=False), (_X,)),
    "unique": (lambda x: jnp.unique(x, size=4), (_X,)),
    "union1d": (lambda x: jnp.union1d(x, x, size=4), (_X,)),
    "setdiff1d": (lambda x: jnp.setdiff1d(x, x, size=4), (_X,)),
    "vectorize": (jnp.vectorize(jnp.sum, signature="(n)->()"), (_A,)),
}
_NO_ARRAY = "takes no array"
_NOT_TRACED = "its result's shape depends on values, so that it cannot be traced"
_FILES = "reads or writes files or memory"
SKIPPED: dict[str, str] = {
    **dict.fromkeys(
        [
            "arange",
            "bartlett",
            "blackman",
            "broadcast_shapes",
            "dft",
            "diag_indices",
            "empty",
            "eye",
            "fromfunction",
            "fromiter",
            "frompyfunc",
            "full",
            "get_printoptions",
            "hadamard",
            "hamming",
            "hanning",
            "helmert",
            "hilbert",
            "identity",
            "indices",
            "invhilbert",
            "invpascal",
            "mask_indices",
            "ones",
            "pascal",
            "printoptions",
            "promote_types",
            "result_type",
            "set_printoptions",
            "tri",
            "tril_indices",
            "triu_indices",
            "zeros",
            "get_scaled_dot_general_config",
            "bernoulli",
            "einsum_path",
        ],
        _NO_ARRAY,
    ),
    **dict.fromkeys(
        [
            "argwhere",
            "bincount",
            "flatnonzero",
            "intersect1d",
            "nonzero",
            "setxor1d",
            "trim_zeros",
            "unique_all",
            "unique_counts",
            "unique_inverse",
            "unique_values",
        ],
        _NOT_TRACED,
    ),
    **dict.fromkeys(
        [
            "array_repr",
            "array_str",
            "from_dlpack",
            "frombuffer",
            "fromfile",
            "fromstring",
            "load",
            "save",
            "savez",
        ],
        _FILES,
    ),
    **dict.fromkeys(
        ("dsplit", "ravel_multi_index", "unpackbits", "leslie"),
        "only rearranges, or takes whole numbers",
    ),
    **dict.fromkeys(
        ("scaled_dot_general", "scaled_matmul"), "multiplies blocks on accelerators"
    ),
    "sph_harm_y": "sums a recurrence over whole numbers",
}


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the public functions of the modules that are not skipped."""
    for module in MODULES:
        for name in sorted(vars(module)):
            fn = getattr(module, name)
            is_function = callable(fn) and not inspect.isclass(fn)
            if is_function and not name.startswith("_") and name not in SKIPPED:
                yield f"{module.__name__}.{name}", fn


@functools.cache
def traced(name: str, fn: Callable[..., Any]) -> Any:
    """Return the jaxpr of a function, called with the first arguments that suit it.

    Raises:
        ValueError: If none does.
    """
    own = _OWN.get(name.rpartition(".")[2])
    if own is not None:
        return jax.make_jaxpr(own[0])(*own[1])
    for arguments in _USUAL:
        at = [i for i, value in enumerate(arguments) if not isinstance(value, int)]
        at = [i for i in at if not isinstance(arguments[i], tuple)]
        call = functools.partial(_called, fn, arguments, at)
        try:
            # What is deprecated is called all the same.
            with warnings.catch_warnings(action="ignore"):
                return jax.make_jaxpr(call)(*(arguments[i] for i in at))
        except Exception:  # noqa: BLE001, S112 -- the next arguments may suit it
            continue
    raise ValueError(f"Say in functions.py how to call {name}, or why it is skipped.")


def _called(fn: Any, arguments: tuple[Any, ...], at: list[int], *arrays: Any) -> Any:
    given = list(arguments)
    for i, array in zip(at, arrays, strict=True):
        given[i] = array
    return fn(*given)
