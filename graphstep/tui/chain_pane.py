"""The chain rule of the current step, term by term."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence

from rich.text import Text
from textual import work
from textual.message import Message

from graphstep.export.chain import Facts, equation_text, node_facts, seed_facts
from graphstep.recording import Recording
from graphstep.stepping import SEED, Cursor
from graphstep.tui.chain_page import page_of, title_of
from graphstep.tui.lines import label_of
from graphstep.tui.pane import TextPane
from graphstep.tui.resting import Resting
from graphstep.tui.spelling import spelled_out
from graphstep.tui.view import View

_KEPT = 256
# Elements that are looked at while a frame is drawn.
_AT_ONCE = 1 << 22
# Seconds of this thread after which a primitive's facts are worked out in another.
_SLOW = 0.02


@dataclasses.dataclass(frozen=True, slots=True)
class ChainKey:
    """Which facts: of one node, seen from one step.

    Attributes:
        step: Index of the cursor.
        node: Node id; empty for the seed.
        out: Which output.
        element: Which element a person wants to follow.
        n_zoomed: How often the recording was zoomed into; then more is known.
    """

    step: int
    node: str
    out: int
    element: tuple[int, ...] | None
    n_zoomed: int


class ChainPane(TextPane):
    """The chain rule of the current step, or of the selected value up to now."""

    pane_id = "chain"
    heading = "chain rule"

    @dataclasses.dataclass
    class Found(Message):
        """Facts that took long have been worked out."""

        recording: Recording
        key: ChainKey
        facts: Facts

    def __init__(self) -> None:
        super().__init__()
        self._recording: Recording | None = None
        self._facts: dict[ChainKey, Facts] = {}
        # What is shown and not known; what a thread is at work on.
        self._wanted: tuple[Recording, Cursor, ChainKey] | None = None
        self._at_work: ChainKey | None = None
        self._resting = Resting(self, self._begin)
        self._slow: set[str] = set()

    def write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        """Return the direction of time and the terms."""
        before, self._wanted = self._wanted, None
        written = self._write(view, width)
        if self._wanted is not None and self._wanted != before:
            self._resting.ask()
        return written

    def _write(self, view: View, width: int) -> tuple[str, Sequence[Text]]:
        cursor, recording, palette = view.cursor, view.recording, view.palette
        if cursor is None or recording is None:
            return self.heading, [Text("There are no values yet.", palette.dim)]
        if recording is not self._recording:
            self._recording = recording
            self._facts.clear()
        key = _key(view, cursor, recording)
        if key is None:
            return self.heading, [Text("Select a value to see its terms.", palette.dim)]
        facts = self._facts_of(recording, cursor, key)
        if facts is None:
            # The seed belongs to no node.
            name = label_of(view.graph, key.node) if key.node else "seed"
            words = equation_text(view.graph, key.node) if key.node else name
            title = title_of(Facts(cursor.pass_, name), width)
            return title, [
                Text(words, palette.bright),
                Text(" adding up …", palette.dim),
            ]
        facts = spelled_out(facts) if view.is_ascii else facts
        page = page_of(facts, palette, width, seed_is_default=recording.seed_is_default)
        return title_of(facts, width), page.lines

    @property
    def has_more_to_show(self) -> bool:
        """Whether terms are still being added up."""
        is_known = self._wanted is None and self._at_work is None
        return not is_known or super().has_more_to_show

    def _facts_of(
        self, recording: Recording, cursor: Cursor, key: ChainKey
    ) -> Facts | None:
        if key in self._facts:
            return self._facts[key]
        primitive = _primitive_of(cursor, key.node)
        if primitive in self._slow or _n_elements(cursor, key.node) > _AT_ONCE:
            self._wanted = recording, cursor, key
            return None
        began = time.thread_time()
        facts = _facts(recording, cursor, key)
        if time.thread_time() - began > _SLOW and primitive:
            self._slow.add(primitive)
        self._keep(key, facts)
        return facts

    def _begin(self) -> None:
        """Work out what is shown by now, if no thread is still at work."""
        if self._at_work is None and self._wanted is not None:
            self._at_work = self._wanted[2]
            self._find(*self._wanted)

    @work(thread=True, group="chain")
    def _find(self, recording: Recording, cursor: Cursor, key: ChainKey) -> None:
        self.post_message(self.Found(recording, key, _facts(recording, cursor, key)))

    def on_chain_pane_found(self, message: Found) -> None:
        """Show what was worked out, if it is still wanted."""
        message.stop()
        self._at_work = None
        if message.recording is self._recording:
            self._keep(message.key, message.facts)
        if self.view is not None:
            self.show(self.view)
        # Something else may be wanted by now.
        if not self._resting.is_waiting:
            self._begin()

    def _keep(self, key: ChainKey, facts: Facts) -> None:
        self._facts[key] = facts
        if len(self._facts) > _KEPT:
            del self._facts[next(iter(self._facts))]


def _key(view: View, cursor: Cursor, recording: Recording) -> ChainKey | None:
    state = view.state
    n_zoomed = len(recording.zoomed)
    if state.follows and cursor.pass_ == SEED:
        return ChainKey(cursor.index, "", 0, None, n_zoomed)
    node = state.inspected
    if node is None:
        return None
    examined = state.examined
    return ChainKey(cursor.index, node, examined.out, examined.element, n_zoomed)


def _facts(recording: Recording, cursor: Cursor, key: ChainKey) -> Facts:
    if not key.node:
        return seed_facts(cursor)
    return node_facts(recording, cursor, key.node, key.out, key.element)


def _primitive_of(cursor: Cursor, node: str) -> str:
    """Return a node's primitive; of the seed, nothing."""
    return cursor.timeline.graph.node(node).primitive if node else ""


def _n_elements(cursor: Cursor, node_id: str) -> int:
    """Return about how many elements are looked at for the facts of a node."""
    graph = cursor.timeline.graph
    if not node_id:
        return sum(_size(graph.aval(out)) for out in graph.outputs)
    node = graph.node(node_id)
    region = graph.regions[node.region]
    times = (region.length or 1) if region.id == node.id and region.is_loop else 1
    own = sum(
        _size(aval) * (1 + len(graph.uses(node_id, out)))
        for out, aval in enumerate(node.avals)
    )
    return own + times * sum(_size(operand.aval) for operand in node.operands)


def _size(aval: object) -> int:
    return math.prod(getattr(aval, "shape", ()))
