"""What is worked out in a thread, once: lines, health, JAX's text, texts to filter."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable
from typing import Any

from graphstep.errors import GraphstepError
from graphstep.graph import ProgramGraph
from graphstep.recording import Recording
from graphstep.tracing import one_line
from graphstep.tui.health import Health, health_of
from graphstep.tui.jaxpr_text import JaxprText, jaxpr_text
from graphstep.tui.outline_filter import FilterTexts, filter_texts
from graphstep.tui.source_lines import SourceLines, source_lines

IsOver = Callable[[], bool]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Something to work out.

    Attributes:
        name: One of the names in the table below.
        subject: A graph or a recording.
    """

    name: str
    subject: Any

    def answer(self, is_over: IsOver) -> Any:
        """Work it out; a text says why that cannot be done."""
        try:
            return _ANSWERS[self.name](self.subject, is_over)
        except GraphstepError as error:
            return one_line(str(error))


_ANSWERS: dict[str, Callable[[Any, IsOver], Any]] = {
    "health": health_of,
    "jaxpr": lambda graph, _: jaxpr_text(graph),
    "lines": lambda graph, _: source_lines(graph),
    "texts": lambda graph, _: filter_texts(graph),
}


class Findings:
    """Answers that are kept as long as what they are about.

    A panel that asks for what is not known yet gets `None`, and is shown again when
    it is.

    Args:
        tell: Called when something is asked: panels do so while they are drawn, too.

    Attributes:
        wanted: Questions that were asked and nobody works on yet.
        n_open: How many have no answer yet, somebody at work on them or not.
    """

    def __init__(self, tell: Callable[[], object] = lambda: None) -> None:
        self._tell = tell
        self.wanted: list[Question] = []
        self.n_open = 0
        self._answers = {name: weakref.WeakKeyDictionary() for name in _ANSWERS}

    def health(self, recording: Recording) -> Health | None:
        """Return which values are not finite."""
        found = self._ask("health", recording)
        return found if isinstance(found, Health) else None

    def jaxpr(self, graph: ProgramGraph) -> JaxprText | str | None:
        """Return JAX's text, or why there is none."""
        return self._ask("jaxpr", graph)

    def lines(self, graph: ProgramGraph) -> SourceLines | None:
        """Return which equations come from which source line."""
        found = self._ask("lines", graph)
        return found if isinstance(found, SourceLines) else None

    def texts(self, graph: ProgramGraph) -> FilterTexts | None:
        """Return what the lines of the outline are filtered by."""
        found = self._ask("texts", graph)
        return found if isinstance(found, FilterTexts) else None

    def keep(self, question: Question, answer: Any) -> None:
        """Keep an answer."""
        self.n_open -= 1
        self._answers[question.name][question.subject] = answer

    def take_wanted(self) -> list[Question]:
        """Return what was asked since, for somebody to work on."""
        wanted, self.wanted = self.wanted, []
        return wanted

    def _ask(self, name: str, subject: Any) -> Any:
        known = self._answers[name]
        if subject not in known:
            known[subject] = None
            self.n_open += 1
            self.wanted.append(Question(name, subject))
            self._tell()
        return known[subject]
