from __future__ import annotations

import time

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstep.lessons import (
    Answer,
    ChoiceAnswer,
    FormulaAnswer,
    NameAnswer,
    Near,
    ShapeAnswer,
    ValueAnswer,
    Variable,
    Verdict,
    answer_text,
    grade,
)

THIRD = ValueAnswer(np.float32(1 / 3))
GRID = ValueAnswer(np.arange(6, dtype=np.float32).reshape(2, 3))
ANSWERS = (
    THIRD,
    GRID,
    ShapeAnswer("f32[3,4]"),
    ChoiceAnswer(("zero", "diagonal", "dense"), 1),
    NameAnswer(("h", "c"), ("h", "c", "x")),
    FormulaAnswer("2*x*ȳ", (Variable("x"), Variable("ȳ"))),
)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        (THIRD, "1/3"),
        (THIRD, " 0.333 "),
        (THIRD, "333.3e-3"),
        (THIRD, "sin(0.33984)"),
        (ValueAnswer(np.float32(-0.25)), "−.25"),
        (ValueAnswer(np.float32(0.09)), "0.3²"),
        (ValueAnswer(np.float32(0.09)), "0.3^2"),
        (ValueAnswer(np.float32(-np.inf)), "−Inf"),
        (ValueAnswer(np.float32(np.nan)), "NaN"),
        (ValueAnswer(np.complex64(1 - 2j)), "1−2i"),
        (ValueAnswer(np.complex64(1 - 2j)), "1 - 2j"),
        (ValueAnswer(np.int32(5)), "5"),
        (ValueAnswer(np.bool_(True)), "true"),
        (ValueAnswer(jnp.bfloat16(3.14)), "3.12"),
        (GRID, "[[0, 1, 2], [3, 4, 5]]"),
        (GRID, "((0, 1, 2), (3, 4, 5))"),
        (ValueAnswer(np.float32(0.5), given=(("x", 0.25),)), "2*x"),
        (ShapeAnswer("f32[3,4]"), "float32[3, 4]"),
        (ShapeAnswer("[3,4]"), "(3, 4)"),
        (ShapeAnswer("[3,4]"), "3×4"),
        (ShapeAnswer("[3]"), "(3,)"),
        (ShapeAnswer("bf16[2]"), "bfloat16[2]"),
        (ShapeAnswer("[]"), "()"),
        (ShapeAnswer("[]"), "scalar"),
        (ChoiceAnswer(("zero", "diagonal"), 1), "B"),
        (ChoiceAnswer(("zero", "diagonal"), 1), "2"),
        (ChoiceAnswer(("zero", "diagonal"), 1), "Diag"),
        (ChoiceAnswer(("b", "a"), 1), "a"),
        (NameAnswer(("h", "c"), ("h", "c", "x")), "`c`"),
    ],
)
def test_every_spelling_of_the_right_answer_is_right(
    answer: Answer, typed: str
) -> None:
    assert grade(answer, typed).verdict is Verdict.RIGHT


@pytest.mark.parametrize(
    ("answer", "typed", "near"),
    [
        (THIRD, "0.33", Near.ROUNDING),
        (THIRD, "-1/3", Near.SIGN),
        (THIRD, "2/3", Near.FACTOR),
        (THIRD, "1/6", Near.FACTOR),
        (THIRD, "3", Near.RECIPROCAL),
        (THIRD, "[1/6, 1/6]", Near.SUM),
        (ValueAnswer(np.float32(-np.inf)), "inf", Near.SIGN),
        (ValueAnswer(np.complex64(1 - 2j)), "1+2i", Near.CONJUGATE),
        (ValueAnswer(np.float32(3), terms=(1.0, 2.0)), "1", Near.SUM),
        (GRID, "[[0, 3], [1, 4], [2, 5]]", Near.TRANSPOSED),
        (GRID, "[[0, 1, 2], [3, 4, 6]]", Near.SHAPE),
        (ShapeAnswer("f32[3,4]"), "f32[4,3]", Near.TRANSPOSED),
        (ShapeAnswer("f32[3,4]"), "i32[3,4]", Near.DTYPE),
    ],
)
def test_a_slip_is_nearly_right_and_named(
    answer: Answer, typed: str, near: Near | None
) -> None:
    found = grade(answer, typed)

    assert (found.verdict, found.near) == (Verdict.NEARLY, near)


@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        (THIRD, "0.5"),
        (THIRD, "nan"),
        (ValueAnswer(np.int32(5)), "5.001"),
        (ValueAnswer(np.float32(np.inf)), "1e30"),
        (GRID, "[1, 2]"),
        (GRID, "[[9, 9, 9], [9, 9, 9]]"),
        (ShapeAnswer("[3,4]"), "[2]"),
        (ChoiceAnswer(("zero", "diagonal"), 1), "a"),
        (NameAnswer(("h",), ("h", "x")), "x"),
        (FormulaAnswer("2*x", (Variable("x"),)), "x**2"),
    ],
)
def test_another_answer_is_wrong(answer: Answer, typed: str) -> None:
    assert grade(answer, typed).verdict is Verdict.WRONG


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: type(a).__name__)
@pytest.mark.parametrize("typed", ["", "  ", "?", "1 +", "a b c", "[1, [2", "\x1b[2J"])
def test_what_cannot_be_read_is_asked_again(answer: Answer, typed: str) -> None:
    found = grade(answer, typed)

    assert found.verdict is Verdict.UNREADABLE
    assert found.message.isprintable()


def test_an_array_where_a_number_is_asked_is_asked_again() -> None:
    assert grade(THIRD, "[1, 2]").verdict is Verdict.UNREADABLE


def test_a_name_that_nothing_has_is_asked_again() -> None:
    assert not grade(NameAnswer(("h",), ("h", "x")), "q").is_readable


def test_a_shape_without_its_dtype_is_asked_again() -> None:
    assert not grade(ShapeAnswer("f32[3]"), "(3,)").is_readable


def test_rounding_is_measured_by_what_was_added_up() -> None:
    """Sums that cancel are 0 up to rounding, and not one digit further."""
    cancelled = ValueAnswer(np.float32(-8.7e-8), scale=1.0)

    assert grade(cancelled, "0").is_right
    assert not grade(cancelled, "1e-4").is_right
    assert not grade(ValueAnswer(np.float32(-8.7e-8)), "0").is_right


# Formulas ----------------------------------------------------------------------------

TANH = FormulaAnswer("(1 - tanh(x)^2)·ȳ", (Variable("x"), Variable("ȳ")))
MATRIX = FormulaAnswer("Aᵀ @ b", (Variable("A", (3, 2)), Variable("b", (3,))))


@pytest.mark.parametrize(
    ("answer", "typed"),
    [
        (TANH, "ȳ*(1 - tanh(x)**2)"),
        (TANH, "ȳ / cosh(x)²"),
        (TANH, "4·ȳ / (exp(x) + exp(−x))^2"),
        (MATRIX, "b @ A"),
        (FormulaAnswer("2*log(x)", (Variable("x"),)), "log(x^2)"),
        (FormulaAnswer("relu(x)", (Variable("x"),)), "where(x > 0, x, 0)"),
        (
            FormulaAnswer(
                "params['w']*x[0]", tuple(map(Variable, ("params['w']", "x[0]")))
            ),
            "x[0] · params['w']",
        ),
    ],
)
def test_a_formula_is_right_however_it_is_written(answer: Answer, typed: str) -> None:
    assert grade(answer, typed).is_right


@pytest.mark.parametrize(
    ("answer", "typed", "near"),
    [
        (TANH, "-ȳ/cosh(x)^2", Near.SIGN),
        (TANH, "2*ȳ/cosh(x)^2", Near.FACTOR),
        (FormulaAnswer("abs(x)", (Variable("x"),)), "x", Near.DOMAIN),
        (FormulaAnswer("A.T", (Variable("A", (2, 3)),)), "A", Near.TRANSPOSED),
        (FormulaAnswer("sum(x*x)", (Variable("x", (3,)),)), "x*x", Near.SUM),
        (FormulaAnswer("x", (Variable("x"),)), "x + 1e-3", None),
    ],
)
def test_a_slip_in_a_formula_is_named(
    answer: Answer, typed: str, near: Near | None
) -> None:
    found = grade(answer, typed)

    assert not found.is_right
    assert found.near is near


def test_a_formula_whose_shapes_do_not_fit_is_asked_again() -> None:
    found = grade(MATRIX, "A @ b")

    assert not found.is_readable
    assert "do not fit" in found.message


def test_a_formula_without_values_in_its_range_is_refused() -> None:
    """A question that cannot be graded is the fault of who wrote it."""
    never = FormulaAnswer("log(x)", (Variable("x", low=-2, high=-1),))

    with pytest.raises(ValueError, match="no value at most points"):
        grade(never, "x")


# Laws --------------------------------------------------------------------------------

numbers = st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6)


@given(numbers)
def test_what_is_shown_as_the_answer_is_right(x: float) -> None:
    answer = ValueAnswer(np.float32(x))

    assert grade(answer, answer_text(answer)).is_right
    assert grade(answer, repr(x)).is_right


@given(numbers)
def test_a_number_away_from_it_is_not_right(x: float) -> None:
    assert not grade(ValueAnswer(np.float32(x)), repr(x * 1.02)).is_right


@given(st.lists(numbers, min_size=1, max_size=4))
def test_an_array_is_right_when_all_of_it_is(xs: list[float]) -> None:
    answer = ValueAnswer(np.array(xs, np.float32))
    largest = int(np.abs(xs).argmax())
    changed = [2 * x if i == largest else x for i, x in enumerate(xs)]

    assert grade(answer, str(xs)).is_right
    assert not grade(answer, str(changed)).is_right


formulas = st.recursive(
    st.sampled_from(["x", "y", "2", "0.5", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda t: f"({''.join(t)})"
        ),
        st.tuples(st.sampled_from(["sin", "tanh", "exp"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
    ),
    max_leaves=6,
)


@given(formulas, formulas)
def test_a_formula_is_equivalent_to_its_rearrangements(left: str, right: str) -> None:
    variables = (Variable("x"), Variable("y"))
    answer = FormulaAnswer(f"tanh({left}) + sin({right})", variables)

    assert grade(answer, f"sin({right}) - tanh(-({left}))").is_right
    assert not grade(answer, f"sin({right}) + tanh({left}) + 0.01").is_right


@given(st.text(max_size=80))
def test_any_text_is_graded_on_one_printable_line(text: str) -> None:
    for answer in ANSWERS:
        found = grade(answer, text)

        assert found.message.isprintable()
        assert found.understood.isprintable()


@given(st.text("0123456789+-*/()[].,exji9 ^²", max_size=60))
def test_any_arithmetic_is_graded(text: str) -> None:
    for answer in ANSWERS:
        assert isinstance(grade(answer, text).verdict, Verdict)


HOSTILE = [
    "9**9**9",
    "9**9**9**9",
    "9" * 1999,
    "1e400",
    "(" * 500 + ")" * 500,
    "[" * 500,
    "-" * 1999 + "1",
    "not " * 400 + "1",
    "1+" * 900 + "1",
    "x" * 5000,
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('true')",
    "open('/etc/passwd').read()",
    "(lambda: 1)()",
    "[x for x in (1,)]",
    "f'{1}'",
    "'a'*10**9",
    "(y := 3)",
    "x.real",
    "sin.__name__",
    "sin(x=1)",
    "sin(*[1])",
    "1 if 1 else 2",
    "1 and 2",
    "{1: 2}",
    "1\x00",
    "\ud800",
    "await x",
    "yield",
    "import os",
    "2if 1else 3",
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_hostile_is_refused_at_once(typed: str) -> None:
    before = time.process_time()

    found = [grade(answer, typed) for answer in ANSWERS]

    assert not any(each.is_readable for each in found)
    assert all(each.message.isprintable() for each in found)
    assert time.process_time() - before < 1


def test_an_array_that_would_be_huge_is_never_made() -> None:
    row = f"[{','.join('1' * 150)}]"

    assert not grade(THIRD, f"outer({row}, outer({row}, {row}))").is_readable
