"""One safetensors file: named arrays, and a JSON document in its metadata.

Everything but the data is covered by a SHA-256, which is checked when the file is
opened. The data are covered by a CRC-32 for every block of 256 KiB, which is checked
when the block is first read, so that opening and looking stay as cheap as what is asked
for. Small files are checked whole at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import math
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from graphstep._files import replacing
from graphstep.errors import FileFormatError, RecordingError
from graphstep.recording._serial_arrays import (
    BLOCK_BYTES,
    Checksums,
    DataFile,
    StoredArray,
    bytes_of,
    storage_of,
)
from graphstep.recording._serial_json import (
    Malformed,
    field,
    items,
    shape_from_json,
    text,
)

FORMAT = "graphstep recording"
# The number grows when files can no longer be read by a graphstep of today.
VERSION = 1

# What safetensors allows.
_LONGEST_HEADER = 100_000_000
_PREFIX = 8
_CRC_DIGITS = 8
_EAGER_BYTES = 1 << 22
_ITEM_BYTES = {
    **dict.fromkeys(("BOOL", "I8", "U8", "F8_E4M3", "F8_E5M2"), 1),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 2),
    **dict.fromkeys(("I32", "U32", "F32"), 4),
    **dict.fromkeys(("I64", "U64", "F64"), 8),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One array of a file.

    Attributes:
        name: Its name.
        dtype: Name of its dtype.
        shape: Its shape.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def item_bytes(self) -> int:
        """Size of one stored element."""
        storage = storage_of(self.dtype)
        assert storage is not None
        return _ITEM_BYTES[storage.code]

    def header(self, start: int) -> dict[str, Any]:
        """Return what safetensors says of it when its data begin at `start`."""
        storage = storage_of(self.dtype)
        assert storage is not None
        shape = [*self.shape, *storage.extra]
        stop = start + math.prod(shape) * self.item_bytes
        return {"dtype": storage.code, "shape": shape, "data_offsets": [start, stop]}


def _headers(entries: Sequence[Entry]) -> tuple[dict[str, Any], int]:
    """Return what safetensors says of arrays that lie one after the other."""
    found: dict[str, Any] = {}
    stop = 0
    for entry in entries:
        found[entry.name] = entry.header(stop)
        stop = found[entry.name]["data_offsets"][1]
    return found, stop


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _signature(header: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a header in which the SHA-256 is empty."""
    metadata = {**header["__metadata__"], "sha256": ""}
    unsigned = _dump({**header, "__metadata__": metadata})
    return hashlib.sha256(unsigned.encode()).hexdigest()


def _encoded(header: Mapping[str, Any], checksums: Sequence[int]) -> bytes:
    digits = "".join(f"{crc:0{_CRC_DIGITS}x}" for crc in checksums)
    metadata = {**header["__metadata__"], "crc32": digits}
    signed = {**header, "__metadata__": metadata}
    metadata["sha256"] = _signature(signed)
    data = _dump(signed).encode()
    # With the data at a multiple of eight, every number is where its type wants it.
    data += b" " * (-len(data) % _PREFIX)
    return len(data).to_bytes(_PREFIX, "little") + data


def write_file(
    path: Path,
    document: Mapping[str, Any],
    arrays: Sequence[tuple[Entry, Callable[[], np.ndarray]]],
) -> None:
    """Write a document and arrays, wholly or not at all.

    Args:
        path: The file; one that is there is replaced once the new one is complete.
        document: JSON.
        arrays: Each with a function that gets it; one at a time is in memory.

    Raises:
        OutputError: If it cannot be written.
        RecordingError: If the document is too long for the format.
    """
    arrays = sorted(arrays, key=lambda pair: -pair[0].item_bytes)
    entries = [entry for entry, _ in arrays]
    headers, size = _headers(entries)
    rows = [[entry.name, entry.dtype, list(entry.shape)] for entry in entries]
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "graphstep": importlib.metadata.version("graphstep"),
        "document": _dump({**document, "arrays": rows}),
    }
    header = {"__metadata__": metadata, **headers}
    # The checksums have a fixed length, so the header's is known before they are.
    draft = _encoded(header, [0] * math.ceil(size / BLOCK_BYTES))
    if len(draft) > _LONGEST_HEADER:
        msg = (
            f"The graph takes {len(draft):,} bytes, and a file can hold one of "
            f"{_LONGEST_HEADER:,}. Record a smaller part of the program."
        )
        raise RecordingError(msg)
    checksums = Checksums()
    with replacing(path) as file:
        file.write(draft)
        for entry, read in arrays:
            array = read()
            assert array.shape == entry.shape
            data = bytes_of(array)
            checksums.update(data)
            file.write(data)
        file.seek(0)
        file.write(_encoded(header, checksums.finish()))


def read_file(path: Path) -> tuple[dict[str, Any], dict[str, StoredArray]]:
    """Return the document of a file and its arrays, whose data are read when asked for.

    Raises:
        FileFormatError: If the file cannot be read, is damaged, or is something else.
    """
    try:
        return _read(path)
    except (Malformed, SafetensorError) as error:
        msg = f"`{path}` is damaged or is no recording: {error}."
        raise FileFormatError(msg) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"`{path}` cannot be read: {reason}."
        raise FileFormatError(msg) from error


def _read(path: Path) -> tuple[dict[str, Any], dict[str, StoredArray]]:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, descriptor)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Malformed("it is no ordinary file")
        header, start = _read_header(path, descriptor, status.st_size)
        document, entries = _check_header(header)
        headers, size = _headers(entries)
        described = {name: x for name, x in header.items() if name != "__metadata__"}
        if described != headers or start + size != status.st_size:
            raise Malformed("the arrays are not where they should be")
        digits = header["__metadata__"]["crc32"]
        if len(digits) != math.ceil(size / BLOCK_BYTES) * _CRC_DIGITS:
            raise Malformed("checksums are missing")
        checksums = [
            int(digits[i : i + _CRC_DIGITS], 16)
            for i in range(0, len(digits), _CRC_DIGITS)
        ]
        # From here on the descriptor is closed with the data.
        stack.pop_all()
    data = DataFile(path, descriptor, start, size, checksums)
    if size <= _EAGER_BYTES:
        data.check_all()
    arrays: dict[str, StoredArray] = {}
    for entry in entries:
        storage = storage_of(entry.dtype)
        assert storage is not None
        offset = headers[entry.name]["data_offsets"][0]
        arrays[entry.name] = StoredArray(data, offset, storage.dtype, entry.shape)
    return document, arrays


def _read_header(path: Path, descriptor: int, size: int) -> tuple[dict[str, Any], int]:
    """Return the header of a safetensors file, and where its data begin."""
    length = int.from_bytes(os.pread(descriptor, _PREFIX, 0), "little")
    if size < _PREFIX or length > min(size - _PREFIX, _LONGEST_HEADER):
        raise Malformed("it is too short, or no safetensors file")
    # The reference reader rejects what is no safetensors file at all.
    with safe_open(path, framework="np"):
        pass
    data = b""
    while len(data) < length:
        part = os.pread(descriptor, length - len(data), _PREFIX + len(data))
        if not part:
            raise Malformed("it was cut short")
        data += part
    header = json_from_text(data)
    metadata = field(header, "__metadata__")
    if field(metadata, "format") != FORMAT:
        raise Malformed("it is a safetensors file, but holds no recording")
    return header, _PREFIX + length


def json_from_text(data: bytes | str) -> Any:
    """Return JSON, which has neither NaN nor infinities."""

    def refuse(name: str) -> None:
        raise Malformed(f"{name} is no JSON")

    try:
        return json.loads(data, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"its JSON cannot be read ({type(error).__name__})") from error


def _check_header(header: dict[str, Any]) -> tuple[dict[str, Any], list[Entry]]:
    """Return the document and the arrays that a header names."""
    metadata = header["__metadata__"]
    version, writer = (
        text(field(metadata, "version")),
        text(field(metadata, "graphstep")),
    )
    if not re.fullmatch(r"[1-9][0-9]{0,5}", version):
        raise Malformed("it has no version")
    if int(version) > VERSION:
        ours = importlib.metadata.version("graphstep")
        shown = writer if re.fullmatch(r"[\w.+-]{1,40}", writer) else "newer"
        raise Malformed(
            f"it was written by graphstep {shown}, in version {version} of the format, "
            f"and this graphstep, {ours}, reads versions up to {VERSION}; upgrade graphstep"
        )
    digits = text(field(metadata, "crc32"))
    if text(field(metadata, "sha256")) != _signature(header):
        raise Malformed("it has changed since it was saved")
    if not re.fullmatch(r"[0-9a-f]*", digits):
        raise Malformed("its checksums are no numbers")
    document = json_from_text(text(field(metadata, "document")))
    entries: list[Entry] = []
    for row in items(field(document, "arrays")):
        name, dtype, shape = items(row, 3)
        if storage_of(text(dtype)) is None:
            raise Malformed(f"this graphstep has no dtype `{dtype[:40]}`")
        entries.append(Entry(text(name), dtype, shape_from_json(shape)))
    if len({entry.name for entry in entries}) != len(entries):
        raise Malformed("two arrays have the same name")
    return document, entries
