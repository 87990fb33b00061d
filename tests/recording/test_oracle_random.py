"""Random programs: every number of them against JAX and against the oracle.

`HYPOTHESIS_PROFILE=long` draws bigger programs, more of them, and new ones every time.
"""

from __future__ import annotations

import os

import hypothesis
import jax
import pytest
from hypothesis import given

from tests import agreement, strategies
from tests.programs import Program

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


def program_of(drawn: strategies.RandomProgram) -> Program:
    tags = frozenset(
        {"bf16"} if "bf16" in repr(drawn) or "float16" in drawn.dtype else ()
    )
    return Program("random", drawn, drawn.args, tags=tags)


def check_against_oracle(drawn: strategies.RandomProgram) -> None:
    case = agreement.case_of(program_of(drawn))

    assert list(agreement.all_differences(case)) == []


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
