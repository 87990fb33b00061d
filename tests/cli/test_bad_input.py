"""Whatever is wrong: the right exit status, one clear line, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

IMPORTS = "import jax\nimport jax.numpy as jnp\n"
ONE = f"{IMPORTS}example_args = (jnp.ones(3),)\n"

# What it is, the source of m.py, the command, the exit status, and what the line says.
Case = tuple[str, str, list[str], int, list[str]]

TARGETS: list[Case] = [
    ("missing file", "", ["show", "nothing.py:f"], 2, ["`nothing.py`"]),
    ("near file", "", ["show", "modle.py:loss"], 2, ["Did you mean `model.py`?"]),
    ("missing folder", "", ["show", "no/m.py:f"], 2, ["no folder `no`"]),
    ("a folder", "", ["show", "sub:f"], 2, ["is a folder", "inner.py"]),
    ("not Python", "", ["show", "./notes.txt:f"], 2, ["does not end in .py"]),
    ("no suffix", "", ["show", "./model:loss"], 2, ["`./model.py:loss`"]),
    ("no function", "", ["show", "model.py"], 2, ["`model.py:loss`"]),
    ("empty function", "", ["show", "model.py:"], 2, ["names no function"]),
    ("recording", "", ["show", "a.gstep"], 2, ["graphstep open", "graphstep export"]),
    ("empty file", "", ["show", ":loss"], 2, ["names no file"]),
    ("null byte", "", ["show", "a\0b.py:f"], 2, [r"a\x00b.py"]),
    ("missing function", "", ["show", "model.py:los"], 2, ["mean `loss`?"]),
    ("missing attribute", "", ["show", "model.py:loss.x"], 2, ["no function"]),
    ("missing module", "", ["show", "no_such.module:f"], 2, ["`no_such`"]),
    ("no module's name", "", ["show", "a-b:f"], 2, ["`a-b`", "dotted name"]),
    ("import raises", "x = 1\n1 / 0", ["show", "m.py:f"], 2, ["m.py:2: ZeroDivision"]),
    ("import exits", "import sys\nsys.exit(3)", ["show", "m.py:f"], 2, ["exit(3)"]),
    ("module raises", "1 / 0", ["show", "m:f"], 2, ["`m`", "m.py:1: ZeroDivision"]),
    ("syntax error", "def f(:\n", ["show", "m.py:f"], 2, ["m.py:1: SyntaxError"]),
    ("not text", "# coding: ascii\n# é", ["show", "m.py:f"], 2, ["SyntaxError"]),
    ("missing package", "import no_such", ["show", "m.py:f"], 2, ["Install it"]),
    ("not callable", "f = {}\n", ["show", "m.py:f"], 2, ["type dict"]),
    (
        "a class",
        "class Model:\n    def loss(self): ...\n",
        ["show", "m.py:Model"],
        2,
        ["is a class", "m.py:Model.loss"],
    ),
    ("generator", "def f(x):\n    yield x", ["show", "m.py:f"], 2, ["a generator"]),
    ("async", "async def f(x):\n    return x", ["show", "m.py:f"], 2, ["an async"]),
    (
        "async generator",
        "async def f(x):\n    yield x",
        ["show", "m.py:f"],
        2,
        ["an async generator"],
    ),
]

ARGUMENTS: list[Case] = [
    (
        "no arguments",
        "def f(params, x: int, *, y=1): ...",
        ["show", "m.py:f"],
        2,
        ["`f(params, x, *, y=1)`", "--args", "example_args", "--spec"],
    ),
    ("bad expression", "", ["show", "model.py:loss", "--args", "(1,"], 2, ["--args"]),
    ("two lines", "", ["show", "model.py:loss", "--args", "1\n2"], 2, ["--args"]),
    (
        "unknown name",
        "",
        ["show", "model.py:loss", "--args", "zzz"],
        2,
        ["NameError", "zzz"],
    ),
    (
        "exit in --args",
        "",
        ["show", "model.py:loss", "--args", "exit(4)"],
        2,
        ["sys.exit(4)"],
    ),
    ("bad spec", "", ["show", "model.py:loss", "--spec", "f32[2"], 2, ["not a type"]),
    ("spec shape", "", ["show", "model.py:loss", "--spec", "f32[a]"], 2, ["a type"]),
    ("spec dtype", "", ["show", "model.py:loss", "--spec", "f33[2]"], 2, ["f32"]),
    ("64-bit spec", "", ["show", "model.py:loss", "--spec", "f64[2]"], 2, ["--x64"]),
    (
        "huge spec",
        "def f(x): return x",
        ["show", "m.py:f", "--spec", "f32[9999999,9999999]"],
        2,
        ["--no-values"],
    ),
    (
        "args and spec",
        "",
        ["show", "model.py:loss", "--args", "1", "--spec", "f32[]"],
        2,
        ["not both"],
    ),
    ("too few", "", ["show", "model.py:loss", "--spec", "f32[2]"], 2, ["loss(x, w)"]),
    (
        "too many",
        ONE + "def f(x): return x",
        ["show", "m.py:f", "--args", "1., 2."],
        2,
        ["f(x)"],
    ),
    (
        "string argument",
        "def f(x, mode): return x",
        ["show", "m.py:f", "--args", "1., 'fast'"],
        2,
        ["`mode`", "--static"],
    ),
    (
        "object argument",
        "def f(x): return x",
        ["show", "m.py:f", "--args", "object()"],
        2,
        ["`x`"],
    ),
    ("argnums", "", ["show", "model.py:loss", "--argnums", "x"], 2, ["'--argnums'"]),
    ("argnums 7", "", ["show", "model.py:loss", "--argnums", "7"], 2, ["argument 7"]),
    (
        "unknown static",
        "",
        ["show", "model.py:loss", "--static", "q"],
        2,
        ["`q`", "loss(x, w)"],
    ),
    ("static 5", "", ["show", "model.py:loss", "--static", "5"], 2, ["argument 5"]),
    ("static words", "", ["show", "model.py:loss", "--static", "a b"], 2, ["`a b`"]),
    (
        "static and argnums",
        "",
        ["show", "model.py:loss", "--static", "0", "--argnums", "0"],
        2,
        ["static"],
    ),
    (
        "example_args",
        "example_args = [1.0]\ndef f(x): return x",
        ["show", "m.py:f"],
        2,
        ["must be a tuple", "list"],
    ),
    (
        "example_args raises",
        "def example_args():\n    return 1 / 0\ndef f(x): return x",
        ["show", "m.py:f"],
        2,
        ["`example_args`", "m.py:2"],
    ),
    ("budget", "", ["show", "model.py:loss", "--budget", "lots"], 2, ["512MB"]),
    ("seed", "", ["show", "model.py:loss", "--seed", "1 +"], 2, ["--seed"]),
    ("seed shape", "", ["show", "model.py:loss", "--seed", "jnp.ones(2)"], 2, ["f32"]),
    ("depth", "", ["show", "model.py:loss", "--depth", "-1"], 2, ["'--depth'"]),
    ("no target", "", ["show"], 2, ["TARGET"]),
    ("unknown option", "", ["show", "model.py:loss", "--jsno"], 2, ["--json"]),
    ("unknown command", "", ["shwo", "model.py:loss"], 2, ["Did you mean `show`?"]),
    (
        "check without values",
        "",
        ["show", "model.py:loss", "--check", "--no-values"],
        2,
        ["--no-values"],
    ),
    (
        "check of types",
        IMPORTS + "def f(x): return x\nexample_args = (jax.eval_shape(lambda: 1.0),)",
        ["show", "m.py:f", "--check"],
        2,
        ["needs values"],
    ),
    ("no terminal", "", ["step", "model.py:loss"], 2, ["terminal", "graphstep show"]),
]

FAILURES: list[Case] = [
    (
        "not a JAX function",
        ONE + "import math\ndef f(x): return math.sin(x[0])",
        ["show", "m.py:f"],
        1,
        ["m.py:"],
    ),
    (
        "if on a tracer",
        ONE + "def f(x):\n    if x.sum() > 0:\n        return x\n    return -x",
        ["show", "m.py:f"],
        1,
        ["m.py:5", "jnp.where"],
    ),
    (
        "raises",
        ONE + "def f(x):\n    raise ValueError('no way')",
        ["show", "m.py:f"],
        1,
        ["no way"],
    ),
    (
        "exits",
        ONE + "import sys\ndef f(x):\n    sys.exit(5)",
        ["show", "m.py:f"],
        1,
        ["sys.exit(5)"],
    ),
    (
        "wrong shapes",
        ONE + "def f(x): return x @ jnp.ones(4)",
        ["show", "m.py:f"],
        1,
        ["m.py:4"],
    ),
    ("returns a string", ONE + "def f(x): return 'x'", ["show", "m.py:f"], 1, ["str"]),
    (
        "no pair",
        ONE + "def f(x): return x",
        ["show", "m.py:f", "--has-aux"],
        1,
        ["has_aux"],
    ),
    (
        "callback raises",
        ONE + "def no(x): raise ValueError('broken callback')\n"
        "def f(x): return jax.pure_callback(no, x, x)",
        ["show", "m.py:f"],
        1,
        ["broken callback"],
    ),
]

OUTPUTS: list[Case] = [
    ("suffix", "", ["export", "model.py:loss", "-o", "a.bmp"], 2, ["`.bmp`", ".svg"]),
    ("no suffix", "", ["export", "model.py:loss", "-o", "a"], 2, ["no suffix", ".svg"]),
    ("no output", "", ["export", "model.py:loss"], 2, ["--output"]),
    ("format", "", ["export", "model.py:loss", "-o", "a", "--format", "x"], 2, ["svg"]),
    ("no folder", "", ["export", "model.py:loss", "-o", "no/a.svg"], 2, ["no folder"]),
    (
        "under a file",
        "",
        ["export", "model.py:loss", "-o", "model.py/a.svg"],
        2,
        ["is not a folder"],
    ),
    ("onto a folder", "", ["export", "model.py:loss", "-o", "sub.svg"], 2, ["folder"]),
    (
        "long name",
        "",
        ["export", "model.py:loss", "-o", "a" * 300 + ".svg"],
        2,
        ["cannot be written"],
    ),
    (
        "no such region",
        "",
        ["export", "model.py:loss", "-o", "a.dot", "--expand", "zzz"],
        2,
        ["`zzz`", "no regions"],
    ),
    (
        "bad pattern",
        "",
        ["export", "model.py:loss", "-o", "a.dot", "--expand", "("],
        2,
        ["regular expression"],
    ),
    (
        "no time",
        "",
        ["export", "model.py:loss", "-o", "a.svg", "--timeout", "0"],
        2,
        ["'--timeout'"],
    ),
]

CASES = [*TARGETS, *ARGUMENTS, *FAILURES, *OUTPUTS]


@pytest.mark.parametrize(
    ("source", "args", "status", "said"),
    [case[1:] for case in CASES],
    ids=[case[0].replace(" ", "-") for case in CASES],
)
def test_bad_input_gets_one_line(
    run: Callable[..., object],
    folder: Path,
    source: str,
    args: list[str],
    status: int,
    said: list[str],
) -> None:
    """The status says whose fault it is, the line says what is wrong."""
    (folder / "notes.txt").write_text("not Python")
    (folder / "sub").mkdir()
    (folder / "sub" / "inner.py").touch()
    (folder / "sub.svg").mkdir()

    done = run(*args, m=source)

    assert (done.status, done.out, done.files) == (status, "", set()), done
    assert done.err.startswith("graphstep: error: ")
    assert done.err.count("\n") == 1
    assert done.err.endswith("\n")
    assert "Traceback" not in done.err
    assert len(done.err) < 1000
    assert [text for text in said if text not in done.err] == [], done.err


def test_there_are_more_than_thirty_kinds() -> None:
    """What users get wrong is tested widely."""
    assert len({case[0] for case in CASES}) > 30
