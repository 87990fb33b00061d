"""DOT text of a drawing: boxes by kind, regions as clusters, types on edges."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import graphviz

from graphstep.export._boxes import Stub, box_label, escaped, font
from graphstep.export._drawing import Cluster, Drawing, DrawnEdge, DrawnNode
from graphstep.export._drawn import drawing_from_graph
from graphstep.export._labels import label_text, tooltip_text
from graphstep.export._legend import add_legend
from graphstep.export._opened import Expanded
from graphstep.export._style import Style
from graphstep.export._themes import Theme, mixed
from graphstep.export._tips import cluster_tip, edge_tip, node_tip
from graphstep.graph import ROOT_ID, ProgramGraph
from graphstep.stepping import Cursor
from graphstep.tracing import SourceLocation

# Nodes in a picture that can still be read.
_LEGIBLE = 150
# Nodes in a picture for which a second round of network simplex takes too long, and
# leaves it wider than one does.
_VERY_MANY = 1000
# Rounds of network simplex that a small picture can do without anybody waiting.
_ROUNDS = 2000
# Undrawn lines into one box that have a row each.
_ROWS = 3
_CONTROL = ("scan", "while", "shard_map", "cond")


def dot_from_view(
    graph: ProgramGraph,
    expanded: Expanded = None,
    title: str | None = None,
    *,
    only: Collection[str] | None = None,
    at: Cursor | None = None,
    style: Style | None = None,
) -> str:
    """Return DOT text of `graph` as it is seen when some regions are open.

    The same program gives the same bytes in every run. Labels are data: whatever the
    names hold, the text is valid DOT and Graphviz shows them as they are.

    Args:
        graph: The graph to draw.
        expanded: What is open, as `ProgramGraph.view` takes it; by default as many
            regions as stay legible.
        title: Shown above the picture; by default the function's name and the step,
            and nothing if it is empty.
        only: Ids of the nodes to draw; by default all.
        at: A step of the walk, whose state is drawn.
        style: How it looks.

    Raises:
        RegionNotFoundError: If `expanded` names something that is no region.
    """
    style = style or Style()
    if title is not None:
        style = dataclasses.replace(style, title=title)
    drawing = drawing_from_graph(graph, expanded, only=only, at=at, values=style.values)
    return dot_from_drawing(drawing, style)


def dot_from_drawing(drawing: Drawing, style: Style | None = None) -> str:
    """Return DOT text of a drawing; see `dot_from_view`."""
    return _Writer(drawing, style or Style()).dot()


@dataclasses.dataclass(slots=True)
class _Open:
    """A cluster that is being written."""

    id: str
    dot: graphviz.Digraph


class _Writer:
    """One drawing being written as DOT."""

    def __init__(self, drawing: Drawing, style: Style) -> None:
        self.drawing, self.style = drawing, style
        self.theme: Theme = style.colours
        self.nodes = {node.id: node for node in drawing.nodes}
        self.clusters = {cluster.id: cluster for cluster in drawing.clusters}
        self.stubs_into: dict[str, list[DrawnEdge]] = {}
        self.stubs_out: dict[str, list[DrawnEdge]] = {}
        for edge in drawing.edges:
            if edge.is_stub:
                self.stubs_into.setdefault(edge.target, []).append(edge)
                self.stubs_out.setdefault(edge.source, []).append(edge)
        self.is_large = len(drawing.nodes) > _LEGIBLE

    def dot(self) -> str:
        style, theme = self.style, self.theme
        title = self.drawing.caption if style.title is None else style.title
        attributes = {
            "bgcolor": theme.ground,
            "compound": "true",
            "fontcolor": theme.text,
            "fontname": style.font,
            "fontsize": "13",
            "id": "graphstep",
            "labelloc": "t",
            "nodesep": "0.22",
            "pad": "0.15",
            "rankdir": "LR" if style.direction == "right" else "TB",
            "ranksep": "0.32",
            **_effort(len(self.drawing.nodes)),
        }
        if title:
            heading = font(escaped(title, 90), theme.text, 14, "B")
            attributes["label"] = f"<{heading}>"
        dot = graphviz.Digraph(
            "graphstep",
            graph_attr=attributes,
            node_attr={
                "fontcolor": theme.text,
                "fontname": style.font,
                "fontsize": "11",
                "height": "0.3",
                "margin": "0.11,0.05",
                "shape": "box",
                "width": "0.4",
            },
            edge_attr={
                "arrowhead": "normal",
                "arrowsize": "0.55",
                "color": theme.line,
                "fontcolor": theme.dim,
                "fontname": style.font,
                "fontsize": "9",
            },
        )
        self._nodes(dot)
        for edge in self.drawing.edges:
            if not edge.is_stub:
                self._edge(dot, edge)
        if style.legend:
            add_legend(dot, self.drawing, style)
        return dot.source

    # Boxes and clusters ---------------------------------------------------------------

    def _nodes(self, dot: graphviz.Digraph) -> None:
        """Write the nodes in program order, inside the clusters of their regions."""
        stack = [_Open(ROOT_ID, dot)]
        for node in self.drawing.nodes:
            chain = self._chain(node.region)
            while len(stack) > len(chain) or stack[-1].id != chain[len(stack) - 1]:
                self._close(stack)
            stack += [
                _Open(region, self._cluster(self.clusters[region]))
                for region in chain[len(stack) :]
            ]
            self._node(stack[-1].dot, node)
        while len(stack) > 1:
            self._close(stack)

    def _chain(self, region: str) -> list[str]:
        """Return the ids of the regions around, outermost first, the root included."""
        chain = [region] if region != ROOT_ID else []
        while chain and self.clusters[chain[-1]].parent != ROOT_ID:
            chain.append(self.clusters[chain[-1]].parent)
        return [ROOT_ID, *reversed(chain)]

    @staticmethod
    def _close(stack: list[_Open]) -> None:
        closed = stack.pop()
        stack[-1].dot.subgraph(closed.dot)

    def _cluster(self, cluster: Cluster) -> graphviz.Digraph:
        theme = self.theme
        kind = "rule" if cluster.is_opaque else "control"
        hue = theme.hue(kind) if cluster.is_control else theme.dim
        title = font(escaped(cluster.title, 60), hue, 10.5, "B")
        attributes = {
            "bgcolor": mixed(theme.ground, hue, 0.035),
            "class": f"{cluster.kind}{_state(cluster.walk)}",
            "color": mixed(hue, theme.ground, 0.25 if cluster.is_control else 0.55),
            "id": f"cluster-{cluster.key}",
            "label": f"<{title}>",
            "labeljust": "l",
            "margin": "9",
            "penwidth": "1.4" if cluster.kind in _CONTROL else "1",
            "style": "rounded" if cluster.is_control else "rounded,dashed",
            "tooltip": tooltip_text(cluster_tip(cluster)),
            **self._link(cluster.location),
        }
        if cluster.is_opaque:
            attributes["peripheries"] = "2"
        return graphviz.Digraph(f"cluster_{cluster.key}", graph_attr=attributes)

    def _node(self, dot: graphviz.Digraph, node: DrawnNode) -> None:
        dot.node(
            node.key,
            label=box_label(
                node,
                self.style,
                self.drawing.pass_,
                self._stubs_into(node),
                self._stubs_out(node),
            ),
            id=f"node-{node.key}",
            tooltip=tooltip_text(node_tip(node)),
            **self._look(node),
            **self._link(node.location),
        )

    def _link(self, location: SourceLocation | None) -> dict[str, str]:
        link = self.style.link
        if link is None or location is None or location.file.startswith("<"):
            return {}
        where = Style.target(link, location.file, location.line, location.column)
        return {"URL": label_text([where], 2000)}

    def _look(self, node: DrawnNode) -> dict[str, str]:
        theme = self.theme
        hue, fill = theme.hue(node.kind), theme.fills[node.kind]
        border, width = mixed(hue, theme.ground, 0.3), "1"
        styles = ["filled"] if node.is_closed else ["filled", "rounded"]
        extra: dict[str, str] = {}
        if node.walk in ("pending", "blocked"):
            fill, border = mixed(fill, theme.ground, 0.7), mixed(hue, theme.ground, 0.6)
            styles.append("dotted" if node.walk == "blocked" else "dashed")
        if node.walk == "current":
            border, width = theme.accent(self.drawing.pass_), "2"
            extra["peripheries"] = "2"
        elif node.role == "output":
            extra["peripheries"] = "2"
        return {
            "class": f"{node.kind}{_state(node.walk)}",
            "color": border,
            "fillcolor": fill,
            "penwidth": width,
            "style": ",".join(styles),
            **extra,
        }

    # Lines ------------------------------------------------------------------------------

    def _edge(self, dot: graphviz.Digraph, edge: DrawnEdge) -> None:
        theme = self.theme
        attributes = {
            "class": ("feedback" if edge.is_feedback else "use") + _state(edge.flow),
            "id": f"edge-{edge.key}",
            "tooltip": tooltip_text(edge_tip(edge, self.nodes)),
            **self._flow(edge),
        }
        if edge.is_feedback:
            attributes |= {
                "color": theme.hue("control"),
                "constraint": "false",
                "fontcolor": theme.hue("control"),
                "style": "dashed",
            }
        words = edge.label
        if edge.operand is not None:
            words = f"{words} → {edge.operand}"
        # Graphviz gives a label that takes part in the layout a rank of its own; on
        # many edges that costs ten times the time of the whole layout. The spaces keep
        # the text off the line.
        place = "xlabel" if self.is_large or edge.is_feedback else "label"
        attributes[place] = f" {label_text([words])} "
        dot.edge(self.nodes[edge.source].key, self.nodes[edge.target].key, **attributes)

    def _flow(self, edge: DrawnEdge) -> dict[str, str]:
        theme = self.theme
        if edge.flow == "lit":
            accent = theme.accent(self.drawing.pass_)
            return {"color": accent, "fontcolor": accent, "penwidth": "2.2"}
        if edge.flow == "complete":
            return {"color": theme.backward, "penwidth": "1.3"}
        if edge.flow == "pending":
            faint = mixed(theme.line, theme.ground, 0.35)
            return {"color": faint, "fontcolor": theme.faint, "style": "dashed"}
        return {}

    # Stubs ------------------------------------------------------------------------------

    def _stubs_into(self, node: DrawnNode) -> list[Stub]:
        """Return the ends of undrawn lines into a box; many of them in one row."""
        edges = self.stubs_into.get(node.id, [])
        rows: list[Stub] = []
        for edge in edges[: _ROWS if len(edges) > _ROWS + 1 else None]:
            source = self.nodes[edge.source]
            words = f"from {edge.name or source.name or source.title}"
            if edge.operand is not None:
                words += f" → {edge.operand}"
            elif len(edge.uses) > 1:
                words += f" · {len(edge.uses)} values"
            rows.append(self._end(words, edge, source, f"edge-{edge.key}"))
        if len(rows) < len(edges):
            rest = edges[len(rows) :]
            tip = ", ".join(self.nodes[edge.source].title for edge in rest)
            # `tidy_svg` gives each of them an element of its own.
            ids = " ".join(f"edge-{edge.key}" for edge in rest)
            # Without a link, some versions of Graphviz leave out the id too.
            first = f"node-{self.nodes[rest[0].source].key}"
            rows.append(Stub(f"from {len(rest)} more", tip, first, ids))
        return rows + _cut_off(node.hidden_in)

    def _stubs_out(self, node: DrawnNode) -> list[Stub]:
        """Return one row for all undrawn lines that leave a box, and one for others."""
        edges = self.stubs_out.get(node.id, [])
        cut_off = _cut_off(node.hidden_out)
        if not edges:
            return cut_off
        targets = [self.nodes[edge.target] for edge in edges]
        names = list(dict.fromkeys(each.name or each.title for each in targets))
        words = f"to {names[0]}" if len(names) == 1 else f"to {len(names)} others"
        if len(names) == 1:
            end = self._end(words, edges[0], targets[0], f"uses-{node.key}")
            return [end, *cut_off]
        tip = "to " + ", ".join(names)
        first = f"node-{targets[0].key}"
        return [Stub(words, tip, first, f"uses-{node.key}"), *cut_off]

    def _end(self, words: str, edge: DrawnEdge, other: DrawnNode, own: str) -> Stub:
        tip = " · ".join(edge_tip(edge, self.nodes))
        return Stub(words, tip, f"node-{other.key}", own)


def _cut_off(n_uses: int) -> list[Stub]:
    """Return a row for uses by, or of, what is not in the picture."""
    if not n_uses:
        return []
    noun = "use" if n_uses == 1 else "uses"
    return [Stub(f"… {n_uses}", f"{n_uses} {noun} not drawn")]


def _state(state: str) -> str:
    return f" {state}" if state else ""


def _effort(n_nodes: int) -> dict[str, str]:
    """Return how much work Graphviz shall do, so that time stays in bounds.

    Without a limit on network simplex large graphs never finish. Small ones are
    straighter with a generous one, and drawn no later. Crossings are many in a large
    one whatever is tried to avoid them.
    """
    if n_nodes > _LEGIBLE:
        rounds = 1 if n_nodes > _VERY_MANY else 2
        return {"mclimit": "0.1", "nslimit": str(rounds)}
    return {"nslimit": str(_ROUNDS // max(1, n_nodes))}
