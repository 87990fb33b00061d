"""The zoo itself: what a test gets must not depend on which tests ran before it."""

from __future__ import annotations

import inspect

import jax
import pytest

from tests import programs
from tests.programs._registry import FACTORIES


def dtypes(program: programs.Program) -> list[str]:
    return [
        str(jax.numpy.asarray(leaf).dtype) for leaf in jax.tree.leaves(program.args)
    ]


@pytest.mark.parametrize("name", programs.named(having="while_reverse"))
def test_a_program_is_built_with_its_own_types(name: str) -> None:
    """A test that enables 64-bit types for itself does not widen a program."""
    expected = dtypes(programs.build(name))

    with jax.enable_x64(True):
        built = inspect.unwrap(FACTORIES[name])()

    assert [leaf.dtype for leaf in jax.tree.leaves(built.args)] == expected
