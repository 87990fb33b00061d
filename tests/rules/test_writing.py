"""Formulas are written with the brackets they need, and no others, in both notations."""

from __future__ import annotations

import ast
import unicodedata
import xml.etree.ElementTree as ET
from typing import Any

import hypothesis
import jax
import numpy as np
import pytest
from hypothesis import strategies as st

from graphstep.rules import (
    EXAMPLES,
    RULES,
    equation_of,
    mathml_of,
    rule_named,
    rule_of,
    rules_named,
    typeset,
    unicode_of,
    written,
)
from graphstep.rules._folding import folded
from graphstep.rules._formula import evaluate


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("x + y", "x + y"),
        ("x - (y - w)", "x − (y − w)"),
        ("x - y - w", "x − y − w"),
        ("x - (y + w)", "x − (y + w)"),
        ("x * (y + w)", "x ⊙ (y + w)"),
        ("x * y * w", "x ⊙ y ⊙ w"),
        ("x / y / w", "x / y / w"),
        ("x / (y * w)", "x / (y ⊙ w)"),
        ("x * y / w", "x ⊙ y / w"),
        ("x / y * w", "(x / y) ⊙ w"),
        ("-x * y", "−x ⊙ y"),
        ("-(x + y)", "−(x + y)"),
        ("x + -y", "x + (−y)"),
        ("x ** 2", "x²"),
        ("x ** (n - 1)", "xⁿ⁻¹"),
        ("(x + y) ** 2", "(x + y)²"),
        ("-x ** 2", "−x²"),
        ("2 * x", "2·x"),
        ("sqrt(π)", "√π"),
        ("sqrt(x + 1)", "√(x + 1)"),
        ("A @ B.T", "A Bᵀ"),
        ("(A @ B).T", "(A B)ᵀ"),
        ("A @ (B + C)", "A (B + C)"),
        ("A @ (x * B)", "A (x ⊙ B)"),
        ("x * B @ A", "(x ⊙ B) A"),
        ("inv(A)", "A⁻¹"),
        ("inv(A).T", "A⁻ᵀ"),
        ("inv(A @ B).T", "(A B)⁻ᵀ"),
        ("kron(eye(n), B.T) @ commutation(A)", "(I ⊗ Bᵀ) K"),
        ("sum(x * y, axes)", "∑ₐₓₑₛ (x ⊙ y)"),
        ("sum(x) / sum(y)", "(∑ x) / (∑ y)"),
        ("abs(x + 1)", "|x + 1|"),
        ("conj(x + y)", "(x + y)*"),
        ("(x > y) + 0.5 * (x == y)", "[x > y] + 0.5·[x = y]"),
        ("einsum('ik,kj->ij', A, B)", "∑ₖ Aᵢₖ Bₖⱼ"),
        ("take(x + y, P)", "(x + y)[P]"),
        ("x1 + y12", "x₁ + y₁₂"),
        ("x ** q", "x^(q)"),
    ],
)
def test_unicode(formula: str, text: str) -> None:
    """Each formula has one way to be written."""
    assert unicode_of(typeset(formula, {})) == text


def test_names_and_scalars() -> None:
    """A product with one number has a dot, and names are those of the equation."""
    names = {"x": "logits", "ȳ": "ct(loss)"}

    text = unicode_of(typeset("2 * x * ȳ", names, {"ȳ"}))

    assert text == "2·logits·ct(loss)"


# A formula of numbers as it is written, read again by the rules of arithmetic.
_READ = {"−": "-", "⊙": "*", "·": "*", "²": "**2", "³": "**3", "√": "root"}


def _formulas() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["x", "y", "w", "2", "3"])

    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pairs = st.tuples(inner, st.sampled_from("+-*/"), inner)
        return st.one_of(
            pairs.map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
            inner.map(lambda a: f"-({a})"),
            inner.map(lambda a: f"({a}) ** 2"),
        )

    return st.recursive(leaves, extend, max_leaves=8)


@hypothesis.given(_formulas())
@hypothesis.settings(max_examples=200)
def test_what_is_written_means_the_formula(formula: str) -> None:
    """Read by the usual precedence it has the same value: no bracket is missing."""
    values = {"x": np.float64(1.7), "y": np.float64(-0.6), "w": np.float64(3.1)}
    text = unicode_of(typeset(formula, {}))
    for sign, meaning in _READ.items():
        text = text.replace(sign, meaning)

    with np.errstate(all="ignore"):
        again = evaluate(ast.unparse(ast.parse(text, mode="eval")), values)
        expected = evaluate(formula, values)

    np.testing.assert_allclose(again, expected, rtol=1e-9)


@hypothesis.given(_formulas(), st.integers(-3, 3))
@hypothesis.settings(max_examples=200)
def test_folding_keeps_the_value(formula: str, w: int) -> None:
    """Numbers worked out and factors of one left out change nothing."""
    values = {"x": np.float64(1.7), "y": np.float64(-0.6), "w": w}

    shorter = folded(formula, {"w": w})

    with np.errstate(all="ignore"):
        expected = evaluate(formula, values)
        np.testing.assert_allclose(evaluate(shorter, values), expected, rtol=1e-9)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_written_in_both_notations(name: str) -> None:
    """MathML is well formed, and every symbol of a formula is in what is written."""
    for rule in rules_named(name):
        lines = written(rule)
        pairs = zip(
            (*rule.value, *rule.jvp, *rule.vjp),
            (*lines.value, *lines.jvp, *lines.vjp),
            strict=True,
        )
        for formula, line in pairs:
            assert (formula is None) == (line is None)
            if formula is None or line is None:
                continue
            # Small letters above and below the line are letters too.
            text = unicodedata.normalize("NFKC", unicode_of(line)).casefold()
            mathml = ET.fromstring(f"<math>{mathml_of(line)}</math>")  # noqa: S314
            assert "".join(mathml.itertext())
            for symbol in (*rule.operands, *rule.results):
                if symbol in ast_names(formula):
                    assert symbol[0].casefold() in text


def ast_names(formula: str) -> set[str]:
    """Return the symbols in a formula."""
    tree = ast.parse(formula, mode="eval")
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def test_the_equations_own_names_are_filled_in() -> None:
    """So the rule is read in the words of the program."""
    rule = rule_named("tanh")

    lines = written(
        rule, ["logits"], ["h"], tangent="d{}".format, cotangent="ct({})".format
    )

    assert [unicode_of(line) for line in lines.vjp if line] == [
        "ct(logits) += (1 − h²) ⊙ ct(h)"
    ]
    assert [unicode_of(line) for line in lines.jvp if line] == [
        "dh = (1 − h²) ⊙ dlogits"
    ]


@pytest.mark.parametrize(
    ("fn", "shapes", "vjp"),
    [
        (jax.lax.sin, [()], ["x̄ += cos(x)·ȳ"]),
        (lambda x: x * 2.0, [(3,)], ["x̄ += y·z̄", "ȳ += ∑ (x ⊙ z̄)"]),
        (lambda x: jax.lax.integer_pow(x, -1), [(3,)], ["x̄ += −x⁻² ⊙ ȳ"]),
        (lambda x: jax.lax.reduce_sum(x, (0, 1)), [(2, 3)], ["x̄ += repeat₀,₁(ȳ)"]),
        (lambda a, b: a @ b, [(2, 3), (3, 4)], ["Ā += C̄ Bᵀ", "B̄ += Aᵀ C̄"]),
    ],
)
def test_the_equations_own_shapes_are_filled_in(
    fn: Any, shapes: list[tuple[int, ...]], vjp: list[str]
) -> None:
    """One number is multiplied with a dot, and parameters are written out."""
    (eqn,) = jax.make_jaxpr(fn)(*(np.ones(s, np.float32) for s in shapes)).eqns
    rule = rule_of(eqn)
    assert rule is not None

    assert [unicode_of(line) for line in written(rule).vjp if line] == vjp


def test_every_rule_has_a_reason_and_a_source() -> None:
    """A reason is a whole sentence."""
    rules = [rule_named(name) for name in RULES]

    assert all(len(rule.reason) > 20 for rule in rules)
    assert all(rule.reason.endswith(".") for rule in rules)
    assert all(rule.source for rule in rules)


def test_equations_are_found_without_running_them() -> None:
    """The table can be listed at once."""
    eqn = equation_of("gather", EXAMPLES["gather"][0], np.float32)

    assert eqn.primitive.name == "gather"
