"""A page reads what is typed in answer as the terminal reads it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphstep.errors import AnswerError
from graphstep.lessons._answers_reading import read_formula, read_value
from tests.export.page.conftest import node

HERE = Path(__file__).parent

VALUES = (
    "1/3", "-2e-3", ".5", "2.", "−3", "2²", "2⁻¹", "√(4)", "2**-1", "-2**2", "2**3**2", "(1)", "pi",
    "true", "inf", "nan", "-∞", "[1, nan]", "2 < 3", "2 >= 3", "1 == 1", "1 != 1",
    "[1, 2]", "(1, 2)", "1, 2", "(1,)", "1,", "[]", "()", "[1, 2,]", "[[1, 2], [3, 4]]", "[(1, 2), (3, 4)]",
    "2*[1,2]", "[1, 2] * 2 + 1", "[1, 2] + [3, 4]", "[1, 2]/[2, 4]", "-[1, 2]", "[1, 2]**2", "2^[1, 2, 3]",
    "[[1, 2]] + [[3], [4]]", "[1, 2] * [[1, 2], [3, 4]]", "[sin(1), cos(1)]", "sin([1, 2])", "3*[]",
    "[[1, 2], [3, 4]].T", "[[1, 2, 3]]ᵀ", "[[1, 2], [3, 4]] @ [1, 1]", "[1, 2] @ [3, 4]", "[1, 2] @ [[1], [2]]",
    "[[1, 2, 3]] @ [[1], [2], [3]]", "[[1], [2]] @ [[3, 4]]", "[[[1, 2]], [[3, 4]]].T", "sum([[1, 2], [3, 4]])",
    "mean([1, 2, 6])", "dot(2, [1, 2])", "dot([1, 2], [3, 4])", "outer([1, 2], [3, 4, 5])", "diag([1, 2])",
    "diag([[1, 2], [3, 4]])", "trace([[1, 2], [3, 4]])", "transpose([[1, 2, 3], [4, 5, 6]])",
    "det([[0, 2], [3, 4]])", "det([[1, 2], [2, 4]])", "det([[2, 1, 0], [1, 3, 1], [0, 1, 4]])",
    "inv([[1, 2], [3, 4]])", "solve([[0, 2], [3, 4]], [2, 5])", "solve([[2, 0], [0, 4]], [[2, 4], [4, 8]])",
    "where([1, 0, 1] == 1, [1, 2, 3], 0)", "max([1, 5], 3)", "minimum([1, 5], [0, 9])", "relu([-1, 2])",
    "softplus([-1, 50])", "sigmoid(0)", "conj([1, 2])", "sign([-3, 0, 2])", "log([1, e])", "x", "1 2", "2x",
    "sin", "sin(1, 2)", "sin()", "nothing(1)", "[1, [2]]", "[1, 2] + [1, 2, 3]", "[1, 2] @ [1, 2, 3]", "2 @ [1, 2]",
    "inv([[1, 2], [2, 4]])", "inv([1, 2])", "1/0", "[1, 2", "[1,,2]", "(,)", "[1 2]", "", " ", "*", "2 +", "((1)",
    "diag(diag(3*[1, 1]))", "det([1, 2])", "trace(1)", "dot(outer([1, 2], [3, 4]), [1, 1])", "1e400", "[" * 25,
    "outer([1, 2] * 1, 3)", "transpose(3)", "[1, 2]\n* 3", "2\N{ASTERISK OPERATOR}3", "2·[1, 2]", "1.5e2", "[[1,2],[3,4]]**2",
)  # fmt: skip
POINT = {"x": 0.5, "ȳ": -2.0, "params['w']": 3.0, "xs": 4.0}
FORMULAS = (
    "x*ȳ", "params['w']*xs - x", "sum([x, xs])", "[x, 2*x]", "x·ȳ²", "xs @ x", "y", "sin x", "x.T", "e*x", "x < xs",
    "where(x > 0, x, 0)", "dot([x, xs], [1, ȳ])", "x(2)(3",
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Any:
    """Return what a page reads, of all of it."""
    asked = {"values": VALUES, "formulas": [[text, POINT] for text in FORMULAS]}
    done = subprocess.run(
        [node(), str(HERE / "typing.check.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(done.stdout)


def _check(found: Any, read: Callable[[], np.ndarray]) -> None:
    """Compare shape and elements, or what is said to be wrong, word by word."""
    problem, expected = "", np.array(0.0)
    try:
        expected = read()
    except AnswerError as error:
        problem = str(error)

    assert found.get("problem", "") == problem
    if not problem:
        assert found["shape"] == list(expected.shape)
        values = [float(text.replace("Infinity", "inf")) for text in found["values"]]
        wanted = expected.ravel().astype(float)
        np.testing.assert_allclose(values, wanted, rtol=1e-12)


@pytest.mark.parametrize("number", range(len(VALUES)), ids=map(repr, VALUES))
def test_a_page_reads_the_values_that_the_terminal_reads(
    page: Any, number: int
) -> None:
    """Shape and elements are the same, or what is wrong is said in the same words."""
    _check(page["values"][number], lambda: read_value(VALUES[number]))


@pytest.mark.parametrize("number", range(len(FORMULAS)), ids=map(repr, FORMULAS))
def test_a_page_reads_the_formulas_that_the_terminal_reads(
    page: Any, number: int
) -> None:
    """Names of any spelling stand for their values, wherever they stand."""
    found = page["formulas"][number]

    _check(
        found.get("values", [found])[0],
        lambda: read_formula(FORMULAS[number], POINT).value(POINT),
    )
