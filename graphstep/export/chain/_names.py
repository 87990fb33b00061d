"""What the chain rule calls things: equations, uses, senders, receivers."""

from __future__ import annotations

import unicodedata
from typing import Any

from graphstep.export.chain._labels import label_of
from graphstep.export.chain._numbers import number
from graphstep.graph import Edge, Node, Operand, ProgramGraph, Region
from graphstep.tracing import one_line

# Parameters without which an equation cannot be read.
_PARAMETERS = {
    "integer_pow": "y",
    "broadcast_in_dim": "shape",
    "reshape": "new_sizes",
    "transpose": "permutation",
    "squeeze": "dimensions",
    "convert_element_type": "new_dtype",
    "concatenate": "dimension",
    "iota": "shape",
    "rev": "dimensions",
    "slice": "start_indices",
}
_OPERANDS = 12
_OUTPUTS = 6


def cotangent_name(name: str) -> str:
    """Return how the cotangent of a value is written: `h̄`, or `ct(logits)`.

    A bar combines with one letter alone; over a longer name it would hit the last.
    """
    if len(name) == 1 and name.isalpha():
        # Some letters have a barred form of their own, which every terminal knows.
        return unicodedata.normalize("NFC", f"{name}\N{COMBINING MACRON}")
    return f"ct({name})"


def tangent_name(name: str) -> str:
    """Return how the tangent of a value is written: `ḣ`, or `dot(logits)`.

    A dot combines with one letter alone; over a longer name it would hit the last.
    """
    if len(name) == 1 and name.isalpha():
        return unicodedata.normalize("NFC", f"{name}\N{COMBINING DOT ABOVE}")
    return f"dot({name})"


def equation_text(graph: ProgramGraph, node_id: str) -> str:
    """Return `h = tanh(z)`: the outputs, what computes them, from which operands."""
    node = graph.node(node_id)
    outs = [label_of(graph, node_id, out) for out in range(len(node.avals))]
    left = ", ".join(outs[:_OUTPUTS]) + (", …" if len(outs) > _OUTPUTS else "")
    return f"{left} = {_right(graph, node)}" if left else _right(graph, node)


def _right(graph: ProgramGraph, node: Node) -> str:
    names = [operand_name(graph, operand) for operand in node.operands[:_OPERANDS]]
    names += ["…"] if len(node.operands) > _OPERANDS else []
    given = ", ".join(names)
    region = graph.regions[node.region]
    if node.role == "input":
        return "an argument"
    if node.role == "const":
        return "a constant of the program"
    if node.role == "output":
        return given
    if node.role == "binder":
        return f"{binder_role(node)} of {loop_name(region)}({given})"
    if region.id == node.id:
        return f"end of {loop_name(region)}({given})"
    return f"{_primitive(node)}({given})"


def operand_name(graph: ProgramGraph, operand: Operand) -> str:
    """Return the name of an operand, or its value if it is a literal."""
    if operand.source is not None:
        return label_of(graph, *operand.source)
    literal = operand.literal
    if hasattr(literal, "item") and getattr(literal, "size", 1) == 1:
        literal = literal.item()
    is_number = isinstance(literal, int | float | complex)
    return number(literal) if is_number else one_line(str(literal), 20)


def _primitive(node: Node) -> str:
    name = one_line(node.primitive, 40)
    wanted = _PARAMETERS.get(name) or ("axes" if name.startswith("reduce_") else "")
    if wanted and wanted in node.eqn.params:
        text = str(node.eqn.params[wanted]).replace(" ", "")
        return f"{name}[{wanted}={one_line(text, 24)}]"
    return name


def binder_role(node: Node) -> str:
    """Return what a binder is: `carry 0`, `x 1`, `const 0`."""
    word = one_line(node.id.rpartition("/")[2], 40)
    stem = word.rstrip("0123456789")
    return f"{stem} {word[len(stem) :]}".rstrip()


def loop_name(region: Region) -> str:
    """Return `scan lstm`: kind or primitive, and the name if it has another."""
    kind = region.primitive if region.kind == "call" else region.kind
    name = one_line(region.name, 40)
    return kind if name in (kind, region.primitive) else f"{kind} {name}"


def use_text(graph: ProgramGraph, edge: Edge) -> str:
    """Return how a person names one use: `logits · dot_general`."""
    _, user, key = edge
    node = graph.node(user)
    if node.role == "output":
        return f"output {label_of(graph, user)}"
    if node.role == "binder":
        region = graph.regions[node.region]
        every = ""
        if node.id.rpartition("/")[2].startswith("const") and region.is_loop:
            every = ", all its iterations"
        return f"{loop_name(region)} · {binder_role(node)}{every}"
    label = label_of(graph, user, 0) if node.avals else ""
    label = f"{label} · " if label and label != "_" else ""
    same = [o for o in node.operands if o.source == _source(node.operands, key)]
    times = f", operand {key}" if len(same) > 1 else ""
    return f"{label}{one_line(node.primitive, 60)}{times}"


def sender_text(graph: ProgramGraph, edge: Edge, iteration: tuple[int, ...]) -> str:
    """Return which use sends a contribution to a value in an iteration.

    What a scan carries comes back from the next iteration; after the last one, from
    whoever uses the scan's result.
    """
    _, user, key = edge
    region = graph.region_of(user)
    is_exit = region.id == user and region.is_loop
    if not is_exit or len(iteration) <= len(graph.loops(user)):
        return use_text(graph, edge)
    carry = f"{user}/carry{key}"
    last = (region.length or 0) - 1
    if carry not in graph:
        return f"{loop_name(region)}, whose results are stacked"
    name = label_of(graph, carry)
    turn = iteration[len(graph.loops(user))]
    if turn < last:
        return f"iteration {turn + 1} · carry {name}"
    return f"what {loop_name(region)} returns"


def rule_text(graph: ProgramGraph, node_id: str) -> str:
    """Return whose rule sends cotangents on at a node; empty if it needs none."""
    node = graph.node(node_id)
    region = graph.regions[node.region]
    if node.role in ("input", "const"):
        return ""
    if region.id == node_id and region.is_opaque:
        if region.primitive.startswith("custom_"):
            kind = "vjp" if "vjp" in region.primitive else "jvp"
            kind = kind if kind in region.primitive else "derivative"
            name = rule_name(region)
            return f"by the custom {kind} rule" + (f" of {name}" if name else "")
        return f"by JAX's rule of {one_line(region.primitive, 40)}"
    if node.role == "eqn" and region.id != node_id:
        return f"by JAX's rule of {one_line(node.primitive, 40)}"
    return ""


def rule_name(region: Region) -> str:
    """Return the name of the function that a custom rule is for, if it is known."""
    params = region.eqn.params if region.eqn is not None else {}
    info = getattr(getattr(params.get("call_jaxpr"), "jaxpr", None), "debug_info", None)
    return one_line(str(getattr(info, "func_src_info", "") or ""), 80).partition(" ")[0]


def _source(operands: Any, key: int) -> Any:
    return next(o.source for o in operands if o.key == key)
