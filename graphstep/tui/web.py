"""Serve the interface to browsers: one process of its own for each."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from graphstep.errors import InterfaceError

_INTERRUPTED = 130
# Seconds that browsers have to go once it ends.
_GRACE = 1.0
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WalkServer(Server):
    """A server that other web sites cannot talk to.

    A page of any site may open a web socket to this machine, and a name of any site
    may stand for its address, so both are looked at before a process is started.

    Args:
        command: What to run for each browser.
        host: Where to listen.
        port: The port.
        title: What the page is called.
        tell: Is called with the address once it is served.
    """

    def __init__(
        self,
        command: str,
        host: str,
        port: int,
        title: str,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(f"exec {command}", host.strip("[]"), port, title)
        self._tell = tell
        self.public_url = f"http://{host}:{port}"

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: nobody can come here before it listens."""

    def serve(self, debug: bool = False) -> None:
        """Serve until a signal comes."""
        loop = asyncio.new_event_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.request_exit)
        web.run_app(
            self._make_app(),
            host=self.host,
            port=self.port,
            handle_signals=False,
            loop=loop,
            # It is called once, when everything listens.
            print=lambda *_: self._tell(self.public_url),
            access_log=None,
            shutdown_timeout=_GRACE,
        )

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard())
        return app

    def _guard(self) -> Any:
        @web.middleware
        async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
            if not self.allows(request.host, request.headers.get("Origin")):
                raise web.HTTPForbidden(text="This address is not served here.")
            return await handler(request)

        return guard

    def allows(self, host: str, origin: str | None) -> bool:
        """Return whether a request comes from a page of this server.

        Args:
            host: The host that the browser asked for.
            origin: The site of the page that asked, if the browser says so.
        """
        asked = urlsplit(f"//{host}")
        if is_loopback(self.host) and not is_loopback(asked.hostname or ""):
            return False
        return origin is None or urlsplit(origin).netloc == host


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, as seen from itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve_command(
    command: str, host: str, port: int, title: str, tell: Callable[[str], None]
) -> int:
    """Serve until Ctrl-C, and return the exit status.

    Raises:
        InterfaceError: If nothing can be served at that address.
    """
    try:
        port = _checked_port(host.strip("[]"), port)
        WalkServer(command, host, port, title, tell).serve()
    except OSError as error:
        msg = (
            f"`{host}:{port}` cannot be served: {error.strerror or error}. Choose another "
            "with --web=HOST:PORT, or port 0 for any that is free."
        )
        raise InterfaceError(msg) from error
    return _INTERRUPTED


def _checked_port(host: str, port: int) -> int:
    """Return the port, or one that is free for 0; raise if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return probe.getsockname()[1]
