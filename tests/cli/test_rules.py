"""`graphstep rules` lists, explains and checks the table of local derivatives."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from graphstep import rules
from graphstep.cli import rules as command
from graphstep.cli.rules import counts
from tests.cli.conftest import Run
from tests.cli.test_show import reject

README = Path(__file__).parents[2] / "README.md"
CHANGELOG = README.with_name("CHANGELOG.md")


def test_the_list_has_a_line_for_each_entry(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, structure, check and VJP of each, and how many there are."""
    monkeypatch.setenv("COLUMNS", "130")

    done = run("rules")

    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert done.status == 0
    assert done.err == ""
    assert "sin diagonal 1 example x̄ += cos(x) ⊙ ȳ" in lines
    assert "det dense 1 example Ā += ȳ·det(A)·A⁻ᵀ" in lines
    assert counts() in " ".join(lines)
    assert {line.partition(" ")[0] for line in lines} >= rules.RULES.keys()
    assert max(map(len, done.out.splitlines())) <= 130


def test_a_narrow_terminal_keeps_names_and_formulas(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", "60")

    done = run("rules")

    assert max(map(len, done.out.splitlines())) <= 60 + 12  # marks take no column
    assert "tanh" in done.out


def test_a_name_is_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is known of it, one label a line."""
    monkeypatch.setenv("COLUMNS", "80")

    done = run("rules", "tanh")

    assert done.status == 0
    assert [line.rstrip() for line in done.out.splitlines()] == [
        "tanh of f64[3,4]",
        "  value      y = tanh(x)",
        "  JVP        ẏ = (1 − y²) ⊙ ẋ",
        "  VJP        x̄ += (1 − y²) ⊙ ȳ",
        "  Jacobian   by x diagonal: diag(1 − y²)",
        "  residuals  y",
        "  cost       size(y) = 12 operations; 192 bytes in and out",
        "  reason     Steepest at 0, and flat where y is near −1 or 1: there it",
        "             saturates.",
        "  source     Griewank & Walther 2008, Evaluating Derivatives: elemental",
        "             functions",
    ]


def test_what_has_no_rule_says_why(run: Run) -> None:
    """JAX's own rule is shown by its effect alone."""
    done = run("rules", "scan", "add")

    assert done.status == 0
    assert "JAX's own rule, shown by its effect: a region" in done.out
    assert "z = x + y" in done.out


def test_check_evaluates_the_formulas(run: Run) -> None:
    """Against JAX, now."""
    done = run("rules", "sin", "reduce_max", "--check")

    assert done.status == 0
    assert done.out.count("away from JAX at most") == 2


def test_check_fails_for_a_wrong_formula(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that is not JAX's is named, and the status says so."""
    wrong = rules.Check(0.0, 0.0, 1e-3)
    monkeypatch.setattr(command, "checks_of", lambda names: dict.fromkeys(names, wrong))

    done = run("rules", "sin", "--check")

    assert done.status == 1
    assert done.err == "graphstep: not as JAX computes it: sin\n"
    assert "VJP 1e−03 away" in done.out


def test_json_holds_everything(run: Run) -> None:
    """Formulas, both notations and checks, in strict JSON."""
    done = run("rules", "dot_general", "det", "scan", "--check", "--json")

    found: dict[str, Any] = json.loads(done.out, parse_constant=reject)
    product, determinant = found["rules"]
    first = product["examples"][0]["operands"][0]
    assert found["primitives"] == len(rules.PRIMITIVES)
    assert [each["name"] for each in found["without"]] == ["scan"]
    assert (product["kind"], determinant["kind"]) == ("primitive", "function")
    assert product["check"]["agrees"]
    assert first["structure"] == "Kronecker"
    assert first["vjp"]["formula"] == "C̄ @ B.T"
    assert first["vjp"]["unicode"] == "Ā += C̄ Bᵀ"
    assert first["jacobian"]["unicode"] == "I ⊗ Bᵀ"
    assert ET.fromstring(first["vjp"]["mathml"]).tag == "math"  # noqa: S314


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sine"], ["`sine`", "Did you mean `sin`"]),
        (["sin", "dot"], ["`dot`", "`dot_general`"]),
        (["\x1b[31mred"], [r"\x1b[31mred"]),
        (["qqqqqq"], ["`graphstep rules` lists all"]),
        (["--chek"], ["--chek", "--check"]),
    ],
)
def test_bad_requests_get_one_line(
    run: Run, arguments: list[str], words: list[str]
) -> None:
    """What was wrong, what is near, and what to do."""
    done = run("rules", *arguments)

    assert done.status == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert all(word in done.err for word in words), done.err


def test_the_documents_state_the_counts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """README says how many entries the table has, and shows one as it is printed."""
    monkeypatch.setenv("COLUMNS", "80")
    text = README.read_text(encoding="utf-8")
    numbers = f"{len(rules.PRIMITIVES)} primitives and {len(rules.LIBRARY)} functions"

    shown = run("rules", "det").out

    assert counts() in text
    assert shown in text
    assert numbers in CHANGELOG.read_text(encoding="utf-8")
