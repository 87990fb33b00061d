"""Every number of every program of the zoo, against JAX and against the oracle."""

from __future__ import annotations

from collections.abc import Iterator

import jax
import pytest

import graphstep as gs
from tests import agreement, programs
from tests.agreement import Case
from tests.oracle_equations import Oracle
from tests.reference import jax_differences

# A reference has no cotangent, and a rule may close over what its trace left behind:
# the oracle cannot run such equations alone.
_NAMES = programs.named(lacking=("whole",))


@pytest.fixture(scope="module", params=_NAMES)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    program = programs.build(request.param)
    with program.context():
        yield agreement.case_of(program)


def test_outputs_and_in_cotangents_are_those_of_jax(case: Case) -> None:
    """`outputs` and `in_cotangents` equal those of the function compiled by JAX."""
    assert list(jax_differences(case.program, case.recording)) == []


def test_the_oracle_comes_to_every_node(case: Case) -> None:
    """The graph has no node that a walk over the jaxpr does not meet."""
    assert list(agreement.unknown_nodes(case)) == []


def test_primals_are_those_of_the_oracle(case: Case) -> None:
    """Every primal, in every iteration, is what an eager evaluation gives."""
    assert list(agreement.primal_differences(case)) == []


def test_cotangents_are_those_of_the_oracle(case: Case) -> None:
    """Every cotangent, in every iteration, is what `jax.vjp` per equation gives."""
    assert list(agreement.cotangent_differences(case)) == []


def test_contributions_are_those_of_the_oracle(case: Case) -> None:
    """Every use sends back what `jax.vjp` of the using equation sends back."""
    assert list(agreement.contribution_differences(case)) == []


def test_contributions_sum_to_the_cotangent(case: Case) -> None:
    """A value's cotangent is the sum over its uses."""
    assert list(agreement.sum_differences(case)) == []


def test_absences_have_their_reason(case: Case) -> None:
    """No cotangent is missing, and none is missing for a reason that is not so."""
    assert list(agreement.absence_differences(case)) == []


def test_loops_and_branches_run_as_in_the_oracle(case: Case) -> None:
    """Trip counts and taken branches are those of an eager evaluation."""
    assert list(agreement.control_differences(case)) == []


@pytest.mark.parametrize("name", programs.named(having="whole"))
def test_programs_that_stay_whole_are_like_jax(name: str) -> None:
    """Where the oracle cannot go, outputs, gradients and sums over uses still agree."""
    program = programs.build(name)
    traced = gs.trace(program.fn, *program.args)

    recording = traced.record(verify=False)

    assert list(jax_differences(program, recording)) == []
    case = Case(program, traced, recording, Oracle())
    assert list(agreement.sum_differences(case)) == []


@pytest.mark.parametrize("name", programs.named(having="events"))
def test_effects_happen_once_per_recording(name: str) -> None:
    """A recording calls back as often as the function, in the same order."""
    program = programs.build(name)
    programs.EVENTS.clear()
    jax.block_until_ready(jax.jit(program.fn)(*program.args))
    jax.effects_barrier()
    expected = list(programs.EVENTS)
    programs.EVENTS.clear()

    gs.record(program.fn, *program.args)
    jax.effects_barrier()

    assert expected == programs.EVENTS
