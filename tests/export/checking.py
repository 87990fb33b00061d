"""Readers of formats for which there is no library: by their documented rules."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from typing import Any

# Mermaid -------------------------------------------------------------------------------

_ID = r"[A-Za-z][A-Za-z0-9_]*"
# Between quotes anything may stand but quotes and line ends; what Mermaid, Markdown or
# HTML would act upon is to be an entity, such as #34;.
_TEXT = r'"(?P<text>(?:[^"#&<>%\\`;{}|\n]|#\d+;|<br>)+)"'
_BOX = re.compile(
    rf"(?P<id>{_ID})(?P<open>\(\[|\[\[|\[\\|\[/|\{{\{{|\(|\[|>){_TEXT}"
    rf"(?P<close>\]\)|\]\]|\}}\}}|/\]|\\\]|\)|\]):::(?P<kind>\w+)"
)
_PAIRS = {
    ("([", "])"),
    ("[[", "]]"),
    ("[\\", "/]"),
    ("[/", "\\]"),
    ("{{", "}}"),
    ("(", ")"),
    ("[", "]"),
    (">", "]"),
}
_FRAME = re.compile(rf"subgraph (?P<id>{_ID})\[{_TEXT}\]")
_LINE = re.compile(rf"(?P<source>{_ID}) (?:-->|-\.->)\|{_TEXT}\| (?P<target>{_ID})")
_CUT = re.compile(
    rf"(?:{_ID} -\.-> )?{_ID}\(\[\"… \d+\"\]\):::left_out(?: -\.-> {_ID})?"
)
_COLOUR = r"(?:#[0-9a-f]{6}|none)"
_LOOK = (
    rf"(?:(?:fill|stroke|color):{_COLOUR}|stroke-width:\d+px"
    r"|stroke-dasharray:\d+ \d+)"
)
_LOOKS = (
    re.compile(rf"classDef {_ID} {_LOOK}(?:,{_LOOK})*"),
    re.compile(rf"class {_ID}(?:,{_ID})* {_ID}"),
    re.compile(rf"style {_ID} {_LOOK}(?:,{_LOOK})*"),
)
_LINK = re.compile(rf'click {_ID} href "(?P<url>[^"\s<>`]+)" _blank')
# `end` closes frames, and these begin statements of their own.
_KEYWORDS = frozenset(
    [
        "end",
        "subgraph",
        "flowchart",
        "graph",
        "style",
        "classDef",
        "class",
        "click",
        "linkStyle",
        "default",
    ]
)
_BEHEADED = re.compile(r"(?:style|classDef).*:\S*#.*;", re.IGNORECASE)


@dataclasses.dataclass(slots=True)
class Chart:
    """A Mermaid flowchart that was read.

    Attributes:
        direction: `TB` or `LR`.
        title: What its front matter says.
        boxes: Labels as they are shown, by id.
        frames: The same for subgraphs.
        lines: Source and target of each line.
        links: Where boxes lead.
    """

    direction: str
    title: str
    boxes: dict[str, str] = dataclasses.field(default_factory=dict)
    frames: dict[str, str] = dataclasses.field(default_factory=dict)
    lines: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    links: list[str] = dataclasses.field(default_factory=list)


def check_mermaid(text: str) -> Chart:
    """Read a flowchart by the part of Mermaid's grammar that we write."""
    lines = text.split("\n")
    assert lines.pop() == ""
    title = ""
    if lines[0] == "---":
        stop = lines.index("---", 1)
        for line in lines[1:stop]:
            assert re.fullmatch(r'title: ".*"|config:|  theme: dark', line), line
            if line.startswith("title: "):
                title = json.loads(line.removeprefix("title: "))
        lines = lines[stop + 1 :]
    head = re.fullmatch(r"flowchart (TB|LR)", lines[0])
    assert head, lines[0]
    chart = Chart(head[1], title)
    depth = 0
    for line in lines[1:]:
        # Mermaid drops a `;` there before it parses, and takes directives out.
        assert not (_BEHEADED.search(line) and not line.startswith("  classDef")), line
        assert "%%" not in line
        depth += _read(chart, line.strip())
        assert depth >= 0
    assert depth == 0
    known = {*chart.boxes, *chart.frames}
    assert len(known) == len(chart.boxes) + len(chart.frames)
    assert known.isdisjoint(_KEYWORDS)
    assert {end for ends in chart.lines for end in ends} <= chart.boxes.keys()
    return chart


def _read(chart: Chart, line: str) -> int:
    """Read one statement and return by how much it goes into frames."""
    if line == "end":
        return -1
    box = _BOX.fullmatch(line)
    if box:
        assert (box["open"], box["close"]) in _PAIRS, line
        assert box["id"] not in chart.boxes
        chart.boxes[box["id"]] = _shown(box["text"])
        return 0
    frame = _FRAME.fullmatch(line)
    if frame:
        chart.frames[frame["id"]] = _shown(frame["text"])
        return 1
    arrow = _LINE.fullmatch(line)
    if arrow:
        chart.lines.append((arrow["source"], arrow["target"]))
        return 0
    link = _LINK.fullmatch(line)
    if link:
        chart.links.append(link["url"])
        return 0
    assert _CUT.fullmatch(line) or any(look.fullmatch(line) for look in _LOOKS), line
    return 0


def _shown(text: str) -> str:
    """Return a label as it is seen: entities become characters, breaks become lines."""
    shown = html.unescape(re.sub(r"#(\d+);", r"&#\1;", text.replace("<br>", "\n")))
    assert not re.search(r"\\n", shown), "Mermaid breaks lines there"
    return shown.replace("\u200b", "")


# Model Explorer ------------------------------------------------------------------------

# Of `input_graph.ts`: the fields of each interface, those that are optional in brackets.
_COLLECTION = {"label": str, "graphs": list, "graphSorting": [str]}
_GRAPH = {
    "id": str,
    "nodes": list,
    "groupNodeAttributes": [dict],
    "groupNodeConfigs": [list],
    "nodeLabelsToHide": [list],
    "tasksData": [dict],
    "layoutConfigs": [dict],
}
_NODE = {
    "id": str,
    "label": str,
    "namespace": str,
    "subgraphIds": [list],
    "attrs": [list],
    "incomingEdges": [list],
    "inputsMetadata": [list],
    "outputsMetadata": [list],
    "style": [dict],
    "config": [dict],
}
_EDGE = {
    "sourceNodeId": str,
    "sourceNodeOutputId": str,
    "targetNodeInputId": str,
    "metadata": [dict],
}
_METADATA = {"id": str, "attrs": list}
_PAIR = {"key": str, "value": str}


def check_model_explorer(document: Any) -> dict[str, Any]:
    """Hold a graph collection to the documented format and return its nodes by id."""
    _fits(document, _COLLECTION)
    (graph,) = document["graphs"]
    _fits(graph, _GRAPH)
    nodes: dict[str, Any] = {}
    layers = set()
    for node in graph["nodes"]:
        _fits(node, _NODE)
        assert node["id"] not in nodes
        nodes[node["id"]] = node
        for pair in node["attrs"]:
            _fits(pair, _PAIR)
        for metadata in node["outputsMetadata"]:
            _fits(metadata, _METADATA)
            for pair in metadata["attrs"]:
                _fits(pair, _PAIR)
        # `;` separates namespaces, and only the last one would be used.
        assert ";" not in node["namespace"]
        parts = re.split(r"(?<!\\)/", node["namespace"])
        assert all(parts) or parts == [""]
        layers |= {"/".join(parts[:i]) for i in range(1, len(parts) + 1)}
    for node in nodes.values():
        ports = set()
        for edge in node["incomingEdges"]:
            _fits(edge, _EDGE)
            source = nodes[edge["sourceNodeId"]]
            ids = {metadata["id"] for metadata in source["outputsMetadata"]}
            assert edge["sourceNodeOutputId"] in ids
            ports.add(tuple(sorted(edge.items())))
        # Of edges that are alike in all of this, it shows one.
        assert len(ports) == len(node["incomingEdges"])
    for layer, facts in graph["groupNodeAttributes"].items():
        assert layer in layers | {""}
        assert all(isinstance(value, str) for value in facts.values())
    return nodes


def _fits(value: Any, fields: dict[str, Any]) -> None:
    assert value.keys() <= fields.keys()
    for name, kind in fields.items():
        if isinstance(kind, list):
            assert name not in value or isinstance(value[name], kind[0])
        else:
            assert isinstance(value[name], kind)
