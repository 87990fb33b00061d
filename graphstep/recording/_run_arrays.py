"""What one run of a compiled program took and returned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from graphstep.recording._keys import Key


@dataclasses.dataclass(frozen=True)
class RunArrays:
    """All that one run of a compiled program took and returned, flat.

    Attributes:
        inputs: One array per input leaf.
        consts: Captured constants by node position.
        outputs: One array per output leaf.
        seeds: Seed cotangent per seeded inexact output leaf, by leaf.
        in_cotangents: Per differentiated input leaf, by leaf.
        records: Primals, trip counts and branches.
        taps: Cotangents of values and uses.
        tangents: Tangents of the records, if there are any.
        in_tangents: Tangents of the inputs, by leaf.
    """

    inputs: Sequence[Any]
    consts: Mapping[int, Any]
    outputs: Sequence[Any]
    seeds: Mapping[int, Any] = dataclasses.field(default_factory=dict)
    in_cotangents: Mapping[int, Any] = dataclasses.field(default_factory=dict)
    records: Mapping[Key, Any] = dataclasses.field(default_factory=dict)
    taps: Mapping[Key, Any] = dataclasses.field(default_factory=dict)
    tangents: Mapping[Key, Any] = dataclasses.field(default_factory=dict)
    in_tangents: Mapping[int, Any] = dataclasses.field(default_factory=dict)
