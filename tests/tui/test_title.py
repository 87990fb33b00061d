from __future__ import annotations

import jax.numpy as jnp
import pytest
from rich.cells import cell_len

import graphstep as gs
from graphstep.recording import Comparison, Verification
from graphstep.tui.palette import palette
from graphstep.tui.title import LENGTHS, title_text, verification_text


def weighted_mean(x: jnp.ndarray) -> jnp.ndarray:
    return jnp.sum(jnp.exp(x) / jnp.sum(x * x))


REC = gs.record(weighted_mean, jnp.linspace(0.1, 2.0, 7))
UNVERIFIED = gs.record(weighted_mean, jnp.ones(3), verify=False)


def title(recording: gs.Recording, width: int) -> str:
    cursor = recording.cursor().last()
    text = title_text(recording.graph, recording, cursor, palette(is_dark=True), width)
    return text.plain


@pytest.mark.parametrize("width", range(40, 131, 6))
def test_whether_it_was_verified_is_said_at_every_width(width: int) -> None:
    """In one of the forms that the recording gives."""
    line = title(REC, width)

    forms = [verification_text(REC.verification, length) for length in LENGTHS]
    assert any(form in line for form in forms)
    assert "not verified" in title(UNVERIFIED, width)
    assert cell_len(line) == width


@pytest.mark.parametrize("width", range(40, 131, 6))
def test_only_a_name_is_ever_cut(width: int) -> None:
    """A word is there as a whole or not at all."""
    whole = title(REC, 200).split()

    for word in title(REC, width).split():
        is_short_form = word in verification_text(REC.verification, "short")
        is_name = word.endswith("…") and "weighted_mean".startswith(word[:-1])
        assert word in whole or is_short_form or is_name


def test_the_short_form_is_the_worse_of_both() -> None:
    """It claims equality only if outputs and cotangents are equal."""
    assert REC.verification is not None
    worst = max(each.ulp for each in REC.verification.comparisons)

    short = verification_text(REC.verification, "short")

    assert short == ("= jax" if worst == 0 else f"= jax ≤ {worst:g} ulp")


@pytest.mark.parametrize(
    ("of_output", "of_cotangent", "forms"),
    [
        (
            (0, 0.0),
            (0, 0.0),
            ("outputs and cotangents exactly as in JAX", "exactly as in JAX", "= jax"),
        ),
        (
            (0, 0.0),
            (2, 1e-7),
            (
                "outputs exactly as in JAX, cotangents within 2 ulp",
                "as in JAX within 2 ulp",
                "= jax ≤ 2 ulp",
            ),
        ),
        (
            (1, 1e-7),
            (900, 3e-6),
            (
                "outputs as in JAX within 1 ulp, cotangents within 3e-06",
                "as in JAX within 3e-06",
                "jax ± 3e-06",
            ),
        ),
    ],
)
def test_how_near_the_numbers_are_is_said_in_words(
    of_output: tuple[float, float],
    of_cotangent: tuple[float, float],
    forms: tuple[str, str, str],
) -> None:
    """Of both in the long form, of the worse in the others; signs come last."""
    verification = Verification(
        (
            Comparison("output", "", *of_output),
            Comparison("in_cotangent", "x", *of_cotangent),
        )
    )

    assert tuple(verification_text(verification, n) for n in LENGTHS) == forms
