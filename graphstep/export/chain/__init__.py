"""The chain rule at one step of the walk, in numbers and words."""

from __future__ import annotations

from graphstep.export.chain._amounts import (
    Amount,
    CotangentSum,
    Facts,
    SumTerm,
    norm_text,
)
from graphstep.export.chain._card import Card, PathStep, cards_of, path_of
from graphstep.export.chain._facts import node_facts, seed_facts
from graphstep.export.chain._index import (
    Index,
    has_local_derivative,
    leading_index,
    operand_index,
)
from graphstep.export.chain._labels import label_of, type_of
from graphstep.export.chain._names import (
    cotangent_name,
    equation_text,
    loop_name,
    operand_name,
    sender_text,
    tangent_name,
    use_text,
)
from graphstep.export.chain._numbers import index_text, number, signed
from graphstep.export.chain._rule_lines import (
    Formula,
    RuleLines,
    local_rule,
    rule_lines,
)
from graphstep.export.chain._why import cut_text, place_text, why_lines

__all__ = [
    "Amount",
    "Card",
    "CotangentSum",
    "Facts",
    "Formula",
    "Index",
    "PathStep",
    "RuleLines",
    "SumTerm",
    "cards_of",
    "cotangent_name",
    "cut_text",
    "equation_text",
    "has_local_derivative",
    "index_text",
    "label_of",
    "leading_index",
    "local_rule",
    "loop_name",
    "node_facts",
    "norm_text",
    "number",
    "operand_index",
    "operand_name",
    "path_of",
    "place_text",
    "rule_lines",
    "seed_facts",
    "sender_text",
    "signed",
    "tangent_name",
    "type_of",
    "use_text",
    "why_lines",
]
