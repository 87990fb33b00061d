"""Mermaid text of a drawing: flowcharts that Markdown pages show by themselves.

Written for Mermaid 10 and 11. Its grammar is at
https://mermaid.js.org/syntax/flowchart.html; what it does to text before it parses is in
its source: directives (`%%{`) are taken out wherever they stand, entities are `#60;`,
and a `;` is lost after one of these on a line with `style…:`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from graphstep.export._drawing import COMPLETE, MARKS, SIGNS, Drawing, DrawnNode
from graphstep.export._style import Style
from graphstep.export._themes import mixed
from graphstep.tracing import one_line

# What Mermaid shows unless a page allows for more: characters and edges.
_MOST_TEXT, _MOST_EDGES = 50_000, 500
_LINE_LIMIT = 80
# Opening and closing brackets give a box its shape.
_SHAPES: dict[str, tuple[str, str]] = {
    "input": ("([", "])"),
    "const": ("([", "])"),
    "output": ("([", "])"),
    "binder": (">", "]"),
    "elementwise": ("(", ")"),
    "reduction": ("[\\", "/]"),
    "random": ("{{", "}}"),
    "control": ("[/", "\\]"),
    "rule": ("{{", "}}"),
    "region": ("[[", "]]"),
}
_PLAIN = ("[", "]")
# Characters that Mermaid, Markdown or HTML would act upon.
_ACTIVE = frozenset('"#&<>%\\`;{}|')
_HEADED = re.compile(r"style|classDef", re.IGNORECASE)


def mermaid_from_drawing(drawing: Drawing, style: Style | None = None) -> str:
    """Return a Mermaid flowchart of a drawing.

    Labels are data: whatever the names hold, the text is valid and shown as it is.
    Long edges are drawn in full, and what was left out as a box with three dots.
    """
    style = style or Style()
    return "\n".join([*_head(drawing, style), *_body(drawing, style)]) + "\n"


def limits_passed(text: str, drawing: Drawing) -> tuple[str, ...]:
    """Return why a page with Mermaid's own settings would refuse to show a flowchart."""
    n_edges = len(drawing.edges)
    if n_edges <= _MOST_EDGES and len(text) <= _MOST_TEXT:
        return ()
    size = f"{n_edges} lines and {len(text)} characters"
    notice = (
        f"Mermaid shows at most {_MOST_EDGES} lines and {_MOST_TEXT} characters unless "
        f"its settings maxEdges and maxTextSize allow for more, and this has {size}. "
        "Open fewer regions."
    )
    return (notice,)


def _head(drawing: Drawing, style: Style) -> Iterable[str]:
    title = drawing.caption if style.title is None else style.title
    is_dark = style.theme == "dark"
    if title or is_dark:
        yield "---"
        if title:
            # JSON is YAML, which is what stands between these dashes.
            yield f"title: {json.dumps(one_line(title, 200), ensure_ascii=False)}"
        if is_dark:
            yield "config:"
            yield "  theme: dark"
        yield "---"
    yield f"flowchart {'LR' if style.direction == 'right' else 'TB'}"


def _body(drawing: Drawing, style: Style) -> Iterable[str]:
    inside: dict[str, list[DrawnNode]] = {}
    for node in drawing.nodes:
        inside.setdefault(node.region, []).append(node)
    frames: dict[str, list[str]] = {}
    for cluster in drawing.clusters:
        frames.setdefault(cluster.parent, []).append(cluster.id)
    clusters = {cluster.id: cluster for cluster in drawing.clusters}
    # A stack, not recursion: nesting may be deeper than Python's.
    pending: list[str | None] = [""]
    depth = 0
    while pending:
        region = pending.pop()
        if region is None:
            depth -= 1
            yield f"{'  ' * (depth + 1)}end"
            continue
        if region in clusters:
            cluster = clusters[region]
            label = mermaid_text([cluster.title])
            yield f'{"  " * (depth + 1)}subgraph {_id(cluster.key)}["{label}"]'
            pending.append(None)
            depth += 1
        pending += reversed(frames.get(region, []))
        indent = "  " * (depth + 1)
        for node in inside.get(region, []):
            yield indent + _box(node, style)
    yield from _lines(drawing)
    yield from _cut_off(drawing)
    yield from _looks(drawing, style)
    yield from _links(drawing, style)


def _box(node: DrawnNode, style: Style) -> str:
    lines = [node.title] if node.type == node.title else [node.title, node.type]
    marks = MARKS[node.walk] + (COMPLETE if node.is_complete else "")
    lines[0] = f"{marks} {lines[0]}".strip()
    for amount in node.amounts:
        sign = SIGNS[amount.of]
        name = f"{amount.name} " if amount.name else ""
        lines.append(f"{sign}{name}{amount.text}")
    if style.source_lines and node.source:
        lines.append(node.source)
    opening, closing = _SHAPES.get(node.kind, _PLAIN)
    if node.is_closed:
        opening, closing = _SHAPES["region"]
    label = mermaid_text(line for line in lines if line)
    return f'{_id(node.key)}{opening}"{label}"{closing}:::{node.kind}'


def _lines(drawing: Drawing) -> Iterable[str]:
    keys = {node.id: _id(node.key) for node in drawing.nodes}
    for edge in drawing.edges:
        words = edge.label
        if edge.operand is not None:
            words = f"{words} → {edge.operand}"
        arrow = "-.->" if edge.is_feedback else "-->"
        label = mermaid_text([words])
        yield f'  {keys[edge.source]} {arrow}|"{label}"| {keys[edge.target]}'


def _cut_off(drawing: Drawing) -> Iterable[str]:
    for node in drawing.nodes:
        key = _id(node.key)
        for what, count in (("in", node.hidden_in), ("out", node.hidden_out)):
            if not count:
                continue
            box = f'{key}_{what}(["… {count}"]):::left_out'
            yield f"  {box} -.-> {key}" if what == "in" else f"  {key} -.-> {box}"


def _looks(drawing: Drawing, style: Style) -> Iterable[str]:
    theme = style.colours
    for kind in sorted({node.kind for node in drawing.nodes}):
        dashes = ",stroke-dasharray:4 2" if kind in ("const", "index") else ""
        yield (
            f"  classDef {kind} fill:{theme.fills[kind]},stroke:{theme.hue(kind)},"
            f"color:{theme.text}{dashes}"
        )
    if any(node.hidden_in or node.hidden_out for node in drawing.nodes):
        yield f"  classDef left_out fill:none,stroke:none,color:{theme.dim}"
    walks = {
        "current": f"stroke:{theme.accent(drawing.pass_)},stroke-width:3px",
        "pending": "stroke-dasharray:4 2",
        "blocked": "stroke-dasharray:1 2",
    }
    for walk, look in walks.items():
        keys = [_id(node.key) for node in drawing.nodes if node.walk == walk]
        if keys:
            yield f"  classDef {walk} {look}"
            yield f"  class {','.join(keys)} {walk}"
    for cluster in drawing.clusters:
        stroke = mixed(theme.hue("control"), theme.ground, 0.3)
        if not cluster.is_control:
            stroke = f"{theme.faint},stroke-dasharray:4 2"
        yield f"  style {_id(cluster.key)} fill:none,stroke:{stroke}"


def _links(drawing: Drawing, style: Style) -> Iterable[str]:
    if style.link is None:
        return
    for node in drawing.nodes:
        place = node.location
        if place is None or place.file.startswith("<"):
            continue
        where = Style.target(style.link, place.file, place.line, place.column)
        yield f'  click {_id(node.key)} href "{_url(where)}" _blank'


def _id(key: str) -> str:
    """Return an id that is no keyword; in keys there are never two `_` in a row."""
    return "n_" + key.replace(".", "__")


def mermaid_text(lines: Iterable[str]) -> str:
    """Return what stands between quotes so that exactly these lines are shown."""
    # Nothing at all between quotes is no label to Mermaid.
    return "<br>".join(_escaped(one_line(line, _LINE_LIMIT)) for line in lines) or " "


def _escaped(line: str) -> str:
    active = _ACTIVE | {":"} if _HEADED.search(line) else _ACTIVE
    text = "".join(f"#{ord(c)};" if c in active else c for c in line)
    # A backslash before an n, even as entities, would become the end of a line.
    return text.replace("#92;n", "#92;#8203;n")


def _url(where: str) -> str:
    return "".join(
        f"%{ord(c):02X}" if c in "\"'<>`\\{}|; " or ord(c) < 32 else c
        for c in one_line(where, 2000)
    )
