"""The chain rule at one step, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.style import Style

from graphstep.export.chain import (
    Amount,
    CotangentSum,
    Facts,
    RuleLines,
    index_text,
    norm_text,
    signed,
)
from graphstep.stepping import FORWARD, SEED
from graphstep.tui.leaf_path import short_path
from graphstep.tui.numbers import fit, fit_end, fit_right, number
from graphstep.tui.palette import Palette
from graphstep.tui.paper import Paper

_PER_CENT = 100
# Cells between two columns, and those that a name gets at least.
_GAP, _LEAST_NAME = 2, 8
# Cells of a border that a title leaves.
_BESIDE_TITLE = 4
Part = tuple[str, Style]


def title_of(facts: Facts | None, width: int) -> str:
    """Return what the border says: which way time runs, and at which value."""
    if facts is None:
        return "chain rule"
    if facts.pass_ == SEED:
        return "chain rule ◆ seed"
    arrow = "▶" if facts.pass_ == FORWARD else "◀"
    words = f"chain rule {arrow} {facts.pass_} · "
    room = max(width - cell_len(words) - _BESIDE_TITLE, _LEAST_NAME)
    return words + short_path(facts.name, room)


def page_of(
    facts: Facts, palette: Palette, width: int, *, seed_is_default: bool
) -> Paper:
    """Return the lines for a pane of `width` cells."""
    page = _Page(palette, width)
    if facts.pass_ == SEED:
        page.seed(facts, is_default=seed_is_default)
    elif facts.pass_ == FORWARD:
        page.forward(facts)
    else:
        page.backward(facts)
    return page.paper


class _Page:
    def __init__(self, palette: Palette, width: int) -> None:
        self.palette = palette
        self.paper = Paper(palette, width)

    def _head(self, facts: Facts) -> None:
        paper, palette = self.paper, self.palette
        room = paper.width - cell_len(facts.type) - 2
        if cell_len(facts.equation) <= room:
            paper.line(
                (fit(facts.equation, room + 2), palette.bright),
                (facts.type, palette.dim),
            )
        else:
            paper.line((facts.equation, palette.bright))
        for note in facts.notes:
            paper.paragraph(note, palette.dim)

    # The passes ------------------------------------------------------------------------

    def seed(self, facts: Facts, *, is_default: bool) -> None:
        """Write what each output is seeded with."""
        paper, palette = self.paper, self.palette
        paper.paragraph("The backward pass starts here, with a cotangent per output.")
        if is_default:
            paper.paragraph("It is one everywhere, the default.", palette.dim)
        paper.heading("seeds")
        self._amounts(facts.sent, "→ ", palette.backward)
        self._more(facts)

    def forward(self, facts: Facts) -> None:
        """Write operands, then results."""
        paper, palette = self.paper, self.palette
        self._head(facts)
        if facts.takes:
            paper.heading("takes")
            self._amounts(facts.takes, "  ", palette.text)
            self._more(facts)
        if facts.gives:
            paper.heading("will give" if facts.is_ahead else "gives")
            self._amounts(facts.gives, "  ", palette.forward)
        if facts.tangent is not None:
            paper.heading("tangent", _where(facts.tangent.index))
            if facts.formula:
                paper.paragraph(facts.formula, palette.bright)
            self._sum(facts.tangent, "", palette.forward)

    def backward(self, facts: Facts) -> None:
        """Write the cotangent as a sum, then what is sent on."""
        paper, palette = self.paper, self.palette
        self._head(facts)
        if facts.sum is not None:
            out, n_outs = facts.sum.out
            which = f"output {out} of {n_outs} " if n_outs > 1 else ""
            note = (which + _where(facts.sum.index)).rstrip()
            paper.heading("sum of contributions", note)
            self._sum(facts.sum, "from ", palette.backward)
            if not facts.sum.terms and not facts.sum.pending and not facts.sum.reason:
                paper.line((" nothing uses it: the sum is empty, zero", palette.dim))
        if not facts.sent:
            return
        paper.heading("sends", facts.rule)
        if facts.local is not None:
            self._local(facts.local)
        self._amounts(facts.sent, "→ ", palette.backward)
        self._more(facts)
        for sent in facts.sent:
            if sent.derivative is not None:
                slope = f"∂{facts.name}/∂{sent.name}"
                paper.line(
                    (f" {slope} = ", palette.dim),
                    (number(sent.derivative), palette.text),
                    (" here, measured", palette.faint),
                )

        if facts.others:
            paper.heading("cotangents of the other outputs")
            self._amounts(facts.others, "  ", palette.text)

    def _local(self, local: RuleLines) -> None:
        """Write the local rule in the equation's own names."""
        paper, palette = self.paper, self.palette
        for line in local.vjp:
            paper.paragraph(line.text, palette.bright)
        for line in local.where:
            paper.paragraph(f"where {line.text}", palette.dim)
        paper.paragraph(local.reason, palette.dim)

    def _more(self, facts: Facts) -> None:
        if facts.n_more:
            self.paper.line((f"   and {facts.n_more} more", self.palette.dim))

    # The sum ---------------------------------------------------------------------------

    def _sum(self, found: CotangentSum, before: str, style: Style) -> None:
        paper, palette = self.paper, self.palette
        if found.norm is not None and (found.type[-2:] != "[]" or found.reason):
            norm = norm_text(found.norm, found.mark)
            name = _short_name(found.name, paper.width - cell_len(norm) - 4)
            paper.line(
                (" ", palette.dim),
                # A barred letter in a piece of its own: pictures stretch pieces to their
                # cells, and a bar counts as a letter there.
                (f"‖{name}‖", palette.text),
                (f" {norm}", self._bright(found)),
                (f"   {found.type}", palette.dim),
            )
        if found.reason:
            paper.paragraph(f"none: {found.reason}", palette.dim)
            for cut in found.cuts:
                paper.paragraph(f"cut off: {cut}", palette.text)
            return
        self._terms(found, before, style)
        if found.total is not None:
            self._total(found)
        self._refusals(found)
        # The norm is that of the finite elements.
        if found.is_complete and found.norm == 0 and not found.mark and before:
            paper.line((" all of it is zero; ! says why", palette.dim))
        if found.cancelling is not None:
            ratio = number(_PER_CENT * found.cancelling, 2)
            words = f"the terms nearly cancel: {ratio} % of their size is left"
            paper.line((f" {words}", palette.trouble))

    def _bright(self, found: CotangentSum) -> Style:
        return self.palette.trouble if found.mark else self.palette.bright

    def _terms(self, found: CotangentSum, before: str, style: Style) -> None:
        paper, palette = self.paper, self.palette
        is_array = found.type[-2:] != "[]"
        terms = [_term_text(term.amount.element) for term in found.terms]
        # Nothing is added up before the second term that has arrived.
        first = next((t for t in found.terms if not t.amount.reason), None)
        totals = [
            ""
            if term is first or term.amount.reason or term.total is None
            else f"= {number(term.total)}"
            for term in found.terms
        ]
        width = max((cell_len(t) for t in terms), default=1)
        totals_width = max((cell_len(t) for t in totals), default=0)
        for term, text, total in zip(found.terms, terms, totals, strict=True):
            amount = term.amount
            if amount.reason:
                continue
            parts: list[Part] = [
                (f" {fit_right(text, width)}", self._style(amount, style))
            ]
            if totals_width:
                parts.append((f"  {fit(total, totals_width)}", palette.dim))
            parts.append((f"  {before}{amount.name}", palette.text))
            if is_array and amount.norm is not None:
                norm = norm_text(amount.norm, amount.mark, 3)
                self._push_right(parts, f"‖·‖ {norm}")
            paper.line(*parts)
        for source in found.pending:
            dots = fit_right("…", width)
            gap = " " * (totals_width + 2) if totals_width else ""
            paper.line((f" {dots}{gap}  from {source}, to come", palette.faint))

    def _refusals(self, found: CotangentSum) -> None:
        """Write which uses send nothing, all of one reason together."""
        by_reason: dict[str, list[str]] = {}
        for amount in (term.amount for term in found.terms):
            if amount.reason:
                by_reason.setdefault(amount.reason, []).append(amount.name)
        for reason, names in by_reason.items():
            # Names of uses may hold commas.
            self.paper.paragraph(f"{'; '.join(names)}: {reason}", self.palette.dim)

    def _total(self, found: CotangentSum) -> None:
        paper, palette = self.paper, self.palette
        elements = [
            t.amount.element for t in found.terms if t.amount.element is not None
        ]
        total = number(found.total)
        tail = "" if found.is_complete else " so far"
        index = index_text(found.index) if found.index else ""
        room = paper.width - cell_len(f" {index} = {total}{tail}")
        start = f"{_short_name(found.name, room)}{index}"
        addends = (
            " = " + " + ".join(_addend(e, i) for i, e in enumerate(elements)) + " = "
        )
        if (
            len(elements) < 2
            or cell_len(start + addends + total + tail) + 1 > paper.width
        ):
            addends = " = "
        style = palette.bright if found.is_complete else palette.text
        if "N" in total or "Inf" in total:
            style = palette.trouble
        paper.line(
            (" ", palette.dim),
            (start, palette.text),
            (addends, palette.dim),
            (f"{total}{tail}", style),
        )

    # Arrays ----------------------------------------------------------------------------

    def _amounts(
        self,
        amounts: Sequence[Amount],
        mark: str,
        style: Style,
    ) -> None:
        """Write one array a line: name, element, norm, type, in columns."""
        paper, palette = self.paper, self.palette
        labels = [f"{a.name}{index_text(a.index) if a.index else ''}" for a in amounts]
        elements = ["" if a.element is None else number(a.element) for a in amounts]
        width = max(map(cell_len, elements), default=0)
        norms = ["" if a.is_scalar else _norm_text(a) for a in amounts]
        norm_width = max(map(cell_len, norms), default=0)
        # A number that is cut is another number; a name that is cut can be guessed.
        columns = [n + _GAP for n in (width, norm_width) if n]
        room = max(_LEAST_NAME, paper.width - cell_len(f" {mark}") - sum(columns))
        names = min(max(map(cell_len, labels), default=1), room)
        lines = zip(amounts, labels, elements, norms, strict=True)
        for amount, label, element, norm in lines:
            parts: list[Part] = [
                (f" {mark}", palette.faint),
                (fit(fit_end(label, names), names), palette.text),
            ]
            if amount.note == "literal":
                paper.line(
                    (f" {mark}", palette.faint),
                    (amount.name, palette.text),
                    ("  literal", palette.dim),
                )
                continue
            if amount.reason and amount.norm is None:
                paper.line(*parts, (f"  none: {amount.reason}", palette.dim))
                continue
            if width:
                parts.append(
                    (f"  {fit_right(element, width)}", self._style(amount, style))
                )
            if norm_width:
                shown = f"  {fit(norm, norm_width)}"
                parts.append((shown, palette.trouble if amount.mark else palette.dim))
            if amount.note:
                parts.append((f"  {amount.note}", palette.dim))
            self._push_right(parts, amount.type)
            paper.line(*parts)

    def _push_right(self, parts: list[Part], words: str) -> None:
        """Put words at the right edge if there is room for them."""
        room = self.paper.width - sum(cell_len(part) for part, _ in parts)
        if room >= cell_len(words) + 2:
            parts.append((fit_right(words, room), self.palette.faint))

    def _style(self, amount: Amount, style: Style) -> Style:
        return self.palette.trouble if amount.mark else style


def _where(index: tuple[int, ...]) -> str:
    return f"at {index_text(index)}" if index else ""


def _short_name(name: str, room: int) -> str:
    """Return a name in so many cells: what is in its parentheses is cut."""
    head, bracket, inner = name.partition("(")
    if cell_len(name) <= room or not bracket:
        return short_path(name, max(room, _LEAST_NAME))
    around = cell_len(f"{head}()")
    return f"{head}({short_path(inner[:-1], max(room - around, _LEAST_NAME))})"


def _norm_text(amount: Amount) -> str:
    if amount.norm is None:
        return ""
    return f"‖·‖ {norm_text(amount.norm, amount.mark)}"


def _term_text(element: Any) -> str:
    return "" if element is None else signed(element)


def _addend(element: Any, place: int) -> str:
    text = number(element)
    return f"({text})" if place and text.startswith("−") else text
