"""Every example runs, as a script and as a target."""

from __future__ import annotations

import functools
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import graphstep as gs

EXAMPLES = Path(__file__).parents[2] / "examples"

TARGETS = {
    "custom_rule": "loss",
    "digits_cnn": "loss",
    "digits_mlp": "loss",
    "hessian_vector_product": "hvp",
    "least_squares": "loss",
    "logdet": "logdet",
    "lstm_scan": "loss",
    "newton_while": "error",
    "softmax_naive": "loss",
    "softmax_stable": "loss",
    "sqrt_where_nan": "loss",
    "transformer": "loss",
}
# JAX has no reverse mode for `while`, so nothing to compare with.
REVERSIBLE = sorted(TARGETS.keys() - {"newton_while"})


@functools.cache
def load(name: str) -> tuple[Any, Callable[..., Any], tuple[Any, ...]]:
    """Return the example's module, its target and the target's arguments."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up while they are made.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    args = module.example_args
    return module, getattr(module, TARGETS[name]), args() if callable(args) else args


@functools.cache
def record(name: str) -> gs.Recording:
    """Return the recording of an example, made once for all tests of a worker."""
    _, target, args = load(name)
    return gs.record(target, *args)


def assert_same_tree(actual: Any, expected: Any, *, rtol: float = 1e-5) -> None:
    """Compare two pytrees; None in `actual` stands for JAX's float0 cotangents."""
    leaves = jax.tree.leaves(actual, is_leaf=lambda leaf: leaf is None)
    expected_leaves = jax.tree.leaves(expected)
    assert len(leaves) == len(expected_leaves)
    for leaf, expected_leaf in zip(leaves, expected_leaves, strict=True):
        if expected_leaf.dtype == jax.dtypes.float0:
            assert leaf is None
        else:
            finite = np.where(np.isfinite(expected_leaf), expected_leaf, 0.0)
            atol = rtol * float(np.max(np.abs(finite), initial=0.0))
            np.testing.assert_allclose(leaf, expected_leaf, rtol=rtol, atol=atol)


def test_every_example_is_tested() -> None:
    """A new example must be added to `TARGETS`."""
    names = {path.stem for path in EXAMPLES.glob("*.py")}

    assert names == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_docstring_says_how_to_open_the_target(name: str) -> None:
    """The command in the docstring names the function that is tested here."""
    module, _, _ = load(name)

    assert (
        f"\n    graphstep step examples/{name}.py:{TARGETS[name]}\n" in module.__doc__
    )


def test_import_computes_nothing() -> None:
    """Importing an example is quick: its data are made by a call, or are plain."""
    code = (
        "import runpy, sys\n"
        "for path in sys.argv[1:]: runpy.run_path(path)\n"
        "from jax._src.xla_bridge import backends_are_initialized\n"
        "sys.exit(backends_are_initialized())"
    )
    paths = [str(path) for path in sorted(EXAMPLES.glob("*.py"))]

    done = subprocess.run([sys.executable, "-c", code, *paths], check=False)

    assert done.returncode == 0


@pytest.mark.parametrize("name", TARGETS)
def test_example_runs_as_a_script(name: str, tmp_path: Path) -> None:
    """A script prints something, warns of nothing and leaves no file behind."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert len(done.stdout.splitlines()) >= 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", TARGETS)
def test_outputs_are_the_functions_own(name: str) -> None:
    """Recording an example gives what calling it gives."""
    _, target, args = load(name)

    rec = record(name)

    assert_same_tree(rec.outputs, jax.jit(target)(*args))


@pytest.mark.parametrize("name", REVERSIBLE)
def test_in_cotangents_are_those_of_jax(name: str) -> None:
    """Recording an example gives the cotangents that `jax.vjp` gives."""
    _, target, args = load(name)
    outputs, pull = jax.vjp(jax.jit(target), *args)
    expected = pull(jnp.ones_like(outputs))

    rec = record(name)

    assert_same_tree(rec.in_cotangents, expected)


def test_softmax_naive_is_nan_and_softmax_stable_is_not() -> None:
    """The pair shows what it says it shows."""
    naive, stable = record("softmax_naive"), record("softmax_stable")

    assert np.isnan(naive.outputs)
    assert np.isfinite(stable.outputs)
    assert np.all(np.isfinite(stable.in_cotangents[0]))


def test_sqrt_where_is_finite_forward_and_nan_backward() -> None:
    """The NaN is in the gradient only, and only where x is zero."""
    rec = record("sqrt_where_nan")

    assert rec.outputs == 3.0
    np.testing.assert_array_equal(np.isnan(rec.in_cotangents[0]), [False, True, False])


def test_custom_rule_clips_the_cotangent() -> None:
    """The large entries come back as the limit, the small one as it is."""
    (ct,) = record("custom_rule").in_cotangents

    np.testing.assert_allclose(ct, [3 * np.exp(-6.0), 3 * np.exp(-3.0), 1.0, 1.0], 1e-5)


def test_newton_has_a_tangent_and_no_cotangent() -> None:
    """Forward mode passes the loop; reverse mode stops at it, and says so."""
    _, target, args = load("newton_while")
    _, expected = jax.jvp(target, args, (1.0,))

    trace = gs.trace(target, *args)
    rec, forward = trace.record(), trace.record(tangents=(1.0,))

    np.testing.assert_allclose(forward.tangent("out0"), expected, rtol=1e-5)
    assert rec.in_cotangents == (None,)
    assert "while" in str(rec.cotangent("in0"))
