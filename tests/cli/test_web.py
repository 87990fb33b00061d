"""`--web` serves the walk to browsers of this machine."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphstep.cli.web import Address
from graphstep.tui.web import WalkServer
from tests.cli.conftest import LOSS, Run
from tests.cli.terminals import COMMAND

HEEDFUL = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "runpy.run_module('graphstep', run_name='__main__', alter_sys=True)"
)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve a walk on a port that is free, in a session of its own."""
    (folder / "model.py").write_text(LOSS)
    with subprocess.Popen(
        [sys.executable, "-c", HEEDFUL, "step", "model.py:loss", "--web=127.0.0.1:0"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            assert "http://127.0.0.1:" in line, line
            yield process, int(line.split("http://127.0.0.1:")[1].split()[0])
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def get(port: int, **headers: str) -> tuple[int, str]:
    """Return status and text of the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def open_socket(port: int, origin: str) -> tuple[socket.socket, bytes]:
    """Open the web socket as a page of `origin` does; return the first line of reply."""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /ws?width=100&height=30 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Origin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(request.encode())
    return connection, connection.recv(4096).split(b"\r\n")[0]


def members(session: int) -> list[int]:
    """Return the processes of a session."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,sess=,stat="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [
        int(pid) for pid, sess, stat in rows if int(sess) == session and stat[0] != "Z"
    ]


def test_the_page_is_served_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    """A browser gets the walk; afterwards no process is left."""
    with served(tmp_path) as (process, port):
        status, page = get(port)
        connection, reply = open_socket(port, f"http://127.0.0.1:{port}")
        received = b""
        while b"forward 1/" not in received:
            received += connection.recv(65536)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        deadline = time.monotonic() + 30
        while members(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        left = members(process.pid)
        connection.close()

    assert status == 200
    assert "textual" in page
    assert reply.startswith(b"HTTP/1.1 101")
    assert process.returncode == 130
    assert left == []


def test_other_sites_are_turned_away(tmp_path: Path) -> None:
    """Neither a page of another site nor a name of one reaches the walk."""
    with served(tmp_path) as (process, port):
        connection, reply = open_socket(port, "http://evil.example")
        connection.close()
        rebound, _ = get(port, Host=f"evil.example:{port}")
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)

    assert reply.startswith(b"HTTP/1.1 403")
    assert rebound == 403


@pytest.mark.parametrize(
    ("host", "origin", "is_allowed"),
    [
        ("localhost:8000", None, True),
        ("localhost:8000", "http://localhost:8000", True),
        ("127.0.0.1:8000", "http://localhost:8000", False),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("localhost:8000", "http://evil.example", False),
        ("evil.example:8000", "http://evil.example:8000", False),
    ],
)
def test_whom_the_server_answers(
    host: str, origin: str | None, is_allowed: bool
) -> None:
    """Only pages of the server itself, by a name of this machine."""
    server = WalkServer("true", "localhost", 8000, "walk", lambda _: None)

    assert server.allows(host, origin) == is_allowed


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        (Address("localhost", 1), True),
        (Address("127.0.0.9", 1), True),
        (Address("[::1]", 1), True),
        (Address("0.0.0.0", 1), False),  # noqa: S104
        (Address("example.org", 1), False),
    ],
)
def test_which_addresses_are_local(address: Address, is_local: bool) -> None:
    """All others are warned of."""
    assert address.is_local == is_local


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    """It says which and what to do; wider than this machine is warned of first."""
    (tmp_path / "model.py").write_text(LOSS)
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "step", "model.py:loss", f"--web=0.0.0.0:{port}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    warning, error = done.stderr.splitlines()
    assert done.returncode == 1
    assert "without a password" in warning
    assert "cannot be served" in error


def test_a_target_after_web_is_no_address(run: Run) -> None:
    """The option takes the next word, so it says where to stand."""
    done = run("step", "--web", "model.py:loss")

    assert done.status == 2
    assert "write --web last" in done.err
