"""What is reported, in which order, and within which budget."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from tests.bench.exactness import Exactness
from tests.bench.measure import Measured
from tests.bench.programs import FORWARD, GRADIENT

# A value of at most this many bytes may be kept whole in a summary.
_BYTES_PER_NODE = 4096


@dataclasses.dataclass(frozen=True)
class Row:
    """One quantity, for every model.

    Attributes:
        label: What is measured, over what.
        value: Reads it off what was measured; `None` where it makes no sense.
        limits: Greatest value by kind of model; `""` for those not named.
        style: Format of its numbers.
        note: How the budget reads, if not as its number.
    """

    label: str
    value: Callable[[Measured], float | None]
    limits: Mapping[str, float | Callable[[Measured], float]] = dataclasses.field(
        default_factory=dict
    )
    style: str = ".2f"
    note: str = ""

    def limit(self, measured: Measured) -> float | None:
        """Return the budget of a model, or `None`."""
        found = self.limits.get(measured.kind, self.limits.get(""))
        return found(measured) if callable(found) else found

    @property
    def budget(self) -> str:
        """The budget as the table shows it."""
        if self.note or not self.limits:
            return self.note
        named = [f"{k} {v:g}" for k, v in self.limits.items() if k]
        return f"≤ {self.limits['']:g}" + (f" ({', '.join(named)})" if named else "")


@dataclasses.dataclass(frozen=True)
class Figure:
    """One quantity that belongs to no model.

    Attributes:
        label: What is measured.
        value: The number.
        limit: The greatest it may be, or the least if `is_floor`.
        unit: Its unit.
        is_floor: Whether more is better.
    """

    label: str
    value: float
    limit: float
    unit: str
    is_floor: bool = False

    @property
    def load(self) -> float:
        """How much of the budget is used; over 1 it is missed."""
        return self.limit / self.value if self.is_floor else self.value / self.limit


def _with_gradient(name: str, field: str = "run") -> Callable[[Measured], float | None]:
    """Read a ratio to `value_and_grad`; without a gradient there is none to read."""
    read = _entry(field, name)
    return lambda m: read(m) if m.base == GRADIENT else None


def _exact(read: Callable[[Exactness], float]) -> Callable[[Measured], float | None]:
    return lambda m: None if m.exact is None else read(m.exact)


def _entry(field: str, name: str) -> Callable[[Measured], float | None]:
    def read(measured: Measured) -> float | None:
        entries: dict[str, Any] = getattr(measured, field)
        return entries.get(name)

    return read


ROWS = (
    Row("jit(f), ms", _entry("run_ms", FORWARD), style=".1f"),
    Row("value_and_grad, ms", _entry("run_ms", GRADIENT), style=".1f"),
    Row(
        "all primals / jit",
        _entry("run", "primals"),
        {"": 1.6, "scan": 2.3, "while": 3.0},
    ),
    Row("full / value_and_grad", _with_gradient("full"), {"": 1.5, "scan": 1.8}),
    Row("summary / value_and_grad", _with_gradient("summary"), {"": 2.3}),
    Row("zoom on 3 nodes / bare", _entry("run", "zoom"), {"": 1.1}),
    Row("primals, processor", _entry("run_cpu", "primals")),
    Row("full, processor", _with_gradient("full", "run_cpu")),
    Row("summary, processor", _with_gradient("summary", "run_cpu")),
    Row("record() / bare", lambda m: m.record),
    Row("record(), verified / bare", lambda m: m.record_verified),
    Row("compile value_and_grad, s", _entry("compile_s", GRADIENT), style=".1f"),
    Row("compile primals / jit", _entry("compile", "primals"), {"": 3.0}),
    Row("compile full / bare", _entry("compile", "full"), {"": 3.0}),
    Row("compile summary / bare", _entry("compile", "summary"), {"": 3.0}),
    Row("compile zoom / bare", _entry("compile", "zoom"), {"": 2.0}),
    Row("memory bare, MB", lambda m: m.memory_mb[m.base], style=".1f"),
    Row("memory primals, MB", _entry("memory_mb", "primals"), style=".1f"),
    Row("memory full, MB", _entry("memory_mb", "full"), style=".1f"),
    Row(
        "memory summary, + MB",
        lambda m: m.extra_mb,
        {"": lambda m: 2.0 + 1e-6 * _BYTES_PER_NODE * m.values},
        note="< 2 + O(nodes)",
    ),
    Row("loss, ulp", _exact(lambda e: e.loss_ulp), {"": 4.0}, style=".0f"),
    Row("gradient, relative", _exact(lambda e: e.gradient), {"": 5e-6}, style=".0e"),
    Row("from float64 / JAX's", _exact(lambda e: e.ratio), {"": 1.5}),
)
