"""The application is put together from parts that do not use each other's names."""

from __future__ import annotations

import ast
import collections
import inspect
import textwrap

from textual.app import App

from graphstep.tui.app import StepApp
from graphstep.tui.base import StatefulApp

PARTS = [
    part for part in StepApp.__mro__ if part.__module__.startswith("graphstep.tui.")
]


def private_names(part: type) -> set[str]:
    """Return the private methods of a class, and what its `__init__` sets."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
    assert isinstance(tree, ast.ClassDef)
    found: set[str] = set()
    for each in tree.body:
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found.add(each.name)
        if each.name == "__init__":
            found |= {
                node.attr
                for node in ast.walk(each)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            }
    return {name for name in found if name.startswith("_") and not name.endswith("__")}


def test_the_parts_of_the_application_are_found() -> None:
    """Names that are known to be private are among those that are compared."""
    assert {"_values", "_fetch"} <= set().union(*map(private_names, PARTS))


def test_no_two_parts_define_the_same_private_name() -> None:
    """One of them would silently take the place of the other."""
    owners: dict[str, list[str]] = collections.defaultdict(list)
    for part in PARTS:
        for name in private_names(part):
            owners[name].append(part.__name__)

    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}


def test_only_the_base_replaces_private_names_of_textual() -> None:
    """What Textual calls so would stop working, and no type check would say it."""
    app = App[int]()
    taken = {
        part.__name__: shared
        for part in PARTS
        if part is not StatefulApp
        and (shared := {name for name in private_names(part) if hasattr(app, name)})
    }

    assert taken == {}
