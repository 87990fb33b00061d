"""GraphML of a view: for networkx, yEd, Gephi and igraph.

http://graphml.graphdrawing.org/specification.html. Regions are attributes, not nested
graphs: networkx would make nodes of those, and the graph would be another one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from graphstep._jaxcompat import short_type
from graphstep.export._seen import Seen
from graphstep.export._themes import THEMES
from graphstep.recording import Stats

_NS = "http://graphml.graphdrawing.org/xmlns"
_YED = "http://www.yworks.com/xml/graphml"
# What XML has no way to write, or reads as something else.
_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES: dict[type, str] = {str: "string", int: "int", float: "double", bool: "boolean"}
_STATISTICS = ("mean", "l2", "min", "max")
_YED_SHAPES = {"input": "ellipse", "const": "ellipse", "output": "ellipse"}

Value = str | int | float | bool


def graphml_from_view(seen: Seen) -> bytes:
    """Return a view as GraphML: typed attributes, and how yEd shows a node.

    The id of a node is its attribute `node`; in the file it is called by `token_of`
    that, for XML's ids hold no slash. Statistics of a node's first result are
    `primal_mean` and so on, those of others `out1_primal_mean`.
    """
    return _Writer(seen).document()


class _Writer:
    """One document being written."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.root = ET.Element("graphml", {"xmlns": _NS, "xmlns:y": _YED})
        self.keys: dict[tuple[str, str], str] = {}
        graph = seen.graph
        self.body = ET.Element("graph", {"id": "G", "edgedefault": "directed"})
        self._data(self.body, "graph", "function", graph.trace.fn_name)
        self._data(self.body, "graph", "feedback", json.dumps(graph.feedback()))

    def document(self) -> bytes:
        looks = ET.Element(
            "key", {"id": "looks", "for": "node", "yfiles.type": "nodegraphics"}
        )
        self.root.append(looks)
        for node_id in self.seen.view:
            self._node(node_id)
        edges = self.seen.view.edges(keys=True, data=True)
        for number, (u, v, key, data) in enumerate(edges):
            attributes = {
                "id": f"e{number}",
                "source": token_of(u),
                "target": token_of(v),
            }
            edge = ET.SubElement(self.body, "edge", attributes)
            source, out = data["use"][0], data["out"]
            graph = self.seen.graph
            facts: dict[str, Value] = {
                "operand": int(data["use"][2]),
                "out": int(out),
                "type": short_type(graph.aval(source, out)),
                "name": graph.name(source, out) or "",
                "use": " ".join(map(str, data["use"])),
                "key": int(key),
            }
            for name, value in facts.items():
                self._data(edge, "edge", name, value)
        self.root.append(self.body)
        return ET.tostring(self.root, encoding="utf-8", xml_declaration=True)

    def _node(self, node_id: str) -> None:
        node = ET.SubElement(self.body, "node", {"id": token_of(node_id)})
        self._data(node, "node", "node", node_id)
        facts = self.seen.facts(node_id)
        for name, value in facts.items():
            self._data(node, "node", name, value)
        for name, value in self._statistics(node_id).items():
            self._data(node, "node", name, value)
        theme, kind = THEMES["light"], self.seen.kind(node_id)
        shape = ET.SubElement(
            ET.SubElement(node, "data", {"key": "looks"}), "y:ShapeNode"
        )
        ET.SubElement(shape, "y:Fill", {"color": theme.fills[kind]})
        ET.SubElement(shape, "y:BorderStyle", {"color": theme.hue(kind)})
        label = ET.SubElement(shape, "y:NodeLabel")
        label.text = xml_text(self._label(facts))
        form = _YED_SHAPES.get(kind, "roundrectangle")
        ET.SubElement(shape, "y:Shape", {"type": form})

    @staticmethod
    def _label(facts: dict[str, str | int]) -> str:
        label = str(facts["label"])
        if facts["role"] != "eqn":
            return label
        return f"{label} = {facts['primitive']}"

    def _statistics(self, node_id: str) -> dict[str, Value]:
        recording, graph = self.seen.recording, self.seen.graph
        if recording is None or self.seen.view.nodes[node_id]["role"] == "region":
            return {}
        found: dict[str, Value] = {}
        for out in range(len(graph.node(node_id).avals)):
            which = f"out{out}_" if out else ""
            for of in self.seen.passes:
                stats = recording.stats(node_id, out, of)
                if isinstance(stats, Stats):
                    for name in _STATISTICS:
                        found[f"{which}{of}_{name}"] = float(getattr(stats, name))
        return found

    def _data(self, parent: ET.Element, of: str, name: str, value: Value) -> None:
        if (of, name) not in self.keys:
            key = self.keys[of, name] = f"d{len(self.keys)}"
            kind = _TYPES[type(value)]
            attributes = {"id": key, "for": of, "attr.name": name, "attr.type": kind}
            ET.SubElement(self.root, "key", attributes)
        data = ET.SubElement(parent, "data", {"key": self.keys[of, name]})
        data.text = _written(value)


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    return xml_text(str(value))


def xml_text(text: str) -> str:
    r"""Return `text` with what XML cannot hold written as `\x1b` and the like."""
    escaped: Callable[[re.Match[str]], str] = lambda match: (  # noqa: E731
        match[0].encode("unicode_escape", "surrogatepass").decode("ascii")
    )
    return _NO_XML.sub(escaped, text)


def token_of(node_id: str) -> str:
    """Return an id as an NMTOKEN of XML; different ids give different ones.

    A slash becomes a dot, and whatever else is no ASCII letter, digit, colon or minus
    its code between two underscores: `12:0/in1` is `12:0.in1`, and `a.b` is `a_2e_b`.
    """
    return "".join(map(_letters_of, node_id)) or "_"


def _letters_of(character: str) -> str:
    if character == "/":
        return "."
    is_plain = character.isascii() and (character.isalnum() or character in ":-")
    return character if is_plain else f"_{ord(character):x}_"
