"""What is no recording, or no longer the one that was saved, is refused when loaded."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import graphstep as gs
from graphstep.errors import FileFormatError
from graphstep.recording import _serial_file
from tests.dump import dump, small_recording


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """Return a recording and its file."""
    recording = small_recording()
    path = tmp_path_factory.mktemp("small") / "run.gstep"
    recording.save(path)
    return recording, path


# Damage ----------------------------------------------------------------------------


@st.composite
def _damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Draw a way to cut a file short, or to change one of its bytes."""
    at = draw(st.floats(0, 1, exclude_max=True))
    bits = draw(st.integers(0, 255))

    def damage(data: bytes) -> bytes:
        i = int(at * len(data))
        return (
            data[:i] if not bits else data[:i] + bytes([data[i] ^ bits]) + data[i + 1 :]
        )

    return damage


@pytest.mark.parametrize("eager", [True, False])
@given(damage=_damages())
def test_a_damaged_file_is_noticed(
    small: tuple[Any, Path],
    tmp_path_factory: pytest.TempPathFactory,
    eager: bool,
    damage: Callable[[bytes], bytes],
) -> None:
    """Whether small files are checked at once or not, no number comes out wrong."""
    path = tmp_path_factory.mktemp("damaged") / "run.gstep"
    path.write_bytes(damage(small[1].read_bytes()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_serial_file, "_EAGER_BYTES", 1 << 22 if eager else -1)
        try:
            answers = dump(gs.load(path))
        except FileFormatError:
            return

    if eager:
        assert answers == dump(small[0])
    wrong = {k for k, v in dump(small[0]).items() if answers.get(k) != v}
    assert all("FileFormatError" in answers[k] for k in wrong)


# Made-up files ---------------------------------------------------------------------


def rewrite(source: Path, target: Path, edit: Callable[[Any, Any], Any]) -> None:
    """Write a file whose header and document were edited and signed again."""
    data = source.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header["__metadata__"]
    document = json.loads(metadata["document"])
    edit(header, document)
    deep = "[" * 100_000 + "]" * 100_000
    metadata["document"] = json.dumps(document).replace('"DEEP"', deep)
    metadata["sha256"] = _serial_file._signature(header)
    new = json.dumps(header).encode()
    target.write_bytes(len(new).to_bytes(8, "little") + new + data[8 + length :])


def _set(*path: Any) -> Callable[[Any, Any], None]:
    """Return an edit that puts the last of `path` where the others lead."""
    *places, last, value = path

    def edit(_: Any, document: Any) -> None:
        for place in places:
            document = document[place]
        document[last] = value

    return edit


def _renamed(header: Any, document: Any) -> None:
    row = document["arrays"][-1]
    header["input/99"] = header.pop(row[0])
    row[0] = "input/99"


def _retyped(header: Any, document: Any) -> None:
    row = next(row for row in document["arrays"] if row[1] == "float32")
    header[row[0]]["dtype"], row[1] = "I32", "int32"


def _overlapping(header: Any, _: Any) -> None:
    name = next(name for name in header if name.startswith("primal"))
    header[name]["data_offsets"] = [0, 4]


def _view_param(_: Any, document: Any) -> None:
    eqns = document["graph"]["eqns"]
    eqn = next(row for row in eqns if row[0] == "transpose")
    eqn[3]["permutation"] = {"tuple": [0, 0]}


_HOSTILE: dict[str, Callable[[Any, Any], None]] = {
    "cycle": _set("graph", "operands", -1, [[0, 10**6, 0]]),
    "own operand": _set("graph", "operands", 3, [[0, 3, 0]]),
    "negative index": _set("graph", "avals_of_nodes", 0, [-1]),
    "number for an id": _set("graph", "ids", 0, 12),
    "same id twice": _set("graph", "ids", 0, "in1"),
    "unknown role": _set("graph", "roles", 0, "queen"),
    "lone surrogate": _set("graph", "names", {"\ud800": ["x"]}),
    "region too long": _set("graph", "regions", 1, 5, 10**9),
    "own parent": _set("graph", "regions", 1, 3, 1),
    "no columns": _set("graph", {}),
    "graph is a list": _set("graph", []),
    "missing array": _renamed,
    "other dtype": _retyped,
    "overlap": _overlapping,
    "view that is none": _view_param,
    "deep pytree": _set("trace", "outputs", "DEEP"),
    "leaf too many": _set("trace", "outputs", 7),
    "shape that is none": _set("arrays", 0, 2, [-3]),
    "vast shape": _set("arrays", 0, 2, [2**61, 2**61]),
    "unknown dtype": _set("arrays", 0, 1, "object"),
    "unknown mode": _set("plan", "mode", "count"),
    "use that is none": _set("plan", "taps", [[0, -1]]),
    "text for a number": _set("trace", "n_seeded", "1"),
    "notes of numbers": _set("notes", [1]),
}


@pytest.mark.parametrize("case", _HOSTILE)
def test_a_made_up_file_is_refused(
    case: str, small: tuple[Any, Path], tmp_path: Path
) -> None:
    """A signature does not help a document that no writer of ours writes."""
    rewrite(small[1], tmp_path / "run.gstep", _HOSTILE[case])

    with pytest.raises(FileFormatError, match=r"run\.gstep"):
        gs.load(tmp_path / "run.gstep")


def test_a_newer_file_names_the_graphstep_that_reads_it(
    small: tuple[Any, Path], tmp_path: Path
) -> None:
    """The message says which version wrote it, and what to do."""

    def edit(header: Any, _: Any) -> None:
        header["__metadata__"] |= {"version": "7", "graphstep": "3.2.1"}

    rewrite(small[1], tmp_path / "run.gstep", edit)

    with pytest.raises(FileFormatError, match=r"graphstep 3\.2\.1.*upgrade"):
        gs.load(tmp_path / "run.gstep")


_NO_RECORDINGS = {
    "empty": b"",
    "ten bytes": b"0123456789",
    "text": b"def f(x):\n    return x\n" * 40,
    "huge header": (2**63).to_bytes(8, "little") + b"{}",
    "long header": (10**9).to_bytes(8, "little") + b"{}" * 50,
    "no JSON": (8).to_bytes(8, "little") + b"notjson!",
    "deep JSON": (200_000).to_bytes(8, "little") + b"[" * 200_000,
    "JSON list": (8).to_bytes(8, "little") + b"[      ]",
    "safetensors": (2).to_bytes(8, "little") + b"{}",
}


@pytest.mark.parametrize("case", _NO_RECORDINGS)
def test_what_is_no_recording_is_refused(case: str, tmp_path: Path) -> None:
    """Whatever a file holds, loading it gives one clear line."""
    (tmp_path / "run.gstep").write_bytes(_NO_RECORDINGS[case])

    with pytest.raises(FileFormatError) as caught:
        gs.load(tmp_path / "run.gstep")

    assert "\n" not in str(caught.value)


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    """The message has the path in it."""
    with pytest.raises(FileFormatError, match=r"cannot be read|no ordinary file"):
        gs.load(tmp_path)
    with pytest.raises(FileFormatError, match="no such file"):
        gs.load(tmp_path / "nowhere.gstep")


_ODD = st.sampled_from(
    [None, True, 0, 1, -1, 3, 2**70, 0.5, "", "in0", [], {}, [0], [0, 0], {"int": 3}]
)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*place, key)
        if isinstance(inner, dict | list):
            yield from _places(inner, (*place, key))


@given(at=st.floats(0, 1, exclude_max=True), odd=_ODD)
def test_any_made_up_document_is_refused_or_answers(
    small: tuple[Any, Path],
    tmp_path_factory: pytest.TempPathFactory,
    at: float,
    odd: Any,
) -> None:
    """Whatever stands wherever, no look-up fails with an error that says nothing."""
    path = tmp_path_factory.mktemp("made_up") / "run.gstep"

    def edit(_: Any, document: Any) -> None:
        places = list(_places(document))
        _set(*places[int(at * len(places))], copy.deepcopy(odd))(_, document)

    rewrite(small[1], path, edit)
    try:
        loaded = gs.load(path)
    except FileFormatError:
        return

    assert dump(loaded)
