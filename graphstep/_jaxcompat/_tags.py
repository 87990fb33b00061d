"""Follow the equations of a program into the programs that JAX derives from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from jax.extend import core as jex

from graphstep._jaxcompat._structure import (
    ClosedJaxpr,
    Jaxpr,
    JaxprEqn,
    region_name,
    structure,
)

# JAX carries the name stack of an equation through every transformation, so a name on
# it tells where an equation of the derived program comes from.
_TAG = re.compile(r"«([^«»]*)»")
_SUFFIXES = {"cond_jaxpr": ":cond", "body_jaxpr": ":body"}
_TRANSFORMS = re.compile(r"(\w+)\(")


def tagged(closed_jaxpr: ClosedJaxpr) -> ClosedJaxpr:
    """Return the same program with the node id of each equation on its name stack."""
    return closed_jaxpr.replace(jaxpr=_tagged(closed_jaxpr.jaxpr, ""))


def tag_of(eqn: JaxprEqn) -> str | None:
    """Return the id of the node that an equation of a derived program comes from."""
    found = _TAG.findall(str(eqn.source_info.name_stack))
    return found[-1] if found else None


def transforms_of(eqn: JaxprEqn) -> tuple[str, ...]:
    """Return what JAX has done to make an equation, outermost first: `transpose`, `jvp`."""
    return tuple(_TRANSFORMS.findall(str(eqn.source_info.name_stack)))


def function_of(closed_jaxpr: ClosedJaxpr) -> Callable[..., list[Any]]:
    """Return a function of the flat inputs that evaluates a program."""
    return jex.jaxpr_as_fun(closed_jaxpr)


def inner_jaxprs(eqn: JaxprEqn) -> tuple[Jaxpr, ...]:
    """Return the open jaxprs directly inside an equation, in the order of its params."""
    return tuple(_jaxprs_in(tuple(eqn.params.values())))


def is_inlined(eqn: JaxprEqn) -> bool:
    """Return whether an equation does what its body does, once, and nothing else."""
    inner = structure(eqn)
    return inner is not None and inner.is_transparent


def _jaxprs_in(value: Any) -> Iterator[Jaxpr]:
    match value:
        case ClosedJaxpr():
            yield value.jaxpr
        case Jaxpr():
            yield value
        case tuple() | list():
            for each in value:
                yield from _jaxprs_in(each)
        case _:
            return


def _tagged(jaxpr: Jaxpr, prefix: str) -> Jaxpr:
    eqns = [_tagged_eqn(eqn, f"{prefix}{i}") for i, eqn in enumerate(jaxpr.eqns)]
    return jaxpr.replace(eqns=eqns)


def _tagged_eqn(eqn: JaxprEqn, node_id: str) -> JaxprEqn:
    stack = eqn.source_info.name_stack.extend(f"«{node_id}»")
    params = eqn.params
    if structure(eqn) is not None:
        params = {
            name: _tagged_param(value, node_id + _SUFFIXES.get(name, ""))
            for name, value in params.items()
        }
    return eqn.replace(
        source_info=eqn.source_info.replace(name_stack=stack), params=params
    )


def _tagged_param(value: Any, region: str) -> Any:
    match value:
        case Jaxpr():
            return _tagged(value, f"{region}/")
        case ClosedJaxpr():
            return value.replace(jaxpr=_tagged(value.jaxpr, f"{region}/"))
        case tuple() if value and all(isinstance(v, ClosedJaxpr) for v in value):
            return tuple(_tagged_param(v, f"{region}:{i}") for i, v in enumerate(value))
        case _:
            return value


def name_of(eqn: JaxprEqn) -> str:
    """Return the primitive of an equation, with the name of the function it calls."""
    primitive, name = eqn.primitive.name, region_name(eqn)
    return primitive if name == primitive else f"{primitive} {name}"
