"""Targets: how a file and a function are found and imported."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import LOSS, Run


def graph(run: Run, *args: str, **sources: str) -> dict[str, object]:
    """Return the JSON of a target's graph."""
    done = run("show", *args, "--json", "--no-values", **sources)
    assert done.status == 0, done
    assert done.files == set()
    return json.loads(done.out)


def test_module_and_file_name_the_same_function(run: Run) -> None:
    """A dotted name is looked up from the current folder, as `python -m` does."""
    by_file = graph(run, "model.py:loss")
    by_module = graph(run, "model:loss")

    assert by_file["nodes"] == by_module["nodes"]


def test_dotted_function(run: Run) -> None:
    """Attributes of objects and classes can be named."""
    source = (
        "class Model:\n    @staticmethod\n    def loss(x):\n        return x * 2\n"
        "example_args = (1.0,)\n"
    )

    found = graph(run, "m.py:Model.loss", m=source)

    assert found["function"] == "Model.loss"


def test_bound_method_and_partial(run: Run) -> None:
    """Anything callable that is not a class is a function."""
    source = (
        "import functools\nclass Model:\n    def loss(self, x):\n        return x * 2\n"
        "model = Model()\nhalf = functools.partial(lambda a, x: a * x, 0.5)\n"
        "example_args = (1.0,)\n"
    )

    assert graph(run, "m.py:model.loss", m=source)["function"] == "model.loss"
    assert graph(run, "m.py:half", m=source)["function"] == "half"


def test_neighbours_can_be_imported(run: Run) -> None:
    """The target's folder is searched first, as for a script."""
    graph(run, "m.py:loss", m="from model import example_args, loss\n")


def test_relative_imports_inside_a_package(run: Run, folder: Path) -> None:
    """A file in a package is imported as a part of it."""
    package = folder / "pkg" / "sub"
    package.mkdir(parents=True)
    (folder / "pkg" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (folder / "pkg" / "base.py").write_text(LOSS)
    (package / "m.py").write_text("from ..base import example_args, loss\n")
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode

    try:
        by_file = graph(run, "pkg/sub/m.py:loss")
        by_module = graph(run, "pkg.sub.m:loss")
    finally:
        sys.dont_write_bytecode = before

    assert by_file["nodes"] == by_module["nodes"]


def test_file_named_like_a_module_does_not_replace_it(run: Run) -> None:
    """A target called `json.py` is imported, and `json` stays what it was."""
    found = graph(run, "json.py:loss", json=LOSS)

    assert found["function"] == "loss"
    assert sys.modules["json"] is json


def test_dataclasses_in_the_target_work(run: Run) -> None:
    """The module can be found by its name while it is being run."""
    source = (
        "from __future__ import annotations\nimport dataclasses, typing\n"
        "@dataclasses.dataclass\nclass A:\n    x: typing.ClassVar[int] = 1\n"
        "def f(x):\n    return x * A.x\nexample_args = (1.0,)\n"
    )

    graph(run, "m.py:f", m=source)


def test_file_with_a_strange_name(run: Run, folder: Path) -> None:
    """A file's name need not be one that Python could import."""
    (folder / "2-my.model.py").write_text(LOSS)

    graph(run, "2-my.model.py:loss")


@pytest.mark.parametrize(
    "offered",
    [
        "example_args = (1.0,)",
        "def example_args():\n    return (1.0,)",
        "example_args = {'f': (1.0,), 'g': (1, 2)}",
        "example_args = {'f': lambda: (1.0,)}",
        "def example_args():\n    return {'f': (1.0,)}",
        "f.example_args = (1.0,)\nexample_args = (1, 2, 3)",
    ],
)
def test_ways_to_offer_arguments(run: Run, offered: str) -> None:
    """A tuple or a function that returns one, for the module or for one function."""
    found = graph(run, "m.py:f", m=f"def f(x):\n    return x * 2\n{offered}\n")

    assert found["inputs"] == ["in0"]


def test_dict_without_the_function_offers_nothing(run: Run) -> None:
    """Arguments for another function are not used."""
    source = "def f(x):\n    return x\nexample_args = {'g': (1.0,)}\n"

    done = run("show", "m.py:f", m=source)

    assert done.status == 2
    assert "`f(x)` needs arguments" in done.err


def test_function_without_parameters_needs_no_arguments(run: Run) -> None:
    """There is nothing to give."""
    source = "import jax.numpy as jnp\ndef f():\n    return jnp.sin(1.0)\n"

    found = graph(run, "m.py:f", m=source)

    assert found["inputs"] == []


@pytest.mark.parametrize(
    ("expression", "n_inputs"),
    [("ONE", 1), ("(ONE, 2 * ONE)", 2), ("jnp.ones(3)", 1), ("{'a': 1., 'b': 2.}", 2)],
)
def test_args_is_an_expression_of_the_module(
    run: Run, expression: str, n_inputs: int
) -> None:
    """A tuple gives several arguments, anything else gives one."""
    source = "ONE = 1.0\ndef f(*xs):\n    return xs\n"

    found = graph(run, "m.py:f", "--args", expression, m=source)

    assert len(found["inputs"]) == n_inputs  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("static", ["1", "mode", "-1"])
def test_static_arguments_are_not_traced(run: Run, static: str) -> None:
    """By position or by name; they need not be hashable."""
    source = (
        "def f(x, mode):\n    return x * 2 if mode == ['double'] else x\n"
        "example_args = (1.0, ['double'])\n"
    )

    found = graph(run, "m.py:f", "--static", static, m=source)

    assert found["inputs"] == ["in0"]
    assert "mul" in str(found["nodes"])


def test_x64_enables_wide_types_for_this_run_only(run: Run) -> None:
    """`--x64` also holds while the module is imported."""
    source = (
        "import jax.numpy as jnp\nexample_args = (jnp.ones(2, 'float64'),)\n"
        "def f(x):\n    return x\n"
    )

    found = graph(run, "m.py:f", "--x64", m=source)

    assert found["x64"] is True
    assert "f64[2]" in str(found["nodes"])


def test_another_package_of_the_same_name_is_reported(run: Run, folder: Path) -> None:
    """A file's own package must be the one that is imported."""
    (folder / "click").mkdir()
    (folder / "click" / "__init__.py").touch()
    (folder / "click" / "core.py").write_text(LOSS)

    done = run("show", "click/core.py:loss")

    assert done.status == 2
    assert "another package of that name" in done.err


def test_missing_package_inside_a_module_is_not_a_missing_module(run: Run) -> None:
    """The module is there; what it imports is not."""
    done = run("show", "m:f", m="import no_such_thing\n")

    assert done.status == 2
    assert "m.py:1: ModuleNotFoundError: No module named 'no_such_thing'" in done.err


def test_functions_that_take_anything_have_no_names_to_check(run: Run) -> None:
    """With `**kwargs`, or without a signature, a static name cannot be wrong."""
    source = "def f(x, **kwargs):\n    return x\nexample_args = (1.0,)\n"

    assert graph(run, "m.py:f", "--static", "mode", m=source)["inputs"] == ["in0"]


def test_function_without_a_signature_says_so(run: Run) -> None:
    """The error shows what is known."""
    source = "import operator\nf = operator.itemgetter(0)\n"

    done = run("show", "m.py:f", m=source)

    assert done.status == 2
    assert "`f(...)` needs arguments" in done.err or "`f(obj" in done.err
