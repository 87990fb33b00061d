"""Local rules of primitives: value, JVP, VJP and structure, as executable formulas."""

from __future__ import annotations

from graphstep.rules._catalogue import (
    EXAMPLES,
    TOLERANCE,
    checks_of,
    rule_named,
    rules_named,
)
from graphstep.rules._checking import Case, Check, case_of, checked
from graphstep.rules._examples import Example, Operand, equation_of, prepared
from graphstep.rules._filling import Written, written
from graphstep.rules._library import LIBRARY
from graphstep.rules._lookup import PRIMITIVES, RULES, name_of, rule_of
from graphstep.rules._notation import Notation, mathml_of, unicode_of
from graphstep.rules._rule import (
    Equation,
    Rule,
    Structure,
    cotangent_of,
    tangent_of,
)
from graphstep.rules._typesetting import typeset
from graphstep.rules._without import WITHOUT

__all__ = [
    "EXAMPLES",
    "LIBRARY",
    "PRIMITIVES",
    "RULES",
    "TOLERANCE",
    "WITHOUT",
    "Case",
    "Check",
    "Equation",
    "Example",
    "Notation",
    "Operand",
    "Rule",
    "Structure",
    "Written",
    "case_of",
    "checked",
    "checks_of",
    "cotangent_of",
    "equation_of",
    "mathml_of",
    "name_of",
    "prepared",
    "rule_named",
    "rule_of",
    "rules_named",
    "tangent_of",
    "typeset",
    "unicode_of",
    "written",
]
