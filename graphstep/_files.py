"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from graphstep.errors import OutputError


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out, before any work is done, whether `path` can be written.

    Raises:
        OutputError: If its folder is missing or closed to writing, or it is a folder.
    """
    try:
        _check(path)
    except (OSError, ValueError) as error:
        raise OutputError(path, _reason(error), "Choose another name.") from error


def _check(path: str | os.PathLike[str]) -> None:
    target = _resolved(path)
    folder = target.parent
    if target.is_dir():
        raise OutputError(path, "it is a folder", "Name a file in it.")
    if not folder.exists():
        cure = "Make the folder first, or choose another."
        raise OutputError(path, f"there is no folder `{folder}`", cure)
    if not folder.is_dir():
        raise OutputError(path, f"`{folder}` is not a folder", "Choose another place.")
    if not os.access(target if _is_special(target) else folder, os.W_OK):
        cure = "Choose another place, or change the permissions."
        raise OutputError(path, "permission is denied", cure)


def write_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path`, wholly or not at all; a device or a pipe is written to.

    Raises:
        OutputError: If it cannot be written; nothing is left behind.
    """
    check_writable(path)
    target = _resolved(path)
    # Replacing a device or a pipe, `/dev/null` say, would destroy it.
    if _is_special(target):
        with _said_of(path):
            target.write_bytes(data)
    else:
        with replacing(path) as file:
            file.write(data)


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """Give a file that takes the place of `path` once it was written without error.

    A file that was there before stays as it was until then. Of a link, what it points
    at is replaced.

    Raises:
        OutputError: If it cannot be written, or `path` is no ordinary file; nothing is
            left behind.
    """
    check_writable(path)
    target = _resolved(path)
    if _is_special(target):
        raise OutputError(path, "it is no ordinary file", "Choose another name.")
    temporary = target.with_name(f".graphstep-{secrets.token_hex(8)}.tmp")
    with _said_of(path):
        try:
            with _new_file(temporary) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            temporary.replace(target)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _new_file(path: Path) -> BinaryIO:
    # Opened by hand: `tempfile` makes files that only their owner can read.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o666), "wb")


@contextlib.contextmanager
def _said_of(path: str | os.PathLike[str]) -> Generator[None]:
    try:
        yield
    except OSError as error:
        cure = "Choose another place, or make room there."
        raise OutputError(path, _reason(error), cure) from error


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()


def _resolved(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.realpath(path))


def _is_special(target: Path) -> bool:
    return target.exists() and not target.is_file()
