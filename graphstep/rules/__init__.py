"""Local rules of primitives: value, JVP, VJP and structure, as executable formulas."""

from __future__ import annotations

from graphstep.rules._lookup import RULES, rule_of
from graphstep.rules._notation import mathml_of, unicode_of
from graphstep.rules._rule import Equation, Rule, cotangent_of, tangent_of
from graphstep.rules._typesetting import typeset

__all__ = [
    "RULES",
    "Equation",
    "Rule",
    "cotangent_of",
    "mathml_of",
    "rule_of",
    "tangent_of",
    "typeset",
    "unicode_of",
]
