"""Graphs that notebooks draw: those of the public interface."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import networkx as nx

from graphstep import graph as _graph
from graphstep.recording import SavedGraph

# Which regions are open: ids, `"all"`, a number of levels, or the default.
Expanded = str | int | Iterable[str] | None


def exporters() -> ModuleType:
    """Return the package that draws; it is loaded when it is first needed."""
    return importlib.import_module("graphstep.export")


class View(nx.MultiDiGraph[str] if TYPE_CHECKING else nx.MultiDiGraph):
    """The graph seen when some regions are open; a notebook draws it.

    Attributes:
        shown: The program and what of it is open; `None` for graphs that networkx
            made out of a view.
    """

    shown: tuple[ProgramGraph, Expanded] | None = None

    def _repr_mimebundle_(self, **_limits: Any) -> dict[str, str]:
        if self.shown is None:
            return {"text/plain": str(self)}
        program, opened = self.shown
        return exporters().bundle_from_graph(program, str(self), opened)


class _Displayed(_graph.ProgramGraph):
    """A computational graph that a notebook draws."""

    def view(self, expanded: Expanded = None) -> View:
        if isinstance(expanded, Iterable) and not isinstance(expanded, str):
            expanded = frozenset(expanded)
        view: Any = super().view(expanded)
        # The public class adds methods and no node.
        view.__class__ = View
        view.shown = (self, frozenset() if expanded is None else expanded)
        return view

    view.__doc__ = _graph.ProgramGraph.view.__doc__

    def _repr_mimebundle_(self, **_limits: Any) -> dict[str, str]:
        return exporters().bundle_from_graph(self, repr(self))


class ProgramGraph(_Displayed):
    __doc__ = _graph.ProgramGraph.__doc__


class LoadedGraph(_Displayed, SavedGraph):
    __doc__ = SavedGraph.__doc__
