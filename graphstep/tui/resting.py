"""Put off what takes long until keys rest, so that what only passes by costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer

_REST = 0.06


class Resting:
    """Does something once nothing has been asked for a moment.

    Args:
        pump: Whose timer it is.
        act: What to do; it finds out by itself what is wanted by then.
        rest: Seconds; by default, keys that are held down come more often.
    """

    def __init__(
        self, pump: MessagePump, act: Callable[[], object], rest: float = _REST
    ) -> None:
        self._pump = pump
        self._act = act
        self._rest = rest
        self._timer: Timer | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be done."""
        return self._timer is not None

    def ask(self) -> None:
        """Do it soon, unless this is asked again before."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._pump.set_timer(self._rest, self._come)

    def _come(self) -> None:
        self._timer = None
        self._act()
