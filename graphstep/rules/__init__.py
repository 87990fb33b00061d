"""Local rules of primitives: value, JVP, VJP and structure, as executable formulas."""

from __future__ import annotations

from graphstep.rules._catalogue import EXAMPLES
from graphstep.rules._checking import Check, checked
from graphstep.rules._examples import Example, prepared
from graphstep.rules._filling import Written, written
from graphstep.rules._lookup import RULES, rule_of
from graphstep.rules._notation import Notation, mathml_of, unicode_of
from graphstep.rules._rule import (
    Equation,
    Rule,
    Structure,
    cotangent_of,
    tangent_of,
)
from graphstep.rules._typesetting import typeset

__all__ = [
    "EXAMPLES",
    "RULES",
    "Check",
    "Equation",
    "Example",
    "Notation",
    "Rule",
    "Structure",
    "Written",
    "checked",
    "cotangent_of",
    "mathml_of",
    "prepared",
    "rule_of",
    "tangent_of",
    "typeset",
    "unicode_of",
    "written",
]
