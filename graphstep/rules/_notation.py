"""Typeset mathematics, written as Unicode for a terminal and as MathML for a page."""

from __future__ import annotations

import dataclasses
import xml.sax.saxutils

_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−()*Tabcdefghijklmnoprstuvwxyz",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾*ᵀᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
        strict=True,
    )
)
_SUBSCRIPTS = dict(
    zip(
        "0123456789+-−()aeijhklmnoprstuvx,",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎ₐₑᵢⱼₕₖₗₘₙₒₚᵣₛₜᵤᵥₓ,",
        strict=True,
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """A piece of a formula that is written as it stands.

    Attributes:
        text: What is written.
        kind: `mi` for an identifier, `mn` for a number, `mo` for an operator.
    """

    text: str
    kind: str = "mi"


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Pieces side by side."""

    parts: tuple[Notation, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """A piece with something below or above its right end."""

    base: Notation
    below: Notation | None = None
    above: Notation | None = None


Notation = Text | Row | Script


def row(*parts: Notation | str) -> Row:
    """Return pieces side by side; a plain string is an operator."""
    return Row(tuple(Text(p, "mo") if isinstance(p, str) else p for p in parts))


def fenced(inside: Notation) -> Row:
    """Return something in round brackets."""
    return row("(", inside, ")")


def unicode_of(notation: Notation) -> str:
    """Return one line of text: `Ā += ȳ·det(A)·A⁻ᵀ`."""
    match notation:
        case Text():
            return notation.text
        case Row():
            return "".join(unicode_of(part) for part in notation.parts)
        case Script():
            below = _script(notation.below, _SUBSCRIPTS, "[", "]")
            above = _script(notation.above, _SUPERSCRIPTS, "^(", ")")
            return unicode_of(notation.base) + below + above


def mathml_of(notation: Notation) -> str:
    """Return a MathML fragment, to stand inside `<math>`."""
    match notation:
        case Text():
            text = xml.sax.saxutils.escape(notation.text.strip())
            if not text:
                return '<mspace width="0.3em"/>'
            return f"<{notation.kind}>{text}</{notation.kind}>"
        case Row():
            return f"<mrow>{''.join(mathml_of(part) for part in notation.parts)}</mrow>"
        case Script():
            base, below, above = notation.base, notation.below, notation.above
            tag = "m" + ("sub" if below else "") + ("sup" if above else "")
            parts = "".join(mathml_of(part) for part in (base, below, above) if part)
            return f"<{tag}>{parts}</{tag}>"


def _script(
    notation: Notation | None, letters: dict[str, str], left: str, right: str
) -> str:
    """Return small letters, or what stands for them if there are none."""
    if notation is None:
        return ""
    text = unicode_of(notation).replace(" ", "")
    if all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return f"{left}{text}{right}"
