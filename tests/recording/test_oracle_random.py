"""Random programs: every number of them against JAX and against the oracle.

`HYPOTHESIS_PROFILE=long` draws bigger programs, more of them, and new ones every time.
"""

from __future__ import annotations

import dataclasses
import os

import hypothesis
import jax
import pytest
from hypothesis import given

from tests import agreement, strategies
from tests.programs import Program
from tests.strategies import RandomProgram, Step

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def program_of(drawn: strategies.RandomProgram) -> Program:
    tags = {"cancels"}
    if "bf16" in repr(drawn) or "float16" in drawn.dtype:
        tags.add("bf16")
    return Program("random", drawn, drawn.args, tags=frozenset(tags))


def check_against_oracle(drawn: strategies.RandomProgram) -> None:
    case = agreement.case_of(program_of(drawn))

    assert list(agreement.all_differences(case)) == []


_SOFTMAX = (Step("exp", (5, 3)), Step("softmax", (4, 5)))
# Drawn once; their bfloat16 sums cancel, forward in one, backward in the other.
CANCELLING = (
    RandomProgram(
        1,
        (Step("grad", (0, 0), (Step("sin", (0, 0)), Step("div", (0, 2)))),),
        (0,),
        "bfloat16",
        1,
    ),
    RandomProgram(
        1,
        (
            Step("cond", (3, 1), _SOFTMAX, (Step("scatter", (4, 3)),)),
            Step("exp", (4, 3)),
            Step("cond", (3, 1), (Step("logistic", (0, 3)),), _SOFTMAX),
            Step("exp", (3, 0)),
        ),
        (4,),
        "bfloat16",
        0,
    ),
)


@pytest.mark.parametrize("drawn", CANCELLING, ids=["forward", "backward"])
def test_sums_that_cancel_in_low_precision_are_told_from_wrong_ones(
    drawn: RandomProgram,
) -> None:
    """Rounding of the terms passes; a number that is wrong by a tenth does not."""
    case = agreement.case_of(program_of(drawn))
    assert list(agreement.all_differences(case)) == []

    slot = case.oracle.slots["7", 0][()]
    slot = dataclasses.replace(slot, value=slot.value + 0.1)
    case.oracle.slots["7", 0][()] = slot

    assert any("primal of 7.0" in said for said in agreement.all_differences(case))


_settings = hypothesis.settings(
    max_examples=500 if _LONG else 40, derandomize=False, report_multiple_bugs=False
)


# Deep or wide, for compiling dominates; in parts, so that workers share them.
@pytest.mark.parametrize("part", range(4))
def test_random_programs_agree_with_the_oracle(part: int) -> None:
    """All primals, cotangents, contributions and absences are those of the oracle."""
    depth, size = (2, 2) if part % 2 else (1, 4)
    if _LONG:
        depth, size = 3, 6

    @_settings
    @given(strategies.programs(depth=depth, size=size))
    def run(drawn: strategies.RandomProgram) -> None:
        check_against_oracle(drawn)

    if not _LONG:
        run = hypothesis.seed(part)(run)
    run()
    jax.clear_caches()
