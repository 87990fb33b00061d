"""Test that equations are located in the user's source."""

from __future__ import annotations

import functools
import inspect
import linecache
import pathlib
import sys
import types
from typing import Any

import equinox as eqx
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from graphstep._jaxcompat import JaxprEqn
from graphstep.tracing._ownership import UserCode, user_code
from graphstep.tracing._source import SourceLocation, source_line, source_location


def equations(fn: Any, *args: Any) -> list[JaxprEqn]:
    return jax.make_jaxpr(fn)(*args).jaxpr.eqns


def locations(fn: Any, *args: Any) -> list[SourceLocation | None]:
    return [source_location(eqn.source_info) for eqn in equations(fn, *args)]


def located(fn: Any, *args: Any) -> SourceLocation:
    """Return where the last equation of `fn` was made."""
    location = locations(fn, *args)[-1]
    assert location is not None
    return location


def expression(location: SourceLocation) -> str:
    """Return the source text that a location on one line points at."""
    text = linecache.getline(location.file, location.line)
    return text[location.column : location.end_column]


def module_from(path: pathlib.Path, text: str) -> types.ModuleType:
    """Return the module that a file with this text defines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    module = types.ModuleType(path.stem)
    exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102
    return module


def helper(x: jax.Array) -> jax.Array:
    return jnp.tanh(x)


def caller(x: jax.Array) -> jax.Array:
    return helper(x) + 1


def test_location_is_the_expression_that_made_the_equation() -> None:
    """File, line, columns and function are those of the user's expression."""
    location = located(helper, 1.0)

    assert location.file == __file__
    assert location.line == inspect.getsourcelines(helper)[1] + 1
    assert location.line == location.end_line
    assert location.function == "helper"
    assert expression(location) == "jnp.tanh(x)"
    assert str(location) == f"{__file__}:{location.line}"
    assert source_line(location).strip() == "return jnp.tanh(x)"


def test_frames_are_the_users_calls_innermost_first() -> None:
    """A helper's expression comes first, then the call in its caller."""
    tanh, add = locations(caller, 1.0)

    assert tanh is not None
    assert add is not None
    assert [frame.function for frame in tanh.frames] == ["helper", "caller"]
    assert [frame.function for frame in add.frames] == ["caller"]
    assert (tanh.frames[0].line, tanh.frames[0].column) == (tanh.line, tanh.column)


def test_stack_keeps_the_frames_of_libraries() -> None:
    """The whole stack is there for those who ask for it."""
    location = located(helper, 1.0)

    files = [frame.file for frame in location.stack]
    assert any("jax" in file for file in files)
    assert files[-1] == __file__
    assert {frame.file for frame in location.frames} == {__file__}


def test_stack_of_a_location_without_raw_frames_is_its_frames() -> None:
    location = located(helper, 1.0)
    bare = SourceLocation("f.py", 1, 0, 1, 5, "f", frames=location.frames)

    assert bare.stack == location.frames


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (lambda x: x @ x, "x @ x"),
        (lambda x: -x, "-x"),
        (lambda x: x[0], "x[0]"),
        (lambda x: x[0:1], "x[0:1]"),
        (lambda x: x.T, "x.T"),
        (lambda x: x.sum(), "x.sum()"),
        (lambda x: x > 0, "x > 0"),
        (lambda x: x.at[0].set(1), "x.at[0].set(1)"),
        (lambda x: [jnp.sin(row) for row in x], "jnp.sin(row)"),
    ],
)
def test_location_spans_every_kind_of_expression(fn: Any, expected: str) -> None:
    """Operators, indexing, attributes, methods and comprehensions have their text."""
    assert expression(located(fn, jnp.ones((2, 2)))) == expected


def test_columns_count_characters_not_bytes(tmp_path: pathlib.Path) -> None:
    """Text that is not ASCII before an expression does not shift its columns."""
    text = (
        "import jax.numpy as jnp\n"
        "def f(x):\n"
        "    é, 変数 = 'äöü', 1; y = jnp.sin(x)\n"
        "    return y\n"
    )
    module = module_from(tmp_path / "unicode.py", text)

    location = located(module.f, 1.0)

    assert location.column == text.splitlines()[2].index("jnp.sin")
    assert expression(location) == "jnp.sin(x)"


def test_expression_over_several_lines_has_its_end() -> None:
    def fn(x: jax.Array) -> jax.Array:
        return jnp.where(
            x > 0,
            x,
            0.0,
        )

    location = located(fn, 1.0)

    assert location.end_line == location.line + 4


def test_equations_of_jit_bodies_are_located_in_the_body() -> None:
    @jax.jit
    def inner(x: jax.Array) -> jax.Array:
        return jnp.cos(x)

    (call,) = equations(inner, 1.0)
    (cos,) = call.params["jaxpr"].jaxpr.eqns

    location = source_location(cos.source_info)
    assert location is not None
    assert expression(location) == "jnp.cos(x)"


def test_functions_that_jax_compiles_itself_have_no_location_inside() -> None:
    """Nothing but JAX is on the stack inside `jnp.linalg.norm`."""
    call, _ = equations(lambda x: jnp.linalg.norm(x) + 1, jnp.ones(3))

    inside = call.params["jaxpr"].jaxpr.eqns

    assert {source_location(eqn.source_info) for eqn in inside} == {None}
    assert source_location(call.source_info) is not None


def test_equation_without_traceback_has_no_location() -> None:
    bare = types.SimpleNamespace(traceback=None)

    assert source_location(bare) is None


def test_frames_of_flax_are_skipped() -> None:
    """An equation inside `nn.Dense` belongs to the line that calls the layer."""

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x: jax.Array) -> jax.Array:
            return nn.Dense(2)(x)

    net = Net()
    params = net.init(jax.random.key(0), jnp.ones(3))

    found = locations(net.apply, params, jnp.ones(3))

    assert all(location is not None for location in found)
    assert {expression(location) for location in found if location} == {
        "nn.Dense(2)(x)"
    }


def test_frames_of_equinox_and_optax_are_skipped() -> None:
    mlp = eqx.nn.MLP(2, 2, 3, 1, key=jax.random.key(0))

    def loss(x: jax.Array) -> jax.Array:
        logits = mlp(x)
        return optax.softmax_cross_entropy(logits, x)

    found = locations(loss, jnp.ones(2))

    assert {location.file for location in found if location} == {__file__}
    assert {expression(location) for location in found if location} == {
        "mlp(x)",
        "optax.softmax_cross_entropy(logits, x)",
    }


def test_library_traced_directly_is_located_in_the_library() -> None:
    """Without a user's frame the innermost frame that is not JAX's counts."""
    linear = eqx.nn.Linear(2, 2, key=jax.random.key(0))

    location = located(linear, jnp.ones(2))

    assert "equinox" in location.file
    assert len(location.frames) == 1


def test_installed_package_is_the_users_when_they_trace_it(
    tmp_path: pathlib.Path,
) -> None:
    """The package of the traced function counts as user code wherever it lies."""
    packages = tmp_path / "site-packages"
    text = "import jax.numpy as jnp\ndef f(x):\n    return jnp.sin(x)\n"
    module = module_from(packages / "mine" / "model.py", text)
    other = module_from(packages / "theirs" / "model.py", text)
    (eqn,) = equations(module.f, 1.0)
    user = user_code(module.f)

    location = source_location(eqn.source_info, user)

    assert location is not None
    assert location.file == str(packages / "mine" / "model.py")
    assert user.owner(str(packages / "mine" / "deep" / "layer.py")) == "user"
    assert user.owner(other.f.__code__.co_filename) == "library"


def test_installed_module_of_one_file_is_the_users_alone(
    tmp_path: pathlib.Path,
) -> None:
    packages = tmp_path / "site-packages"
    module = module_from(packages / "single.py", "def f(x):\n    return x\n")

    user = user_code(functools.partial(module.f))

    assert user.roots == (str(packages / "single.py"),)
    assert user.owner(str(packages / "single.py")) == "user"
    assert user.owner(str(packages / "single_other.py")) == "library"


@pytest.mark.parametrize(
    "fn",
    [jnp.sin, jnp.linalg.norm, jax.nn.relu, optax.l2_loss, max, helper, nn.Dense.apply],
)
def test_frameworks_do_not_become_user_code(fn: Any) -> None:
    """Tracing a framework's function does not open the framework's frames."""
    assert user_code(fn) == UserCode()


def test_method_that_a_users_class_inherits_is_not_the_frameworks() -> None:
    """`model.apply` is flax's code, and the model the user's."""

    class Net(nn.Module):
        def __call__(self, x: jax.Array) -> jax.Array:
            return x

    assert user_code(Net().apply) == UserCode()


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        (__file__, "user"),
        ("<stdin>", "user"),
        ("<ipython-input-3-0123456789ab>", "user"),
        ("<python-input-0>", "user"),
        ("<string>", "user"),
        ("<frozen importlib._bootstrap>", "library"),
        ("<attrs generated init x.Y>", "library"),
        (jax.__file__, "jax"),
        (np.__file__, "library"),
        (inspect.__file__, "library"),
        ("/home/me/.venv/lib/python3.12/site-packages/pkg/mod.py", "library"),
        ("/usr/lib/python3/dist-packages/pkg/mod.py", "library"),
        ("C:\\venv\\Lib\\site-packages\\pkg\\mod.py", "library"),
        ("/home/me/site-packages.py", "user"),
        (sys.modules["graphstep.tracing._source"].__file__, "graphstep"),
    ],
)
def test_owner_of_files(file: str, owner: str) -> None:
    assert UserCode().owner(file) == owner


def test_code_of_exec_is_located_by_line_only() -> None:
    """`exec` code is the user's, though its text is nowhere."""
    namespace: dict[str, Any] = {"jnp": jnp}
    exec("def f(x):\n    return jnp.sin(x)\n", namespace)  # noqa: S102

    location = located(namespace["f"], 1.0)

    assert (location.file, location.line) == ("<string>", 2)
    assert source_line(location) == ""


def test_backward_equations_are_located_at_the_forward_expression() -> None:
    found = locations(jax.grad(helper), 1.0)

    assert {expression(location) for location in found if location} == {"jnp.tanh(x)"}


def test_recursive_wrapper_does_not_hang() -> None:
    """A function that claims to wrap itself is looked at once."""

    def fn(x: jax.Array) -> jax.Array:
        return x

    fn.__wrapped__ = fn  # type: ignore[attr-defined]

    assert user_code(fn) == UserCode()
