"""Why a cotangent is zero or missing, in lines of text."""

from __future__ import annotations

import math
from pathlib import PurePath

from graphstep.analysis import Cut, Why, why
from graphstep.export.chain._labels import label_of
from graphstep.export.chain._names import equation_text, rule_name
from graphstep.export.chain._numbers import index_text, number
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tracing import SourceLocation, one_line

# Cuts that are listed; there are rarely more than a handful.
_LISTED = 12


def why_lines(graph: ProgramGraph, found: Why) -> tuple[str, ...]:
    """Return what `why` found: a sentence, then two lines for each place of a cut."""
    lines = [_headline(graph, found)]
    if found.bad:
        is_all = found.state == "nonzero"
        lines = [_bad_line(graph, found), *([] if is_all else ["", *lines])]
    for cut in found.cuts[:_LISTED]:
        lines += ["", *cut_lines(graph, cut)]
    if len(found.cuts) > _LISTED:
        lines += ["", f"  and {len(found.cuts) - _LISTED} more places"]
    if found.cuts and found.state in ("zero", "missing"):
        lines += ["", _verdict(found)]
    return tuple(lines)


def missing_cuts(recording: Recording, node: str, out: int) -> tuple[str, ...]:
    """Return where a value without a cotangent is cut off, one line for each place.

    What the reason that it has none says already is left out.
    """
    graph, found = recording.graph, why(recording, node, out)
    reason = one_line(found.reason)
    return tuple(
        f"{_subject(graph, cut)} {cut_text(graph, cut)}{place_text(cut.location)}"
        for cut in found.cuts[:_LISTED]
        if one_line(cut.message).rstrip(".") not in reason
    )


def _headline(graph: ProgramGraph, found: Why) -> str:
    name = f"`{label_of(graph, *found.value)}`, {one_line(found.type, 60)}"
    if found.state in ("missing", "unknown"):
        is_missing = found.state == "missing"
        what = "has no cotangent" if is_missing else "was not kept in full"
        return f"{name}, {what}: {one_line(found.reason)}"
    if found.state == "empty":
        return f"{name}, has no elements, so its cotangent has none."
    if found.state == "nonzero":
        return f"The cotangent of {name}, is not zero at any element."
    if found.state == "zero":
        every = "all of it" if found.size == 1 else f"at all {found.size:,} elements"
        return f"The cotangent of {name}, is zero, {every}."
    shown = ", ".join(map(index_text, found.zeros))
    more = ", …" if found.n_zero > len(found.zeros) else ""
    count = f"{found.n_zero:,} of {found.size:,} elements"
    return f"The cotangent of {name}, is zero at {count}: {shown}{more}."


def _bad_line(graph: ProgramGraph, found: Why) -> str:
    """Return how much of a cotangent is not finite."""
    name = f"`{label_of(graph, *found.value)}`, {one_line(found.type, 60)}"
    n_bad = found.n_nan + found.n_inf
    what = "NaN or infinite" if found.n_nan and found.n_inf else "infinite"
    what = what if found.n_inf else "NaN"
    if found.size == 1:
        return f"The cotangent of {name}, is {what}."
    shown = ", ".join(map(index_text, found.bad))
    more = ", …" if n_bad > len(found.bad) else ""
    where = f"{n_bad:,} of {found.size:,} elements"
    return f"The cotangent of {name}, is {what} at {where}: {shown}{more}."


def cut_lines(graph: ProgramGraph, cut: Cut) -> tuple[str, str]:
    """Return the equation that cuts and where it stands, and what it does there."""
    return (
        f"  {_subject(graph, cut)}{place_text(cut.location)}",
        f"      {cut_text(graph, cut)}",
    )


def cut_text(graph: ProgramGraph, cut: Cut) -> str:
    """Return what happens at a cut, in words that follow the equation."""
    text = one_line(cut.message).rstrip(".")
    if cut.is_structural:
        return f"{text}, whatever the numbers"
    if cut.n_cut != cut.size or cut.size > 1:
        text += f" ({cut.n_cut:,} of {cut.size:,} elements)"
    if cut.edges and not math.isnan(cut.low):
        name = label_of(graph, *cut.value)
        ends = number(cut.low), number(cut.high)
        there = ends[0] if ends[0] == ends[1] else f"from {ends[0]} to {ends[1]}"
        text += f"; there {name} is {there}"
    return text


def _subject(graph: ProgramGraph, cut: Cut) -> str:
    node = graph.node(cut.node)
    region = graph.region_of(cut.node)
    if cut.kind == "not_taken":
        return _branch(graph, cut)
    if not cut.edges:
        return label_of(graph, *cut.value)
    if node.role == "output":
        return f"the output {label_of(graph, cut.node)}"
    if region.is_opaque and region.id == cut.node:
        rule = rule_name(region) or region.primitive
        return f"{label_of(graph, cut.node)} = {rule}(…)"
    return equation_text(graph, cut.node)


def _branch(graph: ProgramGraph, cut: Cut) -> str:
    """Return which branch of which cond was not taken."""
    if graph.node(cut.node).role == "binder":
        cond, _, number_ = graph.region_of(cut.node).id.rpartition(":")
        return f"branch {number_} of {label_of(graph, cond)} = cond(…)"
    n_outs = len(graph.node(cut.node).avals)
    numbers = sorted({edge[2] // n_outs for edge in cut.edges})
    which = ", ".join(map(str, numbers))
    return f"branch {which} of {label_of(graph, cut.node)} = cond(…)"


def place_text(location: SourceLocation | None) -> str:
    """Return `  loss.py:12`, or nothing if the place is not known."""
    if location is None:
        return ""
    return f"  {one_line(PurePath(location.file).name, 60)}:{location.line}"


def _verdict(found: Why) -> str:
    if found.is_structural:
        return "It is so whatever the numbers: the program itself cuts it off."
    return "It is so for these numbers: with others it may not be zero."
