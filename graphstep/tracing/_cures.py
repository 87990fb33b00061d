"""Tell what in the user's source asked a traced value for its value, and the cure."""

from __future__ import annotations

import ast
import dataclasses
import linecache
from collections.abc import Callable, Iterator, Sequence

import jax

from graphstep.tracing._source import RawFrame, Span, span_from_raw
from graphstep.tracing._statements import parse

_STATIC = "make it static with `static_argnums` (`--static` on the command line)"
_CHOOSE = (
    "Use `jnp.where` to choose between values or `jax.lax.cond` to choose between "
    "computations"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnosis:
    """What needs a concrete value, and what to write instead.

    Attributes:
        culprit: A noun phrase such as "Python `if`".
        cure: A sentence without its full stop.
    """

    culprit: str
    cure: str


_IF = Diagnosis("Python `if`", _CHOOSE)
_WHILE = Diagnosis(
    "Python `while`",
    "Use `jax.lax.while_loop`, or `jax.lax.scan` to differentiate through the loop",
)
_ASSERT = Diagnosis(
    "Python `assert`",
    "Remove it, check shapes and dtypes only, or use `jax.experimental.checkify`",
)
_COMPREHENSION = Diagnosis(
    "The condition of a comprehension",
    "Use `jnp.where` with a mask over a whole array",
)
_LOGIC = Diagnosis(
    "Python `and`, `or` or `not`",
    "Use `&`, `|` and `~`, or `jnp.logical_and`, `jnp.logical_or`, `jnp.logical_not`",
)
_CHAIN = Diagnosis("A chained comparison", "Write `(a < x) & (x < b)`")
_CONTAINS = Diagnosis("Python `in`", "Use `jnp.isin` or `(array == x).any()`")
_BOOL = Diagnosis("A conversion to a Python bool", _CHOOSE)
_RANGE = Diagnosis(
    "Python `range`",
    f"Use `jax.lax.fori_loop` or `jax.lax.scan`; if it is a setting, {_STATIC}",
)
_INDEX = Diagnosis(
    "A use as a Python integer",
    f"Index an array (`jnp.asarray(items)[i]`) instead of a list, choose functions "
    f"with `jax.lax.switch`; if it is a setting, {_STATIC}",
)
_NUMPY = Diagnosis(
    "NumPy",
    "Use the function of the same name from `jax.numpy`, or `jax.pure_callback`",
)
_MASK = Diagnosis(
    "Indexing with a boolean mask",
    "Its result would have no static shape: use `jnp.where(mask, x, 0)`, or pass "
    "`size=` to `jnp.nonzero`",
)
_SHAPE = Diagnosis(
    "A shape",
    f"Compute it from shapes (`x.shape[0]`), not from values; if it is a setting, "
    f"{_STATIC}",
)
_FORMAT = Diagnosis(
    "Formatting as text", 'Print it with `jax.debug.print("x = {x}", x=x)`'
)
_SIZE = Diagnosis(
    "A result whose size depends on values",
    "Pass `size=`, the largest number of elements to return",
)
_SETTING = Diagnosis(
    "This call", f"It must be known while tracing: if it is a setting, {_STATIC}"
)
_NUMBER = {
    "int": Diagnosis(
        "Python `int()`", "Use `x.astype(int)`, or keep the array as it is"
    ),
    "float": Diagnosis(
        "Python `float()`", "Use `x.astype(float)`, or keep the array as it is"
    ),
    "complex": Diagnosis(
        "Python `complex()`", "Use `x.astype(complex)`, or keep the array as it is"
    ),
    "item": Diagnosis("`.item()`", "Remove it: a scalar array works as it is"),
    "tolist": Diagnosis(
        "`.tolist()`", "Remove it: JAX functions take the array as it is"
    ),
}
_BUILTINS = {
    "max": Diagnosis("Python `max`", "Use `jnp.maximum` or `jnp.max`"),
    "min": Diagnosis("Python `min`", "Use `jnp.minimum` or `jnp.min`"),
    "sorted": Diagnosis("Python `sorted`", "Use `jnp.sort`"),
    "any": Diagnosis("Python `any`", "Use `jnp.any`"),
    "all": Diagnosis("Python `all`", "Use `jnp.all`"),
    "filter": Diagnosis("Python `filter`", "Use `jnp.where` with a mask"),
    "bool": Diagnosis("Python `bool()`", _CHOOSE),
    "range": _RANGE,
}


def diagnose(
    error: BaseException, message: str, frame: RawFrame | None
) -> Diagnosis | None:
    """Return what needed a concrete value, or `None` when nothing did.

    Args:
        error: What tracing raised.
        message: Its text.
        frame: The user's innermost frame.
    """
    place = _Place.of(frame)
    for kind, read in _READERS:
        if isinstance(error, kind):
            return read(message, place)
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """The nodes of the user's file, and where the value was asked for."""

    nodes: Sequence[ast.AST] = ()
    span: Span | None = None

    @classmethod
    def of(cls, frame: RawFrame | None) -> _Place:
        """Return the place of a frame; an empty one when there is no source."""
        if frame is None:
            return cls()
        tree = parse("".join(linecache.getlines(frame[0].co_filename)))
        nodes = () if tree is None else tuple(ast.walk(tree))
        return cls(nodes, span_from_raw(*frame))


def _concretized(message: str, place: _Place) -> Diagnosis:
    for name, diagnosis in _NUMBER.items():
        if f"`{name}` function" in message or f"{name}() method" in message:
            return diagnosis
    if " size " in message:
        return _SIZE
    return _called(message, place) or _SETTING


def _tested(message: str, place: _Place) -> Diagnosis:
    """Return what asked for the truth of a value."""
    for node in place.nodes:
        for expression, diagnosis in _tests(node):
            if _span(expression) == place.span:
                return diagnosis
    return _called(message, place) or _BOOL


def _tests(node: ast.AST) -> Iterator[tuple[ast.expr, Diagnosis]]:
    """Yield the expressions of which `node` needs the truth, as bytecode has them."""
    match node:
        case (
            ast.If(test=test)
            | ast.IfExp(test=test)
            | ast.match_case(guard=ast.expr() as test)
        ):
            yield from _conditions(test, _IF)
        case ast.While(test=test):
            yield from _conditions(test, _WHILE)
        case ast.Assert(test=test):
            yield from _conditions(test, _ASSERT)
        case ast.comprehension(ifs=tests):
            for test in tests:
                yield from _conditions(test, _COMPREHENSION)
        case ast.BoolOp(values=values):
            yield from ((value, _LOGIC) for value in values)
            yield node, _LOGIC
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from ((operand, _LOGIC), (node, _LOGIC))
        case ast.Compare(ops=[ast.In() | ast.NotIn()]):
            yield node, _CONTAINS
        case ast.Compare(ops=[_, _, *_]):
            yield node, _CHAIN
        case _:
            pass


def _conditions(
    test: ast.expr, diagnosis: Diagnosis
) -> Iterator[tuple[ast.expr, Diagnosis]]:
    """Yield a condition and its parts: the compiler branches on each of them."""
    match test:
        case ast.BoolOp(values=parts):
            for part in parts:
                yield from _conditions(part, diagnosis)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            yield from _conditions(part, diagnosis)
        case _:
            yield test, diagnosis


def _called(_message: str, place: _Place) -> Diagnosis | None:
    for node in place.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if _span(node) == place.span:
                return _BUILTINS.get(name)
            case _:
                pass
    return None


def _type_error(message: str, _place: _Place) -> Diagnosis | None:
    if message.startswith("Shapes must be 1D sequences of concrete values"):
        return _SHAPE
    return _FORMAT if "Tracer.__format__" in message else None


def _span(node: ast.expr) -> Span:
    return (
        node.lineno,
        node.col_offset,
        node.end_lineno or 0,
        node.end_col_offset or 0,
    )


# Subclasses first.
_READERS: tuple[
    tuple[type[Exception], Callable[[str, _Place], Diagnosis | None]], ...
] = (
    (jax.errors.TracerBoolConversionError, _tested),
    (jax.errors.NonConcreteBooleanIndexError, lambda _message, _place: _MASK),
    (jax.errors.TracerArrayConversionError, lambda _message, _place: _NUMPY),
    (
        jax.errors.TracerIntegerConversionError,
        lambda message, place: _called(message, place) or _INDEX,
    ),
    (jax.errors.ConcretizationTypeError, _concretized),
    (TypeError, _type_error),
)
