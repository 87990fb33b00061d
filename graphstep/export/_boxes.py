"""The inside of a box as one of Graphviz's HTML-like labels: words, values, strips."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from graphstep.export._drawing import COMPLETE, MARKS, SIGNS, Amount, DrawnNode
from graphstep.export._style import Style
from graphstep.export._themes import Theme, mixed
from graphstep.tracing import one_line

# Characters of one line in a box.
_LINE = 44
_CLOSED = "⊞"
# Graphviz fills in names for `\\N` and the like even here.
_ENTITIES = (
    ("\\", "\\\\"),
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ('"', "&quot;"),
)
# Points that a strip is wide and high.
_STRIP, _HIGH = 72, 9


@dataclasses.dataclass(frozen=True, slots=True)
class Stub:
    """An end of a line that is not drawn: a row of the box that it is at.

    Attributes:
        words: Where the line comes from, or goes to.
        tip: More of that.
        target: The id, in an SVG, of what is at the other end; empty for none.
        id: Its own, in an SVG, or those of all lines that it stands for; empty for
            none.
    """

    words: str
    tip: str
    target: str = ""
    id: str = ""


def box_label(
    node: DrawnNode,
    style: Style,
    pass_: str,
    into: Sequence[Stub] = (),
    out: Sequence[Stub] = (),
) -> str:
    """Return the label of a box, `<` and `>` around it included.

    Whatever the program's words hold, it is shown as they are.

    Args:
        node: The box.
        style: How it looks.
        pass_: The pass that the walk is in.
        into: Lines that enter it without being drawn.
        out: Lines that leave it without being drawn.
    """
    theme = style.colours
    ink = _ink(node, theme)
    rows = [_stub(stub, theme) for stub in into]
    heading = _heading(node, theme, ink, pass_)
    rows.append(_row(heading))
    rows += [_row(_small(line, theme, node)) for line in _lines(node, style)]
    rows += [_stub(stub, theme) for stub in out]
    cells = [_amount(amount, theme) for amount in node.amounts] if style.values else []
    if not cells:
        return f"<{_table(rows)}>" if len(rows) > 1 else f"<{heading}>"
    # Primals stand left of a line, derivatives right of it; results below one another.
    primals = [c for c, a in zip(cells, node.amounts, strict=True) if a.of == "primal"]
    others = cells[len(primals) :]
    halves = [_table(map(_row, half), spacing=1) for half in (primals, others) if half]
    inside = "<VR/>".join(f"<TD>{half}</TD>" for half in halves)
    span = f' COLSPAN="{2 * len(halves) - 1}"' if len(halves) > 1 else ""
    head = f"<TR><TD{span}>{_table(rows)}</TD></TR>"
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
    return f"<{table}{head}<HR/><TR>{inside}</TR></TABLE>>"


def escaped(text: str, limit: int = _LINE) -> str:
    """Return text as an HTML-like label takes it, on one line, shortened."""
    line = one_line(text, limit)
    for plain, entity in _ENTITIES:
        line = line.replace(plain, entity)
    # An element without any text is malformed.
    return line or " "


def font(text: str, colour: str, size: float | None = None, tags: str = "") -> str:
    """Return escaped text in a colour, size and tags such as `B` around it."""
    points = "" if size is None else f' POINT-SIZE="{size:g}"'
    for tag in tags:
        text = f"<{tag}>{text}</{tag}>"
    return f'<FONT COLOR="{colour}"{points}>{text}</FONT>'


def _ink(node: DrawnNode, theme: Theme) -> str:
    is_faint = node.walk in ("pending", "blocked")
    return mixed(theme.text, theme.ground, 0.38) if is_faint else theme.text


def _heading(node: DrawnNode, theme: Theme, ink: str, pass_: str) -> str:
    parts: list[str] = []
    mark = MARKS[node.walk]
    if mark:
        lit = node.walk in ("done", "current")
        parts.append(font(mark + " ", theme.accent(pass_) if lit else theme.faint))
    if node.is_closed:
        parts.append(font(f"{_CLOSED} ", theme.dim))
    is_named = bool(node.name) and node.role == "eqn"
    if is_named:
        parts.append(font(escaped(node.name), ink, tags="B"))
        parts.append(font(" = " + escaped(node.operation), ink))
    else:
        is_bold = node.is_closed or node.role in ("input", "output", "const")
        parts.append(font(escaped(node.title), ink, tags="B" if is_bold else ""))
    if node.is_complete:
        parts.append(font(f" {COMPLETE}", theme.backward))
    if node.flag:
        parts.append(font(f" {node.flag}", theme.trouble, tags="B"))
    return "".join(parts)


def _lines(node: DrawnNode, style: Style) -> list[str]:
    """Return the small print: types where no line says them, source, what is cut."""
    lines: list[str] = []
    if node.role not in {"eqn", "binder"} and node.type:
        lines.append(node.type)
    if style.source_lines and node.source:
        lines.append(node.source)
    return lines


def _small(line: str, theme: Theme, node: DrawnNode) -> str:
    is_faint = node.walk in ("pending", "blocked")
    ink = mixed(theme.dim, theme.ground, 0.3) if is_faint else theme.dim
    return font(escaped(line), ink, 9)


def _stub(stub: Stub, theme: Theme) -> str:
    link = f' HREF="#{stub.target}"' if stub.target else ""
    own = f' ID="{stub.id}"' if stub.id else ""
    tip = escaped(stub.tip, 200)
    words = font(escaped(stub.words), theme.dim, 8.5, "I")
    return f'<TR><TD{own}{link} TITLE="{tip}">{words}</TD></TR>'


def _amount(amount: Amount, theme: Theme) -> str:
    """Return one value: its sign and name, its strip, its number."""
    sign = SIGNS[amount.of] + (f"{amount.name}: " if amount.name else "")
    inks = {"cotangent": theme.backward, "tangent": theme.forward}
    ink = inks.get(amount.of, theme.text)
    if amount.is_absent:
        ink = theme.faint
    if amount.flag:
        ink = theme.trouble
    words = font(escaped(sign + amount.text), ink, 10)
    if not amount.strip:
        return words
    return _table(map(_row, (_strip(amount, theme), words)), spacing=2)


def _strip(amount: Amount, theme: Theme) -> str:
    width = max(2, _STRIP // len(amount.strip))
    cells = "".join(
        f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{_HIGH}" '
        f'BGCOLOR="{theme.cell(value, amount.strip_kind)}"></TD>'
        for value in amount.strip
    )
    # Without a size of its own it would grow with what stands beside it.
    size = f'WIDTH="{width * len(amount.strip) + 2}" HEIGHT="{_HIGH + 2}"'
    return (
        f'<TABLE BORDER="1" COLOR="{theme.faint}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="0" FIXEDSIZE="TRUE" {size}><TR>{cells}</TR></TABLE>'
    )


def _row(content: str) -> str:
    return f"<TR><TD>{content}</TD></TR>"


def _table(rows: Iterable[str], spacing: int = 0) -> str:
    start = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="0">'
    return f"{start}{''.join(rows)}</TABLE>"
