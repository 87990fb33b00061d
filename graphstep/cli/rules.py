"""`graphstep rules`: the table of local derivatives, and whether they are JAX's."""

from __future__ import annotations

import difflib
import json
import math
import sys
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import click

from graphstep._jaxcompat import short_type
from graphstep.cli.columns import columns
from graphstep.cli.options import traceback_option
from graphstep.cli.terminal import Terminal, fitted, safe
from graphstep.rules import (
    EXAMPLES,
    LIBRARY,
    PRIMITIVES,
    RULES,
    TOLERANCE,
    WITHOUT,
    Check,
    Notation,
    Rule,
    checks_of,
    mathml_of,
    rule_named,
    rules_named,
    typeset,
    unicode_of,
    written,
)

FORMAT, VERSION = "graphstep-rules", 1
# Columns of a label, and of the formulas of one line of the table.
_LABEL, _LONGEST = 11, 50


@click.command(
    "rules", help="Show the local derivatives of primitives, and check them."
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--check",
    "with_check",
    is_flag=True,
    help="Evaluate the formulas now, in float64, against jax.jvp and jax.vjp.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@traceback_option
def command(names: tuple[str, ...], with_check: bool, as_json: bool) -> None:
    """List the rules of all primitives, or explain those that are named."""
    for name in names:
        _need_known(name)
    wanted = [name for name in names or sorted(RULES) if name in RULES]
    checks = checks_of(wanted) if with_check else {}
    if as_json:
        click.echo(json.dumps(_document(names, wanted, checks), allow_nan=False))
    else:
        terminal = Terminal.of(sys.stdout)
        for line in (
            _details(names, checks, terminal) if names else _table(checks, terminal)
        ):
            click.echo(line)
    wrong = [name for name in checks if not _is_right(checks[name])]
    if wrong:
        click.echo(f"graphstep: not as JAX computes it: {', '.join(wrong)}", err=True)
        click.get_current_context().exit(1)


def _need_known(name: str) -> None:
    if name in RULES or name in WITHOUT:
        return
    known = [*RULES, *WITHOUT]
    longer = [each for each in known if name and each.startswith(name)]
    like = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near = list(dict.fromkeys([*longer, *like]))[:3]
    guess = (
        f" Did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else ""
    )
    msg = f"There is no primitive `{safe(name, 60)}` in the table.{guess}"
    raise click.UsageError(f"{msg} `graphstep rules` lists all.")


def _is_right(check: Check) -> bool:
    return check.largest <= TOLERANCE


def _table(checks: dict[str, Check], terminal: Terminal) -> Iterator[str]:
    """Yield a line for each entry, and how many there are."""
    titles = ["primitive", "structure", "check", "VJP"]
    for heading, names in (("", PRIMITIVES), ("Functions of JAX's library", LIBRARY)):
        if heading:
            yield from ("", terminal.style(heading, bold=True))
        lines = [_line(name, checks, terminal) for name in sorted(names)]
        yield from columns(titles, lines, terminal, first_to_go=(2, 1))
    yield ""
    text = f"{counts()} {_finding(checks)} {len(WITHOUT)} primitives more have no entry"
    text = f"{text}: JAX's own rule, shown by its effect."
    yield from textwrap.wrap(text, terminal.width)


def counts() -> str:
    """Return how many entries there are, as a sentence."""
    return (
        f"{len(PRIMITIVES)} primitives and {len(LIBRARY)} functions of JAX's library "
        "have a rule."
    )


def _finding(checks: dict[str, Check]) -> str:
    if not checks:
        return (
            "Each formula is what the tests evaluate against jax.jvp and jax.vjp; "
            "--check does it now."
        )
    worst = max(checks, key=lambda name: checks[name].largest)
    right = sum(map(_is_right, checks.values()))
    every = "all" if right == len(checks) else f"{right} of {len(checks)}"
    return (
        f"In float64 {every} agree with jax.jvp and jax.vjp; the largest difference is "
        f"{_difference(checks[worst].largest)}, of {worst}."
    )


def _line(name: str, checks: dict[str, Check], terminal: Terminal) -> list[str]:
    rule = rule_named(name)
    lines = [unicode_of(line) for line in written(rule).vjp if line]
    kinds = dict.fromkeys(str(structure) for structure in rule.structure)
    n = len(EXAMPLES[name])
    check = f"{n} example{'s' if n > 1 else ''}"
    if name in checks:
        check = _difference(checks[name].largest)
    text = fitted("; ".join(lines) or "none", _LONGEST, terminal.glyphs.ellipsis)
    return [name, ", ".join(kinds), check, text]


def _difference(value: float) -> str:
    """Return `3e-16` with a true minus sign."""
    return f"{value:.0e}".replace("e-", "e−") if value else "0"


def _details(
    names: Sequence[str], checks: dict[str, Check], terminal: Terminal
) -> Iterator[str]:
    """Yield all that is known of each primitive."""
    for number, name in enumerate(names):
        if number:
            yield ""
        if name not in RULES:
            yield terminal.style(name, bold=True)
            text = f"JAX's own rule, shown by its effect: {WITHOUT[name]}."
            yield from _labelled("rule", text, terminal)
            continue
        for rule in _distinct(rules_named(name)):
            types = ", ".join(short_type(aval) for aval in rule.equation.in_avals)
            yield f"{terminal.style(name, bold=True)} of {types}"
            for label, text in _facts(rule):
                yield from _labelled(label, text, terminal)
        if name in checks:
            check = checks[name]
            text = (
                f"value {_difference(check.value)}, JVP {_difference(check.jvp)}, "
                f"VJP {_difference(check.vjp)} away from JAX at most"
            )
            yield from _labelled("checked", text, terminal)


def _distinct(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules without those whose formulas are those of one before."""
    found: dict[tuple[Any, ...], Rule] = {}
    for rule in rules:
        found.setdefault((rule.value, rule.jvp, rule.vjp), rule)
    return list(found.values())


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    lines = written(rule)
    yield "value", _joined(lines.value, "drawn at random")
    yield "JVP", _joined(lines.jvp, "none")
    yield "VJP", _joined(lines.vjp, "none")
    if lines.where:
        yield "where", _joined(lines.where, "")
    for symbol, structure, matrix in zip(
        rule.operands, rule.structure, lines.jacobian, strict=True
    ):
        name = unicode_of(_symbol(symbol))
        shown = f": {unicode_of(matrix)}" if matrix else ""
        yield "Jacobian", f"by {name} {structure}{shown}"
    kept = ", ".join(unicode_of(_symbol(symbol)) for symbol in rule.residuals)
    yield "residuals", kept or "none: the VJP needs no primal"
    cost = f"{unicode_of(lines.cost)} = {rule.operations} operations"
    yield "cost", f"{cost}; {rule.n_bytes} bytes in and out"
    yield "reason", rule.reason
    yield "source", rule.source


def _symbol(symbol: str) -> Notation:
    return typeset(symbol, {})


def _joined(lines: Sequence[Notation | None], otherwise: str) -> str:
    return "\n".join(unicode_of(line) for line in lines if line) or otherwise


def _labelled(label: str, text: str, terminal: Terminal) -> Iterator[str]:
    """Yield a text beside its label, as many lines as it takes."""
    width = max(24, terminal.width - _LABEL - 2)
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width)]
    for number, line in enumerate(lines):
        shown = terminal.style(label.ljust(_LABEL), dim=True) if not number else ""
        yield f"  {shown or ' ' * _LABEL}{line}"


def _document(
    names: Sequence[str], wanted: Sequence[str], checks: dict[str, Check]
) -> dict[str, Any]:
    without = [name for name in names or WITHOUT if name in WITHOUT]
    return {
        "format": FORMAT,
        "version": VERSION,
        "primitives": len(PRIMITIVES),
        "functions": len(LIBRARY),
        "tolerance": TOLERANCE,
        "rules": [_entry(name, checks.get(name)) for name in wanted],
        "without": [{"name": name, "why": WITHOUT[name]} for name in sorted(without)],
    }


def _entry(name: str, check: Check | None) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "function" if name in LIBRARY else "primitive",
        "check": None
        if check is None
        else {
            "value": _finite(check.value),
            "jvp": _finite(check.jvp),
            "vjp": _finite(check.vjp),
            "agrees": _is_right(check),
        },
        "examples": [_example(rule) for rule in rules_named(name)],
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _example(rule: Rule) -> dict[str, Any]:
    lines = written(rule)
    equation = rule.equation
    return {
        "operands": [
            {
                "symbol": symbol,
                "type": short_type(aval),
                "vjp": _formula(formula, line),
                "structure": structure.kind,
                "jacobian": _formula(structure.matrix or None, matrix),
            }
            for symbol, aval, formula, line, structure, matrix in zip(
                rule.operands,
                equation.in_avals,
                rule.vjp,
                lines.vjp,
                rule.structure,
                lines.jacobian,
                strict=True,
            )
        ],
        "results": [
            {
                "symbol": symbol,
                "type": short_type(aval),
                "value": _formula(formula, line),
                "jvp": _formula(moved, tangent),
            }
            for symbol, aval, formula, line, moved, tangent in zip(
                rule.results,
                equation.out_avals,
                rule.value,
                lines.value,
                rule.jvp,
                lines.jvp,
                strict=True,
            )
        ],
        "where": [
            {"symbol": symbol} | (_formula(formula, line) or {})
            for (symbol, formula), line in zip(rule.where, lines.where, strict=True)
        ],
        "residuals": list(rule.residuals),
        "cost": {"operations": rule.operations, "bytes": rule.n_bytes}
        | (_formula(rule.cost, lines.cost) or {}),
        "reason": rule.reason,
        "source": rule.source,
    }


def _formula(formula: str | None, line: Notation | None) -> dict[str, str] | None:
    if formula is None or line is None:
        return None
    return {
        "formula": formula,
        "unicode": unicode_of(line),
        "mathml": f"<math>{mathml_of(line)}</math>",
    }
