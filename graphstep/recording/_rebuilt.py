"""Which values an operation on the host gives exactly as the program computes them.

XLA copies cheap operations into everything that uses them, and where a product meets a
sum in one kernel, the two become one fused multiply-add that rounds once. So a value
is rebuilt only if its operands have the same bits wherever they are used, and a sum
only if none of its operands may be a product. What XLA regroups by algebra is left
alone, too. Everything else is recorded.
"""

from __future__ import annotations

import collections
import dataclasses
import math
from typing import Any

import numpy as np

from graphstep._jaxcompat import Literal, is_inexact, literal_array
from graphstep.graph import ProgramGraph
from graphstep.graph._columns import Operand, Source
from graphstep.recording._operations import is_operation, is_sum
from graphstep.recording._views import is_view

# Operations on rebuilt operands in a row: a look-up does at most so many per path.
_DEEPEST = 4

# What XLA never copies into users: those read the result where it is kept.
_COMPUTED_ONCE = frozenset(
    [
        "cbrt",
        "conv_general_dilated",
        "cos",
        "dot_general",
        "exp",
        "expm1",
        "fft",
        "log",
        "log1p",
        "logistic",
        "pow",
        "reduce_and",
        "reduce_max",
        "reduce_min",
        "reduce_or",
        "reduce_sum",
        "rsqrt",
        "scatter",
        "scatter_add",
        "select_and_scatter_add",
        "sin",
        "sort",
        "sqrt",
        "tanh",
    ]
)
_REDUCTIONS = ("reduce_", "dot_general")
_PRODUCTS = frozenset({"mul", "square", "integer_pow"})
# Results that are a product if what they take elements from is one. LLVM moves a sum
# into a selection to meet the product there.
_HANDED_ON = frozenset(
    {"neg", "abs", "select_n", "max", "min", "clamp"}
    | {"gather", "dynamic_slice", "pad", "concatenate"}
)
# Cheap operations of one step; any other may be several, which contract by themselves.
_CHEAP = _HANDED_ON | {"div", "floor", "ceil", "sign", "convert_element_type"}
# Constants meet: (x · c) · (y · d) is computed as (x · y) · (c · d).
_REGROUPED = {
    "add": frozenset({"add", "sub"}),
    "sub": frozenset({"add", "sub"}),
    "mul": frozenset({"mul", "div"}),
}
# exp(x) · exp(y) is computed as exp(x + y), and so on.
_MERGED = frozenset({"exp", "exp2", "pow", "rsqrt", "sqrt", "cbrt", "abs"})
_EXACT_CONSTANTS = frozenset({"select_n", "convert_element_type", "iota"})


@dataclasses.dataclass(frozen=True, slots=True)
class _Trait:
    """What is known of a value.

    Attributes:
        is_stable: Whether it has the same bits wherever the program uses it.
        may_contract: Whether it may be a product that a sum contracts with.
        is_shared: Whether something between it and that product has other users, too.
        depth: Operations in a row that looking at it takes.
        name: The primitive that it comes from, through views.
        has_constant: Whether that one has a constant operand.
        constant: Whether it is a constant; a literal is its own.
    """

    is_stable: bool = True
    may_contract: bool = False
    is_shared: bool = False
    depth: int = 0
    name: str = ""
    has_constant: bool = False
    constant: bool | Literal = False


_IN_MEMORY = _Trait()


def find_rebuilt(graph: ProgramGraph) -> frozenset[Source]:
    """Return the values that the host computes again from others, bit for bit.

    Args:
        graph: The graph, whose nodes stand in program order.
    """
    return _Search(graph).run()


def fed_values(graph: ProgramGraph) -> frozenset[Source]:
    """Return what loops carry into their next iteration, through views and calls.

    Rebuilt, such a value could rest on itself, an iteration before.
    """
    columns = graph.columns
    pending: list[Operand] = [(position, out) for position, out, _ in columns.feedback]
    found: set[Source] = set()
    while pending:
        source = pending.pop()
        if isinstance(source, Literal) or source in found:
            continue
        found.add(source)
        position, out = source
        eqn, region = columns.eqns[position], graph.regions.get(columns.ids[position])
        if region is not None and region.is_opaque:
            pending.append(dict(columns.operands[position])[out])
        elif eqn is not None and region is None and is_view(eqn):
            pending.append(columns.operands[position][0][1])
    return frozenset(found)


class _Search:
    def __init__(self, graph: ProgramGraph) -> None:
        self.graph = graph
        self.columns = graph.columns
        self.traits: dict[Source, _Trait] = {}
        self.fed = fed_values(graph)
        self.found: set[Source] = set()

    def run(self) -> frozenset[Source]:
        columns = self.columns
        uses = collections.Counter(
            source
            for operands in columns.operands
            for _, source in operands
            if not isinstance(source, Literal)
        )
        for position, role in enumerate(columns.roles):
            eqn: Any = columns.eqns[position]
            for out in range(len(columns.avals[position])):
                if role == "binder":
                    trait = self._binder(position)
                elif role != "eqn":
                    trait = _IN_MEMORY
                elif columns.ids[position] in self.graph.regions:
                    trait = self._exit(position)
                elif is_view(eqn):
                    trait = self._trait(columns.operands[position][0][1])
                else:
                    trait = self._leaf(position, out, eqn)
                if uses[position, out] > 1 and trait.may_contract:
                    trait = dataclasses.replace(trait, is_shared=True)
                self.traits[position, out] = trait
        return frozenset(self.found)

    def _trait(self, operand: Operand) -> _Trait:
        if isinstance(operand, Literal):
            return _Trait(constant=operand)
        return self.traits[operand]

    def _binder(self, position: int) -> _Trait:
        source = self._trait(self.columns.operands[position][0][1])
        region = self.graph.regions[self.columns.regions[position]]
        label = self.columns.ids[position].rpartition("/")[2]
        if not label.startswith("carry"):
            return source
        is_stable = source.is_stable and _keeps_iterations_apart(region.eqn)
        return _Trait(is_stable, may_contract=True, depth=source.depth)

    def _exit(self, position: int) -> _Trait:
        results = [self._trait(source) for _, source in self.columns.operands[position]]
        eqn: Any = self.columns.eqns[position]
        is_stable = all(r.is_stable for r in results) or _keeps_iterations_apart(eqn)
        if self.graph.regions[self.columns.ids[position]].is_opaque:
            # The rule may have computed it, in a way of its own.
            is_stable = False
        depth = max((r.depth for r in results), default=0)
        return _Trait(is_stable, may_contract=True, depth=depth)

    def _leaf(self, position: int, out: int, eqn: Any) -> _Trait:
        name = eqn.primitive.name
        given = [self._trait(source) for _, source in self.columns.operands[position]]
        is_stable = all(trait.is_stable for trait in given)
        aval = self.columns.avals[position][out]
        if (position, out) in self.graph.activity.constant:
            is_exact = not is_inexact(aval) or name in _EXACT_CONSTANTS
            return _Trait(is_stable and is_exact, name=name, constant=True)
        if name in _COMPUTED_ONCE and _is_real(eqn):
            return _Trait(name=name)
        products = [trait for trait in given if trait.may_contract]
        contracts = name in _PRODUCTS or (name in _HANDED_ON and bool(products))
        is_shared = any(trait.is_shared for trait in products)
        has_constant = any(trait.constant for trait in given)
        if not is_operation(eqn):
            contracts = contracts or name not in _HANDED_ON
            is_stable = is_stable and name in _CHEAP
            return _Trait(is_stable, contracts, is_shared, 0, name, has_constant)
        if name == "neg":
            # A sign goes along with a product, whose constants show through it.
            name, has_constant = given[0].name, given[0].has_constant
        if is_sum(eqn) and products:
            # A single product that nothing else uses contracts wherever it occurs.
            is_alone = len(products) == 1 and not products[0].is_shared
            return _Trait(is_stable and is_alone, name=name)
        depth = 1 + max(trait.depth for trait in given)
        is_rebuilt = (
            is_stable
            and depth <= _DEEPEST
            and (position, out) not in self.fed
            and not _is_rewritten(eqn, given)
            and self._is_plain(position)
        )
        if is_rebuilt:
            self.found.add((position, out))
        return _Trait(
            is_stable,
            may_contract=contracts,
            is_shared=is_shared,
            depth=depth if is_rebuilt else 0,
            name=name,
            has_constant=has_constant,
        )

    def _is_plain(self, position: int) -> bool:
        """Return whether a node is where every iteration has its own value."""
        # Branches that are not taken hold zeros; a while may keep the first iterations.
        regions = self.graph.regions
        around = regions.ancestors(self.columns.regions[position])
        return all(r.kind in ("root", "call", "scan", "scope") for r in around)


def _keeps_iterations_apart(eqn: Any) -> bool:
    """Return whether what a loop carries goes through memory."""
    if eqn is None or eqn.primitive.name != "scan":
        return False
    params = eqn.params
    return params["length"] > 1 and params["unroll"] == 1


def _is_real(eqn: Any) -> bool:
    """Return whether a reduction reduces something, so that it is not a mere view."""
    name, (aval, *_) = eqn.primitive.name, [v.aval for v in eqn.invars]
    if not name.startswith(_REDUCTIONS):
        return True
    if name == "dot_general":
        (axes, _), _ = eqn.params["dimension_numbers"]
        return math.prod(aval.shape[axis] for axis in axes) > 1
    return math.prod(eqn.outvars[0].aval.shape) < math.prod(aval.shape)


def _is_rewritten(eqn: Any, given: list[_Trait]) -> bool:
    """Return whether XLA's algebra may make another operation of a float's."""
    name = eqn.primitive.name
    if not is_inexact(eqn.outvars[0].aval) or name not in ("add", "sub", "mul"):
        return False
    constants = [trait.constant for trait in given if trait.constant]
    variable = [trait for trait in given if not trait.constant]
    regrouped = [t for t in variable if t.has_constant and t.name in _REGROUPED[name]]
    if len(constants) + len(regrouped) > 1:
        return True
    if not all(_is_kept(name, constant) for constant in constants):
        return True
    if name != "mul":
        return False
    names = {trait.name for trait in given}
    return "convert_element_type" in names or (len(names) == 1 and names <= _MERGED)


def _is_kept(name: str, constant: bool | Literal) -> bool:
    """Return whether an operation with a constant operand is not optimised away."""
    if not isinstance(constant, Literal):
        return False
    value = abs(literal_array(constant))
    return bool(np.isfinite(value).all() and not np.isin(value, (0, 1)).any()) or (
        name != "mul" and bool((value == 1).all())
    )
