"""JAX's own printout of a program, and where each equation stands in it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from jax._src import core as _core

from graphstep._jaxcompat._letters import letters
from graphstep._jaxcompat._structure import ClosedJaxpr, Jaxpr, JaxprEqn

# What the arguments of a jaxpr are printed between.
_HEADER = re.compile(r"\{ lambda (.*?)\. let", re.DOTALL)
_BINDER = re.compile(r"(?<!\S)([a-z]+|_):(?=\S)")


class Place(NamedTuple):
    """A stretch of one line.

    Attributes:
        line: Counted from 0.
        start: Its first character.
        end: The character after its last one.
    """

    line: int
    start: int
    end: int


@dataclasses.dataclass(frozen=True, eq=False)
class Printout:
    """What JAX prints of a program.

    Attributes:
        lines: The text.
        binders: Where the letter of an argument or a constant is bound.
        body: The line on which the program itself begins, after the jaxprs that it
            shares.
    """

    lines: tuple[str, ...]
    binders: Mapping[str, Place]
    body: int
    _places: Mapping[int, Place]

    def place(self, eqn: JaxprEqn) -> Place | None:
        """Return where an equation begins, and how far it goes on that line.

        A jaxpr that is used several times is printed once, so several nodes of the
        graph may have one place. It is `None` for equations of another program.
        """
        return self._places.get(id(eqn))


def printout(closed_jaxpr: ClosedJaxpr) -> Printout | None:
    """Return JAX's own text, as `str(closed_jaxpr)` has it, with its equations found.

    Returns:
        `None` if the program is nested too deeply for JAX's printer.
    """
    marker = _Marker()
    source_map: list[list[tuple[int, int, Any]]] = []
    try:
        document = _core.pp_toplevel_jaxpr(marker.marked(closed_jaxpr.jaxpr))
        text = document.format(use_color=False, source_map=source_map)
    except RecursionError:
        return None
    lines = tuple(text.split("\n"))
    marks: dict[int, Place] = {}
    for number, stretches in enumerate(source_map):
        for start, end, source in stretches:
            if isinstance(source, int):
                marks.setdefault(source, Place(number, start, end))
    if len(source_map) < len(lines):
        names = letters(closed_jaxpr)
        bound = {n: _bound_text(marker.eqns[n], names) for n in marks}
        marks = _moved(marks, bound, lines)
    places = {id(marker.eqns[n]): place for n, place in marks.items()}
    starts = (n for n, line in enumerate(lines) if line.startswith("{ lambda"))
    return Printout(lines, _binders(text), next(starts, 0), places)


def _bound_text(eqn: JaxprEqn, names: Mapping[Any, str]) -> str:
    """Return what an equation's text begins with, or nothing where that is not known."""
    letter = names.get(eqn.outvars[0], "_") if eqn.outvars else "_"
    return "" if letter == "_" else f"{letter}:"


def _moved(
    marks: Mapping[int, Place], bound: Mapping[int, str], lines: tuple[str, ...]
) -> dict[int, Place]:
    """Return places in a text some of whose parameters hold line breaks themselves.

    The printer does not count those (jax 0.10.2), so that what follows stands lower.
    """
    moved: dict[int, Place] = {}
    extra = 0
    for number, place in sorted(marks.items(), key=lambda item: item[1]):
        start, end, text = place.start, place.end, bound[number]
        for line in range(place.line + extra, len(lines)):
            found = lines[line].find(text)
            if text and found >= 0 and not lines[line][:found].strip(" ;("):
                extra, start, end = line - place.line, found, len(lines[line])
                break
        moved[number] = Place(min(place.line + extra, len(lines) - 1), start, end)
    return moved


class _Marker:
    """Makes copies of jaxprs whose equations carry a number for a traceback.

    The printer reports which text came from which traceback, and equations that one
    line of the user's made share theirs.
    """

    def __init__(self) -> None:
        self.eqns: list[JaxprEqn] = []
        # The printer counts how often it meets the very same jaxpr.
        self._copies: dict[int, Jaxpr] = {}

    def marked(self, jaxpr: Jaxpr) -> Jaxpr:
        """Return the copy of a jaxpr; the same one for the same jaxpr."""
        found = self._copies.get(id(jaxpr))
        if found is None:
            eqns = [self._marked_eqn(eqn) for eqn in jaxpr.eqns]
            found = self._copies[id(jaxpr)] = jaxpr.replace(eqns=eqns)
        return found

    def _marked_eqn(self, eqn: JaxprEqn) -> JaxprEqn:
        self.eqns.append(eqn)
        source_info = eqn.source_info.replace(traceback=len(self.eqns) - 1)
        params = eqn.params
        if any(True for _ in _core.jaxprs_in_params(params)):
            params = {name: self._marked_param(value) for name, value in params.items()}
        return eqn.replace(source_info=source_info, params=params)

    def _marked_param(self, value: Any) -> Any:
        match value:
            case Jaxpr():
                return self.marked(value)
            case ClosedJaxpr():
                return value.replace(jaxpr=self.marked(value.jaxpr))
            case tuple():
                marked = [self._marked_param(each) for each in value]
                make = getattr(type(value), "_make", tuple)
                return make(marked)
            case _:
                return value


def _binders(text: str) -> dict[str, Place]:
    found: dict[str, Place] = {}
    line, line_start = 0, 0
    for header in _HEADER.finditer(text):
        for binder in _BINDER.finditer(text, header.start(1), header.end(1)):
            here = binder.start()
            newlines = text.count("\n", line_start, here)
            if newlines:
                line += newlines
                line_start = text.rindex("\n", 0, here) + 1
            column = here - line_start
            letter = binder.group(1)
            found.setdefault(letter, Place(line, column, column + len(letter)))
    return found
