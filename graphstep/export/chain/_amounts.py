"""What the chain rule pane is handed: amounts, terms, sums."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from graphstep.analysis import INF, NAN, OK, norm_of
from graphstep.export.chain._index import Index, fits
from graphstep.export.chain._numbers import number
from graphstep.export.chain._rule_lines import RuleLines
from graphstep.recording import Absence, Recording, Stats

# A sum so much smaller than its terms is said to cancel.
_CANCELS = 0.1
_LETTERS = {NAN: "N", INF: "I"}
_WHOLE = {NAN: "NaN", INF: "Inf"}


def norm_text(norm: float, mark: int = OK, digits: int = 4) -> str:
    """Return a norm, with `N` or `I` where it leaves out NaN or infinities.

    Args:
        norm: Norm of the finite elements.
        mark: What else there is; see `norms`. Where nothing finite is left, or zeros
            alone, the norm of the whole is written: it is NaN or infinite.
        digits: Significant digits.
    """
    if mark in _WHOLE and not norm:
        return _WHOLE[mark]
    return f"{number(norm, digits)} {_LETTERS.get(mark, '')}".rstrip()


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """One array in a line of the chain rule.

    Attributes:
        name: Whose it is.
        type: Shape and dtype, `f32[32,64]`.
        element: Its number at `index`; `None` if no element is followed there.
        index: Which element.
        norm: Norm of the finite elements; `None` where there is no array.
        mark: What is wrong with it; see `norms`.
        note: Which iteration, if it is not that of the cursor.
        reason: Why there is no array.
        derivative: Measured local derivative at the element.
    """

    name: str
    type: str = ""
    element: Any = None
    index: Index = ()
    norm: float | None = None
    mark: int = OK
    note: str = ""
    reason: str = ""
    derivative: float | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether the element is all there is."""
        return self.type.endswith("[]")


@dataclasses.dataclass(frozen=True, slots=True)
class SumTerm:
    """One contribution to a cotangent, or to a tangent.

    Attributes:
        amount: Who sends it, and what.
        total: The sum so far at the element; `None` where nothing was added.
        share: Of a tangent, all elements of what is contributed.
    """

    amount: Amount
    total: Any = None
    share: Any = dataclasses.field(default=None, compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class CotangentSum:
    """The contributions that have arrived at one value.

    Attributes:
        name: How the cotangent is written.
        type: Shape and dtype of the value.
        out: Which output of its node, and of how many.
        index: Element that is followed.
        terms: In the order of arrival.
        pending: Uses that are still to send, in that order.
        total: Sum so far at the element; `None` if nothing has arrived.
        norm: Norm of the whole cotangent, once it is complete.
        mark: What is wrong with it.
        is_complete: Whether nothing is to come.
        cancelling: |sum| over the sum of |terms| at the element, if it is small.
        reason: Why there is no cotangent.
        cuts: Where it is cut off, as far as that is a place.
    """

    name: str
    type: str
    out: tuple[int, int]
    index: Index = ()
    terms: tuple[SumTerm, ...] = ()
    pending: tuple[str, ...] = ()
    total: Any = None
    norm: float | None = None
    mark: int = OK
    is_complete: bool = False
    cancelling: float | None = None
    reason: str = ""
    cuts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What the chain rule pane says at one step.

    Attributes:
        pass_: `forward`, `seed` or `backward`.
        name: The node's name.
        equation: Its equation.
        type: Type of the result.
        index: Element of the result that is followed.
        is_ahead: Whether the pass has not come to the node yet.
        takes: Operands, going forward.
        gives: Results, going forward.
        sum: The cotangent as a sum, going back.
        tangent: The tangent as a sum, going forward with tangents.
        formula: That sum in letters.
        rule: Whose rule sends it on.
        local: The local rule of the equation, in its own names.
        sent: What each operand receives; at the seed, what each output receives.
        n_more: Operands or receivers that are not listed.
        others: Cotangents of the node's other outputs, whose sums are not shown.
        notes: What else is to be said.
    """

    pass_: str
    name: str = ""
    equation: str = ""
    type: str = ""
    index: Index = ()
    is_ahead: bool = False
    takes: tuple[Amount, ...] = ()
    gives: tuple[Amount, ...] = ()
    sum: CotangentSum | None = None
    tangent: CotangentSum | None = None
    formula: str = ""
    rule: str = ""
    local: RuleLines | None = None
    sent: tuple[Amount, ...] = ()
    n_more: int = 0
    others: tuple[Amount, ...] = ()
    notes: tuple[str, ...] = ()


def is_array(value: Any) -> bool:
    """Return whether a recording answered with numbers."""
    is_numpy = isinstance(value, np.ndarray | np.generic)
    return is_numpy and value.dtype != jax.dtypes.float0


def element_of(array: Any, index: Index | None) -> Any:
    """Return one number, or `None` if there is none at that index."""
    if not is_array(array):
        return None
    x = np.asarray(array)
    if index is None or not x.size or not fits(index, x.shape):
        return None
    return x[index].item()


# Returns the norm of an array, and what is wrong with it, as `norm_of` does.
Norm = Callable[[Any], tuple[float, int]]


def amount_of(name: str, type_: str, value: Any, norm: Norm = norm_of) -> Amount:
    """Return what is said of an array or of an absence, without an element."""
    if isinstance(value, Absence):
        return Amount(name, type_, reason=str(value))
    if isinstance(value, jax.Array):
        return Amount(name, type_, reason="random key")
    x = np.asarray(value)
    if x.dtype == jax.dtypes.float0:
        return Amount(name, type_, reason="float0, the tangent of what is no float")
    if not x.size:
        return Amount(name, type_, reason="no elements")
    size, mark = norm(x)
    return Amount(name, type_, norm=size, mark=mark)


def with_element(
    amount: Amount, array: Any, index: Index | None, stats: Stats | None = None
) -> Amount:
    """Add one element to what is said of an array; of a lone one, that one."""
    if stats is not None:
        return dataclasses.replace(amount, norm=stats.l2)
    if is_array(array) and np.size(array) == 1:
        index = (0,) * np.ndim(array)
    element = element_of(array, index)
    return dataclasses.replace(
        amount, element=element, index=() if element is None else index or ()
    )


def stats_instead(
    recording: Recording,
    array: Any,
    node: str,
    out: int,
    of: str,
    iteration: tuple[int, ...],
) -> Stats | None:
    """Return statistics of a value that was not kept, if those were."""
    if not isinstance(array, Absence) or array.kind != "not_captured":
        return None
    stats = recording.stats(node, out, of, iteration)
    return None if isinstance(stats, Absence) else stats


def cancelling(elements: list[Any]) -> float | None:
    """Return |sum| over the sum of |terms|, if it is small."""
    numbers = [abs(e) for e in elements if e is not None]
    size = math.fsum(n for n in numbers if math.isfinite(n))
    if len(numbers) < 2 or not size or not all(map(math.isfinite, numbers)):
        return None
    left = abs(sum(e for e in elements if e is not None)) / size
    return left if left < _CANCELS else None


def ratio(sent: Any, cotangent: Any) -> float | None:
    """Return contribution over cotangent, both real, if that is a number."""
    if cotangent is None or not cotangent or not math.isfinite(cotangent):
        return None
    return sent / cotangent
