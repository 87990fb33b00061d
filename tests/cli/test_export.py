"""`graphstep export` draws a program, or says why it cannot."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pygraphviz import AGraph

from tests.cli.conftest import Done, Run

REGIONS = """
import jax
import jax.numpy as jnp

def loss(x):
    with jax.named_scope("outer"):
        with jax.named_scope("inner"):
            y = jnp.sin(x)
        y = y + 1
    with jax.named_scope("other"):
        return y * 2

example_args = (1.0,)
"""


@pytest.mark.parametrize(
    ("name", "magic"),
    [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.gv", b"dig")],
)
def test_suffix_chooses_the_format(
    run: Run, folder: Path, name: str, magic: bytes
) -> None:
    """One file is written, and one line says what is in it."""
    done = run("export", "model.py:loss", "-o", name)

    assert (done.status, done.err) == (0, "")
    assert done.out == f"{name}: 7 nodes, 0 of 0 regions open\n"
    assert done.files == {name}
    assert (folder / name).read_bytes().startswith(magic)


def test_format_comes_before_the_suffix(run: Run, folder: Path) -> None:
    """`--format` decides when both say something."""
    done = run("export", "model.py:loss", "-o", "a.txt", "--format", "dot")

    assert done.status == 0
    assert (folder / "a.txt").read_text().startswith("digraph")


def test_dash_writes_to_stdout(run: Run) -> None:
    """Nothing but the text itself is on stdout."""
    done = run("export", "model.py:loss", "-o", "-")

    assert AGraph(string=done.out).number_of_nodes() == 7
    assert done.files == set()


def test_dash_writes_svg(run: Run) -> None:
    """SVG is text as well."""
    done = run("export", "model.py:loss", "-o", "-", "--format", "svg")

    assert etree.fromstring(done.out.encode()).tag.endswith("svg")


def test_spec_needs_no_values(run: Run) -> None:
    """A picture of the graph takes types alone, however large."""
    source = "def f(x):\n    return x * 2\n"

    done = run(
        "export", "m.py:f", "--spec", "f32[1000000,1000000]", "-o", "-", m=source
    )

    assert "f32[1000000,1000000]" in done.out


@pytest.mark.parametrize(
    ("expand", "clusters"),
    [
        (["none"], 0),
        (["depth=1"], 2),
        (["all"], 3),
        (["inner"], 2),
        (["oth.r"], 1),
        (["other", "inner"], 3),
        ([], 3),
    ],
)
def test_expand_opens_regions(run: Run, expand: list[str], clusters: int) -> None:
    """A region is opened with all those around it."""
    options = [option for what in expand for option in ("--expand", what)]

    done = run("export", "m.py:loss", "-o", "-", *options, m=REGIONS)

    assert done.out.count("subgraph cluster_") == clusters


def test_hostile_names_make_a_valid_picture(run: Run, folder: Path) -> None:
    """Quotes, HTML, escape sequences and direction marks stay text."""
    name = "\x1b[31m<b>\"'\\N &lt; \u202e\n" + "n" * 10_000
    source = (
        f"def f(x):\n    return {{{name!r}: x[{name!r}] * 2}}\n"
        f"example_args = ({{{name!r}: 1.0}},)\n"
    )

    done = run("export", "m.py:f", "-o", "a.svg", m=source)

    assert (done.status, done.err) == (0, "")
    text = " ".join(etree.parse(folder / "a.svg").getroot().itertext())
    assert "\u202e" not in text
    assert "\\x1b[31m<b>" in text
    assert "&lt;" in text


# What is drawn -------------------------------------------------------------------------


def nodes_of(done: Done) -> dict[str, dict[str, Any]]:
    """Return the nodes of the JSON on stdout."""
    assert (done.status, done.err.count("Traceback")) == (0, 0), done.err
    return {node["id"]: node for node in json.loads(done.out)["nodes"]}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--focus", "h", "--radius", "0"], {"1"}),
        (["--focus", "h", "--radius", "1"], {"0", "1", "2"}),
        (["--focus", "tanh"], {"in0", "in1", "0", "1", "2", "3"}),
        (["--focus", "model.py:6", "--radius", "0"], {"0", "1"}),
        (["--between", "x", "h"], {"in0", "0", "1"}),
        (["--between", "x", "h", "--focus", "0", "--radius", "1"], {"in0", "0", "1"}),
        (["--source", "model.py:6"], {"0", "1"}),
        (["--source", "model.py:6-7", "--between", "h", "3"], {"1", "2", "3"}),
        (
            ["--only-differentiable", "--argnums", "1"],
            {"in1", "0", "1", "2", "3", "out0"},
        ),
    ],
)
def test_part_of_a_program(run: Run, options: list[str], expected: set[str]) -> None:
    """What meets all conditions is written, and how much that is of all is said."""
    done = run("export", "model.py:loss", "-o", "-", "--format", "json", *options)

    assert set(nodes_of(done)) == expected
    assert f"{len(expected)} of 7 nodes are in the picture." in done.err


@pytest.mark.parametrize(
    ("changes", "clusters"),
    [
        (["--expand", "all", "--collapse", "inner"], 2),
        (["--collapse", "inner", "--expand", "all"], 3),
        (["--collapse", "inner"], 2),
        (["--expand", "all", "--collapse", "depth=1"], 2),
        (["--collapse", "all"], 0),
        (["--expand", "all", "--collapse", "all", "--expand", "other"], 1),
    ],
)
def test_changes_are_made_in_order(run: Run, changes: list[str], clusters: int) -> None:
    """What is said later comes later."""
    done = run("export", "m.py:loss", "-o", "-", *changes, m=REGIONS)

    assert done.out.count("subgraph cluster_") == clusters


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--radius", "1"], "A radius needs a focus"),
        (["--focus", "hh"], "names no node. Did you mean h"),
        (["--between", "h", "x"], "between `x` and `h`"),
        (
            ["--between", "h", "nowhere"],
            "The end of the paths `nowhere` names no node.",
        ),
        (["--source", "model.py:99"], "nodes come from lines 6, 7"),
        (["--source", "other.py:6"], "Nodes come from model.py"),
        (["--source", "six"], "FILE:LINE"),
        (["--source", "model.py:7-6"], "write 6-7"),
        (["--source", "model.py:7", "--focus", "x"], "Leave out one"),
        (["--source", "model.py:7", "--between", "x", "0"], "Leave out one"),
        (["--collapse", "encoder"], "fits no region"),
        (["--expand", "("], "is no regular expression"),
        (["--link", "{nothing}"], "cannot be filled in"),
        (["--values", "--spec", "f32[2,3]", "--at", "0"], "(1 first)"),
        (["--at", "nowhere"], "names no node"),
        (["--seed", "2.0"], "add --values or --at STEP"),
        (["--format", "html", "--focus", "h"], "A page holds the whole program"),
    ],
)
def test_what_cannot_be_drawn(run: Run, options: list[str], said: str) -> None:
    """One line says what is wrong and what to do; nothing is written."""
    options = [*options, "--spec", "f32[3,4]"] if "--spec" in options else options
    done = run("export", "model.py:loss", "-o", "a.svg", *options)

    assert (done.status, done.out, done.files) == (2, "", set())
    assert done.err.count("\n") == 1
    assert said in done.err


# Values and the walk -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "title"),
    [
        ("1", "forward 1/"),
        ("seed", "seed 8/15"),
        ("backward", "backward 9/15"),
        ("end", "backward 15/15"),
        ("h", "forward "),
    ],
)
def test_step_of_the_walk(run: Run, at: str, title: str) -> None:
    """A number, a pass, the end or a node says which step is drawn."""
    done = run("export", "model.py:loss", "-o", "-", "--format", "mermaid", "--at", at)

    assert done.status == 0
    assert title in done.out.splitlines()[1]


def test_values_are_those_of_the_run(run: Run) -> None:
    """Without a step, it is the end of the walk that is drawn."""
    done = run("export", "model.py:loss", "-o", "-", "--format", "mermaid", "--values")

    lines = [line for line in done.out.splitlines() if "reduce_sum" in line]
    assert f"{8 * math.tanh(3) ** 2:.4g}" in lines[0]


def test_look_of_a_picture(run: Run) -> None:
    """Title, source lines, direction, theme and links are in the text for Graphviz."""
    options = ["--title", "My <title>", "--source-lines", "--direction", "right"]
    options += ["--theme", "print", "--link", "https://e.org/{name}#L{line}"]
    options += ["--legend"]
    done = run("export", "model.py:loss", "-o", "-", *options)

    assert done.status == 0
    graph = AGraph(string=done.out)
    assert graph.graph_attr["rankdir"] == "LR"
    assert "model.py:6" in done.out
    assert "https://e.org/model.py#L6" in done.out
    assert "My &lt;title&gt;" in done.out


def test_recording_needs_no_program(run: Run, folder: Path) -> None:
    """A file that was kept is drawn without the code that made it."""
    import graphstep as gs
    from graphstep.cli.arguments import find_arguments
    from graphstep.cli.targets import find_target

    target = find_target("model.py:loss")
    gs.record(target.fn, *find_arguments(target, None, (), draw=True)).save("run.gstep")
    (folder / "model.py").unlink()

    done = run("export", "run.gstep", "-o", "a.svg", "--at", "backward", "--values")

    assert (done.status, done.err) == (0, "")
    assert done.files == {"a.svg"}
    text = " ".join(etree.parse(folder / "a.svg").getroot().itertext())
    assert "backward 9/15" in text
    refused = run("export", "run.gstep", "-o", "b.svg", "--args", "(1,)")
    assert (refused.status, refused.files) == (2, set())
    assert "--args says how to record" in refused.err
    missing = run("export", "no.gstep", "-o", "b.svg")
    assert (missing.status, missing.files) == (2, set())
    assert "There is no file `no.gstep`" in missing.err


@pytest.mark.parametrize(
    "name", ["a.mmd", "a.graphml", "a.json", "a.html", "a.svg", "a.png", "a.pdf"]
)
def test_every_suffix_is_written(run: Run, name: str) -> None:
    """One file, and one line that says what is in it."""
    done = run("export", "model.py:loss", "-o", name)

    assert (done.status, done.err, done.files) == (0, "", {name})
    assert done.out == f"{name}: 7 nodes, 0 of 0 regions open\n"


def test_model_explorer_comes_with_health(run: Run) -> None:
    """With values there is a second file, which the line names."""
    done = run(
        "export", "model.py:loss", "-o", "a.json", "--format", "model-explorer",
        "--values",
    )  # fmt: skip

    assert done.files == {"a.json", "a.health.json"}
    assert done.out.startswith("a.json and a.health.json: 7 nodes")
