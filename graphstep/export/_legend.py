"""The legend of a picture: only what is in it."""

from __future__ import annotations

import graphviz

from graphstep.export._boxes import font
from graphstep.export._drawing import COMPLETE, MARKS, SIGNS, Drawing, Walk
from graphstep.export._kinds import KINDS
from graphstep.export._style import Style
from graphstep.export._themes import mixed

_KINDS = {
    "input": "input, output",
    "const": "constant",
    "binder": "what a loop or branch is handed",
    "elementwise": "elementwise",
    "linear": "linear algebra",
    "shape": "shape",
    "index": "indexing",
    "reduction": "reduction",
    "random": "random",
    "control": "control flow",
    "rule": "custom rule",
    "effect": "effect",
    "other": "other",
    "region": "closed region",
}
_WALKS: dict[Walk, str] = {
    "done": "done",
    "current": "here",
    "pending": "to come",
    "blocked": "no cotangent comes here",
}


def add_legend(dot: graphviz.Digraph, drawing: Drawing, style: Style) -> None:
    """Explain the colours, marks and lines of a drawing in a box of its own."""
    theme = style.colours
    kinds = {"input" if node.kind == "output" else node.kind for node in drawing.nodes}
    rows = [
        _row(
            f'<TD FIXEDSIZE="TRUE" WIDTH="16" HEIGHT="10" BORDER="1" '
            f'COLOR="{mixed(theme.hue(kind), theme.ground, 0.3)}" '
            f'BGCOLOR="{theme.fills[kind]}"></TD>',
            _KINDS[kind],
            style,
        )
        for kind in (*KINDS, "region")
        if kind in kinds and len(set(theme.fills.values())) > 1
    ]
    walks = {node.walk for node in drawing.nodes}
    marks = [(MARKS[walk], words) for walk, words in _WALKS.items() if walk in walks]
    if any(node.is_complete for node in drawing.nodes):
        marks.append((COMPLETE, "cotangent complete"))
    flags = {node.flag for node in drawing.nodes}
    marks += [(f, w) for f, w in (("N", "NaN"), ("I", "infinity")) if f in flags]
    shown = {amount.of for node in drawing.nodes for amount in node.amounts}
    marks += [(SIGNS[of].strip(), of) for of in SIGNS if of in shown and SIGNS[of]]
    if any(edge.operand is not None for edge in drawing.edges):
        marks.append(("→ 0", "which operand"))
    if any(edge.is_stub for edge in drawing.edges):
        marks.append(("from x", "a line that is not drawn"))
    if any(edge.is_feedback for edge in drawing.edges):
        marks.append(("- -", "goes into the next iteration"))
    rows += [
        _row(f"<TD>{font(mark, theme.text, 9)}</TD>", words, style)
        for mark, words in marks
    ]
    rows += _strips(drawing, style)
    label = (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">'
        f"{''.join(rows)}</TABLE>>"
    )
    dot.node(
        "legend",
        label=label,
        id="legend",
        tooltip="legend",
        color=mixed(theme.faint, theme.ground, 0.4),
        style="rounded",
        **{"class": "legend"},
    )


def _row(sample: str, words: str, style: Style) -> str:
    text = font(words, style.colours.dim, 9)
    return f'<TR>{sample}<TD ALIGN="LEFT">{text}</TD></TR>'


def _strips(drawing: Drawing, style: Style) -> list[str]:
    """Return what the strips in the boxes mean."""
    theme = style.colours
    kinds = {a.strip_kind for node in drawing.nodes for a in node.amounts}
    shown: list[tuple[list[str], str]] = []
    if "elements" in kinds and style.values:
        ends = [theme.cell(value, "elements") for value in (-1.0, -0.4, 0.0, 0.4, 1.0)]
        shown.append((ends, "elements, from negative to positive"))
    if "histogram" in kinds and style.values:
        bins = [theme.cell(value, "histogram") for value in (0.1, 0.5, 1.0, 0.5, 0.1)]
        shown.append((bins, "how many elements, from least to greatest"))
    rows: list[str] = []
    for colours, words in shown:
        cells = "".join(
            f'<TD FIXEDSIZE="TRUE" WIDTH="5" HEIGHT="8" BGCOLOR="{colour}"></TD>'
            for colour in colours
        )
        table = (
            f'<TABLE BORDER="1" COLOR="{theme.faint}" CELLBORDER="0" CELLSPACING="0" '
            f'CELLPADDING="0"><TR>{cells}</TR></TABLE>'
        )
        rows.append(_row(f"<TD>{table}</TD>", words, style))
    return rows
