"""What a picture shows, whatever the format: nodes, edges, open regions, the walk."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from graphstep.graph import Edge
from graphstep.recording import Stats
from graphstep.tracing import SourceLocation

# Where the walk is with respect to a node, in the words and marks of the terminal UI.
# `blocked` is what the backward pass never comes to; empty without a walk.
Walk = Literal["", "done", "current", "pending", "blocked"]
MARKS: Mapping[Walk, str] = {
    "": "",
    "done": "●",
    "current": "▶",
    "pending": "○",
    "blocked": "·",
}
COMPLETE = "◆"
# How a line looks: that of the value at the cursor, one whose cotangent is complete,
# one of a value that is there, one of what is still to come.
Flow = Literal["", "lit", "complete", "done", "pending"]


Of = Literal["primal", "cotangent", "tangent"]
# What stands before a value, as in the boxes of the terminal.
SIGNS: dict[Of, str] = {"primal": "", "cotangent": "∂ ", "tangent": "˙ "}


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """One value in a few characters.

    Attributes:
        of: `primal`, `cotangent` or `tangent`.
        name: Which of several results; empty where there is one.
        text: A number for a scalar, else what is to be said of an array; where there
            is no value, why.
        flag: `N` if it holds NaN, `I` if it holds an infinity.
        is_absent: Whether `text` says why there is no value.
        strip: Up to 32 cells that show the array; of `elements` in units of the
            greatest magnitude (from -1 to 1, NaN where one is not finite), of a
            `histogram` the share of the fullest bin (from 0 to 1).
        strip_kind: Which of these; empty if there is no strip.
        stats: Counts, extremes, mean and norm, if there are any.
    """

    of: Of
    name: str
    text: str
    flag: Literal["", "N", "I"] = ""
    is_absent: bool = False
    strip: tuple[float, ...] = ()
    strip_kind: Literal["", "elements", "histogram"] = ""
    stats: Stats | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnNode:
    """A box: a node, a closed region, or a closed group of inputs or outputs.

    Attributes:
        id: Of the node, region, group or stretch.
        key: A name of letters, digits, `_` and `.` alone, the same in every view of the
            program, and not that of any other node, region or group.
        kind: One of `KINDS`, or `region`.
        role: `input`, `const`, `eqn`, `binder`, `output`, `region`, `group` or
            `stretch`, which is a piece of a long program.
        name: What people call its value; empty if it has no name.
        operation: What computes it: the primitive with what tells most of it; of a
            closed region its title.
        title: Name and operation in one line.
        type: Shape and dtype, or what is hidden inside: `12 nodes`.
        location: Where in the user's source it was made, if that is known.
        region: Id of the innermost open region around it.
        size: Number of nodes that it stands for.
        walk: Where the walk is.
        is_complete: Whether its cotangent is complete by now.
        amounts: Its values that are known by now and asked for.
        hidden_in: Uses of values that were left out of the picture.
        hidden_out: Uses of its values by what was left out.
    """

    id: str
    key: str
    kind: str
    role: str
    name: str
    operation: str
    title: str
    type: str
    location: SourceLocation | None
    region: str
    size: int = 1
    walk: Walk = ""
    is_complete: bool = False
    amounts: tuple[Amount, ...] = ()
    hidden_in: int = 0
    hidden_out: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether more is inside."""
        return self.role in ("region", "group", "stretch")

    @property
    def source(self) -> str:
        """File without its folders, and line; empty if they are not known."""
        return short_source(self.location)

    @property
    def flag(self) -> Literal["", "N", "I"]:
        """The letter of trouble, NaN before infinity."""
        flags = {amount.flag for amount in self.amounts}
        return "N" if "N" in flags else "I" if "I" in flags else ""


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnEdge:
    """A line: one use of a value, or all uses of it between two boxes.

    Attributes:
        key: Like that of a node.
        source: Id of the node that it leaves.
        target: Id of the node that it enters.
        uses: The uses that it stands for, `(u, v, operand)` of the flat graph.
        name: What the value is called, where the node it leaves does not say it.
        type: Shape and dtype.
        label: Name, type and number of uses in one line.
        operand: Which operand it is, where their order matters; else `None`.
        is_stub: Whether only its two ends are drawn, since it is long or one of many.
        is_feedback: Whether a loop hands it to its next iteration. It then goes against
            the order of everything else.
        flow: How it looks at this step of the walk.
    """

    key: str
    source: str
    target: str
    uses: tuple[Edge, ...]
    name: str
    type: str
    label: str
    operand: int | None = None
    is_stub: bool = False
    is_feedback: bool = False
    flow: Flow = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """An open region, drawn as a frame around what is inside.

    Attributes:
        id: Of the region.
        key: Like that of a node.
        kind: `call`, `scan`, `while`, `cond`, `branch`, `body`, `shard_map` or `scope`.
        name: What people call it.
        title: Name, kind and how often it runs; at a step also which turn is seen.
        length: Turns of a scan, and of a while that was recorded.
        parent: Id of the region around it; empty for the root.
        is_opaque: Whether JAX differentiates it by a rule, not through its body.
        is_control: Whether it is more than a name: a loop, a branch, a rule.
        location: Where in the user's source it was made, if that is known.
        walk: Where the walk is.
    """

    id: str
    key: str
    kind: str
    name: str
    title: str
    length: int | None
    parent: str
    is_opaque: bool = False
    is_control: bool = False
    location: SourceLocation | None = None
    walk: Walk = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Drawing:
    """All that one picture shows; every format is written from this.

    Attributes:
        fn_name: The function.
        nodes: In program order.
        edges: In program order of what they enter, in order of operands.
        clusters: Open regions, outer before inner, without the root.
        pass_: `forward`, `seed` or `backward`; empty without a walk.
        step: Number of the step, from 1; 0 without a walk.
        n_steps: Steps of the walk.
        n_nodes: Nodes of the whole program.
    """

    fn_name: str
    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]
    clusters: tuple[Cluster, ...]
    pass_: str = ""
    step: int = 0
    n_steps: int = 0
    n_nodes: int = 0

    @property
    def caption(self) -> str:
        """The function, and the step if there is a walk."""
        if not self.pass_:
            return self.fn_name
        return f"{self.fn_name} · {self.pass_} {self.step}/{self.n_steps}"


def short_source(location: SourceLocation | None) -> str:
    """Return `file.py:12`; folders are left out, for they say where somebody works."""
    if location is None:
        return ""
    file = location.file.replace("\\", "/").rpartition("/")[2]
    return f"{file}:{location.line}"
