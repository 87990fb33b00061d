"""Slices and formats of a page are those of NumPy and of the terminal."""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from graphstep.errors import GraphstepError
from graphstep.tui.array_cut import cut_typed
from graphstep.tui.array_formats import Writer, formats_of, name_of
from tests.export.page.conftest import node

HERE = Path(__file__).parent
SHAPES: list[list[int]] = [[], [5], [3, 4], [2, 3, 4], [4, 0]]
SLICES = [
    "", "[]", ":", "[:]", "0", "[-1]", "1:3", "[1:3]", "::2", "::-1", "3:0:-2", "-2:",
    ":-1", "5:2", "99:", ":99", "[0, :, 1:3]", "..., 0", "[..., 1, :]", "0, ...", "1,",
    "[[0, 2], :]", "[[2, 0]]", "[2, 0]", "[:, [0, -1, 1]]", " [ 1 , 2 ] ", "0, 0", "+1", "[-5::3]",
    "::-3", "[0, 1, 2, 3]",
]  # fmt: skip
# What neither takes.
BAD = [
    "5", "-6", "::0", "x", "1.5", "[", "1:2:3:4", "1,,2", "..., ...", "True", "a:b",
    "0, 0, 0, 0", "(1", "1)2", "[[9], :]",
]  # fmt: skip
DTYPES = {"f4": np.float32, "f8": np.float64, "i4": np.int32, "u1": np.uint8, "b": bool}
REALS = [
    0.0, -0.0, 1.0, -1.5, 0.5, 1.5, 2.5, 0.125, 0.0625, 1 / 3, -2 / 3, 12345.678, 1e-5, 99999.5,
    1e15, 1e22, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308, np.inf, -np.inf, np.nan,
]  # fmt: skip
ABSMAX = [None, 0.0, 1.0, 0.01, 123.0, 9.9e8, 1e-12, float("inf")]
COPIES: list[tuple[np.ndarray, str]] = [
    (np.arange(6, dtype=np.float32).reshape(2, 3) / 7, ""),
    (np.arange(24, dtype=np.int32).reshape(2, 3, 4) - 12, ":, ::2, 1"),
    (np.array([np.nan, -np.inf, np.inf, 0.1]), "::-1"),
    (np.array([0.1, -0.25], np.float32), "1"),
]


@functools.cache
def asked() -> dict[str, Any]:
    """Return what the scripts of a page make of everything here."""
    copies = [
        [list(map(repr, array.ravel().tolist())), array.shape, code, cut, is_numpy]
        for array, cut in COPIES
        for code in [next(c for c, d in DTYPES.items() if array.dtype == d)]
        for is_numpy in (True, False)
    ]
    wanted = {
        "slices": list(itertools.product(SLICES + BAD, SHAPES)),
        "elements": [[f, c, a, v] for f, c, a, v, _ in elements()],
        "dtypes": list(DTYPES),
        "copies": copies,
    }
    done = subprocess.run(
        [node(), str(HERE / "looking.check.mjs")],
        input=json.dumps(wanted, allow_nan=False, default=str),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def elements() -> list[tuple[str, str, float | None, Any, Any]]:
    """Return format, type, greatest size, and a value for JSON and for Python."""
    found: list[tuple[str, str, float | None, Any, Any]] = [
        (form, "f8", None if top == np.inf else top, repr(x), x)
        for form in formats_of(np.dtype(float))[:-1]
        for top in ABSMAX
        for x in REALS
    ]
    for code, values in {"i4": [0, 7, -255, 2**31 - 1], "u1": [0, 255]}.items():
        found += [(form, code, 255.0, x, x) for form in ("short", "hex", "fixed") for x in values]  # fmt: skip
    found += [(form, "b", 1.0, x, x) for form in ("short", "integer") for x in (True, False)]  # fmt: skip
    found += [
        (form, "c8", 2.0, [repr(z.real), repr(z.imag)], z)
        for form in ("short", "fixed", "scientific")
        for z in (1.5 - 2j, complex(0.0, -0.0), -0.25 + 1e-7j)
    ]
    return found


def test_slices_are_those_of_numpy() -> None:
    """The same elements in the same order, in whichever way a slice is written."""
    cases = itertools.product(SLICES + BAD, SHAPES)
    n_read = 0
    for (text, shape), found in zip(cases, asked()["slices"], strict=True):
        try:
            cut = cut_typed(text, tuple(shape))
        except GraphstepError:
            assert "problem" in found, (text, shape)
            continue
        array = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        assert "problem" not in found, (text, shape)
        parts = [[p] if isinstance(p, int) else list(p) for p in cut.parts]
        expected = array[np.ix_(*parts)] if shape else array
        assert found["places"] == expected.ravel().tolist(), (text, shape)
        n_read += 1
    assert n_read > 60


@pytest.mark.parametrize(
    ("text", "shape", "said"),
    [
        ("5", [5], "Axis 0 has indices 0 to 4, so there is no 5."),
        ("..., 1", [4, 0], "Axis 1 has no indices, so there is no 1."),
        ("::0", [5], "The step along axis 0 is zero."),
        ("0, 0, 0, 0", [3, 4], "`0, 0, 0, 0` is for more axes than [3,4] has: 2 axes."),
        ("x", [5], "`x` is no slice; one is `[3, :, ::2]`."),
    ],
)
def test_a_wrong_slice_is_told_why(text: str, shape: list[int], said: str) -> None:
    """One line, as in the terminal where that reads Python itself."""
    cases = list(itertools.product([*SLICES, *BAD, "..., 1"], SHAPES))
    if (text, shape) in cases[: len(asked()["slices"])]:
        found = asked()["slices"][cases.index((text, shape))]
        assert found == {"problem": said}
    if text != "x":
        with pytest.raises(GraphstepError) as raised:
            cut_typed(text, tuple(shape))
        assert str(raised.value) == said


def test_elements_are_written_as_in_the_terminal() -> None:
    """Each number, in each format, to the last digit."""
    for (form, code, top, _, value), found in zip(
        elements(), asked()["elements"], strict=True
    ):
        dtype = np.dtype({**DTYPES, "c8": np.complex128}[code])
        assert found == Writer.of(form, dtype, top).text(value), (form, top, value)  # type: ignore[arg-type]


def test_formats_have_the_names_of_the_terminal() -> None:
    """All but the heat map, for a page always has a picture."""
    for dtype, found in zip(DTYPES.values(), asked()["names"], strict=True):
        forms = [f for f in formats_of(np.dtype(dtype)) if f != "heat"]
        assert found == [name_of(form, np.dtype(dtype)) for form in forms]


def test_what_is_copied_makes_the_same_array() -> None:
    """NumPy's text and nested lists give the slice back, bit by bit."""
    pairs = itertools.product(COPIES, (True, False))
    for ((array, cut), is_numpy), text in zip(pairs, asked()["copies"], strict=True):
        made = eval(text, {"np": np, "ml_dtypes": ml_dtypes, "float": float})  # noqa: S307
        expected = eval(f"a[{cut or '...'}]", {"a": array})  # noqa: S307
        again = np.asarray(made) if is_numpy else np.asarray(made, array.dtype)
        np.testing.assert_array_equal(again, expected)
        assert again.dtype == array.dtype
