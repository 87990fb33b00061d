"""`graphstep modes` says what forward and reverse mode cost."""

from __future__ import annotations

import json
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from tests.cli.conftest import Run

WHILE = """
import jax
import jax.numpy as jnp

def f(x):
    return jax.lax.while_loop(lambda c: jnp.sum(c) < 9.0, lambda c: c * c + 1.0, x)

def count(n):
    return n + 1

def prints(x):
    jax.debug.print("{}", x)
    return jnp.sin(x)

example_args = {"f": (jnp.ones(3),), "count": (jnp.arange(3),), "prints": (1.0,)}
"""


def test_the_table_and_the_residuals_are_printed(run: Run) -> None:
    """Without times: sizes, passes, operations, and who made and wants what is stored."""
    done = run("modes", "model.py:loss", "--no-measure")

    assert done.status == 0
    assert done.err == ""
    lines = done.out.splitlines()
    assert lines[0] == "loss  model.py"
    assert lines[1].startswith("m = 1 output, n = 18 inputs: reverse mode (jax.grad or")
    start = next(i for i, line in enumerate(lines) if line.startswith("mode "))
    cells = [line.split() for line in lines[start + 1 : start + 11]]
    table = {name: rest for name, *rest in cells}
    assert table["jacfwd"][0] == "18"
    assert table["jacrev"][0] == "1"
    assert table["jacrev(jacfwd)"][0] == "324"
    (tanh,) = [line for line in lines if "h, from tanh" in line]
    assert tanh.split()[:3] == ["f32[2,4]", "32", "B"]
    assert "model.py:6" in tanh
    assert "mul" in tanh
    assert "bytes alive along the passes" in done.out


def test_times_are_measured(run: Run) -> None:
    """Every mode has a time, and the function's own is the unit."""
    done = run("modes", "model.py:loss", "--json", "--seconds", "60")

    found: Any = json.loads(done.out)
    assert found["value"]["seconds"] > 0
    assert all(mode["seconds"] > 0 and mode["runs"] > 1 for mode in found["modes"])


def test_json_has_every_number(run: Run) -> None:
    """Residuals and the memory along the passes are there in bytes."""
    done = run("modes", "model.py:loss", "--json", "--no-measure")

    found: Any = json.loads(done.out)
    assert found["format"] == "graphstep-modes"
    assert (found["n"], found["m"]) == (18, 1)
    assert found["stored"] == sum(
        each["nbytes"] for each in found["residuals"] if not each["is_argument"]
    )
    last = [each for each in found["memory"] if each["direction"] == "forward"][-1]
    assert last["residuals"] == found["stored"]
    assert all(mode["seconds"] is None for mode in found["modes"])


@pytest.mark.parametrize("columns", ["40", "120"])
@pytest.mark.parametrize("options", [(), ("--jaxprs",)])
def test_nothing_is_wider_than_the_terminal(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    columns: str,
    options: tuple[str, ...],
) -> None:
    """Columns that matter less are left out, and sentences are broken."""
    monkeypatch.setenv("COLUMNS", columns)

    done = run("modes", "model.py:loss", "--no-measure", *options)

    assert done.status == 0
    assert max(map(len, done.out.splitlines())) <= int(columns)


def test_what_jax_refuses_is_a_note(run: Run) -> None:
    """Through a `while` loop there is forward mode alone."""
    done = run("modes", "loop.py:f", "--no-measure", loop=WHILE)

    assert done.status == 0
    assert "jacrev: Reverse-mode differentiation does not work" in done.out
    assert "JAX cannot differentiate this in reverse" in done.out
    assert "the body of a while loop is counted once" in done.out


def test_effects_are_not_repeated(run: Run) -> None:
    """What prints is not run to be timed."""
    done = run("modes", "loop.py:prints", loop=WHILE)

    assert done.status == 0
    assert done.err == ""
    assert "it has effects" in " ".join(done.out.split())


def test_types_alone_are_not_measured(run: Run) -> None:
    """A prediction needs no values."""
    done = run(
        "modes",
        "model.py:loss",
        "--no-measure",
        "--spec",
        "f32[2,3]",
        "--spec",
        "f32[3,4]",
    )

    assert done.status == 0
    assert "n = 18 inputs" in done.out


def test_jaxprs_are_linked_by_node_ids(run: Run) -> None:
    """A line of each program names the node that it comes from."""
    done = run("modes", "model.py:loss", "--jaxprs", "--json")

    found: Any = json.loads(done.out)
    primal, linearised, transposed = found["programs"]
    titles = [each["title"] for each in found["programs"]]
    assert titles == ["primal", "linearised", "transposed"]
    for program in (primal, linearised, transposed):
        nodes = {line["node"] for line in program["lines"]}
        assert {"0", "1", "2", "3"} <= nodes
    tanh = [line["text"] for line in linearised["lines"] if line["node"] == "1"]
    assert any("tanh" in text for text in tanh)
    assert any("mul" in text for text in tanh)


def test_transformations_are_counted(run: Run) -> None:
    """The counts are those of the jaxprs that JAX itself makes."""
    done = run("modes", "model.py:loss", "--jaxprs", "--json")

    found: Any = json.loads(done.out)
    counts = {each["name"]: each["equations"] for each in found["transforms"]}

    def loss(x: jax.Array, w: jax.Array) -> jax.Array:
        h = jnp.tanh(x @ w)
        return jnp.sum(h * h)

    args = jnp.ones((2, 3)), jnp.ones((3, 4))
    gradient = jax.make_jaxpr(jax.grad(loss, argnums=(0, 1)))(*args)
    assert counts[""] == len(jax.make_jaxpr(loss)(*args).eqns)
    assert counts["grad"] == len(gradient.eqns)
    assert counts["jit"] == counts["checkpoint"] == counts[""] + 1


def test_a_transformed_program_is_a_target_like_any_other(run: Run) -> None:
    """`--transform` is an option of all commands that take a target."""
    shown = run("show", "model.py:loss", "--no-values", "--transform", "grad")
    drawn = run(
        "export",
        "model.py:loss",
        "--transform",
        "grad",
        "-o",
        "g.dot",
        "--expand",
        "all",
    )

    assert shown.status == drawn.status == 0
    assert "transpose(jvp())" in shown.out
    assert drawn.files == {"g.dot"}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("model.py:loss", "--seconds", "0"), "0.0 is not in the range"),
        (("model.py:loss", "--seconds", "soon"), "'soon' is not a valid float"),
        (("model.py:loss", "--experiment"), "leave out `model.py:loss`"),
        (("loop.py:count",), "no input that is differentiated of floats"),
        (("model.py:loss", "--transform", "pmap"), "'pmap' is not one of 'grad'"),
        (("model.py:loss", "--argnums", "7"), "argnums names positional argument 7"),
        (("loop.py:f", "--transform", "grad"), "jax.grad needs one scalar output"),
        ((), "Missing argument 'TARGET'"),
    ],
)
def test_bad_requests_are_one_line(run: Run, args: tuple[str, ...], said: str) -> None:
    """What was wrong is said on stderr, and nothing else is printed."""
    done = run("modes", *args, loop=WHILE)

    assert done.status in (1, 2)
    assert done.out == ""
    assert said in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


def test_help_says_what_it_does(run: Run) -> None:
    """Every option has a line."""
    done = run("modes", "--help")

    assert done.status == 0
    for option in ("--json", "--no-measure", "--seconds", "--jaxprs", "--experiment"):
        assert option in done.out
