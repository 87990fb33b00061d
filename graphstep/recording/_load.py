"""Read a recording from its file, without the user's code."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphstep.errors import FileFormatError, GraphstepError
from graphstep.recording._plan import Plan, Planner
from graphstep.recording._recording import Recording
from graphstep.recording._run_arrays import RunArrays
from graphstep.recording._saved import (
    SavedPlanner,
    SavedValues,
    StoredLeaves,
    StoredValues,
)
from graphstep.recording._serial_arrays import StoredArray, dtype_name
from graphstep.recording._serial_file import read_file
from graphstep.recording._serial_json import (
    Malformed,
    field,
    flag,
    float_from_json,
    items,
    text,
    whole,
)
from graphstep.recording._serial_read import graph_from_json, plan_from_json
from graphstep.recording._serial_slots import (
    Slot,
    constant_slots,
    leaf_slots,
    pulled_slots,
    recorded_slots,
)
from graphstep.recording._verify import Comparison, Verification


def load_recording(path: Path) -> Recording:
    """Return the recording in a file; its arrays are read when they are asked for.

    Raises:
        FileFormatError: If the file is truncated, altered or not a recording.
    """
    document, arrays = read_file(path)
    # The checks of the reader name what is wrong. What they leave is a file that was
    # made up with care, in which anything can be of any type.
    try:
        return _recording(document, arrays)
    except (
        AssertionError,
        AttributeError,
        GraphstepError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        reason = str(error) if isinstance(error, Malformed) else type(error).__name__
        msg = f"`{path}` holds no recording that graphstep wrote: {reason}."
        raise FileFormatError(msg) from error
    except (RecursionError, OverflowError, MemoryError) as error:
        msg = f"`{path}` holds no recording that graphstep wrote: it is too deep or too large."
        raise FileFormatError(msg) from error


def _recording(document: Any, arrays: dict[str, StoredArray]) -> Recording:
    graph = graph_from_json(field(document, "graph"), field(document, "trace"))
    n = len(graph)
    silent = [False] * n
    for i in items(field(field(document, "planner"), "silent")):
        silent[whole(i, high=n)] = True
    planner = SavedPlanner(graph, silent)
    plan = plan_from_json(field(document, "plan"), graph)
    groups = _read_slots(
        itertools.chain(leaf_slots(graph, plan), constant_slots(graph)), arrays
    )
    recorded = _read_recorded(planner, plan, "", arrays)
    pulls = recorded.pop("pulls")
    run = RunArrays(
        inputs=_leaves(groups["inputs"], len(graph.inputs)),
        outputs=_leaves(groups["outputs"], len(graph.outputs)),
        **{
            name: StoredValues(groups[name])
            for name in ("consts", "seeds", "in_cotangents", "in_tangents")
        },
        **recorded,
    )
    constants = StoredValues(groups["constants"])
    blocked = {
        whole(position, high=n): text(why)
        for position, why in (items(x, 2) for x in items(field(document, "blocked")))
    }
    whole_recording = _assembled(
        planner, plan, run, (constants, pulls), document, blocked
    )
    for i, zoomed in enumerate(items(field(document, "zooms"))):
        zoom_plan = plan_from_json(zoomed, graph)
        found = _read_recorded(planner, zoom_plan, f"zoom{i}/", arrays)
        computed = constants, found.pop("pulls")
        zoom_run = dataclasses.replace(run, **found)
        whole_recording.zoomed.append(
            _assembled(planner, zoom_plan, zoom_run, computed, document, blocked)
        )
    if arrays:
        raise Malformed("there are arrays that belong to nothing")
    return whole_recording


def _assembled(
    planner: Planner,
    plan: Plan,
    run: RunArrays,
    computed: tuple[Mapping[Any, Any], Mapping[Any, StoredArray]],
    document: Any,
    blocked: dict[int, str],
) -> Recording:
    refusal = field(document, "refusal")
    recording = Recording(
        planner,
        plan,
        run,
        blocked=blocked,
        refusal=None if refusal is None else text(refusal),
        notes=tuple(text(note) for note in items(field(document, "notes"))),
        timings=tuple(
            (text(stage), float_from_json(seconds))
            for stage, seconds in (
                items(x, 2) for x in items(field(document, "timings"))
            )
        ),
        verification=_verification(field(document, "verification")),
        seed_is_default=flag(field(document, "seed_is_default")),
    )
    recording.values = SavedValues(planner, plan, run, *computed)
    return recording


def _verification(value: Any) -> Verification | None:
    if value is None:
        return None
    return Verification(
        tuple(
            Comparison(
                text(what), text(path), float_from_json(ulp), float_from_json(norm)
            )
            for what, path, ulp, norm in (items(row, 4) for row in items(value))
        )
    )


Groups = dict[str, dict[Any, tuple[StoredArray, Any]]]


def _read_slots(slots: Iterable[Slot], arrays: dict[str, StoredArray]) -> Groups:
    """Take out of `arrays` those that belong into `slots`, by group and key."""
    names = [part.name for part in dataclasses.fields(RunArrays)]
    groups: Groups = {name: {} for name in [*names, "constants", "pulls"]}
    for slot in slots:
        array = arrays.pop(slot.entry.name, None)
        if array is None:
            if slot.group in ("tangents", "pulls"):
                continue
            raise Malformed(f"array `{slot.entry.name}` is missing")
        if (dtype_name(array.dtype), array.shape) != (
            slot.entry.dtype,
            slot.entry.shape,
        ):
            raise Malformed(f"array `{slot.entry.name}` is not of the graph's type")
        groups[slot.group][slot.key] = array, slot.aval
    return groups


def _read_recorded(
    planner: Planner, plan: Plan, prefix: str, arrays: dict[str, StoredArray]
) -> dict[str, Any]:
    slots = itertools.chain(
        recorded_slots(planner, plan, prefix),
        pulled_slots(planner, plan, prefix, saving=False),
    )
    groups = _read_slots(slots, arrays)
    return {
        name: {key: array for key, (array, _) in groups[name].items()}
        for name in ("records", "taps", "tangents", "pulls")
    }


def _leaves(found: Mapping[int, tuple[StoredArray, Any]], length: int) -> StoredLeaves:
    return StoredLeaves([found.get(i) for i in range(length)])
