"""`graphstep show` prints a program as a tree or as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.cli.conftest import Run

SCAN = """
import jax
import jax.numpy as jnp

def loss(x, flag):
    def step(h, xi):
        h = jnp.tanh(h + xi)
        return h, None
    h, _ = jax.lax.scan(step, 0.0, x)
    return jax.lax.cond(flag, jnp.sin, jnp.cos, h)

example_args = (jnp.arange(5.0), True)
"""
NAN = """
import jax.numpy as jnp

def f(x):
    return jnp.sum(jnp.log(x))

example_args = (jnp.array([1.0, 0.0, -1.0]),)
"""


def reject(constant: str) -> Any:
    """Fail on what strict JSON does not have."""
    raise AssertionError(constant)


def test_tree_without_values(run: Run) -> None:
    """The graph alone is the same text in every run."""
    done = run("show", "model.py:loss", "--no-values")

    assert done.status == 0
    assert done.err == ""
    assert done.out == (
        "loss  model.py\n"
        "7 nodes, 4 equations, 0 regions\n"
        "name   primitive    type      line\n"
        "├─x    input        f32[2,3]\n"
        "├─w    input        f32[3,4]\n"
        "├─c    dot_general  f32[2,4]  :6\n"
        "├─h    tanh         f32[2,4]  :6\n"
        "├─e    mul          f32[2,4]  :7\n"
        "├─f    reduce_sum   f32[]     :7\n"
        "└─out  output       f32[]\n"
    )


def test_values_are_those_of_the_function(run: Run) -> None:
    """Scalars are written out, larger arrays as statistics."""
    done = run("show", "model.py:loss")
    expected = float(8 * math.tanh(3.0) ** 2)

    lines = {line.split()[0][2:]: line for line in done.out.splitlines()[3:10]}
    assert f"{expected:.4g}  " in lines["out"]
    assert "all 0.9951" in lines["h"]
    assert "All 14 values and cotangents are finite." in done.out


def test_regions_are_nested_and_say_how_often_they_ran(run: Run) -> None:
    """A loop's line has its iterations, a cond's the branch that was taken."""
    done = run("show", "m.py:loss", m=SCAN)

    assert "├─scan, 5 iterations, 6 nodes" in done.out
    assert "│ ├─carry0" not in done.out
    assert "├─cond, branch 1 taken, 6 nodes" in done.out
    assert "│ ├─branch 0, 2 nodes" in done.out
    assert "not taken" in done.out


def test_depth_closes_what_is_deeper(run: Run) -> None:
    """A closed region is one line."""
    done = run("show", "m.py:loss", "--depth", "0", m=SCAN)

    assert "├─▸ scan, 5 iterations, 6 nodes" in done.out
    assert "├─▸ cond, branch 1 taken, 6 nodes" in done.out
    assert "branch 0" not in done.out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(
    run: Run, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns shrink, and the last ones go, before a line breaks."""
    monkeypatch.setenv("COLUMNS", str(width))

    done = run("show", "m.py:loss", m=SCAN)

    assert max(len(line) for line in done.out.splitlines()) <= width


def test_ascii_where_the_encoding_has_no_more(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old terminal gets plain characters instead of an error."""
    monkeypatch.setattr("graphstep.cli.terminal._can_show_unicode", lambda _: False)

    done = run("show", "m.py:loss", "--depth", "0", m=SCAN)

    assert done.out.isascii()
    assert "|-+ scan" in done.out


def test_nan_is_named_by_a_word(run: Run) -> None:
    """What is not finite needs no colour to be seen."""
    done = run("show", "m.py:f", m=NAN)

    assert done.status == 0
    assert "1 NaN, 1 Inf of 3" in done.out
    assert "the first is `b` (log at m.py:5), 1 NaN, 1 Inf of 3." in " ".join(
        done.out.split()
    )


def test_check_fails_where_there_is_a_nan(run: Run) -> None:
    """`--check` turns a NaN into an exit status; the tree is printed all the same."""
    done = run("show", "m.py:f", "--check", m=NAN)

    assert done.status == 1
    assert done.out.startswith("f  m.py\n")
    assert done.err.startswith("graphstep: check failed: 4 of 8 values")
    assert done.err.count("\n") == 1


VAR = """
import jax.numpy as jnp

def f(x):
    return jnp.var(x)

example_args = (jnp.arange(3.0),)
"""


def test_a_constant_nan_is_no_trouble(run: Run) -> None:
    """`jnp.var` holds one ready for too few elements: said, but not a failed check."""
    done = run("show", "m.py:f", "--check", m=VAR)

    assert done.status == 0
    assert "hold NaN or Inf, 1 of them as constants." in " ".join(done.out.split())


def test_check_passes_where_all_is_finite(run: Run) -> None:
    """`--check` says nothing more when nothing is wrong."""
    done = run("show", "model.py:loss", "--check")

    assert (done.status, done.err) == (0, "")


def test_json_holds_the_program(run: Run) -> None:
    """One strict JSON document: nodes, edges, regions, names, types and lines."""
    done = run("show", "m.py:loss", "--json", m=SCAN)
    found = json.loads(done.out, parse_constant=reject)

    assert found["format"] == "graphstep-show"
    nodes = {node["id"]: node for node in found["nodes"]}
    assert nodes["in0"]["outputs"][0]["type"] == "f32[5]"
    assert nodes["out0"]["role"] == "output"
    assert nodes["in0"]["outputs"][0]["name"] == "x"
    h = next(n for n in found["nodes"] if n["primitive"] == "tanh")
    assert h["outputs"][0]["name"] == "h"
    assert h["source"]["line"] == 7
    assert Path(h["source"]["file"]).name == "m.py"
    regions = {region["kind"]: region for region in found["regions"]}
    assert regions["scan"]["trips"] == 5
    assert regions["cond"]["branch"] == 1
    assert {e["to"] for e in found["edges"]} <= nodes.keys()
    assert [i["index"] for i in found["nodes"]] == list(range(len(nodes)))


def test_json_values_are_those_of_jax(run: Run) -> None:
    """Small arrays are given in full, primals and cotangents."""
    done = run("show", "m.py:loss", "--json", m=SCAN)
    nodes = {node["id"]: node for node in json.loads(done.out)["nodes"]}
    namespace: dict[str, Any] = {}
    exec(SCAN, namespace)  # noqa: S102
    value, grad = jax.value_and_grad(namespace["loss"])(jnp.arange(5.0), True)

    out, x = nodes["out0"]["outputs"][0], nodes["in0"]["outputs"][0]
    np.testing.assert_allclose(out["primal"]["data"], value, rtol=1e-6)
    np.testing.assert_allclose(x["cotangent"]["data"], grad, rtol=1e-5)
    assert nodes["in1"]["outputs"][0]["cotangent"]["absent"] == "integer"


def test_json_spells_nan_out(run: Run) -> None:
    """NaN and infinities are strings, and the document says so."""
    done = run("show", "m.py:f", "--json", m=NAN)
    found = json.loads(done.out, parse_constant=reject)

    log = next(n for n in found["nodes"] if n["primitive"] == "log")["outputs"][0]
    assert log["primal"]["data"] == [0.0, "-Infinity", "NaN"]
    assert (log["primal"]["nan"], log["primal"]["neg_inf"]) == (1, 1)
    assert "Infinity" in found["numbers"]


def test_json_without_values(run: Run) -> None:
    """The graph alone has no values."""
    done = run("show", "model.py:loss", "--json", "--no-values")
    found = json.loads(done.out)

    assert found["has_values"] is False
    assert "primal" not in found["nodes"][0]["outputs"][0]


def test_prints_of_the_program_stay_out_of_stdout(run: Run) -> None:
    """What the user's code prints, at import and at run time, goes to stderr."""
    source = (
        "import jax\nprint('importing')\n"
        "def f(x):\n    print('tracing')\n    jax.debug.print('x {}', x)\n    return x\n"
        "example_args = (1.0,)\n"
    )

    done = run("show", "m.py:f", "--json", m=source)

    json.loads(done.out)
    assert done.err.splitlines() == ["importing", "tracing", "x 1.0"]


def test_types_alone_give_the_graph_alone(run: Run) -> None:
    """Arguments without values are no error: there is just nothing to record."""
    source = (
        "import jax\ndef f(x):\n    return x * 2\n"
        "example_args = (jax.ShapeDtypeStruct((2,), 'float32'),)\n"
    )

    done = run("show", "m.py:f", m=source)

    assert done.status == 0
    assert "value" not in done.out.splitlines()[2]
    assert "Only types were given" in done.out


def test_seed_scales_the_cotangents(run: Run) -> None:
    """`--seed` is the cotangent of the output."""
    source = "def f(x):\n    return x * 3\nexample_args = (2.0,)\n"

    done = run("show", "m.py:f", "--seed", "10.0", "--json", m=source)

    x = json.loads(done.out)["nodes"][0]["outputs"][0]
    assert x["cotangent"]["data"] == 30.0


def test_argnums_says_what_has_a_cotangent(run: Run) -> None:
    """Other arguments say that none was asked for."""
    done = run("show", "model.py:loss", "--argnums", "1", "--json")

    x, w, *_ = (n["outputs"][0]["cotangent"] for n in json.loads(done.out)["nodes"])
    assert x["absent"] == "not_differentiated"
    assert w["size"] == 12


def test_budget_leads_to_statistics(run: Run) -> None:
    """Over the budget there are statistics, and a note that says so."""
    source = (
        "import jax.numpy as jnp\ndef f(x):\n    y = jnp.sin(x)\n    return y.sum()\n"
        "example_args = (jnp.ones((64, 64)),)\n"
    )

    done = run("show", "m.py:f", "--budget", "1kB", m=source)

    assert done.status == 0
    assert "all 0.8415" in done.out
    assert "budget" in done.out


def test_hostile_names_cannot_reach_the_terminal(run: Run) -> None:
    """Escape sequences, direction marks and line breaks are spelled out."""
    name = "\x1b[31m<b>\"'\\ \u202e\n" + "n" * 10_000
    source = (
        "import jax\ndef f(x):\n"
        f"    with jax.named_scope({name.replace('/', '')!r}):\n        y = x['k'] * 2\n"
        f"    return {{{name!r}: y}}\n"
        f"example_args = ({{'k': 1.0}},)\n"
    )

    done = run("show", "m.py:f", m=source)

    assert done.status == 0
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert r"\x1b[31m" in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 80


def test_effects_and_keys_are_shown(run: Run) -> None:
    """What has no number still has a line."""
    source = (
        "import jax\ndef f(key, x):\n    jax.debug.print('{}', x)\n"
        "    return jax.random.normal(key) * x\n"
        "example_args = (jax.random.key(0), 1.0)\n"
    )

    done = run("show", "m.py:f", "--depth", "0", m=source)

    assert done.status == 0
    assert "key<fry>[]" in done.out
    assert "debug_" in done.out


UNSEEN = """
import jax

@jax.custom_vjp
def rule(x):
    jax.debug.callback(lambda _: None, x)
    x = jax.lax.while_loop(lambda v: v < 50.0, lambda v: v * 2.0, x)
    return jax.lax.cond(x > 2.0, jax.numpy.sin, jax.numpy.cos, x)

rule.defvjp(lambda x: (rule(x), x), lambda x, g: (g * x,))

def f(x):
    return rule(x)

example_args = (2.0,)
"""


def test_turns_that_were_not_captured_are_said_to_be_so(run: Run) -> None:
    """What calls back in the body of a custom rule is not run again to be recorded."""
    text, document = (
        run("show", "m.py:f", *more, m=UNSEEN) for more in ((), ("--json",))
    )

    assert text.status == document.status == 0
    assert "while, not captured, 4 nodes" in text.out
    assert "cond, not captured, " in text.out
    regions = {each["kind"]: each for each in json.loads(document.out)["regions"]}
    assert regions["while"]["trips"] is None
    assert regions["cond"]["branch"] is None
