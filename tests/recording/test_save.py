"""A recording that was saved and loaded answers as before; a bad file is refused."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from safetensors import safe_open

import graphstep as gs
from graphstep.errors import OutputError, RecordingError
from graphstep.recording import Absence
from tests.dump import dump, small_recording
from tests.programs import build

_ROOT = Path(__file__).parent.parent.parent

# A file of each: what the program has in it that a file must hold.
_PROGRAMS = (
    "scan_reverse",
    "scan_nested",
    "scan_of_jit_and_cond",
    "scan_of_custom_vjp",
    "while_dynamic",
    "while_in_scan",
    "cond_differentiated",
    "custom_vjp_integer_operand",
    "captured_arrays",
    "named_scopes",
    "bf16_scan",
    "float8_cast",
    "f64_linear_solve_in_scan",
    "complex128_norm",
    "booleans_only",
    "zero_size_inside",
    "float0_from_integer_vjp",
    "float0_returned",
    "keys_through_scan",
    "other_key_implementation",
    "shard_map_with_scan",
    "nested_containers",
    "has_aux",
    "argnums_tuple",
    "no_outputs",
    "debug_callback_in_custom_jvp",
    "mutable_reference",
)


def _weights_of_many_kinds(x: jax.Array, w: jax.Array) -> jax.Array:
    """Use a scan's constant where a file tells all of the equation, and where not."""

    def step(c: jax.Array, i: jax.Array) -> Any:
        c = jnp.tanh(w @ c) + w.at[i].add(c)[i]
        return c, jnp.cumsum(w, axis=0)[i].sum()

    c, ys = jax.lax.scan(step, x, jnp.arange(3))
    return c.sum() + (ys**2).sum()


def _refused(x: jax.Array, y: jax.Array) -> jax.Array:
    """Close a rule over an active value, which JAX does not differentiate."""

    @jax.custom_vjp
    def shift(v: jax.Array) -> jax.Array:
        return v + y

    shift.defvjp(lambda v: (shift(v), None), lambda _, g: (g,))
    return jnp.sum(shift(x))


def _recorded(name: str) -> Any:
    program = build(name)
    with program.context():
        trace = gs.trace(program.fn, *program.args, **program.kwargs, **program.options)
        return trace.record()


def _variants() -> Iterator[tuple[str, Any]]:
    """Yield recordings of kinds that no program alone makes."""
    x = jnp.asarray([0.5, -1.0, 2.0])
    w = jnp.asarray(np.random.default_rng(0).normal(size=(3, 3)), jnp.float32)
    yield "weights", gs.record(_weights_of_many_kinds, x, w)
    yield "summary", gs.record(_weights_of_many_kinds, x, w, budget=0)
    zoomed = gs.record(_weights_of_many_kinds, x, w, budget=0)
    zoomed.zoom([zoomed.graph.find("tanh")[0]])
    yield "zoomed", zoomed
    yield "tangents", gs.record(_weights_of_many_kinds, x, w, tangents=(x, w))
    yield "seeded", gs.record(jnp.sin, x, seed=x, verify=False)
    refused = gs.record(_refused, x, x)
    assert refused.refusal is not None
    yield "refused", refused


_NAMES = (*_PROGRAMS, "weights", "summary", "zoomed", "tangents", "seeded", "refused")


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    """Dump recordings here, and what was saved of them in another process.

    That process has other devices and none of the programs.
    """
    folder = tmp_path_factory.mktemp("saved")
    here: dict[str, Any] = {}
    paths: dict[str, str] = {}
    recordings = [(name, lambda n=name: _recorded(n)) for name in _PROGRAMS]
    recordings += [(name, lambda r=recording: r) for name, recording in _variants()]
    for name, make in recordings:
        recording = make()
        paths[name] = str(folder / f"{name}.gstep")
        recording.save(paths[name])
        here[name] = dump(recording)
    command = [sys.executable, "-W", "error", "-m", "tests.dump", *paths.values()]
    environment = {**os.environ, "XLA_FLAGS": ""}
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, check=True, capture_output=True, text=True
    )
    there = json.loads(done.stdout)
    return {name: (here[name], there[path]) for name, path in paths.items()}


@pytest.mark.parametrize("name", _NAMES)
def test_loaded_recordings_answer_as_those_that_were_saved(
    name: str, dumps: dict[str, tuple[Any, Any]]
) -> None:
    """Without the user's code and on other devices, every answer is the same."""
    expected, actual = dumps[name]

    different = {key for key in expected if expected[key] != actual.get(key)}

    assert not different
    assert expected.keys() == actual.keys()


# One small recording, and its file ------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Return a recording and its file."""
    recording = small_recording()
    path = tmp_path_factory.mktemp("small") / "run.gstep"
    recording.save(path)
    return recording, path


def test_saving_again_gives_the_same_bytes(
    small: tuple[Any, Path], tmp_path: Path
) -> None:
    """A file does not depend on when it is written, or on having been loaded."""
    recording, path = small

    recording.save(tmp_path / "twice.gstep")
    gs.load(path).save(tmp_path / "loaded.gstep")

    assert (tmp_path / "twice.gstep").read_bytes() == path.read_bytes()
    assert (tmp_path / "loaded.gstep").read_bytes() == path.read_bytes()


def test_files_are_safetensors_files(small: tuple[Any, Path]) -> None:
    """Other programs read the arrays under the nodes' ids."""
    recording, path = small

    with safe_open(path, framework="np") as file:
        array = file.get_tensor("input/0")
        names = set(file.keys())

    np.testing.assert_array_equal(array, recording.primal("in0"))
    sine = recording.graph.find("sin")[0]
    assert f"primal/{sine}.0" in names


def test_other_pytree_nodes_become_dicts_of_their_fields(tmp_path: Path) -> None:
    """What is no dict, list or tuple needs its class, which a file does not name."""
    recording = _recorded("namedtuple_in_and_out")
    recording.save(tmp_path / "run.gstep")

    outputs = gs.load(tmp_path / "run.gstep").outputs

    fields = recording.outputs._asdict()
    assert list(outputs) == list(fields)
    np.testing.assert_array_equal(
        jax.tree.leaves(outputs)[0], jax.tree.leaves(fields)[0]
    )


def test_a_loaded_recording_cannot_zoom(small: tuple[Any, Path]) -> None:
    """There is no program to run again."""
    loaded = gs.load(small[1])

    with pytest.raises(RecordingError, match="cannot be zoomed"):
        loaded.zoom("in0")


def test_a_loaded_recording_has_no_jaxpr(small: tuple[Any, Path]) -> None:
    """Asking for the program says why it is not there."""
    loaded = gs.load(small[1])

    with pytest.raises(RecordingError, match="not the program"):
        _ = loaded.graph.trace.closed_jaxpr


# Laziness --------------------------------------------------------------------------


def test_only_what_is_asked_for_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening 128 MB reads the header, and an iteration reads about its own bytes."""

    def fn(c: jax.Array, t: jax.Array) -> jax.Array:
        step = lambda c, _: (jnp.sin(c), None)  # noqa: E731
        return t * jax.lax.scan(step, c, None, length=32)[0].sum()

    recording = gs.record(fn, jnp.zeros(1 << 20), 2.0, argnums=1, budget=1 << 30)
    sine = recording.graph.find("sin")[0]
    recording.save(tmp_path / "run.gstep")
    read: list[int] = []
    pread = os.pread

    def counted(descriptor: int, count: int, offset: int) -> bytes:
        read.append(count)
        return pread(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", counted)
    loaded = gs.load(tmp_path / "run.gstep")
    opened = sum(read)
    array = loaded.primal(sine, iteration=7)
    looked = sum(read) - opened

    assert (tmp_path / "run.gstep").stat().st_size > 1 << 27
    assert opened < 1 << 17
    assert array.nbytes <= looked <= array.nbytes + 2 * (1 << 18)


# Writing ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()]
)
def test_a_failed_save_leaves_everything_as_it_was(
    error: BaseException,
    small: tuple[Any, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither half a file nor a temporary one is left, and the old one stays."""
    path = tmp_path / "run.gstep"
    path.write_bytes(b"precious")

    def fail(descriptor: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        small[0].save(path)

    assert path.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["run.gstep"]


def test_a_file_cannot_be_saved_as_a_folder_or_in_none(
    small: tuple[Any, Path], tmp_path: Path
) -> None:
    """The message has the path in it."""
    with pytest.raises(OutputError, match="it is a folder"):
        small[0].save(tmp_path)
    with pytest.raises(OutputError, match="there is no folder"):
        small[0].save(tmp_path / "nowhere" / "run.gstep")


def test_absences_are_saved_with_their_reasons(tmp_path: Path) -> None:
    """What is not there is not there for the same reason."""
    recording = gs.record(lambda x: x * jax.lax.stop_gradient(x), 3.0)
    recording.save(tmp_path / "run.gstep")
    stopped = recording.graph.find("stop_gradient|x")[-1]

    absence = gs.load(tmp_path / "run.gstep").cotangent(stopped)

    expected = recording.cotangent(stopped)
    assert isinstance(expected, Absence) == isinstance(absence, Absence)
    assert str(absence) == str(expected)
