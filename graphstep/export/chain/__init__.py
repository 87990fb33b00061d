"""The chain rule at one step of the walk, in numbers and words."""

from __future__ import annotations

from graphstep.export.chain._amounts import Amount, CotangentSum, Facts, SumTerm
from graphstep.export.chain._facts import node_facts, seed_facts
from graphstep.export.chain._index import operand_index
from graphstep.export.chain._labels import label_of, type_of
from graphstep.export.chain._names import (
    cotangent_name,
    equation_text,
    loop_name,
)
from graphstep.export.chain._numbers import index_text, number, signed

__all__ = [
    "Amount",
    "CotangentSum",
    "Facts",
    "SumTerm",
    "cotangent_name",
    "equation_text",
    "index_text",
    "label_of",
    "loop_name",
    "node_facts",
    "number",
    "operand_index",
    "seed_facts",
    "signed",
    "type_of",
]
