"""Arrays in a file: how each dtype is stored, and reading no more than is asked for."""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
import os
import weakref
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from graphstep.errors import FileFormatError

# What safetensors calls the dtypes that it has.
_CODES = {
    "bool": "BOOL",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
}
# It has none for these, whose elements take a byte each and are stored as bytes.
_BYTES = frozenset(
    {
        "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fnuz",
        "float8_e5m2fnuz", "float8_e8m0fnu", "float6_e2m3fn", "float6_e3m2fn",
        "float4_e2m1fn", "int1", "int2", "int4", "uint1", "uint2", "uint4",
    }
)  # fmt: skip
# Complex numbers are pairs; float0, the tangents of integers, has no bytes at all.
_PAIRS = {"complex64": "F32", "complex128": "F64"}
_FLOAT0 = "float0"

BLOCK_BYTES = 1 << 18
_LONGEST_READ = 1 << 26


@dataclasses.dataclass(frozen=True, slots=True)
class Storage:
    """How arrays of one dtype lie in a safetensors file.

    Attributes:
        code: What safetensors calls the stored elements.
        extra: Axes that the stored array has behind the array's own.
        dtype: The array's own dtype.
    """

    code: str
    extra: tuple[int, ...]
    dtype: np.dtype


@functools.cache
def storage_of(name: str) -> Storage | None:
    """Return how arrays of the dtype called `name` are stored; `None` if unknown."""
    if name == _FLOAT0:
        return Storage("U8", (0,), jax.dtypes.float0)
    if name in _PAIRS:
        return Storage(_PAIRS[name], (2,), np.dtype(name))
    if name not in _CODES and name not in _BYTES:
        return None
    # JAX registers the names that NumPy lacks; an old JAX may not have them all.
    try:
        return Storage(_CODES.get(name, "U8"), (), np.dtype(name))
    except TypeError:
        return None


@functools.cache
def dtype_name(dtype: Any) -> str:
    """Return the name of a dtype, by which `storage_of` knows it."""
    return _FLOAT0 if dtype == jax.dtypes.float0 else np.dtype(dtype).name


def bytes_of(array: np.ndarray) -> memoryview:
    """Return the bytes of an array in C order."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.uint8).data if flat.nbytes else memoryview(b"")


class Checksums:
    """CRC-32 of every block of a stream of bytes."""

    def __init__(self) -> None:
        self._done: list[int] = []
        self._current, self._filled = 0, 0

    def update(self, data: memoryview) -> None:
        """Take in what comes next in the stream."""
        while data:
            part = data[: BLOCK_BYTES - self._filled]
            self._current = zlib.crc32(part, self._current)
            self._filled += len(part)
            data = data[len(part) :]
            if self._filled == BLOCK_BYTES:
                self._end_block()

    def _end_block(self) -> None:
        self._done.append(self._current)
        self._current, self._filled = 0, 0

    def finish(self) -> list[int]:
        """Return the checksums; the last block may be short."""
        if self._filled:
            self._end_block()
        return self._done


class DataFile:
    """The data of a saved recording, each block checked when it is first read.

    Reads positions of an open file. A memory map would kill the process with SIGBUS
    when the file is cut short while it is looked at.

    Args:
        path: What the file is called in messages.
        descriptor: The open file; it is closed with this object.
        start: Where the data begin in the file.
        size: Number of bytes.
        checksums: CRC-32 of every block.
    """

    def __init__(
        self,
        path: Path,
        descriptor: int,
        start: int,
        size: int,
        checksums: Sequence[int],
    ) -> None:
        self.path = path
        self.size = size
        self._descriptor = descriptor
        self._start = start
        self._checksums = checksums
        self._is_checked = bytearray(len(checksums))
        self._close = weakref.finalize(self, os.close, descriptor)

    def read(self, offset: int, count: int) -> np.ndarray:
        """Return `count` bytes.

        Raises:
            FileFormatError: If they are not those that were written.
        """
        if not count:
            return np.empty(0, np.uint8)
        first, last = offset // BLOCK_BYTES, (offset + count - 1) // BLOCK_BYTES
        if all(self._is_checked[first : last + 1]):
            return self._read(offset, count)
        begin = first * BLOCK_BYTES
        whole = self._read(begin, min((last + 1) * BLOCK_BYTES, self.size) - begin)
        for block in range(first, last + 1):
            at = block * BLOCK_BYTES - begin
            self._check(block, whole[at : at + BLOCK_BYTES])
        return whole[offset - begin : offset - begin + count]

    def check_all(self) -> None:
        """Read and check everything.

        Raises:
            FileFormatError: If the data are not those that were written.
        """
        self.read(0, self.size)

    def _check(self, block: int, data: np.ndarray) -> None:
        if zlib.crc32(data.data) != self._checksums[block]:
            msg = (
                f"`{self.path}` is damaged: its data have changed since they were "
                "saved. Save the recording again, or take another copy."
            )
            raise FileFormatError(msg)
        self._is_checked[block] = 1

    def _read(self, offset: int, count: int) -> np.ndarray:
        data = np.empty(count, np.uint8)
        done = 0
        while done < count:
            wanted = min(count - done, _LONGEST_READ)
            try:
                part = os.pread(self._descriptor, wanted, self._start + offset + done)
            except OSError as error:
                msg = f"`{self.path}` cannot be read: {error.strerror}."
                raise FileFormatError(msg) from error
            if not part:
                msg = f"`{self.path}` was cut short while it was looked at."
                raise FileFormatError(msg)
            data[done : done + len(part)] = np.frombuffer(part, np.uint8)
            done += len(part)
        return data


class StoredArray:
    """An array in a file. Indexing reads from there, `np.asarray` reads it all.

    Attributes:
        shape: Its shape.
        dtype: Its dtype.
    """

    def __init__(
        self, file: DataFile, offset: int, dtype: np.dtype, shape: tuple[int, ...]
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self._file = file
        self._offset = offset

    def __repr__(self) -> str:
        return f"<StoredArray {self.dtype.name}{list(self.shape)}>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self._read(0, self.shape).astype(dtype or self.dtype, copy=False)

    def __getitem__(self, index: tuple[int | slice, ...]) -> np.ndarray:
        """Return part of the array, for indices first and slices after them.

        Leading indices and the first slice narrow what is read.
        """
        start, axis = 0, 0
        part: int | slice | None = None
        for axis, part in enumerate(index):
            if isinstance(part, slice):
                break
            step = math.prod(self.shape[axis + 1 :])
            start += range(self.shape[axis])[operator.index(part)] * step
        if not isinstance(part, slice):
            return self._read(start, self.shape[len(index) :])
        rows = range(self.shape[axis])[part]
        inner = self.shape[axis + 1 :]
        if not rows:
            return np.empty((0, *inner), self.dtype)[(slice(None), *index[axis + 1 :])]
        low, high = min(rows[0], rows[-1]), max(rows[0], rows[-1]) + 1
        read = self._read(start + low * math.prod(inner), (high - low, *inner))
        return read[:: rows.step][(slice(None), *index[axis + 1 :])]

    def _read(self, start: int, shape: tuple[int, ...]) -> np.ndarray:
        """Return the elements from number `start` on."""
        size = math.prod(shape)
        if not size or not self.dtype.itemsize:
            return np.zeros(shape, self.dtype)
        item = self.dtype.itemsize
        raw = self._file.read(self._offset + start * item, size * item)
        return raw.view(self.dtype).reshape(shape)
