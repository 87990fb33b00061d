"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from graphstep._files import check_writable, replacing, write_atomically
from graphstep.errors import OutputError


def test_writes_and_replaces(tmp_path: Path) -> None:
    """The folder holds the file and nothing else."""
    path = tmp_path / "a.svg"

    write_atomically(path, b"one")
    write_atomically(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_are_the_usual_ones(tmp_path: Path) -> None:
    """A new file obeys the umask; an old one keeps what it had."""
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch(0o600)
    old.chmod(0o604)
    before = os.umask(0o022)

    try:
        write_atomically(new, b"")
        write_atomically(old, b"")
    finally:
        os.umask(before)

    assert stat.S_IMODE(new.stat().st_mode) == 0o644
    assert stat.S_IMODE(old.stat().st_mode) == 0o604


def test_link_stays_a_link(tmp_path: Path) -> None:
    """What it points at is replaced."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")

    write_atomically(tmp_path / "link", b"new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_device_is_written_to_and_not_replaced() -> None:
    """`/dev/null` survives."""
    write_atomically(os.devnull, b"x")

    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_device_is_not_replaced_by_a_file() -> None:
    """What is written in more than one piece needs an ordinary file."""
    with pytest.raises(OutputError, match="no ordinary file"), replacing(os.devnull):
        pass

    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_failure_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs neither the old file nor a temporary one."""
    path = tmp_path / "a.svg"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    with pytest.raises(OutputError, match="no space left on device"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "no/such/a", "file/a", "a\0b", "a" * 300])
def test_impossible_places_are_refused(tmp_path: Path, name: str) -> None:
    """Before any work is done, with the name in the message."""
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match="cannot be written"):
        check_writable(os.path.join(tmp_path, name))  # noqa: PTH118
