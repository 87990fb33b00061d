"""Layouts of one program: found again, made at once when small, else in a thread."""

from __future__ import annotations

import collections
import dataclasses
import threading
from collections.abc import Callable, Iterable

from graphstep.errors import LayoutCancelledError
from graphstep.graph import ProgramGraph
from graphstep.layout import Direction, Layout, LayoutCache, lay_out
from graphstep.tui import threads
from graphstep.tui.canvas_text import Labels
from graphstep.tui.state import UiState

_KEPT = 12
# Lines of the outline up to which a layout is made within a frame.
_SMALL = 260
# Cells of the texts at the ends of long edges, by zoom.
_LONGEST = (8, 14, 20, 20)


@dataclasses.dataclass(frozen=True, slots=True)
class LayoutKey:
    """What a layout depends on.

    Attributes:
        open: Open regions and groups.
        zoom: How much each box shows.
        direction: Where data flows.
    """

    open: frozenset[str]
    zoom: int
    direction: Direction

    @classmethod
    def of(cls, state: UiState) -> LayoutKey:
        """Return the key of what a state shows."""
        drawing = state.drawing
        return cls(state.open | drawing.open_groups, drawing.zoom, drawing.direction)


class Layouts:
    """Makes the layouts of one program.

    Args:
        graph: The program.
        tell: Called from a thread when a layout that was asked for is there.
    """

    def __init__(self, graph: ProgramGraph, tell: Callable[[], None]) -> None:
        self.labels = Labels(graph)
        self._graph, self._tell = graph, tell
        self._cache = LayoutCache()
        # The cache is for one thread at a time.
        self._lock = threading.Lock()
        self._made: collections.OrderedDict[LayoutKey, Layout] = (
            collections.OrderedDict()
        )
        self._wanted: LayoutKey | None = None
        self._running: LayoutKey | None = None
        # What is shown of a large drawing until all of it is there.
        self._sketch: tuple[LayoutKey, Layout] | None = None
        self._failure: Exception | None = None

    def find(
        self, key: LayoutKey, n_rows: int, near: int | None = None
    ) -> Layout | None:
        """Return a layout; `None` if a thread is at work on it.

        Args:
            key: Which one.
            n_rows: Lines that the outline has then, which tells how large it is.
            near: Position of a node, to be given a sketch of what is near it until
                there is all of a large drawing; without, there is none until then.

        Raises:
            Exception: What a thread has failed with.
        """
        if self._failure is not None:
            raise self._failure
        found = self._made.get(key)
        if found is not None:
            self._made.move_to_end(key)
        if found is None and n_rows <= _SMALL and self._lock.acquire(blocking=False):
            try:
                found = self._lay_out(key, None)
            finally:
                self._lock.release()
        self._wanted = None if found is not None else key
        if found is None and self._running != key:
            self._running = key
            threads.begin("graphstep-layout", self._work, key, near)
        if found is None and self._sketch is not None and self._sketch[0] == key:
            return self._sketch[1]
        return found

    def first_that_fits(
        self,
        keys: Iterable[LayoutKey],
        room: tuple[int, int],
        is_cancelled: Callable[[], bool],
    ) -> LayoutKey | None:
        """Make one layout after the other until one fits; any thread may ask.

        Args:
            keys: Which ones.
            room: Columns and rows.
            is_cancelled: Whether nobody waits for it any more.

        Returns:
            The first that fits, or `None` if none does.

        Raises:
            LayoutCancelledError: If nobody waits for it any more.
        """
        for key in keys:
            with self._lock:
                found = self._lay_out(key, is_cancelled)
            if found.width <= room[0] and found.height <= room[1]:
                return key
        return None

    def _work(self, key: LayoutKey, near: int | None) -> None:
        def is_cancelled() -> bool:
            return self._wanted != key

        try:
            with self._lock:
                if near is not None:
                    found = self._draw(key, is_cancelled, near)
                    if found.is_sketch:
                        self._sketch = (key, found)
                        self._tell()
                    else:
                        self._keep(key, found)
                self._lay_out(key, is_cancelled)
                self._sketch = None
        except LayoutCancelledError:
            pass
        except Exception as error:  # noqa: BLE001 -- the edge of a thread.
            self._failure = error
        finally:
            if self._running == key:
                self._running = None
        self._tell()

    def _lay_out(
        self, key: LayoutKey, is_cancelled: Callable[[], bool] | None
    ) -> Layout:
        found = self._made.get(key)
        if found is None:
            found = self._draw(key, is_cancelled)
            self._keep(key, found)
        return found

    def _keep(self, key: LayoutKey, found: Layout) -> None:
        self._made[key] = found
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)

    def _draw(
        self,
        key: LayoutKey,
        is_cancelled: Callable[[], bool] | None,
        near: int | None = None,
    ) -> Layout:
        return lay_out(
            self._graph,
            key.open,
            self.labels.measure(key.zoom, key.open),
            direction=key.direction,
            cache=self._cache,
            zoom=key.zoom,
            is_cancelled=is_cancelled,
            title=lambda item: self.labels.title_width(item, key.zoom),
            longest=_LONGEST[key.zoom],
            near=near,
        )
