"""Whether everything that was recorded is finite."""

from __future__ import annotations

import dataclasses

from graphstep._api import Recording
from graphstep.cli.summaries import Of, trouble_of
from graphstep.cli.tree import source_text
from graphstep.graph import ProgramGraph
from graphstep.recording import Stats

_OF: tuple[Of, Of] = ("primal", "cotangent")


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """What a look at every value found.

    Attributes:
        finite: How many values and cotangents are finite throughout.
        troubled: How many hold NaN or Inf.
        unseen: How many exist but were not captured.
        first: Which one is the first with NaN or Inf, in words.
    """

    finite: int
    troubled: int
    unseen: int
    first: str

    @property
    def text(self) -> str:
        """The finding as a sentence or two; only what was looked at counts as finite."""
        seen = self.finite + self.troubled
        text = f"All {seen} values and cotangents are finite."
        if self.troubled:
            text = f"{self.troubled} of {seen} values and cotangents hold NaN or Inf"
            text = f"{text}; the first is {self.first}."
        if self.unseen:
            text += f" {self.unseen} were not captured, so nothing is known of them."
        return text


def health(graph: ProgramGraph, rec: Recording) -> Health:
    """Look at every value, in program order, and then at every cotangent, in reverse."""
    finite = troubled = unseen = 0
    first = ""
    values = [
        (node_id, out)
        for node_id, avals in zip(graph.order, graph.columns.avals, strict=True)
        for out in range(len(avals))
    ]
    for of in _OF:
        for node_id, out in values if of == "primal" else reversed(values):
            stats = rec.stats(node_id, out, of)
            if not isinstance(stats, Stats):
                unseen += stats.kind in ("not_captured", "effects")
            elif stats.is_finite:
                finite += 1
            else:
                troubled += 1
                first = first or _described(graph, node_id, out, of, stats)
    return Health(finite, troubled, unseen, first)


def _described(
    graph: ProgramGraph, node_id: str, out: int, of: Of, stats: Stats
) -> str:
    what = "the cotangent of " if of == "cotangent" else ""
    source = source_text(graph, node_id)
    place = f" at {source}" if source else ""
    primitive = graph.node(node_id).primitive
    label = graph.label(node_id, out)
    return f"{what}`{label}` ({primitive}{place}), {trouble_of(stats)}"
