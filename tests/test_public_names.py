"""What each package exports, and that it exports it properly."""

from __future__ import annotations

import importlib
import inspect

import pytest

import graphstep

# The command line and the terminal UI are applications: nothing imports from them
# but graphstep itself.
PACKAGES = [
    "graphstep",
    "graphstep.analysis",
    "graphstep.export",
    "graphstep.graph",
    "graphstep.recording",
    "graphstep.stepping",
    "graphstep.tracing",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_sorted(name: str) -> None:
    """`__all__` has constants, classes and functions, each sorted and named once."""
    names = list(importlib.import_module(name).__all__)

    assert names == sorted(
        set(names), key=lambda each: (not each.isupper(), not each[0].isupper(), each)
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_in_all_exists(name: str) -> None:
    """Each name can be had from the package, also where it is resolved late."""
    package = importlib.import_module(name)

    missing = [each for each in package.__all__ if not hasattr(package, each)]

    assert missing == []


@pytest.mark.parametrize("name", PACKAGES)
def test_all_is_complete(name: str) -> None:
    """A public name that is not in `__all__` was left out, or should be private."""
    package = importlib.import_module(name)

    public = {
        each
        for each, value in vars(package).items()
        if not each.startswith("_")
        and not inspect.ismodule(value)
        and each not in {"TYPE_CHECKING", "annotations"}
    }

    assert public <= set(package.__all__)


@pytest.mark.parametrize("name", PACKAGES)
def test_every_exported_name_is_documented(name: str) -> None:
    """Each exported class and function has a docstring of its own."""
    package = importlib.import_module(name)

    bare = [
        each
        for each in package.__all__
        if (
            inspect.isclass(value := getattr(package, each)) or inspect.isroutine(value)
        )
        and not value.__doc__
    ]

    assert bare == []


def test_the_facade_has_its_names() -> None:
    """The names that the README and the examples use stay."""
    promised = {"Recording", "Trace", "load", "record", "step", "trace"}

    assert promised <= set(graphstep.__all__)


def test_every_error_derives_from_one_class() -> None:
    """Catching `GraphstepError` catches all that graphstep raises by itself."""
    errors = importlib.import_module("graphstep.errors")
    classes = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    ]

    strays = [each for each in classes if not issubclass(each, errors.GraphstepError)]

    assert strays == []


def test_every_error_is_in_the_tree() -> None:
    """The module docstring of `errors` draws every exception class."""
    errors = importlib.import_module("graphstep.errors")
    tree = errors.__doc__.split()
    names = [each for each, value in vars(errors).items() if inspect.isclass(value)]

    assert [each for each in names if each not in tree] == []
