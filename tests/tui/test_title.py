from __future__ import annotations

import jax.numpy as jnp
import pytest
from rich.cells import cell_len

import graphstep as gs
from graphstep.tui.palette import palette
from graphstep.tui.title import title_text, verification_text


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
    """In the long form or in the short one, which the recording gives."""
    line = title(REC, width)

    forms = [verification_text(REC.verification, is_short=s) for s in (False, True)]
    assert any(form in line for form in forms)
    assert "not verified" in title(UNVERIFIED, width)
    assert cell_len(line) == width


@pytest.mark.parametrize("width", range(40, 131, 6))
def test_only_a_name_is_ever_cut(width: int) -> None:
    """A word is there as a whole or not at all."""
    whole = title(REC, 200).split()

    for word in title(REC, width).split():
        is_short_form = word in verification_text(REC.verification, is_short=True)
        is_name = word.endswith("…") and "weighted_mean".startswith(word[:-1])
        assert word in whole or is_short_form or is_name


def test_the_short_form_is_the_worse_of_both() -> None:
    """It claims equality only if outputs and cotangents are equal."""
    assert REC.verification is not None
    worst = max(each.ulp for each in REC.verification.comparisons)

    short = verification_text(REC.verification, is_short=True)

    assert short == ("= jax" if worst == 0 else f"= jax ≤ {worst:g} ulp")
