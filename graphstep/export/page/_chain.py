"""The chain rule at every step, as the strings that the terminal shows too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from graphstep.analysis import INF, NAN
from graphstep.export.chain import (
    Amount,
    CotangentSum,
    SumTerm,
    index_text,
    node_facts,
    norm_text,
    number,
    seed_facts,
    signed,
)
from graphstep.export.page._reading import ReadOnce
from graphstep.export.page._shares import Keep
from graphstep.recording import Recording
from graphstep.stepping import FORWARD, SEED, Cursor

# Terms that a sum is written with in one line.
_LONGEST_SUM = 6


def chain_of(
    recording: ReadOnce, cursor: Cursor, keep: Keep | None = None
) -> dict[str, Any]:
    """Return what the chain rule's panel says at one step.

    Args:
        recording: The run.
        cursor: At the step.
        keep: Keeps the terms of a tangent in full; see `share_keeper`.
    """
    if cursor.pass_ == SEED:
        return _compact({"sent": _amounts(seed_facts(cursor).sent)})
    node, plain = cursor.step.node, cast("Recording", recording)
    facts = node_facts(
        plain,
        cursor,
        node,
        0,
        None,
        recording.norm,
        recording.leading_index,
        with_rule=False,
    )
    found: dict[str, Any] = {
        "at": list(facts.index),
        "head": facts.equation,
        "type": facts.type,
        "notes": list(facts.notes),
        "more": facts.n_more,
    }
    if cursor.pass_ == FORWARD:
        found["takes"] = _amounts(facts.takes)
        found["gives"] = _amounts(facts.gives)
        if facts.tangent is not None:
            found["tangent"] = _compact(_sum(facts.tangent))
            if keep is not None:
                found["tangent"]["shares"] = keep(facts.tangent.terms)
            found["formula"] = facts.formula
        return _compact(found)
    if facts.sum is not None:
        found["sum"] = _compact(_sum(facts.sum))
    found["rule"] = facts.rule
    found["sent"] = _amounts(facts.sent)
    found["slopes"] = [
        f"∂{facts.name}/∂{sent.name} = {number(sent.derivative)}"
        for sent in facts.sent
        if sent.derivative is not None
    ]
    found["others"] = _amounts(facts.others)
    return _compact(found)


def _compact(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value}


def _amounts(amounts: Sequence[Amount]) -> list[list[Any]]:
    """Return name, element, norm, note, type, reason and whether it is in trouble."""
    return [_amount(amount) for amount in amounts]


def _amount(amount: Amount) -> list[Any]:
    label = amount.name + (index_text(amount.index) if amount.index else "")
    element = "" if amount.element is None else number(amount.element)
    norm = ""
    if amount.norm is not None and not amount.is_scalar:
        norm = f"‖·‖ {norm_text(amount.norm, amount.mark)}"
    reason = amount.reason if amount.norm is None else ""
    is_bad = amount.mark in (NAN, INF)
    return [label, element, norm, amount.note, amount.type, reason, int(is_bad)]


def _sum(found: CotangentSum) -> dict[str, Any]:
    out, n_outs = found.out
    where = f"output {out} of {n_outs} " if n_outs > 1 else ""
    where += f"at {index_text(found.index)}" if found.index else ""
    norm = ""
    if found.norm is not None and (found.type[-2:] != "[]" or found.reason):
        norm = f"‖{found.name}‖ {norm_text(found.norm, found.mark)}"
    first = next((t for t in found.terms if not t.amount.reason), None)
    return {
        "where": where.rstrip(),
        "norm": norm,
        "type": found.type,
        "reason": found.reason,
        "cuts": list(found.cuts),
        "terms": [_term(term, is_first=term is first) for term in found.terms],
        "pending": list(found.pending),
        "total": "" if found.reason else _total(found),
        "bad": int(found.mark in (NAN, INF)),
        "cancelling": ""
        if found.cancelling is None
        else f"the terms nearly cancel: {number(100 * found.cancelling, 2)} % of "
        "their size is left",
    }


def _term(term: SumTerm, *, is_first: bool) -> list[Any]:
    """Return element, total so far, sender, norm, reason and whether it is in trouble."""
    amount = term.amount
    element = "" if amount.element is None else signed(amount.element)
    has_total = not (is_first or amount.reason or term.total is None)
    total = f"= {number(term.total)}" if has_total else ""
    norm = ""
    if amount.norm is not None and not amount.is_scalar:
        norm = f"‖·‖ {norm_text(amount.norm, amount.mark, 3)}"
    is_bad = amount.mark in (NAN, INF)
    return [element, total, amount.name, norm, amount.reason, int(is_bad)]


def _total(found: CotangentSum) -> str:
    if found.total is None:
        return "" if found.terms or found.pending else f"{found.name} = 0: no use of it"
    elements = [t.amount.element for t in found.terms if t.amount.element is not None]
    start = found.name + (index_text(found.index) if found.index else "")
    tail = "" if found.is_complete else " so far"
    if 2 <= len(elements) <= _LONGEST_SUM:
        addends = " + ".join(_addend(e, i) for i, e in enumerate(elements))
        return f"{start} = {addends} = {number(found.total)}{tail}"
    return f"{start} = {number(found.total)}{tail}"


def _addend(element: Any, place: int) -> str:
    text = number(element)
    return f"({text})" if place and text.startswith("−") else text
