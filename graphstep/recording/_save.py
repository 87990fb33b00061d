"""Write a recording to one file, and read it again without the user's code.

The file is a safetensors file. Its arrays are what the program took and returned, and
its metadata hold everything else as JSON; nothing is pickled. What was derived when it
was looked at is derived from a file too. Constants alone are computed when they are
saved, because computing them takes the program.

From a file, `outputs` and `in_cotangents` are NumPy arrays. Their dicts, lists, tuples
and `None` are as they were; every other node of the pytree (a namedtuple, a dataclass, a
module) is an `OrderedDict` of its fields.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from graphstep._jaxcompat import is_key
from graphstep.recording._forward_values import ALL, Missing
from graphstep.recording._load import load_recording
from graphstep.recording._recording import Recording
from graphstep.recording._serial_file import write_file
from graphstep.recording._serial_graph import (
    json_from_graph,
    json_from_plan,
    json_from_planner,
    json_from_trace,
)
from graphstep.recording._serial_json import json_from_float
from graphstep.recording._serial_slots import (
    Slot,
    constant_slots,
    leaf_slots,
    pulled_slots,
    recorded_slots,
)
from graphstep.recording._verify import Verification

__all__ = ["load_recording", "save_recording"]


def save_recording(recording: Recording, path: Path) -> None:
    """Write `recording` to `path`, wholly or not at all.

    Raises:
        OutputError: If the file cannot be written.
        RecordingError: If the graph is too large for the format.
    """
    graph, planner = recording.graph, recording.planner
    document = {
        "graph": json_from_graph(graph),
        "trace": json_from_trace(graph),
        "planner": json_from_planner(planner),
        "plan": json_from_plan(recording.plan),
        "zooms": [json_from_plan(zoomed.plan) for zoomed in recording.zoomed],
        "blocked": [[int(p), why] for p, why in sorted(recording.blocked.items())],
        "refusal": recording.refusal,
        "notes": list(recording.notes),
        "timings": [[name, json_from_float(s)] for name, s in recording.timings],
        "seed_is_default": recording.seed_is_default,
        "verification": _json_from_verification(recording.verification),
    }
    with graph.trace.x64_context():
        slots = [
            (slot, recording)
            for slot in itertools.chain(
                leaf_slots(graph, recording.plan), constant_slots(graph)
            )
        ]
        for prefix, holder in _holders(recording):
            found = itertools.chain(
                recorded_slots(planner, holder.plan, prefix),
                pulled_slots(planner, holder.plan, prefix, saving=True),
            )
            slots += [(slot, holder) for slot in found if _has(holder, slot)]
        arrays = [
            (slot.entry, lambda s=slot, h=holder: _host(h, s)) for slot, holder in slots
        ]
        write_file(path, document, arrays)


def _holders(recording: Recording) -> Iterator[tuple[str, Recording]]:
    yield "", recording
    for i, zoomed in enumerate(recording.zoomed):
        yield f"zoom{i}/", zoomed


def _has(holder: Recording, slot: Slot) -> bool:
    # Of what no tangent reaches, the program returns none.
    if slot.group == "tangents":
        return slot.key in holder.run.tangents
    if slot.group != "pulls":
        return True
    position, key = slot.key
    if holder.reasons.contribution(position, key) is not None:
        return False
    # A zoom need not have fetched what the contribution rests on.
    try:
        _pulled(holder, slot)
    except Missing:
        return False
    return True


def _pulled(holder: Recording, slot: Slot) -> Any:
    position, key = slot.key
    source = dict(holder.graph.columns.operands[position])[key]
    assert isinstance(source, tuple)
    loops = holder.graph.loops(holder.graph.order[source[0]])
    return holder.values.contribution(position, key, (ALL,) * len(loops))


def _host(holder: Recording, slot: Slot) -> np.ndarray:
    if slot.group == "constants":
        value = holder.values.constant(slot.key)
    elif slot.group == "pulls":
        value = _pulled(holder, slot)
    else:
        value = getattr(holder.run, slot.group)[slot.key]
    return np.asarray(jax.random.key_data(value) if is_key(slot.aval) else value)


def _json_from_verification(verification: Verification | None) -> Any:
    if verification is None:
        return None
    return [
        [c.what, c.path, json_from_float(c.ulp), json_from_float(c.norm_relative)]
        for c in verification.comparisons
    ]
